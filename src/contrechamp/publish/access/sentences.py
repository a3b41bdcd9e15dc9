"""Access through barriers in a few plain sentences, no surer than it is."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from contrechamp.base.i18n import _, ngettext
from contrechamp.measure.access.between import NO_CAMERAS, NO_STREET, NO_WAY, TOUCH, UNSEEN, Between
from contrechamp.measure.access.people import HOMES, PEOPLE
from contrechamp.measure.access.reach import Reach
from contrechamp.measure.access.run import Access
from contrechamp.measure.results import Span
from contrechamp.publish.access.figures import interval
from contrechamp.publish.numbers import Numbers
from contrechamp.publish.spread import clause
from contrechamp.publish.unknowns import unknown_label
from contrechamp.scene.service_names import service_label

Values = NDArray[np.floating]


def group_label(held: Sequence[str], numbers: Numbers) -> str:
    """Return what a group of people is called."""
    if not held:
        return _("without a permit")
    return _("with a permit: {names}").format(names=numbers.all_of(list(held)))


def shares(values: Values, numbers: Numbers) -> str:
    """Return a share with its interval in brackets; "–" where it cannot be told."""
    low, middle, high, _n = interval(values)
    if middle != middle:
        return "–"
    texts = [numbers.percent(one) for one in (low, middle, high)]
    return texts[1] if texts[0] == texts[2] else f"{texts[1]} ({texts[0]}–{texts[2]})"


def amounts(values: Values, numbers: Numbers, step: float = 1.0) -> str:
    """Return a number with its interval in brackets; "–" where it cannot be told."""
    low, middle, high, _n = interval(values)
    if middle != middle:
        return "–"
    texts = [numbers.plain(one, step) for one in (low, middle, high)]
    return texts[1] if texts[0] == texts[2] else f"{texts[1]} ({texts[0]}–{texts[2]})"


def counted(told: Access, values: Values, numbers: Numbers) -> str:
    """Return how many people, homes or metres of street."""
    _low, middle, _high, _n = interval(values)
    number = 0 if middle != middle else round(middle)
    if told.people.counted == PEOPLE:
        text = ngettext("{n} person", "{n} people", number)
    elif told.people.counted == HOMES:
        text = ngettext("{n} home", "{n} homes", number)
    else:
        text = _("{n} m")
    return text.format(n=amounts(values, numbers))


def headline(told: Access, numbers: Numbers) -> str:
    """Return the title of the page: what barriers do most to those of the first group."""
    if not len(told.barriers):
        return _("No barrier stands on the streets of this map")
    hour = told.asked.hour
    # By the lower end of the interval: a title has no room for both.
    cut = {one.place: one.cut[:, 0, hour, 0] for one in told.reached.reach}
    worst = max(cut, key=lambda place: _least(cut[place]))
    if _least(cut[worst]) >= 0.01:
        return _("{share} of people {group} are cut off by barriers from every {place}").format(
            share=shares(cut[worst], numbers),
            group=group_label(told.states.groups[0], numbers),
            place=service_label(worst),
        )
    added = {one.place: one.added_minutes[:, 0, hour, 0] for one in told.reached.reach}
    slowest = max(added, key=lambda place: _least(added[place]))
    if _least(added[slowest]) >= 1.0:
        return _("Barriers add {added} min to the way to the nearest {place}").format(
            added=amounts(added[slowest], numbers), place=service_label(slowest)
        )
    return _("Barriers hardly change what is reached on foot")


def _least(values: Values) -> float:
    """Return the lower end of an interval; where there is none, less than any."""
    low, *_rest = interval(values)
    return -1.0 if low != low else low


def sentences(told: Access, numbers: Numbers) -> list[str]:
    """Return what was found out, the most important first."""
    return [
        *_first(told, numbers), *_places(told, numbers), *_critical(told, numbers),
        *_forced(told, numbers), *_between(told, numbers),
    ]  # fmt: skip


def _first(told: Access, numbers: Numbers) -> Iterator[str]:
    n = len(told.barriers)
    yield ngettext(
        "{n} barrier crosses a walkable street. What follows is for people {group}, at {hour}:00.",
        "{n} barriers cross walkable streets. What follows is for people {group}, at {hour}:00.",
        n,
    ).format(
        n=numbers.plain(n),
        group=group_label(told.states.groups[0], numbers),
        hour=f"{told.asked.hour:02d}",
    )


def _places(told: Access, numbers: Numbers) -> Iterator[str]:
    hour = told.asked.hour
    for one in told.reached.reach:
        cut, place = one.cut[:, 0, hour, 0], service_label(one.place)
        if interval(one.minutes[:, 0, hour, 0])[1] != interval(one.minutes[:, 0, hour, 0])[1]:
            yield _nobody(one, place, numbers)
            continue
        yield _(
            "To the nearest {place}: {free} min on foot if no barrier stood, {barred} min with "
            "them, for those who reach one; {cut} are cut off."
        ).format(
            place=place,
            free=amounts(one.free_minutes[:, 0, hour, 0], numbers),
            barred=amounts(one.minutes[:, 0, hour, 0], numbers),
            cut=shares(cut, numbers),
        )


def _nobody(one: Reach, place: str, numbers: Numbers) -> str:
    if interval(one.never[:, 0])[1] > 0.995:
        return _(
            "To the nearest {place} the map has no way from anywhere, with or without barriers: no "
            "time can be given."
        ).format(place=place)
    return _("Barriers cut everybody off from every {place}: no time can be given.").format(
        place=place
    )


def _critical(told: Access, numbers: Numbers) -> Iterator[str]:
    best: tuple[float, int, str] = (0.0, -1, "")
    for place, lost in told.cut_off.items():
        for barrier in range(lost.shape[1]):
            middle = float(np.quantile(lost[:, barrier], 0.5))
            if middle > best[0]:
                best = (middle, barrier, place)
    if best[1] < 0:
        if len(told.barriers):
            yield _("No barrier alone, if it shuts, cuts anybody off who gets through now.")
        return
    _middle, barrier, place = best
    yield _("If one barrier shuts, most is lost by {name}: {lost} would reach no {place}.").format(
        name=barrier_name(told, barrier),
        lost=counted(told, told.cut_off[place][:, barrier], numbers),
        place=service_label(place),
    )


def barrier_name(told: Access, barrier: int) -> str:
    """Return the name of a barrier, or its id."""
    return str(told.barriers["name"].iloc[barrier]) or str(told.barriers["id"].iloc[barrier])


def _forced(told: Access, numbers: Numbers) -> Iterator[str]:
    exposure = told.exposure
    if exposure.without_buildings:
        yield _(
            "What is in view on the ways cannot be told: cameras are mapped, but no building, and "
            "every view would be free."
        )
    if not exposure.levels:
        if not exposure.without_buildings:
            yield _(
                "What is in view on the ways cannot be told: no camera and no checkpoint is mapped."
            )
        return
    first = exposure.levels[0]
    for forced, least, spans in zip(first.forced, first.least, first.forced_spans, strict=True):
        share = shares(forced.share[:, 0], numbers)
        if share == "–":
            continue
        share += _assumed(forced.share[:, 0], spans[0], numbers)
        words = {"place": service_label(forced.place), "share": share}
        if exposure.cameras:
            text = _(
                "Of those who reach the nearest {place}, so many cannot avoid a checkpoint or the "
                "view of a mapped camera: {share}."
            )
        else:
            text = _(
                "Of those who reach the nearest {place}, so many cannot avoid a checkpoint: "
                "{share}."
            )
        yield text.format(**words)
        detour = least.least_m - least.shortest_m
        if detour >= 1.0:
            yield _(
                "The least exposed way there is {detour} longer on average, and has {least} "
                "in view instead of {seen}."
            ).format(
                detour=numbers.quantity(detour, "m", 10.0),
                least=numbers.quantity(float(np.quantile(least.least_seen_m, 0.5)), "m"),
                seen=numbers.quantity(float(np.quantile(least.seen_m, 0.5)), "m"),
            )


def _assumed(values: Values, span: Span | None, numbers: Numbers) -> str:
    """Return what a share comes to by what is assumed, where that goes beyond its interval."""
    low, _middle, high, _n = interval(values)
    if span is None or (low <= span.low and span.high <= high):
        return ""
    between = numbers.between(span.low, span.high, "share", 0.01, size=1.0)
    unknowns = numbers.all_of([unknown_label(name) for name in span.assumed])
    return clause(between, unknowns) if between else ""


def _between(told: Access, numbers: Numbers) -> Iterator[str]:
    if told.between is None:
        return
    one, two = told.between.names
    found = told.between.found
    if found is not None and found.cameras and found.known:
        text = ngettext(
            "{n} camera may have every way between {one} and {two} in view: {cameras}; fewer "
            "than {bound} cannot.",
            "{n} cameras together may have every way between {one} and {two} in view: {cameras}; "
            "fewer than {bound} cannot.",
            len(found.cameras),
        )
        yield text.format(
            n=numbers.plain(len(found.cameras)), one=one, two=two,
            cameras=numbers.all_of(told.between.cameras), bound=numbers.plain(found.bound),
        )  # fmt: skip
    elif found is not None and found.cameras:
        yield _(
            "How many cameras it takes to have every way between {one} and {two} in view is not "
            "known: {some} do, and at least {bound} are needed."
        ).format(
            one=one,
            two=two,
            some=numbers.plain(len(found.cameras)),
            bound=numbers.plain(found.bound),
        )
    else:
        yield _no_set(told.between).format(one=one, two=two)


def _no_set(between: Between) -> str:
    return {
        NO_CAMERAS: _(
            "No set of cameras between {one} and {two} can be told: no camera with buildings "
            "around it is mapped."
        ),
        NO_STREET: _(
            "No set of cameras between {one} and {two} can be told: one of them has no walkable "
            "street in it."
        ),
        TOUCH: _(
            "No set of cameras between {one} and {two} can be told: a street lies in both of them."
        ),
        NO_WAY: _("The map has no way between {one} and {two}: no camera is needed."),
        UNSEEN: _(
            "No set of the mapped cameras has every way between {one} and {two} in view: there is "
            "a way that none of them can see."
        ),
    }[between.reason]
