"""What must hold of records, whatever the order of edits."""

import os
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyrage
import pytest
from samples import (
    DAY,
    NOW,
    actor,
    camera,
    consent,
    desk,
    exhibit,
    finding,
    item,
    publication,
    released,
    source,
    telling,
    text,
)

from contrechamp.base.errors import CheckFailedError, InputError
from contrechamp.dossier.permission import reviews, verdicts
from contrechamp.dossier.permission.standing import Standings, standing
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.view import View
from contrechamp.dossier.records.actors import Relation
from contrechamp.dossier.records.field_types import Evidence, Position
from contrechamp.dossier.records.findings import (
    Assessment,
    EngagedRight,
    FollowUp,
    Recommendation,
    Response,
    follow_up_on,
)
from contrechamp.dossier.records.letters import Answer, Letter, Question
from contrechamp.dossier.records.people import Grant
from contrechamp.dossier.records.publications import Review
from contrechamp.dossier.records.systems import Component, DataFlow, Deployment
from contrechamp.dossier.records.testimony import Challenge, Passage
from contrechamp.dossier.shipped.assessments import gaps, templates
from contrechamp.dossier.shipped.rights import catalogue
from contrechamp.dossier.writing import erasing
from contrechamp.vault.access import members
from contrechamp.vault.access.slots import AgeIdentities

NOBODY = "record/0123456789abcdef"


def flags(at: Any, ref: str) -> set[str]:
    return {flag.code for flag in standing(View(at.case), ref, DAY)}


