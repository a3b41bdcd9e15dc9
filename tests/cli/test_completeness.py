"""``contrechamp completeness``: what was looked over, how many there are, where to go next."""

import csv
import io
import json
import re
from pathlib import Path

import pytest

from cli.commands import SURVEY, TOWN, WALK, Run


def test_a_survey_with_a_walk_and_two_lists(contrechamp: Run, tmp_path: Path) -> None:
    out = tmp_path / "next"
    done = contrechamp("completeness", TOWN, WALK, SURVEY, "-o", out, "--draws", "300")
    assert done.status == 0, done.err
    assert "in view, as far as people notice a camera" in done.out
    assert "sample-town.osm has 3 and sample-survey.csv 3" in done.out
    assert sorted(path.name for path in out.iterdir()) == [
        "completeness.json", "index.html", "streets.geojson", "streets.parquet", "where-to-go.csv",
    ]  # fmt: skip
    told = json.loads((out / "completeness.json").read_text())
    walked = json.loads((out / "streets.geojson").read_text())["features"]
    looked = sum(one["properties"]["length_m"] for one in walked if one["properties"]["looked"])
    assert sum(one["looked_km"] for one in told["strata"].values()) == pytest.approx(looked / 1000)
    rows = list(csv.DictReader(io.StringIO((out / "where-to-go.csv").read_text())))
    assert len(rows) == told["streets_left"]
    gains = [float(row["narrows_by_cameras_an_hour"]) for row in rows]
    assert gains == sorted(gains, reverse=True)
    page = (out / "index.html").read_text()
    assert "<script" not in page
    assert not re.search(r"""(?:src|href)=["']?https?:""", page)


def test_the_same_again_gives_the_same_bytes(contrechamp: Run, tmp_path: Path) -> None:
    for name in ("one", "two"):
        done = contrechamp(
            "completeness", TOWN, WALK, SURVEY, "-o", tmp_path / name, "--draws", "100"
        )
        assert done.status == 0, done.err
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name


def test_for_machines(contrechamp: Run, tmp_path: Path) -> None:
    done = contrechamp(
        "completeness", TOWN, WALK, "-o", tmp_path / "next", "--json", "--draws", "100"
    )
    assert done.status == 0, done.err
    told = json.loads(done.out)
    assert told["lists"] is None
    assert told["missed"] is None
    assert told["total"]["q05"] <= told["total"]["median"] <= told["total"]["q95"]


def test_how_much_is_in_view_of_all_cameras(contrechamp: Run, tmp_path: Path) -> None:
    out = tmp_path / "next"
    done = contrechamp(
        *("completeness", TOWN, WALK, SURVEY, "-o", out, "--draws", "100"),
        *("--in-view", "--levels", "62.5"),
    )
    assert done.status == 0, done.err
    assert "if those that nobody found are like those that were" in done.out
    assert "by what is assumed of" in done.out
    told = json.loads((out / "completeness.json").read_text())["in_view"]
    assert set(told["all_m"]) == {"visible", "62.5px_m"}
    for level, found in told["found_m"].items():
        every = told["all_m"][level]
        assert all(found[name] <= every[name] + 1e-6 for name in ("q05", "median", "q95"))
        assert found["span"]["low"] <= found["median"] <= found["span"]["high"]
    assert "Street within view" in (out / "index.html").read_text()


def test_without_buildings_what_is_in_view_is_not_told(contrechamp: Run, tmp_path: Path) -> None:
    town = re.sub(r'k="building"', 'k="note"', TOWN.read_text())
    (tmp_path / "flat.osm").write_text(town)
    done = contrechamp(
        *("completeness", tmp_path / "flat.osm", WALK, SURVEY, "-o", tmp_path / "next"),
        *("--draws", "100", "--in-view"),
    )
    assert done.status == 0, done.err
    assert "cannot be told: the input has no building" in done.out


