"""What is asked of a page, and what it answers."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO, Final, Literal

HTML: Final = "text/html; charset=utf-8"
PLAIN: Final = "text/plain; charset=utf-8"
_ADDRESS = re.compile(r"[A-Za-z0-9_./?=&%#-]*")
_POLICY = re.compile(r"[a-z-]*")


@dataclass(frozen=True)
class Request:
    """A request that was let in.

    Args:
        method: ``GET`` or ``POST``.
        path: below the address of the page, without a slash at its beginning; "" is the page.
            Its steps are letters, digits, ``-``, ``_`` and points, and none is ``..``.
        fields: of the query; of the form, for ``POST``.
        body: as it came, for a ``POST`` that is no form.
        kind: media type of the body, with what stands behind it.
        content: the body as it comes in, where it is not to be kept in memory; see `Rules.beside`.
    """

    method: str
    path: str
    fields: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    kind: str = ""
    content: IO[bytes] | None = None


@dataclass(frozen=True)
class Response:
    """What is sent, from memory.

    Args:
        content: text is sent as UTF-8.
        kind: its media type.
        status: of HTTP.
        to: for 303: where to go on, relative to the address of the page.
        ends: nothing is asked after that: the page is closed once this was sent.
        then: called once this was sent, or could not be.
        again_s: the browser asks again by itself after so many seconds; None for what the rules of
            the page say, 0 for never: it would take what somebody is writing.
        workers: name of the policy of trusted types by which the page begins workers, from
            addresses of its own; "" if it may begin none.
        goes_on: asked a few times a second for what is sent after the content: text, "" while there
            is nothing new, None once it is over. It is asked in the thread of the network, and so
            only looks at what others worked out.
        frame: ``has`` for a page that shows another one of ours in a frame; ``is`` for what is in
            it: whatever wrote that, it runs no script, sends no form and loads nothing.
    """

    content: bytes | str = b""
    kind: str = HTML
    status: int = 200
    to: str | None = None
    ends: bool = False
    then: Callable[[], None] | None = None
    again_s: float | None = None
    workers: str = ""
    goes_on: Callable[[], str | None] | None = None
    frame: Literal["", "has", "is"] = ""

    def __post_init__(self) -> None:
        """Refuse what would write into the head of an answer; only our own code can have done it.

        Raises:
            ValueError: if the kind or the address is none.
        """
        is_named = _POLICY.fullmatch(self.workers) is not None
        if not (is_named and self.kind.isprintable() and _ADDRESS.fullmatch(self.to or "")):
            raise ValueError


def go_to(path: str = "") -> Response:
    """Return what sends the browser on to another address of the page, as after a form."""
    return Response(status=303, to=path)


def not_found() -> Response:
    """Return what is sent where there is nothing."""
    return Response("404", PLAIN, 404)
