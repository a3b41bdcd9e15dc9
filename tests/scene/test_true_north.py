"""Directions that were read from a compass: turned to true north, told, or refused."""

from pathlib import Path

import numpy as np
import pytest
import shapely

from contrechamp.base.errors import InputError
from contrechamp.scene.magnetic_north import declination
from contrechamp.scene.read import read_cameras_and_buildings, read_scene
from contrechamp.scene.tables import Scene
from scene.worlds import LAT, LON

#: Of the tables of test values that NOAA publishes with each model, those at the ground: day,
#: latitude, longitude, declination.
PUBLISHED = [
    ("2010-01-01", 80, 0, -6.13), ("2010-01-01", 0, 120, 0.97), ("2010-01-01", -80, 240, 70.21),
    ("2012-07-02", 80, 0, -5.21), ("2012-07-02", 0, 120, 0.88), ("2012-07-02", -80, 240, 70.04),
    ("2015-01-01", 80, 0, -3.90), ("2015-01-01", 0, 120, 0.55), ("2015-01-01", -80, 240, 69.81),
    ("2017-07-02", 80, 0, -2.59), ("2017-07-02", 0, 120, 0.37), ("2017-07-02", -80, 240, 69.59),
    ("2020-01-01", 80, 0, -1.28), ("2020-01-01", 0, 120, 0.16), ("2020-01-01", -80, 240, 69.36),
    ("2022-07-02", 80, 0, 0.01), ("2022-07-02", 0, 120, -0.06), ("2022-07-02", -80, 240, 69.13),
    ("2025-01-01", 80, 0, 1.28), ("2025-01-01", 0, 120, -0.16), ("2025-01-01", -80, 240, 68.78),
    ("2027-07-02", 80, 0, 2.59), ("2027-07-02", 0, 120, -0.24), ("2027-07-02", -80, 240, 68.49),
]  # fmt: skip


@pytest.mark.parametrize(("day", "lat", "lon", "expected"), PUBLISHED)
def test_the_declination_is_that_of_the_published_tables(
    day: str, lat: float, lon: float, expected: float
) -> None:
    # Two decimals are published.
    assert declination(lon, lat, day).east_deg == pytest.approx(expected, abs=0.0075)


@pytest.mark.parametrize(
    ("known", "middle"),
    [("2026", "2026-07-02"), ("2026-05~", "2026-05-16"), ("2026-05-12T09:30", "2026-05-12")],
)
def test_a_day_that_is_partly_known_stands_for_its_middle(known: str, middle: str) -> None:
    # Half a day is a thousandth of a degree where it turns fastest.
    there = declination(0.0, 80.0, middle).east_deg
    assert declination(0.0, 80.0, known).east_deg == pytest.approx(there, abs=0.001)


HEADER = "id,lon,lat,heading_deg,heading_north,first_seen,last_seen\n"
HOUSE = Path(__file__).parents[2] / "docs" / "examples" / "sample-houses.geojson"


def scene(path: Path, rows: str, **options: object) -> Scene:
    path.write_text(HEADER + rows)
    return read_cameras_and_buildings(path, HOUSE, **options)  # type: ignore[arg-type]


