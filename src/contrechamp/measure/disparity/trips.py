"""Necessary trips by the area that they begin in: from homes to the nearest services, on foot.

They are the walks of `measure.trips`. Each home counts alike, so that where many live, many walk.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array

from contrechamp.measure.network import foot_network
from contrechamp.measure.pieces import StreetPieces, cut_streets
from contrechamp.measure.trips import choose_stops, plan_trips
from contrechamp.scene.tables import Scene

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]


@dataclass(frozen=True)
class AreaTrips:
    """The trips of areas.

    Args:
        pieces: of the streets, cut where trips may begin and end.
        passed: (n_pieces, n_areas) how many trips from homes of an area pass a piece.
        metres: (n_areas,) length of all trips of an area; 0 where none begins.
    """

    pieces: StreetPieces
    passed: csr_array
    metres: F8

    def seen_share(self, seen: Sequence[csr_array]) -> F8:
        """Return the share of the trips of each area in view, (n_levels, n_draws, n_areas).

        Args:
            seen: of each level (n_draws, n_pieces), metres of each piece in view.
        """
        metres = np.array([(one.astype(np.float64) @ self.passed).toarray() for one in seen])
        there = self.metres > 0.0
        share = np.divide(metres, self.metres, out=np.zeros_like(metres), where=there)
        return np.asarray(np.minimum(share, 1.0), np.float64)


def area_trips(scene: Scene, seed: int) -> AreaTrips:
    """Return the trips from the homes of each area.

    Args:
        scene: with walkable streets and areas that overlap nowhere.
        seed: of the sample of homes, where there are many.
    """
    stops = choose_stops(scene.streets, scene.homes, scene.places, seed=seed)
    network = foot_network(scene.streets, stops.snapped)
    pieces = cut_streets(network, scene.streets)
    plan = plan_trips(network, stops, scene.places, pieces)
    of_home = area_of(scene.homes.geometry.to_numpy(), scene.areas)
    area = of_home[plan.home]
    trip = np.repeat(np.arange(len(area)), np.diff(plan.walks.indptr))
    inside = area[trip] >= 0
    passed = csr_array(
        (np.ones(int(inside.sum())), (plan.walks.indices[inside], area[trip[inside]])),
        shape=(pieces.pieces.n_pieces, len(scene.areas)),
    )
    length = pieces.table["length_m"].to_numpy(np.float64)
    return AreaTrips(pieces, passed, np.asarray(length @ passed, np.float64))


def area_of(points: NDArray[np.object_], areas: gpd.GeoDataFrame) -> I8:
    """Return the area that each point lies in, -1 where it lies in none; on a border the first."""
    found = np.full(len(points), -1, np.int64)
    if len(points) and len(areas):
        area, point = shapely.STRtree(points).query(
            areas.geometry.to_numpy(), predicate="intersects"
        )
        order = np.argsort(-area, kind="stable")
        found[point[order]] = area[order]
    return found
