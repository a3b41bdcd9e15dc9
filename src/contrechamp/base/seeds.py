"""Random streams that depend only on a seed and a name, never on the order of work."""

import hashlib

import numpy as np


def stream(seed: int, *names: str) -> np.random.Generator:
    """Return the generator that belongs to `seed` and `names`.

    The same seed and names give the same numbers whatever else was drawn before, so that adding
    a camera to a survey leaves the numbers of the others as they were (common random numbers).

    >>> float(stream(1, "camera", "a").random()) == float(stream(1, "camera", "a").random())
    True
    """
    digest = hashlib.sha256("\x1f".join((str(seed), *names)).encode()).digest()
    return np.random.Generator(np.random.Philox(key=int.from_bytes(digest[:16], "little")))
