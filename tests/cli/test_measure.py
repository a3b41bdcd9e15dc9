"""``contrechamp measure`` as a user runs it, on the sample town."""

import contextlib
import json
import os
import pty
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import jsonschema
import numpy as np
import pyproj
import pytest

from cli.commands import EXAMPLES, HOUSES, SURVEY, TOWN, Run
from contrechamp.cli.run import run
from scene.geotiffs import write_heights


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of an earlier run, to be copied."""
    out = tmp_path_factory.mktemp("earlier") / "report"
    words = ["measure", TOWN, SURVEY, "-o", out, "--draws", 50, "--json", "--lang", "en"]
    assert run([str(word) for word in words]) == 0
    return out


def content(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_files_in_report_out(contrechamp: Run, tmp_path: Path) -> None:
    out = tmp_path / "report"
    done = contrechamp("measure", TOWN, SURVEY, "-o", out, "--draws", 120)
    assert done.status == 0, done.err
    assert f"Report: {out / 'index.html'}" in done.out
    assert "within view of at least one" in done.out
    assert "draws in all" in done.err
    told = [line for line in done.err.splitlines() if line.startswith("First figure")]
    assert len(told) == 1
    # What the report says, and no sharper; how sure it is comes later.
    length = told[0].split(": ", 1)[1].split(" of walkable")[0]
    assert done.out.startswith(f"{length} of walkable street")
    figures = json.loads((out / "figures.json").read_text())
    jsonschema.validate(figures, json.loads((out / "figures.schema.json").read_text()))
    assert [file["name"] for file in figures["inputs"]] == ["sample-town.osm", "sample-survey.csv"]
    assert all(len(file["sha256"]) == 64 for file in figures["inputs"])
    assert figures["command"][:2] == ["contrechamp", "measure"]


@pytest.mark.slow
def test_the_same_run_gives_the_same_bytes(contrechamp: Run, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    common = ("measure", TOWN, SURVEY, "--draws", 100, "-o")
    assert contrechamp(*common, one, "--threads", 1).status == 0
    assert contrechamp(*common, two, "--threads", 2, "--json").status == 0
    assert content(one) == content(two)
    other = tmp_path / "other"
    assert contrechamp(*common, other, "--seed", 2).status == 0
    assert content(other)["figures.json"] != content(one)["figures.json"]


@pytest.mark.slow
def test_the_command_that_the_report_names_gives_the_report(
    contrechamp: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "report"
    done = contrechamp(
        "measure", TOWN, SURVEY, "-o", out, "--draws", 60, "--levels", "25,100", "--homes", 0
    )
    assert done.status == 0, done.err
    named = json.loads((out / "figures.json").read_text())["command"]
    # It names files, not their folders: it is run where they lie.
    monkeypatch.chdir(EXAMPLES)
    again = [tmp_path / "again" if word == "report" else word for word in named[1:]]
    assert contrechamp(*again).status == 0
    assert content(tmp_path / "again") == content(out)


def test_json_is_one_object_and_nothing_else(contrechamp: Run, tmp_path: Path) -> None:
    done = contrechamp("measure", TOWN, SURVEY, "-o", tmp_path / "r", "--draws", 50, "--json")
    assert (done.status, done.err) == (0, "")
    told = json.loads(done.out)
    assert told["counts"]["cameras"] >= 4
    assert set(told["seconds"]) == {"reading", "preparing", "draws", "writing"}
    assert all(spent >= 0 for spent in told["seconds"].values())
    figures = {(one["key"], one["group"]): one for one in told["figures"]}
    assert figures["streets.seen_m", "all"].keys() >= {"estimate", "span"}
    assert ("streets.seen_share", "near:100") in figures
    assert ("streets.seen_share", "all") not in figures


def test_shares_of_the_whole_are_given_to_who_asks(contrechamp: Run, tmp_path: Path) -> None:
    options = ("--draws", 20, "--homes", 0, "--whole", "--json")
    done = contrechamp("measure", TOWN, SURVEY, "-o", tmp_path / "r", *options)
    assert done.status == 0, done.err
    figures = {
        (one["key"], one["group"], one["level"]): one for one in json.loads(done.out)["figures"]
    }
    seen = figures["streets.seen_m", "all", "visible"]["estimate"]["median"]
    share = figures["streets.seen_share", "all", "visible"]["estimate"]["median"]
    walkable = json.loads((tmp_path / "r" / "figures.json").read_text())["methods"]["walkable_m"]
    assert share == pytest.approx(seen / walkable, abs=1e-4)
    assert "Of the whole " in (tmp_path / "r" / "index.html").read_text()
    assert "--whole" in json.loads((tmp_path / "r" / "figures.json").read_text())["command"]


def test_french_speaks_french(contrechamp: Run, tmp_path: Path) -> None:
    out = tmp_path / "rapport"
    done = contrechamp("measure", TOWN, SURVEY, "-o", out, "--draws", 50, "--lang", "fr")
    assert done.status == 0
    assert "Rapport" in done.out
    assert '<html lang="fr"' in (out / "index.html").read_text()
    wrong = contrechamp("measure", "nulle-part.osm", "-o", out, "--lang", "fr")
    assert wrong.status == 2
    assert "ne peut pas être lu" in wrong.err or "impossible" in wrong.err.lower()


def test_priors_of_ones_own_are_an_input(contrechamp: Run, tmp_path: Path) -> None:
    priors = EXAMPLES / "sample-priors.toml"
    out = tmp_path / "r"
    done = contrechamp("measure", TOWN, SURVEY, "--priors", priors, "-o", out, "--draws", 50)
    assert done.status == 0, done.err
    figures = json.loads((out / "figures.json").read_text())
    assert "sample-priors.toml" in [file["name"] for file in figures["inputs"]]
    assert any("sample: made up" in prior["source"] for prior in figures["priors"])


def bad_inputs(folder: Path) -> dict[str, tuple[list[object], str]]:
    """Return what is wrong -> arguments, and what is said."""
    files = {
        "garbage.osm.pbf": b"no map" * 50,
        "cut.osm": TOWN.read_bytes()[:900],
        "empty.osm": b'<osm version="0.6"></osm>',
        "bad.csv": b"id,lon,lat,height_m\na,-26.999,45.0001,-3\n",
        "nan.csv": b"id,lon,lat\na,nan,45.0001\n",
        "swapped.csv": b"id,lon,lat\na,45.0001,-26.999\n",
        "far.csv": b"id,lon,lat\na,12,45\n",
        "priors.toml": b"[height_m]\nquantiles = 3\n",
        "cameras.csv": b"id,lon,lat\na,-26.999,45.0001\n",
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return {
        "garbage": ([folder / "garbage.osm.pbf"], "garbage.osm.pbf"),
        "cut off": ([folder / "cut.osm"], "cut.osm"),
        "empty": ([folder / "empty.osm"], "empty.osm"),
        "a bad cell": ([TOWN, folder / "bad.csv"], "bad.csv:2: height_m"),
        "not a number": ([TOWN, folder / "nan.csv"], "nan.csv:2: lon"),
        "swapped": ([TOWN, folder / "swapped.csv"], "look swapped"),
        "outside": ([TOWN, folder / "far.csv"], "far.csv:2: the camera lies far outside"),
        "no building": ([folder / "cameras.csv"], "no building found"),
        "no street": ([folder / "cameras.csv", HOUSES], "no walkable street found"),
        "priors": ([TOWN, "--priors", folder / "priors.toml"], "priors.toml: height_m"),
        "projection": ([TOWN, "--crs", "EPSG:4326"], "--crs EPSG:4326"),
        "levels": ([TOWN, "--levels", "sharp"], "--levels sharp"),
        "missing": ([folder / "nowhere.osm"], "nowhere.osm"),
    }


@pytest.mark.parametrize("wrong", [
    "garbage", "cut off", "empty", "a bad cell", "not a number", "swapped", "outside",
    "no building", "no street", "priors", "projection", "levels", "missing",
])  # fmt: skip
def test_bad_input_is_one_message_and_touches_nothing(
    contrechamp: Run, tmp_path: Path, wrong: str, earlier: Path
) -> None:
    out = shutil.copytree(earlier, tmp_path / "report")
    before = content(out)
    arguments, said = bad_inputs(tmp_path)[wrong]
    done = contrechamp("measure", *arguments, "-o", out)
    assert done.status == 2
    assert done.out == ""
    assert said in done.err
    assert "Traceback" not in done.err
    assert str(tmp_path) not in done.err
    assert content(out) == before


def test_no_camera_is_said(contrechamp: Run, tmp_path: Path) -> None:
    text = TOWN.read_text().replace('"man_made"', '"was:man_made"')
    path = tmp_path / "town.osm"
    path.write_text(text)
    done = contrechamp("measure", path, "-o", tmp_path / "r")
    assert done.status == 2
    assert "no camera found" in done.err
    assert not (tmp_path / "r").exists()


def test_bad_rows_can_be_left_out(contrechamp: Run, tmp_path: Path) -> None:
    bad_inputs(tmp_path)
    out = tmp_path / "r"
    common = ("measure", TOWN, SURVEY, tmp_path / "bad.csv", "-o", out, "--draws", 50)
    done = contrechamp(*common, "--skip-bad-rows")
    assert done.status == 0
    assert "bad.csv:2: height_m" in done.err
    assert json.loads((out / "figures.json").read_text())["counts"]["rows_left_out"] == 1


def test_an_output_that_is_somebody_elses(contrechamp: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    done = contrechamp("measure", TOWN, "-o", tmp_path)
    assert done.status == 2
    assert content(tmp_path) == {"mine.txt": b"mine"}
    done = contrechamp("measure", TOWN, "-o", "/proc/nowhere")
    assert done.status == 2
    assert "/proc/nowhere" in done.err


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_interrupted_run_leaves_nothing_half_written(
    tmp_path: Path, number: signal.Signals
) -> None:
    out = tmp_path / "report"
    words = ["measure", str(TOWN), str(SURVEY), "-o", str(out), "--draws", "200000"]
    keyboard, terminal = pty.openpty()  # where the bars say how far it is
    process = subprocess.Popen(
        [sys.executable, "-m", "contrechamp", *words],
        stderr=terminal,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "LANG": "C.UTF-8", "TERM": "xterm", "COLUMNS": "100"},
    )
    os.close(terminal)
    shown = b""
    with contextlib.suppress(OSError):  # EIO: nobody has the terminal open any more
        while part := os.read(keyboard, 4096):
            if b"Draws" in part and b"Draws" not in shown:
                process.send_signal(number)
            shown += part
    os.close(keyboard)
    assert process.wait() == 128 + number
    assert b"nothing half-written" in shown
    assert b"Traceback" not in shown
    assert list(tmp_path.iterdir()) == []


def test_what_stands_free_can_be_switched_off_by_kind(contrechamp: Run, tmp_path: Path) -> None:
    street = {"type": "LineString", "coordinates": [[-27.0, 45.0], [-26.999, 45.0]]}
    across = {"type": "LineString", "coordinates": [[-26.9998, 44.9997], [-26.9998, 45.0003]]}
    walls = tmp_path / "walls.geojson"
    features = [
        {"type": "Feature", "geometry": across, "properties": {"barrier": kind, "height_m": 9}}
        for kind in ("wall", "hedge")
    ]
    walls.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    walk = tmp_path / "walk.geojson"
    lines = {"type": "Feature", "geometry": street, "properties": {"name": "SAMPLE"}}
    walk.write_text(json.dumps({"type": "FeatureCollection", "features": [lines]}))
    survey = tmp_path / "survey.csv"
    survey.write_text("id,lon,lat,kind,height_m,hfov_deg,range_m\na,-27.0,45.0,dome,5,360,60\n")

    def run(*words: str) -> dict[str, object]:
        out = tmp_path / "out"
        files = [str(file) for file in (walls, walk, survey)]
        found = contrechamp("measure", *files, "-o", str(out), "--draws", "2", "--open", *words)
        assert found.status == 0, found.err
        return json.loads((out / "figures.json").read_text())

    def of_walks(told: dict[str, object]) -> float:
        return next(
            figure["estimate"]["median"] for figure in told["figures"]
            if (figure["key"], figure["level"]) == ("tracks.seen_m", "visible")
        )  # fmt: skip

    both = run()
    assert both["methods"]["screens_within_reach"] == {"hedge": 1, "wall": 1}
    assert of_walks(both) == pytest.approx(15.8, abs=0.5)
    assert of_walks(run("--without", "hedge")) == pytest.approx(15.8, abs=0.5)
    none = run("--without", "wall, hedge")
    assert of_walks(none) == pytest.approx(60.0, abs=0.1)
    assert none["counts"]["screens_switched_off"] == 2
    at = none["command"].index("--without")
    assert none["command"][at + 1] == "wall,hedge"
    wrong = contrechamp("measure", str(walls), "-o", str(tmp_path / "o"), "--without", "walls")
    assert wrong.status == 2
    assert "walls" in wrong.err


def test_a_height_model_is_an_input_like_any_other(contrechamp: Run, tmp_path: Path) -> None:
    to_plane = pyproj.Transformer.from_crs(4326, 32626, always_xy=True)
    east, north = to_plane.transform(-27.0, 45.0)
    street = {"type": "LineString", "coordinates": [[-27.0, 45.0], [-26.999, 45.0]]}
    walk = tmp_path / "walk.geojson"
    line = {"type": "Feature", "geometry": street, "properties": {"name": "SAMPLE"}}
    walk.write_text(json.dumps({"type": "FeatureCollection", "features": [line]}))
    survey = tmp_path / "survey.csv"
    survey.write_text("id,lon,lat,kind,height_m,hfov_deg,range_m\na,-27.0,45.0,dome,5,360,60\n")
    # A ridge of 12 m across the walk, 25 m from the camera: SAMPLE ground.
    x = np.arange(1000) + 0.5 - 500.0
    ridge = np.tile(100.0 + np.maximum(12.0 - np.abs(x - 25.0), 0.0), (1000, 1))
    model = write_heights(
        tmp_path / "ridge.tif", ridge.astype(np.float32), west=east - 500, north=north + 500,
        cell=1.0,
    )  # fmt: skip

    def run(*files: Path) -> tuple[float, dict[str, object], str]:
        out = tmp_path / "out"
        done = contrechamp("measure", *files, "-o", out, "--draws", "2", "--open")
        assert done.status == 0, done.err
        told = json.loads((out / "figures.json").read_text())
        seen = next(
            figure["estimate"]["median"] for figure in told["figures"]
            if (figure["key"], figure["level"]) == ("tracks.seen_m", "visible")
        )  # fmt: skip
        return seen, told, (out / "index.html").read_text()

    level, on_plane, _page = run(walk, survey)
    assert level == pytest.approx(60.0, abs=0.1)
    assert "relief" not in on_plane["methods"]
    hilly, told, page = run(walk, survey, model)
    assert hilly == pytest.approx(25.0, abs=2.0)
    assert told["methods"]["relief"]["highest_m"] == pytest.approx(112.0, abs=0.6)
    assert [one["format"] for one in told["inputs"]][-1] == "GeoTIFF"
    assert "triangles between points" in page
    refused = contrechamp("tiles", TOWN, model, "-o", tmp_path / "tiles")
    assert refused.status == 2
    assert "ridge.tif" in refused.err