def test_nothing_cites_what_does_not_exist_or_is_of_another_kind(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        who = at.put(source())
        told = at.put(telling(who))
        for wrong in (NOBODY, "item/0123456789abcdef", who, f"{told}#p9", f"{who}#p1"):
            with pytest.raises(InputError, match=r"^finding [0-9a-f]{16}: evidence\[1\]\.ref: "):
                at.put(finding(wrong))
        at.put(finding(f"{told}#p1"))


def test_a_passage_that_is_cited_stays(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        told = at.put(telling(at.put(source())))
        cited = at.put(finding(f"{told}#p1"))
        record = lookup.get(at.case, told).record
        with pytest.raises(InputError, match=f"p1 is cited by {cited[7:]}"):
            at.put(replace(record, passages=record.passages[1:]), told)
        at.put(finding(told), cited)
        at.put(replace(record, passages=record.passages[1:]), told)


@pytest.mark.parametrize(
    ("make", "place"),
    [
        (lambda ref: actor(kind="person"), "public_role"),
        (lambda ref: Relation(from_actor=ref, to_actor=ref, kind="owns", confidence="alleged"),
         "to_actor"),
        (lambda ref: Deployment(names=text("SAMPLE"), components=(
            Component(key="a", what="x", confidence="alleged"),
            Component(key="a", what="y", confidence="alleged"))), "components"),
        (lambda ref: Deployment(names=text("SAMPLE"), flows=(
            DataFlow(from_key="a", what="x", confidence="alleged"),)), "flows[1]"),
        (lambda ref: Letter(to=ref, language="en", subject="SAMPLE", sent_on="2026-05",
                            due_on="2026-04"), ""),
        (lambda ref: Letter(to=ref, language="en", subject="SAMPLE",
                            answers=(Answer(on="2026", says="x"),)), "answers[1].on"),
        (lambda ref: Letter(to=ref, language="en", subject="SAMPLE", sent_on="2026-05",
                            answers=(Answer(on="2026-06", says="x", to=("q",)),)),
         "answers[1].to"),
        (lambda ref: finding(rights=(EngagedRight(),)), "rights[1]"),
        (lambda ref: finding(rights=(EngagedRight(right="iccpr-999"),)), "rights[1].right"),
        (lambda ref: Assessment(template="none", name="x"), "template"),
        (lambda ref: Assessment(template="dual-use", name="x", responses=(
            Response(question="nope", outcome="met"),)), "responses"),
        (lambda ref: camera(position=Position(lon=Decimal(181), lat=Decimal(0))), "position.lon"),
        (lambda ref: camera(heading_deg=Decimal("360.5")), "heading_deg"),
        (lambda ref: camera(first_seen="2026", last_seen="2025-12-31"), ""),
    ],
)  # fmt: skip
def test_what_does_not_go_together_is_refused_by_its_place(
    make: Any, place: str, tmp_path: Path
) -> None:
    with desk(tmp_path) as at:
        ref = at.put(actor())
        before = at.case.size
        with pytest.raises(InputError) as caught:
            at.put(make(ref))
        assert f": {place}" in str(caught.value)
        assert at.case.size == before


@pytest.mark.parametrize("language", ["xx-nonsense", "xx", "fr-QX"])
def test_a_language_that_there_is_not_is_refused_unless_it_stood_there(
    tmp_path: Path, language: str
) -> None:
    with desk(tmp_path) as at:
        with pytest.raises(InputError, match=r"actor \w+: names\[1\]\.language: there is no such"):
            at.put(actor(names=text("SAMPLE", language)))
        with pytest.raises(InputError, match=r"source \w+: languages: there is no such language"):
            at.put(source(languages=("ar", language)))
        for known in ("ar-PS", "zh-Hant", "apc", "und"):
            at.put(actor(names=text("SAMPLE", known)))


def test_nobody_has_consented_on_a_day_to_come(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        who = at.put(source())
        for day in ("2099", "2026-05-03"):
            with pytest.raises(InputError, match=r"consent \w+: given_on: this day is still to co"):
                at.put(consent(who, given_on=day))
        # It may be the next day already where the person is; the year is not over.
        for day in ("2026-05-02", "2026"):
            at.put(consent(who, given_on=day))


def test_consent_is_to_what_the_same_person_said_or_gave(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        one, other = at.put(source()), at.put(source(pseudonym="Sample Egret"))
        told = at.put(telling(one))
        with pytest.raises(InputError, match=r"about\[1\]"):
            at.put(consent(other, about=(told,)))
        at.put(consent(one, about=(told,)))
        with pytest.raises(InputError, match="change it first"):
            at.put(telling(other), told)
        with pytest.raises(InputError, match=r"grants\[1\]"):
            at.put(consent(one, grants=(Grant(use="shared"),)))


def test_a_finding_shows_whether_its_evidence_stands(tmp_path: Path) -> None:
    photo = item(tmp_path)
    with desk(tmp_path) as at:
        who = at.put(source())
        told = at.put(telling(who))
        agreed = at.put(consent(who, "held", "quoted"))
        bare, cited = at.put(finding()), at.put(finding(f"{told}#p1", photo))
        should = at.put(Recommendation(what=text("SAMPLE"), to_kind="state", findings=(cited,)))
        assert flags(at, bare) == {"no-evidence"}
        assert flags(at, cited) == flags(at, should) == set()

        contested = at.put(Challenge(about=photo, kind="contested", on="2026-04", why="SAMPLE"))
        assert flags(at, cited) == flags(at, should) == {"evidence-contested"}
        record = lookup.get(at.case, contested).record
        at.put(replace(record, outcome="upheld"), contested)
        assert flags(at, cited) == {"evidence-refuted"}
        at.put(replace(record, outcome="dismissed"), contested)
        assert flags(at, cited) == set()

        other_passage = at.put(
            Challenge(about=f"{told}#p2", kind="withdrawn", on="2026-04", why="SAMPLE")
        )
        assert flags(at, cited) == set()
        at.put(replace(lookup.get(at.case, other_passage).record, about=f"{told}#p1"),
               other_passage)  # fmt: skip
        assert flags(at, cited) == flags(at, should) == {"evidence-withdrawn"}
        at.put(replace(lookup.get(at.case, other_passage).record, outcome="dismissed"),
               other_passage)  # fmt: skip

        at.put(replace(lookup.get(at.case, agreed).record, withdrawn_on="2026-05-01"), agreed)
        assert flags(at, told) == {"consent-withdrawn"}
        assert flags(at, cited) == {"evidence-withdrawn"}
        erasing.erase(at.case, [told], reason="SAMPLE", now=NOW)
        assert flags(at, cited) == {"evidence-erased"}


def test_evidence_none_of_which_stands_is_none(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        seen = at.put(camera(name="SAMPLE"))
        cited = at.put(finding(seen))
        should = at.put(Recommendation(what=text("SAMPLE"), to_kind="state", findings=(cited,)))
        erasing.erase(at.case, [seen], reason="SAMPLE", now=NOW)
        assert flags(at, cited) == {"evidence-erased", "no-evidence"}
        assert flags(at, should) == {"evidence-erased", "evidence-lacking"}


def test_an_exhibit_is_contested_with_its_item(tmp_path: Path) -> None:
    photo = item(tmp_path)
    with desk(tmp_path) as at:
        shown = at.put(exhibit(photo))
        by_exhibit, by_item = at.put(finding(shown)), at.put(finding(photo))
        at.put(Challenge(about=shown, kind="contested", on="2026-04", why="SAMPLE"))
        assert flags(at, by_exhibit) == flags(at, by_item) == {"evidence-contested"}


def test_records_that_rest_on_each_other_do_not_hang(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        one = at.put(camera(name="SAMPLE 1"))
        two = at.put(camera(name="SAMPLE 2", evidence=(Evidence(ref=one),)))
        at.put(camera(name="SAMPLE 1", evidence=(Evidence(ref=two),)), one)
        at.put(Challenge(about=one, kind="contested", on="2026-04", why="SAMPLE"))
        assert "evidence-contested" in flags(at, two)
        assert "contested" in flags(at, one)


def test_a_review_is_by_a_second_person_and_of_one_version(tmp_path: Path) -> None:
    key = pyrage.x25519.Identity.generate()
    with desk(tmp_path) as at:
        ref = at.put(finding())
        with pytest.raises(InputError, match="second person"):
            reviews.review(at.case, ref, "agreed", now=NOW)
        members.share(
            at.case, str(key.to_public()), name="Second Sample", reason="", now=NOW,
            random=os.urandom,
        )  # fmt: skip
    with desk(tmp_path, secret=AgeIdentities((str(key),))) as at:
        reviews.review(at.case, ref, "agreed", why="SAMPLE", now=NOW)
        assert verdicts.agreement(View(at.case), ref) == "agreed"
        theirs = reviews.reviews(at.case, ref)[0].review
    with desk(tmp_path) as at:
        with pytest.raises(InputError, match="whoever wrote it"):
            at.put(replace(theirs.record, verdict="not-agreed"), theirs.ref)
        at.put(finding(confidence="alleged"), ref)
        assert verdicts.agreement(View(at.case), ref) == "none"
        assert [one.current for one in reviews.reviews(at.case, ref)] == [False]
        with pytest.raises(InputError, match="no such version"):
            at.put(Review(about=ref, state="0" * 64, verdict="agreed"))


def test_only_what_stands_is_released_and_only_in_its_newest_version(tmp_path: Path) -> None:
    from contrechamp.dossier.permission.releasing import is_released

    def stands(ref: str) -> bool:
        return is_released(Standings(View(at.case), DAY), ref)

    photo = item(tmp_path)
    with desk(tmp_path) as at:
        seen = at.put(camera(name="SAMPLE", evidence=(Evidence(ref=photo),)))
        bare = at.put(finding())
        with pytest.raises(CheckFailedError, match="no evidence that stands"):
            released(at, bare, "evidence")
        cited = at.put(finding(seen))
        given = released(at, cited, "evidence")
        assert stands(cited)
        at.put(finding(seen, confidence="alleged"), cited)
        assert not stands(cited)
        with pytest.raises(InputError, match="of one version only"):
            at.put(replace(lookup.get(at.case, given).record, about=seen), given)


def test_a_letter_stands_as_it_did_on_the_day() -> None:
    from datetime import date

    from contrechamp.dossier.records.letters import state_on

    letter = Letter(
        to=NOBODY, language="en", subject="SAMPLE", sent_on="2026-03-02", due_on="2026-03-16",
        questions=(Question(key="a", text="SAMPLE?"), Question(key="b", text="SAMPLE?")),
        answers=(Answer(on="2026-03-20", says="SAMPLE", to=("a",)),
                 Answer(on="2026-04", says="SAMPLE", to=("b",))),
    )  # fmt: skip
    days = {
        date(2026, 3, 1): ("draft", (), False),
        date(2026, 3, 2): ("waiting", ("a", "b"), False),
        date(2026, 3, 16): ("waiting", ("a", "b"), False),
        date(2026, 3, 17): ("no-reply", ("a", "b"), False),
        date(2026, 3, 20): ("partly-answered", ("b",), True),
        date(2026, 4, 1): ("answered", (), True),
    }
    for day, expected in days.items():
        found = state_on(letter, day)
        assert (found.state, found.open, found.late) == expected, day
    assert state_on(replace(letter, due_on=None), date(2027, 1, 1)).state == "answered"
    assert state_on(replace(letter, due_on=None, answers=()), date(2027, 1, 1)).state == "waiting"


def test_a_recommendation_is_followed_over_time() -> None:
    from datetime import date

    told = Recommendation(
        what=text("SAMPLE"), to_kind="company",
        follow_up=(FollowUp(on="2026-03", status="promised"), FollowUp(on="2026-06", status="done"),
                   FollowUp(on="2026-06", status="reversed"),
                   FollowUp(on="2025", status="ignored")),
    )  # fmt: skip
    expected = {date(2024, 1, 1): None, date(2025, 2, 1): "ignored", date(2026, 3, 1): "promised",
                date(2026, 7, 1): "reversed"}  # fmt: skip
    for day, status in expected.items():
        assert getattr(follow_up_on(told, day), "status", None) == status


def test_an_assessment_lists_what_it_leaves_open(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        seen = at.put(camera(name="SAMPLE"))
        asked = [question.key for question in templates()["racial-equality"].questions]
        given = Assessment(
            template="racial-equality", name="SAMPLE",
            responses=(
                Response(question=asked[0], outcome="met", evidence=(Evidence(ref=seen),)),
                Response(question=asked[1], outcome="not-met"),
                Response(question=asked[2], outcome="unknown"),
                Response(question=asked[3], outcome="not-applicable"),
            ),
        )  # fmt: skip
        at.put(given)
        found = [(gap.question, gap.lacks) for gap in gaps(given)]
        assert found[:2] == [(asked[1], "evidence"), (asked[2], "answer")]
        assert found[2:] == [(key, "answer") for key in asked[4:]]


def test_the_catalogue_has_the_instruments_and_official_names_where_there_are() -> None:
    rights = catalogue()
    instruments = {right.instrument for right in rights.values()}
    looked_up = {
        "udhr", "iccpr", "icescr", "icerd", "cedaw", "crc", "crpd", "echr", "eu-charter",
        "geneva-4", "hague-1907", "rome-statute", "apartheid", "ungp",
    }  # fmt: skip
    assert instruments >= looked_up
    for right in rights.values():
        assert {"en", "fr"} <= set(right.names), right.key
        assert right.reference
        assert right.text("en")
        assert right.text("fr")
    assert "ar" not in rights["echr-8"].names
    for right in rights.values():  # which of the names is whose
        assert not set(right.authentic) & set(right.official), right.key
        assert (
            right.authentic
            or (right.official and not right.in_force)
            or (right.instrument == "eu-charter")
        )
    # Since 1973 Arabic is a language of the United Nations; treaties before have no Arabic text
    # that decides.
    for right in rights.values():
        if "Treaty Series" in right.reference and "ar" in right.authentic:
            assert right.adopted > "1973-12-18"
    assert rights["iccpr-17"].official == ("ar",)
    assert rights["geneva-4-27"].authentic == ("en", "fr")
    assert rights["hague-1907-43"].authentic == ("fr",)
    assert rights["iccpr-17"].names["fr"].startswith("Pacte international")
    with_heading = {right.instrument for right in rights.values() if right.heading}
    assert with_heading & looked_up == {"crpd", "echr", "eu-charter", "rome-statute"}


def test_a_publication_and_its_findings_are_tied(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        cited = at.put(finding())
        whole = at.put(publication(cited))
        assert flags(at, whole) == {"evidence-lacking"}
        assert at.put(telling(at.put(source()), passages=(Passage(key="x", text="SAMPLE"),)))
