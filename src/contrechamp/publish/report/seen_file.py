"""The regions that cameras may have within view: seen.geojson of a measurement, read for a map."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _

#: Level -> regions in degrees, an array of polygons.
Regions = Mapping[str, npt.NDArray[np.object_]]
_AREAS = ("Polygon", "MultiPolygon")


def seen_file(value: Any, where: str) -> Regions:
    """Return the regions of a run by their level.

    Args:
        value: the JSON of the file.
        where: the item, for errors.

    Raises:
        InputError: if it is no such file.
    """
    if isinstance(value, InputError):
        raise value
    found: dict[str, list[str]] = {}
    try:
        for feature in value["features"]:
            geometry, level = feature["geometry"], feature["properties"]["level"]
            if geometry is not None and geometry["type"] not in _AREAS:
                raise ValueError("geometry")
            regions = found.setdefault(str(level), [])
            if geometry is not None:
                regions.append(json.dumps(geometry, default=plain_number))
        regions_of = {
            level: shapely.make_valid(shapely.from_geojson(texts)) for level, texts in found.items()
        }
    except (KeyError, TypeError, ValueError, shapely.errors.ShapelyError) as error:
        raise InputError(
            _("it is not the seen.geojson of a measurement: contrechamp measure writes one"),
            where=where,
        ) from error
    bounds = [shapely.bounds(one) for one in regions_of.values()]
    ends = np.concatenate(bounds) if bounds else np.empty((0, 4))
    if not (np.abs(ends[np.isfinite(ends).all(axis=1)]) <= (180, 90, 180, 90)).all():
        raise InputError(_("its coordinates are no degrees"), where=where)
    return regions_of


def plain_number(value: Any) -> float:
    """Return a coordinate, as `json` writes it."""
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError("coordinate")
