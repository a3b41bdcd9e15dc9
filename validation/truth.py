"""What is true in a simulated town, drawn and measured by other means than a measurement's.

The values come from the numbers of the documented table, by a sampler of its own; the length of
street in view from the engine's exact parts of single cameras, joined here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray

from contrechamp.measure.lens import CHART
from contrechamp.scene.tables import Scene
from contrechamp.sight.arrays import Cameras, Level
from contrechamp.sight.placing import Placed
from contrechamp.sight.seen import seen_parts
from contrechamp.sight.walls import Walls

F8 = NDArray[np.float64]
Flags = NDArray[np.bool_]
TARGET_M = 1.6

#: (first decile, median, last decile) of fixed cameras, and of those that turn.
FOCAL_MM = ((2.8, 6.8, 26.0), (2.8, 6.5, 68.2))
WIDTH_PX = ((1920.0, 2560.0, 3840.0), (1280.0, 2560.0, 3840.0))
HEIGHT_M = (3.0, 5.0, 12.0)


@dataclass(frozen=True)
class Shift:
    """How the world differs from what is assumed of it; by default it does not.

    Args:
        fixed: share of the cameras that do not turn.
        held_tilt_deg: of every fixed camera; NaN where they are aimed.
        ppm: pixels per metre at which a view ends.
        most_m: distance at which it ends in any case.
        lens: from a probability to that of the focal length.
        height_m: deciles.
        alike: whether all cameras are of one model, hung alike.
    """

    fixed: float = 0.55
    held_tilt_deg: float = float("nan")
    ppm: float = 12.5
    most_m: float = 100.0
    lens: Callable[[F8], F8] = lambda p: p
    height_m: tuple[float, float, float] = HEIGHT_M
    alike: bool = False


#: What a world may be like, and what it is called in the table.
SHIFTS: Mapping[str, Shift] = {
    "as assumed": Shift(),
    "every fixed camera is tilted by 15°": Shift(held_tilt_deg=15.0),
    "every fixed camera is tilted by 30°": Shift(held_tilt_deg=30.0),
    "none turns": Shift(fixed=1.0),
    "half of the fixed ones turn as well": Shift(fixed=0.275),
    "views end at 50 m": Shift(most_m=50.0),
    "views end at 200 m": Shift(most_m=200.0, ppm=6.25),
    "wide lenses only (the shorter half)": Shift(lens=lambda p: p / 2.0),
    "long lenses only (the longer half)": Shift(lens=lambda p: 0.5 + p / 2.0),
    "cameras hang lower (2.5, 3.5, 6 m)": Shift(height_m=(2.5, 3.5, 6.0)),
    "all cameras are of one model, hung alike": Shift(alike=True),
    "none turns, tilted by 30°, 50 m": Shift(fixed=1.0, held_tilt_deg=30.0, most_m=50.0),
}


@dataclass(frozen=True)
class Numbers:
    """The probabilities behind one world's cameras, (n,) each; the same in every shift."""

    kind: F8
    heading: F8
    lens: F8
    width: F8
    height: F8
    aim: F8


@dataclass(frozen=True)
class Mapped:
    """Of which cameras something is on the map, (n,) each; it is true in every shift."""

    kind: Flags
    heading: Flags
    height: Flags


def mapped_of(number: int, n: int) -> Mapped:
    """Return what is mapped of the `n` cameras of a world: a fifth of each."""
    return Mapped(*(np.random.default_rng((number, 3)).random((3, n)) < 0.2))


def numbers(number: int, n: int) -> Numbers:
    """Return the numbers of a world, for `n` cameras."""
    return Numbers(*np.random.default_rng((number, 2)).random((6, n)))


