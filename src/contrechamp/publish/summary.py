"""The measurement in a few plain sentences, no more precise than it is."""

from contrechamp.base.i18n import _, ngettext
from contrechamp.measure.results import Figure, Measurement
from contrechamp.publish.findings import find
from contrechamp.publish.numbers import Numbers, rounding_step
from contrechamp.publish.unknowns import unknown_label
from contrechamp.scene.tables import Scene
from contrechamp.wording.levels import level_label

#: Digits that half an interval keeps in a sentence; tables keep two.
DIGITS = 1


def headline(scene: Scene, numbers: Numbers) -> str:
    """Return the title of the report."""
    n = len(scene.cameras)
    if not n:
        return _("No mapped camera: nothing to measure yet")
    return ngettext(
        "What {n} mapped camera can have in view", "What {n} mapped cameras can have in view", n
    ).format(n=numbers.plain(n))


def sentences(measurement: Measurement, scene: Scene, numbers: Numbers) -> list[str]:
    """Return three to five sentences on what was measured and how sure it is."""
    candidates = [
        _reach(measurement, scene, numbers),
        _density(measurement, numbers),
        _sureness(measurement, numbers),
        _what_would_help(measurement, numbers),
        _walks(measurement, numbers),
    ]
    return [sentence for sentence in candidates if sentence]


def length_in_view(seen: Figure, n_cameras: int, numbers: Numbers) -> str:
    """Return how much street lies within view."""
    return ngettext(
        "{length} of walkable street lies within view of the {n} mapped camera "
        "({interval} in 90 % of the draws).",
        "{length} of walkable street lies within view of at least one of the {n} mapped cameras "
        "({interval} in 90 % of the draws).",
        n_cameras,
    ).format(
        length=numbers.median(seen.estimate, "m", DIGITS),
        n=numbers.plain(n_cameras),
        interval=numbers.interval(seen.estimate, "m", DIGITS),
    )


def _reach(measurement: Measurement, scene: Scene, numbers: Numbers) -> str:
    first = measurement.levels[0].name
    seen = _only(find(measurement, "streets.seen_m", first))
    share = _only(find(measurement, "streets.seen_share", first))
    if not len(scene.cameras):
        return _("There is no camera in the data; the map may well be incomplete.")
    if seen is None:
        return _("There is no walkable street in the data, so that no length could be measured.")
    text = length_in_view(seen, len(scene.cameras), numbers)
    if share is None:
        return text + _cap(measurement, numbers)
    text += " " + _("That is {share} of the {total} that were measured.").format(
        share=numbers.percent(
            share.estimate.median, min(0.01, rounding_step(share.estimate, DIGITS))
        ),
        total=numbers.quantity(float(measurement.pieces["length_m"].sum()), "m", 100.0),
    )
    return text + _cap(measurement, numbers)


def _cap(measurement: Measurement, numbers: Numbers) -> str:
    """Return the assumed range of view: halving it would change more than the interval covers."""
    caps = {
        prior.p50 for prior in measurement.priors if prior.unknown == "range_m" and prior.n_cameras
    }
    if not caps or "range_m" not in measurement.methods.get("held", ()):
        return ""
    return " " + _("Nothing further than {range} from a camera is counted.").format(
        range=numbers.quantity(max(caps), "m")
    )


def _density(measurement: Measurement, numbers: Numbers) -> str:
    """Return what is in view at the most demanding level at which anything is."""
    for level in reversed(measurement.levels[1:]):
        seen = _only(find(measurement, "streets.seen_m", level.name))
        if seen is not None and seen.estimate.median >= 1.0:
            return _(
                "At the pixel density that the standard calls “{level}” ({density} px/m), "
                "{length} of street lies within view ({interval})."
            ).format(
                level=level_label(level.name),
                density=numbers.significant(level.ppm),
                length=numbers.median(seen.estimate, "m", DIGITS),
                interval=numbers.interval(seen.estimate, "m", DIGITS),
            )
    return ""


def _sureness(measurement: Measurement, numbers: Numbers) -> str:
    seen = _only(find(measurement, "streets.seen_m", measurement.levels[0].name))
    if seen is None:
        return ""
    known = numbers.percent(seen.known_share)
    if seen.estimate.n_draws <= 1:
        return _("Everything that the figures need to know of the cameras is mapped.")
    return _(
        "Only {known} of what these figures need to know of the cameras is on the map; the rest "
        "(such as direction, height and lens) is assumed, and was drawn {n} times from the "
        "distributions listed below."
    ).format(known=known, n=numbers.plain(seen.estimate.n_draws))


def _what_would_help(measurement: Measurement, numbers: Numbers) -> str:
    first = measurement.levels[0].name
    drivers = [driver for driver in measurement.drivers if driver.level == first]
    if not drivers:
        return ""
    most = max(drivers, key=lambda driver: driver.first_order)
    if not most.first_order > 0.05:
        return ""
    return _(
        "What would narrow the interval the most is to know this of every camera: {unknown}."
    ).format(unknown=unknown_label(most.unknown))


def _walks(measurement: Measurement, numbers: Numbers) -> str:
    first = measurement.levels[0].name
    shares = find(measurement, "trips.seen_share", first)
    no_detour = find(measurement, "trips.no_detour_share", first)
    n_trips = 0 if measurement.trips is None else len(measurement.trips)
    if not (n_trips and shares and no_detour):
        return ""
    return _(
        "Of {n} walks from homes to the nearest services, {share} have a stretch within view that "
        "no detour avoids."
    ).format(
        n=numbers.plain(n_trips),
        share=numbers.median(no_detour[0].estimate, "share", DIGITS),
    )


def _only(figures: list[Figure]) -> Figure | None:
    return figures[0] if figures else None
