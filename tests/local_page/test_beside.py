"""Bodies that are read while they come in, and answers that wait for no other."""

import socket
import threading
from collections.abc import Iterator

import pytest

from contrechamp.local_page import street
from contrechamp.local_page.messages import PLAIN, Request, Response
from contrechamp.local_page.rules import Rules
from contrechamp.local_page.serving import serve
from local_page.sample import Served, ask, enter, served

MOST = 8 << 20


class Answers:
    """Answers of a page: one that is slow, and some beside it."""

    def __init__(self) -> None:
        self.goes_on, self.waits = threading.Event(), threading.Event()
        self.errors: list[BaseException] = []
        self.sent = threading.Event()

    def __call__(self, request: Request) -> Response:
        match request.path:
            case "slow":
                self.waits.set()
                assert self.goes_on.wait(30)
                return Response("slow", PLAIN)
            case "take":
                if request.content is None:
                    return Response(repr(request.fields), PLAIN)
                count = 0
                try:
                    while piece := request.content.read(1 << 16):
                        assert len(piece) <= 1 << 16
                        count += len(piece)
                except OSError as error:
                    self.errors.append(error)
                    raise
                return Response(f"{count} {request.kind} {request.fields}", PLAIN)
            case "broken":
                raise ZeroDivisionError
            case "at-once":
                return Response("now", PLAIN, then=self.sent.set)
        return Response("<!doctype html><title>page</title>")


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def page(answers: Answers) -> Iterator[Served]:
    beside = {"take": MOST, "at-once": 0, "broken": 10}
    with served(answers, Rules(idle_s=60, beside=beside)) as one:
        yield one
    answers.goes_on.set()


def told(page: Served, path: str, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
    place, cookie = place_of(page)
    answer = ask(page, place + path, method="POST", body=body, Cookie=cookie,
                 Origin=f"http://{page.host}", **headers)  # fmt: skip
    return answer.status, answer.body


_entered: dict[str, tuple[str, str]] = {}


def place_of(page: Served) -> tuple[str, str]:
    if page.address not in _entered:
        _entered[page.address] = enter(page)
    return _entered[page.address]


def test_a_body_is_read_while_it_comes_in(page: Served) -> None:
    body = bytes(5 << 20)
    assert told(page, "take?how=raw", body, Content_Type="a/b; c=d") == (
        200, f"{len(body)} a/b; c=d {{'how': 'raw'}}".encode(),
    )  # fmt: skip
    assert told(page, "take", b"a=1", Content_Type="application/x-www-form-urlencoded")[1] == (
        b"{'a': '1'}"
    )


def test_what_is_too_large_is_refused_before_it_is_read(page: Served) -> None:
    place, cookie = place_of(page)
    with socket.create_connection(("127.0.0.1", page.port), timeout=30) as hand:
        head = (
            f"POST {place}take HTTP/1.1\r\nHost: {page.host}\r\nCookie: {cookie}\r\n"
            f"Origin: http://{page.host}\r\nContent-Length: {MOST + 1}\r\n\r\n"
        )
        hand.sendall(head.encode())
        assert hand.recv(100).startswith(b"HTTP/1.1 413")
    assert page.asked == []


def test_whoever_goes_away_within_a_body_is_an_error_for_its_reader(
    page: Served, answers: Answers
) -> None:
    place, cookie = place_of(page)
    with socket.create_connection(("127.0.0.1", page.port), timeout=30) as hand:
        head = (
            f"POST {place}take HTTP/1.1\r\nHost: {page.host}\r\nCookie: {cookie}\r\n"
            f"Origin: http://{page.host}\r\nContent-Length: 1000\r\n\r\n"
        )
        hand.sendall(head.encode() + b"x" * 10)
    for _attempt in range(300):
        if answers.errors:
            break
        threading.Event().wait(0.1)
    assert [type(error) for error in answers.errors] == [ConnectionResetError]
    assert told(page, "take", b"abc")[0] == 200  # and the page goes on


def test_what_is_beside_waits_for_no_other(page: Served, answers: Answers) -> None:
    place, cookie = place_of(page)
    thread = threading.Thread(target=ask, args=(page, f"{place}slow"), kwargs={"Cookie": cookie})
    thread.start()
    assert answers.waits.wait(30)
    assert told(page, "take", b"abc")[1].startswith(b"3 ")
    assert told(page, "at-once") == (200, b"now")
    assert answers.sent.wait(30)
    answers.goes_on.set()
    thread.join(30)


def test_an_error_beside_does_not_end_the_others(page: Served) -> None:
    assert told(page, "broken", b"x")[0] == 500
    assert told(page, "take", b"abc")[0] == 200


def test_only_a_few_are_answered_beside_at_a_time(page: Served, answers: Answers) -> None:
    place, cookie = place_of(page)
    head = (
        f"POST {place}take HTTP/1.1\r\nHost: {page.host}\r\nCookie: {cookie}\r\n"
        f"Origin: http://{page.host}\r\nContent-Length: 1000\r\n\r\n"
    )
    hands = [socket.create_connection(("127.0.0.1", page.port), timeout=30) for _one in range(4)]
    for hand in hands:
        hand.sendall(head.encode() + b"x")
    for _attempt in range(300):
        if len(page.asked) == 4:
            break
        threading.Event().wait(0.1)
    assert told(page, "take", b"abc")[0] == 429
    form = told(page, "take", b"a=1", Content_Type="application/x-www-form-urlencoded")
    assert form[0] == 200  # such as the one that forgets all keys at once
    for hand in hands:
        hand.close()


def test_the_next_process_finds_the_browser_where_it_was() -> None:
    """What was handed on is served again: same port, same cookie, and the token stays used."""
    mine = street.opened()
    first = Served()

    def run(where: street.Street, ends: bool) -> threading.Thread:
        opened = threading.Event()

        def tell(address: str) -> None:
            first.address = address
            opened.set()

        def answer(_request: Request) -> Response:
            return Response("ended" if ends else "next", PLAIN, ends=True)

        thread = threading.Thread(target=serve, args=(answer, Rules(30), tell, where))
        thread.start()
        assert opened.wait(30)
        return thread

    thread = run(mine, ends=True)
    place, cookie = enter(first)
    assert ask(first, place, Cookie=cookie).body == b"ended"
    thread.join(30)
    # Whoever comes in between waits, and is answered by the next.
    with socket.create_connection(("127.0.0.1", first.port), timeout=30) as early:
        early.sendall(
            f"GET {place} HTTP/1.1\r\nHost: {first.host}\r\nCookie: {cookie}\r\n\r\n".encode()
        )
        next_one, more = street.taken_over(mine.handed_on({"why": "SAMPLE"}))
        assert more == {"why": "SAMPLE"}
        mine.listener.close()
        thread = run(next_one, ends=False)
        received = b""
        while piece := early.recv(65536):
            received += piece
        assert received.endswith(b"next")
    thread.join(30)
    thread = run(next_one, ends=False)
    token = first.address.removeprefix(f"http://{first.host}")
    assert ask(first, token).status == 403
    assert ask(first, place, Cookie=cookie).body == b"next"
    thread.join(30)
    next_one.listener.close()
