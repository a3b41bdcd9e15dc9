"""``contrechamp access``: who reaches what through barriers, in files, on a page, as JSON."""

import csv
import io
import json
import re
from pathlib import Path

import jsonschema
import pytest

from cli.commands import BARRIERS, DISTRICTS, SURVEY, TOWN, WALK, Run
from contrechamp.publish.access.writing import access_schema

#: What makes a quick run of the sample.
QUICK = ("--draws", "40", "--levels", "25")


def figure(rows: list[dict[str, str]], **wanted: str) -> dict[str, str]:
    (found,) = [row for row in rows if all(row[name] == text for name, text in wanted.items())]
    return found


def test_the_sample_town_with_its_barriers(contrechamp: Run, tmp_path: Path) -> None:
    out = tmp_path / "access"
    done = contrechamp(
        "access", TOWN, BARRIERS, "--areas", DISTRICTS, "--between", "west", "east", "-o", out,
        *QUICK,
    )  # fmt: skip
    assert done.status == 0, done.err
    assert "Barriers cut everybody off from every school: no time can be given." in done.out
    assert "1 camera may have every way between Sample West and Sample East in view" in done.out
    assert sorted(path.name for path in out.iterdir()) == [
        "access.json", "barriers.geojson", "barriers.parquet", "figures.csv", "index.html",
        "streets.geojson", "streets.parquet",
    ]  # fmt: skip
    told = json.loads((out / "access.json").read_text())
    jsonschema.validate(told, json.loads(access_schema()))
    assert told["groups"] == ["", "resident", "worker"]
    assert told["barriers"] == {"crossing": 4, "not_known": 1, "on_no_street": 0}
    rows = list(csv.DictReader(io.StringIO((out / "figures.csv").read_text())))
    assert len(rows) == len(told["figures"])
    cut = {"key": "access.cut_off_share", "place": "school", "area": "all"}
    assert figure(rows, **cut, group="")["median"] == "1.0"
    # Residents pass from 4:30 to 22:00: the middle of the hour from four is open.
    assert figure(rows, **cut, group="resident", from_hour="4")["to_hour"] == "22"
    page = (out / "index.html").read_text()
    assert "<script" not in page
    assert not re.search(r"""(?:src|href)=["']?https?:""", page)
    barriers = json.loads((out / "barriers.geojson").read_text())["features"]
    assert {one["properties"]["barrier"] for one in barriers} == {
        "checkpoint_partly", "gate_closed", "wall", "roadblock",
    }  # fmt: skip
    again = contrechamp("access", TOWN, out / "barriers.geojson", "-o", tmp_path / "again", *QUICK)
    assert again.status == 0, again.err
    same = json.loads((tmp_path / "again" / "access.json").read_text())
    assert same["barriers"] == told["barriers"], "what it writes it reads"


@pytest.mark.slow
def test_the_same_again_gives_the_same_bytes(contrechamp: Run, tmp_path: Path) -> None:
    for name, threads in (("one", "1"), ("two", "2")):
        done = contrechamp(
            "access", TOWN, BARRIERS, "-o", tmp_path / name, "--threads", threads, *QUICK
        )
        assert done.status == 0, done.err
    for path in (tmp_path / "one").iterdir():
        mine, theirs = (
            (tmp_path / name / path.name).read_bytes().replace(b"--threads 1", b"--threads 2")
            for name in ("one", "two")
        )
        if path.name != "access.json":
            assert mine == theirs, path.name
    one, two = (json.loads((tmp_path / n / "access.json").read_text()) for n in ("one", "two"))
    assert {**one, "command": []} == {**two, "command": []}


def test_for_machines_and_by_group(contrechamp: Run, tmp_path: Path) -> None:
    done = contrechamp(
        "access", TOWN, BARRIERS, "-o", tmp_path / "access", "--group", "Worker + resident",
        "--group", "none", "--day", "su", "--hour", "12", "--json", *QUICK,
    )  # fmt: skip
    assert done.status == 0, done.err
    told = json.loads(done.out)
    assert told["groups"] == ["worker | resident", ""]
    assert told["cameras_between"] is None
    assert told["asked"]["day"] == "su"


@pytest.mark.slow
def test_without_barriers_places_or_streets_it_says_so(contrechamp: Run, tmp_path: Path) -> None:
    done = contrechamp("access", TOWN, "-o", tmp_path / "access", *QUICK)
    assert done.status == 0, done.err
    assert "No barrier" in (tmp_path / "access" / "index.html").read_text()
    done = contrechamp("access", WALK, SURVEY, BARRIERS, "-o", tmp_path / "none")
    assert done.status == 2
    assert "no walkable street found" in done.err
    assert not (tmp_path / "none").exists()


@pytest.mark.slow
def test_hours_that_do_not_parse_name_the_row(contrechamp: Run, tmp_path: Path) -> None:
    table = "id,lon,lat,barrier,hours\nB1,-26.99822,45.0008098,gate,half past six\n"
    (tmp_path / "b.csv").write_text(table)
    done = contrechamp("access", TOWN, tmp_path / "b.csv", "-o", tmp_path / "access", *QUICK)
    assert done.status == 2
    assert "b.csv:2: hours:" in done.err
    assert "half past six" in done.err
    done = contrechamp(
        "access", TOWN, tmp_path / "b.csv", "-o", tmp_path / "access", "--skip-bad-rows", *QUICK
    )
    assert done.status == 0, done.err


def test_what_is_not_ours_is_not_replaced(contrechamp: Run, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    done = contrechamp("access", TOWN, BARRIERS, "-o", tmp_path, *QUICK)
    assert done.status == 2
    assert (tmp_path / "notes.txt").read_text() == "mine"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["=1+1", "<script>alert(1)</script>"])
def test_names_of_barriers_are_text_wherever_they_stand(
    contrechamp: Run, tmp_path: Path, name: str
) -> None:
    known = json.loads(Path(BARRIERS).read_text())
    for one in known["features"]:
        one["properties"] |= {"name": name, "id": name + one["properties"]["id"]}
    (tmp_path / "b.geojson").write_text(json.dumps(known))
    out = tmp_path / "access"
    done = contrechamp("access", TOWN, tmp_path / "b.geojson", "-o", out, *QUICK)
    assert done.status == 0, done.err
    assert "<script" not in (out / "index.html").read_text()
    rows = csv.DictReader(io.StringIO((out / "figures.csv").read_text()))
    assert not any(row["barrier"].startswith("=") for row in rows)


@pytest.mark.slow
def test_in_french(contrechamp: Run, tmp_path: Path) -> None:
    done = contrechamp("access", TOWN, BARRIERS, "-o", tmp_path / "a", "--lang", "fr", *QUICK)
    assert done.status == 0, done.err
    page = (tmp_path / "a" / "index.html").read_text()
    assert '<html lang="fr"' in page
    assert "sans permis" in page


def test_what_is_assumed_of_views_stands_beside_what_nobody_can_avoid(
    contrechamp: Run, tmp_path: Path
) -> None:
    out = tmp_path / "access"
    done = contrechamp("access", TOWN, BARRIERS, "-o", out, *QUICK)
    assert done.status == 0, done.err
    rows = list(csv.DictReader(io.StringIO((out / "figures.csv").read_text())))
    of_views = [row for row in rows if row["key"] == "access.shortest_seen_m" and row["median"]]
    assert of_views
    for row in of_views:
        assert row["span_assumed"]
        assert float(row["span_low"]) <= float(row["median"]) <= float(row["span_high"])
    # Minutes hang on no view.
    assert not any(row["span_assumed"] for row in rows if row["key"] == "access.minutes")
