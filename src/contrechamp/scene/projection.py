"""The metric plane of a scene: which one it is, and how far its scale is off."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from pyproj.exceptions import CRSError, ProjError

from contrechamp.base.errors import InputError, UsageError
from contrechamp.base.i18n import _
from contrechamp.scene.columns import WGS84

F8 = NDArray[np.float64]

#: Length of the step to the north that shows where it lies: about ten metres.
_STEP_DEG = 1e-4

#: The scale is evaluated at this many points in each direction.
_GRID = 9


@dataclass(frozen=True)
class Plane:
    """A projected coordinate system in metres, x east, y north."""

    crs: pyproj.CRS

    def points(self, lonlat: F8) -> F8:
        """Project (n, 2) degrees to (n, 2) metres; inf outside the domain of the projection."""
        if not len(lonlat):
            return np.empty((0, 2))
        to_plane = pyproj.Transformer.from_crs(WGS84, self.crs, always_xy=True)
        return np.column_stack(to_plane.transform(lonlat[:, 0], lonlat[:, 1]))

    def table(self, rows: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """Project a table in WGS 84.

        Raises:
            InputError: if part of it lies outside the domain of the projection.
        """
        shapes = shapely.transform(rows.geometry.to_numpy(), self.points)
        if not np.isfinite(shapely.get_coordinates(shapes)).all():
            raise InputError(
                _("{crs} does not cover some of the coordinates; choose another --crs").format(
                    crs=self.crs.to_string()
                )
            )
        return gpd.GeoDataFrame(rows.drop(columns="geometry"), geometry=shapes, crs=self.crs)

    def scale_error(self, bounds: tuple[float, float, float, float]) -> float:
        """Return the largest deviation of the local scale from 1 over an area.

        Args:
            bounds: west, south, east, north in degrees; east may be beyond 180.
        """
        west, south, east, north = bounds
        lon, lat = np.meshgrid(np.linspace(west, east, _GRID), np.linspace(south, north, _GRID))
        factors = pyproj.Proj(self.crs).get_factors(
            (lon.ravel() + 180.0) % 360.0 - 180.0, lat.ravel()
        )
        scales = np.concatenate([factors.meridional_scale, factors.parallel_scale])
        return float(np.abs(scales - 1.0).max())


def convergence_deg(crs: pyproj.CRS, xy: F8) -> F8:
    """Return the meridian convergence at places of a plane, (n,) degrees.

    It is measured, not taken from the projection's factors: a step to the north is projected, and
    its direction on the plane read. So it holds for every projection.

    Args:
        crs: projected, in metres.
        xy: (n, 2) metres.
    """
    if not len(xy):
        return np.empty(0)
    to_earth = pyproj.Transformer.from_crs(crs, WGS84, always_xy=True)
    lon, lat = to_earth.transform(xy[:, 0], xy[:, 1])
    step = np.where(np.asarray(lat) > 0.0, -_STEP_DEG, _STEP_DEG)  # never across a pole
    to_plane = pyproj.Transformer.from_crs(WGS84, crs, always_xy=True)
    x, y = to_plane.transform(lon, np.asarray(lat) + step)
    x0, y0 = to_plane.transform(lon, lat)
    east, north = (np.asarray(x) - x0) * np.sign(step), (np.asarray(y) - y0) * np.sign(step)
    # Where true north points, clockwise from the plane's north, with the sign turned.
    turned: F8 = -np.degrees(np.arctan2(east, north))
    return turned


def choose_plane(bounds: tuple[float, float, float, float], crs: str | None) -> Plane:
    """Return the plane for an area: the one that `crs` names, or its UTM zone.

    An area across several zones gets an azimuthal equidistant projection around its centre, in
    which distances from the centre are true.

    Args:
        bounds: west, south, east, north in degrees; east may be beyond 180.
        crs: such as ``EPSG:3067``, or None.

    Raises:
        UsageError: if `crs` is unknown, or not a projection in metres.
    """
    if crs is not None:
        return Plane(_asked_for(crs))
    west, south, east, north = bounds
    zones = {int((lon + 180.0) // 6.0) % 60 + 1 for lon in (west, east)}
    if len(zones) == 1 and south >= -80.0 and north <= 84.0:
        hemisphere = 326 if (south + north) / 2.0 >= 0.0 else 327
        return Plane(pyproj.CRS.from_epsg(hemisphere * 100 + zones.pop()))
    middle = ((west + east) / 2.0 + 180.0) % 360.0 - 180.0
    centre = {"lon_0": round(middle, 6), "lat_0": round((south + north) / 2.0, 6)}
    return Plane(pyproj.CRS.from_dict({"proj": "aeqd", "datum": "WGS84", "units": "m", **centre}))


def _asked_for(text: str) -> pyproj.CRS:
    try:
        crs = pyproj.CRS.from_user_input(text)
    except (CRSError, ProjError) as error:
        raise UsageError(
            _("--crs {crs} is not known; expected a code such as EPSG:3067").format(crs=text)
        ) from error
    in_metres = all(axis.unit_conversion_factor == 1.0 for axis in crs.axis_info[:2])
    if not crs.is_projected or not in_metres:
        raise UsageError(
            _(
                "--crs {crs} is not a projection in metres; choose one that is, "
                "or leave the option out for the UTM zone of the area"
            ).format(crs=text)
        )
    return crs
