"""Who is let in: whoever has the token, once, and from then on the browser that came with it."""

import hmac
import secrets
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from contrechamp.local_page.heads import Head, RefusedError

#: The step of a path behind which a token stands.
_OPEN: Final = "open"
#: Where browsers say that a request comes from: typed or handed over, or a page of the same origin.
_OURS: Final = frozenset({"none", "same-origin"})


class UsedError(RefusedError):
    """Raised where the token opened the page already, in another browser."""

    def __init__(self) -> None:
        super().__init__(403)


def _random() -> str:
    return secrets.token_hex(32)


@dataclass
class Door:
    """The secrets of one page, and what it asks of a request.

    The token stands in the address, which others may come to see: it is good once. What it is
    changed for is a cookie, which no script can read, and which no other site can have sent. A
    browser sends cookies of 127.0.0.1 to every port: it is bound to a path that others do not have.

    Args:
        port: that the page is served at.
    """

    port: int
    _token: str = field(default_factory=_random, repr=False)
    _cookie: str = field(default_factory=_random, repr=False)
    _place: str = field(default_factory=lambda: secrets.token_hex(8), repr=False)
    _used: bool = False

    def told(self) -> dict[str, Any]:
        """Return what makes the same door in the next process; it is a secret."""
        return asdict(self)

    @property
    def _host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def address(self) -> str:
        """The address that opens the page, once."""
        return f"http://{self._host}/{_OPEN}/{self._token}"

    @property
    def place(self) -> str:
        """The path below which all of the page is; no secret."""
        return f"/{self._place}/"

    def opens(self, head: Head) -> dict[str, str] | None:
        """Return what changes a token for a cookie; None if a head brings no token.

        Raises:
            RefusedError: if it may not come in.
        """
        self._check(head)
        if head.steps[:1] != (_OPEN,):
            return None
        if head.method != "GET" or "purpose" in head.fields or "sec-purpose" in head.fields:
            raise RefusedError(403)  # a browser that only looks ahead would use the token up
        token = head.steps[1] if len(head.steps) == 2 else ""
        if not hmac.compare_digest(token, self._token):
            raise RefusedError(403)
        if self._used:
            if self._has_cookie(head):
                return {"Location": self.place}
            raise UsedError
        self._used = True
        cookie = f"{self._name}={self._cookie}; Path={self.place}; HttpOnly; SameSite=Strict"
        return {"Location": self.place, "Set-Cookie": cookie}

    def let_in(self, head: Head) -> str:
        """Return what a head asks for, below the place of the page.

        Raises:
            RefusedError: if it may not come in.
        """
        self._check(head)
        if not self._has_cookie(head):
            raise RefusedError(403)
        if head.steps[:1] != (self._place,):
            raise RefusedError(404)
        return "/".join(head.steps[1:])

    def _check(self, head: Head) -> None:
        """Refuse what a page of somebody else can make a browser send.

        Raises:
            RefusedError: with 421 for another name of ours, which somebody else's name server gave.
        """
        if head.fields.get("host") != self._host:
            raise RefusedError(421)
        origin = head.fields.get("origin")
        if origin != f"http://{self._host}" and (origin is not None or head.method == "POST"):
            raise RefusedError(403)
        if head.fields.get("sec-fetch-site", "none") not in _OURS:
            raise RefusedError(403)

    @property
    def _name(self) -> str:
        return f"contrechamp-{self.port}"

    def _has_cookie(self, head: Head) -> bool:
        for pair in head.fields.get("cookie", "").split(";"):
            name, _mark, value = pair.strip().partition("=")
            if name == self._name:
                return hmac.compare_digest(value.encode("latin-1"), self._cookie.encode())
        return False
