"""Made-up scenes for tests: cameras, buildings and streets on a plane, with what is given."""

import geopandas as gpd
import pandas as pd
import pyproj
import shapely

from contrechamp.scene.tables import (
    AREA_COLUMNS,
    BARRIER_COLUMNS,
    BUILDING_COLUMNS,
    CAMERA_COLUMNS,
    PLACE_COLUMNS,
    SCREEN_COLUMNS,
    STREET_COLUMNS,
    TRACK_COLUMNS,
    Scene,
)

CRS = pyproj.CRS("EPSG:32635")
_EMPTY = {"str": "", "float64": float("nan"), "bool": False, "int64": 0}


def table(columns, rows, geometry):
    """Return a table of `columns`; what a row does not give is not known."""
    data = {
        name: pd.Series([row.get(name, _EMPTY[kind]) for row in rows], dtype=kind)
        for name, kind in columns.items()
    }
    return gpd.GeoDataFrame(data, geometry=list(geometry), crs=CRS)


def cameras(*rows):
    """Cameras as {"x":, "y":, ...}; kind "unknown" and a running id unless given."""
    rows = [
        {"kind": "unknown", "operator_class": "unknown", "id": f"camera/{i}", **row}
        for i, row in enumerate(rows)
    ]
    points = [shapely.Point(row.get("x", 0.0), row.get("y", 0.0)) for row in rows]
    return table(CAMERA_COLUMNS, rows, points)


def buildings(*rows):
    """Buildings as (footprint, height or None[, bottom])."""
    data = [
        {
            "id": f"building/{i}",
            "height_m": float("nan") if row[1] is None else row[1],
            "min_height_m": row[2] if len(row) > 2 else 0.0,
        }
        for i, row in enumerate(rows)
    ]
    return table(BUILDING_COLUMNS, data, [row[0] for row in rows])


def streets(*lines):
    """Walkable streets from lists of corners; streets that share an end share a node."""
    nodes, rows = {}, []
    for i, line in enumerate(lines):
        ends = [nodes.setdefault(tuple(map(float, line[k])), len(nodes)) for k in (0, -1)]
        rows.append(
            {
                "id": f"way/{i}/0",
                "name": f"street {i}",
                "highway": "residential",
                "walkable": True,
                "node_u": ends[0],
                "node_v": ends[1],
            }
        )
    return table(STREET_COLUMNS, rows, [shapely.LineString(line) for line in lines])


def places(*rows):
    """Places or homes as (kind, x, y)."""
    data = [{"id": f"place/{kind}/{i}", "kind": kind} for i, (kind, _x, _y) in enumerate(rows)]
    return table(PLACE_COLUMNS, data, [shapely.Point(x, y) for _kind, x, y in rows])


def screens(*rows):
    """What stands free, as (kind, ground that it takes, height or None[, more columns])."""
    data = [
        {
            "id": f"screen/{i}",
            "kind": row[0],
            "height_m": float("nan") if row[2] is None else row[2],
            "min_height_m": 0.0,
            "hides_share": 1.0,
            **(row[3] if len(row) > 3 else {}),
        }
        for i, row in enumerate(rows)
    ]
    return table(SCREEN_COLUMNS, data, [row[1] for row in rows])


def scene(**tables):
    """A scene of these tables; the others are empty."""
    empty = {
        "cameras": cameras(),
        "buildings": buildings(),
        "streets": streets(),
        "places": places(),
        "homes": places(),
        "barriers": table(BARRIER_COLUMNS, [], []),
        "tracks": table(TRACK_COLUMNS, [], []),
        "areas": table(AREA_COLUMNS, [], []),
    }
    return Scene(crs=CRS, **{**empty, **tables})
