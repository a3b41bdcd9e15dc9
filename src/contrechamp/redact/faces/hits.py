"""What a detector finds: boxes and scores. Never identities, nor anything to compare faces by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from contrechamp.redact.faces.boxes import F8, I8


@dataclass(frozen=True)
class Hits:
    """Faces found, as aligned arrays.

    Args:
        boxes: (n, 4), as in `contrechamp.redact.faces.boxes`.
        scores: (n,), 0 to 1, the detector's; not probabilities.
    """

    boxes: F8
    scores: F8

    def __len__(self) -> int:
        return len(self.scores)

    def __getitem__(self, chosen: NDArray[np.bool_] | I8) -> Hits:
        """Return the hits that a mask or a list of indices selects."""
        return Hits(self.boxes[chosen], self.scores[chosen])

    def at_least(self, score: float) -> Hits:
        """Return the hits with at least this score."""
        return self[self.scores >= score]

    def below(self, score: float) -> Hits:
        """Return the hits with a lower score."""
        return self[self.scores < score]

    def moved(self, scale: float, x: float = 0.0, y: float = 0.0) -> Hits:
        """Return the hits scaled by `scale`, then shifted by (x, y) px."""
        return Hits(self.boxes * scale + np.array([x, y, x, y]), self.scores)


def concatenated(several: Iterable[Hits]) -> Hits:
    """Return all hits in one."""
    found = [Hits(np.empty((0, 4)), np.empty(0)), *several]
    return Hits(np.vstack([h.boxes for h in found]), np.concatenate([h.scores for h in found]))


class Detector(Protocol):
    """A net that finds faces at one scale."""

    @property
    def name(self) -> str:
        """Name of the net, for review sheets."""

    def __call__(self, rgb: NDArray[np.uint8], report_at: float) -> Hits:
        """Return the faces in a picture (height, width, 3), in its pixels, at its own size."""
