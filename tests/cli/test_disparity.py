"""``contrechamp disparity``: who bears it, by comparisons that were stated beforehand."""

import csv
import io
import json
import re
from pathlib import Path

import pytest

from cli.commands import EXAMPLES, SURVEY, TOWN, Done, Run

AREAS = EXAMPLES / "sample-districts.geojson"
PEOPLE = EXAMPLES / "sample-people.csv"
PLAN = EXAMPLES / "sample-plan.toml"


def compare(contrechamp: Run, out: Path, *more: object, plan: Path = PLAN, **of: Path) -> Done:
    return contrechamp(
        "disparity", TOWN, SURVEY, "--areas", of.get("areas", AREAS),
        "--people", of.get("people", PEOPLE), "--plan", plan, "-o", out, "--draws", "100", *more,
    )  # fmt: skip


def written(folder: Path, text: str, name: str = "plan.toml") -> Path:
    (folder / name).write_text(text)
    return folder / name


def test_every_stated_comparison_is_told(contrechamp: Run, tmp_path: Path) -> None:
    out = tmp_path / "who"
    done = compare(contrechamp, out)
    assert done.status == 0, done.err
    assert sorted(path.name for path in out.iterdir()) == [
        "areas.geojson", "areas.parquet", "comparisons.csv", "disparity.json", "index.html",
    ]  # fmt: skip
    told = json.loads((out / "disparity.json").read_text())
    names = [one["name"] for one in told["comparisons"]]
    assert names == [
        "Where children live", "Where children live, for the kinds of streets", "West beside east",
    ]  # fmt: skip
    for one in told["comparisons"]:
        ratio = one["ratio"]
        assert ratio["q05"] <= ratio["median"] <= ratio["q95"]
        assert one["p"] <= one["p_holm"] <= 1.0
    # By hand: children live 95 in the west and 88 in the east, others 525 and 322.
    areas = json.loads((out / "areas.geojson").read_text())["features"]
    seen = {one["properties"]["id"]: one["properties"]["seen_share_median"] for one in areas}
    children = (95 * seen["west"] + 88 * seen["east"]) / 183
    sides = told["comparisons"][0]["sides"]
    assert sides["first"]["median"] == pytest.approx(children, abs=0.02)
    rows = list(csv.DictReader(io.StringIO((out / "comparisons.csv").read_text())))
    assert [row["name"] for row in rows] == names
    page = (out / "index.html").read_text()
    assert "ecological fallacy" in page
    assert "<script" not in page
    assert not re.search(r"""(?:src|href)=["']?https?:""", page)


@pytest.mark.parametrize("row", ["east,410,", "east,,", "east,,88"])
def test_people_that_a_table_leaves_open_are_not_none(
    contrechamp: Run, tmp_path: Path, row: str
) -> None:
    # With no children in the east, fewer children than others would live in view.
    people = written(tmp_path, f"id,people,under_15\nwest,620,95\n{row}\n", "people.csv")
    done = compare(contrechamp, tmp_path / "who", people=people)
    assert done.status == 0, done.err
    assert "1 row of the table of people leaves open how many people there are" in done.out
    told = json.loads((tmp_path / "who/disparity.json").read_text())
    areas = json.loads((tmp_path / "who/areas.geojson").read_text())["features"]
    seen = {one["properties"]["id"]: one["properties"]["seen_share_median"] for one in areas}
    for side in told["comparisons"][0]["sides"].values():
        assert side["median"] == pytest.approx(seen["west"], abs=0.02)


def test_exposure_of_necessary_trips_is_told_with_its_span(
    contrechamp: Run, tmp_path: Path
) -> None:
    plan = written(
        tmp_path,
        '[people]\ncolumn = "people"\nfewest = 1\n[[compare]]\nname = "SAMPLE trips"\n'
        'areas = [["west"], ["east"]]\nmeasure = "trip_share"\n',
    )
    done = compare(contrechamp, tmp_path / "who", plan=plan)
    assert done.status == 0, done.err
    assert "share of necessary trips in view" in done.out
    told = json.loads((tmp_path / "who" / "disparity.json").read_text())
    [one] = told["comparisons"]
    assert one["spans"]["first"]["low"] <= one["sides"]["first"]["median"]
    keys = {(figure["key"], figure["level"]) for figure in told["citable"]}
    assert ("disparity.trip_share", "visible") in keys


