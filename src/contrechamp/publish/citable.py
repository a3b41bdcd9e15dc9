"""Figures of answering commands as a publication cites them: in the shape of those of `measure`.

A figure is made here with its interval, its span and what it takes for granted, or not at all: what
fewer than half of the draws have a value for cannot be told, and is no figure.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from contrechamp.measure.estimates import estimate
from contrechamp.measure.results import Estimate, Figure, Span
from contrechamp.publish.figures import plain
from contrechamp.publish.groups import ALL

#: Of the parameters of cameras behind these figures nothing is told.
_NOT_TOLD: Final = float("nan")


@dataclass(frozen=True)
class Citable:
    """A figure that can be cited.

    Args:
        figure: with its interval and its span.
        assumes: what it takes for granted, codes of `wording.assumptions`.
    """

    figure: Figure
    assumes: tuple[str, ...] = ()


def drawn(
    key: str,
    values: NDArray[np.floating] | float | None,
    unit: str,
    *,
    level: str = "",
    group: str = ALL,
    span: Span | None = None,
    assumes: Sequence[str] = (),
) -> Iterator[Citable]:
    """Yield a figure, or nothing where it cannot be told.

    Args:
        key: what is measured, a stable word.
        values: (n_draws,), NaN where a draw has none; one number where nothing was drawn.
        unit: of those of `Figure.unit`.
        level: name of the level; "" where it is not of a view.
        group: of what, see `publish.groups`.
        span: what it comes to by what is assumed.
        assumes: what it takes for granted.
    """
    if values is None:
        return
    every = np.atleast_1d(np.asarray(values, np.float64))
    there = every[~np.isnan(every)]
    if not len(there) or 2 * len(there) < len(every) or not np.isfinite(there).all():
        return
    if span is not None and not (np.isfinite(span.low) and np.isfinite(span.high)):
        return  # a ratio to nothing: no number says how far it goes
    figure = Figure(key, level, group, unit, estimate(there), known_share=_NOT_TOLD, span=span)
    yield Citable(figure, tuple(assumes))


def fitted(
    key: str,
    ends: tuple[float, float, float],
    unit: str,
    *,
    group: str,
    assumes: Sequence[str] = (),
) -> Iterator[Citable]:
    """Yield a figure whose 90 % interval is that of a regression, and rests on no draws.

    Args:
        key: what is measured.
        ends: lower end, middle, upper end.
        unit: of those of `Figure.unit`.
        group: of what, see `publish.groups`.
        assumes: what it takes for granted.
    """
    low, middle, high = ends
    if not np.isfinite(ends).all():
        return
    of = Estimate(middle, low, high, middle, 0.0, enough_draws=True, n_draws=0)
    yield Citable(Figure(key, "", group, unit, of, known_share=_NOT_TOLD), tuple(assumes))


def for_machines(figures: Iterable[Citable]) -> list[Any]:
    """Return figures as the file of an answer lists them."""
    return [plain({**asdict(one.figure), "assumes": list(one.assumes)}) for one in figures]
