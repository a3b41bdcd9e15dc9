"""Survey sheets as a page that is printed."""

from typing import Final

from contrechamp.base.i18n import _
from contrechamp.base.shown_text import shown
from contrechamp.base.written import written_day, written_number
from contrechamp.local_page.messages import Request, Response
from contrechamp.web.desk import Answers, Desk
from contrechamp.web.map import sheets as sheet_making
from contrechamp.web.map.case_map import Box, CaseMap
from contrechamp.web.map.map_pages import of_desk, read_ground

#: What sheets can be made of.
_OF: Final = ("selected", "seen", "all")
#: Rows for what was not known before.
_EMPTY: Final = 6
#: What lies around the outermost camera, in degrees: 20 m to the north.
_MARGIN_DEG: Final = 0.0002


def ask(desk: Desk, request: Request) -> Response:
    """Ask what sheets are to be made of."""
    _refreshed(desk)
    return _page(desk, "selected" if of_desk(desk).selected else "all", 200, [], "")


def sheets(desk: Desk, request: Request) -> Response:
    """The sheets, a page each when they are printed."""
    case_map = _refreshed(desk)
    of = request.fields.get("of", "")
    of = of if of in _OF else "all"
    edge = request.fields.get("edge", "")
    edge_m = int(edge) if edge in map(str, sheet_making.EDGES_M) else 200
    box = _box(case_map, of)
    if box is None:
        return _page(desk, of, edge_m, [], _("There is nothing to make sheets of."), status=422)
    found, count = sheet_making.made(case_map, box, float(edge_m))
    told = ""
    if count > len(found):
        told = _("Too many sheets ({count}): choose larger squares or a smaller area.").format(
            count=written_number(count)
        )
    return _page(desk, of, edge_m, found, told)


def _refreshed(desk: Desk) -> CaseMap:
    case_map = of_desk(desk)
    with desk.session.opening() as case:
        case_map.refresh(case)
        read_ground(desk, is_stale=case_map.is_stale(case))
    return case_map


def _box(case_map: CaseMap, of: str) -> Box | None:
    if of == "seen":
        return case_map.view.box
    if of == "all":
        return _around(case_map.bounds())
    rows = [case_map.points.ordered[case_map.points.row_of[one]] for one in case_map.selected]
    if not rows:
        return None
    lon, lat = [one.lon for one in rows], [one.lat for one in rows]
    return _around((min(lon), min(lat), max(lon), max(lat)))


def _around(box: Box | None) -> Box | None:
    if box is None:
        return None
    west, south, east, north = box
    return west - _MARGIN_DEG, south - _MARGIN_DEG, east + _MARGIN_DEG, north + _MARGIN_DEG


def _page(
    desk: Desk,
    of: str,
    edge_m: int,
    found: list[sheet_making.Sheet],
    told: str,
    status: int = 200,
) -> Response:
    return desk.page(
        "map/sheets",
        status=status,
        of=of,
        can_see=of_desk(desk).view.box is not None,
        edge_m=edge_m,
        edges=sheet_making.EDGES_M,
        said=told,
        coming=desk.mapping.is_running,
        is_osm=of_desk(desk).ground.is_osm,
        day=written_day(desk.session.clocks.now().date()),
        empty=range(_EMPTY),
        sheets=[
            (
                one.name,
                one.drawing,
                [(x, y, shown(text)) for x, y, text in one.names],
                [
                    (number, x, y, turned, shown(camera.title), camera.heading_deg)
                    for number, (x, y, turned, camera) in enumerate(one.cameras, start=1)
                ],
            )
            for one in found
        ],
    )


PAGES: Final[dict[tuple[str, str], Answers]] = {
    ("GET", "sheets"): ask,
    ("POST", "sheets"): sheets,
}
