"""Cameras of which it is not known on which wall they hang: a row a place, one of them at a time.

For the engine each place is a camera of its own. In each draw all but one of a camera's places are
empty: their range is 0. What was counted for the places is then added up for the camera.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from contrechamp.measure.draws import Uniforms
from contrechamp.measure.exposure import CameraDraws, Exposure
from contrechamp.sight.placing import Places

F8 = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class SeveralPlaces:
    """The places of cameras, and how to go from the one to the other.

    Args:
        places: (m,) rows of n cameras.
        heading_deg: (n,) the directions that the map gives, from true north; NaN where it does not.
    """

    places: Places
    heading_deg: F8

    @property
    def any(self) -> bool:
        """Whether some camera has several places."""
        return len(self.places.camera) > len(self.places.first)

    def cameras(self, table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """Return a row for each place.

        Where only one of two places fits the direction that the map gives, it looks that way there.
        """
        if not self.any:
            return table
        rows = table.iloc[self.places.camera].reset_index(drop=True)
        of = self.places.camera
        lone = self.places.placed.into_wall & self.places.looks_as_given
        heading = np.where(lone, self.heading_deg[of], rows["heading_deg"].to_numpy(np.float64))
        return rows.assign(heading_deg=heading)

    def limits(self, limits: Mapping[str, F8]) -> Mapping[str, F8]:
        """Return the limits of the cameras, a row for each place."""
        return {name: ends[self.places.camera] for name, ends in limits.items()}

    def uniforms(self, numbers: Uniforms) -> Uniforms:
        """Return the numbers of the cameras, a column for each place."""
        camera = {name: u[:, self.places.camera] for name, u in numbers.camera.items()}
        return replace(numbers, camera=camera) if self.any else numbers

    def one_at_a_time(self, draws: CameraDraws, numbers: Uniforms) -> CameraDraws:
        """Return draws in which all places but one of each camera are empty.

        Args:
            draws: with a column for each place.
            numbers: of the cameras; without "place", no place is empty.
        """
        u = numbers.camera.get("place")
        if u is None or not self.any:
            return draws
        of, share = self.places.camera, self.places.share
        before = np.cumsum(share) - share
        before -= before[self.places.first][of]
        # The last place takes up the rounding error of the sum.
        last = np.diff(of, append=-1) != 0
        chosen = (u[:, of] >= before) & ((u[:, of] < before + share) | last)
        return replace(draws, range_m=np.where(chosen, draws.range_m, 0.0))

    def by_camera(self, exposure: Exposure) -> Exposure:
        """Return what was counted for places, added up for their cameras."""
        if not self.any:
            return exposure
        return replace(
            exposure,
            by_camera_m=self.added_up(exposure.by_camera_m),
            alone_m=self.added_up(exposure.alone_m),
        )

    def added_up(self, by_place: Any) -> Any:
        """Return sums over the places of each camera, along the last axis."""
        return np.add.reduceat(by_place, self.places.first, axis=-1)
