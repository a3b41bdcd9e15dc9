"""What the map on the page draws, as one compact JSON value."""

from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from contrechamp.base.i18n import _
from contrechamp.measure.results import Measurement
from contrechamp.publish import quantised
from contrechamp.publish.camera_card import camera_cards
from contrechamp.publish.found import find
from contrechamp.publish.numbers import Numbers
from contrechamp.publish.quantised import Frame
from contrechamp.publish.spread import DIGITS, how_sure, spread
from contrechamp.scene.barrier_fields import barrier_label
from contrechamp.scene.service_names import service_label
from contrechamp.scene.tables import Scene
from contrechamp.wording.figures import certainty_labels
from contrechamp.wording.levels import level_label

#: Upper ends of the classes of exposure, in per cent of a piece of street; a fifth is above them.
CLASSES = (20, 40, 60, 80)
#: Number of walks that the map shows; more would hide each other.
DRAWN_WALKS = 400
MARGIN_M = 40.0
#: Around the cameras, in the view that the map opens with.
FOCUS_MARGIN_M = 80.0


def map_frame(measurement: Measurement, scene: Scene) -> Frame:
    """Return the frame of the map: all cameras and all walkable street; without any, the walks."""
    measured = measurement.pieces.geometry.to_numpy()
    if not len(measured):
        measured = scene.tracks.geometry.to_numpy()
    return quantised.frame_around((measurement.cameras.geometry.to_numpy(), measured), MARGIN_M)


def _focus(measurement: Measurement, frame: Frame) -> list[int]:
    """Return west, south, east, north of the first view, in units of the map."""
    places = measurement.cameras.geometry.to_numpy()
    if not len(places) or measurement.pieces.empty:
        return [0, 0, frame.width, frame.height]
    around = quantised.frame_around((places,), FOCUS_MARGIN_M)
    return [
        max(0, round((around.west - frame.west) * quantised.PER_METRE)),
        max(0, round((around.south - frame.south) * quantised.PER_METRE)),
        min(frame.width, round((around.east - frame.west) * quantised.PER_METRE)),
        min(frame.height, round((around.north - frame.south) * quantised.PER_METRE)),
    ]


def per_cent(shares: NDArray[np.float64]) -> list[int]:
    """Return shares (0..1) as whole per cents; any share above zero is at least one."""
    whole = np.rint(100 * np.nan_to_num(shares)).astype(int)
    return np.where((shares > 0) & (whole == 0), 1, whole).tolist()  # type: ignore[no-any-return]


def map_data(
    measurement: Measurement, scene: Scene, frame: Frame, numbers: Numbers
) -> dict[str, Any]:
    """Return buildings, streets, regions, cameras and all else that the map draws.

    Args:
        measurement: what was measured.
        scene: what it was measured on.
        frame: see `map_frame`.
        numbers: how numbers are written.
    """
    pieces = measurement.pieces
    names, name = np.unique(pieces["name"].astype(str).to_numpy(str), return_inverse=True)
    return {
        "size": [frame.width, frame.height],
        "focus": _focus(measurement, frame),
        "perMetre": quantised.PER_METRE,
        "classes": list(CLASSES),
        "language": f"{numbers.language}-u-nu-{numbers.digits}",
        "levels": [[level.name, level_label(level.name)] for level in measurement.levels],
        "certainties": [[name, label] for name, label in certainty_labels().items()],
        "totals": _totals(measurement, numbers),
        "words": _words(numbers, streets=not pieces.empty),
        "buildings": drawn_buildings(scene, frame),
        "streets": {
            "lines": quantised.lines(pieces.geometry.to_numpy(), frame),
            "names": names.tolist(),
            "name": name.tolist(),
            "share": {
                level.name: {
                    certainty: per_cent(pieces[f"{level.name}_{certainty}"].to_numpy(float))
                    for certainty in certainty_labels()
                }
                for level in measurement.levels
            },
            "cameras": {
                level.name: _tenths(pieces[f"{level.name}_cameras"]) for level in measurement.levels
            },
        },
        "regions": _regions(measurement, frame),
        "cameras": camera_cards(measurement, scene, frame, numbers),
        "services": _places(scene.places, frame),
        "barriers": _barriers(scene.barriers, frame),
        "walks": _walks(measurement, frame),
        "tracks": quantised.lines(scene.tracks.geometry.to_numpy(), frame),
    }


