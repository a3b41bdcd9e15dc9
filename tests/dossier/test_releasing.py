"""Releases: what the gates ask, what an override covers, and what takes a release back."""

import io
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyrage
import pytest
from PIL import Image
from samples import (
    DAY,
    NOW,
    Desk,
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

from contrechamp.base.errors import CheckFailedError, InputError, UsageError
from contrechamp.dossier import status
from contrechamp.dossier.formats.write import exporting
from contrechamp.dossier.merge import merging
from contrechamp.dossier.permission import gates, releasing, reviews, verdicts
from contrechamp.dossier.permission.gates import GATES
from contrechamp.dossier.permission.standing import Standings
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.short_names import ShortNames
from contrechamp.dossier.reading.view import View
from contrechamp.dossier.records.field_types import Evidence
from contrechamp.dossier.records.letters import Letter
from contrechamp.dossier.records.publications import Release
from contrechamp.dossier.records.testimony import Challenge
from contrechamp.dossier.writing import erasing, store
from contrechamp.vault.access import members
from contrechamp.vault.access.slots import AgeIdentities
from vault import cases


def unmet(at: Desk, ref: str, day: date = DAY) -> set[tuple[str, str]]:
    """Return gates and reasons of all that is not met."""
    return {(one.gate, one.why) for one in gates.ask(Standings(View(at.case), day), ref)}


def stands(at: Desk, ref: str, day: date = DAY) -> bool:
    return releasing.is_released(Standings(View(at.case), day), ref)


def states(at: Desk, ref: str, day: date = DAY) -> list[tuple[str, set[str]]]:
    found = releasing.of(Standings(View(at.case), day), ref)
    return [(one.ended, {lack.why for lack in one.unmet}) for one in found]


def with_position() -> bytes:
    """Return a picture whose EXIF says where it was made."""
    out, exif = io.BytesIO(), Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (31.0, 30.0, 0.0), 3: "E", 4: (35.0, 6.0, 0.0)})
    Image.new("RGB", (8, 8)).save(out, "jpeg", exif=exif)
    return out.getvalue()


@contextmanager
def second_person(tmp_path: Path) -> Iterator[Any]:
    """Yield what opens the case as a second member, who is given access."""
    key = pyrage.x25519.Identity.generate()
    with desk(tmp_path) as at:
        members.share(
            at.case, str(key.to_public()), name="Second Sample", reason="", now=NOW,
            random=os.urandom,
        )  # fmt: skip
    yield lambda: desk(tmp_path, secret=AgeIdentities((str(key),)))


def test_everything_that_is_not_met_is_told_at_once(tmp_path: Path) -> None:
    paper = item(tmp_path)
    with desk(tmp_path) as at:
        firm = at.put(actor(evidence=(Evidence(ref=paper),)))
        told = at.put(telling(at.put(source())))
        cited = at.put(finding(f"{told}#p1"))
        at.put(Challenge(about=cited, kind="contested", on="2026-01-01", why="SAMPLE"))
        letter = at.put(
            Letter(to=firm, language="en", subject="SAMPLE", about=(cited,), sent_on="2026-03-01",
                   due_on="2026-03-15")
        )  # fmt: skip
        whole = at.put(publication(cited))
        assert unmet(at, whole) == {
            ("contested", "evidence-contested"), ("consent", "none"), ("reply", "no-reply"),
            ("review", "one-member"),
            # What it cites is no better than itself: the finding is contested, and rests on words
            # that nobody agreed to keep.
            ("contested", "contested"), ("consent", "evidence-without-consent"),
        }  # fmt: skip
        with pytest.raises(CheckFailedError) as refused:
            reviews.release(at.case, whole, on="2026-05-01", now=NOW)
        message = str(refused.value)
        names = ShortNames(at.case)
        words = f"{names.of(told)}#p1: held"
        for part in ("contested:", "consent:", words, "reply:", names.of(letter), "one member"):
            assert part in message
    assert "record/" not in message


