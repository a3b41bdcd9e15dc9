"""The layer of an answer (streets or areas as GeoJSON), read for a map by squares.

Each tells of which part of a street or an area something holds: looked over, cut off, in view.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.publish.report.seen_file import plain_number

#: What a layer tells of, and the properties that say it.
LOOKED_OVER, CUT_OFF, IN_VIEW = "looked-over", "cut-off", "in-view"
_LOOKED, _SEEN, _ACCESS = "looked", "seen_share_median", "_access"
_CUT, _NEVER = "cut", "never"


@dataclass(frozen=True)
class Part:
    """What one map of a layer shows.

    Args:
        tells: of `LOOKED_OVER`, `CUT_OFF` and `IN_VIEW`.
        of: kind of place that ways lead to; "" where it is of none.
        shapes: (n,) streets or areas, in degrees.
        share: (n,) of each, 0 to 1.
    """

    tells: str
    of: str
    shapes: npt.NDArray[np.object_]
    share: npt.NDArray[np.float64]


def layer_file(value: Any, where: str) -> tuple[Part, ...]:
    """Return what a layer tells.

    Args:
        value: the JSON of the file.
        where: the item, for errors.

    Raises:
        InputError: if it is the layer of no answer.
    """
    if isinstance(value, InputError):
        raise value
    try:
        rows = [(one["properties"], one["geometry"]) for one in value["features"]]
        texts = [json.dumps(geometry, default=plain_number) for _properties, geometry in rows]
        shapes = np.asarray(shapely.from_geojson(texts), object)
        there = ~shapely.is_empty(shapes)  # some millimetres of street are none once rounded
        told = [
            properties for (properties, _geometry), some in zip(rows, there, strict=True) if some
        ]
        shapes = shapes[there]
        parts = tuple(_parts(told, shapes))
    except (AttributeError, KeyError, TypeError, ValueError, shapely.errors.ShapelyError) as error:
        raise _no_layer(where) from error
    if not parts:
        raise _no_layer(where)
    ends = shapely.bounds(shapes)
    if not (np.abs(ends) <= (180, 90, 180, 90)).all():
        raise InputError(_("its coordinates are no degrees"), where=where)
    return parts


def _parts(rows: list[Mapping[str, Any]], shapes: npt.NDArray[np.object_]) -> Iterator[Part]:
    first = rows[0] if rows else {}
    lines = bool((shapely.get_dimensions(shapes) == 1).all())
    areas = bool((shapely.get_dimensions(shapes) == 2).all())
    if _LOOKED in first and lines:
        looked = [float(_truth(one[_LOOKED])) for one in rows]
        yield Part(LOOKED_OVER, "", shapes, np.array(looked))
    for name in (one for one in first if one.endswith(_ACCESS) and lines):
        reached = np.array([one[name] != _NEVER for one in rows])
        cut = np.array([float(one[name] == _CUT) for one in rows])
        if reached.any():
            yield Part(CUT_OFF, name.removesuffix(_ACCESS), shapes[reached], cut[reached])
    if _SEEN in first and areas:
        share = np.array([np.nan if one[_SEEN] is None else float(one[_SEEN]) for one in rows])
        known = np.isfinite(share) & (share >= 0.0) & (share <= 1.0)
        if known.any():
            yield Part(IN_VIEW, "", shapely.make_valid(shapes[known]), share[known])


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("looked")
    return value


def _no_layer(where: str) -> InputError:
    return InputError(
        _(
            "it is neither the streets.geojson of completeness or access, nor the areas.geojson of "
            "disparity"
        ),
        where=where,
    )
