"""Records of cameras, barriers and areas as the files that are measured."""

import csv
import io
import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from contrechamp.base.files import write_json
from contrechamp.base.i18n import _
from contrechamp.base.spreadsheets import as_cell
from contrechamp.dossier.formats.write.barrier_features import LINES, barrier_features
from contrechamp.dossier.formats.write.outgoing import Outgoing
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.lookup import Stored
from contrechamp.dossier.reading.view import View
from contrechamp.dossier.records.actors import Actor, Product
from contrechamp.dossier.records.field_types import ITEM
from contrechamp.dossier.records.fieldwork import Area, Camera
from contrechamp.scene import model_spans
from contrechamp.scene.camera_fields import FIELDS, RECORDED
from contrechamp.scene.model_names import ModelName
from contrechamp.scene.table_fields import TableField
from contrechamp.vault import object_keys, subjects
from contrechamp.vault.case import Case

CAMERAS, CAMERAS_CSV, AREAS = "cameras.geojson", "cameras.csv", "areas.geojson"
BARRIERS = "barriers.geojson"
MODELS = "models.csv"
#: Columns that other records of the case have a value for: the actor, the product.
_OF_OTHERS = ("operator", "operator_class", "make", "model")
#: The columns of the camera table that a record has a value for, in the order of its docs page.
COLUMNS = (
    "id", "lon", "lat",
    *(one.name for one in FIELDS if one.recorded or one.name in _OF_OTHERS),
    "source",
)  # fmt: skip
_CLASSES = {
    "company": "private", "organisation": "private", "public-body": "public", "state": "public",
}  # fmt: skip
_POLYGONS = {"Polygon", "MultiPolygon"}
#: The largest boundary that is read, in bytes.
MAX_BOUNDARY = 64 << 20


def camera_rows(view: View, cameras: Iterable[Stored]) -> list[dict[str, str]]:
    """Return a row of the camera table for each camera record, every value as text.

    A value that the record does not have is empty, and `measure` draws it from the priors. The id
    is the camera's in OpenStreetMap or in the table that it was read from, or else the record's;
    ``source`` names the record and its version.

    Args:
        view: the case, for the names of operators and models.
        cameras: newest versions of records; those of other kinds are skipped.
    """
    found = [(one, one.record) for one in cameras if isinstance(one.record, Camera)]
    outside_ids = {stored.id: _outside_id(camera) or stored.id for stored, camera in found}
    uses = Counter(outside_ids.values())
    rows = []
    for stored, camera in found:
        outside_id = outside_ids[stored.id]
        operator = view.record(lookup.id_of(camera.operator)) if camera.operator else None
        product = view.record(lookup.id_of(camera.product)) if camera.product else None
        model = product if isinstance(product, Product) else None
        known = operator if isinstance(operator, Actor) else None
        made_up = " SAMPLE" if camera.sample else ""
        row = {
            "id": outside_id if uses[outside_id] == 1 else stored.id,
            "lon": f"{camera.position.lon:f}",
            "lat": f"{camera.position.lat:f}",
            "operator": "" if known is None else known.title(),
            "operator_class": "unknown" if known is None else _CLASSES.get(known.kind, "unknown"),
            "make": "" if model is None else model.make,
            "model": "" if model is None else model.model,
            "source": f"{stored.ref} version {stored.version}{made_up}",
        } | {one.name: _cell(one, getattr(camera, one.name)) for one in RECORDED}
        rows.append({column: row[column] for column in COLUMNS})
    return rows


def _outside_id(camera: Camera) -> str:
    """Return the camera's id in the file that `formats.read.camera_tables` read it from."""
    ids = {one.scheme: one.id for one in camera.ids}
    return ids.get("osm") or ids.get("camera-table", "")


def camera_features(rows: Iterable[dict[str, str]]) -> dict[str, Any]:
    """Return rows of the camera table as GeoJSON (RFC 7946)."""
    numbers = {one.name for one in FIELDS if one.is_number}
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": row["id"],
                "geometry": {
                    "type": "Point", "coordinates": [float(row["lon"]), float(row["lat"])],
                },
                "properties": {
                    name: float(text) if name in numbers else text
                    for name, text in row.items()
                    if text and name not in {"lon", "lat"}
                },
            }
            for row in rows
        ],
    }  # fmt: skip


def camera_csv(rows: Iterable[dict[str, str]]) -> str:
    """Return rows of the camera table as CSV in which no spreadsheet finds a formula."""
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow(COLUMNS)
    texts = {one.name for one in FIELDS if one.holds == "line"}
    for row in rows:
        writer.writerow([as_cell(text) if name in texts else text for name, text in row.items()])
    return target.getvalue()


