"""The links of a record: a list that says all of it, and a graph beside it where scripts run."""

from typing import Any, Final

from contrechamp.base.i18n import _
from contrechamp.base.json_text import json_text
from contrechamp.base.shown_text import shown
from contrechamp.dossier.formats.write.graph_files import Edge
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.short_names import ShortNames
from contrechamp.dossier.reading.titles import title_of
from contrechamp.dossier.records.field_types import ITEM
from contrechamp.local_page.messages import Request, Response, not_found
from contrechamp.vault.case import Case
from contrechamp.web.desk import Answers, Desk
from contrechamp.web.links.around import MOST, around
from contrechamp.web.record_pages import asked_record

#: Address -> file below the room of the workbench, and its media type.
FILES: Final = {
    "links.js": ("links/files/links.js", "text/javascript; charset=utf-8"),
    "links.css": ("links/files/links.css", "text/css; charset=utf-8"),
    "cytoscape.mjs": (
        "links/vendor/cytoscape/cytoscape.esm.min.mjs", "text/javascript; charset=utf-8",
    ),
}  # fmt: skip
#: Letters of a name in the graph.
_MOST_LABEL: Final = 40


def links(desk: Desk, request: Request) -> Response:
    """What a record names, and what names it."""
    ref = asked_record(request)
    with desk.session.opening() as case:
        stored = lookup.find(case, ref)
        if stored is None:
            return not_found()
        names = ShortNames(case)
        near = around(case, ref, steps=1)
        there = [(_line(case, names, one.target), _address(one.target), _says(one))
                 for one in near.edges if one.source == ref]  # fmt: skip
        back = [(_line(case, names, one.source), _address(one.source), _says(one))
                for one in near.edges if one.target == ref]  # fmt: skip
        title = shown(stored.record.title()) or names.of(ref)
    return desk.page(
        "links", id=stored.id, title=title, there=there, back=back, is_whole=near.is_whole,
        most=MOST,
    )  # fmt: skip


def graph(desk: Desk, request: Request) -> Response:
    """The same with one step more, for the script that draws it."""
    ref = asked_record(request)
    with desk.session.opening() as case:
        if not lookup.is_there(case, ref):
            return not_found()
        found, names = around(case, ref), ShortNames(case)
        kinds = {f"record/{one}": kind for one, kind in lookup.kinds_of_all(case).items()
                 if f"record/{one}" in found.steps}  # fmt: skip
        nodes = [
            {
                "id": one,
                "label": _line(case, names, one)[:_MOST_LABEL],
                "kind": kinds.get(one, ITEM),
                "step": step,
                "address": _address(one),
            }
            for one, step in found.steps.items()
        ]
    told: dict[str, Any] = {
        "nodes": nodes,
        "edges": [
            {"source": one.source, "target": one.target, "label": _says(one)} for one in found.edges
        ],
        "whole": found.is_whole,
    }
    return Response(json_text(told), "application/json")


def _line(case: Case, names: ShortNames, ref: str) -> str:
    """Return what a record or item is called."""
    return shown(title_of(case, ref)) or names.of(ref) or _("erased")


def _address(ref: str) -> str:
    kind, _stroke, name = ref.partition("/")
    return f"{kind}?id={name}"


def _says(edge: Edge) -> str:
    """Return what a link says: its field, and when it holds, if that is said."""
    when = "–".join(dict.fromkeys(filter(None, (edge.begin, edge.end))))
    return shown(" · ".join(filter(None, (edge.role, edge.kind, when, edge.confidence))))


PAGES: Final[dict[tuple[str, str], Answers]] = {
    ("GET", "links"): links,
    ("GET", "links.json"): graph,
}
