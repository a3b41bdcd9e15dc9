"""The plot of the page: who is cut off in each hour of the day, group by group."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from contrechamp.measure.access.run import Access
from contrechamp.measure.access.states import HOURS
from contrechamp.measure.estimates import quantiles
from contrechamp.publish.access.sentences import group_label
from contrechamp.publish.numbers import Numbers
from contrechamp.scene.service_names import service_label

#: Units of an hour, and of all that can be cut off.
HOUR_WIDE: Final = 40
HIGH: Final = 200
#: The axis of shares ends at the first of these that nothing exceeds.
TOPS: Final = (0.04, 0.2, 0.4, 1.0)
#: Groups in one plot: more cannot be told apart.
MOST_GROUPS: Final = 4


@dataclass(frozen=True)
class Line:
    """One group: its name, its line over the hours and the band about it, as SVG path data."""

    name: str
    line: str
    band: str


@dataclass(frozen=True)
class Plot:
    """Who is cut off from a kind of place, by hour.

    Args:
        place: the kind, in the user's language.
        lines: of the groups.
        ticks: (y, text) along the share.
        hours: (x, text) along the day.
        left_out: number of groups that are not drawn.
    """

    place: str
    lines: tuple[Line, ...]
    ticks: tuple[tuple[int, str], ...]
    hours: tuple[tuple[int, str], ...]
    left_out: int


def plot(told: Access, numbers: Numbers) -> Plot | None:
    """Return the plot of the place from which most are cut off; None where nobody ever is."""
    cut = {one.place: np.nan_to_num(one.cut[..., 0]) for one in told.reached.reach}
    worst = max(cut, key=lambda place: float(cut[place].mean()))
    if not cut[worst].any():
        return None
    low, middle, high = quantiles(cut[worst])
    groups = told.states.groups[:MOST_GROUPS]
    top = next(one for one in TOPS if one >= float(high[: len(groups)].max()) - 1e-6)
    return Plot(
        place=service_label(worst),
        lines=tuple(
            Line(
                group_label(held, numbers),
                f"M{_steps(middle[g] / top)}",
                f"M{_steps(low[g] / top)}L{_steps(high[g] / top, back=True)}Z",
            )
            for g, held in enumerate(groups)
        ),
        ticks=tuple((_y(one), numbers.percent(one * top)) for one in (0.0, 0.25, 0.5, 0.75, 1.0)),
        hours=tuple((hour * HOUR_WIDE, f"{hour:02d}") for hour in range(0, HOURS + 1, 3)),
        left_out=len(told.states.groups) - len(groups),
    )


def _y(share: float) -> int:
    return round((1.0 - share) * HIGH)


def _steps(shares: np.ndarray, *, back: bool = False) -> str:
    """Return the corners of steps, an hour each, in the order of a path."""
    corners = []
    for hour, share in enumerate(shares.tolist()):
        corners += [(hour * HOUR_WIDE, _y(share)), ((hour + 1) * HOUR_WIDE, _y(share))]
    return "L".join(f"{x} {y}" for x, y in (reversed(corners) if back else corners))
