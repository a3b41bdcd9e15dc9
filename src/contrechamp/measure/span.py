"""How far figures go by what is assumed, where no source is good enough to draw it.

An interval covers what was drawn from a source. Three assumptions have none that is good enough:
which share of the cameras turns, how far the view goes, and how near cameras are aimed. For each of
them two alternatives stand on either side of the table of priors (`alternatives`); whole draws
with the same random numbers are taken of all their combinations, and the least and the greatest
median are a figure's span (`with_spans`). What is mapped, or given by the user, has no alternative.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import TypeVar

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from contrechamp.measure.drawn import DrawnFigure
from contrechamp.measure.draws import lacks, possible_kinds
from contrechamp.measure.priors import KINDS, Aimed, ByDensity, Priors
from contrechamp.measure.results import Figure, Span

F8 = NDArray[np.float64]

_Change = Callable[[Priors], Priors]
_Row = TypeVar("_Row", Aimed, ByDensity)

#: Draws of each alternative.
SPAN_DRAWS = 24

#: Share of the cameras taken as fixed that turn as well, in the alternative that sees more; in the
#: other none of unknown kind turns.
TURN_AS_WELL = 0.5
#: Where a view ends: within what infrared lamps light up by night, or at half the density.
BY_NIGHT_M = 50.0
FAR_PPM, FAR_M = 6.25, 300.0
#: Aimed at the nearer or the farther half of the distances that are drawn.
NEARER, FARTHER = (0.0, 0.5), (0.5, 1.0)


@dataclass(frozen=True)
class Alternatives:
    """Tables of priors, each of them as possible as the one that was used.

    Args:
        assumed: what differs between them, as in `Span`.
        priors: every combination.
    """

    assumed: tuple[str, ...]
    priors: tuple[Priors, ...]


def alternatives(cameras: gpd.GeoDataFrame, priors: Priors) -> Alternatives:
    """Return the alternatives to what is assumed of some cameras; none if nothing is.

    Args:
        cameras: `CAMERA_COLUMNS`.
        priors: as they are used (`Priors.for_input`).
    """
    outdoor = ~cameras["indoor"].to_numpy(bool)
    may_be = possible_kinds(cameras, priors)
    assumed: dict[str, tuple[_Change, _Change]] = {}
    if not priors.kind_given and np.any(outdoor & ~np.isin(cameras["kind"].to_numpy(str), KINDS)):
        assumed["kind"] = _none_turns, _more_turn
    if _some(cameras, "range_m", priors, KINDS, may_be, ByDensity):
        assumed["range_m"] = _by_night, _farther
    if _some(cameras, "tilt_deg", priors, ("fixed",), may_be, Aimed):
        assumed["tilt_deg"] = _aimed(NEARER), _aimed(FARTHER)
    combined = []
    for changes in product(*assumed.values()) if assumed else ():
        changed = priors
        for change in changes:
            changed = change(changed)
        combined.append(changed)
    return Alternatives(tuple(assumed), tuple(combined))


def _some(
    cameras: gpd.GeoDataFrame,
    unknown: str,
    priors: Priors,
    kinds: Sequence[str],
    may_be: Mapping[str, NDArray[np.bool_]],
    derived: type,
) -> bool:
    """Whether an unknown of some outdoor camera follows from others, and has an effect."""
    missing = lacks(cameras, unknown)
    return any(
        isinstance(priors.row(unknown, kind), derived) and bool((missing & may_be[kind]).any())
        for kind in kinds
    )


def _none_turns(priors: Priors) -> Priors:
    return replace(priors, kind_shares={"fixed": 1.0})


def _more_turn(priors: Priors) -> Priors:
    """Let a part of the fixed cameras turn, in the proportions of those that do."""
    fixed = priors.kind_shares.get("fixed", 0.0)
    more = 1.0 + TURN_AS_WELL * fixed / (1.0 - fixed) if fixed < 1.0 else 1.0
    shares = {
        name: (1.0 - TURN_AS_WELL) * share if name == "fixed" else more * share
        for name, share in priors.kind_shares.items()
    }
    # Where all are fixed, what turns is a dome.
    return replace(priors, kind_shares=shares if fixed < 1.0 else {**shares, "dome": TURN_AS_WELL})


def _by_night(priors: Priors) -> Priors:
    return _with_rows(
        priors, ByDensity, lambda row: replace(row, most_m=min(row.most_m, BY_NIGHT_M))
    )


def _farther(priors: Priors) -> Priors:
    return _with_rows(
        priors,
        ByDensity,
        lambda row: replace(row, ppm=min(row.ppm, FAR_PPM), most_m=max(row.most_m, FAR_M)),
    )


def _aimed(part: tuple[float, float]) -> _Change:
    return lambda priors: _with_rows(priors, Aimed, lambda row: replace(row, part=part))


def _with_rows(priors: Priors, sort: type[_Row], change: Callable[[_Row], _Row]) -> Priors:
    """Return priors whose rows of one sort are changed."""
    rows = [change(row) if isinstance(row, sort) else row for row in priors.rows]
    return replace(priors, rows=tuple(rows))


def with_spans(
    figures: Iterable[Figure],
    drawn: Iterable[DrawnFigure],
    asked: Sequence[Sequence[DrawnFigure]],
    assumed: tuple[str, ...],
) -> tuple[Figure, ...]:
    """Return figures with their spans.

    The alternatives have fewer draws than the figures, but the same random numbers: the median of
    an alternative is taken as that of the figure, moved by what its draws differ from the same
    draws of the figure. Where an assumption changes nothing, the span has then no width.

    Args:
        figures: to be given spans.
        drawn: the same figures, draw by draw.
        asked: each alternative's figures, draw by draw.
        assumed: what differs between the alternatives.
    """
    of_figure = {_name(one): one.values for one in drawn}
    of_alternatives = [{_name(one): one.values for one in figures_} for figures_ in asked]
    return tuple(
        replace(
            one,
            span=_span(
                one,
                of_figure[_name(one)],
                [values[_name(one)] for values in of_alternatives if _name(one) in values],
                assumed,
            ),
        )
        for one in figures
    )


def _name(figure: Figure | DrawnFigure) -> tuple[str, str, str]:
    return figure.key, figure.level, figure.group


def _span(figure: Figure, drawn: F8, others: Sequence[F8], assumed: tuple[str, ...]) -> Span | None:
    most = 1.0 if figure.unit == "share" else np.inf
    # A figure that some draws lack ("streets.cameras_at_once") has no draw to compare with.
    whole = len(drawn) == figure.estimate.n_draws
    same = [drawn[: len(values)] if whole else drawn for values in others]
    return span_between(figure.estimate.median, same, others, assumed, most=most)


def span_of(
    drawn: F8,
    others: Sequence[F8],
    assumed: tuple[str, ...],
    *,
    least: float = 0.0,
    most: float = np.inf,
) -> Span | None:
    """Return the span of one number; None where nothing is assumed.

    Args:
        drawn: (n_draws,) with what is assumed; draws that are NaN do not count.
        others: of each alternative, (n_few,) in the first of the same draws.
        assumed: what differs between the alternatives.
        least: the number is never below this.
        most: nor above this.
    """
    counts = drawn[np.isfinite(drawn)]
    if not len(counts):
        return None
    same = [drawn[: len(values)] for values in others]
    return span_between(float(np.median(counts)), same, others, assumed, least=least, most=most)


def span_between(
    median: float,
    same: Sequence[F8],
    others: Sequence[F8],
    assumed: tuple[str, ...],
    *,
    least: float = 0.0,
    most: float = np.inf,
) -> Span | None:
    """Return the span of a median, moved by what each alternative's draws differ from the same.

    Args:
        median: over all draws, with what is assumed.
        same: for each alternative the draws that it is compared with, with what is assumed.
        others: the draws of each alternative.
        assumed: what differs between the alternatives.
        least: the number is never below this.
        most: nor above this.
    """
    medians = [median]
    for here, there in zip(same, others, strict=True):
        here, there = here[np.isfinite(here)], there[np.isfinite(there)]
        if len(here) and len(there):
            moved = median + float(np.median(there)) - float(np.median(here))
            medians.append(min(max(moved, least), most))
    return Span(min(medians), max(medians), assumed) if others else None
