"""Import of cameras from maps and tables, and of barriers from tables, as `scene` reads them."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.cell import failures
from contrechamp.dossier.formats.read import answers
from contrechamp.dossier.formats.read.barrier_rows import barrier_draft
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
from contrechamp.dossier.records.actors import Product
from contrechamp.dossier.records.field_types import DATE
from contrechamp.dossier.records.fieldwork import Camera
from contrechamp.dossier.records.schema import from_json
from contrechamp.scene.camera_fields import RECORDED

#: Names of constants in `scene.file_kinds`, which is loaded only when cameras are read.
OSM_PBF, OSM_XML, GEOJSON, CSV = "OSM_PBF", "OSM_XML", "GEOJSON", "CSV"
#: Columns that go into the note, because the record has no text field for them.
_FOR_NOTE = ("operator", "zone")
#: Columns that make a product if both are there, and else go into the note.
_OF_PRODUCT = ("make", "model")
_PLACES = ({"lon", "lat"}, {"longitude", "latitude"})


def fits(source: SourceFile) -> bool:
    """Return whether a file looks like one that `scene` reads cameras from."""
    return bool(_format(source))


def read(source: SourceFile, context: ImportContext) -> Iterator[Read]:
    """Yield a record for each camera and barrier, and the notices of `scene`'s reader.

    Raises:
        InputError: if the file cannot be read.
    """
    kind = _format(source)
    if not kind:
        raise InputError(
            _("expected an OSM extract, GeoJSON, or a table with lon and lat"), where=source.name
        )
    any_camera = any_barrier = False
    for answer in source.ask("maps:cameras", kind=kind, skip_bad_rows=context.skip_bad_rows):
        match answer:
            case {"notice": [str(where), str(message)]}:
                yield ImportNotice(where, message)
            case {"left_out": [str(where), str(message)]}:
                # Looked at only, it counts as what it is without --skip-bad-rows.
                problem = InputError(message, where=where)
                yield problem if context.preview else ImportNotice(where, message)
            case {"camera": dict(row)}:
                any_camera = True
                found = attempt(_draft, row, source, context, kind)
                if isinstance(found, Draft):
                    yield from _product(row, source, context, found)
                yield found
            case {"barrier": dict(row)}:
                any_barrier = True
                yield attempt(barrier_draft, row, source, context)
            case _:
                raise failures.nonsense(source.name)
    if not any_camera and not any_barrier:
        yield ImportNotice(source.name, _("no camera in it"))


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


def _draft(row: Mapping[str, Any], source: SourceFile, context: ImportContext, kind: str) -> Draft:
    lon, lat = (answers.number(row.get(name), source.name) for name in ("lon", "lat"))
    if lon is None or lat is None:
        raise failures.nonsense(source.name)
    id_, where = (answers.text(row.get(name), source.name) for name in ("id", "source"))
    is_osm = kind in {OSM_PBF, OSM_XML}
    scheme = "osm" if is_osm else "camera-table"
    name = id_ if is_osm else f"{source.name}/{id_}"
    make, model = _make_and_model(row, source)
    for_note = _FOR_NOTE if make and model else (*_FOR_NOTE, *_OF_PRODUCT)
    note = [f"{word}: {text}" for word in for_note
            if (text := answers.text(row.get(word) or "", source.name))]  # fmt: skip
    fields: dict[str, Any] = {
        "position": {"lon": decimal_of(lon), "lat": decimal_of(lat)},
        "ids": [{"scheme": scheme, "id": id_}],
        "evidence": [{"ref": THIS_FILE, "at": id_}],
    }
    if make and model:
        fields["product"] = context.ref("product", _product_name(make, model))
    for one in RECORDED:
        value = row.get(one.name)
        if one.is_number:
            number = answers.number(value, source.name)
            if number is not None:
                fields[one.name] = int(number) if one.holds == "whole" else decimal_of(number)
        elif one.holds != "date" or not value or re.fullmatch(DATE.pattern, str(value)):
            fields[one.name] = value or None
        else:
            note.append(f"{one.name}: {value}")
    fields["note"] = "\n".join(note)
    camera = from_json(Camera, fields, where=where)
    return Draft(camera, context.id(scheme, name), where, id_)


def _make_and_model(row: Mapping[str, Any], source: SourceFile) -> tuple[str, str]:
    make, model = (answers.text(row.get(name) or "", source.name) for name in _OF_PRODUCT)
    return make, model


def _product_name(make: str, model: str) -> str:
    """Return the name by which submissions of the field form know a product too."""
    return f"{make.casefold()}\0{model.casefold()}"


def _product(
    row: Mapping[str, Any], source: SourceFile, context: ImportContext, camera: Draft
) -> Iterator[Draft]:
    make, model = _make_and_model(row, source)
    if make and model:
        product = Product(make=make, model=model, kind="camera")
        id_ = context.id("product", _product_name(make, model))
        yield Draft(product, id_, camera.where, camera.at, shared=True)


def decimal_of(number: float) -> str:
    """Return a number as records take it."""
    return f"{Decimal(repr(float(number))):f}"
