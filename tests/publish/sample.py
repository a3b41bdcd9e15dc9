"""A sample town with sample figures: three by three blocks, six cameras. Nothing in it is measured.

Shares fall with the distance from the cameras by a rule made up here; only the shape of the tables
is that of a measurement.
"""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from contrechamp.measure.results import Driver, Estimate, Figure, Measurement, Prior
from contrechamp.scene.tables import InputFile, Notice, Scene
from contrechamp.sight.arrays import Level

LEVELS = (Level("visible", 0.0), Level("detection", 25.0), Level("recognition", 125.0))
REACH_M = {"visible": 45.0, "detection": 30.0, "recognition": 12.0}
CRS = pyproj.CRS.from_epsg(32635)
EAST, NORTH = 386_000.0, 6_672_000.0

#: id, x, y, kind, mount, height, heading, operator, class
CAMERAS = (
    ("node/1", 50.0, 59.0, "fixed", "wall", 4.0, 180.0, "Sample City", "public"),
    ("node/2", 110.0, 50.0, "dome", "pole", np.nan, np.nan, "", "unknown"),
    ("node/3", 170.0, 121.0, "unknown", "", np.nan, np.nan, "Sample Shop", "private"),
    ("node/4", 61.0, 170.0, "fixed", "wall", np.nan, np.nan, "", "unknown"),
    ("node/5", 110.0, 110.0, "panning", "pole", 6.0, np.nan, "Sample City", "public"),
    ("node/6#2", 181.0, 30.0, "fixed", "wall", np.nan, 90.0, "", "unknown"),
)


def scene() -> Scene:
    """Return the sample town."""
    corners = [(x, y) for x in (0, 60, 120) for y in (0, 60, 120)]
    footprints = shapely.box(
        *np.array(
            [(EAST + x + 6, NORTH + y + 6, EAST + x + 54, NORTH + y + 54) for x, y in corners]
        ).T
    )
    footprints[4] = shapely.difference(footprints[4], shapely.buffer(footprints[4], -15))
    buildings = gpd.GeoDataFrame(
        {
            "id": [f"way/{i}" for i in range(9)],
            "height_m": [12.0, np.nan, 9.0] * 3,
            "min_height_m": 0.0,
            "height_source": ["levels", "", "height"] * 3,
        },
        geometry=footprints,
        crs=CRS,
    )
    lines, names = [], []
    for i in range(4):
        for j in range(3):
            a, b, c = EAST + 60.0 * i, NORTH + 60.0 * j, NORTH + 60.0 * (j + 1)
            lines.append(shapely.LineString([(a, b), (a, c)]))
            names.append(f"{'ABCD'[i]} Street")
            a, b, c = EAST + 60.0 * j, NORTH + 60.0 * i, EAST + 60.0 * (j + 1)
            lines.append(shapely.LineString([(a, b), (c, b)]))
            names.append(f"{i + 1} Row" if i else "")
    streets = gpd.GeoDataFrame(
        {
            "id": [f"way/{100 + i}/0" for i in range(len(lines))],
            "name": names,
            "highway": "residential",
            "walkable": True,
            "node_u": np.arange(len(lines)),
            "node_v": np.arange(len(lines)) + 1,
        },
        geometry=lines,
        crs=CRS,
    )
    table = pd.DataFrame(
        CAMERAS,
        columns=[
            *("id", "x", "y", "kind", "mount", "height_m", "heading_deg", "operator"),
            "operator_class",
        ],
    )
    cameras = gpd.GeoDataFrame(
        table.drop(columns=["x", "y"]).assign(
            tilt_deg=np.nan,
            hfov_deg=np.nan,
            vfov_deg=np.nan,
            width_px=np.nan,
            range_m=np.nan,
            indoor=False,
            zone="street",
            heading_north="unknown",
            make="",
            model="",
            by_model="",
            first_seen="",
            last_seen="2026-05-01",
            source="sample.osm: node",
        ),
        geometry=gpd.points_from_xy(EAST + table.x, NORTH + table.y),
        crs=CRS,
    )
    places = _points([("s/1", "school", "Sample School", 90, 0), ("s/2", "clinic", "", 180, 90)])
    homes = _points([(f"h/{i}", "home", "", 30 + 40 * i, 60) for i in range(4)])
    barriers = _points([("b/1", "gate", "", 120, 30), ("b/2", "bollard", "", 30, 120)])
    empty = _points([])
    return Scene(
        crs=CRS,
        cameras=cameras,
        buildings=buildings,
        streets=streets,
        places=places,
        homes=homes,
        barriers=barriers,
        tracks=empty[["id", "name", "geometry"]].assign(source=""),
        areas=empty[["id", "name", "geometry"]].assign(population=0.0),
        notices=(
            Notice("unreadable-tag", "sample.osm: node/2", "height=yes is not a number; left out"),
            Notice("unreadable-tag", "sample.osm: node/3", "camera:direction=up; left out"),
            Notice("repaired-polygon", "sample.osm: way/4", "repaired"),
        ),
        inputs=(InputFile("sample.osm", "ab" * 32, 12_345, "osm", "ODbL-1.0"),),
        scale_error=0.00023,
        counts={"buildings off the ground": 1},
    )


