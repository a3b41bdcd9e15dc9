"""Drawing every parameter of every camera, from what is mapped and what is assumed.

Randomness comes in as uniform numbers, one stream for each camera and unknown, named after both
(`base.seeds`). A draw is a pure function of them (`draw_cameras`), so that the results of two
scenarios, or of two surveys, differ only because their inputs do. What is mapped is never drawn.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from contrechamp.base.seeds import stream
from contrechamp.measure.exposure import CameraDraws
from contrechamp.measure.heights import BuildingHeights
from contrechamp.measure.lens import distance_at_density, hfov_from_focal, vfov_from_hfov
from contrechamp.measure.model_limits import Limits, limited, varies, within
from contrechamp.measure.priors import (
    AIM_HEIGHT_M,
    AIM_NEAREST_M,
    KINDS,
    TURNING,
    Aimed,
    ByDensity,
    Priors,
)
from contrechamp.measure.screen_heights import ScreenHeights
from contrechamp.scene.tables import UNKNOWNS

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]
Mask = NDArray[np.bool_]

#: Unknown of a camera -> the row of the table of priors that it is drawn from. Horizontal and
#: vertical field of view are one unknown, the lens. Kind, indoor, place and heading have no
#: quantiles.
UNKNOWN_OF: Mapping[str, str] = {
    "kind": "",
    "indoor": "",
    "place": "",
    "heading_deg": "",
    "height_m": "height_m",
    "tilt_deg": "tilt_deg",
    "lens": "focal_mm",
    "width_px": "width_px",
    "range_m": "range_m",
}
#: How often a camera hangs indoors whose sources say that it does and that it does not: neither is
#: known to be the better one.
INDOOR_SHARE = 0.5
#: Draws from which the deciles of what follows from other unknowns are taken, for the table.
_IN_TABLE = 10_000
BUILDING = "building_height_m"
SCREEN = "screen_height_m"
#: Unknowns without an order: a scenario "all at the first decile" still draws them.
UNORDERED = ("kind", "indoor", "place", "heading_deg")


@dataclass(frozen=True)
class Uniforms:
    """The randomness behind draws: numbers from 0 to 1.

    Args:
        camera: unknown -> (n_draws, n_cameras); 0.5 where the camera does not draw it. An unknown
            that no camera draws is missing.
        building: (n_draws, n_unknown_buildings).
        screen: (n_draws, n_unknown_screens) of what stands free; None where nothing does.
    """

    camera: Mapping[str, F8]
    building: F8
    screen: F8 | None = None

    @property
    def n_draws(self) -> int:
        """How many draws there are."""
        return len(self.building)

    def first(self, n: int) -> "Uniforms":
        """Return the first `n` draws."""
        return self.rows(slice(n))

    def rows(self, some: slice) -> "Uniforms":
        """Return some of the draws."""
        camera = {name: u[some] for name, u in self.camera.items()}
        screen = None if self.screen is None else self.screen[some]
        return Uniforms(camera, self.building[some], screen)

    def with_unknown_of(self, other: "Uniforms", unknown: str) -> "Uniforms":
        """Return these numbers, with those of one unknown taken from `other`."""
        if unknown == BUILDING:
            return replace(self, building=other.building)
        if unknown == SCREEN:
            return replace(self, screen=other.screen)
        return replace(self, camera={**self.camera, unknown: other.camera[unknown]})

    def all_at(self, probability: float) -> "Uniforms":
        """Return these numbers with every ordered unknown at one quantile, all cameras alike."""
        camera = {
            name: u if name in UNORDERED else np.full_like(u, probability)
            for name, u in self.camera.items()
        }
        screen = None if self.screen is None else np.full_like(self.screen, probability)
        return Uniforms(camera, np.full_like(self.building, probability), screen)


def possible_kinds(cameras: gpd.GeoDataFrame, priors: Priors) -> Mapping[str, Mask]:
    """Return for each of `KINDS` which cameras may be of that kind, (n,) each.

    A camera whose kind is not mapped may be of any kind that has a share in the priors.
    """
    kind = cameras["kind"].to_numpy(str)
    known = np.isin(kind, KINDS)
    return {
        name: (kind == name) | (~known & (priors.kind_shares.get(name, 0.0) > 0.0))
        for name in KINDS
    }


def lacks(cameras: gpd.GeoDataFrame, column: str) -> Mask:
    """Return which outdoor cameras have no value in a column, and a view that hangs on it, (n,).

    A lens that looks all round has neither direction nor tilt.
    """
    missing: Mask = np.isnan(cameras[column].to_numpy(np.float64))
    missing &= ~cameras["indoor"].to_numpy(bool)
    if column in ("heading_deg", "tilt_deg"):
        missing &= ~(cameras["hfov_deg"].to_numpy(np.float64) >= 360.0)
    return missing


def drawn_unknowns(
    cameras: gpd.GeoDataFrame, priors: Priors, limits: Limits | None = None
) -> Mapping[str, Mask]:
    """Return which unknowns are drawn for which cameras.

    A parameter is not drawn where it is mapped, where the priors give it a single value, or where
    it has no effect (the heading of a camera that turns). Indoor cameras, which see nothing of the
    street, draw nothing.

    Returns:
        {unknown: (n,) mask}, without the unknowns that no camera draws.
    """
    outdoor = ~cameras["indoor"].to_numpy(bool)
    may_be = possible_kinds(cameras, priors)
    column = {"lens": "hfov_deg"}
    drawn = {"kind": outdoor & (np.sum(list(may_be.values()), axis=0) > 1)}
    for unknown, prior in UNKNOWN_OF.items():
        if unknown == "kind":
            continue
        if unknown == "indoor":
            drawn[unknown] = outdoor & cameras["indoor_doubtful"].to_numpy(bool)
            continue
        if unknown == "place":  # by `stage`, which has placed them
            continue
        by_prior = np.zeros(len(cameras), bool)
        for name in KINDS:
            if name in TURNING and unknown in ("heading_deg", "tilt_deg"):
                continue
            if unknown == "heading_deg" or not priors.row(prior, name).fixed:
                by_prior |= may_be[name]
        missing = lacks(cameras, column.get(unknown, unknown))
        drawn[unknown] = missing & varies(limits or {}, unknown, by_prior)
    return {unknown: mask for unknown, mask in drawn.items() if mask.any()}


def uniforms(
    seed: int,
    camera_ids: Sequence[str],
    drawn: Mapping[str, Mask],
    heights: BuildingHeights,
    n_draws: int,
    *,
    screens: ScreenHeights | None = None,
    sample: str = "",
) -> Uniforms:
    """Draw the numbers behind `n_draws` draws.

    A longer run begins with the same draws as a shorter one, and adding a camera does not change
    the numbers of the others.

    Args:
        seed: of the run.
        camera_ids: (n_cameras,).
        drawn: from `drawn_unknowns`.
        heights: of buildings.
        n_draws: how many.
        screens: what stands free, if anything does.
        sample: name of an independent second sample, for pick-freeze (see `drivers`).
    """
    again = (sample,) if sample else ()
    camera = {}
    for unknown, mask in drawn.items():
        numbers = np.full((len(camera_ids), n_draws), 0.5)
        for i in np.flatnonzero(mask).tolist():
            stream(seed, "camera", camera_ids[i], unknown, *again).random(out=numbers[i])
        camera[unknown] = np.ascontiguousarray(numbers.T)
    building = np.full((len(heights.ids), n_draws), 0.5)
    if heights.drawn:
        for row, name in enumerate(heights.ids):
            stream(seed, "building", name, BUILDING, *again).random(out=building[row])
    screen = None
    if screens is not None:
        screen = np.empty((len(screens.ids), n_draws))
        for row, name in enumerate(screens.ids):
            stream(seed, "screen", name, SCREEN, *again).random(out=screen[row])
        screen = np.ascontiguousarray(screen.T)
    return Uniforms(camera, np.ascontiguousarray(building.T), screen)


def draw_cameras(
    cameras: gpd.GeoDataFrame,
    x: F8,
    y: F8,
    free_from_deg: F8,
    free_width_deg: F8,
    convergence_deg: F8,
    priors: Priors,
    numbers: Uniforms,
    limits: Limits | None = None,
    *,
    target_height_m: float = 1.6,
) -> CameraDraws:
    """Turn uniform numbers into parameters of cameras.

    A panning or dome camera sweeps 360 degrees; a fixed one its field of view. A heading that is
    not mapped is uniform over the directions that the mount leaves free. A vertical field of view
    that is not mapped follows the horizontal one, mapped or drawn; so do, with width and height,
    tilt and range, unless the priors give them values of their own. Indoor cameras get range 0.

    Args:
        cameras: `CAMERA_COLUMNS`, metric.
        x: (n,) where they stand, metres east.
        y: (n,) metres north.
        free_from_deg: (n,) first direction that the mount leaves free, clockwise from the plane's
            north.
        free_width_deg: (n,) angle of the free directions, clockwise from there; 360 where nothing
            is in the way.
        convergence_deg: (n,) how far the plane's north lies east of true north, which mapped
            headings are from; what is returned is from the plane's.
        priors: for what is not mapped.
        numbers: of the cameras and draws.
        limits: of their models.
        target_height_m: height of what is to be in view, where the range follows from density.
    """
    shape = (numbers.n_draws, len(cameras))

    def number(unknown: str) -> F8:
        drawn = numbers.camera.get(unknown)
        return np.full(shape, 0.5) if drawn is None else drawn

    kind = _kinds(cameras["kind"].to_numpy(str), priors, number("kind"))

    def from_prior(unknown: str) -> F8:
        u, values = number(unknown), np.empty(shape)
        for code, name in enumerate(KINDS):
            of_kind = kind == code
            row = priors.row(UNKNOWN_OF[unknown], name)
            if isinstance(row, Aimed):
                optics = (hfov[of_kind], width[of_kind], height[of_kind])
                values[of_kind] = _aimed_tilt_deg(row, u[of_kind], *optics)
            elif isinstance(row, ByDensity):
                optics = (hfov[of_kind], width[of_kind], height[of_kind])
                ends = distance_at_density(*optics, row.ppm, target_height_m)
                values[of_kind] = np.where(
                    covers[of_kind], row.most_m, np.minimum(ends, row.most_m)
                )
            else:
                values[of_kind] = row.at(u[of_kind])
        return values

    def mapped_or(column: str, values: F8, turned_deg: F8 | float = 0.0) -> F8:
        known = cameras[column].to_numpy(np.float64) - turned_deg
        return np.ascontiguousarray(np.where(np.isnan(known), values, known))

    limits = limits or {}
    short, long = number("lens"), 1.0 - number("lens")  # a short lens is a wide one
    focal = within(limits, "focal_mm", short, from_prior("lens"))
    hfov = mapped_or("hfov_deg", within(limits, "hfov_deg", long, hfov_from_focal(focal)))
    vfov = within(limits, "vfov_deg", long, vfov_from_hfov(hfov))
    width = within(limits, "width_px", number("width_px"), from_prior("width_px"))
    width = mapped_or("width_px", width)
    height = mapped_or("height_m", from_prior("height_m"))
    covers = np.broadcast_to(_covers_directions(cameras, limits), shape)
    turns = np.isin(kind, [KINDS.index(name) for name in TURNING])
    range_m = mapped_or("range_m", from_prior("range_m"))
    range_m[:, cameras["indoor"].to_numpy(bool)] = 0.0
    range_m[(number("indoor") < INDOOR_SHARE) & cameras["indoor_doubtful"].to_numpy(bool)] = 0.0
    free = (free_from_deg + number("heading_deg") * free_width_deg) % 360.0
    return CameraDraws(
        x=x,
        y=y,
        height_m=height,
        heading_deg=mapped_or("heading_deg", free, turned_deg=convergence_deg),
        tilt_deg=mapped_or("tilt_deg", from_prior("tilt_deg")),
        hfov_deg=hfov,
        vfov_deg=mapped_or("vfov_deg", vfov),
        width_px=width,
        range_m=range_m,
        sweep_deg=np.where(turns, 360.0, np.minimum(hfov, 360.0)),
    )


def _covers_directions(cameras: gpd.GeoDataFrame, limits: Limits) -> Mask:
    """Return whose field of view is the directions that it covers, no lens; (n,).

    See `priors.ByDensity`. A field of view that comes from the model is that of a lens.
    """
    by_model = np.array(["hfov_deg" in str(one).split(",") for one in cameras["by_model"]], bool)
    mapped = cameras["hfov_deg"].notna().to_numpy() & ~by_model
    has_width = cameras["width_px"].notna().to_numpy() | limited(limits, "width_px", len(cameras))
    return np.asarray(mapped & ~has_width)


def _kinds(kind: NDArray[np.str_], priors: Priors, u: F8) -> I8:
    """Return the kind of every camera in every draw, as its index in `KINDS`."""
    shares = np.array([priors.kind_shares.get(name, 0.0) for name in KINDS])
    # The last kind with a share takes up the rounding error of the sum.
    last = int(np.flatnonzero(shares)[-1])
    codes = np.minimum(np.searchsorted(np.cumsum(shares), u, side="right"), last)
    for code, name in enumerate(KINDS):
        codes[:, kind == name] = code
    return codes


def _aimed_tilt_deg(row: Aimed, u: F8, hfov_deg: F8, width_px: F8, height_m: F8) -> F8:
    """Return the tilts of cameras that are aimed at what they are to see, below the horizon."""
    near, far = (
        distance_at_density(hfov_deg, width_px, height_m, ppm, AIM_HEIGHT_M)
        for ppm in (row.nearest_ppm, row.farthest_ppm)
    )
    near = np.maximum(near, AIM_NEAREST_M)
    first, last = row.part
    distance = near * (np.maximum(far, near) / near) ** (first + u * (last - first))
    tilt: F8 = np.degrees(np.arctan2(height_m - AIM_HEIGHT_M, distance))
    return tilt


def values_drawn(unknown: str, kind: str, priors: Priors, target_height_m: float) -> F8:
    """Return many draws of one unknown, for a camera of which nothing but the kind is mapped."""
    numbers = {
        name: stream(0, "table of priors", kind, name).random((_IN_TABLE, 1)) for name in UNKNOWN_OF
    }
    row = {name: [math.nan] for name in UNKNOWNS} | {"kind": [kind], "by_model": [""]}
    camera = gpd.GeoDataFrame({**row, "indoor": [False], "indoor_doubtful": [False]})
    zero, circle = np.zeros(1), np.full(1, 360.0)
    found = draw_cameras(
        camera, zero, zero, zero, circle, zero, priors, Uniforms(numbers, np.empty((_IN_TABLE, 0))),
        target_height_m=target_height_m,
    )  # fmt: skip
    return np.asarray(getattr(found, unknown)[:, 0])
