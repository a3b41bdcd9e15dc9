"""``contrechamp measure --track``: one's own way, printed and kept nowhere."""

import json
import re
from pathlib import Path

import pytest

from cli.commands import EXAMPLES, SURVEY, TOWN, Done, Run

WAY = EXAMPLES / "sample-own-way.gpx"


def track(contrechamp: Run, *more: object, way: Path = WAY) -> Done:
    return contrechamp("measure", TOWN, SURVEY, "--track", way, "--draws", "100", *more)


def test_a_walk_is_told_by_level_and_camera_and_nothing_is_kept(
    contrechamp: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = track(contrechamp)
    assert done.status == 0, done.err
    assert "Measured: 180\xa0m and 4 min on foot." in done.out
    assert re.search(r"in view: \d+\xa0m .* min, of mapped cameras: \d", done.out)
    assert "Camera SAMPLE-5: " in done.out
    assert "nothing was recorded in between: 90\xa0m straight on. In time: 5.1 min." in done.out
    assert "Nothing of this was kept" in done.err
    assert list(tmp_path.iterdir()) == []


def test_for_machines(contrechamp: Run) -> None:
    told = track(contrechamp, "--json").json()
    assert told["left_out"]["gaps"]["n"] == 1
    assert told["measured_s"] == 233.0
    visible = told["levels"]["visible"]
    assert 0.0 < visible["metres"]["q05"] <= visible["metres"]["q95"] <= told["measured_m"]
    assert visible["seconds"]["q95"] <= told["measured_s"] + 1.0
    # More demanding levels have less.
    medians = [level["metres"]["median"] for level in told["levels"].values()]
    assert medians == sorted(medians, reverse=True)


def test_what_may_be_handed_on_has_no_place_day_or_camera(contrechamp: Run, tmp_path: Path) -> None:
    out = tmp_path / "way"
    done = track(contrechamp, "-o", out)
    assert done.status == 0, done.err
    assert sorted(path.name for path in out.iterdir()) == ["index.html", "own-way.json"]
    for path in out.iterdir():
        text = path.read_text()
        for told in ("SAMPLE-", "node/", "2026", "10:0", "45.0", "26.99", WAY.name, "SAMPLE own"):
            assert told not in text, (path.name, told)
        assert not re.search(r"\b[0-9a-f]{64}\b", text.replace("sha256-", "")), path.name
    assert "A walk of about 200\xa0m." in (out / "index.html").read_text()
    # It replaces what it wrote itself, and nothing else.
    assert track(contrechamp, "-o", out).status == 0
    (out / "mine.txt").write_text("mine")
    assert track(contrechamp, "-o", out).status == 2


@pytest.mark.parametrize(
    ("option", "says"),
    [
        (("--homes", "5"), "--homes says nothing of a walk"),
        (("--areas", EXAMPLES / "sample-districts.geojson"), "--areas says nothing of a walk"),
        (("--whole",), "--whole says nothing of a walk"),
    ],
)
def test_options_that_say_nothing_of_a_walk_are_refused(
    contrechamp: Run, option: tuple[object, ...], says: str
) -> None:
    done = track(contrechamp, *option)
    assert done.status == 2
    assert says in done.err


def altered(folder: Path, old: str, new: str) -> Path:
    text = WAY.read_text()
    assert re.search(old, text)
    (folder / "way.gpx").write_text(re.sub(old, new, text))
    return folder / "way.gpx"


def test_time_that_runs_backwards_is_told(contrechamp: Run, tmp_path: Path) -> None:
    way = altered(tmp_path, "10:02:42", "09:02:42")
    done = track(contrechamp, way=way)
    assert done.status == 0, done.err
    assert "time runs backwards" in done.out
    told = track(contrechamp, "--json", way=way).json()
    assert told["levels"]["visible"]["seconds"] is None
    assert told["segments"][0]["no_seconds_since"] == "backwards"


@pytest.mark.parametrize(("old", "new"), [("<time>.*</time>", ""), ("T10:0", "T1Q:0")])
def test_without_times_that_can_be_read_there_are_metres_and_no_seconds(
    contrechamp: Run, tmp_path: Path, old: str, new: str
) -> None:
    way = altered(tmp_path, old, new)
    done = track(contrechamp, way=way)
    assert done.status == 0, done.err
    assert "Of segments without times" in done.out
    assert " min, of mapped" not in done.out


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (r'lat="45', 'lat="47', "not in the place that the maps show"),
        (r"(?s)<trkpt.*</trkpt>", "", "no recorded track of two fixes or more"),
        (r'lat="45\.', 'lat="945.', "way.gpx"),
    ],
)
def test_a_walk_that_cannot_be_measured_says_why(
    contrechamp: Run, tmp_path: Path, old: str, new: str, says: str
) -> None:
    done = track(contrechamp, way=altered(tmp_path, old, new))
    assert done.status == 2
    assert says in done.err
    assert "Traceback" not in done.err


def test_a_map_without_cameras_does_not_make_a_walk_free(contrechamp: Run, tmp_path: Path) -> None:
    town = re.sub(r"surveillance", "survey_point", TOWN.read_text())
    (tmp_path / "town.osm").write_text(town)
    done = contrechamp("measure", tmp_path / "town.osm", "--track", WAY)
    assert done.status == 2
    assert "camera" in done.err


def test_a_folder_is_still_asked_for_where_there_is_no_walk(contrechamp: Run) -> None:
    done = contrechamp("measure", TOWN, SURVEY)
    assert done.status == 2
    assert "-o" in done.err


def test_json_of_a_walk_is_one_object(contrechamp: Run) -> None:
    json.loads(track(contrechamp, "--json").out)


def test_what_is_assumed_of_views_stands_beside_the_metres(contrechamp: Run) -> None:
    done = track(contrechamp, "--json")
    assert done.status == 0, done.err
    for level, told in json.loads(done.out)["levels"].items():
        span = told["metres_span"]
        assert set(span["assumed"]) <= {"kind", "range_m", "tilt_deg"}, level
        assert span["low"] <= told["metres"]["median"] <= span["high"], level
