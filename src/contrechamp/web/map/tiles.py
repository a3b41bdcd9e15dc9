"""Tiles cut from what lies in memory, as they are asked for; none is kept.

Below a zoom, or where a tile has more than a map can show, cameras become squares that say how many
they are: each is counted in one square, whatever the zoom.
"""

from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from contrechamp.web.map.case_map import CaseMap
from contrechamp.web.map.ground import GroundLayer
from contrechamp.web.map.points import KINDS
from contrechamp.web.map.vector_tile import EXTENT, Layer, encoded

I8 = NDArray[np.int64]

#: Tiles of higher zoom are drawn from these, larger.
HIGHEST_ZOOM: Final = 16
#: More cameras than that in a tile are told as squares.
MOST_CAMERAS: Final = 1_000
#: Squares along the edge of a tile.
_SQUARES: Final = 32
#: What is drawn beyond the edge of a tile, so that none is seen, in units of the tile.
_BUFFER: Final = 64
#: Shapes are simplified by that, in units of the tile; below `_EXACT` only.
_SIMPLER, _EXACT = 6.0, 14


def tile(case_map: CaseMap, zoom: int, column: int, row: int) -> bytes:
    """Return a tile, b"" where there is nothing.

    Args:
        case_map: what is drawn.
        zoom: 0 is the world.
        column: from the west.
        row: from the north.
    """
    layers = [
        found
        for one in case_map.ground.layers
        if zoom >= one.from_zoom
        for found in [_ground(one, zoom, column, row)]
        if found is not None
    ]
    return encoded([*layers, *_points(case_map, zoom, column, row)])


def is_tile(zoom: int, column: int, row: int) -> bool:
    """Return whether there is such a tile."""
    return 0 <= zoom <= HIGHEST_ZOOM and 0 <= column < 1 << zoom and 0 <= row < 1 << zoom


def _ground(layer: GroundLayer, zoom: int, column: int, row: int) -> Layer | None:
    units = EXTENT * 2.0**zoom
    left, top = column / 2.0**zoom, row / 2.0**zoom
    margin = _BUFFER / units
    box = (left - margin, top - margin, left + EXTENT / units + margin,
           top + EXTENT / units + margin)  # fmt: skip
    rows = np.sort(layer.tree.query(shapely.box(*box)))
    if not len(rows):
        return None
    shapes = layer.shapes[rows]
    bounds = shapely.bounds(shapes)
    across = ((bounds[:, :2] < box[:2]) | (bounds[:, 2:] > box[2:])).any(axis=1)
    shapes = shapes.copy()
    shapes[across] = shapely.clip_by_rect(shapes[across], *box)
    shapes = shapely.transform(shapes, lambda xy: (xy - (left, top)) * units)
    if zoom < _EXACT and not (shapely.get_type_id(shapes) == 0).all():
        shapes = shapely.simplify(shapes, _SIMPLER, preserve_topology=False)
    parts, of = shapely.get_parts(shapes, return_index=True)
    kept = ~shapely.is_empty(parts) & (
        shapely.get_dimensions(parts) == shapely.get_dimensions(layer.shapes[rows])[of]
    )
    parts, rows = parts[kept], rows[of[kept]]
    if not len(parts):
        return None
    if not layer.texts and shapely.get_dimensions(parts[0]) == 2:
        # Nothing is told of any: they are one shape, which takes a third of the time.
        return Layer(layer.name, np.array([shapely.multipolygons(parts)], object))
    texts = {name: [told[one] for one in rows.tolist()] for name, told in layer.texts.items()}
    return Layer(layer.name, parts, texts=texts)


def _points(case_map: CaseMap, zoom: int, column: int, row: int) -> list[Layer]:
    points = case_map.points
    if not len(points.xy):
        return []
    scaled = points.xy * 2.0**zoom - (column, row)
    # A point belongs to one tile, so that all tiles together count each of them once.
    inside = ((scaled >= 0.0) & (scaled < 1.0)).all(axis=1)
    found = []
    for number, kind in enumerate(KINDS):
        rows = np.flatnonzero(inside & (points.kind == number))
        if not len(rows):
            continue
        if len(rows) > MOST_CAMERAS:
            found.append(_squares(case_map, kind, rows, scaled[rows]))
        else:
            found.append(_each(case_map, kind, rows, scaled[rows]))
    return found


def _each(case_map: CaseMap, kind: str, rows: I8, scaled: NDArray[np.float64]) -> Layer:
    ordered, selected = case_map.points.ordered, case_map.selected
    ids = [ordered[one].id for one in rows.tolist()]
    heading = np.nan_to_num(case_map.points.heading_deg[rows], nan=-1.0)
    numbers = {
        "heading": np.rint(heading).astype(np.int64),
        "selected": np.fromiter((int(one in selected) for one in ids), np.int64, len(ids)),
    }
    titles = [ordered[one].title[:80] for one in rows.tolist()]
    return Layer(
        kind, shapely.points(scaled * EXTENT), numbers, {"id": ids, "title": titles}, rows + 1
    )


def _squares(case_map: CaseMap, kind: str, rows: I8, scaled: NDArray[np.float64]) -> Layer:
    ordered, selected = case_map.points.ordered, case_map.selected
    square = np.floor(scaled * _SQUARES).astype(np.int64)
    _number, of = np.unique(square[:, 1] * _SQUARES + square[:, 0], return_inverse=True)
    chosen = np.zeros(len(rows), np.int64)
    if selected:
        chosen = np.fromiter((ordered[one].id in selected for one in rows.tolist()), np.int64,
                             len(rows))  # fmt: skip
    count = np.bincount(of)
    middle = np.column_stack([np.bincount(of, weights=scaled[:, axis]) / count for axis in (0, 1)])
    numbers = {"count": count, "selected": np.bincount(of, weights=chosen).astype(np.int64)}
    return Layer(f"{kind}-squares", shapely.points(middle * EXTENT), numbers)
