"""The inbox: files come in before anybody says what they are, and are listed, the newest first."""

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from contrechamp.base.errors import ContrechampError
from contrechamp.base.i18n import _, ngettext
from contrechamp.base.json_text import json_text
from contrechamp.base.progress import Progress
from contrechamp.base.shown_text import shown
from contrechamp.local_page.messages import Request, Response, go_to
from contrechamp.vault import adding, masked_copies, subjects
from contrechamp.vault.adding import Added, Coming
from contrechamp.vault.texts import taking
from contrechamp.web.desk import KEY, Answers, Desk
from contrechamp.web.uploads import Uploads
from contrechamp.wording import masked_copies as copy_words
from contrechamp.wording.reading import unread_label

#: Items of one page of the list.
PER_PAGE: Final = 24
_MOST_DIGITS: Final = 7
_ITEM: Final = "item/"
#: No copy's sidecar is listed: it goes with the copy.
_SIDECAR: Final = f'"{masked_copies.SIDECAR_OF}":'


def inbox(desk: Desk, request: Request) -> Response:
    """The list of items, and where files are brought in."""
    number = page_number(request)
    with desk.session.opening() as case:
        first = (number - 1) * PER_PAGE
        states = subjects.newest_first(case, _ITEM, _SIDECAR, first, PER_PAGE + 1)
        waiting = taking.waiting(case)
    return desk.page(
        "inbox",
        items=[_listed(state) for state in states[:PER_PAGE]],
        number=number,
        more=len(states) > PER_PAGE,
        pictures=request.fields.get("pictures") == "yes",
        waiting=waiting,
    )


def upload(desk: Desk, request: Request) -> Response:
    """Take files in, in a thread beside the pages; each that is told is in the case, for good."""
    by_script = request.fields.get("how") == "script"
    uploads = Uploads(request.kind, request.content)
    lines: list[str] = []
    added = again = 0
    wrong = ""
    try:
        with desk.receiving(), desk.session.opening(write=True) as case:
            for one in adding.receive(
                case, _checked(desk, uploads), now=desk.session.clocks.now,
                random=secrets.token_bytes,
            ):  # fmt: skip
                if isinstance(one, Added):
                    added += not one.again
                    again += one.again
                    lines += _told(one)
    except OSError:
        wrong = _("the files stopped coming; those that are listed are in the case")
    except ContrechampError as error:
        wrong = str(error)
    if added:
        read_texts(desk)
    lines = [*_counted(added, again), *lines]
    if by_script:
        return Response(
            json_text({"added": added, "again": again, "lines": lines, "wrong": wrong}),
            "application/json",
        )
    desk.session.said += [*lines, wrong] if wrong else lines
    return go_to("inbox")


def read_texts(desk: Desk) -> None:
    """Have the texts of items read, for search, unless that is under way."""

    def does(progress: Progress) -> Iterator[str]:
        with desk.session.opening(write=True) as case:
            taking.take(case, progress=progress)
        yield ""

    if not desk.reading.is_running:
        desk.reading.begin("", "inbox", does)


def page_number(request: Request) -> int:
    """Return which page of a list is asked for, from 1."""
    told = request.fields.get("page", "1")
    is_number = told.isascii() and told.isdigit() and len(told) < _MOST_DIGITS
    return max(1, int(told)) if is_number else 1


def written_size(size: str) -> str:
    """Return a size in bytes as people read it."""
    if not (size.isascii() and size.isdigit()):
        return ""
    number = float(size)
    for unit in ("B", "kB", "MB", "GB"):
        if number < 1000 or unit == "GB":
            return f"{number:.0f} {unit}" if unit == "B" else f"{number:.1f} {unit}"
        number /= 1000
    return ""


def _checked(desk: Desk, uploads: Uploads) -> Iterator[Coming]:
    """Yield the files of a form of ours."""
    for one in uploads.files():
        desk.check_key(uploads.fields.get(KEY, ""))
        yield one
    desk.check_key(uploads.fields.get(KEY, ""))


def _listed(state: subjects.State) -> dict[str, Any]:
    told = state.parsed
    original = masked_copies.original(told)
    return {
        "id": state.subject.removeprefix(_ITEM),
        "erased": state.is_erased,
        "name": copy_words.copy_of(original) if original else shown(told.get("name", "")),
        "type": str(told.get("media_type", "")),
        "size": written_size(str(told.get("size", ""))),
        "is_picture": str(told.get("media_type", "")).startswith("image/"),
    }


def _told(one: Added) -> Iterator[str]:
    name = shown(Path(one.path))
    if one.again:
        yield f"{name}: " + _("is in the case already")
    if one.unread:
        yield f"{name}: {unread_label(one.unread)}"


def _counted(added: int, again: int) -> Iterator[str]:
    if added or not again:
        yield ngettext(
            "{count} file is in the case", "{count} files are in the case", added
        ).format(count=added)
    if again:
        yield ngettext(
            "{count} file was there before under the same name; nothing was written for it",
            "{count} files were there before under the same names; nothing was written for them",
            again,
        ).format(count=again)


PAGES: Final[dict[tuple[str, str], Answers]] = {
    ("GET", "inbox"): inbox,
    ("POST", "upload"): upload,
}