def test_a_release_without_an_open_gate_needs_no_override(tmp_path: Path) -> None:
    paper = item(tmp_path, b"SAMPLE figures, made up.", "sample.txt")
    with second_person(tmp_path) as second:
        with desk(tmp_path) as at:
            cited = at.put(finding(paper))
            assert unmet(at, cited) == {("review", "not-reviewed")}
        with second() as at:
            reviews.review(at.case, cited, "changes", now=NOW)
            assert unmet(at, cited) == {("review", "not-agreed")}
            reviews.review(at.case, cited, "agreed", now=NOW)
        with desk(tmp_path) as at:
            given = reviews.release(at.case, cited, on="2026-05-01", now=NOW)
            assert isinstance(given.record, Release)
            assert given.record.overrides == ()
            assert stands(at, cited)


def test_a_review_by_whoever_wrote_it_counts_for_nothing(tmp_path: Path) -> None:
    from contrechamp.dossier.records.publications import Review
    from contrechamp.dossier.writing.store import Put

    paper = item(tmp_path)
    with desk(tmp_path) as at:
        cited = at.put(finding(paper))
        own = Review(about=cited, state=lookup.digest_of(at.case, cited), verdict="agreed")
        from contrechamp.vault import database

        with database.transaction(at.case.database):  # past the rules, as an altered copy may be
            store.write(at.case, [Put(own, "0" * 16, new=True)], now=NOW)
        assert verdicts.agreement(View(at.case), cited) == "none"
        assert ("review", "one-member") in unmet(at, cited)


def test_an_override_stands_in_the_release_and_in_the_log(tmp_path: Path) -> None:
    from contrechamp.vault.log import custody

    paper = item(tmp_path)
    with desk(tmp_path) as at:
        cited = at.put(finding(paper))
        given = reviews.release(
            at.case, cited, on="2026-05-01", now=NOW,
            overrides={"review": "SAMPLE: alone in this case", "reply": "SAMPLE: needless"},
        )  # fmt: skip
        assert isinstance(given.record, Release)
        (passed,) = given.record.overrides  # one that was met needs no override
        assert (passed.gate, passed.why) == ("review", "SAMPLE: alone in this case")
        assert passed.over == (f"not-reviewed {cited}",)
        assert custody.reasons(at.case.database)[given.entry].startswith("review: SAMPLE: alone")
        with pytest.raises(UsageError, match="say why"):
            reviews.release(at.case, cited, on="2026-05-01", overrides={"review": " "}, now=NOW)
        with pytest.raises(UsageError, match="no gate"):
            reviews.release(at.case, cited, on="2026-05-01", overrides={"no": "SAMPLE"}, now=NOW)


def test_an_override_covers_nothing_that_is_found_later(tmp_path: Path) -> None:
    paper = item(tmp_path)
    with desk(tmp_path) as at:
        who = at.put(source())
        told, agreed = at.put(telling(who)), at.put(consent(who, "held"))
        cited = at.put(finding(f"{told}#p1", paper))
        whole = at.put(publication(cited))
        released(at, whole)
        assert stands(at, whole)  # to be quoted was not agreed to, and was passed over
        erasing.withdraw(at.case, agreed[7:], on="2026-04-30", reason="SAMPLE", now=NOW)
        assert not stands(at, whole)
        assert states(at, whole) == [("", {"withdrawn", "evidence-withdrawn"})]


def test_a_reply_that_becomes_overdue_is_no_news_and_a_member_more_neither(tmp_path: Path) -> None:
    paper = item(tmp_path)
    with desk(tmp_path) as at:
        firm = at.put(actor(evidence=(Evidence(ref=paper),)))
        cited = at.put(finding(paper))
        asked = Letter(to=firm, language="en", subject="SAMPLE", about=(cited,),
                       sent_on="2026-04-20", due_on="2026-05-20")  # fmt: skip
        at.put(asked)
        released(at, cited)
        assert unmet(at, cited) == {("reply", "waiting"), ("review", "one-member")}
    with second_person(tmp_path), desk(tmp_path) as at:
        later = DAY + timedelta(days=60)
        assert unmet(at, cited, later) == {("reply", "no-reply"), ("review", "not-reviewed")}
        assert stands(at, cited, later)
        at.put(replace(asked, subject="SAMPLE of another one"))
        assert not stands(at, cited, later)