def test_only_what_is_said_to_be_from_a_compass_is_turned(tmp_path: Path) -> None:
    rows = [
        f"a,{LON},{LAT},350,magnetic,2019-01-01,2026-05-12",
        f"b,{LON},{LAT},350,Compass,2026-05-10,",
        f"c,{LON},{LAT},350,true,,2026-05-12",
        f"d,{LON},{LAT},350,,,2026-05-12",
        f"e,{LON},{LAT},,magnetic,,",
        f"f,{LON},{LAT},80-100,magnetic,,2026-05-12",
        f"g,{LON},{LAT},N;S,magnetic,,2026-05-12",
    ]
    read = scene(tmp_path / "survey.csv", "\n".join(rows) + "\n")
    cameras = read.cameras.set_index("id")
    by = declination(LON, LAT, "2026-05-12").east_deg
    assert -12.0 < by < -5.0  # west of Europe
    expected = {"a": 350.0 + by, "c": 350.0, "d": 350.0, "f": 90.0 + by,
                "g#1": 360.0 + by, "g#2": 180.0 + by}  # fmt: skip
    for name, heading in expected.items():
        assert cameras.loc[name, "heading_deg"] == pytest.approx(heading, abs=1e-9), name
    assert cameras.loc["b", "heading_deg"] == pytest.approx(350.0 + by, abs=0.01)
    assert np.isnan(cameras.loc["e", "heading_deg"])
    assert cameras.loc["f", "hfov_deg"] == 20.0
    # What is turned is not turned again by whoever reads the open data.
    assert cameras["heading_north"].to_dict() == {
        "a": "true", "b": "true", "c": "true", "d": "unknown", "e": "unknown", "f": "true",
        "g#1": "true", "g#2": "true",
    }  # fmt: skip
    assert read.counts["directions_from_magnetic_north"] == 5
    (told,) = [one for one in read.notices if one.kind == "magnetic-north"]
    assert told.where == "survey.csv"
    assert told.message == (
        f"5 directions are from magnetic north; turned by {by:+.1f}° to true north "
        "(WMM-2025, 2026-05-10 to 2026-05-12)"
    )


def test_a_declination_of_the_user_goes_before_the_model_and_needs_no_day(tmp_path: Path) -> None:
    rows = f"a,{LON},{LAT},350,magnetic,,\nb,{LON},{LAT},10,magnetic,1999-01-01,\n"
    read = scene(tmp_path / "survey.csv", rows, declination_deg=12.5)
    assert read.cameras["heading_deg"].tolist() == [2.5, 22.5]
    (told,) = [one.message for one in read.notices if one.kind == "magnetic-north"]
    assert told == (
        "2 directions are from magnetic north; turned by +12.5° to true north "
        "(the declination that was given)"
    )


@pytest.mark.parametrize(
    ("lonlat", "days", "expected"),
    [
        (f"{LON},{LAT}", ",", "no day of the reading: give it in last_seen"),
        (f"{LON},{LAT}", ",in May", '"in May" is no day'),
        (f"{LON},{LAT}", ",2009-12-31", "is for 2010 to 2029"),
        (f"{LON},{LAT}", ",2030-01-01", "is for 2010 to 2029"),
        ("139.3,85.8", ",2025-06-01", "a compass tells no direction"),
    ],
)
def test_what_cannot_be_turned_is_refused_or_left_out(
    tmp_path: Path, lonlat: str, days: str, expected: str
) -> None:
    rows = f"a,{lonlat},350,magnetic,{days}\nb,{LON},{LAT},10,,,\n"
    with pytest.raises(InputError) as refused:
        scene(tmp_path / "survey.csv", rows)
    message = str(refused.value)
    assert message.startswith("survey.csv:2: heading_deg: ")
    assert expected in message
    assert "--declination" in message.splitlines()[-1]
    left = scene(tmp_path / "survey.csv", rows, skip_bad_rows=True)
    assert left.cameras["id"].tolist() == ["b"]
    assert left.counts["rows_left_out"] == 1
    assert any(one.kind == "row-left-out" and expected in one.message for one in left.notices)


def test_exports_with_tags_and_points_may_say_the_north_too(tmp_path: Path) -> None:
    path = tmp_path / "export.geojson"
    properties = (
        '"@id": "node/7", "man_made": "surveillance", "camera:direction": "90", '
        '"heading_north": "magnetic", "check_date": "2026-05-12"'
    )
    path.write_text(
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {'
        f'{properties}}}, "geometry": {shapely.to_geojson(shapely.Point(LON, LAT))}}}]}}'
    )
    read = read_scene([path])
    by = declination(LON, LAT, "2026-05-12").east_deg
    assert read.cameras["heading_deg"].tolist() == [pytest.approx(90.0 + by)]
