"""Reading barriers, and public services, among the rows of a table."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from contrechamp.base.i18n import _
from contrechamp.scene.barrier_fields import BY_NAME, FIELDS
from contrechamp.scene.barrier_tags import BARRIER_KEYS, barrier, read_barrier
from contrechamp.scene.camera_table import column_of, named_as_ours, place_of
from contrechamp.scene.columns import kept_rows, table
from contrechamp.scene.osm_objects import of_osm, tags_of
from contrechamp.scene.osm_places import SERVICE_KEYS, service
from contrechamp.scene.passing import UnreadableHoursError, UnreadablePermitsError, passing_of
from contrechamp.scene.polygon_table import POLYGONS, ids_or_rows
from contrechamp.scene.screen_table import screens_among, stands, told_screens
from contrechamp.scene.services import SERVICES
from contrechamp.scene.source_tables import SourceTables
from contrechamp.scene.table_rows import Rows, Texts, refuse_off_earth, settle, understood
from contrechamp.scene.tables import BARRIER_COLUMNS, PLACE_COLUMNS, Notice

Mask = NDArray[np.bool_]

#: The columns by which a row is told for a barrier, or for a service that people walk to.
BARRIER: Final = "barrier"
SERVICE: Final = "service"
_SERVICES = frozenset(one.kind for one in SERVICES)
#: Columns that hold tags of who may pass, where there is no column of ours.
_TAGS = ("access", "foot", "access:conditional", "foot:conditional")
#: Columns that nobody has but who describes barriers.
_ONLY = ("permits", "wait_minutes", "wait_most_minutes")
#: Words by which a cell says that something is not there.
_NOTHING = ("", "no", "none")
#: Fields that need code of their own.
_OWN = ("id", "kind", "permits", "hours", "source")


def told_barriers(rows: Rows) -> Mask:
    """Return which rows say what barrier they are; they do not count as used yet."""
    known = BY_NAME["kind"].choices
    return np.array([text.lower() in known for text in _barrier_words(rows)], bool)


def told_services(rows: Rows) -> Mask:
    """Return which rows say what service they are (`services.SERVICES`)."""
    return np.array([text.lower() in _SERVICES for text in _service_words(rows)], bool)


def _barrier_words(rows: Rows) -> Texts:
    return _words(rows, BARRIER, barrier, BARRIER_KEYS)


def _service_words(rows: Rows) -> Texts:
    return _words(rows, SERVICE, service, SERVICE_KEYS)


def _words(
    rows: Rows, column: str, by_tags: Callable[[Mapping[str, str]], str], keys: frozenset[str]
) -> Texts:
    """Return what each row says that it is, in our column or by tags of OpenStreetMap."""
    used = set(rows.used_columns)
    words = rows.texts(column)
    rows.used_columns = used
    if of_osm(rows):
        said = (by_tags(tags) for tags in tags_of(rows, keys))
        words = np.array([tag or word for tag, word in zip(said, words, strict=True)], object)
    return words


def refuse_unknown(rows: Rows, cameras: Mask, *, beside: bool) -> None:
    """Mark rows as bad that speak of a barrier or a service, and do not say which.

    Read on, they would be taken for cameras, walks or buildings.

    Args:
        rows: of which none is a barrier or a service.
        cameras: (n,) those that say what only cameras have.
        beside: some other rows of the table are barriers or services.
    """
    used = set(rows.used_columns)
    column = BARRIER if BARRIER in rows.frame or SERVICE not in rows.frame else SERVICE
    silent = ~cameras
    for name, words in ((BARRIER, BY_NAME["kind"].words), (SERVICE, sorted(_SERVICES))):
        said = ~np.isin([text.lower() for text in rows.texts(name)], _NOTHING) & silent
        known = _("expected one of: {words}").format(words=", ".join(words))
        rows.refuse_text(said, name, known)
        silent &= ~said
    if not beside:
        silent &= np.any([rows.texts(name) != "" for name in _ONLY], axis=0)
    rows.refuse(
        silent,
        column,
        _(
            "missing; expected what the row is: a kind of barrier in a column barrier, a service "
            "in a column service, or for a camera what it looks like in a column kind"
        ),
    )
    rows.used_columns = used


def barriers_of(rows: Rows, *, skip_bad_rows: bool) -> SourceTables:
    """Check rows of barriers, points or lines, and return them; an area counts by its outline.

    Those that hide what is behind them, such as walls, are screens as well (`screen_table`).

    Raises:
        InputError: at bad rows that are not to be skipped.
    """
    whole = rows
    # A column `kind` is that of the cameras in the same table.
    frame = rows.frame.drop(columns=["kind", BARRIER], errors="ignore")
    frame = frame.assign(kind=_barrier_words(rows))
    rows.used_columns |= BARRIER_KEYS if of_osm(rows) else set()
    rows = named_as_ours(replace(rows, frame=frame, renamed={"kind": BARRIER}), FIELDS)
    shapes, words = _lines_or_points(rows), rows.texts("kind")
    data: dict[str, Any] = {
        one.name: column_of(rows, one) for one in FIELDS if one.name not in _OWN
    }
    data["kind"] = column_of(rows, BY_NAME["kind"])
    data["id"] = ids_or_rows(rows)
    data["permits"], data["hours"], data["passing"], notices = _passing(rows)
    low, most = data["wait_minutes"], data["wait_most_minutes"]
    with np.errstate(invalid="ignore"):
        rows.refuse(most < low, "wait_most_minutes", _("expected no less than the usual wait"))
    data["source"] = [
        f"{where} ({what})" if what else where
        for where, what in zip(rows.sources(), rows.texts("source"), strict=True)
    ]
    there = told_screens(whole)
    screens = screens_among(replace(rows, shapes=_as_drawn(rows.shapes, shapes)), words, data["id"])
    notices = [*settle(rows, skip=skip_bad_rows), *notices]
    good = rows.good()
    return SourceTables(
        barriers=kept_rows(table(BARRIER_COLUMNS, data, shapes), good),
        screens=kept_rows(screens, good & stands(screens, there)),
        notices=notices,
        counts={"rows_left_out": int((~good).sum())},
        understood=understood(rows, whole, {"kind": BARRIER}),
    )


def _as_drawn(drawn: NDArray[np.object_], read: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return the shapes of rows: areas as they were drawn, all else as it was read."""
    area = np.isin(shapely.get_type_id(drawn), POLYGONS[:1])
    return np.where(area, drawn, read)


