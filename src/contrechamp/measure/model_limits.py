"""What the models of cameras leave open: values between two ends of a data sheet.

Nothing is published on how varifocal lenses are set where they hang, so each factor between the
two ends is taken as alike likely: uniform on a logarithmic scale.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

F8 = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: Parameter of cameras (or "focal_mm") -> (n_cameras, 2) lowest and highest value, NaN where the
#: model does not limit it (`scene.tables.Scene.limits`).
Limits = Mapping[str, F8]
#: Unknown that is drawn -> columns of which a model may give both ends.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "lens": ("focal_mm", "hfov_deg", "vfov_deg"),
    "width_px": ("width_px",),
}


def limited(limits: Limits, column: str, n: int) -> Mask:
    """Return for which cameras a model gives both ends of a column, (n,)."""
    return ~np.isnan(limits[column][:, 0]) if column in limits else np.zeros(n, bool)


def varies(limits: Limits, unknown: str, by_prior: Mask) -> Mask:
    """Return which cameras draw an unknown, (n,).

    Args:
        limits: of the models.
        unknown: of `draws.UNKNOWN_OF`.
        by_prior: (n,) which would draw it from the prior.
    """
    drawn = by_prior.copy()
    for column in COLUMNS.get(unknown, ()):
        if column in limits:
            low, high = limits[column].T
            drawn = np.where(np.isnan(low), drawn, low < high)
    return drawn


def within(limits: Limits, column: str, u: F8, values: F8) -> F8:
    """Return values, (n_draws, n), with those of limited cameras at `u` between their ends."""
    if column not in limits:
        return values
    low, high = np.log(limits[column]).T
    return np.where(np.isnan(low), values, np.exp(low + u * (high - low)))
