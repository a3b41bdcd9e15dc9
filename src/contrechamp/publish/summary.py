"""The measurement in a few plain sentences, no more precise than it is."""

from contrechamp.base.i18n import _, ngettext
from contrechamp.measure.draws import BUILDING, SCREEN
from contrechamp.measure.hidden import ALL, KEY
from contrechamp.measure.results import Figure, Measurement
from contrechamp.publish import all_cameras, without_streets
from contrechamp.publish.found import find, near_figures
from contrechamp.publish.numbers import Numbers
from contrechamp.publish.spread import DIGITS, as_sentence, how_sure, spread
from contrechamp.publish.unknowns import unknown_label
from contrechamp.scene.tables import Scene
from contrechamp.sight.arrays import Level
from contrechamp.wording.levels import has_a_name, level_label

#: So many of the unknowns that were drawn are named; all are in the methods.
NAMED_UNKNOWNS = 3
#: Share of the variance below which no unknown is worth a sentence.
WORTH_KNOWING = 0.05


def headline(scene: Scene, numbers: Numbers) -> str:
    """Return the title of the report."""
    n = len(scene.cameras)
    if not n:
        return _("No mapped camera: nothing to measure yet")
    return ngettext(
        "What the one mapped camera can have in view",
        "What {n} mapped cameras can have in view",
        n,
    ).format(n=numbers.plain(n))


def sentences(measurement: Measurement, scene: Scene, numbers: Numbers) -> list[str]:
    """Return a few paragraphs on what was measured and how sure it is, the main figure first."""
    candidates = [
        _reach(measurement, scene, numbers),
        _all_cameras(measurement, numbers),
        _hidden(measurement, numbers),
        _density(measurement, numbers),
        _sureness(measurement, numbers),
        _what_would_help(measurement, scene, numbers),
        _walks(measurement, numbers),
    ]
    found = [sentence for sentence in candidates if sentence]
    return without_streets.told_first(measurement, found)


def first_figure(seen: Figure, n_cameras: int, numbers: Numbers) -> str:
    """Return the main figure as it is known before the rest: no interval, for lack of a span."""
    told = spread(seen, numbers, DIGITS)
    return ngettext(
        "{length} of walkable street lies within view of the one mapped camera; how sure that is, "
        "the report tells",
        "{length} of walkable street lies within view of at least one of the {n} mapped cameras; "
        "how sure that is, the report tells",
        n_cameras,
    ).format(length=told.value, n=numbers.plain(n_cameras))


def length_in_view(seen: Figure, n_cameras: int, numbers: Numbers) -> str:
    """Return how much street lies within view, and how sure that is."""
    told = spread(seen, numbers, DIGITS)
    sentence = ngettext(
        "{length} of walkable street lies within view of the one mapped camera{how_sure}.",
        "{length} of walkable street lies within view of at least one of the {n} mapped "
        "cameras{how_sure}.",
        n_cameras,
    )
    if told.is_nothing:
        sentence = ngettext(
            "No walkable street lies within view of the one mapped camera.",
            "No walkable street lies within view of any of the {n} mapped cameras.",
            n_cameras,
        )
    text = as_sentence(
        sentence.format(length=told.value, n=numbers.plain(n_cameras), how_sure=how_sure(told))
    )
    if told.span_leads and told.interval:
        text += " " + _(
            "If all of that is as it is assumed here, it is {interval} in 90 % of the draws."
        ).format(interval=told.interval)
    return text


def _reach(measurement: Measurement, scene: Scene, numbers: Numbers) -> str:
    first = measurement.levels[0].name
    seen = _only(find(measurement, "streets.seen_m", first))
    if not len(scene.cameras):
        return _("There is no camera in the data; the map may well be incomplete.")
    if seen is None:
        told = without_streets.reach(measurement, scene, numbers)
        if told:
            return " ".join(part for part in (told, _cap(measurement, numbers)) if part)
        return _("There is no walkable street in the data, so that no length could be measured.")
    parts = [
        length_in_view(seen, len(scene.cameras), numbers),
        _share_nearby(measurement, numbers),
        _share_of_the_whole(measurement, numbers),
        _cap(measurement, numbers),
        _ground(measurement, numbers),
    ]
    return " ".join(part for part in parts if part)