def test_without_a_trip_none_is_told(contrechamp: Run, tmp_path: Path) -> None:
    plan = written(
        tmp_path,
        '[people]\ncolumn = "people"\nfewest = 1\n[[compare]]\nname = "SAMPLE"\n'
        'areas = [["west"], ["east"]]\nmeasure = "trip_share"\nstandardised = true\n',
    )
    done = compare(contrechamp, tmp_path / "who", plan=plan)
    assert done.status == 2
    assert "cannot be standardised" in done.err
    plan.write_text(plan.read_text().replace("standardised = true\n", ""))
    town = tmp_path / "town.osm"
    town.write_text(re.sub(r'<tag k="(amenity|shop|highway)" v="(?!residential|foot|living|path|'
                           r'service|steps|pedestrian)[^"]*"/>', "", TOWN.read_text()))  # fmt: skip
    done = contrechamp(
        "disparity", town, SURVEY, "--areas", AREAS, "--people", PEOPLE, "--plan", plan,
        "-o", tmp_path / "who", "--draws", "20",
    )  # fmt: skip
    assert done.status == 0, done.err
    [one] = json.loads((tmp_path / "who" / "disparity.json").read_text())["comparisons"]
    assert one["cannot_be_told"] == "no-trips"


def test_the_same_again_gives_the_same_bytes(contrechamp: Run, tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert compare(contrechamp, tmp_path / name).status == 0
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name


def test_for_machines(contrechamp: Run, tmp_path: Path) -> None:
    told = compare(contrechamp, tmp_path / "who", "--json", "--found", "0.4", "0.8").json()
    assert told["asked"]["found"] == [0.4, 0.8]
    assert len(told["comparisons"]) == 3


def test_missed_cameras_add_to_what_is_in_view_and_widen_the_interval(
    contrechamp: Run, tmp_path: Path
) -> None:
    mapped = compare(contrechamp, tmp_path / "mapped", "--json").json()
    more = compare(contrechamp, tmp_path / "all", "--json", "--found", "0.3", "0.6").json()
    first = [told["comparisons"][0]["sides"]["first"] for told in (mapped, more)]
    assert first[1]["median"] > first[0]["median"]
    per_km = [told["comparisons"][2]["sides"]["first"] for told in (mapped, more)]
    assert per_km[1]["median"] > 1.5 * per_km[0]["median"]


def test_a_plan_that_changed_after_figures_were_seen_is_refused_until_somebody_says_why(
    contrechamp: Run, tmp_path: Path
) -> None:
    out = tmp_path / "who"
    assert compare(contrechamp, out).status == 0
    spaced = written(tmp_path, PLAN.read_text().replace("\n\n", "\n\n\n# a comment\n"))
    assert compare(contrechamp, out, plan=spaced).status == 0
    other = written(tmp_path, PLAN.read_text().replace("West beside east", "East beside west"))
    before = (out / "disparity.json").read_bytes()
    done = compare(contrechamp, out, plan=other)
    assert done.status == 2
    assert "--changed" in done.err
    assert (out / "disparity.json").read_bytes() == before
    assert compare(contrechamp, out, "--changed", "SAMPLE reason", plan=other).status == 0
    assert "SAMPLE reason" in (out / "index.html").read_text()
    # It stays said, also when the same plan is run again.
    assert compare(contrechamp, out, plan=other).status == 0
    assert "SAMPLE reason" in (out / "index.html").read_text()


@pytest.mark.parametrize(
    ("people", "says"),
    [
        ("id,people,under_15\nwest,620,0\neast,410,0\n", "nobody of a group lives"),
        ("id,people,under_15\nwest,620,4\neast,410,3\n", "people in it could be told"),
    ],
)
def test_groups_that_are_empty_or_too_small_are_told_with_the_reason(
    contrechamp: Run, tmp_path: Path, people: str, says: str
) -> None:
    table = written(tmp_path, people, "people.csv")
    done = compare(contrechamp, tmp_path / "who", people=table)
    assert done.status == 0, done.err
    assert says in done.out
    told = json.loads((tmp_path / "who" / "disparity.json").read_text())
    assert told["comparisons"][0]["ratio"] is None
    assert told["comparisons"][0]["cannot_be_told"]


def test_a_regression_on_two_areas_is_not_made(contrechamp: Run, tmp_path: Path) -> None:
    plan = written(
        tmp_path,
        '[people]\ncolumn = "people"\n[covariates]\nyoung = "under_15"\n'
        '[[compare]]\nname = "young"\ncovariate = "young"\n',
    )
    done = compare(contrechamp, tmp_path / "who", plan=plan)
    assert done.status == 0, done.err
    assert "too few areas" in done.out


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"rest"]', '"elders"]', 'expected two groups that are named above, or one and "rest"'),
        ('[["west"], ["east"]]', '[["west"], ["north"]]', "no area has the id north"),
        ('[["west"], ["east"]]', '[["west"], ["west"]]', "an area stands on both sides"),
        ('column = "people"', 'column = "persons"', "no column persons; found id, people"),
        ("fewest = 10", "fewest = 0", "expected a number from 1"),
        ("error", "eror", "unknown key; expected column, error"),
        ('measure = "cameras_per_km"', 'measure = "cameras"', "expected one of seen_share"),
        ("[people]", "people]", "is not TOML"),
    ],
)
def test_a_plan_that_cannot_be_used_says_where_and_why(
    contrechamp: Run, tmp_path: Path, old: str, new: str, says: str
) -> None:
    text = PLAN.read_text()
    assert old in text
    done = compare(contrechamp, tmp_path / "who", plan=written(tmp_path, text.replace(old, new)))
    assert done.status == 2
    assert says in done.err
    assert not (tmp_path / "who").exists()


