"""The map of a case and the list beside it: one selection for both, kept by the server."""

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any, Final

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.base.json_text import json_text
from contrechamp.base.progress import Progress
from contrechamp.base.shown_text import shown
from contrechamp.base.written import written_number
from contrechamp.local_page.messages import Request, Response, go_to, not_found
from contrechamp.web.desk import Answers, Desk
from contrechamp.web.inbox_pages import page_number
from contrechamp.web.map import tiles
from contrechamp.web.map.case_map import Box, CaseMap
from contrechamp.web.map.points import KINDS, Point
from contrechamp.web.record_pages import ID

#: Points of one page of the list.
PER_PAGE: Final = 50
#: Name of the policy by which `files/map.js` begins the worker of MapLibre.
WORKERS: Final = "contrechamp-map"
_JSON, _SCRIPT = "application/json", "text/javascript; charset=utf-8"
_TILE: Final = "application/vnd.mapbox-vector-tile"
_MOST_WORDS: Final = 200
_MOST_DIGITS: Final = 7
#: What a box of the list is named by, before the id of its camera.
_TICKED: Final = "c."
#: Files of this room, by address.
FILES: Final = {
    "map/map.js": ("map/files/map.js", _SCRIPT),
    "map/sheets.css": ("map/files/sheets.css", "text/css; charset=utf-8"),
    "map/drawing.js": ("map/files/drawing.js", _SCRIPT),
    "map/style.js": ("map/files/style.js", _SCRIPT),
    "map/beginning.js": ("map/files/beginning.js", _SCRIPT),
    "map/map.css": ("map/files/map.css", "text/css; charset=utf-8"),
    "map/maplibre-gl.mjs": ("map/vendor/maplibre/maplibre-gl.mjs", _SCRIPT),
    "map/maplibre-gl-worker.mjs": ("map/vendor/maplibre/maplibre-gl-worker.mjs", _SCRIPT),
}
#: What a page asks for by itself.
BY_THEMSELVES: Final = frozenset({"map/state.json"})


def map_page(desk: Desk, request: Request) -> Response:
    """The map, and the list beside it."""
    with desk.session.opening() as case:
        case_map = of_desk(desk)
        case_map.refresh(case)
        read_ground(desk, is_stale=case_map.is_stale(case))
    wanted = request.fields.get("at", "")
    row = case_map.points.row_of.get(wanted) if ID.fullmatch(wanted) else None
    if row is None:
        return _page(desk, case_map, page_number(request))
    at = case_map.points.ordered[row]
    view = case_map.view
    view.kind, view.words, view.only_seen, view.place = at.kind, "", False, (at.lon, at.lat, 18.0)
    number = int((case_map.shown_rows() < row).sum()) // PER_PAGE + 1
    return _page(desk, case_map, number, at=wanted)


def filtered(desk: Desk, request: Request) -> Response:
    """The list with what it is to show; that stands in no address."""
    case_map, fields = of_desk(desk), request.fields
    kind = fields.get("kind", "")
    case_map.view.kind = kind if kind in KINDS else KINDS[0]
    case_map.view.words = fields.get("words", "").strip()[:_MOST_WORDS]
    case_map.view.only_seen = fields.get("seen") == "yes"
    return go_to("map")


def select(desk: Desk, request: Request) -> Response:
    """Change the selection by the form of the list."""
    case_map, fields = of_desk(desk), request.fields
    how = fields.get("how", "")
    if how == "found":
        _select_found(case_map)
    elif how == "none":
        case_map.select([], "only")
    else:
        shown_ids = [name.removeprefix("s.") for name in fields if name.startswith("s.")]
        ticked = [name.removeprefix(_TICKED) for name in fields if name.startswith(_TICKED)]
        case_map.select(shown_ids, "remove")
        case_map.select(ticked, "add")
    return go_to(f"map?page={page_number(request)}")


def select_by_script(desk: Desk, request: Request) -> Response:
    """Change the selection; answers with the list."""
    case_map, told = of_desk(desk), asked(request)
    how = told.get("how")
    if how == "found":
        _select_found(case_map)
    elif how == "none":
        case_map.select([], "only")
    elif how in ("add", "remove", "only", "toggle"):
        ids = told.get("ids")
        chosen = [one for one in ids if isinstance(one, str)] if isinstance(ids, list) else []
        box = box_of(told.get("box"))
        case_map.select([*chosen, *(case_map.in_box(box) if box else [])], str(how))
    return listed(desk, request)


def listed(desk: Desk, request: Request) -> Response:
    """The page of the list that a script asks for, after what was moved on the map."""
    case_map, told = of_desk(desk), asked(request)
    box, place = box_of(told.get("seen")), told.get("place")
    if box is not None:
        case_map.view.box = box
    if isinstance(place, list) and len(place) == 3 and all(map(_is_number, place)):
        lon, lat, zoom = map(float, place)
        if abs(lon) <= 180.0 and abs(lat) <= 90.0 and 0.0 <= zoom <= 24.0:
            case_map.view.place = (lon, lat, zoom)
    number = told.get("page")
    number = number if isinstance(number, int) and 0 < number < 10**_MOST_DIGITS else 1
    return Response(json_text(_list(case_map, number)), _JSON)