def _points(rows: list[tuple[str, str, str, float, float]]) -> gpd.GeoDataFrame:
    table = pd.DataFrame(rows, columns=["id", "kind", "name", "x", "y"])
    points = gpd.points_from_xy(EAST + table.x.to_numpy(float), NORTH + table.y.to_numpy(float))
    return gpd.GeoDataFrame(table.drop(columns=["x", "y"]), geometry=points, crs=CRS)


def _estimate(median: float, spread: float) -> Estimate:
    return Estimate(
        median=median,
        q05=median * (1 - spread),
        q95=median * (1 + spread),
        mean=median * 1.02,
        standard_error=median * 0.004,
        enough_draws=spread < 0.5,
        n_draws=1000 if spread else 1,
    )


def _with_shares(table: gpd.GeoDataFrame, town: Scene) -> gpd.GeoDataFrame:
    cameras = shapely.MultiPoint(town.cameras.geometry.to_numpy())
    distance = shapely.distance(shapely.centroid(table.geometry.to_numpy()), cameras)
    for level in LEVELS:
        share = np.clip(1.4 * (1 - distance / REACH_M[level.name]), 0, 1)
        table[f"{level.name}_mean"] = share
        table[f"{level.name}_q05"] = np.clip(share - 0.3, 0, 1)
        table[f"{level.name}_median"] = share
        table[f"{level.name}_q95"] = np.clip(np.where(share > 0, share + 0.3, 0), 0, 1)
        table[f"{level.name}_cameras"] = 1.3 * share
    return table


def measurement(town: Scene) -> Measurement:
    """Return sample figures of the sample town."""
    cut = shapely.segmentize(town.streets.geometry.to_numpy(), 10.0)
    pieces = [
        (street, name, shapely.LineString(pair))
        for street, name, line in zip(town.streets["id"], town.streets["name"], cut, strict=True)
        for pair in zip(line.coords[:-1], line.coords[1:], strict=True)
    ]
    piece_table = gpd.GeoDataFrame(
        {
            "id": [f"{street}/{i}" for i, (street, _, _) in enumerate(pieces)],
            "street": [street for street, _, _ in pieces],
            "name": [name for _, name, _ in pieces],
            "length_m": [line.length for _, _, line in pieces],
        },
        geometry=[line for _, _, line in pieces],
        crs=CRS,
    )
    street_table = gpd.GeoDataFrame(
        {
            "id": town.streets["id"],
            "street": town.streets["id"],
            "name": town.streets["name"],
            "length_m": town.streets.length,
        },
        geometry=town.streets.geometry,
        crs=CRS,
    )
    return Measurement(
        levels=LEVELS,
        figures=_figures(),
        drivers=tuple(
            Driver(unknown, level.name, first, first + 0.1, 140.0, 140.0 * (1 - first) ** 0.5)
            for level in LEVELS
            for unknown, first in (("heading_deg", 0.55), ("lens", 0.2), ("height_m", 0.08))
        ),
        pieces=_with_shares(piece_table, town),
        streets=_with_shares(street_table, town),
        cameras=_cameras(town),
        regions=_regions(town),
        trips=_trips(town),
        priors=(
            Prior(
                "focal_mm",
                "fixed",
                "piecewise log-linear",
                2.8,
                6.8,
                26.0,
                "mm",
                "sample",
                4,
                ("fixed",),
            ),
            Prior(
                "width_px",
                "fixed",
                "piecewise log-linear",
                1920,
                2560,
                3840,
                "px",
                "sample",
                4,
                ("fixed",),
            ),
            Prior("height_m", "all", "piecewise log-linear", 3.0, 5.0, 12.0, "m", "sample", 4),
        ),
        methods={"seed": 1, "draws": 1000, "target_height_m": 1.6, "piece_m": 10.0},
        warnings=("A sample, made up for tests: no figure in it was measured.",),
    )


