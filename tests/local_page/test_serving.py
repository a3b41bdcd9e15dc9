"""Who is let in to a page, by raw sockets: what no browser sends, and what one is made to send."""

import os
import socket
import time
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contrechamp.base.errors import InputError
from contrechamp.local_page import peer
from contrechamp.local_page.heads import Head, RefusedError, head_of
from contrechamp.local_page.messages import PLAIN, Request, Response, go_to, not_found
from contrechamp.local_page.rules import Rules
from local_page.sample import Served, ask, enter, parsed, raw, served

MANY = b"".join(b"X%d: 1\r\n" % number for number in range(80))


def answer(request: Request) -> Response:
    match request.path:
        case "":
            return Response("<!doctype html><title>page</title>قلت")
        case "picture":
            return Response(b"\x89PNG", "image/png")
        case "save":
            return go_to("picture")
        case "wrong":
            raise InputError("the page says <b>no</b>")
        case "broken":
            raise ZeroDivisionError
        case "end":
            return Response("ended", PLAIN, ends=True)
        case "echo":
            return Response(request.body or repr(request.fields), PLAIN)
    return not_found()


@pytest.fixture
def page() -> Iterator[Served]:
    with served(answer, Rules(idle_s=60, most_body=1000)) as one:
        yield one


# the way in


def test_the_token_is_good_once(page: Served) -> None:
    place, cookie = enter(page)
    shown = ask(page, place, Cookie=cookie)
    assert (shown.status, shown.body) == (200, "<!doctype html><title>page</title>قلت".encode())
    token = page.address.removeprefix(f"http://{page.host}")
    again = ask(page, token)
    assert again.status == 403
    assert b"used already" in again.body
    assert "set-cookie" not in again.headers
    # In the browser that has the cookie, the same address (a click more) leads to the page.
    back = ask(page, token, Cookie=cookie)
    assert (back.status, back.headers["location"]) == (303, place)
    assert "set-cookie" not in back.headers


def test_the_cookie_is_for_this_page_alone(page: Served) -> None:
    token = page.address.removeprefix(f"http://{page.host}")
    place, told = (found := ask(page, token).headers)["location"], found["set-cookie"]
    assert f"; Path={place}; HttpOnly; SameSite=Strict" in told
    assert "Domain" not in told
    assert token.rpartition("/")[2] not in told + place


@pytest.mark.parametrize("cookie", ["", "contrechamp-{port}=", "contrechamp-{port}={wrong}", "a=b"])
def test_nothing_is_shown_without_the_cookie(page: Served, cookie: str) -> None:
    place, _cookie = enter(page)
    sent = cookie.format(port=page.port, wrong="0" * 64)
    for path in (place, f"{place}picture", f"{place}nowhere", "/"):
        refused = ask(page, path, Cookie=sent)
        assert refused.status == 403
        assert b"new address" in refused.body
    assert page.asked == []


def test_a_wrong_token_opens_nothing(page: Served) -> None:
    token = page.address.rpartition("/")[2]
    for wrong in (
        "",
        token[:-1],
        token + "0",
        token.upper(),
        token[::-1],
        f"{token}/{token}",
    ):
        assert ask(page, f"/open/{wrong}").status in (403, 404)
    assert ask(page, f"/open/{token}", method="POST", Origin=f"http://{page.host}").status == 403
    enter(page)  # none of it used the right one up


def test_looking_ahead_does_not_use_the_token_up(page: Served) -> None:
    token = page.address.removeprefix(f"http://{page.host}")
    assert ask(page, token, Sec_Purpose="prefetch;prerender").status == 403
    assert ask(page, token, Purpose="prefetch").status == 403
    enter(page)


# what other pages make a browser send


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "localhost:{port}", "127.0.0.1", "127.1:{port}", "[::1]:{port}"),
        *("evil.example:{port}", "127.0.0.1:{port}.evil.example"),
    ],
)
def test_another_name_is_refused(page: Served, host: str) -> None:
    """DNS rebinding: a name of somebody else that leads to 127.0.0.1."""
    place, cookie = enter(page)
    for path in (place, page.address.removeprefix(f"http://{page.host}")):
        assert ask(page, path, host=host.format(port=page.port), Cookie=cookie).status == 421
    assert page.asked == []


@pytest.mark.parametrize(
    "origin",
    [
        *("null", "", "http://evil.example", "http://127.0.0.1:1", "http://localhost:{port}"),
        "https://127.0.0.1:{port}",
    ],
)
def test_another_origin_is_refused(page: Served, origin: str) -> None:
    place, cookie = enter(page)
    told = origin.format(port=page.port)
    for method in ("GET", "POST"):
        refused = ask(page, f"{place}save", method=method, Origin=told, Cookie=cookie)
        assert refused.status == 403
    assert page.asked == []


