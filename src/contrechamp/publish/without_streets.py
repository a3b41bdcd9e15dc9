"""What a report says where there are no buildings, or no streets: of open ground, walks, areas."""

from collections.abc import Mapping

from contrechamp.base.i18n import _, ngettext
from contrechamp.measure.results import Figure, Measurement
from contrechamp.publish.findings import figure_table
from contrechamp.publish.found import find
from contrechamp.publish.numbers import Numbers
from contrechamp.publish.spread import DIGITS, as_sentence, how_sure, rounding_step, spread
from contrechamp.publish.table import ReportTable
from contrechamp.scene.tables import Scene
from contrechamp.wording.levels import level_label

#: At most this many areas are listed; all are in figures.csv.
LISTED_AREAS = 20


def has_streets(measurement: Measurement) -> bool:
    """Return whether any walkable street was measured."""
    return len(measurement.pieces) > 0


def open_ground(measurement: Measurement) -> str:
    """Return what comes before all else where views were taken as free; "" where they were not."""
    return open_ground_told() if measurement.methods.get("open_ground") else ""


def open_ground_told() -> str:
    """Return what is to be said first of figures over open ground."""
    return _(
        "Over open ground, without any building: each view is a disc or a sector, free within "
        "range and field of view."
    )


def told_first(measurement: Measurement, sentences: list[str]) -> list[str]:
    """Return sentences with what must be known of the place before the first of them."""
    before = open_ground(measurement)
    if not before or not sentences:
        return sentences
    return [f"{before} {sentences[0]}", *sentences[1:]]


def main_figure(measurement: Measurement) -> Figure | None:
    """Return the figure that the report is about first: of streets, of walks or of ground."""
    first = measurement.levels[0].name
    for key in ("streets.seen_m", "tracks.seen_m", "area.seen_m2"):
        if found := find(measurement, key, first):
            return found[0]
    return None


def reach(measurement: Measurement, scene: Scene, numbers: Numbers) -> str:
    """Return how much of recorded walks, or else of the ground, is in view; "" if neither is."""
    first = measurement.levels[0].name
    walks = find(measurement, "tracks.seen_m", first)
    ground = find(measurement, "area.seen_m2", first)
    if walks:
        return _of_walks(walks[0], scene, numbers)
    return _of_ground(ground[0], len(scene.cameras), numbers) if ground else ""


def _of_walks(seen: Figure, scene: Scene, numbers: Numbers) -> str:
    told, n = spread(seen, numbers, DIGITS), len(scene.tracks)
    length = float(scene.tracks.geometry.length.sum())
    if told.is_nothing:
        return ngettext(
            "Nothing of the recorded walk lies within view of a mapped camera.",
            "Nothing of the {n} recorded walks lies within view of a mapped camera.",
            n,
        ).format(n=numbers.plain(n))
    text = ngettext(
        "{length} of the {total} of the recorded walk lies within view of a mapped "
        "camera{how_sure}.",
        "{length} of the {total} of the {n} recorded walks lies within view of a mapped "
        "camera{how_sure}.",
        n,
    ).format(
        length=told.value,
        # Rounded as the part is, which else can come out larger than the whole.
        total=numbers.quantity(
            length, "m", rounding_step(seen, DIGITS), size=max(length, seen.estimate.q95)
        ),
        n=numbers.plain(n),
        how_sure=how_sure(told),
    )
    return as_sentence(text)


def _of_ground(seen: Figure, n_cameras: int, numbers: Numbers) -> str:
    told = spread(seen, numbers, DIGITS)
    if told.is_nothing:
        return ngettext(
            "No ground lies within view of the one mapped camera.",
            "No ground lies within view of any of the {n} mapped cameras.",
            n_cameras,
        ).format(n=numbers.plain(n_cameras))
    text = ngettext(
        "{area} of ground lies within view of the one mapped camera{how_sure}.",
        "{area} of ground lies within view of at least one of the {n} mapped cameras{how_sure}.",
        n_cameras,
    ).format(area=told.value, n=numbers.plain(n_cameras), how_sure=how_sure(told))
    return as_sentence(text)


def area_table(
    measurement: Measurement, numbers: Numbers, names: Mapping[str, str]
) -> ReportTable | None:
    """Return the areas by how much of their ground is in view; None if streets were measured.

    Args:
        measurement: what was measured.
        numbers: how numbers are written.
        names: id -> name of areas.
    """
    first = measurement.levels[0].name
    shares = [
        figure
        for figure in find(measurement, "area.seen_share", first, None)
        if figure.group.startswith("area:")
    ]
    if not shares:
        return None
    shares.sort(key=lambda figure: (-figure.estimate.median, figure.group))
    caption = _("Areas with the largest share of ground within view ({level})")
    return figure_table(
        caption.format(level=level_label(first)),
        shares[:LISTED_AREAS],
        numbers,
        of="group",
        area_names=names,
    )
