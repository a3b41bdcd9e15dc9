"""Measurements of the sample town with none, one, two and many of everything: made up, for words.

Each world is a scene and a measurement that a report must be able to tell without an odd sentence.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import shapely

from contrechamp.measure.results import Driver, Estimate, Figure, Measurement, Prior, Span
from contrechamp.scene.tables import Notice, Scene
from publish import sample

#: Name -> q05, median, q95 as factors of the value; standard error as a share of it; draws.
SHAPES: dict[str, tuple[float, float, float, float, int]] = {
    "wide": (0.7, 1.0, 1.4, 0.004, 1000),
    "narrow": (0.9999, 1.0, 1.0001, 0.00001, 1000),
    "skewed": (0.05, 1.0, 60.0, 0.02, 1000),
    "one draw": (1.0, 1.0, 1.0, 0.0, 1),
    "two draws": (0.8, 1.0, 1.2, 0.2, 2),
    "all draws agree": (1.0, 1.0, 1.0, 0.0, 1000),
    "most draws agree": (1.0, 1.0, 1.0, 0.003, 1000),
}
#: Name -> value of shares, and what lengths are multiplied with.
SIZES: dict[str, tuple[float, float]] = {
    "usual": (0.41, 1.0),
    "nothing": (0.0, 0.0),
    "tiny": (0.0002, 0.0004),
    "small": (0.004, 0.004),
    "nearly all": (0.99997, 1.0),
    "all": (1.0, 1.0),
    "large": (0.41, 700.0),
}
VALUES = (
    ("streets.seen_m", "m", 780.0),
    ("streets.seen_by_several_m", "m", 120.0),
    ("streets.cameras_at_once", "cameras", 1.4),
    ("area.seen_m2", "m2", 12_400.0),
)


@dataclass(frozen=True)
class World:
    """A name to find it by, and what it claims that a report may then say.

    Args:
        zeros: something in it is nothing, so that "0 %" and "0 m" may stand.
        whole: something in it is all, so that "100 %" may stand.
        agree: no two draws differ.
    """

    name: str
    scene: Scene
    measurement: Measurement
    zeros: bool = False
    whole: bool = False
    agree: bool = False


def figure(
    key: str, unit: str, value: float, shape: str, *, level: str = "visible", group: str = "all"
) -> Figure:
    """Return a figure of this value, with an interval of this shape."""
    low, middle, high, error, draws = SHAPES[shape]
    most = 1.0 if unit == "share" else np.inf
    mean = value * 1.01 if error else value
    estimate = Estimate(
        median=value * middle,
        q05=value * low,
        q95=min(value * high, most),
        mean=min(mean, most),
        standard_error=value * error,
        enough_draws=draws != 2,
        n_draws=draws,
    )
    scenarios = {"p10": value * 0.7, "p50": value, "p90": min(value * 1.4, most)}
    return Figure(key, level, group, unit, estimate, 0.21, scenarios)


def figures(shape: str, size: str, *, whole: bool = False) -> tuple[Figure, ...]:
    """Return figures of every key, level and kind of group."""
    share, factor = SIZES[size]
    found = []
    for number, level in enumerate(sample.LEVELS):
        less = 0.5**number
        found += [
            figure(key, unit, value * factor * less, shape, level=level.name)
            for key, unit, value in VALUES
        ]
        groups = ["near:100", *(["all", "operator:public"] if whole else [])]
        found += [
            figure("streets.seen_share", "share", share * less, shape, level=level.name, group=name)
            for name in groups
        ]
    found += [
        figure("streets.seen_m", "m", 320.0 * factor, shape, group=group)
        for group in ("operator:public", "kind:fixed", "kind:unknown")
    ]
    return tuple(found)


def walks(n: int, shape: str, size: str) -> tuple[Figure, ...]:
    """Return the figures of `n` walks, all to school."""
    if not n:
        return ()
    share, factor = SIZES[size]
    values = (
        ("trips.seen_m", "m", 140.0 * factor),
        ("trips.seen_share", "share", share),
        ("trips.cameras", "cameras", 1.6 * factor),
        ("trips.least_watched_seen_m", "m", 30.0 * factor),
        ("trips.detour_m", "m", 12.0 * factor),
        ("trips.no_detour_share", "share", share),
    )
    return tuple(
        figure(key, unit, value, shape, level=level.name, group=group)
        for level in sample.LEVELS
        for group in ("all", "service:school")
        for key, unit, value in values
    )


def with_cameras(n: int) -> tuple[Scene, Measurement]:
    """Return the town and its measurement with its first `n` cameras."""
    town = sample.scene()
    found = sample.measurement(town)
    kept = town.cameras["id"].iloc[:n]
    cameras = found.cameras.iloc[:n].assign(visit_rank=range(1, n + 1))
    return replace(town, cameras=town.cameras.iloc[:n]), replace(
        found, cameras=cameras, regions=found.regions[found.regions["camera"].isin(kept)]
    )


def told(
    town: Scene, found: Measurement, shape: str, size: str, *, n_walks: int = 8, whole: bool = False
) -> Measurement:
    """Return the measurement with figures of one shape and size."""
    draws = SHAPES[shape][-1]
    share, factor = SIZES[size]
    trips = None if found.trips is None or not n_walks else found.trips.iloc[:n_walks]
    pieces, streets = (_times(table, share) for table in (found.pieces, found.streets))
    cameras = found.cameras.copy()
    for level in sample.LEVELS:
        for column in (f"{level.name}_seen_m", f"{level.name}_alone_m"):
            cameras[column] *= factor
        if trips is not None:
            trips = trips.assign(**{f"{level.name}_seen_m_median": trips["length_m"] * share})
    return replace(
        found,
        figures=(*figures(shape, size, whole=whole), *walks(n_walks, shape, size)),
        trips=trips,
        pieces=pieces,
        streets=streets,
        cameras=cameras,
        drivers=found.drivers if draws > 1 and len(town.cameras) and factor else (),
        methods={
            **found.methods,
            "near_m": 100.0,
            "near_walkable_m": 1440.0,
            "walkable_m": 1440.0,
            "draws": draws,
            "draws_in_all": draws * 7,
            "drawn": {"heading_deg": 3, "lens": 2} if draws > 1 else {},
            "mapped": {"range_m": 0},
        },
    )


def _times(table: gpd.GeoDataFrame, share: float) -> gpd.GeoDataFrame:
    """Return a table of streets whose shares in view are all near `share`."""
    shares = [name for name in table if str(name).endswith(("_mean", "_q05", "_median", "_q95"))]
    return table.assign(**dict.fromkeys(shares, share))


def worlds() -> Iterator[World]:
    """Yield one world after the other."""
    for n in (0, 1, 2, 6):
        town, found = with_cameras(n)
        if n:
            yield World(f"{n} cameras", town, told(town, found, "wide", "usual"))
        else:
            yield World(
                "no camera", town, replace(told(town, found, "one draw", "nothing"), figures=()),
                zeros=True, agree=True,
            )  # fmt: skip
    town, found = with_cameras(6)
    for shape in SHAPES:
        for size in SIZES:
            yield World(
                f"{shape}, {size}",
                town,
                told(town, found, shape, size, whole=True),
                zeros=size == "nothing",
                whole=size in ("all", "nearly all") or shape == "skewed",
                agree=SHAPES[shape][4] == 1 or shape == "all draws agree" or size == "nothing",
            )
    usual = told(town, found, "wide", "usual")
    yield from _with_spans(town, usual)
    yield from _with_walks(town, found)
    yield from _with_places(town, usual)
    yield from _with_ranges(town, usual)
    yield from _with_drivers(town, usual)
    for n in (0, 1, 2, 300, 301, 302):
        notices = tuple(Notice("given-twice", f"f{i}.csv", "read once") for i in range(n))
        yield World(f"{n} notices", replace(town, notices=notices), usual)
    for n in (0, 1, 2):
        warnings = tuple(f"Warning number {i}." for i in range(n))
        yield World(f"{n} warnings", town, replace(usual, warnings=warnings))
    nothing = replace(usual, pieces=usual.pieces.iloc[:0], streets=usual.streets.iloc[:0])
    no_streets = tuple(one for one in usual.figures if one.key.startswith("area"))
    yield World(
        "no streets",
        replace(town, streets=town.streets.iloc[:0]),
        replace(nothing, figures=no_streets, trips=None, drivers=()),
        zeros=True,
    )
    one_street = replace(usual, pieces=usual.pieces.iloc[:1], streets=usual.streets.iloc[:1])
    yield World("one street", replace(town, streets=town.streets.iloc[:1]), one_street)
    known = tuple(replace(one, known_share=1.0) for one in usual.figures)
    yield World("all known", town, replace(usual, figures=known), whole=True)
    unknown = tuple(replace(one, known_share=0.0) for one in usual.figures)
    yield World("nothing known", town, replace(usual, figures=unknown), zeros=True)


def _with_spans(town: Scene, usual: Measurement) -> Iterator[World]:
    spans = {
        "wide": (0.6, 1.4),
        "within the interval": (0.95, 1.05),
        "narrower than it is rounded": (0.99999, 1.00001),
        "of no width": (1.0, 1.0),
        "one-sided": (1.0, 3.0),
        "from nothing": (0.0, 1.2),
    }
    for name, (low, high) in spans.items():
        for assumed in (("range_m",), ("kind", "range_m"), ("kind", "range_m", "tilt_deg")):
            figures = tuple(
                replace(
                    one,
                    span=Span(
                        one.estimate.median * low,
                        min(one.estimate.median * high, 1.0 if one.unit == "share" else np.inf),
                        assumed,
                    ),
                )
                for one in usual.figures
            )
            yield World(
                f"span {name}, of {len(assumed)}", town, replace(usual, figures=figures),
                zeros=low == 0.0, whole=high == 3.0,
            )  # fmt: skip


def _with_walks(town: Scene, found: Measurement) -> Iterator[World]:
    for n in (0, 1, 2, 8):
        for shape in ("wide", "one draw", "all draws agree"):
            for size in ("usual", "nothing", "all", "tiny"):
                figures = told(town, found, "wide", "usual").figures
                of = told(town, found, shape, size, n_walks=n)
                of_walks = [one for one in of.figures if one.key.startswith("trips.")]
                kept = [one for one in figures if not one.key.startswith("trips.")]
                yield World(
                    f"{n} walks, {shape}, {size}",
                    town,
                    replace(of, figures=(*kept, *of_walks)),
                    zeros=True,
                    whole=True,
                )


def _with_places(town: Scene, usual: Measurement) -> Iterator[World]:
    for n in (1, 2, 25):
        areas = gpd.GeoDataFrame(
            {
                "id": [f"a{i}" for i in range(n)],
                "name": ["" if i else "Centre" for i in range(n)],
                "population": 0.0,
            },
            geometry=[shapely.box(0, 0, 1, 1)] * n,
            crs=sample.CRS,
        )
        tracks = gpd.GeoDataFrame(
            {"id": [f"t{i}" for i in range(n)], "name": "", "source": "walk.gpx"},
            geometry=[shapely.LineString([(0, 0), (9, 9)])] * n,
            crs=sample.CRS,
        )
        more = [
            figure(key, unit, value, "wide", level=level.name, group=group)
            for level in sample.LEVELS
            for group in ("all", *(f"track:t{i}" for i in range(n)))
            for key, unit, value in (
                ("tracks.seen_m", "m", 80.0),
                ("tracks.seen_share", "share", 0.3),
                ("tracks.cameras", "cameras", 1.0),
            )
        ]
        more += [
            figure("streets.seen_share", "share", 0.3, "wide", group=f"area:a{i}") for i in range(n)
        ]
        yield World(
            f"{n} areas and tracks",
            replace(town, areas=areas, tracks=tracks),
            replace(usual, figures=(*usual.figures, *more)),
        )


def _with_ranges(town: Scene, usual: Measurement) -> Iterator[World]:
    def held(value: float, n: int) -> Prior:
        return Prior("range_m", "all", "one value", value, value, value, "m", "sample", n)

    rows = {
        "held": (held(100.0, 6),),
        "held, of one kind": (held(100.0, 5), held(60.0, 1)),
        "mapped everywhere": (held(100.0, 0),),
        "drawn": (replace(held(100.0, 6), p10=30.0, p90=200.0),),
        "from density": (held(150.0, 6),),
        "no row": (),
    }
    for name, priors in rows.items():
        for mapped in (0, 2):
            methods = {**usual.methods, "mapped": {"range_m": mapped}}
            if name == "from density":
                methods["range_by_density"] = {"px_per_m": 25.0, "most_m": 150.0}
            yield World(
                f"range {name}, {mapped} mapped",
                town,
                replace(usual, priors=priors, methods=methods),
            )


def _with_drivers(town: Scene, usual: Measurement) -> Iterator[World]:
    for unknown in ("kind", "lens", "building_height_m", "indoor"):
        for first in (0.0, 0.003, 0.5, 1.0):
            driver = Driver(unknown, "visible", first, first, 140.0, 140.0 * (1 - first) ** 0.5)
            yield World(
                f"driver {unknown}, {first}", town, replace(usual, drivers=(driver,)),
                zeros=True, whole=True,
            )  # fmt: skip
    one = replace(usual, drivers=usual.drivers[:1])
    scene, found = with_cameras(1)
    yield World(
        "driver of one camera", scene,
        replace(told(scene, found, "wide", "usual"), drivers=one.drivers), whole=True,
    )  # fmt: skip
