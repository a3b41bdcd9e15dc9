"""Reading the camera table: CSV with lon and lat, or point features."""

import math
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from contrechamp.base.i18n import _
from contrechamp.scene.camera_fields import FIELDS, CameraField
from contrechamp.scene.columns import kept_rows, table
from contrechamp.scene.directions import parse_directions
from contrechamp.scene.source_tables import SourceTables
from contrechamp.scene.table_rows import F8, YES_NO, Mask, Rows, Texts, settle
from contrechamp.scene.tables import CAMERA_COLUMNS

#: Fields that need code of their own.
_OWN = ("id", "heading_deg", "source")

LON, LAT = ("lon", "longitude", "lng", "long"), ("lat", "latitude")


def cameras_of(rows: Rows, *, skip_bad_rows: bool) -> SourceTables:
    """Check the rows of a camera table and return the cameras.

    Args:
        rows: of cameras only.
        skip_bad_rows: leave out rows that cannot be read instead of stopping.

    Raises:
        InputError: at bad rows that are not to be skipped.
    """
    lon, lat = _place(rows)
    heading, range_width = _heading(rows)
    data: dict[str, Any] = {one.name: _column(rows, one) for one in FIELDS if one.name not in _OWN}
    data["id"] = _ids(rows)
    data["heading_deg"] = heading
    data["hfov_deg"] = np.where(np.isnan(data["hfov_deg"]), range_width, data["hfov_deg"])
    # Readers need to know which row it was; what the row says about its source follows it.
    data["source"] = [
        f"{where} ({what})" if what else where
        for where, what in zip(rows.sources(), rows.texts("source"), strict=True)
    ]
    notices = settle(rows, skip=skip_bad_rows)
    good = rows.good()
    places = shapely.points(np.where(good, lon, 0.0), np.where(good, lat, 0.0))
    return SourceTables(
        cameras=kept_rows(table(CAMERA_COLUMNS, data, places), good),
        notices=notices,
        counts={"rows_left_out": int((~good).sum())},
    )


def _column(rows: Rows, one: CameraField) -> F8 | Mask | Texts:
    """Return the cells of a column, read by the specification of its field."""
    if one.is_number:
        return rows.numbers(one.name, one.allows, one.expected())
    if one.holds == "flag":
        return np.equal(rows.one_of(one.name, YES_NO, one.expected()), "yes").astype(bool)
    if one.holds == "choice":
        words = rows.one_of(one.name, one.choices, one.expected())
        return np.where(words == "", one.absent, words)
    return rows.texts(one.name)


def _ids(rows: Rows) -> NDArray[np.object_]:
    ids = rows.texts("id")
    rows.refuse(ids == "", "id", _("missing; expected a name that no other row has"))
    first: dict[str, int] = {}
    for row, identity in enumerate(ids):
        if identity and first.setdefault(identity, row) != row:
            twice = np.arange(len(ids)) == row
            message = _("the same as in row {row}; expected a name that no other row has")
            rows.refuse_text(twice, "id", message.format(row=rows.labels[first[identity]]))
    return ids


def _place(rows: Rows) -> tuple[F8, F8]:
    if any(shape is not None for shape in rows.shapes):
        points = shapely.get_type_id(rows.shapes) == 0
        rows.refuse(~points, "geometry", _("expected a point with longitude and latitude"))
        xy = np.full((len(rows), 2), np.nan)
        xy[points] = np.column_stack(
            (shapely.get_x(rows.shapes[points]), shapely.get_y(rows.shapes[points]))
        )
        _refuse_places(rows, points, xy[:, 0], xy[:, 1], "geometry", "geometry")
        return xy[:, 0], xy[:, 1]
    lon_name = next((name for name in LON if name in rows.frame), "lon")
    lat_name = next((name for name in LAT if name in rows.frame), "lat")
    anything = lambda values: np.ones(len(values), bool)  # noqa: E731
    lon = rows.numbers(lon_name, anything, _("expected degrees of longitude"))
    lat = rows.numbers(lat_name, anything, _("expected degrees of latitude"))
    for name in (lon_name, lat_name):
        rows.refuse(rows.texts(name) == "", name, _("missing; expected degrees"))
    _refuse_places(rows, ~np.isnan(lon) & ~np.isnan(lat), lon, lat, lon_name, lat_name)
    return lon, lat


def _refuse_places(rows: Rows, there: Mask, lon: F8, lat: F8, lon_name: str, lat_name: str) -> None:
    with np.errstate(invalid="ignore"):
        swapped = there & (np.abs(lat) > 90.0) & (np.abs(lat) <= 180.0) & (np.abs(lon) <= 90.0)
        bad_lat = there & ~(np.abs(lat) <= 90.0) & ~swapped
        bad_lon = there & ~(np.abs(lon) <= 180.0)
    rows.refuse(
        swapped,
        lat_name,
        _("no latitude is beyond 90 degrees: longitude and latitude look swapped"),
    )
    rows.refuse(bad_lat, lat_name, _("expected degrees of latitude, -90 to 90"))
    rows.refuse(bad_lon, lon_name, _("expected degrees of longitude, -180 to 180"))


def _heading(rows: Rows) -> tuple[F8, F8]:
    """Return the headings, and the widths of those given as ranges."""
    heading, width = np.full(len(rows), math.nan), np.full(len(rows), math.nan)
    bad = np.zeros(len(rows), bool)
    for row, text in enumerate(rows.texts("heading_deg")):
        if not text:
            continue
        found = parse_directions(text)
        if found is None or len(found) != 1:
            bad[row] = True
            continue
        heading[row], width[row] = found[0].heading_deg, found[0].hfov_deg
    rows.refuse_text(
        bad,
        "heading_deg",
        _("expected degrees from north, a name such as NNE or a range 90-180; one camera a row"),
    )
    return heading, width