def test_a_letter_that_names_nothing_is_about_whatever_is_published(tmp_path: Path) -> None:
    paper = item(tmp_path)
    with desk(tmp_path) as at:
        firm = at.put(actor(evidence=(Evidence(ref=paper),)))
        cited = at.put(finding(paper))
        whole = at.put(publication(cited))
        drafted = Letter(to=firm, language="en", subject="SAMPLE")
        letter = at.put(drafted)
        assert {gate for gate, _why in unmet(at, whole)} == {"review"}
        at.put(replace(drafted, sent_on="2026-04-20"), letter)
        assert ("reply", "waiting") in unmet(at, whole)
        assert ("reply", "waiting") not in unmet(at, cited)


def test_what_falls_takes_its_release_back_and_shows_everywhere(tmp_path: Path) -> None:
    paper = item(tmp_path)
    with desk(tmp_path) as at:
        cited = at.put(finding(paper))
        given = released(at, cited)
        assert stands(at, cited)
        out = at.put(publication(cited, on="2026-04-20", address="https://sample.example/"))
        challenge = at.put(Challenge(about=cited, kind="contested", on="2026-05-01", why="SAMPLE"))
        assert not stands(at, cited)
        lacking = {(one.what, one.ref, one.why) for one in status.lacks(at.case, DAY)}
        assert ("taken-back", given, "contested") in lacking
        assert ("taken-back", given, "copy-out") in lacking
        assert ("release", cited, "not-released") in lacking
        copies = releasing.copies_out(Standings(View(at.case), DAY), cited)
        assert [one.ref for one in copies] == [out]
        exporting.write(at.case, tmp_path / "out", "jsonl", day=DAY)
        at.put(
            Challenge(about=cited, kind="contested", on="2026-05-01", why="SAMPLE",
                      outcome="dismissed"), challenge,
        )  # fmt: skip
        assert stands(at, cited)  # computed from what stands, and stored nowhere
    for line in map(json.loads, (tmp_path / "out/records.jsonl").read_text().splitlines()):
        if f"record/{line['id']}" in {cited, given}:
            fallen = [one for one in line["standing"] if one["code"] == "release-taken-back"]
            assert [one["at"] for one in fallen] == ["contested: contested"]


def test_an_erased_item_takes_its_release_and_what_rests_on_it_back(tmp_path: Path) -> None:
    photo = item(tmp_path)
    with desk(tmp_path) as at:
        cited = at.put(finding(photo))
        released(at, photo)
        released(at, cited)
        assert stands(at, photo)
        erasing.erase_refs(at.case, [photo], reason="SAMPLE", now=NOW)
        assert states(at, photo) == [("gone", set())]
        assert states(at, cited) == [("", {"no-evidence", "evidence-erased"})]


def test_a_photo_with_a_position_is_not_released_in_silence(tmp_path: Path) -> None:
    photo = item(tmp_path, with_position())
    with desk(tmp_path) as at:
        found = unmet(at, photo)
        assert {("exhibit", "no-exhibit"), ("metadata", "position")} <= found
        shown = at.put(exhibit(photo))
        assert ("mask", "people-unknown") in unmet(at, photo)
        at.put(exhibit(photo, people="some"), shown)
        assert ("mask", "people-shown") in unmet(at, photo)
        at.put(exhibit(photo, people="none"), shown)
        assert {gate for gate, _why in unmet(at, photo)} == {"metadata", "review"}
        cited = at.put(publication(shown))
        assert ("metadata", "position") in unmet(at, cited)


def test_a_document_that_names_its_author_is_not_released_in_silence(tmp_path: Path) -> None:
    document = item(tmp_path, b"%PDF-1.4\n1 0 obj << /Author (SAMPLE name) >> endobj\n")
    with desk(tmp_path) as at:
        at.put(exhibit(document, people="none"))
        assert ("metadata", "device") in unmet(at, document)


