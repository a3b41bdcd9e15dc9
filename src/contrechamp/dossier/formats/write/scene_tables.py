"""Records of cameras and areas as the tables that `contrechamp measure` reads."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from contrechamp.base.i18n import _
from contrechamp.base.spreadsheets import without_formula
from contrechamp.dossier.formats.write.outgoing import Outgoing
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.lookup import Stored
from contrechamp.dossier.reading.view import View
from contrechamp.dossier.records.actors import Actor
from contrechamp.dossier.records.field_types import ITEM
from contrechamp.dossier.records.fieldwork import Area, Camera
from contrechamp.scene.camera_fields import FIELDS, RECORDED, CameraField
from contrechamp.vault import object_keys, subjects
from contrechamp.vault.case import Case

CAMERAS, CAMERAS_CSV, AREAS = "cameras.geojson", "cameras.csv", "areas.geojson"
#: Of the camera table, in the order of its page; a record has no word for the others.
COLUMNS = (
    "id", "lon", "lat",
    *(one.name for one in FIELDS if one.recorded or one.name in ("operator", "operator_class")),
    "source",
)  # fmt: skip
_CLASSES = {
    "company": "private", "organisation": "private", "public-body": "public", "state": "public",
}  # fmt: skip
_POLYGONS = {"Polygon", "MultiPolygon"}
#: Larger boundaries are no districts.
MAX_BOUNDARY = 64 << 20


def camera_rows(view: View, cameras: Iterable[Stored]) -> list[dict[str, str]]:
    """Return the row of the camera table for each camera record, every value as text.

    What a record leaves open stays empty, and is drawn from the priors. The id is the one that the
    camera had in OpenStreetMap or in the table that it was read from, or else that of the record;
    ``source`` names the record and its version.

    Args:
        view: the case, for the names of operators.
        cameras: newest versions of records; others are passed over.
    """
    found = [(one, one.record) for one in cameras if isinstance(one.record, Camera)]
    called = {stored.id: _outside_id(camera) or stored.id for stored, camera in found}
    many = Counter(called.values())
    rows = []
    for stored, camera in found:
        name = called[stored.id]
        operator = view.record(lookup.id_of(camera.operator)) if camera.operator else None
        known = operator if isinstance(operator, Actor) else None
        made_up = " SAMPLE" if camera.sample else ""
        row = {
            "id": name if many[name] == 1 else stored.id,
            "lon": f"{camera.position.lon:f}",
            "lat": f"{camera.position.lat:f}",
            "operator": "" if known is None else known.title(),
            "operator_class": "unknown" if known is None else _CLASSES.get(known.kind, "unknown"),
            "source": f"{stored.ref} version {stored.version}{made_up}",
        } | {one.name: _cell(one, getattr(camera, one.name)) for one in RECORDED}
        rows.append({column: row[column] for column in COLUMNS})
    return rows


def _outside_id(camera: Camera) -> str:
    """Return what the camera is called where `formats.camera_tables` read it."""
    names = {one.scheme: one.id for one in camera.ids}
    return names.get("osm") or names.get("camera-table", "")


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
    """Return rows of the camera table as CSV; no cell of it is a formula."""
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow(COLUMNS)
    texts = {one.name for one in FIELDS if one.holds == "line"}
    for row in rows:
        writer.writerow(
            [without_formula(text) if name in texts else text for name, text in row.items()]
        )
    return target.getvalue()


def area_features(case: Case, areas: Iterable[Stored]) -> tuple[dict[str, Any], list[str]]:
    """Return areas as GeoJSON that ``measure --areas`` takes, and ids of those without a boundary.

    A boundary is the polygons of the item that the record names; the newest figure of all who live
    there goes with it.

    Args:
        case: open.
        areas: newest versions of records; others are passed over.
    """
    features: list[dict[str, Any]] = []
    without = []
    for stored in areas:
        area = stored.record
        if not isinstance(area, Area):
            continue
        polygons = [] if area.boundary is None else _polygons(case, area.boundary)
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
    """Write cameras, twice, and areas, of what may leave the case."""
    rows = camera_rows(outgoing.view, outgoing.records("camera"))
    (folder / CAMERAS_CSV).write_text(camera_csv(rows), encoding="utf-8", newline="")
    _put(folder / CAMERAS, camera_features(rows))
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
        _put(folder / AREAS, document)
    if without:
        outgoing.left_out[_("area: it has no boundary of polygons")] += len(without)


def _put(path: Path, document: dict[str, Any]) -> None:
    text = json.dumps(document, ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8")


def _cell(one: CameraField, value: Any) -> str:
    """Return a value as the table has it, nothing where the table would refuse it."""
    if not one.is_number:
        return value or ""
    if value is None or not one.allows(value):
        return ""
    return f"{Decimal(value).normalize() + 0:f}"


def _polygons(case: Case, item: str) -> list[dict[str, Any]]:
    """Return the polygons of an item of GeoJSON; none if it is something else, or was erased."""
    state = subjects.newest(case, f"{ITEM}/{lookup.id_of(item)}")
    if state is None or state.object is None:
        return []
    key = object_keys.held(case, [state.object]).get(state.object)
    if key is None or key.size > MAX_BOUNDARY:
        return []
    content = object_keys.read(case, key)
    try:
        return list(_geometries(json.loads(content)))
    except (ValueError, RecursionError):
        return []


def _geometries(document: Any) -> Iterator[dict[str, Any]]:
    if not isinstance(document, dict):
        return
    kind = document.get("type")
    if kind == "FeatureCollection" and isinstance(document.get("features"), list):
        for feature in document["features"]:
            yield from _geometries(feature)
    elif kind == "Feature":
        yield from _geometries(document.get("geometry"))
    elif kind in _POLYGONS and isinstance(document.get("coordinates"), list):
        yield {"type": kind, "coordinates": document["coordinates"]}


def _together(polygons: list[dict[str, Any]]) -> dict[str, Any]:
    parts: list[Any] = []
    for one in polygons:
        parts += one["coordinates"] if one["type"] == "MultiPolygon" else [one["coordinates"]]
    return {"type": "MultiPolygon", "coordinates": parts}
