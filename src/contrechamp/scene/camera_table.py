"""Reading the camera table: CSV with lon and lat, or point features."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from contrechamp.base.i18n import _
from contrechamp.scene.camera_fields import FIELDS
from contrechamp.scene.camera_tags import USED_AS
from contrechamp.scene.columns import kept_rows, table
from contrechamp.scene.directions import Direction, parse_directions
from contrechamp.scene.in_use import only_in_use
from contrechamp.scene.source_tables import SourceTables
from contrechamp.scene.table_fields import TableField
from contrechamp.scene.table_rows import (
    F8,
    LAT,
    LON,
    YES_NO,
    Mask,
    Rows,
    Texts,
    settle,
    understood,
)
from contrechamp.scene.tables import CAMERA_COLUMNS, Notice
from contrechamp.scene.tagged_rows import cameras_among, has_tags
from contrechamp.scene.understood import Understood
from contrechamp.scene.written_cells import degrees_of_place, numbers_of

#: A year, a month or a day, as ISO 8601 has them.
_DAY = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
#: Fields that need code of their own.
_OWN = ("id", "heading_deg", "source")


def cameras_of(rows: Rows, *, skip_bad_rows: bool) -> SourceTables:
    """Check the rows of a camera table and return the cameras.

    Args:
        rows: of cameras only.
        skip_bad_rows: leave out rows that cannot be read instead of stopping.

    Raises:
        InputError: at bad rows that are not to be skipped.
    """
    whole = rows
    rows = named_as_ours(cameras_among(rows) if has_tags(rows) else only_in_use(rows))
    rows = one_row_a_direction(named_by_row(rows))  # in this order: directions number the names
    lon, lat = place_of(rows)
    heading, range_width = _heading(rows)
    data: dict[str, Any] = {
        one.name: column_of(rows, one) for one in FIELDS if one.name not in _OWN
    }
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
        understood=tags_and_columns(rows, whole),
    )


#: What exports of OpenStreetMap call the id of an object.
_IDS = {"@id": "id"}


def tags_and_columns(rows: Rows, whole: Rows) -> list[Understood]:
    """Return what became of the columns of a camera table: as tags, if it has tags.

    Args:
        rows: after all columns have been read.
        whole: as the file has them.
    """
    if rows.tag_counts is None:
        return understood(rows, whole)
    tags = rows.tag_counts.understood(whole.file, USED_AS)
    names = {one.name for one in tags if one.used_as}
    columns = [one for one in understood(rows, whole, _IDS) if one.name not in names]
    return [*(one for one in tags if one.used_as), *columns]


def named_by_row(rows: Rows) -> Rows:
    """Return rows with the file and their number as ids, if the table has no ids at all."""
    if any(rows.texts("id")):
        return rows
    names = [f"{rows.file}:{label}" for label in rows.labels]
    return replace(rows, frame=rows.frame.assign(id=names))


def named_as_ours(rows: Rows, fields: Sequence[TableField] = FIELDS) -> Rows:
    """Return rows with our names of columns in the place of others that mean the same.

    A column of ours counts before another name for it. Another name counts where all of its cells
    are what the field can hold: a column `type` may be of anything.

    Args:
        rows: of a table.
        fields: of what its rows are.
    """
    by_name = {one.name: one for one in fields}
    names = {str(name) for name in rows.frame.columns}
    new: dict[str, str] = {}
    for one in fields:
        if one.name not in names:
            fitting = (name for name in one.aliases if name in names and _all_fit(rows, name, one))
            new |= dict.fromkeys(list(fitting)[:1], one.name)
    notices = [
        Notice(
            "column-read-as",
            rows.file,
            _("the column {name} is read as {ours} ({label})").format(
                name=name, ours=ours, label=_(by_name[ours].measured_in or by_name[ours].label)
            ),
        )
        for name, ours in new.items()
    ]
    if not new:
        return rows
    return replace(
        rows,
        frame=rows.frame.rename(columns=new),
        notices=[*rows.notices, *notices],
        renamed=rows.renamed | {ours: rows.renamed.get(name, name) for name, ours in new.items()},
    )


def _all_fit(rows: Rows, name: str, one: TableField) -> bool:
    texts = [text for text in rows.texts(name) if text]
    rows.used_columns.discard(name)
    if one.name == "heading_deg":
        return bool(texts) and not any(parse_directions(text).unread for text in texts)
    if one.name == "id":
        return len(set(texts)) == len(rows) > 0
    if one.holds == "choice":
        return bool(texts) and all(text.lower() in one.choices for text in texts)
    if one.holds == "date":
        return bool(texts) and all(_DAY.fullmatch(text) for text in texts)
    if not one.is_number:
        return bool(texts)
    return bool(texts) and all(numbers_of(one.name, texts, one.allows))


def one_row_a_direction(rows: Rows) -> Rows:
    """Return rows in which each camera of a mast has one of its own.

    An entry of a list that cannot be read is left out and told; where none can be, the cell stays
    as it is, to be refused.
    """
    origin: list[int] = []
    headings: list[str] = []
    number: list[int] = []
    notices = list(rows.notices)
    for row, text in enumerate(rows.texts("heading_deg")):
        found = parse_directions(text)
        several = len(found.read) > 1 or (found.read and found.unread)
        entries = [_as_text(one) for one in found.read] if several else [text]
        origin += [row] * len(entries)
        headings += entries
        number += range(1, len(entries) + 1) if len(entries) > 1 else [0]
        notices += [
            Notice(
                "unreadable-direction",
                f"{rows.file}:{rows.labels[row]}",
                _("{entry} is no direction and is left out of the list").format(entry=entry),
            )
            for entry in (found.unread if several else ())
        ]
    if len(notices) == len(rows.notices) and len(origin) == len(rows):
        return rows
    frame = rows.frame.iloc[origin].reset_index(drop=True)
    ids = rows.texts("id")[origin]
    frame["id"] = [f"{one}#{n}" if n and one else one for one, n in zip(ids, number, strict=True)]
    frame["heading_deg"] = headings
    return replace(
        rows, labels=rows.labels[origin], frame=frame, shapes=rows.shapes[origin], notices=notices
    )


def _as_text(one: Direction) -> str:
    if math.isnan(one.hfov_deg):
        return f"{one.heading_deg}"
    start = one.heading_deg - one.hfov_deg / 2.0
    return f"{start % 360.0}-{start % 360.0 + one.hfov_deg}" if one.hfov_deg < 360.0 else "0-360"


def column_of(rows: Rows, one: TableField) -> F8 | Mask | Texts:
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


def place_of(rows: Rows) -> tuple[F8, F8]:
    """Return longitude and latitude of points, NaN where a row has none, which is then refused."""
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
    rows = _with_decimal_degrees(rows, {lon_name: "EW", lat_name: "NS"})
    lon = rows.numbers(lon_name, np.isfinite, _("expected degrees of longitude"))
    lat = rows.numbers(lat_name, np.isfinite, _("expected degrees of latitude"))
    for name in (lon_name, lat_name):
        rows.refuse(rows.texts(name) == "", name, _("missing; expected degrees"))
    _refuse_places(rows, ~np.isnan(lon) & ~np.isnan(lat), lon, lat, lon_name, lat_name)
    return lon, lat


def _with_decimal_degrees(rows: Rows, hemispheres: Mapping[str, str]) -> Rows:
    """Return rows with degrees and minutes, as receivers and maps show them, as decimal degrees."""
    new = {}
    for name, letters in hemispheres.items():
        cells = rows.texts(name)
        degrees = [degrees_of_place(text, letters) for text in cells]
        if any(one is not None for one in degrees):
            new[name] = [
                text if one is None else repr(one) for text, one in zip(cells, degrees, strict=True)
            ]
    return replace(rows, frame=rows.frame.assign(**new)) if new else rows


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
        found = parse_directions(text).read
        if len(found) != 1 or found[0].along_way:
            bad[row] = True
            continue
        heading[row], width[row] = found[0].heading_deg, found[0].hfov_deg
    rows.refuse_text(
        bad,
        "heading_deg",
        _("expected degrees from north, a name such as NNE, a range 90-180 or a list 90;270"),
    )
    return heading, width