def test_a_revoked_release_stays_revoked_and_is_given_anew(tmp_path: Path) -> None:
    paper = item(tmp_path)
    with desk(tmp_path) as at:
        cited = at.put(finding(paper))
        first = released(at, cited)
        done = reviews.revoke(at.case, cited, on="2026-05-01", reason="SAMPLE", now=NOW)
        assert (done.releases, done.about) == ((first,), cited)
        record = lookup.get(at.case, first).record
        assert isinstance(record, Release)
        assert (record.revoked_on, record.revoked_why) == ("2026-05-01", "SAMPLE")
        assert not stands(at, cited)
        with pytest.raises(InputError, match="stays revoked"):
            at.put(replace(record, revoked_on=None), first)
        with pytest.raises(InputError, match="no release to revoke"):
            reviews.revoke(at.case, first, on="2026-05-01", reason="SAMPLE", now=NOW)
        again = lookup.get(at.case, released(at, cited)).record
        assert isinstance(again, Release)
        assert again.after == (first,)
        assert stands(at, cited)


def test_a_release_of_a_case_from_before_the_gates_is_judged_by_them(tmp_path: Path) -> None:
    from contrechamp.dossier.writing.store import Put
    from contrechamp.vault import database

    paper = item(tmp_path)
    with desk(tmp_path) as at:
        cited = at.put(finding(paper))
        old = Release(about=cited, state=lookup.digest_of(at.case, cited), on="2026-01-01")
        with database.transaction(at.case.database):  # as it was written then
            store.write(at.case, [Put(old, "0" * 16, new=True)], now=NOW)
        assert states(at, cited) == [("", {"one-member"})]
        told = {(one.what, one.why) for one in status.lacks(at.case, DAY)}
        assert ("taken-back", "one-member") in told


@pytest.mark.parametrize("revoked_here", [True, False])
def test_a_revocation_outweighs_a_release_that_did_not_know_of_it(
    tmp_path: Path, *, revoked_here: bool
) -> None:
    paper = item(tmp_path)
    with desk(tmp_path) as at:
        cited = at.put(finding(paper))
        first = released(at, cited)
    shutil.copytree(tmp_path / "case", tmp_path / "other" / "case")
    one, two = tmp_path, tmp_path / "other"
    if not revoked_here:
        one, two = two, one
    with desk(one) as at:
        reviews.revoke(at.case, first, on="2026-05-01", reason="SAMPLE", now=NOW)
    with desk(two) as at:
        second = released(at, cited)
        assert stands(at, cited)
    with desk(tmp_path) as at, cases.opened(tmp_path / "other" / "case") as other:
        done = merging.merge(at.case, other, reason="SAMPLE", now=NOW, random=os.urandom)
        assert done.conflicts == ()
        assert not stands(at, cited)
        found = {one.ref: (one.ended, one.because)
                 for one in releasing.of(Standings(View(at.case), DAY), cited)}  # fmt: skip
        assert found == {first: ("revoked", ""), second: ("revoked-elsewhere", first)}
        told = {(one.what, one.ref, one.why) for one in status.lacks(at.case, DAY)}
        assert ("taken-back", second, "revoked-elsewhere") in told
        released(at, cited)  # by somebody who now knows of both
        assert stands(at, cited)


def test_a_release_holds_from_its_day_on_and_a_consent_has_to_hold_then(tmp_path: Path) -> None:
    paper = item(tmp_path)
    with desk(tmp_path) as at:
        cited = at.put(finding(paper))
        released(at, cited, on="2026-06-01")
        assert [ended for ended, _unmet in states(at, cited)] == ["not-yet"]
        assert stands(at, cited, date(2026, 6, 1))
        who = at.put(source())
        told = at.put(telling(who))
        at.put(consent(who, "quoted", until="2026-05-31"))
        whole = at.put(publication(at.put(finding(f"{told}#p1")), on="2026-06-01"))
        assert ("consent", "ended") in unmet(at, whole)


def test_a_closed_passage_is_released_for_no_reason(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        who = at.put(source())
        told = at.put(telling(who))
        at.put(consent(who, "held", "quoted"))
        whole = at.put(publication(at.put(finding(f"{told}#p2"))))
        with pytest.raises(CheckFailedError, match="a closed passage"):
            released(at, whole)


def test_every_gate_can_be_passed(tmp_path: Path) -> None:
    photo = item(tmp_path, with_position())
    with desk(tmp_path) as at:
        released(at, photo)
        passed = lookup.every(at.case, "release")
        (record,) = [one.record for one in passed]
        assert isinstance(record, Release)
        assert {one.gate for one in record.overrides} <= set(GATES)
        assert stands(at, photo)
