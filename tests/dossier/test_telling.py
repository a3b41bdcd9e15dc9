"""What is told of a record beside its fields: who names it, and how it stands on a day."""

from datetime import date
from pathlib import Path

from samples import actor, desk, finding, item, source, telling, text

from contrechamp.dossier.reading.state_text import state_text
from contrechamp.dossier.reading.titles import citing, title_of
from contrechamp.dossier.records.findings import Recommendation
from contrechamp.dossier.records.letters import Answer, Letter, Question
from contrechamp.dossier.shipped import assessments
from contrechamp.dossier.writing import erasing
from vault import cases


def test_who_names_a_record_is_told_once_a_part(tmp_path: Path) -> None:
    letter = item(tmp_path)
    with desk(tmp_path) as at:
        told = at.put(telling(at.put(source())))
        cited = at.put(finding(f"{told}#p1", f"{told}#p1", letter))
        names = [(one.ref, one.kind, one.part) for one in citing(at.case, told)]
        assert names == [(cited, "finding", "p1")]
        assert [one.part for one in citing(at.case, letter)] == [""]
        assert title_of(at.case, cited) == "SAMPLE: faces are compared at the gate."
        assert title_of(at.case, letter) == "sample-photo.jpg"
        gone = at.put(actor())
        erasing.erase(at.case, [gone[7:]], reason="SAMPLE", now=cases.NOW)
        assert title_of(at.case, gone) == ""


def test_a_letter_says_how_it_stands_on_a_day() -> None:
    letter = Letter(
        to="record/0123456789abcdef", language="en", subject="SAMPLE questions",
        questions=(Question(key="q1", text="SAMPLE: where?"),),
        sent_on="2026-05-01", due_on="2026-05-15",
        answers=(Answer(on="2026-06-01", says="SAMPLE: here."),),
    )  # fmt: skip
    days = {
        date(2026, 4, 1): "not sent",
        date(2026, 5, 2): "waiting for an answer (asked for by 15 May 2026)",
        date(2026, 5, 20): "no reply by the day that it was due (asked for by 15 May 2026)",
        date(2026, 6, 2): "answered (after the day that was asked for)",
    }
    assert {day: state_text(letter, day) for day in days} == days


def test_recommendations_and_assessments_say_what_is_open() -> None:
    day = date(2026, 5, 1)
    asked = Recommendation(what=text("SAMPLE: take them down."), to_kind="company")
    assert state_text(asked, day) == "no follow-up yet"
    key = next(iter(assessments.templates()))
    questions = len(assessments.templates()[key].questions)
    told = state_text(assessments.new_assessment(key), day)
    assert told.endswith(f"{questions} of {questions} questions are open")
    assert state_text(actor(), day) == ""
