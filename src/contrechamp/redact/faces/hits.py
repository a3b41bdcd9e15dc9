"""What a detector found: boxes and how sure it is. Never who, never anything to compare."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from contrechamp.redact.faces.boxes import F8


@dataclass(frozen=True)
class Hits:
    """Faces found, as aligned arrays.

    Args:
        boxes: (n, 4), as in `contrechamp.redact.faces.boxes`.
        scores: (n,), 0 to 1, of the detector; no probability.
    """

    boxes: F8
    scores: F8

    def __len__(self) -> int:
        return len(self.scores)

    def at_least(self, score: float) -> Hits:
        """Return the hits of this score and more."""
        chosen = self.scores >= score
        return Hits(self.boxes[chosen], self.scores[chosen])

    def below(self, score: float) -> Hits:
        """Return the hits of less than this score."""
        chosen = self.scores < score
        return Hits(self.boxes[chosen], self.scores[chosen])

    def moved(self, scale: float, x: float = 0.0, y: float = 0.0) -> Hits:
        """Return the hits as they lie after scaling by `scale`, then shifting by (x, y) px."""
        return Hits(self.boxes * scale + np.array([x, y, x, y]), self.scores)


def concatenated(several: Iterable[Hits]) -> Hits:
    """Return the hits of all, one after the other."""
    found = [Hits(np.empty((0, 4)), np.empty(0)), *several]
    return Hits(np.vstack([h.boxes for h in found]), np.concatenate([h.scores for h in found]))


class Detector(Protocol):
    """One net at one scale."""

    @property
    def name(self) -> str:
        """What the net is called, for review sheets."""

    def __call__(self, rgb: NDArray[np.uint8], report_at: float) -> Hits:
        """Find faces in (height, width, 3) as it is; hits in its pixels."""
