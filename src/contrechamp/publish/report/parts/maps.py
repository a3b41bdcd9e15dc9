"""Where what is shown stands: maps by squares, and beside each a list that says the same."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import shapely

from contrechamp.base.i18n import _, active_language, ngettext
from contrechamp.base.written import isolated, written_list, written_number
from contrechamp.dossier.formats.write.scene_tables import area_features
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.records.field_types import Position, Record
from contrechamp.dossier.records.fieldwork import Area, Barrier, Camera, Place
from contrechamp.dossier.records.systems import Deployment, SeenAt
from contrechamp.publish.numbers import Numbers, power_of_ten
from contrechamp.publish.report.document import (
    Block,
    Drawn,
    Inline,
    Listing,
    Paragraph,
    Section,
    Words,
)
from contrechamp.publish.report.drawing import maps, swatches
from contrechamp.publish.report.drawing.maps import Marked, Sheet
from contrechamp.publish.report.drawing.shapes import Drawing
from contrechamp.publish.report.drawing.squares import Point, counted, square_of
from contrechamp.publish.report.evidence import EvidenceList
from contrechamp.publish.report.showing import Showing
from contrechamp.publish.report.texts import called, confidence, name_of, period
from contrechamp.scene.projection import Plane, choose_plane
from contrechamp.wording.confidence import confidence_labels

#: Edges of areas, rings in metres.
Outlines: TypeAlias = Sequence[Sequence[Point]]
#: The paint of a place of which no system is said to be there.
_NAMED = "paper"


@dataclass
class _Site:
    """A place with a name and a position, and the systems that were seen there."""

    record: Place | Barrier
    position: Position
    seen: list[tuple[Deployment, SeenAt]] = field(default_factory=list)

    @property
    def paint(self) -> str:
        """How sure the surest of the systems is."""
        sure = {str(told.confidence) for _deployment, told in self.seen}
        return next((code for code in confidence_labels() if code in sure), _NAMED)


def section(showing: Showing, evidence: EvidenceList) -> Section | None:
    """Return the maps; None if nothing that is shown has a position."""
    sites, cameras = list(_sites(showing).values()), list(_cameras(showing).values())
    positions = [*(one.position for one in sites), *(one.position for one in cameras)]
    if not positions:
        return None
    plane = _plane(positions)
    points = _in_metres(positions, plane)
    cell, outlines = showing.publication.cell_m, _outlines(showing, plane)
    inside = [
        _of_sites(sites, points[: len(sites)], cell, outlines, evidence),
        _of_cameras(points[len(sites) :], cell, outlines, showing.publication.k),
    ]
    numbers = Numbers(active_language())
    note = _(
        "Each place lies somewhere in its square, whose side is {side} or more; nothing is shown "
        "more exactly. Squares are those of a grid that does not depend on what lies in it. North "
        "is up."
    ).format(side=numbers.quantity(float(cell), "m"))
    blocks = [Paragraph((Words(note),), soft=True)]
    if names := written_list([isolated(name) for name in _elsewhere(showing)]):
        lacking = _("Without a position, and so on no map: {names}.").format(names=names)
        blocks.append(Paragraph((Words(lacking),), soft=True))
    return Section("maps", (Words(_("Maps")),), tuple(blocks), tuple(one for one in inside if one))


def _elsewhere(showing: Showing) -> list[str]:
    """Return the names of what is shown, or where a system was seen, and has no position."""
    shown: list[Record | None] = [one for _ref, one in showing.cited(Place)]
    shown += [one for _ref, one in showing.cited(Barrier)]
    for _ref, deployment in showing.cited(Deployment):
        shown += [showing.record(seen.where) for seen in deployment.seen_at]
    return list(
        dict.fromkeys(
            name_of(one.names).text
            for one in shown
            if isinstance(one, Place | Barrier | Area) and _position(showing, one) is None
        )
    )


def _sites(showing: Showing) -> dict[str, _Site]:
    """Return what has a name and a position and is shown, or where a system is, by reference."""
    found: dict[str, _Site] = {}
    named: list[tuple[str, Place | Barrier]] = [*showing.cited(Place), *showing.cited(Barrier)]
    for ref, one in named:
        if position := _position(showing, one):
            found[ref] = _Site(one, position)
    for _ref, deployment in showing.cited(Deployment):
        for seen in deployment.seen_at:
            record = showing.record(seen.where)
            if isinstance(record, Place | Barrier) and (position := _position(showing, record)):
                found.setdefault(seen.where, _Site(record, position)).seen.append(
                    (deployment, seen)
                )
    return found


def _cameras(showing: Showing) -> dict[str, Camera]:
    """Return the cameras that are shown, or that are where a system was seen, by reference."""
    found = dict(showing.cited(Camera))
    for _ref, deployment in showing.cited(Deployment):
        for seen in deployment.seen_at:
            if isinstance(record := showing.record(seen.where), Camera):
                found[seen.where] = record
    return found


def _position(showing: Showing, record: Record | None) -> Position | None:
    if isinstance(record, Place):
        return record.position
    if isinstance(record, Barrier):
        place = showing.record(record.place) if record.place else None
        return record.position or _position(showing, place)
    return None


def _plane(positions: Sequence[Position]) -> Plane:
    degrees = np.array([(float(one.lon), float(one.lat)) for one in positions])
    (west, south), (east, north) = degrees.min(axis=0), degrees.max(axis=0)
    return choose_plane((west, south, east, north), None)


def _in_metres(positions: Sequence[Position], plane: Plane) -> list[Point]:
    degrees = np.array([(float(one.lon), float(one.lat)) for one in positions])
    return [(float(x), float(y)) for x, y in plane.points(degrees)]


def _outlines(showing: Showing, plane: Plane) -> list[list[Point]]:
    """Return the edges of the areas that are shown and have a boundary, as rings in metres."""
    case = showing.view.case
    areas = [lookup.get(case, ref) for ref, _area in showing.cited(Area)]
    document, _without = area_features(case, areas)
    shapes = [shapely.geometry.shape(one["geometry"]) for one in document["features"]]
    rings = [part.exterior for one in shapes for part in shapely.get_parts(one)]
    return [
        [(float(x), float(y)) for x, y in plane.points(shapely.get_coordinates(ring))]
        for ring in rings
    ]


def _of_sites(
    sites: Sequence[_Site],
    points: Sequence[Point],
    cell: int,
    outlines: Outlines,
    evidence: EvidenceList,
) -> Section | None:
    if not sites:
        return None
    squares: dict[object, list[int]] = {}
    for number, point in enumerate(points, start=1):
        side = _side(sites[number - 1].position, cell)
        squares.setdefault(square_of(point, side), []).append(number)
    order = [*confidence_labels(), _NAMED]
    marked = [
        Marked(
            square,  # type: ignore[arg-type]
            min((sites[number - 1].paint for number in numbers), key=order.index),
            ",".join(map(str, numbers)),
        )
        for square, numbers in squares.items()
    ]
    labels = {**confidence_labels(), _NAMED: _("named in the report")}
    key = tuple(
        (swatches.area(paint), labels[paint])
        for paint in order
        if any(one.paint == paint for one in marked)
    )
    named = [name_of(one.record.names).text for one in sites]
    told = [
        _("{number}: {name}").format(number=number, name=isolated(name))
        for number, name in enumerate(named, start=1)
    ]
    blocks: list[Block] = list(
        _maps(
            "map-places",
            marked,
            outlines,
            key,
            told,
            _("Places, and how sure it is that a system is there"),
        )
    )
    blocks.append(Listing(tuple(_site_entries(sites, evidence)), numbered=True))
    return Section("maps-places", (Words(_("Where systems were seen")),), tuple(blocks))


def _side(position: Position, cell: int) -> int:
    """Return the side of the square of a place: no less than how far it may be from its point."""
    side = cell
    while position.within_m is not None and side < 2 * position.within_m:
        side *= 2
    return side


def _site_entries(
    sites: Sequence[_Site], evidence: EvidenceList
) -> Iterator[tuple[str, tuple[Block, ...]]]:
    for site in sites:
        blocks: list[Block] = [Paragraph((name_of(site.record.names),))]
        for deployment, seen in site.seen:
            blocks.append(
                Paragraph(
                    (
                        called(name_of(deployment.names)),
                        confidence(seen.confidence),
                        *period(seen.from_date, seen.to_date),
                        *evidence.cited(seen.evidence),
                    )
                )
            )
        yield "", tuple(blocks)


def _of_cameras(points: Sequence[Point], cell: int, outlines: Outlines, k: int) -> Section | None:
    if not points:
        return None
    found = counted(points, cell, k)
    fewer = _("fewer than {k}").format(k=written_number(k))
    marked = [
        Marked(
            one.square,
            "few" if one.count is None else "counted",
            f"<{k}" if one.count is None else str(one.count),
        )
        for one in found
    ]
    numbers = Numbers(active_language())
    lines: Counter[tuple[int, int | None]] = Counter((one.square.side, one.count) for one in found)
    told = [
        _("{squares} of {side}: {cameras}").format(
            squares=ngettext("{count} square", "{count} squares", many).format(
                count=written_number(many)
            ),
            side=numbers.quantity(float(side), "m"),
            cameras=fewer
            if count is None
            else ngettext("{count} camera", "{count} cameras", count).format(
                count=written_number(count)
            ),
        )
        for (side, count), many in sorted(
            lines.items(), key=lambda one: (one[0][0], -(one[0][1] or 0))
        )
    ]
    key = [(swatches.area("counted"), _("cameras that were counted"))]
    if any(one.count is None for one in found):
        key.append((swatches.area("few"), fewer))
    blocks: list[Block] = list(
        _maps("map-cameras", marked, outlines, tuple(key), told, _("Mapped cameras by square"))
    )
    blocks.append(Listing(tuple(("", (Paragraph((Words(line),)),)) for line in told)))
    return Section("maps-cameras", (Words(_("Mapped cameras")),), tuple(blocks))


def _maps(
    name: str,
    marked: Sequence[Marked],
    outlines: Outlines,
    key: tuple[tuple[Drawing, str], ...],
    told: Iterable[str],
    title: str,
) -> Iterator[Drawn]:
    """Yield a map of the whole, and of each part where it is too small to be read."""
    numbers = Numbers(active_language())
    bar = {
        metres: numbers.quantity(float(metres), "m", power_of_ten(metres, 1))
        for metres in maps.bars()
    }
    sheet = Sheet(outlines, _("N"), bar)
    if outlines:
        key = (*key, (swatches.outline(), _("edge of an area")))
    words = "; ".join(told)
    parts = maps.parts_of(marked)
    whole = _("{title}. {lines}.").format(title=title, lines=words)
    caption: tuple[Inline, ...] = (Words(title),)
    if parts:
        caption = (Words(title), Words(_("(overview)")))
    yield Drawn(f"{name}-1", maps.drawn(marked, maps.extent_of(marked), sheet), whole, caption, key)
    for number, part in enumerate(parts, start=2):
        shown = _("Detail: squares {numbers}").format(
            numbers=isolated(", ".join(one.words for one in part))
        )
        yield Drawn(
            f"{name}-{number}",
            maps.drawn(part, maps.extent_of(part, of=marked), sheet),
            _("{title}. {lines}.").format(title=title, lines=shown),
            (Words(shown),),
        )
