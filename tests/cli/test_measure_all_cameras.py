"""``contrechamp measure --completeness``: all cameras beside the mapped ones, by a survey."""

import json
import shutil
from pathlib import Path

import pytest

from cli.commands import SURVEY, TOWN, WALK, Run


@pytest.fixture
def answer(contrechamp: Run, tmp_path: Path) -> Path:
    """The completeness of the SAMPLE survey, with what is in view."""
    done = contrechamp(
        "completeness", TOWN, WALK, SURVEY, "--in-view", "-o", tmp_path / "next", "--draws", "40"
    )
    assert done.status == 0, done.err
    return tmp_path / "next" / "completeness.json"


def test_the_headline_tells_of_all_cameras_with_the_uncertainty_of_the_survey(
    contrechamp: Run, answer: Path, tmp_path: Path
) -> None:
    out = tmp_path / "report"
    asked = ["measure", TOWN, SURVEY, "--completeness", answer, "-o", out, "--draws", "20"]
    done = contrechamp(*asked)
    assert done.status == 0, done.err
    _mapped, told = done.out.splitlines()[:2]
    assert told.startswith("Of all cameras, those that nobody found as well: ")
    assert "by what is assumed" in told
    assert "Cameras on all streets of the survey: " in told
    survey = json.loads(answer.read_text())
    figures = json.loads((out / "figures.json").read_text())
    for one in figures["figures"]:
        if one["key"] == "streets.seen_all_m":
            there = survey["in_view"]["all_m"][one["level"]]
            assert one["estimate"]["median"] == there["median"]
            assert one["estimate"]["q95"] == there["q95"]
            assert one["span"] == there["span"]
    levels = {one["level"] for one in figures["figures"] if one["key"] == "streets.seen_all_m"}
    assert levels == set(survey["in_view"]["all_m"])
    assert "completeness.json" in [file["name"] for file in figures["inputs"]]
    page = (out / "index.html").read_text()
    assert "but for those that say of all cameras" in page
    assert "are not in any figure or interval" not in page


@pytest.mark.parametrize("which", ["other files", "not asked", "another command", "no JSON"])
def test_an_answer_that_says_nothing_of_these_files_is_refused(
    contrechamp: Run, answer: Path, tmp_path: Path, which: str
) -> None:
    given, told = answer, json.loads(answer.read_text())
    town = TOWN
    match which:
        case "other files":
            town = tmp_path / "other.osm"
            shutil.copy(TOWN, town)
            town.write_bytes(town.read_bytes() + b"\n")
            expected = "without these: other.osm"
        case "not asked":
            told["citable"] = [one for one in told["citable"] if one["key"] != "survey.seen_all_m"]
            expected = "does not say what all cameras have in view"
        case "another command":
            told["schema"] = "contrechamp/change-1"
            expected = "not the completeness.json of a survey"
        case _:
            expected = "not the completeness.json of a survey"
    if which == "no JSON":
        given.write_text("[" * 100_000)
    else:
        given.write_text(json.dumps(told))
    done = contrechamp(
        "measure", town, SURVEY, "--completeness", given, "-o", tmp_path / "out", "--draws", "20"
    )
    assert done.status == 2
    assert expected in done.err
    assert not (tmp_path / "out").exists()
