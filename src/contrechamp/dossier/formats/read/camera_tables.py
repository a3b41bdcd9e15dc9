"""Import of cameras from OSM extracts, GeoJSON and camera tables, as `scene` reads them."""

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
    Draft,
    ImportContext,
    ImportNotice,
    Read,
    Reader,
    attempt,
)
from contrechamp.dossier.formats.read.source_file import SourceFile
from contrechamp.dossier.records.field_types import DATE
from contrechamp.dossier.records.fieldwork import Camera
from contrechamp.dossier.records.schema import from_json
from contrechamp.scene.camera_fields import RECORDED

#: Names of constants in `scene.input_files`, which is loaded only when cameras are read.
OSM_PBF, OSM_XML, GEOJSON, CSV = "OSM_PBF", "OSM_XML", "GEOJSON", "CSV"
#: Columns that go into the note, because the record has no text field for them.
_FOR_NOTE = ("operator", "zone")
_PLACES = ({"lon", "lat"}, {"longitude", "latitude"})


def fits(source: SourceFile) -> bool:
    """Return whether a file looks like one that `scene` reads cameras from."""
    return bool(_format(source))


def read(source: SourceFile, context: ImportContext) -> Iterator[Read]:
    """Yield a record for each camera, and the notices of `scene`'s reader.

    Raises:
        InputError: if the file cannot be read.
    """
    from contrechamp.scene import input_files
    from contrechamp.scene.input_rows import read_input
    from contrechamp.scene.tables import InputFile

    content = source.whole()
    digest = hashlib.sha256(content).hexdigest()
    kind = _format(source)
    if not kind:
        raise InputError(
            _("expected an OSM extract, GeoJSON, or a table with lon and lat"), where=source.name
        )
    format_name = str(getattr(input_files, kind, ""))
    entry = InputFile(source.name, digest, len(content), format_name)
    opened = input_files.OpenedFile(source.name, format_name, content, entry)
    found = read_input(opened, skip_bad_rows=context.skip_bad_rows)
    for notice in found.notices:
        yield ImportNotice(notice.where, notice.message)
    if not len(found.cameras):
        yield ImportNotice(source.name, _("no camera in it"))
    for row in found.cameras.itertuples():
        yield attempt(_draft, row, source, context, kind)


FORMAT = Reader(fits, read)


def _format(source: SourceFile) -> str:
    if b"OSMHeader" in source.head[:64]:
        return OSM_PBF
    if b"<osm " in source.head[:4096] or b"<osm>" in source.head[:4096]:
        return OSM_XML
    if source.start.startswith(b"{"):
        return GEOJSON if b'"FeatureCollection"' in source.head[:4096] else ""
    names = {name.lower() for name in source.header()}
    return CSV if not source.is_zip and any(place <= names for place in _PLACES) else ""


def _draft(row: Any, source: SourceFile, context: ImportContext, kind: str) -> Draft:
    is_osm = kind in {OSM_PBF, OSM_XML}
    scheme = "osm" if is_osm else "camera-table"
    name = row.id if is_osm else f"{source.name}/{row.id}"
    where = str(row.source)
    note = [f"{word}: {text}" for word in _FOR_NOTE if (text := getattr(row, word))]
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
            note.append(f"{one.name}: {value}")
    fields["note"] = "\n".join(note)
    camera = from_json(Camera, fields, where=where)
    return Draft(camera, context.id(scheme, name), where, str(row.id))


def _decimal(number: float) -> str:
    return f"{Decimal(repr(float(number))):f}"
