"""What needs evidence: each kind says so, and what lacks it shows wherever standing shows."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from samples import DAY, NOW, actor, desk, item

from contrechamp.dossier import status
from contrechamp.dossier.formats.write import exporting
from contrechamp.dossier.permission.standing import Flag, Standings, standing
from contrechamp.dossier.reading.view import View
from contrechamp.dossier.records.actors import Product
from contrechamp.dossier.records.contracts import Contract, Licence, Tender
from contrechamp.dossier.records.field_types import Evidence, Record, evidence_of
from contrechamp.dossier.records.findings import Assessment, Response
from contrechamp.dossier.records.kinds import KINDS
from contrechamp.dossier.records.letters import Answer, Letter
from contrechamp.dossier.records.publications import Publication
from contrechamp.dossier.records.schema import members
from contrechamp.dossier.records.testimony import Challenge


def _classes(cls: type, seen: set[type]) -> Iterator[type]:
    """Yield a class of record and those of its parts, at any depth."""
    if cls in seen:
        return
    seen.add(cls)
    yield cls
    for member in members(cls):
        part = (member.shape.inner or member.shape).cls
        if part is not None:
            yield from _classes(part, seen)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_says_whether_it_needs_evidence(kind: str) -> None:
    for cls in _classes(KINDS[kind], set()):
        names = {member.name for member in members(cls)}
        if issubclass(cls, Record) or names & {"evidence", "confidence"}:
            assert "rests_on" in vars(cls), f"{cls.__name__} says nothing of evidence"
            assert set(cls.rests_on) <= names
        if "confidence" in names:  # what is sure to a degree is so because of something
            assert cls.rests_on, cls.__name__


@pytest.mark.parametrize(
    "record",
    [
        actor(),
        Contract(name="SAMPLE contract"),
        Tender(name="SAMPLE tender"),
        Licence(name="SAMPLE licence"),
        Product(make="SAMPLE", model="one"),
    ],
    ids=lambda record: type(record).__name__,
)
def test_what_lacks_evidence_shows_in_status_and_exports(tmp_path: Path, record: Record) -> None:
    paper = item(tmp_path)
    with desk(tmp_path) as at:
        bare = at.put(replace(record, evidence=()))
        proved = at.put(replace(record, evidence=(Evidence(ref=paper),)))
        assert standing(View(at.case), bare, DAY) == (Flag("no-evidence"),)
        assert standing(View(at.case), proved, DAY) == ()
        lacking = {one.ref for one in status.lacks(at.case, DAY) if one.why == "no-evidence"}
        assert lacking == {bare}
        exporting.write(at.case, tmp_path / "out", "jsonl", day=DAY)
    lines = map(json.loads, (tmp_path / "out/records.jsonl").read_text().splitlines())
    told = {f"record/{line['id']}": line["standing"] for line in lines}
    assert told[bare] == [{"code": "no-evidence", "at": "", "because": ""}]
    assert told[proved] == []


def test_a_publication_that_shows_what_has_no_evidence_says_so(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        bare = at.put(Contract(name="SAMPLE contract"))
        whole = at.put(Publication(name="SAMPLE", language="fr", cites=(bare,)))
        found = standing(View(at.case), whole, DAY)
    assert found == (Flag("evidence-lacking", "cites[1]", bare),)


def test_an_answer_rests_on_its_document_or_on_where_it_is_reported() -> None:
    assert evidence_of(Answer(on="2026-05-01", says="SAMPLE")) == []
    assert evidence_of(Answer(on="2026-05-01", says="SAMPLE", document="item/" + "0" * 16))
    assert evidence_of(Response(question="one", outcome="unknown")) is None
    assert evidence_of(Response(question="one", outcome="met")) == []


def test_a_question_without_evidence_is_told_once(tmp_path: Path) -> None:
    from contrechamp.dossier.shipped.assessments import new_assessment, templates

    with desk(tmp_path) as at:
        asked = new_assessment(next(iter(templates())))
        met = replace(asked.responses[0], outcome="met", says="SAMPLE")
        ref = at.put(replace(asked, responses=(met, *asked.responses[1:])))
        found = [one for one in status.lacks(at.case, DAY) if one.why == "no-evidence"]
        assert [(one.what, one.at) for one in found] == [("answer", met.question)]
        assert Flag("no-evidence", "responses[1]") in standing(View(at.case), ref, DAY)
    assert isinstance(asked, Assessment)


def test_a_circle_of_records_that_rest_on_each_other_is_as_bad_as_its_worst(
    tmp_path: Path,
) -> None:
    with desk(tmp_path) as at:
        first = at.put(Contract(name="SAMPLE"))
        cites_first = Letter(
            to=at.put(actor()), language="en", subject="SAMPLE", evidence=(Evidence(ref=first),)
        )
        letter = at.put(cites_first)
        at.put(Contract(name="SAMPLE", evidence=(Evidence(ref=letter),)), first)
        at.put(Challenge(about=letter, kind="contested", on="2026-01-01", why="SAMPLE"))
        standings = Standings(View(at.case), DAY)
        codes = {ref: {flag.code for flag in standings.of(ref)} for ref in (first, letter)}
    # Neither stands on anything but the other, and the one is contested.
    assert codes[first] == {"evidence-contested"}
    assert codes[letter] == {"contested", "evidence-contested"}


def test_a_chain_of_any_length_and_a_tangle_of_any_density_is_followed(tmp_path: Path) -> None:
    from contrechamp.dossier.writing import store
    from contrechamp.dossier.writing.store import Put

    def contract(number: int, *cited: int) -> Put:
        evidence = tuple(Evidence(ref=f"record/{one:016x}") for one in cited)
        return Put(Contract(name="SAMPLE", evidence=evidence), f"{number:016x}", new=True)

    chain = [contract(one, one - 1) if one else contract(0) for one in range(1500)]
    tangle = [contract(9000 + one, *(9000 + other for other in range(40) if other != one), 1499)
              for one in range(40)]  # fmt: skip
    with desk(tmp_path) as at:
        store.put_all(at.case, [*chain, *tangle], now=NOW)
        standings = Standings(View(at.case), DAY)
        last = standings.of(f"record/{9000:016x}")
        assert standings.of(f"record/{1499:016x}")[0].code == "evidence-lacking"
    assert {flag.code for flag in last} == {"evidence-lacking"}


def test_the_day_counts(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        bare = at.put(Contract(name="SAMPLE contract"))
        at.put(Challenge(about=bare, kind="contested", on="2027-01-01", why="SAMPLE"))
        codes = [[flag.code for flag in standing(View(at.case), bare, date(year, 6, 1))]
                 for year in (2026, 2027)]  # fmt: skip
    assert codes == [["no-evidence"], ["contested", "no-evidence"]]
