"""Consent is enforced: what it does not cover is refused with the list; withdrawal shows."""

from datetime import date
from pathlib import Path

import pytest
from samples import (
    DAY,
    NOW,
    actor,
    consent,
    desk,
    exhibit,
    finding,
    item,
    publication,
    released,
    source,
    telling,
)

from contrechamp.base.errors import CheckFailedError
from contrechamp.dossier.permission.consent import check, lacking
from contrechamp.dossier.permission.standing import standing
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.view import View
from contrechamp.dossier.records.people import Grant
from contrechamp.dossier.records.publications import Use
from contrechamp.dossier.writing import erasing
from contrechamp.vault.verifying import verify


def refused(at, record) -> set[tuple[str, str, str]]:
    return {(one.of, one.use, one.why) for one in check(View(at.case), record, DAY)}


def test_a_publication_is_refused_with_the_list_of_what_is_not_covered(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        told = at.put(telling(at.put(source())))
        cited = at.put(finding(f"{told}#p1"))
        draft = publication(cited, uses=(Use(of=f"{told}#p1", use="voice"),))
        whole = at.put(draft)
        assert refused(at, draft) == {(f"{told}#p1", "held", "none")}
        who = lookup.get(at.case, told).record.source
        at.put(consent(who, "held", "pseudonym"))
        assert refused(at, draft) == {(f"{told}#p1", "voice", "none")}
        with pytest.raises(CheckFailedError, match=r"testimony/.*#p1: voice"):
            released(at, whole, "consent")
        at.put(consent(who, "voice"))
        assert refused(at, draft) == set()
        released(at, whole, "consent")


def test_passages_under_a_cited_finding_are_used_even_if_nobody_says_so(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        who = at.put(source())
        told = at.put(telling(who))
        cited = at.put(finding(f"{told}#p1"))
        at.put(consent(who, "held"))
        assert refused(at, publication(cited)) == {(f"{told}#p1", "quoted", "none")}
        assert refused(at, publication()) == set()


def test_a_closed_passage_is_used_in_no_publication(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        who = at.put(source())
        told = at.put(telling(who))
        at.put(consent(who, "held", "quoted"))
        cited = at.put(finding(f"{told}#p2"))
        assert refused(at, publication(cited)) == {(f"{told}#p2", "quoted", "closed")}


def test_a_picture_that_is_shown_needs_its_own_word(tmp_path: Path) -> None:
    photo = item(tmp_path)
    with desk(tmp_path) as at:
        who = at.put(source())
        shown, own = at.put(exhibit(photo, given_by=who)), at.put(finding(photo))
        at.put(consent(who, "held", "quoted"))
        assert refused(at, publication(shown)) == {(shown, "image", "unsaid")}
        named = publication(shown, uses=(Use(of=shown, use="image"),))
        assert refused(at, named) == {(shown, "image", "none")}
        at.put(consent(who, "image", about=(photo,)))
        assert refused(at, named) == set()
        assert refused(at, publication(own)) == set()


def test_what_nobody_gave_needs_no_consent(tmp_path: Path) -> None:
    photo = item(tmp_path)
    with desk(tmp_path) as at:
        shown = at.put(exhibit(photo, origin="own photo"))
        assert refused(at, publication(shown)) == set()


@pytest.mark.parametrize(
    ("dates", "day", "why"),
    [
        ({"given_on": "2026-04"}, date(2026, 4, 29), "not-yet"),
        ({"given_on": "2026-04"}, date(2026, 4, 30), ""),
        ({"until": "2026-05-01"}, date(2026, 5, 1), ""),
        ({"until": "2026-05-01"}, date(2026, 5, 2), "ended"),
        ({"until": "2027"}, date(2027, 1, 2), "ended"),
        ({"withdrawn_on": "2026-05-01"}, date(2026, 4, 30), ""),
        ({"withdrawn_on": "2026-05-01"}, date(2026, 5, 1), "withdrawn"),
        ({"until": "2026-04-30", "withdrawn_on": "2026-05"}, date(2026, 5, 1), "withdrawn"),
    ],
)
def test_a_consent_holds_on_its_days_and_in_doubt_it_does_not(
    dates: dict, day: date, why: str, tmp_path: Path
) -> None:
    with desk(tmp_path) as at:
        who = at.put(source())
        told = at.put(telling(who))
        at.put(consent(who, "quoted", **dates))
        found = [one.why for one in lacking(View(at.case), told, "quoted", day)]
        assert found == ([why] if why else [])


def test_sharing_is_with_whom_was_named(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        who, court = at.put(source()), at.put(actor(kind="public-body"))
        told = at.put(telling(who))
        given = Grant(use="shared", with_actors=(court,), with_whom=("Sample Lawyer",))
        at.put(consent(who, grants=(given,)))
        view = View(at.case)
        assert not lacking(view, told, "shared", DAY, to=court)
        assert not lacking(view, told, "shared", DAY, to_whom="sample lawyer")
        for other in ({"to_whom": "Sample Police"}, {"to": told}, {}):
            assert lacking(view, told, "shared", DAY, **other)


def test_consent_can_be_to_a_part(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        who = at.put(source())
        told, other = at.put(telling(who)), at.put(telling(who))
        at.put(consent(who, "quoted", about=(f"{told}#p1",)))
        view = View(at.case)
        assert not lacking(view, f"{told}#p1", "quoted", DAY)
        assert lacking(view, f"{told}#p2", "quoted", DAY)
        assert lacking(view, told, "quoted", DAY)
        assert lacking(view, other, "quoted", DAY)


def test_withdrawal_marks_every_use_however_far(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        who = at.put(source())
        told, agreed = at.put(telling(who)), at.put(consent(who, "held", "quoted"))
        cited = at.put(finding(f"{told}#p1"))
        whole = at.put(publication(cited))
        given = released(at, whole, "consent")
        done = erasing.withdraw(at.case, agreed[7:], on="2026-05-01", reason="SAMPLE", now=NOW)
        assert done.given == (told,)
        assert {cited, whole} <= set(done.used_by)
        assert done.taken_back == (given,)
        assert done.erased == ()
        for ref in (cited, whole):
            codes = {flag.code for flag in standing(View(at.case), ref, DAY)}
            assert "evidence-withdrawn" in codes
        assert refused(at, publication(cited)) == {(f"{told}#p1", "held", "withdrawn")}


def test_withdrawal_erases_what_no_other_consent_covers_if_asked(tmp_path: Path) -> None:
    photo = item(tmp_path)
    with desk(tmp_path) as at:
        who = at.put(source())
        told, kept = at.put(telling(who)), at.put(telling(who))
        shown = at.put(exhibit(photo, given_by=who))
        agreed = at.put(consent(who, "held", "quoted"))
        at.put(consent(who, "held", about=(kept,)))
        done = erasing.withdraw(
            at.case, agreed[7:], on="2026-05-01", erase_given=True, reason="SAMPLE", now=NOW
        )
        assert set(done.erased) == {told, shown, photo}
        assert done.kept == (kept,)
        assert lookup.find(at.case, told) is None
        assert lookup.item_state(at.case, photo[5:]).keys() == {"erased_at"}
        assert lookup.get(at.case, agreed).record.erasure_asked
        assert not verify(at.case)
