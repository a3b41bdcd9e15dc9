"""Sheets for a survey on foot: the ground in squares, each with its streets and known cameras."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from contrechamp.scene.projection import Plane, choose_plane, convergence_deg
from contrechamp.web.map.case_map import Box, CaseMap
from contrechamp.web.map.ground import GroundLayer
from contrechamp.web.map.mercator import to_degrees, to_unit
from contrechamp.web.map.points import Point

F8 = NDArray[np.float64]

#: Edges of squares that can be asked for, in metres.
EDGES_M: Final = (100, 200, 400)
#: More sheets than that are not made at once.
MOST: Final = 100
#: Layers of the ground that a sheet shows: those with an area, then lines.
_SHOWN: Final = ("buildings", "streets-minor", "streets", "barrier-lines")
#: Units of a drawing along its edge.
_UNITS: Final = 1000.0
_NAMES: Final = 12


@dataclass(frozen=True)
class Sheet:
    """One square.

    Args:
        name: column and row, such as B3; row 1 is the northernmost.
        drawing: class of what is drawn -> its path in SVG.
        names: x, y and text of names of streets, in units of the drawing.
        cameras: x, y, where it looks (degrees clockwise from up, NaN if that is not known) and the
            camera, in the order of their numbers on the sheet.
    """

    name: str
    drawing: tuple[tuple[str, str], ...]
    names: tuple[tuple[float, float, str], ...]
    cameras: tuple[tuple[float, float, float, Point], ...]


def made(case_map: CaseMap, box: Box, edge_m: float) -> tuple[list[Sheet], int]:
    """Return the sheets of an area that have a street, building or camera, and how many there are.

    Args:
        case_map: what is shown.
        box: west, south, east, north in degrees.
        edge_m: of the squares.
    """
    plane = choose_plane(box, None)
    west, south, east, north = box
    corners = plane.points(np.array([(west, south), (east, south), (west, north), (east, north)]))
    low = np.floor(corners.min(axis=0) / edge_m).astype(int)
    high = np.floor(corners.max(axis=0) / edge_m).astype(int)
    columns, rows = high - low + 1
    if columns * rows > 50 * MOST:
        return [], int(columns * rows)
    layers = {
        one.name: _on(plane, one, box) for one in case_map.ground.layers if one.name in _SHOWN
    }
    cameras = [case_map.points.ordered[row] for row in case_map.points.of_kind("camera").tolist()]
    near = [one for one in cameras if west - 0.01 <= one.lon <= east + 0.01
            and south - 0.01 <= one.lat <= north + 0.01]  # fmt: skip
    xy = plane.points(np.array([(one.lon, one.lat) for one in near]).reshape(-1, 2))
    # Up is the plane's north: directions are turned from true north to it.
    turned_deg = np.array([one.heading_deg for one in near]) - convergence_deg(plane.crs, xy)
    found: list[Sheet] = []
    count = 0
    for row in range(high[1], low[1] - 1, -1):
        for column in range(low[0], high[0] + 1):
            corner = np.array([column, row]) * edge_m
            mine = np.flatnonzero(((xy >= corner) & (xy < corner + edge_m)).all(axis=1))
            drawing, names = _drawn(layers, corner, edge_m)
            if not len(mine) and not drawing:
                continue
            count += 1
            if count > MOST:
                continue
            x, y = _in_units(xy[mine], corner, edge_m).T.tolist()
            name = f"{_letters(column - low[0])}{high[1] - row + 1}"
            cameras_here = [near[i] for i in mine.tolist()]
            turned = turned_deg[mine].tolist()
            found.append(
                Sheet(name, drawing, names, tuple(zip(x, y, turned, cameras_here, strict=True)))
            )
    return found, count


def _on(plane: Plane, layer: GroundLayer, box: Box) -> tuple[NDArray[np.object_], Sequence[str]]:
    """Return the shapes of a layer near a box, in metres, and their names."""
    west, south, east, north = box
    margin = 0.01
    corners = to_unit(np.array([(west - margin, north + margin), (east + margin, south - margin)]))
    rows = np.sort(layer.tree.query(shapely.box(*corners[0], *corners[1])))
    shapes = shapely.transform(layer.shapes[rows], lambda xy: plane.points(to_degrees(xy)))
    names = layer.texts.get("name", [])
    return np.asarray(shapes, object), [names[row] if names else "" for row in rows.tolist()]


def _drawn(
    layers: dict[str, tuple[NDArray[np.object_], Sequence[str]]], corner: F8, edge_m: float
) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[float, float, str], ...]]:
    drawing: list[tuple[str, str]] = []
    names: dict[str, tuple[float, float, str]] = {}
    for name in _SHOWN:
        if name not in layers:
            continue
        shapes, texts = layers[name]
        cut = shapely.clip_by_rect(shapes, *corner, *(corner + edge_m))
        filled = np.flatnonzero(~shapely.is_empty(cut))
        if not len(filled):
            continue
        lines = shapely.get_parts(cut[filled])
        rings = shapely.get_rings(lines) if name == "buildings" else lines
        drawing.append((name, "".join(_path(one, corner, edge_m) for one in rings)))
        for row in filled.tolist():
            if texts[row] and texts[row] not in names and len(names) < _NAMES:
                middle = shapely.get_coordinates(shapely.point_on_surface(cut[row]))
                x, y = _in_units(middle, corner, edge_m)[0].tolist()
                names[texts[row]] = (x, y, texts[row])
    return tuple(drawing), tuple(names.values())


def _path(shape: shapely.Geometry, corner: F8, edge_m: float) -> str:
    xy = _in_units(shapely.get_coordinates(shape), corner, edge_m)
    return "M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in xy.tolist()) if len(xy) > 1 else ""


def _in_units(xy: F8, corner: F8, edge_m: float) -> F8:
    placed = (xy - corner) / edge_m * _UNITS
    return np.column_stack((placed[:, 0], _UNITS - placed[:, 1])).round(1)


def _letters(number: int) -> str:
    """Return a column as spreadsheets name it: A, B, … Z, AA."""
    text = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(ord("A") + rest) + text
    return text
