"""Numbers and places as people of many countries write them into tables."""

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from contrechamp.base.errors import InputError
from scene.in_process import tables
from scene.test_tables import csv, place
from scene.worlds import LAT, LON


def cameras(path: Path) -> gpd.GeoDataFrame:
    found = tables(path).cameras
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("lon", "lat"),
    [
        ("٢٤٫٩٤", "٦٠٫١٧"),
        ("\u200f٢٤٫٩٤", "۶۰٫۱۷"),
        ("24,94", "60,17"),
        ("24.94° E", "60.17N"),
        ("E 24 56.4", "N 60 10.2"),
        ("24°56'24\"E", "60°10'12\"N"),
        ("24° 56′ 24″ E", "60° 10′ 12″ N"),
        ("24 56 24,0 E", "60 10 12,0 N"),
    ],
)
def test_one_place_in_many_hands(tmp_path: Path, lon: str, lat: str) -> None:
    path = tmp_path / "survey.csv"
    path.write_text(f"id;lon;lat\na;{lon};{lat}\n")
    (point,) = cameras(path).geometry
    assert (round(point.x, 9), round(point.y, 9)) == (24.94, 60.17)


def test_the_south_and_the_west_are_negative(tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    path.write_text("id;lon;lat\na;58°22'54\"W;34°36'12\"S\n")
    (point,) = cameras(path).geometry
    assert (point.x, point.y) == pytest.approx((-(58 + 22 / 60 + 54 / 3600), -34.60333333333333))


@pytest.mark.parametrize(
    ("lon", "lat"),
    [
        ("24°56'24\"O", "60°10'12\"N"),  # ouest, or Ost
        ("24°56'24\"N", "60°10'12\"E"),  # the columns are swapped
        ("24°66'24\"E", "60°10'12\"N"),
        ("24.5°56'E", "60°10'12\"N"),
        ("24 56 24", "60 10 12"),
        ("E24E", "60"),
    ],
)
def test_a_place_that_nobody_can_tell_is_refused(tmp_path: Path, lon: str, lat: str) -> None:
    path = tmp_path / "survey.csv"
    path.write_text(f"id;lon;lat\na;{lon};{lat}\n")
    with pytest.raises(InputError, match=r"survey.csv:2: (lon|lat)"):
        cameras(path)


@pytest.mark.parametrize(
    ("column", "cell", "value"),
    [
        ("height_m", "3 m", 3.0),
        ("height_m", "12 ft", 3.6576),
        ("height", "12'6\"", 3.81),
        ("height_m", "٣٫٥", 3.5),
        ("tilt_deg", "15°", 15.0),
        ("hfov", "94 degrees", 94.0),
        ("width_px", "1,920", 1920.0),
        ("width_px", "1920 px", 1920.0),
        ("range_m", "1 500", 1500.0),
    ],
)
def test_cells_may_name_their_unit(tmp_path: Path, column: str, cell: str, value: float) -> None:
    path = tmp_path / "survey.csv"
    path.write_text(f"id;lon;lat;{column}\na;{LON};{LAT};{cell}\n")
    name = {"height": "height_m", "hfov": "hfov_deg"}.get(column, column)
    assert cameras(path)[name].tolist() == pytest.approx([value])


def areas(path: Path, *people: object) -> Path:
    box = shapely.geometry.mapping(shapely.box(*place(-10, -50), *place(210, 90)))
    features = [
        {"type": "Feature", "geometry": box, "properties": {"id": f"{i}", "population": one}}
        for i, one in enumerate(people)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def population(path: Path) -> list[float]:
    found = tables(path, areas=True).areas
    assert found is not None
    return list(found["population"])


@pytest.mark.parametrize(
    ("people", "read"),
    [
        (("1,200", "12,345,678"), (1200, 12_345_678)),
        (("1.200", "12.345.678"), (1200, 12_345_678)),
        (("1.200", "0.5"), (1.2, 0.5)),
        (("1 200", "350"), (1200, 350)),
        (("١٬٢٠٠", "٣٥٠"), (1200, 350)),
    ],
)
def test_people_are_counted_as_the_column_writes_them(
    tmp_path: Path, people: tuple[str, ...], read: tuple[float, ...]
) -> None:
    np.testing.assert_allclose(population(areas(tmp_path / "districts.geojson", *people)), read)


@pytest.mark.parametrize("cell", ["1,200", "1.200"])
def test_people_that_are_1200_or_1_2_are_asked_about(tmp_path: Path, cell: str) -> None:
    with pytest.raises(InputError, match=rf"population: {cell} is 1(200|.2) or 1(200|.2)"):
        population(areas(tmp_path / "districts.geojson", cell, "350"))


def test_numbers_that_are_numbers_stay(tmp_path: Path) -> None:
    np.testing.assert_allclose(
        population(areas(tmp_path / "districts.geojson", 1.2, 350)), [1.2, 350]
    )


def test_a_column_of_ours_is_not_taken_for_another(tmp_path: Path) -> None:
    path = csv(tmp_path / "s.csv", f"a,{LON},{LAT},5 apples", header="id,lon,lat,height")
    assert np.isnan(cameras(path).loc[0, "height_m"])