def _all_cameras(measurement: Measurement, numbers: Numbers) -> str:
    """Return what all cameras have in view, where the completeness of a survey was given."""
    seen = _only(find(measurement, all_cameras.SEEN, measurement.levels[0].name))
    if seen is None:
        return ""
    told = spread(seen, numbers, DIGITS)
    parts = [
        _(
            "Of all cameras, those that nobody found as well: {length} of the streets of the "
            "survey lie within view{how_sure}. How many there are and where is not known, and is "
            "drawn as the survey tells; they are taken to be like those that were found."
        ).format(length=told.value, how_sure=how_sure(told))
    ]
    cameras = _only(find(measurement, all_cameras.CAMERAS, ""))
    if cameras is not None:
        many = spread(cameras, numbers, DIGITS)
        parts.append(
            _("Cameras on all streets of the survey: {number}{how_sure}.").format(
                number=many.value, how_sure=how_sure(many)
            )
        )
    if not measurement.methods[all_cameras.METHOD]["with_missed"]:
        parts.append(
            _(
                "Those missed where people walked are not among them: there may be more in view "
                "than this says."
            )
        )
    return " ".join(parts)


def _hidden(measurement: Measurement, numbers: Numbers) -> str:
    """Return what stands free takes out of view, beside buildings."""
    hidden = _only(find(measurement, KEY, measurement.levels[0].name, ALL))
    if hidden is None:
        return ""
    told = spread(hidden, numbers, DIGITS)
    if told.is_nothing:
        return _("What stands free (walls, hedges, fences) takes none of that street out of view.")
    return as_sentence(
        _(
            "Walls, hedges and fences take {length} of street out of view that buildings alone "
            "would leave in view{how_sure}."
        ).format(length=told.value, how_sure=how_sure(told))
    )


def _ground(measurement: Measurement, numbers: Numbers) -> str:
    """Return on what ground all stands."""
    relief = measurement.methods.get("relief")
    if relief is None:
        return _("The ground is taken as flat.")
    return _(
        "The ground is that of a height model with cells of {cell}. That it is off by some {error} "
        "from place to place is in no interval: it is among what is assumed."
    ).format(
        cell=numbers.quantity(relief["model_cell_m"], "m"),
        error=numbers.quantity(relief["error_m"], "m", 0.01),
    )


def _share_nearby(measurement: Measurement, numbers: Numbers) -> str:
    """Return the share in view of the street around the cameras, which no extract's size moves."""
    methods = measurement.methods
    share = _only(near_figures(measurement, "streets.seen_share", measurement.levels[0].name))
    if share is None or "near_m" not in methods or "near_walkable_m" not in methods:
        return ""
    told = spread(share, numbers, DIGITS)
    if told.is_nothing:
        return ""
    return _(
        "Of the {total} of walkable street within {distance} of a mapped camera, {share} lies "
        "within view{how_sure}."
    ).format(
        total=numbers.about(methods["near_walkable_m"], "m"),
        distance=numbers.quantity(methods["near_m"], "m"),
        share=told.value,
        how_sure=how_sure(told),
    )


def _share_of_the_whole(measurement: Measurement, numbers: Numbers) -> str:
    """Return the share of everything, which is there only if the user named it as an area."""
    share = _only(find(measurement, "streets.seen_share", measurement.levels[0].name))
    if share is None:
        return ""
    told = spread(share, numbers, DIGITS)
    if told.is_nothing:
        return ""
    return _("Of the whole {total} of walkable street, {share} lies within view{how_sure}.").format(
        total=numbers.about(float(measurement.pieces["length_m"].sum()), "m"),
        share=told.value,
        how_sure=how_sure(told),
    )


def _cap(measurement: Measurement, numbers: Numbers) -> str:
    """Return where views end of which no range is mapped, if anything says so.

    That may be a range that is held, which is a cut, or a pixel density with the farthest range
    that it may come to. A range that is drawn is neither.
    """
    methods = measurement.methods
    used = [p for p in measurement.priors if p.unknown == "range_m" and p.n_cameras]
    by_density = methods.get("range_by_density")
    if used and by_density:
        return _(
            "Where no range is mapped, a view is taken to end where the picture has {density} "
            "px/m, and no further than {distance} away."
        ).format(
            density=numbers.significant(by_density["px_per_m"]),
            distance=numbers.quantity(by_density["most_m"], "m"),
        )
    held = [prior.p50 for prior in used if prior.p10 == prior.p50 == prior.p90]
    if not held or len(held) < len(used):
        return ""
    distance = numbers.quantity(max(held), "m")
    if methods.get("mapped", {}).get("range_m", 0):
        return _(
            "Nothing further than {range} from a camera is counted, where its range is not mapped."
        ).format(range=distance)
    return _("Nothing further than {range} from a camera is counted.").format(range=distance)


def _density(measurement: Measurement, numbers: Numbers) -> str:
    """Return what is in view at the most demanding level at which anything is."""
    for level in reversed(measurement.levels[1:]):
        seen = _only(find(measurement, "streets.seen_m", level.name))
        if seen is not None and seen.estimate.median >= 1.0:
            return _in_view_at(level, seen, numbers)
    return ""


