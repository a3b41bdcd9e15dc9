"""Cameras of OSM extracts, GeoJSON and tables of cameras, as `scene` reads them."""

import hashlib
import math
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.dossier.formats.read.drafts import (
    THIS_FILE,
    Desk,
    Draft,
    Format,
    Notice,
    Read,
    attempt,
)
from contrechamp.dossier.formats.read.source_file import Given
from contrechamp.dossier.records.field_types import DATE
from contrechamp.dossier.records.fieldwork import Camera
from contrechamp.dossier.records.schema import from_json
from contrechamp.scene.camera_fields import RECORDED

#: Names of the formats in `scene.input_files`, which is loaded only where cameras are read.
OSM_PBF, OSM_XML, GEOJSON, CSV = "OSM_PBF", "OSM_XML", "GEOJSON", "CSV"
#: What a table says that a record has other words for: it goes into the note.
_TOLD = ("operator", "zone")
_PLACES = ({"lon", "lat"}, {"longitude", "latitude"})


def fits(given: Given) -> bool:
    """Return whether a file looks like one that `scene` reads cameras in."""
    return bool(_format(given))


def read(given: Given, desk: Desk) -> Iterator[Read]:
    """Yield a record for each camera; what a camera table says beyond it is told by count.

    Raises:
        InputError: if the file cannot be read.
    """
    from contrechamp.scene import input_files
    from contrechamp.scene.input_rows import read_input
    from contrechamp.scene.tables import InputFile

    content = given.whole()
    digest = hashlib.sha256(content).hexdigest()
    kind = _format(given)
    if not kind:
        raise InputError(
            _("expected an OSM extract, GeoJSON, or a table with lon and lat"), where=given.name
        )
    called = str(getattr(input_files, kind, ""))
    entry = InputFile(given.name, digest, len(content), called)
    opened = input_files.OpenedFile(given.name, called, content, entry)
    found = read_input(opened, skip_bad_rows=desk.skip_bad_rows)
    for notice in found.notices:
        yield Notice(notice.where, notice.message)
    if not len(found.cameras):
        yield Notice(given.name, _("no camera in it"))
    for row in found.cameras.itertuples():
        yield attempt(lambda row=row: _draft(row, given, desk, kind))  # type: ignore[misc]


FORMAT = Format(fits, read)


def _format(given: Given) -> str:
    if b"OSMHeader" in given.head[:64]:
        return OSM_PBF
    if b"<osm " in given.head[:4096] or b"<osm>" in given.head[:4096]:
        return OSM_XML
    if given.head.lstrip(b"\xef\xbb\xbf\r\n\t ").startswith(b"{"):
        return GEOJSON if b'"FeatureCollection"' in given.head[:4096] else ""
    names = {name.lower() for name in given.header()}
    return CSV if not given.is_zip and any(place <= names for place in _PLACES) else ""


def _draft(row: Any, given: Given, desk: Desk, kind: str) -> Draft:
    is_osm = kind in {OSM_PBF, OSM_XML}
    scheme = "osm" if is_osm else "camera-table"
    name = row.id if is_osm else f"{given.name}/{row.id}"
    where = str(row.source)
    told = [f"{word}: {text}" for word in _TOLD if (text := getattr(row, word))]
    fields: dict[str, Any] = {
        "position": {"lon": _decimal(row.geometry.x), "lat": _decimal(row.geometry.y)},
        "ids": [{"scheme": scheme, "id": str(row.id)}],
        "evidence": [{"ref": THIS_FILE, "at": str(row.id)}],
    }
    for one in RECORDED:
        value = getattr(row, one.name)
        if one.is_number:
            if not math.isnan(value):
                fields[one.name] = int(value) if one.holds == "whole" else _decimal(value)
        elif one.holds != "date" or not value or re.fullmatch(DATE.pattern, value):
            fields[one.name] = value or None
        else:
            told.append(f"{one.name}: {value}")
    fields["note"] = "\n".join(told)
    camera = from_json(Camera, fields, where=where)
    return Draft(camera, desk.id(scheme, name), where, str(row.id))


def _decimal(number: float) -> str:
    return f"{Decimal(repr(float(number))):f}"
