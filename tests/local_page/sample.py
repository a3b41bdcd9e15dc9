"""A page that is served in a thread, and a raw hand on its socket."""

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from contrechamp.local_page.messages import Request, Response
from contrechamp.local_page.rules import Rules
from contrechamp.local_page.serving import serve


@dataclass
class Served:
    """A page that is being served.

    Args:
        address: with its token.
        asked: what was let in.
        errors: what ended it.
    """

    address: str = ""
    asked: list[Request] = field(default_factory=list)
    errors: list[BaseException] = field(default_factory=list)
    thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        return int(self.address.split(":")[2].partition("/")[0])

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def ends(self, within_s: float = 30) -> bool:
        """Wait until it is served no more; say whether that came."""
        assert self.thread is not None
        self.thread.join(within_s)
        return not self.thread.is_alive()


@contextmanager
def served(answer: Callable[[Request], Response], rules: Rules | None = None) -> Iterator[Served]:
    """Serve a page until it is left."""
    page, opened = Served(), threading.Event()

    def ask(request: Request) -> Response:
        page.asked.append(request)
        return answer(request)

    def tell(address: str) -> None:
        page.address = address
        opened.set()

    def run() -> None:
        try:
            serve(ask, rules or Rules(idle_s=30), tell)
        except BaseException as error:
            page.errors.append(error)
        opened.set()

    page.thread = threading.Thread(target=run, daemon=True)
    page.thread.start()
    assert opened.wait(30)
    yield page


def raw(page: Served, content: bytes) -> bytes:
    """Send bytes and return all that comes back."""
    with socket.create_connection(("127.0.0.1", page.port), timeout=30) as hand:
        received = b""
        try:
            hand.sendall(content)
            while piece := hand.recv(65536):
                received += piece
        except (ConnectionResetError, BrokenPipeError):
            pass
        return received


@dataclass
class Answer:
    """An answer, taken apart."""

    status: int
    headers: dict[str, str]
    body: bytes


def ask(
    page: Served,
    path: str,
    *,
    method: str = "GET",
    host: str | None = None,
    body: bytes = b"",
    **headers: str,
) -> Answer:
    """Send one request as a browser would, with underscores for hyphens in headers' names."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host or page.host}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return parsed(raw(page, "\r\n".join([*lines, "", ""]).encode("latin-1") + body))


def parsed(content: bytes) -> Answer:
    """Take an answer apart."""
    head, _mark, body = content.partition(b"\r\n\r\n")
    start, *lines = head.decode("latin-1").split("\r\n")
    told = re.fullmatch(r"HTTP/1\.1 (\d{3}) .*", start)
    assert told, content
    headers = dict(line.split(": ", 1) for line in lines)
    assert len(headers) == len(lines)
    return Answer(int(told[1]), {name.lower(): text for name, text in headers.items()}, body)


def enter(page: Served) -> tuple[str, str]:
    """Use the token; return the place of the page and the cookie."""
    answer = ask(page, page.address.removeprefix(f"http://{page.host}"))
    assert answer.status == 303
    return answer.headers["location"], answer.headers["set-cookie"].partition(";")[0]
