"""Tiles of the map, read again by GDAL: what is in them, where it lies, and that all is counted."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from contrechamp.web.map import tiles
from contrechamp.web.map.case_map import CaseMap
from contrechamp.web.map.ground import Ground, GroundLayer
from contrechamp.web.map.mercator import HIGHEST_DEG, to_degrees, to_unit
from contrechamp.web.map.points import Point
from contrechamp.web.map.vector_tile import EXTENT, Layer, encoded

#: Metres of EPSG:3857 around the earth.
AROUND_M = 2 * 20037508.342789244


def layers(content: bytes, folder: Path, zoom: int = 0, x: int = 0, y: int = 0) -> dict[
    str, gpd.GeoDataFrame
]:  # fmt: skip
    """Return the layers of a tile as GDAL reads them, in metres of EPSG:3857."""
    file = folder / str(zoom) / str(x) / f"{y}.mvt"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return {name: pyogrio.read_dataframe(file, layer=name)
            for name in pyogrio.list_layers(file)[:, 0]}  # fmt: skip


def in_units(shape: shapely.Geometry) -> shapely.Geometry:
    """Return a shape of tile 0/0/0 in the units of that tile."""
    return shapely.transform(
        shape, lambda xy: np.rint((xy / AROUND_M + 0.5) * [1, -1] * EXTENT + [0, EXTENT])
    )


def map_of(lonlat: np.ndarray, kind: str = "camera") -> CaseMap:
    made = CaseMap()
    made.points.put(
        {f"record/{i:016x}": Point(kind, f"{i:016x}", lon, lat, 90.0, f"SAMPLE {i}", ())
         for i, (lon, lat) in enumerate(lonlat.tolist())}
    )  # fmt: skip
    return made


def test_shapes_come_back_as_they_went_in(tmp_path: Path) -> None:
    hole = shapely.Polygon(
        [(0, 0), (0, 900), (900, 900), (900, 0)], [[(100, 100), (800, 100), (800, 800)]]
    )
    two = shapely.MultiPolygon([shapely.box(1000, 0, 1100, 50), shapely.box(1000, 60, 1010, 4096)])
    way = shapely.LineString([(5, 5), (5.2, 5.1), (4096, 17), (12, 4000)])
    content = encoded(
        [
            Layer("areas", np.array([hole, two], object), {"height": np.array([7, -1])}),
            Layer("ways", np.array([way], object), texts={"name": ['<b>"ش\u202e']}),
            Layer("dots", shapely.points([[3, 4], [4095, 0]]), ids=np.array([300, 2])),
            Layer("none", np.array([shapely.Point(1, 1).buffer(0.1)], object)),
        ]
    )
    found = layers(content, tmp_path)
    assert set(found) == {"areas", "ways", "dots"}
    for wanted, given_back in zip([hole, two], found["areas"].geometry, strict=True):
        assert given_back.is_valid
        assert shapely.equals(in_units(given_back), wanted)
    assert found["areas"]["height"].fillna(-1).tolist() == [7, -1]
    assert found["ways"]["name"].tolist() == ['<b>"ش\u202e']
    assert shapely.get_coordinates(in_units(found["ways"].geometry[0])).tolist() == [
        [5, 5], [4096, 17], [12, 4000]
    ]  # fmt: skip
    assert found["dots"]["mvt_id"].tolist() == [300, 2]
    assert shapely.get_coordinates([in_units(one) for one in found["dots"].geometry]).tolist() == [
        [3, 4], [4095, 0]
    ]  # fmt: skip


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400)), min_size=3, max_size=9))
def test_any_ring_is_drawn_with_its_area_or_left_out(corners: list[tuple[int, int]]) -> None:
    polygon = shapely.Polygon(corners)
    if not polygon.is_valid or not polygon.area:
        return
    content = encoded([Layer("one", np.array([polygon], object))])
    assert content.count(b"one") == 1


def test_every_camera_is_counted_once_whatever_the_zoom(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    lonlat = rng.uniform([24.90, 60.10], [24.99, 60.19], (4_000, 2)).round(6)
    case_map = map_of(lonlat)
    case_map.selected = {f"{i:016x}" for i in range(0, 4_000, 7)}
    for zoom in (3, 9, 12):
        corner = to_unit(lonlat) * 2.0**zoom
        wanted = np.unique(np.floor(corner).astype(int), axis=0)
        count = selected = 0
        for x, y in wanted.tolist():
            found = layers(tiles.tile(case_map, zoom, x, y), tmp_path / str(zoom), zoom, x, y)
            for rows in found.values():
                count += int(rows["count"].sum()) if "count" in rows else len(rows)
                selected += int(rows["selected"].sum())
        assert (count, selected) == (4_000, len(case_map.selected))


def test_a_camera_lies_where_its_record_says(tmp_path: Path) -> None:
    case_map = map_of(np.array([[24.9384, 60.1699]]))
    x, y = np.floor(to_unit(np.array([[24.9384, 60.1699]])) * 2**16).astype(int)[0].tolist()
    rows = layers(tiles.tile(case_map, 16, x, y), tmp_path, 16, x, y)["camera"]
    place = rows.to_crs(4326).geometry[0]
    # A unit of a tile of zoom 16 is 15 cm; 1e-6 of a degree of longitude is 6 cm here.
    assert place.x == pytest.approx(24.9384, abs=4e-6)
    assert place.y == pytest.approx(60.1699, abs=4e-6)
    assert rows[["id", "title", "heading", "selected"]].to_numpy().tolist() == [
        ["0" * 16, "SAMPLE 0", 90, 0]
    ]


def test_ground_is_cut_at_the_edge_of_its_tile_and_drawn_from_its_zoom_on(tmp_path: Path) -> None:
    wide = shapely.box(*to_unit(np.array([[-10.0, 20.0]]))[0], *to_unit(np.array([[10, -20.0]]))[0])
    line = shapely.LineString(to_unit(np.array([[-170.0, 1.0], [170.0, 1.0]])))
    ground = Ground(
        (GroundLayer("areas", 2, np.array([wide], object), {"name": ["SAMPLE"]}),
         GroundLayer("streets", 1, np.array([line], object), {"name": [""]})),
    )  # fmt: skip
    case_map = CaseMap(ground=ground)
    assert set(layers(tiles.tile(case_map, 1, 0, 0), tmp_path / "a", 1, 0, 0)) == {"streets"}
    found = layers(tiles.tile(case_map, 2, 2, 1), tmp_path / "b", 2, 2, 1)
    assert set(found) == {"areas", "streets"}
    tile_m = AROUND_M / 4
    edge = shapely.box(0, 0, tile_m, tile_m).buffer(tile_m / 32, join_style="mitre")
    for rows in found.values():
        assert rows.within(edge).all()
    corner = found["areas"].to_crs(4326).total_bounds
    assert corner[2:] == pytest.approx([10.0, 20.0], abs=0.05)
    assert tiles.tile(case_map, 16, 0, 0) == b""


@given(st.lists(st.tuples(st.floats(-180, 180), st.floats(-HIGHEST_DEG, HIGHEST_DEG)), min_size=1))
def test_the_unit_square_leads_back(places: list[tuple[float, float]]) -> None:
    lonlat = np.array(places)
    assert to_degrees(to_unit(lonlat)) == pytest.approx(lonlat, abs=1e-8)
