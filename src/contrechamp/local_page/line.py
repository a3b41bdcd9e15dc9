"""Requests that wait to be answered, one after the other."""

import asyncio
import queue
from collections.abc import Callable
from concurrent.futures import Future
from http import HTTPStatus

from contrechamp.local_page.heads import RefusedError
from contrechamp.local_page.messages import PLAIN, Request, Response

Answers = Callable[[Request], Response]


class Line:
    """Requests in the order in which they came; the network puts them in, one thread answers."""

    def __init__(self) -> None:
        self._jobs: queue.Queue[tuple[Request, Future[Response]] | None] = queue.Queue()

    async def ask(self, request: Request) -> Response:
        """Wait for the answer to a request.

        Raises:
            RefusedError: if the page is closed before.
        """
        wanted: Future[Response] = Future()
        self._jobs.put((request, wanted))
        try:
            return await asyncio.wrap_future(wanted)
        except asyncio.CancelledError as error:
            raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE) from error

    def answer_one(self, answer: Answers, within_s: float | None) -> Response | None:
        """Answer the first of them; None if none came in time, or nobody waits for it any more.

        Args:
            answer: an error that it raises is raised here; whoever asked gets a 500.
            within_s: how long to wait for one; None for however long it takes.

        Raises:
            EOFError: if the line was closed.
        """
        try:
            job = self._jobs.get(timeout=within_s)
        except queue.Empty:
            return None
        if job is None:
            raise EOFError
        request, wanted = job
        if not wanted.set_running_or_notify_cancel():
            return None
        response = Response(status=HTTPStatus.INTERNAL_SERVER_ERROR, kind=PLAIN)
        try:
            response = answer(request)
        finally:
            wanted.set_result(response)
        return response

    def close(self) -> None:
        """Give up what waits, and let whoever answers know."""
        while not self._jobs.empty():
            if (job := self._jobs.get()) is not None:
                job[1].cancel()
        self._jobs.put(None)