@pytest.mark.parametrize("site", ["cross-site", "same-site", "nonsense"])
def test_a_request_of_another_site_is_refused(page: Served, site: str) -> None:
    token = page.address.removeprefix(f"http://{page.host}")
    assert ask(page, token, Sec_Fetch_Site=site).status == 403
    place, cookie = enter(page)
    assert ask(page, place, Cookie=cookie, Sec_Fetch_Site=site).status == 403
    assert ask(page, place, Cookie=cookie, Sec_Fetch_Site="same-origin").status == 200


def test_a_form_without_its_origin_is_refused(page: Served) -> None:
    place, cookie = enter(page)
    assert ask(page, f"{place}save", method="POST", Cookie=cookie).status == 403
    saved = ask(page, f"{place}save", method="POST", Cookie=cookie, Origin=f"http://{page.host}")
    assert (saved.status, saved.headers["location"]) == (303, f"{place}picture")


# what is sent


def test_every_answer_carries_its_rules(page: Served) -> None:
    place, cookie = enter(page)
    paths = {place: 200, f"{place}picture": 200, f"{place}wrong": 422, f"{place}no": 404, "/": 404}
    for path, status in paths.items():
        told = ask(page, path, Cookie=cookie)
        assert told.status == status
        assert told.headers["cache-control"] == "no-store"
        assert told.headers["x-content-type-options"] == "nosniff"
        assert told.headers["cross-origin-resource-policy"] == "same-origin"
        assert told.headers["connection"] == "close"
        policy = told.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; ")
        assert not {"unsafe", "script-src", "connect-src", "data:", "blob:"} & set(policy.split())
        assert "unsafe" not in policy
        assert "server" not in told.headers
        assert ("refresh" in told.headers) == (path == place)


def test_scripts_are_let_run_from_addresses_only() -> None:
    with served(answer, Rules(idle_s=60, scripts=True)) as page:
        place, cookie = enter(page)
        policy = ask(page, place, Cookie=cookie).headers["content-security-policy"]
    assert "script-src 'self'; connect-src 'self'; " in policy
    assert "unsafe" not in policy
    assert "require-trusted-types-for 'script'" in policy


def test_an_error_of_ours_is_shown_as_text(page: Served) -> None:
    place, cookie = enter(page)
    told = ask(page, f"{place}wrong", Cookie=cookie)
    assert told.body == b"the page says <b>no</b>"
    assert told.headers["content-type"].startswith("text/plain")


def test_any_other_error_ends_the_page(page: Served) -> None:
    place, cookie = enter(page)
    assert ask(page, f"{place}broken", Cookie=cookie).status == 500
    assert page.ends()
    assert [type(error) for error in page.errors] == [ZeroDivisionError]


def test_fields_and_bodies_arrive(page: Served) -> None:
    place, cookie = enter(page)
    rest = {"Cookie": cookie, "Origin": f"http://{page.host}"}
    query = ask(page, f"{place}echo?a=1&b=caf%C3%A9+x&c=", Cookie=cookie)
    assert query.body.decode() == "{'a': '1', 'b': 'café x', 'c': ''}"
    form = ask(page, f"{place}echo", method="POST", body=b"a=%D9%82&z=2",
               Content_Type="application/x-www-form-urlencoded; charset=utf-8", **rest)  # fmt: skip
    assert form.body.decode() == "{'a': 'ق', 'z': '2'}"
    other = ask(page, f"{place}echo", method="POST", body=b'{"a": 1}',
                Content_Type="application/json", **rest)  # fmt: skip
    assert other.body == b'{"a": 1}'
    assert ask(page, f"{place}echo", method="POST", body=b"x" * 1001, **rest).status == 413
    assert ask(page, f"{place}echo?a=1&a=2", Cookie=cookie).status == 400


def test_the_page_is_told_to_end(page: Served) -> None:
    place, cookie = enter(page)
    assert ask(page, f"{place}end", Cookie=cookie).body == b"ended"
    assert page.ends()
    assert page.errors == []
    with pytest.raises(ConnectionRefusedError):
        raw(page, b"GET / HTTP/1.1\r\n\r\n")


def test_a_page_that_is_left_ends() -> None:
    with served(answer, Rules(idle_s=0.5)) as page:
        assert page.ends()
    assert page.errors == []


def test_who_is_refused_does_not_keep_the_page_open() -> None:
    with served(answer, Rules(idle_s=1)) as page:
        while not page.ends(0.05):
            try:
                raw(page, f"GET /x HTTP/1.1\r\nHost: {page.host}\r\n\r\n".encode())
            except OSError:
                break
        assert page.ends()


