"""Height models for tests: made-up ground as a GeoTIFF of ours, with what may be wrong with one."""

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, TiffImagePlugin

SHORT, ASCII, DOUBLE = 3, 2, 12


def write_heights(
    path: Path,
    height_m: Any,
    *,
    west: float,
    north: float,
    cell: float,
    epsg: int = 32626,
    geographic: bool = False,
    point: bool = False,
    nodata: str | None = None,
    unit: int | None = None,
    keys: list[int] | None = None,
    placed: bool = True,
    compression: str = "tiff_deflate",
) -> Path:
    """Write heights, rows from the north; `west` and `north` are those of the first cell's corner.

    With `point`, they are those of its middle.
    """
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    entries = [(1024, 2 if geographic else 1), (1025, 2 if point else 1)]
    entries.append((2048 if geographic else 3072, epsg))
    if unit is not None:
        entries.append((4099, unit))
    directory = [1, 1, 0, len(entries)]
    for key, value in entries:
        directory += [key, 0, 1, value]
    found: dict[int, tuple[int, Any]] = {34735: (SHORT, tuple(keys or directory))}
    if placed:
        found |= {
            33550: (DOUBLE, (cell, cell, 0.0)),
            33922: (DOUBLE, (0.0, 0.0, 0.0, west, north, 0.0)),
        }
    if nodata is not None:
        found[42113] = (ASCII, nodata)
    for tag, (kind, value) in found.items():
        tags.tagtype[tag] = kind
        tags[tag] = value
    Image.fromarray(np.asarray(height_m)).save(
        path, format="TIFF", tiffinfo=tags, compression=compression
    )
    return path
