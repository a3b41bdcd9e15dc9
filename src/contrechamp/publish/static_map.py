"""The map as a drawing that needs no script: for readers without one, and for print.

It is drawn from the data of the map, so both show the same; when a reader switches, the page's
script rewrites these paths for the chosen level and certainty.
"""

import bisect
from dataclasses import dataclass
from typing import Any

from contrechamp.publish.map_data import CLASSES

#: The scale bar has the first of these lengths, in metres, that is a tenth of the width or more.
_BARS_M = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)


@dataclass(frozen=True)
class StaticMap:
    """A drawing in units of the map; paths as SVG path data.

    Args:
        view: left, top, width and height of what is shown.
        buildings: all footprints.
        regions: ("possible" or "mapped", path).
        tracks: recorded walks.
        streets: one path per class of exposure, from none to the highest.
        cameras: (x, y, whether its direction is mapped).
        radius: of a camera.
        bar: length of the scale bar in units.
        bar_m: the same in metres.
    """

    view: tuple[int, int, int, int]
    buildings: str
    regions: tuple[tuple[str, str], ...]
    tracks: str
    streets: tuple[str, ...]
    cameras: tuple[tuple[int, int, bool], ...]
    radius: float
    bar: int
    bar_m: int


def static_map(data: dict[str, Any], level: str, certainty: str) -> StaticMap:
    """Draw the data of the map at one level and certainty."""
    height = data["size"][1]
    west, south, east, north = data["focus"]
    width = east - west
    by_class: list[list[str]] = [[] for _ in range(len(CLASSES) + 2)]
    for line, share in zip(
        data["streets"]["lines"], data["streets"]["share"][level][certainty], strict=True
    ):
        by_class[exposure_class(share)].append(_path(line, height))
    rings: dict[str, list[str]] = {"possible": [], "mapped": []}
    for _camera, is_mapped, loops in data["regions"][level]:
        rings["mapped" if is_mapped else "possible"] += [
            _path(loop, height, closed=True) for loop in loops
        ]
    per_metre = data["perMetre"]
    bar_m = next((bar for bar in _BARS_M if bar * per_metre >= width / 10), _BARS_M[-1])
    return StaticMap(
        view=(west, height - north, width, north - south),
        buildings="".join(_path(ring, height, closed=True) for ring in data["buildings"]),
        regions=tuple((basis, "".join(paths)) for basis, paths in rings.items()),
        tracks="".join(_path(line, height) for line in data["tracks"]),
        streets=tuple("".join(paths) for paths in by_class),
        cameras=tuple(
            (camera["at"][0], height - camera["at"][1], camera["aimed"])
            for camera in data["cameras"]
        ),
        radius=max(width, north - south) / 260,
        bar=bar_m * per_metre,
        bar_m=bar_m,
    )


def exposure_class(share: int) -> int:
    """Return the class of a share in per cent: 0 for none, then one more at each of `CLASSES`.

    >>> [exposure_class(share) for share in (0, 1, 20, 21, 100)]
    [0, 1, 1, 2, 5]
    """
    return 0 if share == 0 else 1 + bisect.bisect_left(CLASSES, share)


def _path(steps: list[int], height: int, *, closed: bool = False) -> str:
    """Return steps as SVG path data; y runs down in a drawing."""
    if not steps:
        return ""
    rest = " ".join(str(-step if i % 2 else step) for i, step in enumerate(steps[2:]))
    return f"M{steps[0]} {height - steps[1]}" + (f"l{rest}" if rest else "") + "z" * closed
