"""A page on 127.0.0.1, answered from memory by whoever calls, until it is closed or left.

The network is a thread of its own, which knows no case: it reads requests, bounded in size and
time, and refuses what `door.Door` refuses. What it lets in is answered where `serve` was called,
one request after the other: whatever is open there (a database, a cell) is used by one thread.
What may take long is answered in a second line, and what must not wait for anything, and what
brings large content, beside both. What goes on being sent, such as how far work is, holds up none.
"""

import asyncio
import io
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

from contrechamp.base.errors import ContrechampError
from contrechamp.base.i18n import _
from contrechamp.local_page.body import Body
from contrechamp.local_page.door import UsedError
from contrechamp.local_page.heads import MOST_HEAD, Head, RefusedError, fields_of, head_of
from contrechamp.local_page.line import Line
from contrechamp.local_page.messages import PLAIN, Request, Response
from contrechamp.local_page.peer import may_be_ours
from contrechamp.local_page.rules import Rules
from contrechamp.local_page.street import Street, opened

#: How long a request may take to come in and an answer to be taken, in seconds.
_HEAD_S: Final = 10
_BODY_S: Final = 60
#: Connections at a time; a browser opens six.
_MOST_CONNECTIONS: Final = 32
#: Bodies that are read while they come in, at a time; forms are never kept waiting by them.
_MOST_BESIDE: Final = 4
#: Answers that go on, at a time: a browser that spends its six connections on them has none left.
_MOST_GOING_ON: Final = 2
#: How often whoever waits looks whether the page was left.
_LOOK_S: Final = 0.2
#: How long answers may take to be taken once the page is closed, in seconds.
_LAST_S: Final = 5


def serve(
    answer: Callable[[Request], Response],
    rules: Rules,
    tell: Callable[[str], None],
    street: Street | None = None,
) -> None:
    """Serve a page until it is closed, left for too long, or whoever called is interrupted.

    Args:
        answer: what is shown, asked in the thread that calls this. An error of ours that it raises
            is shown in the browser; any other ends the page, and is raised here.
        rules: of the page.
        tell: called once with the address that opens it, good for one time; see `browser.show`.
            It is a secret until then.
        street: where it is served; by default a street of its own. The socket stays open.

    Raises:
        OSError: if nothing can be served here.
    """
    own = street or opened()
    page = _Page(rules, own, answer)
    try:
        with page.listening():
            tell(own.door.address)
            page.answer_all()
    finally:
        if street is None:
            own.listener.close()


