"""What plots and tables need of a measurement, and the search in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from contrechamp.measure.results import Driver, Figure
from contrechamp.sight.arrays import Level
from contrechamp.wording.figures import is_near


class Found(Protocol):
    """What plots and tables need of a measurement: it may be one that was kept in a file."""

    @property
    def levels(self) -> Sequence[Level]:
        """From the least to the most demanding."""

    @property
    def figures(self) -> Sequence[Figure]:
        """Every figure."""

    @property
    def drivers(self) -> Sequence[Driver]:
        """How much each unknown contributes to the interval of the street in view."""


@dataclass(frozen=True)
class Read:
    """What was read of a measurement that was kept; see `Found`."""

    levels: tuple[Level, ...]
    figures: tuple[Figure, ...]
    drivers: tuple[Driver, ...]


def find(
    measurement: Found, key: str, level: str | None = None, group: str | None = "all"
) -> list[Figure]:
    """Return the figures of a key, in order; None stands for any level or group."""
    return [
        figure
        for figure in measurement.figures
        if figure.key == key and level in (None, figure.level) and group in (None, figure.group)
    ]


def near_figures(measurement: Found, key: str, level: str | None = None) -> list[Figure]:
    """Return the figures of the streets around the cameras."""
    return [figure for figure in find(measurement, key, level, None) if is_near(figure.group)]
