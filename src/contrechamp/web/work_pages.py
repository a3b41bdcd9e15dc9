"""Work that takes long: how far it is, told as it goes, and how it is stopped."""

from collections.abc import Callable
from typing import Final

from contrechamp.base.json_text import json_text
from contrechamp.local_page.messages import Request, Response, go_to
from contrechamp.web.desk import Answers, Desk
from contrechamp.web.work import Piece

#: After so many looks without news a browser is sent an empty line: one that is gone shows then.
_STILL_HERE: Final = 50


def work(desk: Desk, request: Request) -> Response:
    """How far work is that takes long, or what came of it."""
    piece = desk.work.piece
    if piece is None:
        return go_to()
    return desk.page("work", piece=piece)


def events(desk: Desk, request: Request) -> Response:
    """How far it is, each time that this changes, as server-sent events."""
    piece = desk.work.piece
    if piece is None:
        return go_to()
    return Response("", "text/event-stream", goes_on=_news_of(piece))


def stop(desk: Desk, request: Request) -> Response:
    """Have it stop."""
    desk.work.cancel()
    return go_to("work")


def _news_of(piece: Piece) -> Callable[[], str | None]:
    """Return what is asked for news of a piece of work, until it has told that it ended."""
    told, quiet = "", 0

    def news() -> str | None:
        nonlocal told, quiet
        if told == "ended":
            return None
        now = _told(piece)
        quiet = 0 if now != told else quiet + 1
        if not quiet:
            told = now if piece.running else "ended"
            return f"data: {now}\n\n"
        return ": \n\n" if quiet % _STILL_HERE == 0 else ""

    return news


def _told(piece: Piece) -> str:
    share = piece.done / piece.total if piece.total else None
    return json_text(
        {
            "label": piece.label,
            "percent": None if share is None else int(100 * min(share, 1.0)),
            "lines": [line for line in piece.lines if line],
            "running": piece.running,
        }
    )


PAGES: Final[dict[tuple[str, str], Answers]] = {
    ("GET", "work"): work,
    ("GET", "work/events"): events,
    ("POST", "work/stop"): stop,
}