@pytest.mark.parametrize(
    ("people", "says"),
    [
        ("id,people,under_15\nwest,620,700\neast,410,3\n", "west: under_15: more than all people"),
        ("id,people,under_15\nwest,-6,0\neast,410,3\n", "west: people: expected a number"),
        ("id,people,under_15\nwest,6,1\nwest,410,3\n", "this id stands in a row before"),
        ("id,people,under_15\nnorth,6,1\n", "nothing of this table lies in the areas"),
        ("id,people,under_15\nwest,many,1\n", "expected a number"),
    ],
)
def test_a_table_of_people_that_cannot_be_used_says_where_and_why(
    contrechamp: Run, tmp_path: Path, people: str, says: str
) -> None:
    table = written(tmp_path, people, "people.csv")
    done = compare(contrechamp, tmp_path / "who", people=table)
    assert done.status == 2
    assert says in done.err


def test_areas_that_lie_over_each_other_or_off_the_map_are_refused(
    contrechamp: Run, tmp_path: Path
) -> None:
    areas = AREAS.read_text()
    over = written(tmp_path, areas.replace("[-26.9972,", "[-26.9999,", 1), "over.geojson")
    over.write_text(areas.replace("-26.9988585", "-26.9980000", 2))
    done = compare(contrechamp, tmp_path / "who", areas=over)
    assert done.status == 2
    assert "lie over each other" in done.err
    off = written(tmp_path, re.sub(r"4[45]\.", "47.", areas), "off.geojson")
    done = compare(contrechamp, tmp_path / "who", areas=off)
    assert done.status == 2
    assert "none of the areas lies on the streets" in done.err


def test_people_with_polygons_of_their_own_are_divided_between_the_areas(
    contrechamp: Run, tmp_path: Path
) -> None:
    features = [
        {
            "type": "Feature",
            "properties": {"id": "SAMPLE grid cell", "people": 1000, "under_15": 300},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[-27.0005, 44.9995], [-26.9972, 44.9995], [-26.9972, 45.0012],
                                 [-27.0005, 45.0012], [-27.0005, 44.9995]]],
            },
        }
    ]  # fmt: skip
    cells = json.dumps({"type": "FeatureCollection", "features": features})
    done = compare(contrechamp, tmp_path / "who", people=written(tmp_path, cells, "cells.geojson"))
    assert done.status == 0, done.err
    areas = json.loads((tmp_path / "who" / "areas.geojson").read_text())["features"]
    people = [one["properties"]["people"] for one in areas]
    assert sum(people) == pytest.approx(1000, rel=0.2)
    assert all(200 < one < 800 for one in people)


def test_names_are_text_wherever_they_stand(contrechamp: Run, tmp_path: Path) -> None:
    text = PLAN.read_text().replace("West beside east", "=1+1 <script>alert(1)</script>")
    done = compare(contrechamp, tmp_path / "who", plan=written(tmp_path, text))
    assert done.status == 0, done.err
    assert "<script" not in (tmp_path / "who" / "index.html").read_text()
    rows = csv.DictReader(io.StringIO((tmp_path / "who" / "comparisons.csv").read_text()))
    assert not any(row["name"].startswith("=") for row in rows)


def test_what_is_assumed_of_views_stands_beside_a_comparison(
    contrechamp: Run, tmp_path: Path
) -> None:
    done = compare(contrechamp, tmp_path / "out")
    assert done.status == 0, done.err
    assert "By what is assumed of" in done.out
    found = json.loads((tmp_path / "out" / "disparity.json").read_text())["comparisons"]
    of_views = [one for one in found if one["measure"] == "seen_share"]
    assert of_views
    for one in of_views:
        for name in ("first", "second"):
            span, side = one["spans"][name], one["sides"][name]
            assert span["low"] <= side["median"] <= span["high"]
        assert one["spans"]["ratio"]["low"] <= one["ratio"]["median"]
    # Cameras to a kilometre hang on no view.
    assert all(one["spans"] is None for one in found if one["measure"] != "seen_share")