# who is rude


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET /../../etc/passwd HTTP/1.1\r\n{host}\r\n\r\n", 404),
        (b"GET /{place}/../../etc/passwd HTTP/1.1\r\n{host}\r\n\r\n", 404),
        (b"GET /{place}/%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\n{host}\r\n\r\n", 404),
        (b"GET /{place}//etc/passwd HTTP/1.1\r\n{host}\r\n\r\n", 404),
        (b"GET /{place}/\\..\\etc HTTP/1.1\r\n{host}\r\n\r\n", 404),
        (b"GET http://127.0.0.1/ HTTP/1.1\r\n{host}\r\n\r\n", 400),
        (b"PUT / HTTP/1.1\r\n{host}\r\n\r\n", 405),
        (b"OPTIONS / HTTP/1.1\r\n{host}\r\n\r\n", 405),
        (b"GET / HTTP/2.0\r\n{host}\r\n\r\n", 405),
        (b"GET /\r\n\r\n", 405),
        (b"\x16\x03\x01\x02\x00\x01\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 421),
        (b"GET / HTTP/1.1\r\n{host}\r\n{host}\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n{host}\r\nCookie: a\r\ncookie: b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n{host}\r\n folded: yes\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n{host}\r\nA : b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n{host}\r\nA: \x00\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n{host}\r\nA: b\nC: d\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\n{host}\r\nTransfer-Encoding: chunked\r\n\r\n", 411),
        (b"POST / HTTP/1.1\r\n{host}\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\n{host}\r\nContent-Length: +1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n{host}\r\n" + MANY + b"\r\n", 400),
        (b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nX: " + b"a" * 1_000_000, 431),
    ],
)  # fmt: skip
def test_what_no_browser_sends_is_refused(page: Served, sent: bytes, status: int) -> None:
    place, _cookie = enter(page)
    content = sent.replace(b"{host}", f"Host: {page.host}".encode())
    received = raw(page, content.replace(b"{place}", place.strip("/").encode()))
    # The rest of a huge head is not read: the system may hang up before the answer was seen.
    assert parsed(received).status == status if received else status == 431
    assert page.asked == []


def test_who_is_slow_keeps_nobody_waiting(page: Served) -> None:
    """More of them than a page takes at a time: they are let go, and the page answers."""
    place, cookie = enter(page)
    slow = [socket.create_connection(("127.0.0.1", page.port)) for _one in range(20)]
    for hand in slow:
        hand.sendall(b"GET / HTTP/1.1\r\nHo")
    started = time.monotonic()
    assert ask(page, place, Cookie=cookie).status == 200
    assert time.monotonic() - started < 8  # before any of them was let go
    for hand in slow:
        hand.close()


def test_who_says_nothing_is_let_go(page: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("contrechamp.local_page.serving._HEAD_S", 0.5)
    with socket.create_connection(("127.0.0.1", page.port), timeout=60) as hand:
        hand.sendall(b"GET / HTTP/1.1\r\n")
        assert hand.recv(100) == b""


def test_too_many_are_hung_up_on(page: Served) -> None:
    hands = [socket.create_connection(("127.0.0.1", page.port), timeout=60) for _one in range(40)]
    hung_up = 0
    for hand in hands[32:]:
        try:
            hung_up += hand.recv(1) == b""
        except ConnectionResetError:
            hung_up += 1
    assert hung_up == 8
    for hand in hands:
        hand.close()
    place, cookie = enter(page)
    assert ask(page, place, Cookie=cookie).status == 200


@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: text.encode()))
@settings(max_examples=300)
def test_a_head_is_read_or_refused(content: bytes) -> None:
    in_a_head = b"GET / HTTP/1.1\r\n" + content
    in_a_path = b"GET /" + content + b" HTTP/1.1\r\n\r\n"
    for sent in (content, in_a_head, in_a_path):
        try:
            head = head_of(sent)
        except RefusedError:
            continue
        assert isinstance(head, Head)
        assert all(step.strip(".") and "/" not in step and "\\" not in step for step in head.steps)


# who has connected


def test_another_user_is_not_let_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel says whose the other end is; here of a connection that is ours."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        here = listener.getsockname()
        with socket.create_connection(here) as hand:
            peer_name = hand.getsockname()
            assert peer.may_be_ours(peer_name, here)
            monkeypatch.setattr("os.getuid", lambda: 4711)
            told = _uid_of_this_process()
            assert peer.may_be_ours(peer_name, here) == (told == 0)
        assert not peer.may_be_ours(("127.0.0.1", 1), here)


def _uid_of_this_process() -> int:
    return os.stat("/proc/self").st_uid


def test_a_nobody_is_refused(page: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("contrechamp.local_page.serving.may_be_ours", lambda *_ends: False)
    assert raw(page, f"GET / HTTP/1.1\r\nHost: {page.host}\r\n\r\n".encode()) == b""