def model_csv(products: Iterable[Stored]) -> str:
    """Return the table of models that ``measure --models`` reads; "" if no data sheet is known.

    Args:
        products: newest versions of records; those of other kinds are skipped.
    """
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow(model_spans.COLUMNS)
    seen: set[ModelName] = set()
    for stored in products:
        product = stored.record
        if not isinstance(product, Product) or product.optics is None:
            continue
        name = ModelName(product.make, product.model).plain
        if name in seen:  # two records of one model: the table has each once
            continue
        seen.add(name)
        made_up = " SAMPLE" if product.sample else ""
        writer.writerow(
            [
                as_cell(product.make),
                as_cell(product.model),
                product.optics.kind,
                *(getattr(product.optics, column) or "" for column in model_spans.SPANS),
                f"{stored.ref} version {stored.version}{made_up}",
            ]
        )
    return target.getvalue() if seen else ""


def area_features(case: Case, areas: Iterable[Stored]) -> tuple[dict[str, Any], list[str]]:
    """Return areas as GeoJSON for ``measure --areas``, and the ids of those without a boundary.

    A boundary is made of the polygons in the item that the record names; with it goes the newest
    figure of the whole population.

    Args:
        case: open.
        areas: newest versions of records; those of other kinds are skipped.
    """
    features: list[dict[str, Any]] = []
    without = []
    for stored in areas:
        area = stored.record
        if not isinstance(area, Area):
            continue
        polygons = [] if area.boundary is None else _shapes_in(case, area.boundary, _POLYGONS)
        if not polygons:
            without.append(stored.id)
            continue
        properties: dict[str, Any] = {"id": stored.id, "name": area.title()}
        everybody = [one for one in area.population if one.of in {"", "all"}]
        if everybody:
            properties["population"] = max(everybody, key=lambda one: one.year).count
        geometry = polygons[0] if len(polygons) == 1 else _together(polygons)
        features.append(
            {"type": "Feature", "id": stored.id, "geometry": geometry, "properties": properties}
        )
    return {"type": "FeatureCollection", "features": features}, without


def write(outgoing: Outgoing, folder: Path) -> None:
    """Write the cameras of an export as GeoJSON and CSV, its areas and barriers as GeoJSON."""
    rows = camera_rows(outgoing.view, outgoing.records("camera"))
    (folder / CAMERAS_CSV).write_text(camera_csv(rows), encoding="utf-8", newline="")
    write_json(folder / CAMERAS, camera_features(rows))
    models = model_csv(outgoing.records("product"))
    if models:
        (folder / MODELS).write_text(models, encoding="utf-8", newline="")
    areas = [
        stored
        for stored in outgoing.records("area")
        if not (
            isinstance(stored.record, Area)
            and stored.record.boundary
            and outgoing.sharing.refused_of(stored.record.boundary)
        )
    ]
    document, without = area_features(outgoing.case, areas)
    if document["features"]:
        write_json(folder / AREAS, document)
    if without:
        outgoing.left_out[_("area: it has no boundary of polygons")] += len(without)

    def course_of(item: str) -> list[dict[str, Any]]:
        refused = outgoing.sharing.refused_of(item)
        return [] if refused else _shapes_in(outgoing.case, item, LINES)

    barriers, placeless = barrier_features(outgoing.records("barrier"), course_of)
    if barriers["features"]:
        write_json(folder / BARRIERS, barriers)
    if placeless:
        outgoing.left_out[_("barrier: it has neither a position nor a course of lines")] += (
            placeless
        )


def _cell(one: TableField, value: Any) -> str:
    """Return a value as the table writes it; "" for one that the table would refuse."""
    if not one.is_number:
        return value or ""
    if value is None or not one.allows(value):
        return ""
    return f"{Decimal(value).normalize() + 0:f}"


def _shapes_in(case: Case, item: str, kinds: Collection[str]) -> list[dict[str, Any]]:
    """Return the shapes of some kinds in a GeoJSON item; none if it is no such, or was erased."""
    state = subjects.newest(case, f"{ITEM}/{lookup.id_of(item)}")
    if state is None or state.object is None:
        return []
    key = object_keys.by_name(case, [state.object]).get(state.object)
    if key is None or key.size > MAX_BOUNDARY:
        return []
    content = object_keys.read(case, key)
    try:
        return list(_geometries(json.loads(content), kinds))
    except (ValueError, RecursionError):
        return []


def _geometries(document: Any, kinds: Collection[str]) -> Iterator[dict[str, Any]]:
    if not isinstance(document, dict):
        return
    kind = document.get("type")
    if kind == "FeatureCollection" and isinstance(document.get("features"), list):
        for feature in document["features"]:
            yield from _geometries(feature, kinds)
    elif kind == "Feature":
        yield from _geometries(document.get("geometry"), kinds)
    elif kind in kinds and isinstance(document.get("coordinates"), list):
        yield {"type": kind, "coordinates": document["coordinates"]}


def _together(polygons: list[dict[str, Any]]) -> dict[str, Any]:
    parts: list[Any] = []
    for one in polygons:
        parts += one["coordinates"] if one["type"] == "MultiPolygon" else [one["coordinates"]]
    return {"type": "MultiPolygon", "coordinates": parts}
