"""``contrechamp sight``: regions checked against arithmetic and against shapely."""

import json
import math
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from cli.commands import HOUSES, SURVEY, Run
from scene.worlds import World

CRS = "EPSG:32626"
HEADER = "id,lon,lat,kind,mount,height_m,heading_deg,tilt_deg,hfov_deg,vfov_deg,width_px,range_m"


def lonlat(x: float, y: float) -> tuple[float, float]:
    """Return the place of metres on the plane, near the middle of its zone."""
    point = gpd.GeoSeries([shapely.Point(500_000 + x, 5_000_000 + y)], crs=CRS).to_crs(4326)[0]
    return point.x, point.y


@pytest.fixture
def plain(tmp_path: Path) -> tuple[Path, Path]:
    """A dome 4 m up, and a house 3 m high 10 m east of it."""
    lon, lat = lonlat(0, 0)
    cameras = tmp_path / "cameras.csv"
    cameras.write_text(f"{HEADER}\na,{lon:.12f},{lat:.12f},dome,pole,4,,15,90,60,1920,30\n")
    house = shapely.box(500_010, 4_999_990, 500_014, 5_000_010)
    buildings = tmp_path / "house.geojson"
    gpd.GeoDataFrame({"id": ["h"], "height_m": [3.0]}, geometry=[house], crs=CRS).to_crs(
        4326
    ).to_file(buildings, driver="GeoJSON", COORDINATE_PRECISION=12)
    return cameras, buildings


def areas(path: Path) -> dict[str, float]:
    found = gpd.read_file(path) if path.suffix == ".geojson" else gpd.read_parquet(path)
    assert set(found["camera"]) == {"a"}
    # Arcs are drawn as chords inside them; area_m2 is of the region itself.
    on_plane = found.to_crs(CRS).area
    assert on_plane.tolist() == pytest.approx(found["area_m2"].tolist(), rel=5e-3)
    return dict(zip(found["level"], found["area_m2"], strict=True))


@pytest.mark.parametrize("ending", [".geojson", ".parquet"])
def test_one_region_a_camera_and_level(
    contrechamp: Run, tmp_path: Path, plain: tuple[Path, Path], ending: str
) -> None:
    cameras, buildings = plain
    out = tmp_path / f"seen{ending}"
    done = contrechamp(
        "sight", "--cameras", cameras, "--buildings", buildings, "-o", out,
        "--levels", "62.5", "--crs", CRS,
    )  # fmt: skip
    assert done.status == 0, done.err
    found = areas(out)
    assert set(found) == {"visible", "62.5px_m"}
    # The disc, less the house and its shadow: a target 1.6 m up behind a wall of 3 m is hidden
    # up to d (4 - 1.6) / (4 - 3) behind a wall at distance d, along the sight line.
    # The near side of the house is at 10 m: everything behind it, out to the range, is hidden
    # if it lies nearer than 2.4 times the farthest wall that the line crosses.
    house = shapely.box(10, -10, 14, 10)
    far = shapely.affinity.scale(house, 2.4, 2.4, origin=(0, 0))
    wall = shapely.union_all([house, far]).convex_hull
    disc = shapely.Point(0, 0).buffer(30, quad_segs=2000)
    assert found["visible"] == pytest.approx(disc.difference(wall).area, rel=1e-4)


def test_flat_takes_walls_as_endless(
    contrechamp: Run, tmp_path: Path, plain: tuple[Path, Path]
) -> None:
    cameras, buildings = plain
    out = tmp_path / "seen.geojson"
    done = contrechamp(
        "sight", "--cameras", cameras, "--buildings", buildings, "-o", out, "--flat",
        "--crs", CRS, "--json",
    )  # fmt: skip
    assert done.status == 0, done.err
    told = json.loads(done.out)
    assert (told["cameras"], told["buildings"], told["walls"]) == (1, 1, 4)
    assert told["engine_seconds"] > 0.0
    half = math.atan2(10, 10)  # the house hides what is behind its near wall, 45 degrees each way
    hidden = half * 30.0**2 - 10.0 * 10.0
    assert areas(out)["visible"] == pytest.approx(math.pi * 30.0**2 - hidden, rel=1e-4)


def test_what_is_low_is_hidden_further(
    contrechamp: Run, tmp_path: Path, plain: tuple[Path, Path]
) -> None:
    cameras, buildings = plain
    seen = {}
    for height in (1.6, 2.2, 2.9):
        out = tmp_path / f"{height}.geojson"
        done = contrechamp(
            "sight", "--cameras", cameras, "--buildings", buildings, "-o", out,
            "--target-height", height, "--crs", CRS,
        )  # fmt: skip
        assert done.status == 0, done.err
        seen[height] = areas(out)["visible"]
    assert seen[1.6] < seen[2.2] < seen[2.9]


def test_what_a_row_leaves_out_is_told(contrechamp: Run, tmp_path: Path) -> None:
    out = tmp_path / "seen.geojson"
    done = contrechamp("sight", "--cameras", SURVEY, "--buildings", HOUSES, "-o", out)
    assert done.status == 0, done.err
    found = gpd.read_file(out).set_index("camera")
    assert "heading_deg" in found.loc["SAMPLE-4", "assumed"].iloc[0]


