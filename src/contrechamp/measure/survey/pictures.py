"""Cameras to a kilometre by pictures of streets, as several people judged what is on them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from contrechamp.measure.survey.answers import judged
from contrechamp.measure.survey.asked import Recall
from contrechamp.measure.survey.density import of_panoramas, overdispersion, recall
from contrechamp.scene.picture_answers import PictureAnswer

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

#: Half a camera more in the shape of a gamma distribution: Jeffreys' prior of a rate.
_PRIOR = 0.5


@dataclass(frozen=True)
class FromPictures:
    """What pictures of streets say.

    Args:
        pictures: how many.
        side_km: of one side of a street that they show together.
        people: who looked; 1 where nobody is named.
        answers: of them all.
        seen: (n_draws,) cameras on the pictures together.
        right: (n_people,) how often each is right, as far as the others tell; None where nobody
            looked at what somebody else looked at.
        per_km: (n_draws,) cameras to a kilometre of street: of all where it is known what share is
            found, else of those that can be seen on pictures.
        share_found: (n_draws,) of the cameras that stand there; None where it is not known.
    """

    pictures: int
    side_km: float
    people: int
    answers: int
    seen: F8
    right: F8 | None
    per_km: F8
    share_found: F8 | None


def from_pictures(
    answers: Sequence[PictureAnswer],
    checked: Recall | None,
    n_draws: int,
    rng: np.random.Generator,
) -> FromPictures | None:
    """Return how many cameras stand to a kilometre; None without answers.

    How many are on a picture on which people differ is drawn, by how reliable each of them is
    (Dawid and Skene). That some pictures show many and others none widens the interval.

    Args:
        answers: of all people.
        checked: which of the cameras of a closer count were found on pictures.
        n_draws: how many draws.
        rng: for them.
    """
    if not answers:
        return None
    names, first, picture = np.unique(
        [one.picture for one in answers], return_index=True, return_inverse=True
    )
    people, person = np.unique([one.person for one in answers], return_inverse=True)
    counts, said = np.unique([one.cameras for one in answers], return_inverse=True)
    shape = (len(names), len(people), len(counts))
    side_m = np.array([one.length_m * one.sides for one in answers])[first]
    found = judged(picture, person, said, shape)
    several = bool((np.bincount(picture) > 1).any())
    seen = _drawn(
        found.likely if several else np.eye(len(counts))[said[np.argsort(picture)]],
        counts,
        n_draws,
        rng,
    )
    factor = overdispersion(np.round(seen.mean(axis=0)).astype(np.int64), side_m / 1000.0)
    total = seen.sum(axis=1)
    rate = rng.gamma((total + _PRIOR) / factor, factor) / len(names)
    share = None if checked is None else recall(checked.found, checked.of, n_draws, rng)
    return FromPictures(
        pictures=len(names),
        side_km=float(side_m.sum()) / 1000.0,
        people=len(people),
        answers=len(answers),
        seen=total,
        right=_right(found.likely, picture, person, said, len(people)) if several else None,
        per_km=of_panoramas(rate, float(side_m.mean()), np.ones(1) if share is None else share),
        share_found=share,
    )


def _drawn(likely: F8, counts: I8, n_draws: int, rng: np.random.Generator) -> F8:
    """Draw how many cameras are on each picture, (n_draws, n_pictures)."""
    last = likely.shape[1] - 1
    u = rng.random((n_draws, len(likely), 1))
    chosen = np.minimum((u > np.cumsum(likely, axis=1)).sum(axis=2), last)
    return np.asarray(counts[chosen], np.float64)


def _right(likely: F8, picture: I8, person: I8, said: I8, n_people: int) -> F8:
    """Return how often each person says what is likely so, (n_people,)."""
    agreed = np.bincount(person, likely[picture, said], n_people)
    return np.asarray(agreed / np.bincount(person, minlength=n_people), np.float64)