def _totals(measurement: Measurement, numbers: Numbers) -> dict[str, str]:
    """Return level -> a sentence on how much street is in view."""
    told = {
        figure.level: spread(figure, numbers, DIGITS)
        for figure in find(measurement, "streets.seen_m")
    }
    return {
        level: _("All together: {length} of street{how_sure}.").format(
            length=one.value, how_sure=how_sure(one)
        )
        for level, one in told.items()
    }


def drawn_buildings(scene: Scene, frame: Frame) -> list[list[int]]:
    """Return the rings of all buildings that reach into the frame."""
    footprints = scene.buildings.geometry.to_numpy()
    window = shapely.box(frame.west, frame.south, frame.east, frame.north)
    inside = footprints[shapely.intersects(footprints, window)]
    return [ring for building in quantised.rings(inside, frame) for ring in building]


def _regions(measurement: Measurement, frame: Frame) -> dict[str, list[Any]]:
    """Return level -> [number of the camera, 1 if mapped, rings] of each region."""
    regions = measurement.regions
    number = {name: i for i, name in enumerate(measurement.cameras["id"])}
    found: dict[str, list[Any]] = {level.name: [] for level in measurement.levels}
    rings = quantised.rings(regions.geometry.to_numpy(), frame)
    for camera, level, basis, loops in zip(
        regions["camera"], regions["level"], regions["basis"], rings, strict=True
    ):
        if loops and level in found and camera in number:
            found[level].append([number[camera], int(basis == "mapped"), loops])
    return found


def _tenths(values: Any) -> list[int]:
    tenths = np.rint(10 * np.nan_to_num(np.asarray(values, dtype=float))).astype(int)
    return tenths.tolist()  # type: ignore[no-any-return]


def _places(places: gpd.GeoDataFrame, frame: Frame) -> list[list[Any]]:
    return [
        [*point, service_label(kind), name]
        for point, kind, name in zip(
            quantised.points(places.geometry.to_numpy(), frame),
            places["kind"],
            places["name"].astype(str),
            strict=True,
        )
    ]


def _barriers(barriers: gpd.GeoDataFrame, frame: Frame) -> list[list[Any]]:
    """Return [path, kind]; a point is a path of one point."""
    paths = quantised.lines(barriers.geometry.to_numpy(), frame)
    kinds = map(barrier_label, barriers["kind"].astype(str))
    return [list(pair) for pair in zip(paths, kinds, strict=True) if pair[0]]


def _walks(measurement: Measurement, frame: Frame) -> list[list[int]]:
    """Return the paths of up to `DRAWN_WALKS` walks, evenly picked in the order of the table."""
    trips = measurement.trips
    if trips is None or trips.empty:
        return []
    pick = np.unique(np.linspace(0, len(trips) - 1, min(DRAWN_WALKS, len(trips))).astype(int))
    return quantised.lines(trips.geometry.to_numpy()[pick], frame)


def _words(numbers: Numbers, *, streets: bool) -> dict[str, str]:
    """Return the words that the script of the map needs."""
    return {
        "zoomIn": _("Zoom in"),
        "zoomOut": _("Zoom out"),
        "close": _("Close"),
        "unnamed": _("Way without a name"),
        "inView": _("In view of a mapped camera ({level})"),
        "atLeast": _("At least (5 % of draws below)"),
        "median": _("Median of the draws"),
        "atMost": _("At most (5 % of draws above)"),
        "mean": _("On average"),
        "atOnce": _("Mapped cameras at once (mean)"),
        "camera": _("Camera {id}"),
        "shown": _("Shown: {level}, {certainty}.") if streets else _("Shown: {level}."),
        "percent": numbers.percent(0.75).replace(numbers.plain(75), "{n}"),
        "barrier": _("Barrier: {kind}"),
    }
