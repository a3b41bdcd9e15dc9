"""Tiles as MapLibre reads them: Mapbox Vector Tile 2.1, written column by column.

A tile of a dense town has some thousand buildings with ten corners each. A loop over them in Python
takes longer than drawing them (`benchmarks/tiles.py`): commands and their bytes are arrays.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

I8 = NDArray[np.int64]
Shapes = NDArray[np.object_]

#: Units along the edge of a tile.
EXTENT: Final = 4096
_POINT, _LINE, _POLYGON = 1, 2, 3
_MOVE, _LINE_TO, _CLOSE = 1, 2, 7
#: Longest number in the format: ten bytes of seven bits.
_LONGEST: Final = 10


@dataclass(frozen=True)
class Layer:
    """A layer of a tile.

    Args:
        name: by which styles know it.
        shapes: (n,) all points, all lines or all polygons, in the units of the tile, y downwards.
        numbers: name -> (n,) of what each shape says; below 0 it says nothing.
        texts: as `numbers`; "" says nothing.
        ids: (n,) numbers of the shapes; none if empty.
    """

    name: str
    shapes: Shapes
    numbers: Mapping[str, I8] = field(default_factory=dict)
    texts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    ids: I8 = field(default_factory=lambda: np.empty(0, np.int64))


def encoded(layers: Sequence[Layer]) -> bytes:
    """Return a tile; what is smaller than its units, and layers of nothing, are left out."""
    return b"".join(_part(3, content) for one in layers if (content := _layer(one)))


def _layer(layer: Layer) -> bytes:
    kind, of, commands, start = _geometry(layer.shapes)
    if not len(of):
        return b""
    words, tags, tag_start = _tags(layer, of)
    geometry, at = _varints(commands, start)
    said, said_at = _varints(tags, tag_start)
    ids = layer.ids[of] if len(layer.ids) else None
    features = []
    head = bytes([_key(3, 0), kind])
    for i in range(len(of)):
        one = head
        if ids is not None:
            one += bytes([_key(1, 0)]) + _varint(int(ids[i]))
        if said_at[i + 1] > said_at[i]:
            one += _part(2, said[said_at[i] : said_at[i + 1]])
        features.append(_part(2, one + _part(4, geometry[at[i] : at[i + 1]])))
    whole = [_part(1, layer.name.encode()), *features, *words]
    whole.append(bytes([_key(5, 0)]) + _varint(EXTENT) + bytes([_key(15, 0), 2]))
    return b"".join(whole)


def _geometry(shapes: Shapes) -> tuple[int, I8, I8, I8]:
    """Return the kind of shapes, which of them are left, their commands and where each begins."""
    kinds = shapely.get_type_id(shapes)
    if (kinds == 0).all():
        return _points(shapes)
    polygons = bool(np.isin(kinds, (3, 6)).any())
    parts, row = shapely.get_parts(shapes, return_index=True)
    outer = np.ones(len(parts), np.bool_)
    if polygons:
        parts = shapely.orient_polygons(parts, exterior_cw=False)  # seen with y downwards
        parts, of = shapely.get_rings(parts, return_index=True)
        outer = np.concatenate(([True], of[1:] != of[:-1])) if len(of) else outer[:0]
        row = row[of]
    xy, ring = shapely.get_coordinates(parts, return_index=True)
    points = np.rint(xy).astype(np.int64)
    same = np.zeros(len(points), np.bool_)
    same[1:] = (points[1:] == points[:-1]).all(axis=1) & (ring[1:] == ring[:-1])
    points, ring = points[~same], ring[~same]
    if polygons and len(ring):
        last = np.append(ring[1:] != ring[:-1], True)  # which closes it
        points, ring = points[~last], ring[~last]
    fewest = 3 if polygons else 2
    count = np.bincount(ring, minlength=len(parts))
    keep = count >= fewest
    if polygons:
        keep &= _areas(points, ring, len(parts)) != 0
        keep &= _with_shell(keep, outer)
    points, ring = points[keep[ring]], ring[keep[ring]]
    if not len(points):
        return _POLYGON if polygons else _LINE, *_nothing()
    count, row = count[keep], row[keep]
    return _POLYGON if polygons else _LINE, *_commands(points, count, row, closed=polygons)


def _points(shapes: Shapes) -> tuple[int, I8, I8, I8]:
    xy = np.rint(shapely.get_coordinates(shapes)).astype(np.int64)
    n = len(xy)
    commands = np.column_stack((np.full(n, (1 << 3) | _MOVE), _zigzag(xy)))
    return _POINT, np.arange(n), commands.ravel(), np.arange(n + 1) * 3


def _nothing() -> tuple[I8, I8, I8]:
    return np.empty(0, np.int64), np.empty(0, np.int64), np.zeros(1, np.int64)


def _areas(points: I8, ring: I8, n: int) -> I8:
    """Return twice the area of each ring, (n,); rings are open."""
    after = np.arange(1, len(ring) + 1)
    ends = np.append(ring[1:] != ring[:-1], True) if len(ring) else np.empty(0, np.bool_)
    first = np.searchsorted(ring, ring)
    after[ends] = first[ends]
    cross = points[:, 0] * points[after, 1] - points[after, 0] * points[:, 1]
    areas = np.zeros(n, np.int64)
    np.add.at(areas, ring, cross)
    return areas


def _with_shell(keep: NDArray[np.bool_], outer: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which rings have a shell that is kept: a hole of nothing is none."""
    shell = np.maximum.accumulate(np.where(outer, np.arange(len(outer)), 0))
    kept: NDArray[np.bool_] = keep[shell]
    return kept


