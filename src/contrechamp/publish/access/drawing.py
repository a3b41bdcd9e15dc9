"""The map of access as a drawing: how long it takes from each street, and where barriers stand."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from contrechamp.measure.access.run import Access, street_minutes
from contrechamp.publish.plane import Bar, plane_around
from contrechamp.scene.service_names import service_label
from contrechamp.scene.tables import Scene

F8 = NDArray[np.float64]

#: Classes of a street: cut off by barriers; slower by them; the same; no way even without them.
CUT, SLOWER, SAME, NEVER = "cut", "slower", "same", "never"
#: Minutes that barriers must add for a street to count as slower.
SLOWER_MIN: Final = 1.0


@dataclass(frozen=True)
class Drawing:
    """Paths as SVG path data, in tenths of a metre; y runs down.

    Args:
        view: left, top, width and height.
        place: kind of place that times are to, in the user's language.
        buildings: of the scene.
        streets: (class, path) of walkable streets.
        barriers: paths of those that are lines.
        points: (x, y) of those that are points, without those that stop vehicles only.
        goals: (x, y) of the places.
        bar: the scale bar.
    """

    view: tuple[int, int, int, int]
    place: str
    buildings: str
    streets: tuple[tuple[str, str], ...]
    barriers: str
    points: tuple[tuple[int, int], ...]
    goals: tuple[tuple[int, int], ...]
    bar: Bar


def classes(free: F8, barred: F8) -> NDArray[np.str_]:
    """Return the class of each edge from its minutes without and with barriers."""
    never, cut = np.isinf(free), np.isfinite(free) & np.isinf(barred)
    with np.errstate(invalid="ignore"):
        slower = barred - free >= SLOWER_MIN
    return np.select([never, cut, slower], [NEVER, CUT, SLOWER], SAME)


def mapped_place(told: Access) -> str:
    """Return the place of the map: that from which barriers cut off most."""
    cut = {one.place: float(np.nan_to_num(one.cut[..., 0]).mean()) for one in told.reached.reach}
    return max(cut, key=lambda place: cut[place])


def drawing(told: Access, scene: Scene) -> Drawing:
    """Draw the map."""
    place = mapped_place(told)
    lines = told.graph.network.geometry
    of = classes(*street_minutes(told, place))
    at = plane_around(tuple(shapely.total_bounds(lines)))
    frame = at.frame
    houses = scene.buildings.geometry.to_numpy()
    shapes = told.barriers.geometry.to_numpy()
    is_point = shapely.get_type_id(shapes) == 0
    on_foot = told.barriers["kind"].to_numpy(str) != "vehicle_barrier"
    goals = shapely.points(told.graph.network.node_xy[told.goals[place]])
    return Drawing(
        view=at.view,
        place=service_label(place),
        buildings=at.paths(shapely.get_exterior_ring(houses[shapely.intersects(houses, frame)])),
        streets=tuple(
            (name, at.paths(shapely.line_merge(shapely.union_all(lines[of == name]))))
            for name in (NEVER, SAME, SLOWER, CUT)
        ),
        barriers=at.paths(shapely.intersection(shapes[~is_point], frame)),
        points=tuple(at.points(shapes[is_point & on_foot])),
        goals=tuple(at.points(goals)),
        bar=at.bar,
    )
