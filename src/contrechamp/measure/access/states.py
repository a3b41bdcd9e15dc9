"""Which barriers let which group pass in which hour, draw by draw."""

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from contrechamp.base.seeds import stream
from contrechamp.measure.access.asked import DAYS, Asked
from contrechamp.measure.access.assumed import draw_passes, draw_waits
from contrechamp.measure.access.graph import AccessGraph, open_passages, wait_at_passages
from contrechamp.scene.opening_hours import OPEN, UNKNOWN
from contrechamp.scene.passing import passes, permits_of

B1 = NDArray[np.bool_]
F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

HOURS = 24
#: Whether a barrier lets a group pass.
_SHUT, _OPEN, _UNKNOWN = 0, 1, 2


@dataclass(frozen=True)
class States:
    """Everything drawn of barriers and links.

    Args:
        groups: of people, each the permits that they hold.
        lets_pass: (n_groups, 24, n_barriers) int8: 0 shut, 1 open, 2 not known.
        if_unknown: (n_draws, n_barriers) bool, whether a barrier is open where that is not known.
        wait_s: (n_draws, n_barriers) seconds that it takes to pass.
        link_open: (n_draws, n_links) bool, whether a possible link is walked.
    """

    groups: tuple[tuple[str, ...], ...]
    lets_pass: NDArray[np.int8]
    if_unknown: B1
    wait_s: F8
    link_open: B1

    @property
    def n_unknown(self) -> int:
        """Number of barriers of which it is not known at some hour whether some group passes."""
        return int((self.lets_pass == _UNKNOWN).any(axis=(0, 1)).sum())

    def barrier_open(self, draw: int) -> B1:
        """Return (n_groups, 24, n_barriers): which barriers let which group pass when."""
        unknown = (self.lets_pass == _UNKNOWN) & self.if_unknown[draw]
        return np.asarray((self.lets_pass == _OPEN) | unknown)

    def passages(self, graph: AccessGraph, draw: int) -> tuple[B1, I8, F8]:
        """Return the states of a draw that differ, which of them holds when, and the waits.

        Returns:
            (n_states, n_passages) which passages are open; (n_groups, 24) row of it for each group
            and hour; (n_passages,) seconds.
        """
        barred = open_passages(graph, self.barrier_open(draw))
        n_groups = len(self.groups)
        flat = barred.reshape(n_groups * HOURS, graph.n_barred)
        packed = np.packbits(flat, axis=1)
        if packed.shape[1]:
            _rows, first, of = np.unique(packed, axis=0, return_index=True, return_inverse=True)
        else:
            first, of = np.zeros(1, np.int64), np.zeros(len(flat), np.int64)
        links = np.broadcast_to(self.link_open[draw], (len(first), self.link_open.shape[1]))
        wait_s = np.concatenate(
            [wait_at_passages(graph, self.wait_s[draw]), np.zeros(self.link_open.shape[1])]
        )
        state = of.reshape(n_groups, HOURS).astype(np.int64)
        return np.hstack([flat[first], links]), state, wait_s

    def without_barriers(self, graph: AccessGraph, draw: int) -> tuple[B1, F8]:
        """Return passages and waits of a draw as if no barrier stood, links as they are drawn."""
        is_open = np.concatenate([np.ones(graph.n_barred, bool), self.link_open[draw]])
        return is_open, np.zeros(graph.n_passages)


def groups_of(barriers: gpd.GeoDataFrame, asked: Asked) -> tuple[tuple[str, ...], ...]:
    """Return the groups that are asked of; by default without a permit, and one for each permit."""
    if asked.groups:
        return asked.groups
    return ((), *((one,) for one in permits_of(barriers["passing"].to_list())))


def draw_states(barriers: gpd.GeoDataFrame, links_walked: B1, asked: Asked) -> States:
    """Draw what is not known of barriers and links.

    Args:
        barriers: `BARRIER_COLUMNS`, those that cross a street.
        links_walked: (n_links,) which of the links that the map may lack a recorded walk follows;
            the others are drawn.
        asked: what is asked.
    """
    kinds, ids = barriers["kind"].to_numpy(str), barriers["id"].to_numpy(str)
    groups = groups_of(barriers, asked)
    unknown = draw_passes(kinds, ids, asked.draws, asked.seed) > 0.0
    usual = barriers["wait_minutes"].to_numpy(np.float64)
    most = barriers["wait_most_minutes"].to_numpy(np.float64)
    share = stream(asked.seed, "access", "links").uniform(0.0, asked.links_share, asked.draws)
    chance = stream(asked.seed, "access", "link").random((asked.draws, len(links_walked)))
    return States(
        groups=groups,
        lets_pass=lets_pass(barriers["passing"].to_list(), groups, asked.day),
        if_unknown=unknown,
        wait_s=draw_waits(kinds, ids, usual, most, asked.draws, asked.seed),
        link_open=(chance < share[:, None]) | links_walked,
    )


def lets_pass(
    passing: Sequence[str], groups: Sequence[tuple[str, ...]], day: str
) -> NDArray[np.int8]:
    """Return whether each barrier lets each group pass, by the hours of a day.

    Args:
        passing: of each barrier, as `scene.passing` writes it.
        groups: the permits that each holds.
        day: of `DAYS`.

    Returns:
        (n_groups, 24, n_barriers): see `States`.
    """
    first = DAYS.index(day) * HOURS
    found = np.full((len(groups), HOURS, len(passing)), _UNKNOWN, np.int8)
    same: dict[str, NDArray[np.int8]] = {}
    for column, text in enumerate(passing):
        who = passes(text)
        if who is None:
            continue
        if text not in same:
            same[text] = np.zeros((len(groups), HOURS), np.int8)
            for number, held in enumerate(groups):
                for one in who:
                    if not one.permit or one.permit in held:
                        hours = one.week[first : first + HOURS]
                        said = [{OPEN: _OPEN, UNKNOWN: _UNKNOWN}.get(h, _SHUT) for h in hours]
                        same[text][number] = _surer(same[text][number], np.array(said, np.int8))
        found[:, :, column] = same[text]
    return found


def _surer(one: NDArray[np.int8], other: NDArray[np.int8]) -> NDArray[np.int8]:
    """Return open where one of both is, else not known where one of both is."""
    both_open = (one == _OPEN) | (other == _OPEN)
    return np.where(both_open, np.int8(_OPEN), np.maximum(one, other))
