"""What draws say as text: their median, and what nine in ten of them lie between."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from contrechamp.measure.results import Span
from contrechamp.publish.numbers import Numbers

F8 = NDArray[np.float64]

#: Nine in ten draws lie between the first and the last; the middle is their median.
QUANTILES: Final = (0.05, 0.5, 0.95)


def ends(values: F8) -> tuple[float, float, float]:
    """Return the lower end of what nine in ten draws lie between, their median, the upper end."""
    low, middle, high = np.quantile(values, QUANTILES).tolist()
    return low, middle, high


def ranged(values: F8, numbers: Numbers, step: float = 1.0) -> str:
    """Return the median of draws and, in brackets, what nine in ten of them lie between."""
    low, middle, high = (numbers.plain(one, step) for one in ends(values))
    return middle if low == high else f"{middle} ({low}–{high})"


def quantiles(values: F8 | None, decimals: int) -> dict[str, float] | None:
    """Return the same for programs; None where nothing was drawn."""
    return None if values is None else named(ends(values), decimals)


def named(of: tuple[float, float, float], decimals: int) -> dict[str, float]:
    """Return ends and median by their names."""
    return {
        name: round(value, decimals)
        for name, value in zip(("q05", "median", "q95"), of, strict=True)
    }


def span_for_machines(span: Span | None, decimals: int) -> dict[str, Any] | None:
    """Return what a number comes to by what is assumed, for programs; None where nothing is."""
    if span is None:
        return None
    ends = {"low": round(span.low, decimals), "high": round(span.high, decimals)}
    return {**ends, "assumed": list(span.assumed)}
