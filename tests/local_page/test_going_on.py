"""Answers that go on, and those that take long: neither holds up another tab."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from contrechamp.local_page.messages import PLAIN, Request, Response
from contrechamp.local_page.rules import Rules
from local_page.sample import Served, ask, enter, served

PATIENCE_S = 30


@dataclass
class Answers:
    """A page with a stream, and with an answer that takes long."""

    news: list[str | None] = field(default_factory=lambda: ["data: 1\n\n", ""])
    takes_long: threading.Event = field(default_factory=threading.Event)
    begun: threading.Event = field(default_factory=threading.Event)

    def __call__(self, request: Request) -> Response:
        match request.path:
            case "stream":
                return Response("", "text/event-stream", goes_on=self.more)
            case "long":
                self.begun.set()
                assert self.takes_long.wait(PATIENCE_S)
                return Response("long", PLAIN)
            case "broken":
                raise ZeroDivisionError
            case "end":
                return Response("ended", PLAIN, ends=True)
        return Response("here", PLAIN)

    def more(self) -> str | None:
        return self.news.pop(0) if len(self.news) > 1 else self.news[0]


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def page(answers: Answers) -> Iterator[Served]:
    with served(answers, Rules(idle_s=60, slow=frozenset({"long", "broken"}))) as one:
        yield one
    answers.takes_long.set()


@pytest.fixture
def way_in(page: Served) -> tuple[str, str]:
    return enter(page)


class Stream:
    """A hand on a stream that stays open."""

    def __init__(self, page: Served, way_in: tuple[str, str]) -> None:
        place, cookie = way_in
        self.hand = socket.create_connection(("127.0.0.1", page.port), timeout=PATIENCE_S)
        lines = [f"GET {place}stream HTTP/1.1", f"Host: {page.host}", f"Cookie: {cookie}", "", ""]
        self.hand.sendall("\r\n".join(lines).encode())
        self.received = b""

    def until(self, wanted: bytes) -> None:
        while wanted not in self.received:
            piece = self.hand.recv(4096)
            assert piece, self.received
            self.received += piece

    def rest(self) -> bytes:
        while piece := self.hand.recv(4096):
            self.received += piece
        return self.received


def test_another_tab_is_answered_while_a_stream_is_open(
    page: Served, way_in: tuple[str, str], answers: Answers
) -> None:
    stream = Stream(page, way_in)
    stream.until(b"data: 1\n\n")
    assert b"content-length" not in stream.received.lower()
    assert b"Cache-Control: no-store" in stream.received
    place, cookie = way_in
    assert ask(page, place, Cookie=cookie).body == b"here"
    answers.news[:] = ["data: 2\n\n", None]
    assert stream.rest().endswith(b"data: 2\n\n")


def test_no_more_than_two_streams_are_open_at_a_time(
    page: Served, way_in: tuple[str, str], answers: Answers
) -> None:
    """A browser has six connections to one place; those that streams take it has no more."""
    for _number in range(2):
        answers.news.insert(0, "data: 1\n\n")
        Stream(page, way_in).until(b"data: 1\n\n")
    place, cookie = way_in
    assert ask(page, f"{place}stream", Cookie=cookie).status == 429
    assert ask(page, place, Cookie=cookie).body == b"here"


def test_a_stream_ends_with_the_page(page: Served, way_in: tuple[str, str]) -> None:
    stream = Stream(page, way_in)
    stream.until(b"data: 1\n\n")
    place, cookie = way_in
    assert ask(page, f"{place}end", Cookie=cookie).body == b"ended"
    stream.rest()
    assert page.ends()


def test_the_place_of_a_stream_that_nobody_takes_any_more_is_free_again(
    page: Served, way_in: tuple[str, str], answers: Answers
) -> None:
    place, cookie = way_in
    for _number in range(5):
        stream = Stream(page, way_in)
        stream.until(b"\r\n\r\n")
        while b" 429 " in stream.received:  # those before it are about to be missed
            assert ask(page, place, Cookie=cookie).body == b"here"
            stream = Stream(page, way_in)
            stream.until(b"\r\n\r\n")
        stream.hand.close()


def test_what_takes_long_holds_up_no_other_page(
    page: Served, way_in: tuple[str, str], answers: Answers
) -> None:
    place, cookie = way_in
    found: list[bytes] = []
    waits = threading.Thread(
        target=lambda: found.append(ask(page, f"{place}long", Cookie=cookie).body)
    )
    waits.start()
    assert answers.begun.wait(PATIENCE_S)
    assert ask(page, place, Cookie=cookie).body == b"here"
    answers.takes_long.set()
    waits.join(PATIENCE_S)
    assert found == [b"long"]


def test_an_error_in_what_takes_long_ends_neither_the_page_nor_the_line(
    page: Served, way_in: tuple[str, str], answers: Answers
) -> None:
    place, cookie = way_in
    answers.takes_long.set()
    assert ask(page, f"{place}broken", Cookie=cookie).status == 500
    assert ask(page, f"{place}long", Cookie=cookie).body == b"long"
    assert ask(page, place, Cookie=cookie).body == b"here"
