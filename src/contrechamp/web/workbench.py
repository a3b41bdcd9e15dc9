"""Finds the page for a request; locks, and forgets."""

import os
from collections.abc import Callable
from importlib.resources import files as package_files
from typing import Final

from contrechamp.base import memory_files
from contrechamp.base.errors import ContrechampError
from contrechamp.base.i18n import TEXT_LANGUAGES, _, activate, active_language
from contrechamp.base.json_text import json_text
from contrechamp.base.our_place import place_in_ours
from contrechamp.local_page.messages import Request, Response, go_to, not_found
from contrechamp.local_page.rules import Rules
from contrechamp.web import (
    case_pages,
    edit_pages,
    import_pages,
    inbox_pages,
    item_pages,
    mask_pages,
    out_pages,
    record_pages,
    start_pages,
    work_pages,
)
from contrechamp.web.desk import Answers, Desk
from contrechamp.web.links import link_pages
from contrechamp.web.map import camera_pages, change_pages, map_pages, sheet_pages
from contrechamp.web.runs import compare_pages, run_form, run_pages
from contrechamp.web.session import LockedError

#: Largest form without files, and with them: of one upload, see `files/inbox.js`.
MOST_FORM: Final = 16 << 20
MOST_UPLOAD: Final = 1 << 40
#: The server itself ends after so long without a request; the case is locked long before.
_SERVED_S: Final = 24 * 3600.0
_FILES: Final = {
    "icon.svg": "image/svg+xml",
    "workbench.css": "text/css; charset=utf-8",
    "chart.css": "text/css; charset=utf-8",
    "watch.js": "text/javascript; charset=utf-8",
    "inbox.js": "text/javascript; charset=utf-8",
    "work.js": "text/javascript; charset=utf-8",
}
#: Those of the rooms within: address -> file below this one, and its media type.
_FILES_OF_ROOMS: Final = {**map_pages.FILES, **link_pages.FILES}
_JSON: Final = "application/json"
#: Pages by method and address; those of `_OPEN_TO_ALL` need no case.
_PAGES: Final[dict[tuple[str, str], Answers]] = {
    **inbox_pages.PAGES,
    **item_pages.PAGES,
    **import_pages.PAGES,
    **mask_pages.PAGES,
    **record_pages.PAGES,
    **edit_pages.PAGES,
    **case_pages.PAGES,
    **out_pages.PAGES,
    **map_pages.PAGES,
    **work_pages.PAGES,
    **run_form.PAGES,
    **run_pages.PAGES,
    **compare_pages.PAGES,
    **link_pages.PAGES,
    **camera_pages.PAGES,
    **change_pages.PAGES,
    **sheet_pages.PAGES,
}
#: Forms with files: they check their key themselves, once it has come in.
_WITH_FILES: Final = frozenset({"upload", "import/files", "unlock/key"})
#: What is no sign of life: a page asks for it by itself.
_BY_ITSELF: Final = frozenset(
    {"state.json", "work", "work/events", *map_pages.BY_THEMSELVES, *_FILES, *_FILES_OF_ROOMS}
)
#: What reads files in a cell, or goes through all records: no other page waits for it.
_SLOW: Final = frozenset(
    {"item", "picture.png", "import", "import/item", "search", "status", "timeline", "due",
     *run_pages.SLOW, *compare_pages.SLOW}
)  # fmt: skip


class Workbench:
    """Answers requests of one browser; see `local_page.serving.serve`.

    Args:
        desk: what pages share.
        leave: ends the process at once.
    """

    def __init__(self, desk: Desk, leave: Callable[[int], object] = os._exit) -> None:
        self.desk, self._leave = desk, leave
        #: Whether it ended in order to be begun anew, with nothing in memory.
        self.is_locked = False

    def rules(self) -> Rules:
        """Return how its pages are served."""
        return Rules(
            idle_s=_SERVED_S,
            most_body=MOST_FORM,
            scripts=True,
            beside={"upload": MOST_UPLOAD, "import/files": import_pages.MOST_STAGED,
                    "unlock/key": 2 * start_pages.MOST_KEY_FILE,
                    "forget": MOST_FORM, "work/stop": MOST_FORM},
            slow=_SLOW,
            meanwhile=self.meanwhile,
        )  # fmt: skip

    def meanwhile(self) -> bool:
        """Lock where nobody is here any more; return whether the page ends for that."""
        if self.desk.session.must_lock():
            self._lock()
        return self.is_locked

    def __call__(self, request: Request) -> Response:
        """Return what a request asks for."""
        desk, path = self.desk, request.path
        if request.method == "GET" and path in _FILES:
            return Response(_content(path), _FILES[path])
        if request.method == "GET" and path in _FILES_OF_ROOMS:
            file, kind = _FILES_OF_ROOMS[path]
            return Response(package_files(__package__).joinpath(file).read_bytes(), kind)
        if path not in _BY_ITSELF:
            desk.session.used()
        try:
            with desk.session.answering():
                return self._answered(request)
        except LockedError:
            return go_to("unlock")
        except ContrechampError as error:
            if not _is_page(path):
                raise
            return desk.page("problem", status=422, error=str(error))
        except Exception as error:  # of ours: told, and the workbench goes on
            message = _("this should not have happened ({kind} in {place}); please report it")
            place = place_in_ours(error) or "contrechamp"
            told = message.format(kind=type(error).__name__, place=place)
            return desk.page("problem", status=500, error=told)

    def _answered(self, request: Request) -> Response:
        desk, path, method = self.desk, request.path, request.method
        if method == "POST" and path not in _WITH_FILES:
            # What a script of ours sends is JSON, which no form of another page can send.
            by_script = path == "awake" or path.startswith(("review/", "map/"))
            if not (by_script and request.kind.startswith(_JSON)):
                desk.check(request)
        match method, path:
            case "GET", "state.json":
                return Response(json_text({"open": desk.session.is_open}), _JSON)
            case "POST", "awake":
                return Response("{}", _JSON)
            case "POST", "language":
                if request.fields.get("language") in TEXT_LANGUAGES:
                    activate(request.fields["language"])
                return go_to()
            case "POST", "lock":
                desk.session.why = ""
                self._lock()
                return Response(status=303, to="unlock", ends=True)
            case "POST", "forget":
                said = desk.page("forgotten")
                return Response(said.content, again_s=0, then=self._forget)
        own = start_pages.PAGES.get((method, path))
        if own is not None:
            return own(desk, request)
        if not desk.session.is_open:
            raise LockedError
        if path == "review" or path.startswith("review/"):
            return mask_pages.review(desk, request)
        page = _PAGES.get((method, path))
        return not_found() if page is None else page(desk, request)

    def _lock(self) -> None:
        """Lock. The process is begun anew after that, so that no key stays in its memory."""
        was_open = self.desk.session.is_open
        why = self.desk.session.why
        self.desk.close()
        self.desk.session.why = why
        self.is_locked = was_open

    def _forget(self) -> None:
        """End the process at once, whatever it does: its memory is the system's again."""
        memory_files.remove_own()
        self._leave(0)

    def told(self) -> dict[str, str]:
        """Return what the process that takes over is to know."""
        return {"why": self.desk.session.why, "language": active_language()}


def _content(path: str) -> bytes:
    if path == "chart.css":  # plots look as in reports
        return (package_files("contrechamp.publish") / "templates" / path).read_bytes()
    return (package_files(__package__) / "files" / path).read_bytes()


def _is_page(path: str) -> bool:
    """Return whether a person sees what is answered, rather than a script."""
    return not path.endswith((".json", ".png", ".jpg", ".mvt")) and not path.startswith("review/")
