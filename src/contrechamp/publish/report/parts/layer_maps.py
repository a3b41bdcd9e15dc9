"""What answers tell of streets and areas, by squares: looked over, cut off, in view."""

from collections import Counter
from collections.abc import Iterator, Mapping

import numpy as np
import shapely

from contrechamp.base.i18n import _, active_language, direction_of
from contrechamp.base.written import written_number
from contrechamp.dossier.records.measurements import Measurement
from contrechamp.publish.numbers import Numbers
from contrechamp.publish.report.document import Drawn, Listing, Paragraph, Section, Words
from contrechamp.publish.report.drawing import maps, shares, small_maps, swatches
from contrechamp.publish.report.drawing.maps import Sheet
from contrechamp.publish.report.drawing.small_maps import MapRow, SmallMap
from contrechamp.publish.report.drawing.squares import Square
from contrechamp.publish.report.layer_file import CUT_OFF, IN_VIEW, LOOKED_OVER, Part
from contrechamp.publish.report.parts.figures import name_in_words
from contrechamp.publish.report.parts.seen_maps import class_labels, key
from contrechamp.publish.report.showing import Showing
from contrechamp.scene.projection import choose_plane
from contrechamp.scene.service_names import service_label

#: Most maps beside each other; further kinds of places stand in the files alone.
_MOST = 4


def sections(showing: Showing) -> Iterator[Section]:
    """Yield a section for each measurement that has a layer."""
    shown = [(ref, one) for ref, one in showing.cited(Measurement) if ref in showing.figures.layers]
    for number, (ref, one) in enumerate(shown, start=1):
        parts = showing.figures.layers[ref][:_MOST]
        yield _section(number, ref, one, parts, showing.publication.cell_m)


def _section(
    number: int, ref: str, one: Measurement, parts: tuple[Part, ...], cell: int
) -> Section:
    numbers = Numbers(active_language())
    bounds = shapely.total_bounds(np.concatenate([part.shapes for part in parts]))
    plane = choose_plane(tuple(map(float, bounds)), None)  # type: ignore[arg-type]
    shapes = [shapely.transform(part.shapes, plane.points) for part in parts]
    everything = shapely.total_bounds(np.concatenate(shapes))
    side = shares.side_for(tuple(map(float, everything)), cell)  # type: ignore[arg-type]
    found = [
        shares.mean_shares(some, part.share, side) for some, part in zip(shapes, parts, strict=True)
    ]
    title = _title(parts[0])
    lines = [_line(part, squares) for part, squares in zip(parts, found, strict=True)]
    drawing = Drawn(
        f"map-layer-{number}",
        small_maps.drawn(
            [
                MapRow(
                    name_in_words(one),
                    [_small(part, squares) for part, squares in zip(parts, found, strict=True)],
                )
            ],
            Sheet((), _("N"), maps.bar_words(numbers)),
            to_left=direction_of(active_language()) == "rtl",
        ),
        _("{title}. {lines}.").format(title=title, lines="; ".join(lines)),
        (Words(title),),
        ((swatches.area("paper"), _("nothing")), *list(key())[1:]),
    )
    note = _("Squares of {side}; those without a street or an area of it are left out.").format(
        side=numbers.quantity(float(side), "m")
    )
    return Section(
        f"maps-layer-{number}",
        (Words(title),),
        (
            Paragraph((Words(note),), soft=True),
            drawing,
            Listing(tuple(("", (Paragraph((Words(line),)),)) for line in lines)),
        ),
        of=ref,
    )


def _title(part: Part) -> str:
    return {
        LOOKED_OVER: _("Share of the street that was looked over, by square"),
        CUT_OFF: _("Share of the street that barriers cut off, by square"),
        IN_VIEW: _("Share of street within view in the areas, by square"),
    }[part.tells]


def _small(part: Part, found: Mapping[Square, float]) -> SmallMap:
    paints = {
        square: f"share-{shares.class_of(share)}" if share > 0.0 else "paper"
        for square, share in found.items()
    }
    return SmallMap(_of(part), paints)


def _of(part: Part) -> str:
    if not part.of:
        return ""
    return _("to the nearest: {service}").format(service=service_label(part.of))


def _line(part: Part, found: Mapping[Square, float]) -> str:
    """Return how many squares there are of each class."""
    counted = Counter(shares.class_of(share) if share > 0.0 else 0 for share in found.values())
    told = ", ".join(
        _("{share}: {count}").format(share=label, count=written_number(counted[number]))
        for number, label in {0: _("nothing"), **class_labels()}.items()
        if counted[number]
    )
    squares = _("squares by their share: {shares}").format(shares=told)
    return f"{_of(part)}: {squares}" if part.of else squares
