"""What every answer of a page says of itself, and how a page is served."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

from contrechamp.local_page.messages import Response

#: What every answer says. Nothing but what we serve ourselves is loaded, nothing is kept, nobody
#: else can frame, open or read it; a browser asks for no camera, microphone or place.
_ALWAYS: Final = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-DNS-Prefetch-Control": "off",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), display-capture=(), usb=()",
    "Connection": "close",
}
_POLICY: Final = (
    "default-src 'none'; img-src 'self'; style-src 'self'; {more}"
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types {policy}"
)
#: Of what is shown in a frame: a page that is whole in itself, treated as if it came from nowhere.
_FRAMED: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'self'; sandbox"
)
_FRAMES: Final = "frame-src 'self'; "
_SCRIPTS: Final = "script-src 'self'; connect-src 'self'; "
_WORKERS: Final = "worker-src 'self'; "


@dataclass(frozen=True)
class Rules:
    """How a page is served.

    Args:
        idle_s: after so many seconds without a request the page is closed. The browser is told to
            ask again then, so that what it shows goes as well.
        most_body: largest body of a request, in bytes; 0 where a page only shows.
        scripts: whether scripts run, from addresses of the page; never within it, and no ``eval``.
        beside: path -> largest body, of what is answered in a thread of its own, beside the others.
            Its body, if it is no form, is read while it comes in.
        slow: paths that may take long to be answered. They are answered one after the other too,
            in a thread of their own, so that the others do not wait for them.
        meanwhile: called a few times a second, between answers; returns whether the page ends.
    """

    idle_s: float
    most_body: int = 0
    scripts: bool = False
    beside: Mapping[str, int] = field(default_factory=dict)
    slow: frozenset[str] = frozenset()
    meanwhile: Callable[[], bool] = lambda: False

    def headers(self, response: Response) -> dict[str, str]:
        """Return what an answer says of itself."""
        more = (_SCRIPTS if self.scripts else "") + (_WORKERS if response.workers else "")
        more += _FRAMES if response.frame == "has" else ""
        policy = _POLICY.format(more=more, policy=response.workers or "'none'")
        told = {
            **_ALWAYS,
            "Content-Type": response.kind,
            "Content-Security-Policy": policy,
        }
        if response.frame == "is":
            told |= {"Content-Security-Policy": _FRAMED, "X-Frame-Options": "SAMEORIGIN"}
        if response.kind.startswith("text/html") and response.status == HTTPStatus.OK:
            again_s = self.idle_s + 2 if response.again_s is None else response.again_s
            if again_s:
                told["Refresh"] = str(int(again_s))
        return told
