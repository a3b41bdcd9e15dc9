"""Figures draw by draw, before they are summarised as estimates."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from contrechamp.measure.estimates import estimate
from contrechamp.measure.results import Figure

F8 = NDArray[np.float64]


@dataclass(frozen=True)
class DrawnFigure:
    """One figure in every draw. Key, level, group and unit are those of `Figure`.

    Args:
        key: what is measured.
        level: name of the level.
        group: for whom.
        unit: "m", "m2", "share" or "cameras".
        values: (n_draws,), or (1,) for what is the same in all draws.
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
        known_share: by level, `Figure.known_share` of the cameras together.
        scenarios: by name, the same figures in the draws of that scenario, which are averaged. A
            figure that a scenario lacks has no value in it.
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
