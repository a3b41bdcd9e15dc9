"""Tables whose columns are tags of OpenStreetMap, as Overpass Turbo and others export them."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import shapely

from contrechamp.base.i18n import _, ngettext
from contrechamp.scene.camera_fields import FIELDS
from contrechamp.scene.camera_tags import (
    USED_KEYS,
    is_camera,
    is_former,
    notice_of_unreadable,
    notices_of_unused,
    read_camera,
)
from contrechamp.scene.osm_objects import IDS, MAIN_KEYS, of_osm
from contrechamp.scene.table_rows import Rows
from contrechamp.scene.tables import Notice
from contrechamp.scene.understood import TagCounts

#: Columns that hold the id of an object.
_IDS = (*IDS, "id")
#: Columns that nobody has but who measured cameras.
_MEASURED = frozenset(one.name for one in FIELDS if one.name.endswith(("_m", "_deg", "_px")))
_POINT = 0


def has_tags(rows: Rows) -> bool:
    """Return whether the columns of a table are tags rather than names of ours.

    They are where they speak of cameras as tags do, and where objects of OpenStreetMap say what
    they are: none of them is a camera then.
    """
    names = {str(name) for name in rows.frame.columns}
    return _of_cameras(names) or (
        of_osm(rows) and not names.isdisjoint(MAIN_KEYS) and names.isdisjoint(_MEASURED)
    )


def _of_cameras(names: Collection[str]) -> bool:
    return "man_made" in names or any(
        name.startswith(("camera:", "surveillance")) for name in names
    )


def cameras_among(rows: Rows) -> Rows:
    """Return the cameras among the features of a table of tags, with columns of ours.

    What is no camera is left out and told. A camera that lists several directions becomes several.
    Columns of ours that the table has as well count before its tags.

    Args:
        rows: as they were read.
    """
    names = [str(name) for name in rows.frame.columns]
    tags = [_tags(row) for row in rows.frame.to_dict("records")]
    # An export of cameras that left the common tag out.
    only_cameras = "man_made" not in names and _of_cameras(names)
    if only_cameras:
        tags = [{"man_made": "surveillance", **row} for row in tags]
    keep = [number for number, row in enumerate(tags) if is_camera(row)]
    former = sum(is_former(row) for row in tags)
    notices = [*rows.notices, *_left_out(rows.file, len(tags) - len(keep) - former, former)]
    cells: list[dict[str, Any]] = []
    origin: list[int] = []
    unused: Counter[tuple[str, str]] = Counter()
    counts = TagCounts()
    for number in keep:
        found = read_camera(tags[number], _identity(rows, number))
        unused.update(one for one in found.unused if one[0] in USED_KEYS)
        counts.add(
            {key: value for key, value in tags[number].items() if key in names},
            (one.tag for one in found.unreadable),
            found.unused,
        )
        own = {one.name: tags[number][one.name] for one in FIELDS if one.name in tags[number]}
        own.pop("id", None)
        cells += [{**_cells(one), **own} for one in found.rows]
        origin += [number] * len(found.rows)
        where = f"{rows.file}:{rows.labels[number]}"
        notices += [
            notice_of_unreadable(where, one.tag, one.value, one.message) for one in found.unreadable
        ]
    notices += notices_of_unused(rows.file, unused)
    place = [name for name in names if name not in USED_KEYS and name not in _IDS]
    frame = pd.DataFrame(
        {name: rows.frame[name].to_numpy(object)[origin] for name in place}
        | {one.name: [row.get(one.name) for row in cells] for one in FIELDS},
        dtype=object,
    )
    shapes, moved = _points(rows.shapes[origin])
    notices += [
        Notice(
            "camera-drawn-as-a-way",
            f"{rows.file}:{rows.labels[origin[number]]}",
            _("the camera is drawn as a line or an area: it is taken to hang at a point of it"),
        )
        for number in np.flatnonzero(moved)
    ]
    used = {*rows.used_columns, *_IDS, *(name for name in names if name in USED_KEYS)}
    return replace(rows, labels=rows.labels[origin], frame=frame, shapes=shapes,
                   notices=notices, used_columns=used, tag_counts=counts)  # fmt: skip


def _tags(row: Mapping[Any, Any]) -> dict[str, str]:
    return {
        str(name): str(cell).strip()
        for name, cell in row.items()
        if cell is not None and cell is not pd.NA and cell == cell and str(cell).strip()
    }


def _identity(rows: Rows, number: int) -> str:
    for name in _IDS:
        if name in rows.frame and (text := rows.texts(name)[number]):
            return str(text)
    return f"{rows.file}:{rows.labels[number]}"


def _cells(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of tags as cells of a table: texts, missing where nothing is known."""
    cells: dict[str, Any] = {}
    for one in FIELDS:
        value = row.get(one.name)
        if value is None or value == one.absent or value != value:
            continue
        if one.holds == "flag":
            value = "yes" if value else "no"
        cells[one.name] = str(value)
    return cells


def _points(shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a point for each shape, and which of them were lines or areas."""
    there = np.array([shape is not None for shape in shapes], bool)
    moved = there & (shapely.get_type_id(shapes) != _POINT)
    points = shapes.copy()
    points[moved] = shapely.point_on_surface(shapes[moved])
    return points, moved


def _left_out(file: str, others: int, former: int) -> list[Notice]:
    notices = []
    if others:
        text = ngettext(
            "{count} feature is no camera and is left out",
            "{count} features are no cameras and are left out",
            others,
        ).format(count=others)
        notices.append(Notice("no-camera", file, text))
    if former:
        text = ngettext(
            "{count} camera is no longer in use, or not yet, and is left out",
            "{count} cameras are no longer in use, or not yet, and are left out",
            former,
        ).format(count=former)
        notices.append(Notice("camera-not-in-use", file, text))
    return notices
