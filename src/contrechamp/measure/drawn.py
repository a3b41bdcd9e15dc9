"""A figure in every draw, before it is an estimate."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from contrechamp.measure.estimates import estimate
from contrechamp.measure.results import Figure

F8 = NDArray[np.float64]


@dataclass(frozen=True)
class DrawnFigure:
    """What `Figure` says, draw by draw.

    Args:
        key: as in `Figure`, as are level, group and unit.
        level: name of the level.
        group: for whom.
        unit: "m", "share", "cameras".
        values: (n_draws,) or, for what is the same in all draws, (1,).
    """

    key: str
    level: str
    group: str
    unit: str
    values: F8


def as_figures(
    drawn: Iterable[DrawnFigure],
    known_share: Mapping[str, float],
    scenarios: Mapping[str, Sequence[DrawnFigure]],
) -> tuple[Figure, ...]:
    """Summarise figures over their draws.

    Args:
        drawn: the figures.
        known_share: level -> as in `Figure`, of the cameras together.
        scenarios: name -> the same figures with the unknowns of that scenario; their means are
            taken. A figure that a scenario lacks has no value in it.
    """
    means = {
        (name, figure.key, figure.level, figure.group): float(figure.values.mean())
        for name, figures in scenarios.items()
        for figure in figures
    }
    return tuple(
        Figure(
            key=figure.key,
            level=figure.level,
            group=figure.group,
            unit=figure.unit,
            estimate=estimate(figure.values),
            known_share=known_share[figure.level],
            scenarios={
                name: means[name, figure.key, figure.level, figure.group]
                for name in scenarios
                if (name, figure.key, figure.level, figure.group) in means
            },
        )
        for figure in drawn
    )
