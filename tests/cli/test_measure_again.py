"""``contrechamp measure --again``: measurements in a bundle give the same bytes, or are told."""

from collections.abc import Callable
from pathlib import Path

import pytest

from cli.commands import SURVEY, TOWN, CaseRun, Run, first_word
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


def test_without_a_measurement_or_with_two_wishes_it_is_refused(
    contrechamp: Run, tmp_path: Path
) -> None:
    done = contrechamp("measure", "--again", tmp_path, "-o", tmp_path / "out")
    assert done.status == 2
    assert "no measurement" in done.err
    assert contrechamp("measure", "-o", tmp_path / "out").status == 2
    assert contrechamp("measure", TOWN, "--again", tmp_path, "-o", tmp_path / "out").status == 2