def true_cameras(
    placed: Placed, of: Numbers, mapped: Mapped, shift: Shift
) -> tuple[Cameras, Flags]:
    """Return the cameras of a world in their places, and which of them turn."""
    on_the_map = of.kind >= Shift.fixed, _at(HEIGHT_M, of.height)
    if shift.alike:
        of = Numbers(*(one if name in ("kind", "heading") else np.full_like(one, one[0])
                       for name, one in vars(of).items()))  # fmt: skip
    turns = np.where(mapped.kind, on_the_map[0], of.kind >= shift.fixed)
    p = shift.lens(of.lens)
    focal = np.where(turns, _at(FOCAL_MM[1], p), _at(FOCAL_MM[0], p))
    width = np.where(turns, _at(WIDTH_PX[1], of.width), _at(WIDTH_PX[0], of.width))
    height = np.where(mapped.height, on_the_map[1], _at(shift.height_m, of.height))
    hfov = _hfov_deg(focal)
    across = 2.0 * np.tan(np.radians(hfov) / 2.0)

    def distance(ppm: float, drop: F8) -> F8:
        return np.sqrt(np.maximum((width / (ppm * across)) ** 2 - drop**2, 0.0))

    near = np.maximum(distance(250.0, height - 1.0), 2.0)
    far = np.maximum(distance(25.0, height - 1.0), near)
    aimed = np.degrees(np.arctan((height - 1.0) / (near ** (1.0 - of.aim) * far**of.aim)))
    held = np.full_like(aimed, shift.held_tilt_deg)
    ends = np.minimum(distance(shift.ppm, height - TARGET_M), shift.most_m)
    cameras = Cameras(
        x=placed.x,
        y=placed.y,
        height_m=height,
        heading_deg=(placed.free_from_deg + of.heading * placed.free_width_deg) % 360.0,
        tilt_deg=np.where(np.isnan(held), aimed, held),
        hfov_deg=hfov,
        vfov_deg=hfov * 9.0 / 16.0,
        width_px=width,
        range_m=ends,
        sweep_deg=np.where(turns, 360.0, hfov),
    )
    return cameras, turns


def _at(deciles: tuple[float, float, float], p: F8) -> F8:
    return np.exp(np.interp(p, (0.1, 0.5, 0.9), np.log(deciles)))


def _hfov_deg(focal_mm: F8) -> F8:
    longest = max(CHART)
    chart = np.interp(np.log(focal_mm), np.log(list(CHART)), list(CHART.values()))
    half_width = longest * np.tan(np.radians(CHART[longest] / 2.0))
    return np.where(focal_mm > longest, 2 * np.degrees(np.arctan(half_width / focal_mm)), chart)


def seen_m(scene: Scene, walls: Walls, cameras: Cameras, levels: Sequence[Level]) -> F8:
    """Return the length of street in view of at least one camera, at each level."""
    lines = shapely.get_coordinates(scene.streets.geometry).reshape(-1, 4)
    length = np.hypot(lines[:, 2] - lines[:, 0], lines[:, 3] - lines[:, 1])
    parts = seen_parts(
        cameras,
        walls,
        scene.buildings["height_m"].to_numpy(np.float64),
        lines,
        levels,
        target_height_m=TARGET_M,
        threads=1,
    )
    total = np.zeros(len(levels))
    order = np.lexsort((parts.start, parts.segment, parts.level))
    before, reached = (-1, -1), 0.0
    for i in order:
        here = (int(parts.level[i]), int(parts.segment[i]))
        reached = 0.0 if here != before else reached
        total[here[0]] += max(parts.end[i] - max(parts.start[i], reached), 0.0) * length[here[1]]
        before, reached = here, max(reached, parts.end[i])
    return total


def as_mapped(scene: Scene, cameras: Cameras, turns: Flags, mapped: Mapped) -> Scene:
    """Return a town with what is mapped of its cameras."""
    kind = np.where(turns, "dome", "fixed")
    return replace(
        scene,
        cameras=scene.cameras.assign(
            kind=np.where(mapped.kind, kind, "unknown"),
            heading_deg=np.where(mapped.heading & ~turns, cameras.heading_deg, np.nan),
            height_m=np.where(mapped.height, cameras.height_m, np.nan),
        ),
    )