def test_pictures_that_people_judged(contrechamp: Run, tmp_path: Path) -> None:
    rows = [
        f"p{i},20,1,{who},{i % 4 == 0:d}" for i in range(40) for who in ("SAMPLE-A", "SAMPLE-B")
    ]
    table = tmp_path / "pictures.csv"
    table.write_text("picture,length_m,sides,person,cameras\n" + "\n".join(rows) + "\n")
    asked = ("completeness", TOWN, WALK, "-o", tmp_path / "next", "--draws", "100")
    done = contrechamp(*asked, "--pictures", table, "--recall", "63/100")
    assert done.status == 0, done.err
    assert (
        "40 pictures show 800\N{NO-BREAK SPACE}m of one side of streets, and 10 cameras" in done.out
    )
    told = json.loads((tmp_path / "next" / "completeness.json").read_text())
    assert told["pictures"]["per_km"]["median"] == pytest.approx(10 / 0.8 * 2 / 0.63, rel=0.1)
    assert [one["name"] for one in told["inputs"]][-1] == "pictures.csv"
    # Who judged is nobody's business but theirs.
    everything = b"".join(path.read_bytes() for path in (tmp_path / "next").iterdir())
    assert b"SAMPLE-A" not in everything
    for wrong in ("63", "64/63", "1/0", "a/b"):
        refused = contrechamp(*asked, "--pictures", table, "--recall", wrong)
        assert refused.status == 2
        assert "such as 63/100" in refused.err or ": 63/100" in refused.err
    alone = contrechamp(*asked, "--recall", "63/100")
    assert alone.status == 2
    assert "it needs --pictures" in alone.err


def test_without_a_walk_nothing_is_told_and_it_is_said_what_is_missing(
    contrechamp: Run, tmp_path: Path
) -> None:
    done = contrechamp("completeness", TOWN, SURVEY, "-o", tmp_path / "next", "--whole")
    assert done.status == 0, done.err
    assert "give the recorded walks (GPX, KML)" in done.out
    assert json.loads((tmp_path / "next" / "completeness.json").read_text())["total"] is None


def test_without_streets_it_says_what_to_give(contrechamp: Run, tmp_path: Path) -> None:
    done = contrechamp("completeness", WALK, SURVEY, "-o", tmp_path / "next")
    assert done.status == 2
    assert "no walkable street found" in done.err
    assert not (tmp_path / "next").exists()


def test_what_is_not_ours_is_not_replaced(contrechamp: Run, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    done = contrechamp("completeness", TOWN, WALK, "-o", tmp_path)
    assert done.status == 2
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_names_of_streets_are_text_wherever_they_stand(contrechamp: Run, tmp_path: Path) -> None:
    town = (
        Path(TOWN).read_text().replace("Specimen Row", "=1+1 &lt;script&gt;alert(1)&lt;/script&gt;")
    )
    (tmp_path / "town.osm").write_text(town)
    out = tmp_path / "next"
    done = contrechamp("completeness", tmp_path / "town.osm", WALK, "-o", out, "--draws", "100")
    assert done.status == 0, done.err
    assert "<script" not in (out / "index.html").read_text()
    names = [
        row["streets"] for row in csv.DictReader(io.StringIO((out / "where-to-go.csv").read_text()))
    ]
    assert any("1+1" in name for name in names)
    assert not any(name.startswith("=") for name in names)


def test_a_walk_of_somebody_who_stood_still(contrechamp: Run, tmp_path: Path) -> None:
    """Who stands in the middle of a street of 100 m looks over 50 m of it."""
    points = 2 * '<trkpt lat="45.0000000" lon="-26.9994000"/>'
    still = tmp_path / "still.gpx"
    still.write_text(f'<gpx version="1.1"><trk><trkseg>{points}</trkseg></trk></gpx>')
    done = contrechamp("completeness", TOWN, still, "-o", tmp_path / "out", "--draws", "10")
    assert done.status == 0, done.err
    assert "0\u00a0m were walked. From there 50\u00a0m of" in done.out