@dataclass
class _Page:
    rules: Rules
    street: Street
    answer: Callable[[Request], Response]
    line: Line = field(default_factory=Line)
    slow_line: Line = field(default_factory=Line)
    connections: int = 0
    beside: int = 0
    going_on: int = 0
    is_closing: bool = False
    #: When the last request was answered, in seconds.
    asked_at: float = 0.0
    server: asyncio.Server | None = None
    #: Connections that have not yet said what they are for; browsers open some ahead.
    silent: set[asyncio.StreamWriter] = field(default_factory=set)
    said: dict[int, str] = field(default_factory=dict)

    def answer_all(self) -> None:
        """Answer what is asked until the page is closed or left."""
        self.asked_at = time.monotonic()
        while time.monotonic() < self.asked_at + self.rules.idle_s and not self.rules.meanwhile():
            response = self.line.answer_one(self._answered, _LOOK_S)
            if response is not None and response.ends:
                return

    def answer_slow(self) -> None:
        """Answer what may take long, one after the other, until the page is closed."""
        while True:
            try:
                self.slow_line.answer_one(self._answered, None)
            except EOFError:
                return
            except Exception:  # noqa: S112 - whoever asked was told; it does not end the others
                continue

    def _answered(self, request: Request) -> Response:
        try:
            return self.answer(request)
        except ContrechampError as error:
            return Response(str(error), PLAIN, HTTPStatus.UNPROCESSABLE_ENTITY)
        finally:
            self.asked_at = time.monotonic()

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Listen in a thread of its own; what was answered is sent before it ends."""
        # A copy: those who come once it is closed wait at the socket for whoever serves next.
        with self.street.listener.dup() as listener:
            # Here, since the language of a message is that of whoever calls.
            self.said = _said()
            loop = asyncio.new_event_loop()
            stop = asyncio.Event()
            thread = threading.Thread(
                target=loop.run_until_complete, args=(self._listen(listener, stop),), daemon=True
            )
            thread.start()
            threading.Thread(target=self.answer_slow, daemon=True).start()
            try:
                yield
            finally:
                self.line.close()
                self.slow_line.close()
                loop.call_soon_threadsafe(stop.set)
                thread.join()
                loop.close()

    async def _listen(self, listener: socket.socket, stop: asyncio.Event) -> None:
        self.server = await asyncio.start_server(self._meet, sock=listener, limit=MOST_HEAD)
        await stop.wait()
        self._meet_nobody_else()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        if others:
            _done, waiting = await asyncio.wait(others, timeout=_LAST_S)
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)

    def _meet_nobody_else(self) -> None:
        """Leave all who come from now on, or who have said nothing yet, to whoever serves next."""
        self.is_closing = True
        if self.server is not None:
            self.server.close()
        for writer in self.silent:
            writer.transport.abort()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read one request, have it answered, and hang up."""
        if self.connections >= _MOST_CONNECTIONS:
            writer.transport.abort()
            return
        self.connections += 1
        try:
            peer = writer.get_extra_info("peername")
            if may_be_ours(peer[:2], writer.get_extra_info("sockname")[:2]):
                await self._converse(reader, writer)
        except (OSError, EOFError, TimeoutError, asyncio.IncompleteReadError):
            pass  # whoever it was is gone, or too slow
        finally:
            self.connections -= 1
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        extra: dict[str, str] = {}
        try:
            self.silent.add(writer)
            try:
                async with asyncio.timeout(_HEAD_S):
                    head = await _read_head(reader)
            finally:
                self.silent.discard(writer)
            if (entrance := self.street.door.opens(head)) is not None:
                response, extra = Response(status=HTTPStatus.SEE_OTHER), entrance
            else:
                response = await self._ask(head, reader)
        except RefusedError as error:
            response = Response(self._why(error), PLAIN, error.status)
        if response.ends:  # before whoever is sent on can come back
            self._meet_nobody_else()
        if response.to is not None:
            extra = {"Location": self.street.door.place + response.to}
        if response.goes_on is not None and self.going_on >= _MOST_GOING_ON:
            response = Response(status=HTTPStatus.TOO_MANY_REQUESTS, kind=PLAIN)
        content = response.content
        body = content.encode() if isinstance(content, str) else content
        told = self.rules.headers(response) | extra
        if response.goes_on is None:
            told["Content-Length"] = str(len(body))
        status = HTTPStatus(response.status)
        try:
            await self._send(writer, status, told, body)
            if response.goes_on is not None:
                await self._go_on(reader, writer, response.goes_on)
            async with asyncio.timeout(_BODY_S):
                writer.close()
                await writer.wait_closed()
        finally:
            if response.then is not None:
                response.then()

    async def _send(
        self, writer: asyncio.StreamWriter, status: HTTPStatus, told: dict[str, str], body: bytes
    ) -> None:
        lines = [f"HTTP/1.1 {status.value} {status.phrase}", *map(": ".join, told.items())]
        writer.write("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
        async with asyncio.timeout(_BODY_S):
            await writer.drain()

    async def _go_on(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        more: Callable[[], str | None],
    ) -> None:
        """Send what is new until it is over, the browser is gone, or the page is closed."""
        self.going_on += 1
        try:
            while not self.is_closing and not reader.at_eof() and (text := more()) is not None:
                if text:
                    writer.write(text.encode())
                    async with asyncio.timeout(_BODY_S):
                        await writer.drain()
                await asyncio.sleep(_LOOK_S)
        finally:
            self.going_on -= 1

    async def _ask(self, head: Head, reader: asyncio.StreamReader) -> Response:
        path = self.street.door.let_in(head)
        if head.method == "POST" and path in self.rules.beside:
            return await self._ask_beside(path, head, reader)
        if head.length > self.rules.most_body:
            raise RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        request = await self._read(path, head, reader)
        return await (self.slow_line if path in self.rules.slow else self.line).ask(request)

    async def _ask_beside(self, path: str, head: Head, reader: asyncio.StreamReader) -> Response:
        """Have a request answered in a thread of its own, while its body comes in."""
        if head.length > self.rules.beside[path]:
            raise RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        request, body = await self._begun(path, head, reader)
        if body is not None and self.beside >= _MOST_BESIDE:
            raise RefusedError(HTTPStatus.TOO_MANY_REQUESTS)
        self.beside += body is not None
        try:
            return await asyncio.to_thread(self._answered, request)
        except Exception as error:
            # What is answered beside the others does not end them.
            raise RefusedError(HTTPStatus.INTERNAL_SERVER_ERROR) from error
        finally:
            self.beside -= body is not None
            if body is not None:
                body.stop()

    async def _begun(
        self, path: str, head: Head, reader: asyncio.StreamReader
    ) -> tuple[Request, Body | None]:
        """Return a request with its fields, or with a body that is still to come in."""
        if head.is_form:
            return await self._read(path, head, reader), None
        body = Body(reader, head.length, _BODY_S)
        kind = head.fields.get("content-type", "")
        content = io.BufferedReader(body)
        return Request(head.method, path, head.query, kind=kind, content=content), body

    async def _read(self, path: str, head: Head, reader: asyncio.StreamReader) -> Request:
        async with asyncio.timeout(_BODY_S):
            body = await reader.readexactly(head.length)
        fields = head.query
        if head.method == "POST" and head.is_form:
            try:
                fields, body = fields_of(body.decode("ascii")), b""
            except UnicodeDecodeError as error:
                raise RefusedError(HTTPStatus.BAD_REQUEST) from error
        return Request(head.method, path, fields, body, head.fields.get("content-type", ""))

    def _why(self, error: RefusedError) -> str:
        if isinstance(error, UsedError):
            return self.said[HTTPStatus.CONFLICT]
        return self.said.get(error.status, HTTPStatus(error.status).phrase)


def _said() -> dict[int, str]:
    """Return what a refusal says to somebody who is in the right place, by its status."""
    return {
        HTTPStatus.FORBIDDEN: _(
            "This page is for the browser that it was opened in. Run the command again to get a "
            "new address."
        ),
        HTTPStatus.CONFLICT: _(
            "This address was used already: it opens one browser, once. If that was not you, "
            "somebody else on this machine looks at the page: end the command (Ctrl-C)."
        ),
    }


async def _read_head(reader: asyncio.StreamReader) -> Head:
    try:
        return head_of(await reader.readuntil(b"\r\n\r\n"))
    except asyncio.LimitOverrunError as error:
        raise RefusedError(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE) from error
