"""The figures of change that a publication can cite, each with what it takes for granted."""

from collections.abc import Iterator
from typing import Final

from contrechamp.measure.change.run import Change, Step
from contrechamp.publish.citable import Citable, drawn
from contrechamp.publish.groups import grouped

#: Of the sets of cameras of a day, in the order of `Change.metres`: keys of how many there are.
_SETS: Final = ("surely_there", "on_the_map", "possibly_there")


def citable(told: Change) -> list[Citable]:
    """Return all figures of change that can be told: of each day, and between two."""
    return [
        *(figure for number in range(len(told.maps)) for figure in _day(told, number)),
        *(figure for one in told.steps if not one.same_files for figure in _step(told, one)),
    ]


def _day(told: Change, number: int) -> Iterator[Citable]:
    group = grouped(date=told.maps[number].on.text)
    for which, there in enumerate((told.surely, told.history.listed, told.possibly)):
        yield from drawn(
            f"change.cameras_{_SETS[which]}", float(there[number].sum()), "cameras",
            group=group, assumes=("map-not-place",) if which == 1 else ("of-these-maps",),
        )  # fmt: skip
    for i, level in enumerate(told.levels):
        yield from drawn(
            "change.seen_m", told.metres(number, 1)[:, i], "m", level=level.name, group=group,
            span=told.spans(number, 1)[i], assumes=("last-ground", "map-not-place"),
        )  # fmt: skip


def _step(told: Change, one: Step) -> Iterator[Citable]:
    group = grouped(dates="/".join(told.maps[number].on.text for number in (one.first, one.second)))
    for i, level in enumerate(told.levels):
        yield from drawn(
            "change.more_seen_m", one.difference_m[:, i], "m", level=level.name, group=group,
            span=one.difference_spans[i], assumes=("last-ground", "map-not-place"),
        )  # fmt: skip
    between = one.surveyed.between if one.surveyed else None
    if between is None:
        return
    for key, values in (
        ("change.put_up", between.put_up),
        ("change.taken_down", between.taken_down),
        ("change.more_cameras", between.change),
    ):
        yield from drawn(key, values, "cameras", group=group, assumes=("surveys-find",))