def _passing(rows: Rows) -> tuple[Texts, Texts, list[str], list[Notice]]:
    """Return permits, hours and who passes when, of columns of ours or of tags."""
    permits, hours = rows.texts("permits"), rows.texts("hours")
    by_tags = "permits" not in rows.frame and any(tag in rows.frame for tag in _TAGS)
    tags: Mapping[str, Texts] = {tag: rows.texts(tag) for tag in _TAGS} if by_tags else {}
    written, notices = [], []
    bad_hours, bad_permits = np.zeros((2, len(rows)), bool)
    for row in range(len(rows)):
        if by_tags:
            said = {tag: cells[row] for tag, cells in tags.items() if cells[row]}
            found = read_barrier({**said, "opening_hours": hours[row]})
            permits[row] = found.row["permits"]
            written.append(found.row["passing"])
            where = f"{rows.file}:{rows.labels[row]}: "
            notices += [
                Notice("unreadable-tag", f"{where}{tag}", text) for tag, text in found.unreadable
            ]
            continue
        try:
            written.append(passing_of(permits[row], hours[row]))
        except UnreadableHoursError:
            written.append("")
            bad_hours[row] = True
        except UnreadablePermitsError:
            written.append("")
            bad_permits[row] = True
    in_permits = bad_hours & np.array(["@" in text for text in permits], bool)
    expected = _("expected hours as OpenStreetMap writes them, such as Mo-Sa 05:30-22:00")
    rows.refuse_text(bad_hours & ~in_permits, "hours", expected)
    rows.refuse_text(in_permits, "permits", expected)
    rows.refuse_text(
        bad_permits,
        "permits",
        _("expected all, none, or names of permits with | between them, each with @ and its hours"),
    )
    return permits, hours, written, notices


def _lines_or_points(rows: Rows) -> NDArray[np.object_]:
    """Return the shapes of barriers; those of rows without one come from longitude and latitude."""
    kinds = shapely.get_type_id(rows.shapes)
    shapes = rows.shapes.copy()
    if not (kinds >= 0).any():
        lon, lat = place_of(rows)
        there = ~np.isnan(lon) & ~np.isnan(lat)
        shapes[there] = shapely.points(lon[there], lat[there])
        shapes[~there] = shapely.Point(0.0, 0.0)  # their rows are refused
        return shapes
    area = np.isin(kinds, POLYGONS[:1])
    shapes[area] = shapely.get_exterior_ring(shapes[area])
    one = np.isin(kinds, (0, 1, 2)) | area
    single = (kinds == 5) & (shapely.get_num_geometries(shapes) == 1)
    shapes[single] = shapely.get_geometry(shapes[single], 0)
    good = one | single
    rows.refuse(~good, "geometry", _("expected a point, or one line, with longitude and latitude"))
    refuse_off_earth(rows, good)
    shapes[~good] = shapely.Point(0.0, 0.0)
    return shapes


def services_of(rows: Rows, *, skip_bad_rows: bool) -> SourceTables:
    """Check rows of public services that people walk to.

    Raises:
        InputError: at bad rows that are not to be skipped.
    """
    kinds = [text.lower() for text in _service_words(rows)]
    rows.used_columns |= SERVICE_KEYS if of_osm(rows) else {SERVICE}
    drawn = ~np.isin(shapely.get_type_id(rows.shapes), (-1, 0))  # a school may be its grounds
    shapes = rows.shapes.copy()
    shapes[drawn] = shapely.point_on_surface(shapes[drawn])
    lon, lat = place_of(replace(rows, shapes=shapes))
    data = {"id": ids_or_rows(rows), "kind": kinds, "name": rows.texts("name")}
    notices = settle(rows, skip=skip_bad_rows)
    good = rows.good()
    places = shapely.points(np.where(good, lon, 0.0), np.where(good, lat, 0.0))
    return SourceTables(
        places=kept_rows(table(PLACE_COLUMNS, data, places), good),
        notices=notices,
        counts={"rows_left_out": int((~good).sum())},
        understood=understood(rows, rows),
    )
