"""What may lie within view, by squares: levels beside each other, days below each other."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from contrechamp.base.i18n import _, active_language, direction_of
from contrechamp.base.written import isolated, written_number
from contrechamp.dossier.records.field_types import earliest
from contrechamp.dossier.records.measurements import Measurement
from contrechamp.publish.numbers import Numbers
from contrechamp.publish.report.document import Drawn, Listing, Paragraph, Section, Words
from contrechamp.publish.report.drawing import maps, shares, small_maps, swatches
from contrechamp.publish.report.drawing.maps import Sheet
from contrechamp.publish.report.drawing.shapes import Drawing
from contrechamp.publish.report.drawing.small_maps import MapRow, SmallMap
from contrechamp.publish.report.drawing.squares import Square
from contrechamp.publish.report.parts.figures import name_in_words
from contrechamp.publish.report.showing import Showing
from contrechamp.scene.projection import choose_plane
from contrechamp.wording.levels import level_label

#: Most levels beside each other; the first and the last ones.
_MOST_LEVELS = 4
_Polygons = npt.NDArray[np.object_]


@dataclass(frozen=True)
class _Run:
    """A measurement with what cameras may have within view, by level, in degrees."""

    one: Measurement
    regions: Mapping[str, _Polygons]

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees; all nan where nothing is within view."""
        west, south, east, north = shapely.total_bounds(np.concatenate([*self.regions.values()]))
        return float(west), float(south), float(east), float(north)


def sections(showing: Showing) -> Iterator[Section]:
    """Yield a section for each place that was measured and has something within view."""
    for number, runs in enumerate(_by_place(showing), start=1):
        yield _section(number, runs, showing.publication.cell_m)


def _by_place(showing: Showing) -> list[list[_Run]]:
    """Return the runs whose areas meet, each group by the day that its runs show."""
    runs = []
    for ref, one in showing.cited(Measurement):
        wanted = {cited.figure.level for cited in showing.figures.of(ref)}
        regions = showing.figures.seen.get(ref, {})
        levels = [name for name in regions if name in wanted] or list(regions)
        kept = levels if len(levels) <= _MOST_LEVELS else [levels[0], *levels[1 - _MOST_LEVELS :]]
        run = _Run(one, {name: regions[name] for name in kept})
        if kept and np.isfinite(run.bounds).all():
            runs.append(run)
    groups: list[list[_Run]] = []
    for run in runs:
        near = [group for group in groups if any(_meet(run, other) for other in group)]
        groups = [group for group in groups if group not in near]
        groups.append([*(one for group in near for one in group), run])
    return [sorted(group, key=lambda run: _day(run.one)) for group in groups]


def _meet(one: _Run, other: _Run) -> bool:
    return bool(shapely.box(*one.bounds).intersects(shapely.box(*other.bounds)))


def _day(one: Measurement) -> str:
    return earliest(one.on).isoformat() if one.on else ""


def _section(number: int, runs: Sequence[_Run], cell: int) -> Section:
    numbers = Numbers(active_language())
    ends = np.array([run.bounds for run in runs])
    bounds = (*ends[:, :2].min(axis=0), *ends[:, 2:].max(axis=0))
    plane = choose_plane(tuple(map(float, bounds)), None)  # type: ignore[arg-type]
    in_metres = [
        {name: shapely.transform(one, plane.points) for name, one in run.regions.items()}
        for run in runs
    ]
    everything = np.concatenate([one for regions in in_metres for one in regions.values()])
    side = shares.side_for(tuple(map(float, shapely.total_bounds(everything))), cell)  # type: ignore[arg-type]
    levels = list(dict.fromkeys(name for run in runs for name in run.regions))
    found = [
        {name: shares.shares_of(regions[name], side) for name in levels if name in regions}
        for regions in in_metres
    ]
    named = [name_in_words(run.one) for run in runs]
    lines = [*_lines(named, found), *_changes(named, found)]
    size = numbers.quantity(float(side), "m")
    note = _(
        "Of each square of {side}, how much may lie within view of a mapped camera, buildings "
        "included. A camera whose direction or lens is not mapped counts with all that it may "
        "see: this is a bound, and not the figure above."
    ).format(side=size)
    title = _("What may lie within view, by square")
    drawing = Drawn(
        f"map-seen-{number}",
        small_maps.drawn(
            [
                MapRow(name, [_small(level, one[level]) for level in levels if level in one])
                for name, one in zip(named, found, strict=True)
            ],
            Sheet((), _("N"), maps.bar_words(numbers)),
            to_left=direction_of(active_language()) == "rtl",
        ),
        _("{title}. {lines}.").format(title=title, lines="; ".join(lines)),
        (Words(title),),
        tuple(key()),
    )
    listed = Listing(tuple(("", (Paragraph((Words(line),)),)) for line in lines))
    note_block = Paragraph((Words(note),), soft=True)
    return Section(f"maps-seen-{number}", (Words(title),), (note_block, drawing, listed))


def _small(level: str, found: Mapping[Square, float]) -> SmallMap:
    paints = {square: f"share-{shares.class_of(share)}" for square, share in found.items()}
    return SmallMap(level_label(level), paints)


def class_labels() -> dict[int, str]:
    """Return the names of the classes of shares."""
    return {
        1: _("up to a quarter"),
        2: _("up to a half"),
        3: _("up to three quarters"),
        4: _("more than three quarters"),
    }


def key() -> Iterator[tuple[Drawing, str]]:
    """Yield what the paints of shares mean."""
    yield swatches.area("ground"), _("nothing")
    for number, label in class_labels().items():
        yield swatches.area(f"share-{number}"), label


def _lines(
    named: Sequence[str], found: Sequence[Mapping[str, Mapping[Square, float]]]
) -> Iterator[str]:
    """Yield for each map how many squares there are of each class."""
    for name, levels in zip(named, found, strict=True):
        for level, squares in levels.items():
            counted = Counter(map(shares.class_of, squares.values()))
            told = ", ".join(
                _("{share}: {count}").format(share=label, count=written_number(counted[number]))
                for number, label in class_labels().items()
                if counted[number]
            )
            yield _("{map}, {level}: squares by their share within view: {shares}").format(
                map=name, level=level_label(level), shares=told or _("nothing")
            )


def _changes(
    named: Sequence[str], found: Sequence[Mapping[str, Mapping[Square, float]]]
) -> Iterator[str]:
    """Yield between one day and the next how many squares went up or down by a class."""
    for place in range(1, len(found)):
        before, after = found[place - 1], found[place]
        for level in (one for one in after if one in before):
            both = before[level].keys() | after[level].keys()
            steps = [_step(before[level], after[level], square) for square in both]
            yield _(
                "{map}, {level}: squares with more within view than before: {more}; with less: "
                "{less}"
            ).format(
                map=isolated(named[place]),
                level=level_label(level),
                more=written_number(sum(step > 0 for step in steps)),
                less=written_number(sum(step < 0 for step in steps)),
            )


def _step(before: Mapping[Square, float], after: Mapping[Square, float], square: Square) -> int:
    was, now = (shares.class_of(one[square]) if square in one else 0 for one in (before, after))
    return now - was
