"""Reading a height model: a GeoTIFF of one band (OGC 19-008r4), as agencies hand them out."""

import math
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from typing import Any, Final

import numpy as np
from PIL import Image, TiffImagePlugin, UnidentifiedImageError

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _, ngettext
from contrechamp.scene.height_grid import F4, HIGHEST_M, LOWEST_M, MAX_CELLS, HeightGrid
from contrechamp.scene.input_files import OpenedFile
from contrechamp.scene.lengths import FOOT_M
from contrechamp.scene.source_tables import SourceTables
from contrechamp.scene.tables import Notice

#: Tags of TIFF: the step from cell to cell, a place on the grid, any other placing, keys of the
#: coordinate system, and what stands for no height (GDAL's).
_SCALE, _TIEPOINT, _TRANSFORM, _KEYS, _NODATA = 33550, 33922, 34264, 34735, 42113
#: Keys in `_KEYS`: what a cell stands for, and the numbers of coordinate systems and units in EPSG.
_RASTER_TYPE, _GEOGRAPHIC, _PROJECTED, _VERTICAL_UNITS = 1025, 2048, 3072, 4099
_POINT: Final = 2
_OWN: Final = 32767
#: Units of heights by their numbers in EPSG, metres.
_UNITS_M: Mapping[int, float] = {0: 1.0, 9001: 1.0, 9002: FOOT_M, 9003: 1200.0 / 3937.0}
#: Values that stand for no height in models that do not say so.
_COMMON_VOIDS = (-9999.0, -32768.0, -32767.0, 32767.0)
#: More cells of exactly 0 than this share, in a place that lies higher, are no sea but no heights.
_ZEROS_SHARE, _HIGHER_M = 0.01, 20.0
#: Modes of pictures that hold heights: whole numbers, and numbers of 32 bits.
_MODES = frozenset({"I;16", "I;16B", "I", "F"})


def read_heights(opened: OpenedFile) -> SourceTables:
    """Return the heights of a GeoTIFF.

    Raises:
        InputError: if it is a picture, has no place on earth, or is not what can be read.
    """
    where = opened.name
    try:
        with _no_bombs(), Image.open(BytesIO(opened.content), formats=["TIFF"]) as picture:
            if not isinstance(picture, TiffImagePlugin.TiffImageFile):
                raise _not_readable(where)
            tags = picture.tag_v2
            if picture.width * picture.height > MAX_CELLS or min(picture.size) < 2:
                raise InputError(
                    _("expected 2 by 2 cells and more, and no more than {count} million in all")
                    .format(count=MAX_CELLS // 10**6),
                    where=where,
                )  # fmt: skip
            if picture.mode not in _MODES:
                raise InputError(
                    _(
                        "this is a picture (TIFF) of grey or colours; a height model has one band "
                        "of heights, of 16 or 32 bits"
                    ),
                    where=where,
                )
            keys = _keys(tags.get(_KEYS), where)
            x, y, step_x, step_y = _placing(tags, keys, where)
            found = np.asarray(picture).astype(np.float32)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, KeyError, TypeError) as error:
        raise _not_readable(where) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise InputError(_("it is too large; cut out a smaller area"), where=where) from error
    notices: list[Notice] = []
    heights = _without_voids(found, tags.get(_NODATA), where, notices)
    unit = keys.get(_VERTICAL_UNITS, 0)
    if unit not in _UNITS_M:
        raise InputError(
            _("its heights are in a unit that is not known (EPSG:{unit}); expected metres or feet")
            .format(unit=unit),
            where=where,
        )  # fmt: skip
    if _UNITS_M[unit] != 1.0:
        heights *= np.float32(_UNITS_M[unit])
        notices.append(Notice("heights-in-feet", where, _("its heights are in feet: turned")))
    _check(heights, where)
    if step_y > 0.0:  # the first row in the south
        heights, y, step_y = heights[::-1], y + step_y * (len(heights) - 1), -step_y
    grid = HeightGrid(
        where, np.ascontiguousarray(heights), _system(keys, where), x, y, step_x, step_y
    )
    return SourceTables(heights=[grid], notices=notices)


