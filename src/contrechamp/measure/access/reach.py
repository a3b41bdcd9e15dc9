"""Who reaches what in which hour, and how long it takes, draw by draw."""

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from contrechamp.base.errors import UsageError
from contrechamp.base.i18n import _
from contrechamp.base.progress import Progress, silent
from contrechamp.measure.access.asked import SPEED_M_S
from contrechamp.measure.access.graph import AccessGraph
from contrechamp.measure.access.nearest import Search, prepare_search
from contrechamp.measure.access.people import People
from contrechamp.measure.access.states import HOURS, States

F4 = NDArray[np.float32]
F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

#: Public places that people walk to -> the kinds of service that are one.
PLACES: Final[Mapping[str, tuple[str, ...]]] = {
    "school": ("school",),
    "clinic": ("clinic", "doctors"),
    "hospital": ("hospital",),
    "pharmacy": ("pharmacy",),
    "marketplace": ("marketplace", "supermarket"),
    "place_of_worship": ("place_of_worship",),
    "transit_stop": ("transit_stop",),
    "drinking_water": ("drinking_water",),
}


#: Greatest size of all draws by hour, group and area together.
MOST_BYTES: Final = 4 << 30


@dataclass(frozen=True)
class Reach:
    """What is reached of one kind of place; shares are of all who would reach one without barriers.

    Args:
        place: of `PLACES`.
        n_goals: number of places near a walkable street.
        never: (n_draws, n_areas) share of all who reach none even without barriers.
        cut: (n_draws, n_groups, 24, n_areas) share of those cut off by barriers.
        minutes: (n_draws, n_groups, 24, n_areas) on average for those who reach one; NaN without.
        metres: of the same.
        free_minutes: (n_draws, n_groups, 24, n_areas) what these would take without barriers.
        free_metres: of the same.
    """

    place: str
    n_goals: int
    never: F8
    cut: F4
    minutes: F4
    metres: F4
    free_minutes: F4
    free_metres: F4

    @property
    def added_minutes(self) -> F4:
        """What barriers add for those who still reach one, on average."""
        return self.minutes - self.free_minutes


@dataclass(frozen=True)
class Reached:
    """What is reached of all kinds of places.

    Args:
        reach: of each kind of place that there is.
        graphs: (n_draws,) how many graphs differ among the groups and hours of each draw.
    """

    reach: tuple[Reach, ...]
    graphs: I8


def reached(
    graph: AccessGraph,
    people: People,
    goals: Mapping[str, I8],
    states: States,
    *,
    progress: Progress = silent,
    threads: int | None = None,
) -> Reached:
    """Work out who reaches what.

    Args:
        graph: with the starts of `people` as its first stops.
        people: whose ways are looked at.
        goals: place -> (k,) nodes, one or more.
        states: of barriers and links.
        progress: advanced with every draw.
        threads: greatest number of threads; the result is the same.

    Raises:
        UsageError: if the draws of all hours, groups and areas would not fit into memory.
    """
    n_draws, n_groups, n_areas = len(states.wait_s), len(states.groups), len(people.names)
    start = graph.stop_node[: len(people.snapped.street)]
    # Without barriers nothing takes longer: the least wait in any state is none.
    no_wait = np.zeros(graph.n_passages)
    searches = {place: prepare_search(graph, at, SPEED_M_S, no_wait) for place, at in goals.items()}
    shape = (n_draws, n_groups, HOURS, n_areas)
    if 4.0 * len(_TOLD) * len(goals) * np.prod(shape, dtype=np.float64) > MOST_BYTES:
        raise UsageError(
            _("so many draws, groups and areas do not fit into memory: ask for fewer draws")
        )
    room = {
        place: Reach(
            place,
            len(at),
            np.zeros((n_draws, n_areas)),
            *(np.zeros(shape, np.float32) for _each in _TOLD),
        )
        for place, at in goals.items()
    }
    graphs = np.zeros(n_draws, np.int64)

    with progress(_("Draws"), n_draws) as advance:

        def work(draw: int) -> None:
            is_open, of, wait_s = states.passages(graph, draw)
            graphs[draw] = len(is_open)
            for place, search in searches.items():
                free = _at(search, *states.without_barriers(graph, draw), start)
                room[place].never[draw] = _never(people, free)
                each = [_told(people, free, _at(search, one, wait_s, start)) for one in is_open]
                found = np.array(each)[of]  # (n_groups, 24, 5, n_areas)
                for number, name in enumerate(_TOLD):
                    getattr(room[place], name)[draw] = found[:, :, number]
            advance(1)

        with ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
            list(pool.map(work, range(n_draws)))
    return Reached(tuple(room.values()), graphs)


#: What `_told` returns, in its order.
_TOLD = ("cut", "minutes", "metres", "free_minutes", "free_metres")


def _at(search: Search, is_open: NDArray[np.bool_], wait_s: F8, start: I8) -> tuple[F8, F8]:
    time_s, metres = search.run(is_open, wait_s)
    return time_s[start] / 60.0, metres[start]


def _never(people: People, free: tuple[F8, F8]) -> F8:
    whole = people.total()
    none = people.sums((~np.isfinite(free[0])).astype(np.float64))
    return _ratio(none, whole)


def _told(people: People, free: tuple[F8, F8], barred: tuple[F8, F8]) -> list[F8]:
    before, now = np.isfinite(free[0]), np.isfinite(barred[0])
    could, still = people.sums(before.astype(np.float64)), people.sums(now.astype(np.float64))

    def mean(values: F8) -> F8:
        return _ratio(people.sums(np.where(now, values, 0.0)), still)

    share = np.maximum(_ratio(could - still, could), 0.0)
    return [share, mean(barred[0]), mean(barred[1]), mean(free[0]), mean(free[1])]


def _ratio(one: F8, other: F8) -> F8:
    """Return one by the other, NaN where that is zero."""
    found = np.full(len(one), np.nan)
    np.divide(one, other, out=found, where=other > 0)
    return found


def minutes_along(
    graph: AccessGraph, search: Search, states: States, state: tuple[int, int], n_draws: int
) -> F8:
    """Return minutes to the nearest place from every node, (n_draws, n_nodes).

    Args:
        graph: of streets and passages.
        search: for the places.
        states: of barriers and links.
        state: number of the group, and the hour.
        n_draws: of how many draws, from the first.
    """
    group, hour = state
    rows = []
    for draw in range(n_draws):
        is_open, of, wait_s = states.passages(graph, draw)
        rows.append(search.run(is_open[of[group, hour]], wait_s)[0] / 60.0)
    return np.array(rows)
