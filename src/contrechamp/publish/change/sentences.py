"""What changed in plain sentences: what the map's own growth explains is told as that."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from contrechamp.base.i18n import _, ngettext
from contrechamp.measure.change.run import Change, Step, Surveyed
from contrechamp.measure.results import Span
from contrechamp.publish.numbers import Numbers, power_of_ten
from contrechamp.publish.ranged import ends
from contrechamp.publish.spread import clause, line
from contrechamp.publish.unknowns import unknown_label

F8 = NDArray[np.float64]


def in_brackets(values: F8, numbers: Numbers) -> str:
    """Return whole numbers: the median and, in brackets, what nine in ten lie between."""
    low, middle, high = (numbers.plain(one) for one in ends(values))
    return middle if low == high else f"{middle} ({low}–{high})"


def metres(values: F8, numbers: Numbers) -> str:
    """Return metres with their interval."""
    low, middle, high = ends(values)
    size = max(abs(low), abs(high))
    if high - low < 1.0:
        return _written(middle, low, high, size, numbers)
    written = (_written(one, low, high, size, numbers) for one in (middle, low, high))
    return "{} ({} … {})".format(*written)


def _written(value: float, low: float, high: float, size: float, numbers: Numbers) -> str:
    """Return metres, rounded as the two ends ask for."""
    step = max(1.0, power_of_ten(max(high - low, 1.0) / 2.0, 2))
    text = numbers.quantity(abs(value), "m", step, size=size) if abs(value) >= step / 2 else "0"
    return f"−{text}" if value <= -step / 2 else text


def in_a_cell(values: F8, span: Span | None, numbers: Numbers) -> str:
    """Return metres with their interval, and what they come to by what is assumed below."""
    text = metres(values, numbers)
    return text if span is None else text + line(_ends(span, numbers))


def _assumed(values: F8, span: Span | None, numbers: Numbers) -> str:
    """Return what a difference comes to by what is assumed, if that goes beyond its interval."""
    low, _middle, high = ends(values)
    if span is None or (low <= span.low and span.high <= high):
        return ""
    unknowns = numbers.all_of([unknown_label(name) for name in span.assumed])
    return clause(_ends(span, numbers), unknowns)


def _ends(span: Span, numbers: Numbers) -> str:
    size = max(abs(span.low), abs(span.high))
    low, high = (_written(one, span.low, span.high, size, numbers) for one in (span.low, span.high))
    return low if low == high else f"{low} … {high}"


def day(told: Change, number: int, numbers: Numbers) -> str:
    """Return the day of a map, as far as it is known."""
    return numbers.day(told.maps[number].on.text)


def headline(told: Change, numbers: Numbers) -> str:
    """Return the title of the page."""
    whole = told.steps[-1]
    first, last = day(told, whole.first, numbers), day(told, whole.second, numbers)
    between = whole.surveyed.between if whole.surveyed else None
    if between is None:
        return _("What changed from {first} to {last} cannot be told from these maps alone").format(
            first=first, last=last
        )
    low, _middle, high = ends(between.change)
    if low > 0.0:
        return _("There are more cameras on {last} than on {first}").format(first=first, last=last)
    if high < 0.0:
        return _("There are fewer cameras on {last} than on {first}").format(first=first, last=last)
    return _("No change in the number of cameras is certain from {first} to {last}").format(
        first=first, last=last
    )


def sentences(told: Change, numbers: Numbers) -> list[str]:
    """Return what can be said, the whole time first."""
    steps = [told.steps[-1], *told.steps[:-1]] if len(told.steps) > 1 else list(told.steps)
    return [" ".join(_step(told, one, numbers)) for one in steps]


def _step(told: Change, one: Step, numbers: Numbers) -> Iterator[str]:
    counts = told.history.listed.sum(axis=1)
    first, last = day(told, one.first, numbers), day(told, one.second, numbers)
    if one.same_files:
        yield _(
            "{first} to {last}: the files are the same, byte for byte. It is one map given twice, "
            "and of change nothing can be told."
        ).format(first=first, last=last)
        return
    yield _("{first} to {last}: cameras on the map went from {n_first} to {n_last}.").format(
        first=first, last=last,
        n_first=numbers.plain(int(counts[one.first])),
        n_last=numbers.plain(int(counts[one.second])),
    )  # fmt: skip
    yield _(
        "The last has {added} that the first lacks, and lacks {gone} that the first has."
    ).format(added=numbers.plain(one.added), gone=numbers.plain(one.gone))
    between = one.surveyed.between if one.surveyed else None
    if between is not None and one.surveyed is not None:
        yield from _between(one.surveyed, numbers)
    else:
        yield from _cannot(told, one, numbers)
    yield _(
        "Of the cameras on the two maps, those of the later one have {metres} more street in "
        "view{assumed}. That is a difference of the maps, whatever changed in the place."
    ).format(
        metres=metres(one.difference_m[:, 0], numbers),
        assumed=_assumed(one.difference_m[:, 0], one.difference_spans[0], numbers),
    )


def _between(one: Surveyed, numbers: Numbers) -> Iterator[str]:
    found = one.between
    if found is None:
        return
    yield _(
        "On {km} of street that both surveys looked over, both have {both} cameras, only the first "
        "{first} and only the second {second}."
    ).format(
        km=numbers.quantity(one.km * 1000.0, "m", 10.0),
        both=numbers.plain(one.counts[0]),
        first=numbers.plain(one.counts[1]),
        second=numbers.plain(one.counts[2]),
    )
    yield _(
        "With what each survey misses, {up} were put up there and {down} taken down: {change} more."
    ).format(
        up=in_brackets(found.put_up, numbers),
        down=in_brackets(found.taken_down, numbers),
        change=in_brackets(found.change, numbers),
    )


def _cannot(told: Change, one: Step, numbers: Numbers) -> Iterator[str]:
    if one.surveyed is None:
        yield _(
            "That any was put up or taken down in between cannot be told: nobody's walk says "
            "that a "
            "place without a camera on the earlier map had none."
        )
    elif not one.surveyed.km:
        yield _(
            "That any was put up or taken down cannot be told: no street was looked over twice."
        )
    elif told.asked.found is None:
        yield _(
            "That any was put up or taken down cannot be told: say --found, what share of the "
            "cameras such a survey finds; else whatever one of them missed would count as change."
        )
    else:
        yield _(
            "That any was put up or taken down cannot be told: the two lists do not fit a share "
            "found between {low} and {high}."
        ).format(
            low=numbers.percent(told.asked.found[0]), high=numbers.percent(told.asked.found[1])
        )
    yield from _growth(one, numbers)


def _growth(one: Step, numbers: Numbers) -> Iterator[str]:
    grown = one.growth
    if grown is None or grown.cameras[1] <= grown.cameras[0]:
        return
    facts = {
        "first": numbers.plain(grown.others[0]),
        "last": numbers.plain(grown.others[1]),
    }
    if not grown.cameras[0]:
        yield _(
            "The map itself grew meanwhile: buildings and public places went from {first} to "
            "{last}. "
            "From no camera at all, growth has no measure: mappers may just have begun with them."
        ).format(**facts)
    elif grown.explains:
        yield _(
            "The map's own growth explains that much: buildings and public places on it went from "
            "{first} to {last} meanwhile."
        ).format(**facts)
    else:
        yield _(
            "Cameras grew more than the map did (buildings and public places went from {first} to "
            "{last}); that may be cameras, or mappers who took an interest in them."
        ).format(**facts)


def asides(told: Change, numbers: Numbers) -> list[str]:
    """Return what was not used, and why."""
    n = len(told.history.backwards)
    if not n:
        return []
    return [
        ngettext(
            "{n} camera was last seen before it was first seen, by its own dates: neither is used.",
            "{n} cameras were last seen before they were first seen, by their own dates: neither "
            "is used.",
            n,
        ).format(n=numbers.plain(n))
    ]


def method(told: Change, numbers: Numbers) -> list[str]:
    """Return how it was found out, and what was assumed."""
    return [
        _(
            "A camera on a map was put up at some time before; when, no map says. A camera that a "
            "later map lacks was taken down, or off the map. Surely there on a day are those "
            "seen by "
            "then and seen again on it or later (by their own dates, or a walk of that day). "
            "Possibly "
            "there are all that any map has, but those taken off before."
        ),
        _(
            "Two entries are one camera if they are one object of OpenStreetMap, or if it is "
            "likelier "
            "than not by places ({error} off in each direction) and kinds."
        ).format(error=numbers.quantity(told.asked.error_m, "m")),
        _(
            "What is in view is measured on the streets and between the buildings of the last map, "
            "at all dates alike, with each camera as the last map that has it describes it. All "
            "dates "
            "share the same {draws} draws of what is not known: so the interval of a difference is "
            "that of the cameras by which they differ."
        ).format(draws=numbers.plain(told.asked.draws)),
        _(
            "A number in brackets holds nine in ten draws. It covers cameras on these maps, and "
            "not "
            "those that nobody mapped at any date."
        ),
    ]
