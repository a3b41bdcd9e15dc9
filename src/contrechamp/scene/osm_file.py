"""Reading an OSM file with pyosmium: the tagged objects that a scene is made of, and their shapes.

Nothing is interpreted here: tags are returned as they are, positions as longitude and latitude.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

import numpy as np
import osmium
import shapely
from numpy.typing import NDArray
from osmium.filter import IdFilter, KeyFilter
from osmium.osm import WAY

from contrechamp.base.errors import InputError
from contrechamp.base.files import unreadable
from contrechamp.base.i18n import _
from contrechamp.scene.file_kinds import OSM_PBF
from contrechamp.scene.input_files import MAX_UNPACKED_BYTES, OpenedFile, declares_entities
from contrechamp.scene.lifecycle import FORMER
from contrechamp.scene.pbf_size import check_unpacked_size

Tags = Mapping[str, str]
Shapes = NDArray[np.object_]

#: What a PBF file may unpack to: the limit for compressed files.
MAX_PBF_BYTES = MAX_UNPACKED_BYTES

#: libosmium skips objects without any of these.
KEYS = (
    *(
        "man_made",
        *(f"{word}:man_made" for word in FORMER),
        "building",
        "building:part",
        "highway",
        "barrier",
        "military",
    ),
    *("amenity", "healthcare", "shop", "railway", "public_transport"),
    *("addr:housenumber", "entrance"),
)


@dataclass(frozen=True)
class Objects:
    """Objects of one type and their shapes, row by row. Ids are such as ``way/123``."""

    ids: Sequence[str]
    tags: Sequence[Tags]
    shapes: Shapes

    def __iter__(self) -> Iterator[tuple[str, Tags, Any]]:
        """Yield id, tags and shape of each."""
        return iter(zip(self.ids, self.tags, self.shapes, strict=True))


@dataclass(frozen=True)
class Highway:
    """A highway, or one ring of a square: row i of `lonlat` is node ``refs[i]``."""

    id: str
    tags: Tags
    refs: Sequence[int]
    lonlat: Sequence[tuple[float, float]]


@dataclass(frozen=True)
class OsmObjects:
    """The objects of an OSM file that are of use.

    Args:
        nodes: with Points.
        lines: open ways, with LineStrings; without highways.
        closed: closed ways, with Polygons as they are drawn, possibly invalid; without highways.
        relations: multipolygons, with MultiPolygons.
        highways: in pieces where nodes are missing.
        cut: ids of ways and relations that extend beyond the file, so that nodes are missing.
        repaired: ids of relations whose ways do not simply close to rings.
        displaced: ids of nodes without a valid position.
    """

    nodes: Objects
    lines: Objects
    closed: Objects
    relations: Objects
    highways: Sequence[Highway]
    cut: Sequence[str]
    repaired: Sequence[str]
    displaced: Sequence[str]


@dataclass
class _Rows:
    ids: list[str] = field(default_factory=list)
    tags: list[Tags] = field(default_factory=list)
    #: coordinates of a point, a line or a ring; or the shape itself
    places: list[Any] = field(default_factory=list)

    def add(self, identity: str, tags: Tags, places: Any) -> None:
        self.ids.append(identity)
        self.tags.append(tags)
        self.places.append(places)

    def objects(self, shape: Callable[[Any], Any]) -> Objects:
        shapes = np.empty(len(self.ids), dtype=object)
        shapes[:] = [shape(places) for places in self.places]
        return Objects(self.ids, self.tags, shapes)


@dataclass
class _Collected:
    nodes: _Rows = field(default_factory=_Rows)
    lines: _Rows = field(default_factory=_Rows)
    closed: _Rows = field(default_factory=_Rows)
    relations: _Rows = field(default_factory=_Rows)
    highways: list[Highway] = field(default_factory=list)
    cut: list[str] = field(default_factory=list)
    displaced: list[str] = field(default_factory=list)
    #: id -> tags, and the role of each member way
    multipolygons: dict[str, tuple[Tags, Mapping[int, str]]] = field(default_factory=dict)


def read_osm(opened: OpenedFile) -> OsmObjects:
    """Read the objects of an OSM file.

    Raises:
        InputError: if the file is damaged, cut off, or not OSM data.
    """
    if opened.format == OSM_PBF:
        check_unpacked_size(opened.content, opened.name, MAX_PBF_BYTES)
    elif declares_entities(opened.content):
        raise InputError(
            _("it declares a document type or entities, which no OSM file needs; fetch it again"),
            where=opened.name,
        )
    deleted = _deleted(opened)
    found = _Collected()
    seen: set[tuple[str, int]] = set()
    try:
        for osm_object in _tagged_objects(opened):
            name = (osm_object.type_str(), osm_object.id)
            if name in deleted:
                continue
            if name in seen or not osm_object.visible:
                raise _history(opened.name)
            seen.add(name)
            _collect(osm_object, found)
        repaired = _assemble_multipolygons(opened, found)
    except (RuntimeError, ValueError) as error:  # of libosmium; UnicodeDecodeError is one
        reason = str(error).strip(": ")
        raise unreadable(opened.name, reason, _("fetch it again"), form="OSM") from error
    return OsmObjects(
        nodes=found.nodes.objects(shapely.Point),
        lines=found.lines.objects(shapely.LineString),
        closed=found.closed.objects(shapely.Polygon),
        relations=found.relations.objects(lambda shape: shape),
        highways=found.highways,
        cut=found.cut,
        repaired=repaired,
        displaced=found.displaced,
    )


def _history(name: str) -> InputError:
    return InputError(
        _(
            "it holds earlier versions of objects, or deleted ones: it is a history, not a map; "
            "take one state out of it first, such as with osmium time-filter"
        ),
        where=name,
    )


def _deleted(opened: OpenedFile) -> frozenset[tuple[str, int]]:
    """Return type and number of the objects that JOSM has marked as deleted in its file.

    libosmium knows nothing of this attribute, which only files have that were not uploaded yet.
    """
    if opened.format == OSM_PBF or b"action=" not in opened.content:
        return frozenset()
    found: set[tuple[str, int]] = set()

    def start(name: str, attributes: dict[str, str]) -> None:
        if name in _LETTERS and attributes.get("action") == "delete":
            found.add((_LETTERS[name], int(attributes["id"])))

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    try:
        parser.Parse(opened.content, True)
    except (expat.ExpatError, KeyError, ValueError) as error:
        raise unreadable(opened.name, "", _("fetch it again"), form="OSM") from error
    return frozenset(found)


#: Elements of OSM XML, and how libosmium calls them.
_LETTERS = {"node": "n", "way": "w", "relation": "r"}


def _buffer(opened: OpenedFile) -> Any:
    kind = "osm.pbf" if opened.format == OSM_PBF else "osm"
    return osmium.io.FileBuffer(opened.content, kind)


def _tagged_objects(opened: OpenedFile) -> Iterable[Any]:
    """Return the objects that have one of `KEYS`; ways have the locations of their nodes."""
    return osmium.FileProcessor(_buffer(opened)).with_locations().with_filter(KeyFilter(*KEYS))


def _collect(item: Any, found: _Collected) -> None:
    if item.is_node():
        identity = f"node/{item.id}"
        if item.location.valid():
            found.nodes.add(identity, dict(item.tags), (item.location.lon, item.location.lat))
        else:
            found.displaced.append(identity)
    elif item.is_way():
        _collect_way(item, found)
    elif item.is_relation() and item.tags.get("type") == "multipolygon":
        ways = {member.ref: member.role for member in item.members if member.type == "w"}
        found.multipolygons[f"relation/{item.id}"] = (dict(item.tags), ways)


def _collect_way(way: Any, found: _Collected) -> None:
    identity, tags = f"way/{way.id}", dict(way.tags)
    steps = _steps(way)
    runs = _runs(steps)
    if len(runs) != 1 or len(runs[0]) != len(steps):
        found.cut.append(identity)
    if "highway" in tags and "building" not in tags:
        found.highways += [_highway(identity, tags, run) for run in runs if len(run) > 1]
        return
    for run in runs:
        places = [place for _ref, place in run]
        if len(places) > 3 and places[0] == places[-1]:
            found.closed.add(identity, tags, places)
        elif len(places) > 1:
            found.lines.add(identity, tags, places)


def _steps(way: Any) -> list[tuple[int, tuple[float, float]] | None]:
    """Return the number and position of each node; None for a node that the file lacks."""
    return [(n.ref, (n.lon, n.lat)) if n.location.valid() else None for n in way.nodes]


def _whole(way: Any) -> bool:
    return len(way.nodes) > 1 and all(n.location.valid() for n in way.nodes)


def _runs(steps: Sequence[tuple[int, tuple[float, float]] | None]) -> list[list[Any]]:
    """Return the stretches of a way between the nodes that the file lacks."""
    runs: list[list[Any]] = [[]]
    for step in steps:
        if step is not None:
            runs[-1].append(step)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _highway(identity: str, tags: Tags, run: Sequence[tuple[int, tuple[float, float]]]) -> Highway:
    return Highway(identity, tags, [ref for ref, _place in run], [place for _ref, place in run])


def _assemble_multipolygons(opened: OpenedFile, found: _Collected) -> list[str]:
    """Add the multipolygons: the areas that their member ways enclose.

    libosmium's own assembler is not used: its time grows with the square of the number of
    crossings of a ring, and what it rejects is lost.

    Returns:
        ids of those whose ways do not simply close to rings. Those that lack nodes or ways are
        added to the `cut` ones instead: part of an outline would be a different building.
    """
    wanted = {way for _tags, ways in found.multipolygons.values() for way in ways}
    runs = _runs_of(opened, wanted) if wanted else {}
    repaired = []
    for identity, (tags, roles) in found.multipolygons.items():
        if not all(way in runs for way in roles):
            found.cut.append(identity)
        elif "highway" in tags and "building" not in tags:
            outer = [runs[way][0] for way, role in roles.items() if role != "inner"]
            found.highways += [_highway(identity, tags, run) for run in outer]
        else:
            lines = [shapely.LineString([place for _ref, place in runs[way][0]]) for way in roles]
            shape, closed = enclosed(np.array(lines, dtype=object))
            if shape is not None:
                found.relations.add(identity, tags, shape)
            if not closed:
                repaired.append(identity)
    return repaired


def _runs_of(opened: OpenedFile, wanted: set[int]) -> dict[int, list[list[Any]]]:
    """Return the single stretch of each way that is complete, by the number of the way."""
    only = IdFilter(wanted)
    only.enable_for(WAY)
    ways: Iterable[Any] = osmium.FileProcessor(_buffer(opened)).with_locations().with_filter(only)
    return {way.id: _runs(_steps(way)) for way in ways if way.is_way() and _whole(way)}


def enclosed(lines: NDArray[np.object_]) -> tuple[shapely.MultiPolygon | None, bool]:
    """Return the area inside an odd number of the rings that lines form, whatever their roles.

    Args:
        lines: (n,) LineStrings.

    Returns:
        the area (None if there is none), and whether every line is part of a ring.
    """
    faces, *loose = shapely.polygonize_full(shapely.get_parts(shapely.unary_union(lines)))
    faces = shapely.get_parts(faces)
    dangling = shapely.union_all(loose)
    inside = _odd(shapely.point_on_surface(faces), shapely.difference(lines, dangling))
    body = shapely.get_parts(shapely.union_all(faces[inside]))
    body = body[shapely.get_type_id(body) == 3]
    whole = shapely.MultiPolygon(list(body)) if len(body) else None
    return whole, bool(shapely.is_empty(dangling))


def _odd(points: NDArray[np.object_], lines: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Return whether a ray from each point to the east crosses the lines an odd number of times."""
    xy, line = shapely.get_coordinates(shapely.get_parts(lines), return_index=True)
    same = line[:-1] == line[1:]
    (x0, y0), (x1, y1) = xy[:-1][same].T, xy[1:][same].T
    odd = np.zeros(len(points), bool)
    for i, (x, y) in enumerate(shapely.get_coordinates(points)):
        across = (y0 > y) != (y1 > y)
        at = x0[across] + (y - y0[across]) * (x1 - x0)[across] / (y1 - y0)[across]
        odd[i] = np.count_nonzero(at > x) % 2
    return odd
