"""The map of a survey as a drawing: what was looked over, what is left, where the walks went."""

from dataclasses import dataclass
from typing import Final

import shapely

from contrechamp.measure.survey.run import Completeness
from contrechamp.publish.plane import plane_around
from contrechamp.scene.tables import Scene

#: Places to go to first that are numbered on the map.
NUMBERED: Final = 10


@dataclass(frozen=True)
class Drawing:
    """Paths as SVG path data, in tenths of a metre; y runs down.

    Args:
        view: left, top, width and height.
        buildings: of the survey.
        looked: streets that were looked over.
        left: streets that were not.
        walks: the walks.
        cameras: (x, y) of each.
        numbers: (x, y, number) of the places to go to first.
        bar: length of the scale bar in units.
        bar_m: the same in metres.
    """

    view: tuple[int, int, int, int]
    buildings: str
    looked: str
    left: str
    walks: str
    cameras: tuple[tuple[int, int], ...]
    numbers: tuple[tuple[int, int, int], ...]
    bar: int
    bar_m: int


def drawing(told: Completeness, scene: Scene) -> Drawing | None:
    """Draw the map of a survey; None where it has no street."""
    if told.pieces.empty:
        return None
    at = plane_around(tuple(told.pieces.total_bounds))
    frame = at.frame
    looked = told.pieces["looked"].to_numpy(bool)
    lines = told.pieces.geometry.to_numpy()
    houses = scene.buildings.geometry.to_numpy()
    outdoor = scene.cameras[~scene.cameras["indoor"].to_numpy(bool)].geometry.to_numpy()
    middle = shapely.centroid(told.next.geometry.to_numpy()[:NUMBERED])
    return Drawing(
        view=at.view,
        buildings=at.paths(shapely.get_exterior_ring(houses[shapely.intersects(houses, frame)])),
        looked=at.paths(shapely.line_merge(shapely.union_all(lines[looked]))),
        left=at.paths(shapely.line_merge(shapely.union_all(lines[~looked]))),
        walks=at.paths(shapely.intersection(scene.tracks.geometry.to_numpy(), frame)),
        cameras=tuple(at.points(outdoor[shapely.intersects(outdoor, frame)])),
        numbers=tuple((x, y, i) for i, (x, y) in enumerate(at.points(middle), start=1)),
        bar=at.bar.units,
        bar_m=at.bar.metres,
    )