def _commands(points: I8, count: I8, row: I8, *, closed: bool) -> tuple[I8, I8, I8]:
    """Return which shapes have commands, these, and where those of each shape begin.

    Args:
        points: (m, 2) of all rings or lines, one after the other.
        count: (r,) points of each of them.
        row: (r,) the shape that each belongs to, ascending.
        closed: whether they are rings.
    """
    new_row = np.append(True, row[1:] != row[:-1])
    first = np.cumsum(count) - count
    step = np.diff(points, axis=0, prepend=points[:1])
    step[first[new_row]] = points[first[new_row]]  # the cursor of a shape begins at 0, 0
    size = 2 * count + 2 + closed
    begins = np.cumsum(size) - size
    ring = np.repeat(np.arange(len(count)), count)
    place = np.arange(len(points)) - first[ring]
    at = begins[ring] + np.where(place == 0, 1, 2 * place + 2)
    commands = np.empty(int(size.sum()), np.int64)
    told = _zigzag(step)
    commands[at], commands[at + 1] = told[:, 0], told[:, 1]
    commands[begins] = (1 << 3) | _MOVE
    commands[begins + 3] = ((count - 1) << 3) | _LINE_TO
    if closed:
        commands[begins + size - 1] = (1 << 3) | _CLOSE
    return row[new_row], commands, np.append(begins[new_row], len(commands))


def _tags(layer: Layer, of: I8) -> tuple[list[bytes], I8, I8]:
    """Return keys and values of a layer, and of each shape which it says, from where on."""
    keys: list[bytes] = []
    values: list[bytes] = []
    columns: list[I8] = []
    for name, numbers in layer.numbers.items():
        some, at = np.unique(numbers[of], return_inverse=True)
        columns.append(np.where(numbers[of] < 0, -1, at + len(values)))
        keys.append(_part(3, name.encode()))
        values += [_part(4, bytes([_key(5, 0)]) + _varint(max(0, one))) for one in some.tolist()]
    for name, texts in layer.texts.items():
        known: dict[str, int] = {"": -1}
        at = np.empty(len(of), np.int64)
        for i, one in enumerate(of.tolist()):
            at[i] = known.setdefault(texts[one], len(values) + len(known) - 1)
        columns.append(at)
        keys.append(_part(3, name.encode()))
        values += [_part(4, _part(1, one.encode("utf-8", "replace"))) for one in known if one]
    if not columns:
        return [], np.empty(0, np.int64), np.zeros(len(of) + 1, np.int64)
    told = np.column_stack(columns)
    said = told >= 0
    pairs = np.stack((np.broadcast_to(np.arange(len(columns)), told.shape), told), axis=2)[said]
    start = np.append(0, np.cumsum(2 * said.sum(axis=1)))
    return [*keys, *values], pairs.ravel(), start


def _zigzag(steps: I8) -> I8:
    return (steps << 1) ^ (steps >> 63)


def _varints(numbers: I8, start: I8) -> tuple[bytes, I8]:
    """Return numbers in groups of seven bits, and where those that begin at `start` do so."""
    if not len(numbers):
        return b"", np.zeros(len(start), np.int64)
    groups = np.ones(len(numbers), np.int64)
    for shift in range(7, 7 * _LONGEST - 7, 7):
        longer = numbers >> shift != 0
        if not longer.any():
            break
        groups += longer
    ends = np.cumsum(groups)
    begins = ends - groups
    which = np.repeat(np.arange(len(numbers)), groups)
    place = np.arange(int(ends[-1])) - begins[which]
    content = (numbers[which] >> (7 * place)) & 0x7F
    content |= np.where(place < groups[which] - 1, 0x80, 0)
    return content.astype(np.uint8).tobytes(), np.append(begins, ends[-1])[start]


def _varint(number: int) -> bytes:
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    found.append(number)
    return bytes(found)


def _key(number: int, wire: int) -> int:
    return number << 3 | wire


def _part(number: int, content: bytes) -> bytes:
    return bytes([_key(number, 2)]) + _varint(len(content)) + content
