"""Tables of objects of OpenStreetMap, as Overpass Turbo, QuickOSM, GDAL and others export them."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from contrechamp.base.i18n import _
from contrechamp.scene.table_rows import Rows, Texts, check_cells
from contrechamp.scene.tables import Notice

#: Columns by which such a table names an object; people's own tables have others.
IDS = ("@id", "full_id", "osm_id", "osm_way_id")
#: Keys that say what an object is (wiki: Map features).
MAIN_KEYS = frozenset(
    (
        *("aerialway", "aeroway", "amenity", "barrier", "boundary", "building", "craft"),
        *("emergency", "healthcare", "highway", "historic", "landuse", "leisure", "man_made"),
        *("military", "natural", "office", "place", "power", "public_transport", "railway"),
        *("shop", "telecom", "tourism", "waterway"),
    )
)
#: What Geofabrik's layers call the class of an object, and its classes that tell something here:
#: class -> tag (its "OpenStreetMap Data in Layered GIS Format", 2022). Of a building, `type` tells.
FCLASS = "fclass"
_CLASSES: Mapping[str, tuple[str, str]] = {
    "camera_surveillance": ("man_made", "surveillance"),
    "building": ("building", "yes"),
    "kindergarten": ("amenity", "kindergarten"),
    "school": ("amenity", "school"),
    "clinic": ("amenity", "clinic"),
    "hospital": ("amenity", "hospital"),
    "doctors": ("amenity", "doctors"),
    "pharmacy": ("amenity", "pharmacy"),
    "market_place": ("amenity", "marketplace"),
    "supermarket": ("shop", "supermarket"),
    "drinking_water": ("amenity", "drinking_water"),
    "bus_stop": ("highway", "bus_stop"),
    "bus_station": ("amenity", "bus_station"),
    "tram_stop": ("railway", "tram_stop"),
    "railway_station": ("railway", "station"),
    "railway_halt": ("railway", "halt"),
    "ferry_terminal": ("amenity", "ferry_terminal"),
    **dict.fromkeys(
        (
            *("christian", "christian_anglican", "christian_catholic", "christian_evangelical"),
            *("christian_lutheran", "christian_methodist", "christian_orthodox"),
            *("christian_protestant", "christian_baptist", "christian_mormon", "jewish"),
            *("muslim", "muslim_sunni", "muslim_shia", "buddhist", "hindu", "taoist", "shintoist"),
            *("sikh",),
        ),
        ("amenity", "place_of_worship"),
    ),
}
#: The column in which GDAL puts the tags that have none of their own (its driver OSM).
OTHER_TAGS = "other_tags"
_PAIR = r'"((?:[^"\\]|\\.)*)"\s*=>\s*(?:"((?:[^"\\]|\\.)*)"|NULL)'
_PAIRS = re.compile(rf"\s*(?:{_PAIR}\s*(?:,\s*|$))*")
_ONE = re.compile(_PAIR)


def of_osm(rows: Rows) -> bool:
    """Return whether the rows are objects of OpenStreetMap, whose columns are tags."""
    return any(name in rows.frame for name in IDS)


def tags_of(rows: Rows, keys: Mapping[str, object] | frozenset[str]) -> list[dict[str, str]]:
    """Return the tags of each row that are among `keys`; they do not count as used yet."""
    used = set(rows.used_columns)
    cells = {key: rows.texts(key) for key in sorted(keys) if key in rows.frame}
    rows.used_columns = used
    return [
        {key: column[row] for key, column in cells.items() if column[row]}
        for row in range(len(rows))
    ]


def with_tags(rows: Rows) -> Rows:
    """Return rows of a table, with the tags of objects of OpenStreetMap in columns of their own.

    Raises:
        InputError: if that makes a larger table than any map needs.
    """
    return _with_classes(_with_other_tags(rows)) if of_osm(rows) else rows


def _with_classes(rows: Rows) -> Rows:
    """Return rows with the tags of Geofabrik's classes, where there is no such column."""
    if FCLASS not in rows.frame or "code" not in rows.frame:
        return rows
    found = [_CLASSES.get(text, ("", "")) for text in rows.texts(FCLASS)]
    kept = ("man_made", *(key for key, _value in found if key and key not in rows.frame))
    columns = {
        name: [value if key == name else "" for key, value in found]
        for name in dict.fromkeys(kept)
        if name not in rows.frame
    }
    rows.used_columns |= {FCLASS, "code"}
    return replace(rows, frame=rows.frame.assign(**columns))


def _with_other_tags(rows: Rows) -> Rows:
    """Return rows with a column for each tag that GDAL put with others into one.

    They are ``"key"=>"value","key"=>"value"`` or, if asked for, JSON. A column that is there
    already keeps its cells.

    Raises:
        InputError: if that makes a larger table than any map needs.
    """
    if OTHER_TAGS not in rows.frame:
        return rows
    columns: dict[str, Texts] = {}
    notices = list(rows.notices)
    for row, text in enumerate(rows.texts(OTHER_TAGS)):
        found = _read(text)
        if found is None:
            told = _('expected tags such as "camera:type"=>"dome"')
            where = f"{rows.file}:{rows.labels[row]}: {OTHER_TAGS}"
            notices.append(Notice("unreadable-tag", where, told))
            continue
        for key, value in found.items():
            name = key.strip().lower()
            if name and name not in rows.frame:
                if name not in columns:
                    check_cells((len(columns) + len(rows.columns) + 1) * len(rows), rows.file)
                    columns[name] = np.full(len(rows), "", dtype=object)
                columns[name][row] = value.strip()
    added = pd.DataFrame(columns, index=rows.frame.index, dtype=object)
    frame = pd.concat([rows.frame.drop(columns=OTHER_TAGS), added], axis=1)
    names = (*(name for name in rows.columns if name != OTHER_TAGS), *columns)
    return replace(rows, frame=frame, notices=notices, columns=names)


def _read(text: str) -> dict[str, str] | None:
    """Return the tags in a cell; None where it cannot be read."""
    if text.startswith("{"):
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            return None
        return {key: str(value) for key, value in found.items() if value is not None}
    if not _PAIRS.fullmatch(text):
        return None
    return {_plain(key): _plain(value) for key, value in _ONE.findall(text)}


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)
