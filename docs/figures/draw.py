"""Draw the figures of the explanation pages as SVG: ``make figures``.

The plan views ask the engine itself, so that a figure shows what the code does. The same version
gives the same bytes.
"""

from collections.abc import Callable
from pathlib import Path

import matplotlib as mpl
import numpy as np
import shapely
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.patches import Polygon, Rectangle

from contrechamp.sight.arrays import Cameras
from contrechamp.sight.levels import parse_levels
from contrechamp.sight.regions import visible_regions
from contrechamp.sight.walls import prepare

HERE = Path(__file__).parent
INK, GREY, HOUSE, SEEN, SHADOW = "#1b1b1b", "#6b6b6b", "#c9c4bb", "#2c7fb8", "#e8e6e1"
LEVELS = ("#c6dbef", "#9ecae1", "#6baed6", "#3182bd", "#08519c")

mpl.rcParams.update(
    {
        "svg.hashsalt": "contrechamp",
        "svg.fonttype": "none",
        "font.family": "sans-serif",
        "font.sans-serif": ["DejaVu Sans", "sans-serif"],
        "font.size": 10,
        "text.color": INK,
        "axes.labelcolor": INK,
    }
)


def side_view(axes: Axes) -> None:
    """A low house casts a finite shadow; ground behind it is seen again."""
    h, z, top, near, far = 6.0, 1.6, 3.6, 10.0, 16.0
    k = (h - z) / (h - top)
    end = k * far
    axes.axhline(0, color=INK, lw=1)
    axes.add_patch(Rectangle((near, 0), far - near, top, color=HOUSE))
    axes.add_patch(Rectangle((near, z - 0.06), end - near, 0.12, color="#b2182b"))
    axes.add_patch(Rectangle((0, z - 0.06), near, 0.12, color=SEEN))
    axes.add_patch(Rectangle((end, z - 0.06), 45 - end, 0.12, color=SEEN))
    axes.plot([0, end], [h, z], color=INK, lw=1, ls="--")
    axes.plot([0, 0], [0, h], color=INK, lw=2)
    axes.plot(0, h, "o", color=INK, ms=7)
    axes.annotate("camera, h = 6 m", (0.6, h + 0.25))
    axes.annotate("house", (13, 2.6), ha="center")
    axes.annotate("t = 3.6 m", (13, 0.5), ha="center")
    axes.annotate("target height z = 1.6 m", (34.2, z + 0.4), color=SEEN)
    axes.annotate(
        f"blocked from d₁ = {near:g} m to k·d₂ = {end:.1f} m",
        (near + 6.6, 0.4),
        color="#b2182b",
    )
    axes.annotate(
        f"k = (h − z) / (h − t) = {h - z:.1f} / {h - top:.1f} = {k:.2f}", (22.5, 4.4), color=INK
    )
    for x, name in ((near, "d₁"), (far, "d₂"), (end, "k·d₂")):
        axes.plot([x, x], [-0.15, 0.15], color=INK, lw=1)
        axes.annotate(name, (x, -0.75), ha="center")
    axes.set(xlim=(-2, 46), ylim=(-1.2, 7.4), aspect="equal")
    axes.axis("off")


def arcade(axes: Axes) -> None:
    """A building off the ground leaves the space below it open."""
    h, z, bottom, top, near, far = 6.0, 1.6, 2.8, 4.2, 10.0, 16.0
    low, high = (h - z) / (h - bottom), (h - z) / (h - top)
    start, end = low * near, high * far
    axes.axhline(0, color=INK, lw=1)
    axes.add_patch(Rectangle((near, bottom), far - near, top - bottom, color=HOUSE))
    for x0, x1, colour in ((0, start, SEEN), (start, end, "#b2182b"), (end, 45, SEEN)):
        axes.add_patch(Rectangle((x0, z - 0.06), x1 - x0, 0.12, color=colour))
    axes.plot([0, start], [h, z], color=INK, lw=1, ls="--")
    axes.plot([0, end], [h, z], color=INK, lw=1, ls="--")
    axes.plot([0, 0], [0, h], color=INK, lw=2)
    axes.plot(0, h, "o", color=INK, ms=7)
    axes.annotate("bridge between two houses, from 2.8 to 4.2 m", (near + 7.6, 4.6))
    axes.annotate(f"blocked from {start:.2f} m to {end:.1f} m", (17, 0.4), color="#b2182b")
    axes.set(xlim=(-2, 46), ylim=(-0.6, 7.0), aspect="equal")
    axes.axis("off")