def test_a_compass_reading_looks_where_its_declination_says(
    contrechamp: Run, tmp_path: Path, plain: tuple[Path, Path]
) -> None:
    _cameras, buildings = plain
    lon, lat = lonlat(0, 0)
    seen = {}
    for name, cells, options in (
        ("magnetic", "200,magnetic,", ("--declination", "-20")),
        ("true", "180,true,", ()),
    ):
        survey, out = tmp_path / f"{name}.csv", tmp_path / f"{name}.parquet"
        survey.write_text(
            "id,lon,lat,kind,mount,height_m,heading_deg,heading_north,last_seen,tilt_deg,hfov_deg,"
            f"width_px,range_m\na,{lon:.12f},{lat:.12f},fixed,pole,4,{cells},30,20,1920,30\n"
        )
        done = contrechamp(
            "sight", "--cameras", survey, "--buildings", buildings, "-o", out, *options
        )
        assert done.status == 0, done.err
        assert ("turned by -20.0° to true north" in done.err) == (name == "magnetic")
        seen[name] = gpd.read_parquet(out).to_crs(CRS).geometry.iloc[0]
    assert seen["true"].area > 1.0
    assert seen["true"].centroid.y < 5_000_000 - 2.0
    assert shapely.equals_exact(seen["magnetic"], seen["true"], tolerance=1e-6)


#: What is known of cameras that stand 1 km from each other, each 0.6 m north of a house 40 m wide.
ROWS = {
    "free on a pole": "fixed,pole,6,,60,,30,,40",
    "free on a wall": "fixed,wall,6,,60,,30,,40",
    "free, wide, on a wall": "fixed,wall,6,,20,110,40,,40",
    "free, nothing known": "fixed,,,,,,,,",
    "known on a wall": "fixed,wall,6,30,60,50,30,1920,40",
    "known on a pole": "fixed,pole,6,20,10,50,30,1920,40",
    "range of directions": "fixed,pole,6,90-180,10,,30,1920,40",
    "dome": "dome,pole,6,,60,90,30,1920,40",
    "panning on a wall": "panning,wall,6,30,60,90,30,1920,40",
    "all round": "fixed,pole,6,,60,360,30,1920,40",
    "kind not known": ",pole,6,,60,50,30,1920,40",
}


def test_sight_and_measure_say_the_same(contrechamp: Run, tmp_path: Path) -> None:
    lines, houses = [HEADER], []
    world = World()
    for number, (name, row) in enumerate(ROWS.items()):
        lon, lat = lonlat(1000.0 * number, 0.6)
        lines.append(f"{name.replace(',', '')},{lon:.12f},{lat:.12f},{row}")
        west = 500_000 + 1000 * number
        houses.append(shapely.box(west - 25, 4_999_990, west + 15, 5_000_000))
    cameras, buildings = tmp_path / "cameras.csv", tmp_path / "houses.geojson"
    cameras.write_text("\n".join(lines))
    gpd.GeoDataFrame({"id": range(len(houses)), "height_m": 9.0}, geometry=houses, crs=CRS).to_crs(
        4326
    ).to_file(buildings, driver="GeoJSON", COORDINATE_PRECISION=12)
    # Out of everybody's sight; without a street there is nothing to measure.
    world.way([world.node(0, 500), world.node(100, 500)], highway="residential")
    street = world.write(tmp_path / "street.osm")
    ours, theirs = tmp_path / "seen.parquet", tmp_path / "report"
    common = ("--levels", "62.5", "--crs", CRS)
    done = contrechamp("sight", "--cameras", cameras, "--buildings", buildings, "-o", ours, *common)
    assert done.status == 0, done.err
    done = contrechamp(
        "measure", cameras, buildings, street, "-o", theirs, "--draws", 2, "--homes", 0, *common
    )
    assert done.status == 0, done.err
    by = ["camera", "level"]
    sight = gpd.read_parquet(ours).set_index(by)
    measured = gpd.read_parquet(theirs / "seen.parquet").set_index(by)
    sight = sight[~sight.is_empty]
    assert set(sight.index) == set(measured.index)
    assert {name for name, _level in sight.index} == {name.replace(",", "") for name in ROWS}
    measured = measured.loc[sight.index]
    # A report rounds what it writes, to four digits after the point.
    assert measured["area_m2"].tolist() == pytest.approx(sight["area_m2"].tolist(), abs=6e-5)
    assert measured["basis"].tolist() == sight["basis"].tolist()


@pytest.mark.parametrize(
    ("cameras", "buildings", "said"),
    [
        (SURVEY, SURVEY, "sample-survey.csv"),
        (HOUSES, HOUSES, "no camera in it"),
        (SURVEY, Path("nowhere.geojson"), "nowhere.geojson"),
    ],
)
def test_wrong_files(
    contrechamp: Run, tmp_path: Path, cameras: Path, buildings: Path, said: str
) -> None:
    out = tmp_path / "seen.geojson"
    out.write_text("before")
    done = contrechamp("sight", "--cameras", cameras, "--buildings", buildings, "-o", out)
    assert done.status == 2
    assert said in done.err
    assert out.read_text() == "before"
