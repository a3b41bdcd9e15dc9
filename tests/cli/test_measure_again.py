"""``contrechamp measure --again``: measurements in a bundle give the same bytes, or are told."""

from collections.abc import Callable
from pathlib import Path

import pytest

from cli.commands import (
    BARRIERS,
    DISTRICTS,
    EXAMPLES,
    SURVEY,
    TOWN,
    WALK,
    CaseRun,
    Run,
    first_word,
)
from cli.test_private_outputs import published


@pytest.fixture
def figures(contrechamp: Run, tmp_path: Path) -> Path:
    done = contrechamp("measure", TOWN, SURVEY, "-o", tmp_path / "report", "--draws", "20")
    assert done.status == 0, done.err
    return tmp_path / "report/figures.json"


def released(case: CaseRun, path: Path) -> str:
    """Take a file in, and give leave for it; return its id."""
    item = first_word(case("add", path))
    passed = [word for gate in ("review", "exhibit") for word in ("--override", gate)]
    done = case("release", f"item/{item}", *passed, "--reason", "SAMPLE alone")
    assert done.status == 0, done.err
    return item


@pytest.mark.slow
def test_a_measurement_whose_inputs_are_there_gives_the_same_bytes(
    case: CaseRun, put: Callable[..., str], figures: Path, contrechamp: Run, tmp_path: Path
) -> None:
    cited = released(case, figures)
    released(case, TOWN)
    survey = first_word(case("add", SURVEY))  # in the case, and nobody gave leave for it
    bundle = published(case, put, cited, tmp_path / "first")
    done = contrechamp("measure", "--again", bundle, "-o", tmp_path / "out")
    assert done.status == 1
    assert f"not in the bundle: {SURVEY.name}" in done.out
    assert not (bundle / "data/measurements/1/inputs" / SURVEY.name).exists()
    assert not (tmp_path / "out").exists()

    passed = [word for gate in ("review", "exhibit") for word in ("--override", gate)]
    case("release", f"item/{survey}", *passed, "--reason", "SAMPLE alone")
    ref = first_word(case("show", "--kind", "publication"))
    done = case("publish", ref, "-o", tmp_path / "second")
    assert done.status == 0, done.err
    bundle = tmp_path / "second/bundle"
    assert contrechamp("verify", bundle).status == 0
    done = contrechamp("measure", "--again", bundle, "-o", tmp_path / "out")
    assert done.status == 0, done.out + done.err
    assert "measurement 1: the same bytes" in done.out
    assert (tmp_path / "out/1/figures.json").read_bytes() == figures.read_bytes()

    told = bundle / "data/measurements/1/figures.json"
    told.write_bytes(figures.read_bytes().replace(b'"median": ', b'"median": 1', 1))
    done = contrechamp("measure", "--again", bundle, "-o", tmp_path / "other")
    assert done.status == 1
    assert "measurement 1: other figures" in done.out
    told.write_bytes(figures.read_bytes().replace(TOWN.name.encode(), b"/etc/hostname"))
    done = contrechamp("measure", "--again", bundle, "-o", tmp_path / "other")
    assert done.status in {1, 2}
    assert "/etc/hostname" not in done.err


PLAN, PEOPLE = EXAMPLES / "sample-plan.toml", EXAMPLES / "sample-people.csv"
BEFORE, EVENTS = EXAMPLES / "sample-survey-before.csv", EXAMPLES / "sample-events.csv"
#: What else answers with figures: its words and the files that it reads.
ANSWERS: dict[str, tuple[list[object], tuple[Path, ...]]] = {
    "completeness": ([TOWN, WALK, SURVEY], (TOWN, WALK, SURVEY)),
    "access": (
        [TOWN, BARRIERS, "--areas", DISTRICTS, "--group", "none"], (TOWN, BARRIERS, DISTRICTS),
    ),
    "disparity": (
        [TOWN, SURVEY, "--areas", DISTRICTS, "--people", PEOPLE, "--plan", PLAN],
        (TOWN, SURVEY, DISTRICTS, PEOPLE, PLAN),
    ),
    "change": (
        ["--map", "2025", BEFORE, "--map", "2026", TOWN, "--events", EVENTS],
        (BEFORE, TOWN, EVENTS),
    ),
}  # fmt: skip