def tilt(axes: Axes) -> None:
    """Tilt and vertical field of view set how near and how far the picture reaches."""
    h, z, down, field = 5.0, 1.6, 15.0, 30.0
    near = (h - z) / np.tan(np.radians(down + field / 2))
    axes.axhline(0, color=INK, lw=1)
    axes.add_patch(Polygon([(0, h), (near, z), (32, z), (32, h)], color=LEVELS[0]))
    axes.plot([0, 0], [0, h], color=INK, lw=2)
    axes.plot(0, h, "o", color=INK, ms=7)
    foot = h / np.tan(np.radians(down))
    axes.plot([0, foot], [h, 0], color=INK, lw=1, ls=":")
    axes.plot([0, near], [h, z], color=INK, lw=1)
    axes.plot([0, 32], [h, h], color=INK, lw=1)
    axes.plot([near, 32], [z, z], color=SEEN, lw=3)
    axes.annotate("upper edge: at the horizon, no far limit", (15.5, h + 0.3))
    axes.annotate("optical axis, 15° below the horizon", (19.6, 0.35), color=GREY)
    axes.annotate(f"nearest target: {near:.2f} m", (near + 0.2, 0.7), color=SEEN)
    axes.set(xlim=(-1, 33), ylim=(-0.5, 6.4), aspect="equal")
    axes.axis("off")


def _cameras(**given: float) -> Cameras:
    known = {
        "x": 0.0, "y": 0.0, "height_m": 6.0, "heading_deg": 0.0, "tilt_deg": 30.0,
        "hfov_deg": 80.0, "vfov_deg": 60.0, "width_px": 2560.0, "range_m": 70.0, "sweep_deg": 80.0,
    }  # fmt: skip
    return Cameras(**{name: np.array([value]) for name, value in (known | given).items()})


def _draw_region(axes: Axes, region: shapely.MultiPolygon, colour: str) -> None:
    for part in region.geoms:
        path = mpl.path.Path.make_compound_path(
            *(mpl.path.Path(np.asarray(ring.coords)) for ring in (part.exterior, *part.interiors))
        )
        axes.add_patch(mpl.patches.PathPatch(path, facecolor=colour, edgecolor="none"))


def plan(axes: Axes) -> None:
    """What one camera has in view at each level, from above, as the engine computes it."""
    houses = [
        shapely.box(-30, 12, -8, 24),
        shapely.box(6, 16, 16, 22),
        shapely.Polygon([(20, 34), (34, 40), (30, 50), (17, 45)]),
    ]
    heights = np.array([12.0, 3.2, 12.0])
    levels = parse_levels("dori2014")
    walls = prepare(np.array(houses, dtype=object))
    regions = visible_regions(_cameras(), walls, heights, levels, threads=1).geometries()[0]
    for region, level, colour in zip(regions, levels, LEVELS, strict=True):
        _draw_region(axes, region, colour)
        label = "in view" if level.ppm == 0 else f"{level.name}, {level.ppm:g} px/m"
        axes.add_patch(Rectangle((0, 0), 0, 0, color=colour, label=label))
    for house, height in zip(houses, heights, strict=True):
        axes.add_patch(Polygon(np.asarray(house.exterior.coords), color=HOUSE))
        centre = house.centroid
        axes.annotate(f"{height:g} m", (centre.x, centre.y), ha="center", va="center")
    axes.plot(0, 0, "o", color=INK, ms=7)
    axes.annotate("camera, 6 m up, looking north", (0, -4), ha="center")
    axes.legend(loc="lower right", frameon=False, fontsize=9)
    axes.set(xlim=(-42, 58), ylim=(-8, 72), aspect="equal")
    axes.axis("off")


def draws(axes: Axes) -> None:
    """Twelve of the directions that a wall leaves free: what is not known is drawn."""
    house = shapely.box(-30, -14, 30, -0.05)
    walls = prepare(np.array([house, shapely.box(-34, 26, -6, 40)], dtype=object))
    generator = np.random.default_rng(2)
    level = parse_levels("62.5")[1:]
    for heading in generator.uniform(-90, 90, 12):
        camera = _cameras(heading_deg=float(heading), hfov_deg=60.0, sweep_deg=60.0)
        found = visible_regions(camera, walls, np.array([12.0, 12.0]), level, threads=1)
        for part in found.geometries()[0, 0].geoms:
            corners = np.asarray(part.exterior.coords)
            axes.add_patch(Polygon(corners, facecolor=SEEN, edgecolor=SEEN, alpha=0.13))
    for footprint in walls.footprints:
        axes.add_patch(Polygon(np.asarray(footprint.exterior.coords), color=HOUSE))
    axes.plot([-34, 34], [8, 8], color=INK, lw=2)
    axes.annotate("street", (35, 8), va="center")
    axes.plot(0, 0, "o", color=INK, ms=7)
    axes.annotate("camera on a wall, direction not mapped", (0, -6), ha="center")
    axes.set(xlim=(-42, 46), ylim=(-15, 42), aspect="equal")
    axes.axis("off")


FIGURES: dict[str, tuple[Callable[[Axes], None], tuple[float, float]]] = {
    "shadow": (side_view, (9.0, 2.2)),
    "arcade": (arcade, (9.0, 2.0)),
    "tilt": (tilt, (9.0, 2.4)),
    "plan": (plan, (7.0, 5.6)),
    "draws": (draws, (7.0, 4.5)),
}


def main() -> None:
    """Draw every figure into this folder."""
    for name, (draw, size) in FIGURES.items():
        figure, axes = plt.subplots(figsize=size)
        draw(axes)
        figure.savefig(
            HERE / f"{name}.svg",
            metadata={"Date": None, "Creator": None},
            bbox_inches="tight",
            transparent=False,
        )
        plt.close(figure)


if __name__ == "__main__":
    main()
