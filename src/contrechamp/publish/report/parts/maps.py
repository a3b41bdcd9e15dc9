"""Where what is shown stands: maps by squares, and beside each a list that says the same."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

import numpy as np
import shapely

from contrechamp.base.i18n import _, active_language, ngettext
from contrechamp.base.written import isolated, written_list, written_number
from contrechamp.dossier.formats.write.scene_tables import area_features
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.records.field_types import Position
from contrechamp.dossier.records.fieldwork import Area, Camera
from contrechamp.publish.numbers import Numbers
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
from contrechamp.publish.report.parts import layer_maps, seen_maps, sites
from contrechamp.publish.report.parts.sites import NAMED, Site
from contrechamp.publish.report.showing import Showing
from contrechamp.publish.report.texts import called, confidence, name_of, period
from contrechamp.scene.projection import Plane
from contrechamp.wording.confidence import confidence_labels

#: Edges of areas, rings in metres.
Outlines: TypeAlias = Sequence[Sequence[Point]]
#: Edges of areas that lie further off than this are on another map, in metres.
_FAR_M = 500_000


def section(showing: Showing, evidence: EvidenceList) -> Section | None:
    """Return the maps; None if nothing that is shown has a position, or was measured."""
    named, hung = list(sites.sites(showing).values()), list(sites.cameras(showing).values())
    inside = [
        *_of_positions(showing, named, hung, evidence),
        *seen_maps.sections(showing),
        *layer_maps.sections(showing),
    ]
    if not inside:
        return None
    blocks = []
    if named or hung:
        numbers = Numbers(active_language())
        note = _(
            "Each place lies somewhere in its square, whose side is {side} or more; nothing is "
            "shown more exactly. Squares are those of a grid that does not depend on what lies in "
            "it. North is up."
        ).format(side=numbers.quantity(float(showing.publication.cell_m), "m"))
        blocks.append(Paragraph((Words(note),), soft=True))
    if names := written_list([isolated(name) for name in sites.elsewhere(showing)]):
        lacking = _("Without a position, and so on no map: {names}.").format(names=names)
        blocks.append(Paragraph((Words(lacking),), soft=True))
    return Section("maps", (Words(_("Maps")),), tuple(blocks), tuple(inside))


def _of_positions(
    showing: Showing, named: Sequence[Site], hung: Sequence[Camera], evidence: EvidenceList
) -> Iterator[Section]:
    """Yield the maps of each part of the world in which something is."""
    cell, k = showing.publication.cell_m, showing.publication.k
    positions = [*(one.position for one in named), *(one.position for one in hung)]
    many: Counter[str] = Counter()
    for group in sites.groups(positions):
        plane = sites.plane_of([positions[number] for number in group])
        points = sites.in_metres([positions[number] for number in group], plane)
        outlines = _outlines(showing, plane, points[0])
        of_sites = [
            (named[number], point)
            for number, point in zip(group, points, strict=True)
            if number < len(named)
        ]
        for found in (
            _of_sites([one for one, _at in of_sites], [at for _one, at in of_sites], cell,
                      outlines, evidence, many["places"]),
            _of_cameras(points[len(of_sites) :], cell, outlines, k, many["cameras"]),
        ):  # fmt: skip
            if found:
                many[found.anchor.split("-")[1]] += 1
                yield found


def _suffix(before: int) -> str:
    """Return what tells the names of a further map of a kind from those of the first."""
    return f"-{before + 1}" if before else ""


def _outlines(showing: Showing, plane: Plane, middle: Point) -> list[list[Point]]:
    """Return the edges of the areas that are shown and have a boundary, as rings in metres."""
    case = showing.view.case
    areas = [lookup.get(case, ref) for ref, _area in showing.cited(Area)]
    document, _without = area_features(case, areas)
    shapes = [shapely.geometry.shape(one["geometry"]) for one in document["features"]]
    rings = [part.exterior for one in shapes for part in shapely.get_parts(one)]
    in_metres = [plane.points(shapely.get_coordinates(ring)) for ring in rings]
    return [
        [(float(x), float(y)) for x, y in ring]
        for ring in in_metres
        if (np.abs(ring - middle) < _FAR_M).all()  # an area elsewhere is on another map
    ]


def _of_sites(
    shown: Sequence[Site],
    points: Sequence[Point],
    cell: int,
    outlines: Outlines,
    evidence: EvidenceList,
    before: int,
) -> Section | None:
    if not shown:
        return None
    squares: dict[object, list[int]] = {}
    for number, point in enumerate(points, start=1):
        side = _side(shown[number - 1].position, cell)
        squares.setdefault(square_of(point, side), []).append(number)
    order = [*confidence_labels(), NAMED]
    marked = [
        Marked(
            square,  # type: ignore[arg-type]
            min((shown[number - 1].paint for number in numbers), key=order.index),
            ",".join(map(str, numbers)),
        )
        for square, numbers in squares.items()
    ]
    labels = {**confidence_labels(), NAMED: _("named in the report")}
    key = tuple(
        (swatches.area(paint), labels[paint])
        for paint in order
        if any(one.paint == paint for one in marked)
    )
    named = [name_of(one.record.names).text for one in shown]
    told = [
        _("{number}: {name}").format(number=number, name=isolated(name))
        for number, name in enumerate(named, start=1)
    ]
    blocks: list[Block] = list(
        _maps(
            f"map-places{_suffix(before)}",
            marked,
            outlines,
            key,
            told,
            _("Places, and how sure it is that a system is there"),
        )
    )
    blocks.append(Listing(tuple(_site_entries(shown, evidence)), numbered=True))
    return Section(
        f"maps-places{_suffix(before)}", (Words(_("Where systems were seen")),), tuple(blocks)
    )


def _side(position: Position, cell: int) -> int:
    """Return the side of the square of a place: no less than how far it may be from its point."""
    side = cell
    while position.within_m is not None and side < 2 * position.within_m:
        side *= 2
    return side


def _site_entries(
    shown: Sequence[Site], evidence: EvidenceList
) -> Iterator[tuple[str, tuple[Block, ...]]]:
    for site in shown:
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


def _of_cameras(
    points: Sequence[Point], cell: int, outlines: Outlines, k: int, before: int
) -> Section | None:
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
        _maps(
            f"map-cameras{_suffix(before)}",
            marked,
            outlines,
            tuple(key),
            told,
            _("Mapped cameras by square"),
        )
    )
    blocks.append(Listing(tuple(("", (Paragraph((Words(line),)),)) for line in told)))
    return Section(f"maps-cameras{_suffix(before)}", (Words(_("Mapped cameras")),), tuple(blocks))


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
    sheet = Sheet(outlines, _("N"), maps.bar_words(numbers))
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