@contextmanager
def _no_bombs() -> Iterator[None]:
    """Have a picture of more cells than Pillow warns of refused; of all else it says nothing."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        yield


def _not_readable(where: str) -> InputError:
    return InputError(
        _(
            "this TIFF cannot be read as a height model; save it as GeoTIFF with 32-bit numbers "
            "and deflate (gdal_translate -ot Float32 -co COMPRESS=DEFLATE in.tif out.tif)"
        ),
        where=where,
    )


def _keys(directory: Any, where: str) -> dict[int, int]:
    """Return the numbers among the keys of the coordinate system."""
    if directory is None or len(directory) < 4:
        raise InputError(
            _(
                "this TIFF has no place on earth, as a photo or scan; a height model is a GeoTIFF, "
                "which names its coordinate system"
            ),
            where=where,
        )
    numbers = [int(value) for value in directory]
    found = {}
    for at in range(4, min(len(numbers) - 3, 4 + 4 * numbers[3]), 4):
        key, location, _count, value = numbers[at : at + 4]
        if location == 0:
            found[key] = value
    return found


def _system(keys: Mapping[int, int], where: str) -> int:
    """Return the number in EPSG of the coordinate system."""
    number = keys.get(_PROJECTED, keys.get(_GEOGRAPHIC, 0))
    if number in (0, _OWN) or not 1024 <= number <= _OWN:
        raise InputError(
            _(
                "it names its coordinate system by no number of EPSG; save it in one that has a "
                "number (gdalwarp -t_srs EPSG:4326 in.tif out.tif)"
            ),
            where=where,
        )
    return number


def _placing(tags: Any, keys: Mapping[int, int], where: str) -> tuple[float, float, float, float]:
    """Return x and y of the middle of the first cell, and the steps to the next column and row."""
    scale, tiepoint, transform = (tags.get(tag) for tag in (_SCALE, _TIEPOINT, _TRANSFORM))
    if scale is not None and tiepoint is not None and len(scale) >= 2 and len(tiepoint) >= 6:
        step_x, step_y = float(scale[0]), -float(scale[1])
        column, row, x, y = (float(tiepoint[k]) for k in (0, 1, 3, 4))
        x, y = x - column * step_x, y - row * step_y
    elif transform is not None and len(transform) == 16 and not (transform[1] or transform[4]):
        step_x, step_y = float(transform[0]), float(transform[5])
        x, y = float(transform[3]), float(transform[7])
    else:
        raise InputError(
            _("its grid is turned, or has no place; save it north up (gdalwarp in.tif out.tif)"),
            where=where,
        )
    if keys.get(_RASTER_TYPE) != _POINT:  # the place is that of a corner
        x, y = x + step_x / 2.0, y + step_y / 2.0
    if not all(map(math.isfinite, (x, y, step_x, step_y))) or step_x <= 0.0 or step_y == 0.0:
        raise InputError(
            _("its grid is turned, or has no place; save it north up (gdalwarp in.tif out.tif)"),
            where=where,
        )
    return x, y, step_x, step_y


def _without_voids(found: F4, declared: Any, where: str, notices: list[Notice]) -> F4:
    """Return heights with NaN in the place of what stands for none."""
    voids = []
    if declared is not None:
        try:
            voids.append(float(str(declared).strip(" \x00")))
        except ValueError:
            notices.append(
                Notice("heights-void", where, _("what stands for no height in it is no number"))
            )
    bad = ~np.isfinite(found)
    for value in voids:
        bad |= found == np.float32(value)
    undeclared = np.zeros_like(bad)
    for value in _COMMON_VOIDS:
        undeclared |= (found == np.float32(value)) & ~bad
    rest = found[~bad & ~undeclared]
    zeros = (found == 0.0) & ~bad
    if len(rest) and zeros.mean() > _ZEROS_SHARE:
        others = rest[rest != 0.0]
        # A sea is beside a shore: where all else lies high, nothing is known.
        if len(others) and others.min() > _HIGHER_M:
            undeclared |= zeros
    count = int(undeclared.sum())
    if count:
        notices.append(
            Notice(
                "heights-void",
                where,
                ngettext(
                    "{count} cell holds a number that stands for no height, although the file does "
                    "not say so: taken as not known",
                    "{count} cells hold a number that stands for no height, although the file does "
                    "not say so: taken as not known",
                    count,
                ).format(count=count),
            )
        )
    found = found.copy()
    found[bad | undeclared] = np.nan
    return found


def _check(heights: F4, where: str) -> None:
    known = heights[~np.isnan(heights)]
    if not len(known):
        raise InputError(_("no cell of it has a height"), where=where)
    low, high = float(known.min()), float(known.max())
    if low < LOWEST_M or high > HIGHEST_M:
        raise InputError(
            _("it has heights from {low} to {high} m, which the earth has not; expected metres")
            .format(low=f"{low:g}", high=f"{high:g}"),
            where=where,
        )  # fmt: skip
