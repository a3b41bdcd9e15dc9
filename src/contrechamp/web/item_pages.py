"""One item: what it says of itself, and what it shows, drawn in the cell."""

import re
from datetime import UTC, datetime
from typing import Any, Final

from contrechamp.base.errors import InputError
from contrechamp.base.field_lines import field_lines
from contrechamp.base.i18n import _
from contrechamp.base.shown_text import shown
from contrechamp.base.written import written_moment
from contrechamp.dossier.permission.standing import Standings
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.titles import citing
from contrechamp.dossier.reading.view import View
from contrechamp.local_page.messages import Request, Response, not_found
from contrechamp.vault import masked_copies
from contrechamp.vault.case import Case
from contrechamp.vault.looking.looking import DRAWN, looking_at
from contrechamp.vault.metadata.reading import UNREAD
from contrechamp.web.desk import Answers, Desk
from contrechamp.web.inbox_pages import page_number, written_size
from contrechamp.wording import masked_copies as copy_words
from contrechamp.wording.reading import unread_label
from contrechamp.wording.standing import flag_labels
from contrechamp.wording.texts import lacking_label, place_label

_ID: Final = re.compile(r"[0-9a-f]{16}")
#: Letters of text on one page, or a little more.
_LETTERS: Final = 20_000
#: Longest edges of pictures that can be asked for, in pixels.
_EDGES: Final = {"small": 240, "large": 1600}
#: Of the state of an item: what has words of its own on the page, and digests that nobody reads.
_TOLD_APART: Final = frozenset(
    {"name", "size", "media_type", "modified_ns", "capture", "masked", UNREAD}
)


def item(desk: Desk, request: Request) -> Response:
    """The page of an item."""
    ref = asked_item(request)
    number = page_number(request)
    with desk.session.opening() as case:
        state = lookup.item_state(case, lookup.id_of(ref))
        if state is None:
            return not_found()
        there = masked_copies.copies(case, [ref]).get(ref, [])
        view = _view(desk, case, ref, number) if "name" in state else {"erased": True}
        flags = [
            (flag_labels()[flag.code], shown(flag.because or ""))
            for flag in Standings(View(case), desk.session.clocks.now().date()).of(ref)
        ]
        names = desk.session.names(case)
        cited = [(one.ref, shown(names.line(one.ref))) for one in citing(case, ref)]
    return desk.page(
        "item",
        id=lookup.id_of(ref),
        name=_name(state),
        facts=_facts(state),
        more=list(
            field_lines({name: one for name, one in state.items() if name not in _TOLD_APART})
        ),
        number=number,
        copies=[one.removeprefix("item/") for one in there],
        original=masked_copies.original(state).removeprefix("item/"),
        flags=flags,
        cited=cited,
        **{"erased": False, "drawn": False, "pages": 0, "parts": [], "lacks": "", **view},
    )


def picture(desk: Desk, request: Request) -> Response:
    """A page of an item, or the whole of a picture, as the cell drew it."""
    ref = asked_item(request)
    edge = _EDGES.get(request.fields.get("size", "large"))
    if edge is None:
        return not_found()
    with desk.session.opening() as case, looking_at(case, ref, desk.cells) as looked:
        if looked.kind not in DRAWN:
            return not_found()
        drawn = looked.drawn(page_number(request) - 1, edge)
    return Response(drawn.picture, "image/png") if drawn.picture else not_found()


def asked_item(request: Request) -> str:
    """Return the reference to the item that a request names.

    Raises:
        InputError: if it is none.
    """
    told = request.fields.get("id", "")
    if _ID.fullmatch(told) is None:
        raise InputError(_("there is no such item"))
    return f"item/{told}"


def _name(state: dict[str, Any]) -> str:
    original = masked_copies.original(state)
    return copy_words.copy_of(original) if original else shown(state.get("name", _("erased")))


def _facts(state: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what is known of an item, each fact with its name."""
    size, modified = written_size(str(state.get("size", ""))), _moment(state.get("modified_ns"))
    facts = [(_("Type"), shown(state.get("media_type", "") or _("unknown")))]
    facts += [(_("Size"), size)] if size else []
    facts += [(_("Last modified, as its disk said"), modified)] if modified else []
    if reason := state.get(UNREAD):
        facts.append((_("To know"), unread_label(str(reason))))
    return facts


def _moment(nanoseconds: Any) -> str:
    try:
        moment = datetime.fromtimestamp(int(nanoseconds) // 10**9, UTC)
    except (ValueError, TypeError, OverflowError, OSError):
        return ""
    return written_moment(moment.strftime("%Y-%m-%dT%H:%M:%SZ"))


def _view(desk: Desk, case: Case, ref: str, number: int) -> dict[str, Any]:
    """Return what the page shows of the content: pictures by their addresses, or text."""
    with looking_at(case, ref, desk.cells) as looked:
        if looked.kind in DRAWN:
            drawn = looked.drawn(number - 1, _EDGES["small"])
            lacks = lacking_label(drawn.lacks) if drawn.lacks else ""
            return {"drawn": bool(drawn.picture), "pages": drawn.pages, "lacks": lacks}
        if looked.kind in ("", "unread"):
            return {"lacks": _("this kind of file cannot be shown here")}
        text = looked.text()
    pages: list[list[tuple[str, list[str]]]] = [[]]
    letters = 0
    for part in text.parts:
        if letters > _LETTERS:
            pages.append([])
            letters = 0
        letters += len(part.text)
        place = shown(place_label(part.at)) if part.at else ""
        pages[-1].append((place, [shown(line) for line in part.text.split("\n")]))
    return {
        "pages": len(pages),
        "parts": pages[number - 1] if number <= len(pages) else [],
        "lacks": lacking_label(text.lacks) if text.lacks else "",
    }


PAGES: Final[dict[tuple[str, str], Answers]] = {
    ("GET", "item"): item,
    ("GET", "picture.png"): picture,
}