def tile(desk: Desk, request: Request) -> Response:
    """A tile, cut from memory."""
    told = [request.fields.get(name, "") for name in ("z", "x", "y")]
    if not all(one.isascii() and one.isdigit() and len(one) < _MOST_DIGITS for one in told):
        return not_found()
    zoom, column, row = map(int, told)
    if desk.map is None or not tiles.is_tile(zoom, column, row):
        return not_found()
    return Response(tiles.tile(desk.map, zoom, column, row), _TILE)


def state(desk: Desk, request: Request) -> Response:
    """Whether the maps of the case are being read, and the number that changes with tiles."""
    piece = desk.mapping.piece
    return Response(
        json_text(
            {
                "reading": desk.mapping.is_running,
                "wrong": piece.error if piece is not None else "",
                "version": desk.map.version if desk.map else 0,
            }
        ),
        _JSON,
    )


def of_desk(desk: Desk) -> CaseMap:
    """Return the map of the case that is open."""
    if desk.map is None:
        desk.map = CaseMap()
    return desk.map


def read_ground(desk: Desk, *, is_stale: bool) -> None:
    """Have the maps of the case read, beside the pages, unless that is under way or was done."""
    if not is_stale or desk.mapping.is_running:
        return
    case_map = of_desk(desk)

    def does(progress: Progress) -> Iterator[str]:
        with desk.session.opening() as case:
            yield from case_map.read_ground(case, progress)

    desk.mapping.begin("", "map", does)


def asked(request: Request) -> Mapping[str, Any]:
    """Return what a script sent.

    Raises:
        InputError: if it is no object of JSON.
    """
    try:
        told = json.loads(request.body) if request.body else {}
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise InputError(_("this is not what the page sends"))
    return told


def box_of(told: object) -> Box | None:
    """Return a box of degrees that a script sent; None if it is none."""
    if not isinstance(told, list) or len(told) != 4 or not all(map(_is_number, told)):
        return None
    west, south, east, north = map(float, told)
    return (west, south, east, north) if west <= east and south <= north else None


def _is_number(told: object) -> bool:
    is_number = isinstance(told, int | float) and not isinstance(told, bool)
    return is_number and abs(told) < 1e6 and math.isfinite(told)  # type: ignore[arg-type]


def _select_found(case_map: CaseMap) -> None:
    ordered = case_map.points.ordered
    case_map.select([ordered[row].id for row in case_map.shown_rows().tolist()], "add")


def _list(case_map: CaseMap, number: int) -> dict[str, Any]:
    """Return a page of the list as a script shows it, and what both say of all of it."""
    rows = case_map.shown_rows()
    number = min(number, max(1, -(-len(rows) // PER_PAGE)))
    first = (number - 1) * PER_PAGE
    some = [case_map.points.ordered[row] for row in rows[first : first + PER_PAGE].tolist()]
    return {
        "rows": [_row(one, one.id in case_map.selected) for one in some],
        "page": number,
        "more": first + PER_PAGE < len(rows),
        "counts": counts(case_map, len(rows)),
        "selected": len(case_map.selected),
        "version": case_map.version,
    }


def _row(one: Point, is_selected: bool) -> dict[str, Any]:
    heading = "" if math.isnan(one.heading_deg) else f"{one.heading_deg:g}°"
    title = shown(one.title)
    return {"id": one.id, "title": title, "heading": heading, "lon": one.lon, "lat": one.lat,
            "selected": is_selected}  # fmt: skip


def counts(case_map: CaseMap, found: int) -> str:
    """Return how many there are, were found and are selected, in words."""
    return _("Listed: {found} of {all}. Cameras selected: {selected}.").format(
        found=written_number(found),
        all=written_number(len(case_map.points.of_kind(case_map.view.kind))),
        selected=written_number(len(case_map.selected)),
    )


def _page(desk: Desk, case_map: CaseMap, number: int, *, at: str = "") -> Response:
    bounds = case_map.bounds()
    view = case_map.view
    return desk.page(
        "map/map",
        workers=WORKERS,
        list=_list(case_map, number),
        kinds=[(kind, len(case_map.points.of_kind(kind))) for kind in KINDS],
        kind=view.kind,
        words=view.words,
        only_seen=view.only_seen,
        can_see=view.box is not None,
        bounds=json.dumps(bounds) if bounds else "",
        place=json.dumps(view.place) if view.place else "",
        at=at,
        coming=desk.mapping.is_running,
        wrong=desk.mapping.piece.error if desk.mapping.piece else "",
        is_osm=case_map.ground.is_osm,
        problems=[(ref.removeprefix("item/"), shown(name), shown(why))
                  for ref, name, why in case_map.ground.problems],
        tracks=[(ref.removeprefix("item/"), shown(name)) for ref, name in case_map.ground.tracks],
        not_recorded=written_number(len(case_map.not_recorded())),
        has_not_recorded=bool(case_map.not_recorded()),
    )  # fmt: skip


PAGES: Final[dict[tuple[str, str], Answers]] = {
    ("GET", "map"): map_page,
    ("POST", "map"): filtered,
    ("POST", "map/select"): select,
    ("POST", "map/select.json"): select_by_script,
    ("POST", "map/list.json"): listed,
    ("GET", "map/tile.mvt"): tile,
    ("GET", "map/state.json"): state,
}
