"""A camera drawn on the map or corrected there, with what it may have in view shown meanwhile."""

from collections.abc import Mapping
from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely

from contrechamp.base.errors import ContrechampError
from contrechamp.base.field_lines import field_lines
from contrechamp.base.i18n import _
from contrechamp.base.json_text import json_text
from contrechamp.base.shown_text import shown
from contrechamp.base.written import written_number
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.records.fieldwork import Camera
from contrechamp.dossier.records.schema import from_json, to_json
from contrechamp.dossier.writing import store
from contrechamp.local_page.messages import Request, Response, go_to, not_found
from contrechamp.measure.one_camera import degrees_around, view
from contrechamp.scene.camera_fields import RECORDED
from contrechamp.sight.levels import LEVEL_SETS
from contrechamp.web import record_forms
from contrechamp.web.desk import Answers, Desk
from contrechamp.web.map.ground import Ground
from contrechamp.web.map.map_pages import WORKERS, asked, of_desk, read_ground
from contrechamp.web.map.mercator import to_unit
from contrechamp.web.record_forms import Input
from contrechamp.web.record_pages import asked_record
from contrechamp.wording.levels import level_label

#: The fields of a camera that are drawn or corrected here; all others are left as they are.
FIELDS: Final = ("name", "position", *(one.name for one in RECORDED))
_LEVELS: Final = LEVEL_SETS["dori2014"]
_MOST_REASON: Final = 500


def camera(desk: Desk, request: Request) -> Response:
    """The form of a camera, on the map."""
    with desk.session.opening() as case:
        stored = lookup.get(case, asked_record(request))
        read_ground(desk, is_stale=of_desk(desk).is_stale(case))
        if not isinstance(stored.record, Camera):
            return not_found()
        return _form(desk, to_json(stored.record), stored.id, stored.version)


def drawn(desk: Desk, request: Request) -> Response:
    """The form of a new camera, where the map was clicked or where the list was left."""
    position = {name: request.fields.get(name, "").strip() for name in ("lon", "lat")}
    content = {"position": position} if all(position.values()) else {}
    with desk.session.opening() as case:
        read_ground(desk, is_stale=of_desk(desk).is_stale(case))
    return _form(desk, content, "", 0)


def save(desk: Desk, request: Request) -> Response:
    """Write what the form says of a camera, as a new version; what it does not show stays."""
    fields = request.fields
    record_id, version = fields.get("id", ""), _whole(fields.get("version", ""))
    ref = asked_record(request) if record_id else ""
    said = record_forms.read(Camera, fields)
    with desk.session.opening(write=True) as case:
        now = lookup.get(case, ref) if ref else None
        if now is not None and not isinstance(now.record, Camera):
            return not_found()
        before = to_json(now.record) if now is not None else {}
        content = {name: one for name, one in before.items() if name not in FIELDS} | {
            name: one for name, one in said.items() if name in FIELDS
        }
        if now is not None and now.version != version:
            theirs = [line for line in field_lines(before) if line not in set(field_lines(content))]
            return _form(desk, content, record_id, now.version, theirs=theirs, meanwhile=True)
        try:
            stored = store.put(
                case, from_json(Camera, content, where="camera"), record_id=record_id,
                version=version, reason=fields.get("reason", "")[:_MOST_REASON],
                now=desk.session.clocks.now(),
            )  # fmt: skip
        except ContrechampError as error:
            return _form(desk, content, record_id, version, wrong=str(error))
    return go_to(f"map?at={stored.id}")


def seen(desk: Desk, request: Request) -> Response:
    """What a camera may have in view, as it is drawn; nothing of it is kept."""
    told = asked(request)
    given = {name: str(one) for name, one in told.items() if name.startswith(record_forms.PREFIX)}
    record = from_json(Camera, _known(record_forms.read(Camera, given)), where="camera")
    ground = of_desk(desk).ground
    known = {
        one.name: float(value) if one.is_number else value
        for one in RECORDED
        for value in [getattr(record, one.name)]
        if value is not None
    }
    found = view(
        float(record.position.lon), float(record.position.lat), known,
        lambda lon, lat, reach_m: _around(ground, lon, lat, reach_m), _LEVELS,
    )  # fmt: skip
    return Response(
        json_text(
            {
                "regions": {
                    "type": "FeatureCollection",
                    "features": [
                        {"type": "Feature", "properties": {"level": number},
                         "geometry": shapely.geometry.mapping(region)}
                        for number, region in enumerate(found.regions)
                    ],
                },
                "lines": _lines(found.area_m2, is_mapped=found.is_mapped),
            }
        ),
        "application/json",
    )  # fmt: skip


def _known(content: Mapping[str, Any]) -> dict[str, Any]:
    return {name: one for name, one in content.items() if name in FIELDS}


def _lines(area_m2: tuple[float, ...], *, is_mapped: bool) -> list[str]:
    """Return what is told of a view beside the map, so that nobody needs the map for it."""
    how = (
        _("What the record says leaves nothing of its view open.")
        if is_mapped
        else _("Part of this: direction or lens are not known, and all that may be is shown.")
    )  # fmt: skip
    return [
        how,
        *(
            _("{level}: {area} m²").format(
                level=level_label(level.name), area=written_number(round(area))
            )
            for level, area in zip(_LEVELS, area_m2, strict=True)
        ),
    ]


def _around(ground: Ground, lon: float, lat: float, reach_m: float) -> gpd.GeoDataFrame:
    """Return the buildings near a place."""
    layer = next((one for one in ground.layers if one.name == "buildings"), None)
    if layer is None:
        return ground.footprints.iloc[:0]
    east, north = degrees_around(lat, reach_m)
    corners = to_unit(np.array([[lon - east, lat + north], [lon + east, lat - north]]))
    rows = np.sort(layer.tree.query(shapely.box(*corners[0], *corners[1])))
    return ground.footprints.iloc[rows].reset_index(drop=True)


def _form(
    desk: Desk,
    content: Mapping[str, Any],
    record_id: str,
    version: int,
    *,
    wrong: str = "",
    theirs: list[str] | None = None,
    meanwhile: bool = False,
) -> Response:
    case_map = of_desk(desk)
    inputs = [
        one
        for one in _flat(record_forms.inputs(Camera, content, {}))
        if one.name.split(".")[1] in FIELDS and not one.name.endswith("within_m")
    ]
    return desk.page(
        "map/camera",
        workers=WORKERS,
        status=422 if wrong or meanwhile else 200,
        id=record_id,
        version=version,
        title=shown(str(content.get("name", ""))),
        inputs=inputs,
        # What the form does not show of the position goes with it.
        within_m=str((content.get("position") or {}).get("within_m") or ""),
        tiles=case_map.version,
        place=json_text(case_map.view.place) if case_map.view.place else "",
        bounds=json_text(case_map.bounds()) if case_map.bounds() else "",
        coming=desk.mapping.is_running,
        wrong=wrong,
        meanwhile=meanwhile,
        theirs=theirs or [],
    )


def _flat(inputs: tuple[Input, ...]) -> list[Input]:
    found: list[Input] = []
    for one in inputs:
        if one.holds == "group":
            found += _flat(one.inner)
        elif one.holds != "list":
            found.append(one)
    return found


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


PAGES: Final[dict[tuple[str, str], Answers]] = {
    ("GET", "camera"): camera,
    ("POST", "camera"): save,
    ("GET", "camera-new"): drawn,
    ("POST", "camera-new"): drawn,
    ("POST", "map/view.json"): seen,
}
