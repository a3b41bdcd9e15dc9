"""Groups of pairs that share cameras: summing and drawing all their one-to-one matchings."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]
Mask = NDArray[np.bool_]

#: Most cameras of the second list in a group; larger groups are thinned of their unlikeliest pairs.
MOST_TAKEN: Final = 10


def small_groups(first: I8, second: I8, likeness: F8) -> tuple[I8, I8]:
    """Return which pairs to keep so that no group is too large, and the group of each of these.

    Args:
        first: (n_pairs,) camera of the first list.
        second: (n_pairs,) camera of the second list.
        likeness: (n_pairs,) the pairs with the least go first.
    """
    kept = np.arange(len(first))
    while True:
        group = _groups(first[kept], second[kept])
        partners = np.unique(np.column_stack((group, second[kept])), axis=0)[:, 0]
        large = np.bincount(partners, minlength=1) > MOST_TAKEN
        if not large.any():
            return kept, group
        # The unlikeliest pair of each large group goes, then groups are formed anew.
        order = np.lexsort((likeness[kept], group))
        least = order[np.r_[True, np.diff(group[order]) > 0]]
        kept = np.delete(kept, least[large[group[least]]])


def _groups(first: I8, second: I8) -> I8:
    if not len(first):
        return np.empty(0, np.int64)
    n_first, n = int(first.max()) + 1, int(first.max()) + int(second.max()) + 2
    joined = coo_array((np.ones(len(first), bool), (first, n_first + second)), shape=(n, n))
    label = connected_components(joined, directed=False)[1][first]
    return np.asarray(np.unique(label, return_inverse=True)[1], np.int64)


@dataclass(frozen=True)
class Group:
    """One group. Sets of its cameras of the second list are numbers, a bit for each camera.

    Args:
        rows: for each of its cameras of the first list, the numbers of its pairs.
        bits: for each of these pairs, the bit of its camera of the second list.
        size: number of its cameras of the second list.
    """

    rows: tuple[I8, ...]
    bits: tuple[I8, ...]
    size: int

    def draw(self, chosen: Mask, weight: F8, rng: np.random.Generator) -> None:
        """Draw whole matchings.

        Args:
            chosen: (n_draws, n_pairs) of all groups, False; written to.
            weight: (n_draws, n_pairs) of all groups: how much likelier a pair is one camera than
                not, before others claim its cameras.
            rng: for the choices.
        """
        n_draws = len(chosen)
        sums = self._before(weight)
        taken = _choose(sums[-1], rng)
        each = np.arange(n_draws)
        for i in range(len(self.rows) - 1, -1, -1):
            row, bits, before = self.rows[i], self.bits[i], sums[i]
            # A column for "none", then one for each partner that is among those taken.
            of_pairs = weight[:, row] * before[each[:, None], taken[:, None] & ~bits]
            of_pairs[taken[:, None] & bits == 0] = 0.0
            way = _choose(np.column_stack((before[each, taken], of_pairs)), rng)
            some = np.flatnonzero(way)
            chosen[some, row[way[some] - 1]] = True
            taken[some] ^= bits[way[some] - 1]

    def _before(self, weight: F8) -> list[F8]:
        """Return, before each row and after the last, the weight of each set of those taken.

        Args:
            weight: (n_draws, n_pairs).

        Returns:
            (n_draws, n_sets) each.
        """
        sets = np.arange(1 << self.size)
        sums = [np.zeros((len(weight), len(sets)))]
        sums[0][:, 0] = 1.0
        for row, bits in zip(self.rows, self.bits, strict=True):
            total = sums[-1].copy()
            for number, bit in zip(row, bits, strict=True):
                taken = np.flatnonzero(sets & bit)
                total[:, taken] += weight[:, number, None] * sums[-1][:, taken ^ bit]
            sums.append(total)
        return sums


def _choose(weight: F8, rng: np.random.Generator) -> I8:
    """Choose a column in each row, as often as its weight says."""
    upto = np.cumsum(weight, axis=1)
    passed = rng.random(len(weight))[:, None] * upto[:, -1:] >= upto
    return np.asarray(passed.sum(axis=1), np.int64)


def ready(first: I8, second: I8, group: I8, number: I8) -> Iterator[Group]:
    """Yield the groups of pairs.

    Args:
        first: (n_pairs,) camera of the first list, ascending.
        second: (n_pairs,) camera of the second list.
        group: (n_pairs,) as of `small_groups`.
        number: (n_pairs,) of each pair among all.
    """
    order = np.argsort(group, kind="stable")
    for numbers in np.split(order, np.flatnonzero(np.diff(group[order])) + 1):
        if not len(numbers):
            continue
        partner, bit = np.unique(second[numbers], return_inverse=True)
        starts = np.flatnonzero(np.diff(first[numbers])) + 1
        yield Group(
            rows=tuple(np.split(number[numbers], starts)),
            bits=tuple(np.split(1 << bit.astype(np.int64), starts)),
            size=len(partner),
        )
