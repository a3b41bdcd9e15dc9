"""Tables of one input file on their way out of the cell: as plain arrays and texts, checked.

Whoever made the file may have taken its reader over. So nothing is parsed here that could do harm:
numbers come as bytes of a known type, and of each table, column and shape it is known how many
there are and what they can hold. What cannot come from a reader of ours is refused.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any, Final, NoReturn

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from contrechamp.base.shown_text import shown
from contrechamp.cell import failures
from contrechamp.scene import barrier_fields, passing, screen_fields
from contrechamp.scene.camera_fields import FIELDS
from contrechamp.scene.census import GREATEST, ROW_COLUMNS, Census
from contrechamp.scene.columns import table
from contrechamp.scene.height_grid import HIGHEST_M, LOWEST_M, MAX_CELLS, HeightGrid
from contrechamp.scene.osm_places import DOORS
from contrechamp.scene.services import SERVICES
from contrechamp.scene.source_tables import (
    DOOR_COLUMNS,
    DWELLINGS,
    FOOTPRINT_COLUMNS,
    Path,
    SourceTables,
)
from contrechamp.scene.tables import (
    AREA_COLUMNS,
    BARRIER_COLUMNS,
    CAMERA_COLUMNS,
    HEIGHT_SOURCES,
    PLACE_COLUMNS,
    SCREEN_COLUMNS,
    TRACK_COLUMNS,
    Notice,
)
from contrechamp.scene.timed_walk import Recorded
from contrechamp.scene.understood import COLUMN, TAG, Understood

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]
Mask = NDArray[np.bool_]
Shapes = NDArray[np.object_]

#: shapely's numbers of the types of shapes.
_POINT, _LINE, _RING, _POLYGON, _MULTIPOLYGON = 0, 1, 2, 3, 6
_POLYGONS = (_POLYGON, _MULTIPOLYGON)
#: Fewest positions of each type: of a polygon, those of a ring.
_FEWEST = {_POINT: 1, _LINE: 2, _RING: 4, _POLYGON: 4, _MULTIPOLYGON: 4}

#: Tables of a file: their columns, and the types of their shapes.
_TABLES: Mapping[str, tuple[Mapping[str, str], tuple[int, ...]]] = {
    "cameras": (CAMERA_COLUMNS, (_POINT,)),
    "footprints": (FOOTPRINT_COLUMNS, _POLYGONS),
    "places": (PLACE_COLUMNS, (_POINT,)),
    "doors": (DOOR_COLUMNS, (_POINT,)),
    "barriers": (BARRIER_COLUMNS, (_POINT, _LINE, _RING)),
    "screens": (SCREEN_COLUMNS, (_POINT, _LINE, _RING, *_POLYGONS)),
    "tracks": (TRACK_COLUMNS, (_LINE,)),
    "areas": (AREA_COLUMNS, _POLYGONS),
}
#: Columns of words from a list.
_WORDS: Mapping[tuple[str, str], frozenset[str]] = {
    ("footprints", "height_source"): frozenset(HEIGHT_SOURCES),
    ("footprints", "dwelling"): frozenset(DWELLINGS),
    ("places", "kind"): frozenset(service.kind for service in SERVICES),
    ("doors", "kind"): frozenset(DOORS),
    ("barriers", "kind"): frozenset(barrier_fields.KINDS),
    ("screens", "kind"): frozenset(screen_fields.SCREENS),
    **{
        ("cameras", one.name): frozenset({*one.words, str(one.absent)})
        for one in FIELDS
        if one.holds == "choice"
    },
}
_GREATEST: Final = float(np.finfo(np.float64).max)
#: Columns of numbers, all of which may be NaN: lowest and highest.
_BOUNDS: Mapping[tuple[str, str], tuple[float, float]] = {
    ("footprints", "height_m"): (0.0, _GREATEST),
    ("footprints", "min_height_m"): (0.0, _GREATEST),
    ("screens", "height_m"): (0.0, screen_fields.HIGHEST_M),
    ("screens", "min_height_m"): (0.0, screen_fields.HIGHEST_M),
    ("screens", "width_m"): (0.0, screen_fields.WIDEST_M),
    ("screens", "hides_share"): (0.0, 1.0),
    ("areas", "population"): (0.0, _GREATEST),
    **{
        (name, one.name): (one.low, one.high)
        for name, fields_ in (("cameras", FIELDS), ("barriers", barrier_fields.FIELDS))
        for one in fields_
        if one.is_number
    },
}
#: Columns of texts that are written in one way only.
_WRITTEN: Mapping[tuple[str, str], re.Pattern[str]] = {("barriers", "passing"): passing.WRITTEN}
#: More than any map that fits into memory has, of rows, ways or notices.
MAX_ROWS: Final = 50_000_000
#: Letters that are sent at once, if there are several texts.
_LETTERS: Final = 1 << 16
#: Between the names of what a column or tag is used as.
_BETWEEN_USES = "\t"
#: Words for programs: kinds of notices, names of counts.
_NAME = re.compile(r"[a-z][a-z_-]{0,79}", re.ASCII)
#: Types of arrays as they cross: the same on every machine.
_TYPES: Mapping[str, str] = {
    "float64": "<f8",
    "float32": "<f4",
    "int64": "<i8",
    "bool": "u1",
    "uint8": "u1",
}


def sent(tables: SourceTables) -> Iterator[Any]:
    """Yield tables as values that JSON can hold, and bytes."""
    for name, (columns, _kinds) in _TABLES.items():
        frame = getattr(tables, name)
        yield {name: len(frame)}
        for column, dtype in columns.items():
            yield from _texts(frame[column]) if dtype == "str" else _array(frame[column], dtype)
        yield from _shapes(frame.geometry.to_numpy())
    paths = tables.paths
    yield {"paths": len(paths)}
    for texts in ("id", "name", "highway"):
        yield from _texts(getattr(path, texts) for path in paths)
    yield from _array([path.walkable for path in paths], "bool")
    yield from _array([len(path.nodes) for path in paths], "int64")
    yield from _array([node for path in paths for node in path.nodes], "int64")
    yield from _array([place for path in paths for place in path.lonlat], "float64")
    yield {"heights": len(tables.heights)}
    for grid in tables.heights:
        rows, columns = grid.height_m.shape
        yield {"rows": rows}
        yield {"columns": columns}
        yield {"epsg": grid.epsg}
        yield from _array([grid.x, grid.y, grid.step_x, grid.step_y], "float64")
        for row in grid.height_m:
            yield from _array(row, "float32")
    yield {"notices": len(tables.notices)}
    for one in fields(Notice):
        yield from _texts(getattr(notice, one.name) for notice in tables.notices)
    yield {"understood": len(tables.understood)}
    for name in ("where", "sort", "name", "example"):
        yield from _texts(getattr(one, name) for one in tables.understood)
    yield from _texts(_BETWEEN_USES.join(one.used_as) for one in tables.understood)
    for name in ("filled", "unused", "unreadable"):
        yield from _array([getattr(one, name) for one in tables.understood], "int64")
    yield {"counts": dict(tables.counts)}


def _array(values: Any, dtype: str) -> Iterator[bytes]:
    content = np.ascontiguousarray(values, dtype).astype(_TYPES[dtype], copy=False).tobytes()
    if content:
        yield content


def _texts(texts: Iterable[str]) -> Iterator[list[str]]:
    waiting: list[str] = []
    letters = 0
    for text in texts:
        waiting.append(text)
        letters += len(text) + 1
        if letters >= _LETTERS:
            yield waiting
            waiting, letters = [], 0
    if waiting:
        yield waiting


def _shapes(shapes: Shapes) -> Iterator[bytes]:
    """Yield types, number of parts of each, of rings of each part, of positions of each ring.

    A part that is no polygon counts as a ring.
    """
    kinds = shapely.get_type_id(shapes)
    parts, row = shapely.get_parts(shapes, return_index=True)
    filled = ~shapely.is_empty(parts)
    parts, row = parts[filled], row[filled]
    solid = shapely.get_type_id(parts) == _POLYGON
    of_solid, part = shapely.get_rings(parts[solid], return_index=True)
    part = np.concatenate((np.flatnonzero(solid)[part], np.flatnonzero(~solid)))
    order = np.argsort(part, kind="stable")
    rings, part = np.concatenate((of_solid, parts[~solid]))[order], part[order]
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    yield from _array(kinds, "uint8")
    yield from _array(np.bincount(row, minlength=len(shapes)), "int64")
    yield from _array(np.bincount(part, minlength=len(parts)), "int64")
    yield from _array(np.bincount(ring, minlength=len(rings)), "int64")
    yield from _array(xy, "float64")


def received(answers: Iterator[Any], where: str) -> SourceTables:
    """Return the tables that `sent` yielded; control characters of notices are escaped.

    Args:
        answers: of the child.
        where: what the user calls the file.

    Raises:
        CellError: if they are not what a reader sends.
    """
    return _Receiving(answers, where).tables()


def sent_census(census: Census, notices: list[Notice]) -> Iterator[Any]:
    """Yield a table of people as values that JSON can hold, and bytes."""
    yield {"rows": len(census.rows)}
    for column in ROW_COLUMNS:
        yield from _texts(census.rows[column])
    for values in census.numbers.values():
        yield from _array(values, "float64")
    yield {"shapes": int(census.has_shapes)}
    if census.has_shapes:
        yield from _shapes(census.rows.geometry.to_numpy())
    yield {"notices": len(notices)}
    for one in fields(Notice):
        yield from _texts(getattr(notice, one.name) for notice in notices)


def received_census(
    answers: Iterator[Any], where: str, numbers: Sequence[str]
) -> tuple[Census, list[Notice]]:
    """Return what `sent_census` yielded.

    Args:
        answers: of the child.
        where: what the user calls the file.
        numbers: the columns that were asked for.

    Raises:
        CellError: if they are not what a reader sends.
    """
    return _Receiving(answers, where).census(numbers)


def sent_walk(segments: Sequence[Recorded]) -> Iterator[Any]:
    """Yield the segments of a walk as values that JSON can hold, and bytes."""
    yield {"segments": len(segments)}
    yield from _array([len(one.time_s) for one in segments], "int64")
    yield from _array(np.concatenate([one.lonlat for one in segments]), "float64")
    yield from _array(np.concatenate([one.time_s for one in segments]), "float64")


def received_walk(answers: Iterator[Any], where: str) -> list[Recorded]:
    """Return what `sent_walk` yielded.

    Args:
        answers: of the child.
        where: what the user calls the file.

    Raises:
        CellError: if they are not what a reader sends.
    """
    return _Receiving(answers, where).walk()


class _Receiving:
    def __init__(self, answers: Iterator[Any], where: str) -> None:
        self._answers = answers
        self._where = where

    def tables(self) -> SourceTables:
        frames = {name: self._table(name) for name in _TABLES}
        paths = self._paths(self._count("paths"))
        heights = [self._grid() for _each in range(self._count("heights"))]
        notices = self._notices(self._count("notices"))
        understood = self._understood(self._count("understood"))
        match next(self._answers, None):
            case {"counts": dict(counts)}:
                pass
            case _:
                self._refuse()
        self._need(all(isinstance(name, str) and _NAME.fullmatch(name) for name in counts))
        self._need(all(type(count) is int and count >= 0 for count in counts.values()))
        self._need(next(self._answers, None) is None)
        return SourceTables(
            **frames, paths=paths, heights=heights, notices=notices, counts=counts,
            understood=understood,
        )  # fmt: skip

    def walk(self) -> list[Recorded]:
        sizes = self._sizes(self._count("segments"), 2)
        ends = np.cumsum(sizes)[:-1]
        lonlat, time_s = self._places(int(sizes.sum())), self._array("float64", int(sizes.sum()))
        self._need(len(sizes) and not np.isinf(time_s).any())
        self._need(next(self._answers, None) is None)
        return [
            Recorded(*one)
            for one in zip(np.split(lonlat, ends), np.split(time_s, ends), strict=True)
        ]

    def census(self, numbers: Sequence[str]) -> tuple[Census, list[Notice]]:
        rows = self._count("rows")
        texts = {column: self._texts(rows) for column in ROW_COLUMNS}
        self._need(len(set(texts["id"])) == rows)
        found = {name: self._array("float64", rows) for name in numbers}
        self._need(all((np.isnan(one) | (np.abs(one) <= GREATEST)).all() for one in found.values()))
        has_shapes = bool(self._count("shapes"))
        shapes = np.full(rows, shapely.Polygon(), object)
        if has_shapes:
            shapes = self._shapes(_POLYGONS, rows)
        notices = self._notices(self._count("notices"))
        self._need(next(self._answers, None) is None)
        return Census(table(ROW_COLUMNS, texts, shapes), found, has_shapes), notices

    def _refuse(self) -> NoReturn:
        raise failures.nonsense(self._where)

    def _need(self, fitting: Any) -> None:
        if not fitting:
            self._refuse()

    def _count(self, what: str) -> int:
        said = next(self._answers, None)
        count = said.get(what) if isinstance(said, dict) and len(said) == 1 else None
        if type(count) is not int or not 0 <= count <= MAX_ROWS:  # True counts nothing
            self._refuse()
        return count

    def _array(self, dtype: str, size: int) -> NDArray[Any]:
        """Return an array of `size` numbers; memory is taken as they arrive."""
        kind = np.dtype(_TYPES[dtype])
        wanted, found = size * kind.itemsize, bytearray()
        while len(found) < wanted:
            piece = next(self._answers, None)
            if not isinstance(piece, bytes) or not piece or len(found) + len(piece) > wanted:
                self._refuse()
            found += piece
        array = np.frombuffer(found, kind)
        if dtype == "bool":
            self._need((array <= 1).all())
        return array.astype(dtype, copy=False)

    def _texts(self, size: int) -> list[str]:
        found: list[str] = []
        while len(found) < size:
            some = next(self._answers, None)
            if not isinstance(some, list) or not some or len(found) + len(some) > size:
                self._refuse()
            self._need(all(isinstance(text, str) for text in some))
            found += some
        try:
            "".join(found).encode()
        except UnicodeEncodeError:  # halves of characters, which no column can hold
            self._refuse()
        return found

    def _table(self, name: str) -> gpd.GeoDataFrame:
        columns, kinds = _TABLES[name]
        rows = self._count(name)
        data = {
            column: self._words(name, column, rows)
            if dtype == "str"
            else self._numbers(name, column, dtype, rows)
            for column, dtype in columns.items()
        }
        return table(columns, data, self._shapes(kinds, rows))

    def _words(self, name: str, column: str, rows: int) -> list[str]:
        found = self._texts(rows)
        known = _WORDS.get((name, column))
        self._need(known is None or known.issuperset(found))
        written = _WRITTEN.get((name, column))
        self._need(written is None or all(map(written.fullmatch, found)))
        return found

    def _numbers(self, name: str, column: str, dtype: str, rows: int) -> NDArray[Any]:
        found = self._array(dtype, rows)
        if dtype == "float64":
            low, high = _BOUNDS[name, column]
            there = found[~np.isnan(found)]
            self._need(((there >= low) & (there <= high)).all())
        return found

    def _sizes(self, count: int, fewest: int) -> I8:
        """Return how many things of a level each thing of the level above has."""
        sizes = self._array("int64", count)
        self._need(((sizes >= fewest) & (sizes <= MAX_ROWS)).all())
        self._need(float(sizes.sum(dtype=np.float64)) <= MAX_ROWS * 100.0)
        return sizes

    def _places(self, count: int) -> F8:
        xy = self._array("float64", 2 * count).reshape(-1, 2)
        self._need((np.abs(xy) <= (180.0, 90.0)).all())  # NaN is not
        return xy

    def _shapes(self, allowed: tuple[int, ...], rows: int) -> Shapes:
        kinds = self._array("uint8", rows)
        self._need(np.isin(kinds, allowed).all())
        parts = self._sizes(rows, 1)
        self._need((parts[kinds != _MULTIPOLYGON] == 1).all())
        # What a level says of the next one takes memory only once that is there: a few sizes say
        # more than any memory holds.
        rings = self._sizes(int(parts.sum()), 1)
        sizes = self._sizes(int(rings.sum()), 1)
        row = np.repeat(np.arange(rows), parts)
        part = np.repeat(np.arange(len(row)), rings)
        kind = kinds[row[part]]  # of the shape that each ring belongs to
        for one, fewest in _FEWEST.items():
            self._need((sizes[kind == one] >= fewest).all())
        self._need((sizes[kind == _POINT] == 1).all())
        self._need((rings[~np.isin(kinds, _POLYGONS)[row]] == 1).all())
        xy = self._places(int(sizes.sum()))
        end = np.cumsum(sizes)
        closed = (xy[end - sizes] == xy[end - 1]).all(axis=1)
        self._need(closed[(kind != _LINE) & (kind != _POINT)].all())
        return _made(kinds, row, part, np.repeat(np.arange(len(sizes)), sizes), xy)

    def _paths(self, count: int) -> list[Path]:
        ids, names, highways = (self._texts(count) for _each in range(3))
        walkable = self._array("bool", count)
        sizes = self._sizes(count, 2)
        nodes = self._array("int64", int(sizes.sum()))
        xy = self._places(len(nodes))
        ends = np.cumsum(sizes)
        return [
            Path(identity, name, highway, bool(on_foot), nodes[start:end], xy[start:end])
            for identity, name, highway, on_foot, start, end in zip(
                ids, names, highways, walkable, ends - sizes, ends, strict=True
            )
        ]

    def _grid(self) -> HeightGrid:
        rows, columns, epsg = self._count("rows"), self._count("columns"), self._count("epsg")
        self._need(rows >= 2 and columns >= 2 and rows * columns <= MAX_CELLS)
        self._need(1024 <= epsg < 32767)
        x, y, step_x, step_y = self._array("float64", 4).tolist()
        self._need(np.isfinite([x, y, step_x, step_y]).all() and step_x > 0.0 > step_y)
        height = self._array("float32", rows * columns).reshape(rows, columns)
        there = height[~np.isnan(height)]
        self._need(len(there) and there.min() >= LOWEST_M and there.max() <= HIGHEST_M)
        return HeightGrid(self._where, height, epsg, x, y, step_x, step_y)

    def _notices(self, count: int) -> list[Notice]:
        kinds, places, messages = (self._texts(count) for _each in range(3))
        self._need(all(_NAME.fullmatch(kind) for kind in kinds))
        return [
            Notice(kind, shown(place), shown(message))
            for kind, place, message in zip(kinds, places, messages, strict=True)
        ]

    def _understood(self, count: int) -> list[Understood]:
        where, sorts, names, examples = (self._texts(count) for _each in range(4))
        uses = self._texts(count)
        filled, unused, unreadable = (self._array("int64", count).tolist() for _each in range(3))
        self._need({COLUMN, TAG}.issuperset(sorts))
        self._need(min([0, *filled, *unused, *unreadable]) == 0)
        return [
            Understood(
                shown(where[i]),
                sorts[i],
                shown(names[i]),
                tuple(map(shown, uses[i].split(_BETWEEN_USES))) if uses[i] else (),
                filled[i],
                unused[i],
                unreadable[i],
                shown(examples[i]),
            )
            for i in range(count)
        ]


def _made(kinds: NDArray[np.uint8], row: I8, part: I8, ring: I8, xy: F8) -> Shapes:
    """Return shapes from their positions, given what each position and so on belongs to."""
    made = np.empty(len(kinds), dtype=object)
    of = row[part[ring]]  # the shape that each position belongs to
    mine = np.isin(kinds, _POLYGONS)[of]
    if mine.any():
        rings, of_ring = np.unique(ring[mine], return_inverse=True)
        parts, of_part = np.unique(part[rings], return_inverse=True)
        polygons = shapely.polygons(shapely.linearrings(xy[mine], indices=of_ring), indices=of_part)
        several = kinds[row[parts]] == _MULTIPOLYGON
        made[row[parts[~several]]] = polygons[~several]
        if several.any():
            rows, of_row = np.unique(row[parts[several]], return_inverse=True)
            made[rows] = shapely.multipolygons(polygons[several], indices=of_row)
    for kind, make in (
        (_POINT, shapely.points),
        (_LINE, shapely.linestrings),
        (_RING, shapely.linearrings),
    ):
        of_kind = kinds == kind
        if of_kind.any():
            number = np.cumsum(of_kind) - 1
            mine = of_kind[of]
            made[of_kind] = (
                make(xy[mine]) if kind == _POINT else make(xy[mine], indices=number[of[mine]])
            )
    return made