@pytest.mark.slow
def test_what_other_commands_answer_is_carried_and_repeated_as_well(
    case: CaseRun, put: Callable[..., str], contrechamp: Run, tmp_path: Path
) -> None:
    evidence, answers = [], {}
    for command, (words, _inputs) in ANSWERS.items():
        out = tmp_path / command
        done = contrechamp(command, *words, "-o", out, "--draws", "12")
        assert done.status == 0, done.err
        [answers[command]] = out.glob(f"{command}.json")
        evidence.append(f'[[evidence]]\nref = "item/{released(case, answers[command])}"\n')
    for path in dict.fromkeys(one for _words, inputs in ANSWERS.values() for one in inputs):
        released(case, path)
    ref = put(
        "finding",
        'confidence = "single-source"\n[[claim]]\nlanguage = "en"\ntext = "SAMPLE"\n'
        + "".join(evidence),
    )
    ref = put("publication", f'name = "SAMPLE"\nlanguage = "en"\ncites = ["{ref}"]\n')
    passed = [word for gate in ("review", "exhibit") for word in ("--override", gate)]
    assert case("release", ref, *passed, "--reason", "SAMPLE alone").status == 0
    done = case("publish", ref, "-o", str(tmp_path / "report"))
    assert done.status == 0, done.err
    bundle = tmp_path / "report" / "bundle"
    assert contrechamp("verify", bundle).status == 0
    done = contrechamp("measure", "--again", bundle, "-o", tmp_path / "again")
    assert done.status == 0, done.out + done.err
    for number, (command, file) in enumerate(answers.items(), start=1):
        assert f"measurement {number}: the same bytes" in done.out
        again = tmp_path / "again" / str(number) / file.name
        assert again.read_bytes() == file.read_bytes(), command

    # One of another command, under the name of this one, is no measurement that is known.
    told = bundle / "data" / "measurements" / "1" / "completeness.json"
    told.write_bytes(answers["change"].read_bytes())
    done = contrechamp("measure", "--again", bundle, "-o", tmp_path / "other")
    assert done.status == 2
    assert "no file with the figures of a measurement" in done.err


@pytest.mark.slow
def test_a_plan_that_was_changed_is_told_by_whoever_repeats_it(
    case: CaseRun, put: Callable[..., str], contrechamp: Run, tmp_path: Path
) -> None:
    words, inputs = ANSWERS["disparity"]
    plan = tmp_path / PLAN.name
    asked = [plan if one == PLAN else one for one in words]
    plan.write_text(PLAN.read_text().replace('"Where children live"', '"SAMPLE, stated first"', 1))
    out = tmp_path / "who"
    done = contrechamp("disparity", *asked, "-o", out, "--draws", "12")
    assert done.status == 0, done.err
    plan.write_text(PLAN.read_text())
    done = contrechamp("disparity", *asked, "-o", out, "--draws", "12", "--changed", "SAMPLE")
    assert done.status == 0, done.err
    cited = released(case, out / "disparity.json")
    for path in inputs:
        released(case, path)
    bundle = published(case, put, cited, tmp_path / "report")
    done = contrechamp("measure", "--again", bundle, "-o", tmp_path / "again")
    assert done.status == 0, done.out + done.err


def test_without_a_measurement_or_with_two_wishes_it_is_refused(
    contrechamp: Run, tmp_path: Path
) -> None:
    done = contrechamp("measure", "--again", tmp_path, "-o", tmp_path / "out")
    assert done.status == 2
    assert "no measurement" in done.err
    assert contrechamp("measure", "-o", tmp_path / "out").status == 2
    assert contrechamp("measure", TOWN, "--again", tmp_path, "-o", tmp_path / "out").status == 2