def _figures() -> tuple[Figure, ...]:
    rows = [
        ("streets.seen_m", "visible", "all", "m", 780.0, 0.2),
        ("streets.seen_share", "visible", "all", "share", 0.54, 0.2),
        ("streets.cameras_at_once", "visible", "all", "cameras", 1.4, 0.1),
        ("area.seen_m2", "visible", "all", "m2", 12_400.0, 0.25),
        ("streets.seen_m", "detection", "all", "m", 430.0, 0.3),
        ("streets.seen_share", "detection", "all", "share", 0.30, 0.3),
        ("streets.seen_m", "recognition", "all", "m", 95.0, 0.6),
        ("streets.seen_share", "recognition", "all", "share", 0.066, 0.6),
        ("streets.seen_m", "visible", "operator:public", "m", 320.0, 0.1),
        ("trips.seen_share", "visible", "service:school", "share", 0.4, 0.2),
        ("trips.no_detour_share", "visible", "service:school", "share", 0.25, 0.0),
    ]
    figures = tuple(
        Figure(
            *(key, level, group, unit, _estimate(median, spread), 0.21),
            scenarios={"p10": median * 0.7, "p50": median, "p90": median * 1.4},
        )
        for key, level, group, unit, median, spread in rows
    )
    return (*figures[:-1], replace(figures[-1], scenarios={}))


def _cameras(town: Scene) -> gpd.GeoDataFrame:
    n = len(town.cameras)
    known = town.cameras["heading_deg"].notna()
    table = gpd.GeoDataFrame(
        {
            "id": town.cameras["id"],
            "moved_m": np.where(town.cameras["mount"] == "wall", 0.6, 0.0),
            "on_wall": town.cameras["mount"] == "wall",
            "free_from_deg": 90.0,
            "free_width_deg": np.where(town.cameras["mount"] == "wall", 180.0, 360.0),
            "known": np.where(known, "kind,heading_deg", "kind"),
            "assumed": np.where(
                known, "height_m,hfov_deg,width_px", "heading_deg,height_m,hfov_deg,width_px"
            ),
            "visit_rank": (np.arange(n) * 5 + 3) % n + 1,
        },
        geometry=town.cameras.geometry,
        crs=CRS,
    )
    for level in LEVELS:
        table[f"{level.name}_seen_m"] = REACH_M[level.name] * 2
        table[f"{level.name}_alone_m"] = REACH_M[level.name]
        table[f"visit_share_{level.name}"] = 0.5 ** table["visit_rank"]
    return table


def _regions(town: Scene) -> gpd.GeoDataFrame:
    solid = shapely.union_all(town.buildings.geometry.to_numpy())
    rows = []
    for camera, place in zip(town.cameras.itertuples(), town.cameras.geometry, strict=True):
        for level in LEVELS:
            region = shapely.difference(place.buffer(REACH_M[level.name]), solid)
            parts = shapely.get_parts(region)
            near = shapely.MultiPolygon([part for part in parts if part.distance(place) < 8])
            basis = "mapped" if camera.heading_deg == camera.heading_deg else "possible"
            rows.append((camera.id, level.name, near.area, basis, near))
    table = pd.DataFrame(rows, columns=["camera", "level", "area_m2", "basis", "geometry"])
    return gpd.GeoDataFrame(table, geometry="geometry", crs=CRS)


def _trips(town: Scene) -> gpd.GeoDataFrame:
    rows, lines = [], []
    for i, home in enumerate(town.homes.geometry):
        for place, kind, to in zip(
            town.places["id"], town.places["kind"], town.places.geometry, strict=True
        ):
            line = shapely.LineString([home, (home.x, to.y), to])
            lines.append(line)
            row: dict[str, object] = {"home": f"h/{i}", "service": place, "kind": kind}
            row["length_m"] = line.length
            for level in LEVELS:
                seen = line.length * REACH_M[level.name] / 100
                row |= {
                    f"{level.name}_seen_m_median": seen,
                    f"{level.name}_seen_m_q05": seen * 0.8,
                    f"{level.name}_seen_m_q95": seen * 1.2,
                    f"{level.name}_cameras_median": 2.0,
                    f"{level.name}_least_seen_m": seen * 0.5,
                    f"{level.name}_detour_m": 12.0,
                    f"{level.name}_no_detour_share": 0.25,
                }
            rows.append(row)
    return gpd.GeoDataFrame(pd.DataFrame(rows), geometry=lines, crs=CRS)