def _in_view_at(level: Level, seen: Figure, numbers: Numbers) -> str:
    told = spread(seen, numbers, DIGITS)
    if has_a_name(level.name):
        sentence = _(
            "At the pixel density that the standard calls “{level}” ({density} px/m), "
            "{length} of street lies within view{how_sure}."
        )
    else:
        sentence = _(
            "At a pixel density of {density} px/m, {length} of street lies within view{how_sure}."
        )
    return sentence.format(
        level=level_label(level.name),
        density=numbers.significant(level.ppm),
        length=told.value,
        how_sure=how_sure(told),
    )


def _sureness(measurement: Measurement, numbers: Numbers) -> str:
    seen = without_streets.main_figure(measurement)
    if seen is None:
        return ""
    return f"{_known(seen, numbers)} {_drawn(measurement, numbers)}".strip()


def _known(seen: Figure, numbers: Numbers) -> str:
    """Return how much of what the figures need is mapped."""
    if numbers.is_all(seen.known_share):
        return _("Everything that these figures need to know of the cameras is on the map.")
    if not seen.known_share > 0.0:
        return _("Nothing of what these figures need to know of the cameras is on the map.")
    text = _(
        "{known} of what these figures need to know of the cameras is on the map; the rest is "
        "assumed."
    ).format(known=numbers.percent(seen.known_share))
    return as_sentence(text)


def _drawn(measurement: Measurement, numbers: Numbers) -> str:
    """Return what was drawn, and how often."""
    drawn = measurement.methods.get("drawn", {})
    draws = int(measurement.methods.get("draws", 1))
    most = sorted((name for name in drawn if drawn[name]), key=lambda name: -drawn[name])
    if not most:
        return ""
    return ngettext(
        "This was drawn only once, so that there is no interval: {unknowns}.",
        "This was drawn {n} times from the distributions listed below: {unknowns}.",
        draws,
    ).format(
        unknowns=_some([unknown_label(name) for name in most], numbers), n=numbers.plain(draws)
    )


def _some(names: list[str], numbers: Numbers) -> str:
    if len(names) <= NAMED_UNKNOWNS:
        return numbers.all_of(names)
    return numbers.all_of([*names[: NAMED_UNKNOWNS - 1], _("others")])


def _what_would_help(measurement: Measurement, scene: Scene, numbers: Numbers) -> str:
    first = measurement.levels[0].name
    drivers = [driver for driver in measurement.drivers if driver.level == first]
    seen = _only(find(measurement, "streets.seen_m", first))
    if not drivers or seen is None or not spread(seen, numbers).interval:
        return ""
    most = max(drivers, key=lambda driver: driver.first_order)
    if not most.first_order > WORTH_KNOWING:
        return ""
    if most.unknown == BUILDING:
        return _("What would narrow the interval the most is to know the heights of buildings.")
    if most.unknown == SCREEN:
        return _(
            "What would narrow the interval the most is to know the heights of walls, hedges and "
            "fences, and which of them can be seen through."
        )
    return ngettext(
        "What would narrow the interval the most is to know this of the camera: {unknown}.",
        "What would narrow the interval the most is to know this of every camera: {unknown}.",
        len(scene.cameras),
    ).format(unknown=unknown_label(most.unknown))


def _walks(measurement: Measurement, numbers: Numbers) -> str:
    figure = _only(find(measurement, "trips.no_detour_share", measurement.levels[0].name))
    n = 0 if measurement.trips is None else len(measurement.trips)
    if not n or figure is None:
        return ""
    told = spread(figure, numbers, DIGITS)
    share = told.value
    if (n == 1 and 0.0 < figure.estimate.mean < 1.0) or (n > 1 and (told.interval or told.span)):
        sentence = _some_walks(n)
    elif not figure.estimate.median:
        sentence = ngettext(
            "The one walk from a home to the nearest services has no stretch within view that no "
            "detour avoids.",
            "None of the {n} walks from homes to the nearest services has a stretch within view "
            "that no detour avoids.",
            n,
        )
    elif figure.estimate.median >= 1.0:
        sentence = ngettext(
            "The one walk from a home to the nearest services has a stretch within view that no "
            "detour avoids.",
            "Each of the {n} walks from homes to the nearest services has a stretch within view "
            "that no detour avoids.",
            n,
        )
    else:
        sentence = _some_walks(n)
    if n == 1:
        share = numbers.percent(figure.estimate.mean)
    return sentence.format(n=numbers.plain(n), share=share, how_sure=how_sure(told))


def _some_walks(n: int) -> str:
    """Return the sentence on some walks of many; of a single one, in some of the draws."""
    return ngettext(
        "In {share} of the draws, the one walk from a home to the nearest services has a stretch "
        "within view that no detour avoids.",
        "Of {n} walks from homes to the nearest services, {share} have a stretch within view that "
        "no detour avoids{how_sure}.",
        n,
    )


def _only(figures: list[Figure]) -> Figure | None:
    return figures[0] if figures else None
