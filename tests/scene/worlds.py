"""Small OSM files, made up for tests: SAMPLE, in the empty Atlantic."""

import bz2
import gzip
from collections.abc import Mapping
from pathlib import Path

import osmium
from osmium.osm.mutable import Node, Relation, Way

LON, LAT = -27.0, 45.0
#: Degrees of a metre there, near enough.
LON_M, LAT_M = 1 / 78_847, 1 / 111_132

Tags = Mapping[str, str]


class World:
    """Gathers objects whose places are metres east and north of a corner."""

    def __init__(self) -> None:
        self.nodes: list[tuple[int, float, float, Tags]] = []
        self.ways: list[tuple[int, list[int], Tags]] = []
        self.relations: list[tuple[int, list[tuple[str, int, str]], Tags]] = []

    def node(self, x: float, y: float, **tags: str) -> int:
        number = len(self.nodes) + 1
        self.nodes.append((number, LON + x * LON_M, LAT + y * LAT_M, _tags(tags)))
        return number

    def way(self, nodes: list[int], **tags: str) -> int:
        number = 100_000 + len(self.ways)
        self.ways.append((number, nodes, _tags(tags)))
        return number

    def box(self, x: float, y: float, width: float, depth: float, **tags: str) -> int:
        corners = [(x, y), (x + width, y), (x + width, y + depth), (x, y + depth)]
        ring = [self.node(*corner) for corner in corners]
        return self.way([*ring, ring[0]], **tags)

    def multipolygon(self, outer: list[int], inner: list[int], **tags: str) -> int:
        number = 200_000 + len(self.relations)
        members = [("w", way, "outer") for way in outer] + [("w", way, "inner") for way in inner]
        self.relations.append((number, members, {"type": "multipolygon", **_tags(tags)}))
        return number

    def write(self, path: Path) -> Path:
        """Write the format that the name of the file ends with."""
        plain = path.parent / "plain.osm"
        target = plain if path.name.endswith((".gz", ".bz2")) else path
        target.unlink(missing_ok=True)
        with osmium.SimpleWriter(str(target)) as out:
            for number, lon, lat, tags in self.nodes:
                out.add_node(Node(id=number, version=1, location=(lon, lat), tags=dict(tags)))
            for number, nodes, tags in self.ways:
                out.add_way(Way(id=number, version=1, nodes=nodes, tags=dict(tags)))
            for number, members, tags in self.relations:
                out.add_relation(Relation(id=number, version=1, members=members, tags=dict(tags)))
        if path.name.endswith(".gz"):
            path.write_bytes(gzip.compress(plain.read_bytes()))
        elif path.name.endswith(".bz2"):
            path.write_bytes(bz2.compress(plain.read_bytes()))
        plain.unlink(missing_ok=True)
        return path


def _tags(tags: Tags) -> dict[str, str]:
    """Write ``camera__direction`` for ``camera:direction``."""
    return {name.replace("__", ":"): value for name, value in tags.items()}


def town() -> World:
    """Return a street with a crossing, three houses, a school and a camera."""
    world = World()
    a, b, c = (world.node(x, 0.0) for x in (0.0, 100.0, 200.0))
    north = world.node(100.0, 80.0)
    world.way([a, b, c], highway="residential", name="Sample Street")
    world.way([b, north], highway="footway")
    world.box(10, 10, 30, 20, building="apartments", building__levels="4")
    world.box(120, 10, 30, 20, building="yes", height="12 m")
    world.box(10, -40, 30, 20, building="school", amenity="school", name="Sample School")
    world.node(41, 15, man_made="surveillance", camera__type="fixed", camera__direction="90")
    return world
