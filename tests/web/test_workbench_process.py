"""The workbench as a process: who reaches it, what is in its memory, what a kill leaves."""

import contextlib
import http.client
import os
import re
import signal
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from contrechamp.dossier.reading import lookup
from contrechamp.dossier.verifying import verify_case
from contrechamp.vault.discrepancies import is_sound
from contrechamp.web.runs.running import MODULE
from vault import cases
from web.workbenches import KIND, PATIENCE_S, Running, multipart, running

pytestmark = pytest.mark.slow
PASSPHRASE = "SAMPLE passphrase that is in no code"


class Browser:
    """What a browser sends, by hand."""

    def __init__(self, run: Running) -> None:
        self.run, self.key = run, ""
        head = self._asked("GET", run.address.partition(f":{run.port}")[2])
        self.place = head.getheader("Location") or ""
        self.cookie = (head.getheader("Set-Cookie") or "").partition(";")[0]

    def _asked(
        self, method: str, path: str, body: bytes = b"", kind: str = ""
    ) -> http.client.HTTPResponse:
        link = http.client.HTTPConnection("127.0.0.1", self.run.port, timeout=PATIENCE_S)
        headers = {"Cookie": getattr(self, "cookie", "")}
        if method == "POST":
            headers |= {"Origin": f"http://127.0.0.1:{self.run.port}", "Content-Type": kind}
        link.request(method, path, body, headers)
        return link.getresponse()

    def get(self, path: str = "") -> tuple[int, str]:
        answer = self._asked("GET", self.place + path)
        text = answer.read().decode()
        if found := re.search(r'name="key" value="(\w+)"', text):
            self.key = found[1]
        return answer.status, text

    def post(self, path: str, **fields: str) -> int:
        from urllib.parse import urlencode

        body = urlencode({"key": self.key, **fields}).encode()
        answer = self._asked("POST", self.place + path, body, "application/x-www-form-urlencoded")
        answer.read()
        return answer.status


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "cases"
    place.mkdir()
    cases.new(place / "case", PASSPHRASE)
    return place


@pytest.fixture
def run(folder: Path, tmp_path: Path) -> Iterator[Running]:
    with running(folder, tmp_path / "state") as one:
        yield one


@pytest.fixture
def browser(run: Running) -> Browser:
    made = Browser(run)
    made.get()
    assert made.post("unlock", case="case", secret=PASSPHRASE) == 303
    assert "Inbox" in made.get("inbox")[1]
    return made


def in_memory(process: int, words: bytes) -> bool:
    """Return whether a process has some bytes in its memory; for root, who can read all."""
    with (
        open(f"/proc/{process}/maps") as maps,
        open(f"/proc/{process}/mem", "rb", buffering=0) as memory,
    ):
        for line in maps:
            span, rights, *_rest = line.split()
            if not rights.startswith("rw") or "[v" in line:
                continue
            first, last = (int(end, 16) for end in span.split("-"))
            with contextlib.suppress(OSError, ValueError):
                memory.seek(first)
                if words in memory.read(last - first):
                    return True
    return False


def test_it_listens_to_this_machine_alone(run: Running) -> None:
    found = []
    for line in Path(f"/proc/{run.process.pid}/net/tcp").read_text().splitlines()[1:]:
        host, port = line.split()[1].split(":")
        if int(port, 16) == run.port and line.split()[3] == "0A":
            found.append(host)
    assert found == ["0100007F"]
    others = [
        one[4][0] for one in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
        if not str(one[4][0]).startswith("127.")
    ]  # fmt: skip
    for host in others:
        with pytest.raises(OSError, match=r"refused|timed out|unreachable"):
            socket.create_connection((str(host), run.port), timeout=5)


def test_no_secret_stands_in_its_arguments_or_environment(browser: Browser, run: Running) -> None:
    told = Path(f"/proc/{run.process.pid}/cmdline").read_bytes()
    with contextlib.suppress(PermissionError):
        told += Path(f"/proc/{run.process.pid}/environ").read_bytes()
    assert PASSPHRASE.encode() not in told
    assert browser.cookie.encode() not in told


def test_no_other_process_of_the_user_reads_its_memory(browser: Browser, run: Running) -> None:
    assert Path(f"/proc/{run.process.pid}/mem").stat().st_uid == 0  # root's: it is not dumpable


def test_keys_leave_memory_when_it_is_locked(browser: Browser, run: Running) -> None:
    if os.geteuid() != 0:
        with pytest.raises(PermissionError):
            in_memory(run.process.pid, PASSPHRASE.encode())
    else:
        assert in_memory(run.process.pid, PASSPHRASE.encode())
    assert browser.post("lock") == 303
    status, _page = browser.get("inbox")  # waits for the process that this one has become
    assert status == 303
    assert "Passphrase" in browser.get("unlock")[1]
    assert run.process.poll() is None
    if os.geteuid() == 0:
        assert not in_memory(run.process.pid, PASSPHRASE.encode())
        assert Path(f"/proc/{run.process.pid}/mem").stat().st_uid == 0
    assert browser.post("unlock", case="case", secret=PASSPHRASE) == 303
    assert "Inbox" in browser.get("inbox")[1]


def test_forgetting_at_once_ends_it(browser: Browser, run: Running) -> None:
    assert browser.post("forget") == 200
    assert run.process.wait(PATIENCE_S) == 0


def test_it_is_forgotten_at_once_while_a_file_comes_in(
    browser: Browser, run: Running, folder: Path
) -> None:
    with sending(browser, 50 << 20):
        assert browser.post("forget") == 200
        assert run.process.wait(PATIENCE_S) == 0
    assert sound(folder) == {}


@contextlib.contextmanager
def sending(browser: Browser, size: int) -> Iterator[None]:
    """Send a file, and stop in the middle of it."""
    body = multipart(browser.key, [("large.bin", bytes(size))])
    with socket.create_connection(("127.0.0.1", browser.run.port), timeout=PATIENCE_S) as hand:
        head = (
            f"POST {browser.place}upload?how=script HTTP/1.1\r\n"
            f"Host: 127.0.0.1:{browser.run.port}\r\nCookie: {browser.cookie}\r\n"
            f"Origin: http://127.0.0.1:{browser.run.port}\r\nContent-Type: {KIND}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        hand.sendall(head.encode() + body[: size // 2])
        yield


def sound(folder: Path) -> dict[str, bytes]:
    """Return the items of a case that is opened for writing, which mends what was left."""
    found = {}
    with cases.opened(folder / "case", PASSPHRASE, write=True) as case:
        from contrechamp.vault import object_keys, subjects

        for state in subjects.below(case, "item/"):
            assert state.object is not None
            key = object_keys.by_name(case, [state.object])[state.object]
            found[str(state.parsed["name"])] = object_keys.read(case, key)
    assert not list((folder / "case/objects/incoming").iterdir())
    return found


def test_a_kill_in_the_middle_of_an_upload_loses_nothing_that_was_acknowledged(
    browser: Browser, run: Running, folder: Path
) -> None:
    first = os.urandom(200_000)
    answer = browser._asked(
        "POST",
        f"{browser.place}upload?how=script",
        multipart(browser.key, [("a.bin", first)]),
        KIND,
    )
    assert b'"added":1' in answer.read().replace(b" ", b"")
    with sending(browser, 20 << 20):
        run.process.send_signal(signal.SIGKILL)
        run.process.wait(PATIENCE_S)
    assert sound(folder) == {"a.bin": first}


def test_a_kill_in_the_middle_of_edits_loses_none_that_was_acknowledged(
    browser: Browser, run: Running, folder: Path
) -> None:
    acknowledged: list[str] = []
    some = threading.Event()

    def edit() -> None:
        with contextlib.suppress(OSError, http.client.HTTPException):
            for number in range(1000):
                name = f"SAMPLE actor {number}"
                fields = {"kind": "actor", "id": "", "version": "0", "f.kind": "company",
                          "f.names.0.language": "en", "f.names.0.text": name}  # fmt: skip
                if browser.post("edit", **fields) != 303:
                    return
                acknowledged.append(name)
                if number == 5:
                    some.set()

    hand = threading.Thread(target=edit)
    hand.start()
    assert some.wait(PATIENCE_S), acknowledged
    run.process.send_signal(signal.SIGKILL)  # whatever it is at
    run.process.wait(PATIENCE_S)
    hand.join(PATIENCE_S)
    with cases.opened(folder / "case", PASSPHRASE, write=True) as case:
        stored = [one.title for one in lookup.listed(case, "actor")]
        wrong = verify_case(case, folder / "seen")
    assert set(acknowledged) <= set(stored)
    assert len(stored) <= len(acknowledged) + 1  # the last may be in, and nobody was told
    assert is_sound(wrong), wrong


def measuring(server: int) -> list[int]:
    """Return the processes that measure for a server."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            parent = int((place / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == server and MODULE.encode() in (place / "cmdline").read_bytes().split(
                b"\0"
            ):
                found.append(int(place.name))
    return found


def is_running(process: int) -> bool:
    try:
        told = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    return told.rpartition(")")[2].split()[0] != "Z"


def test_a_kill_in_the_middle_of_a_measurement_leaves_nothing_of_it(
    browser: Browser, run: Running, folder: Path
) -> None:
    town = Path("docs/examples/sample-town.osm").read_bytes()
    browser._asked(
        "POST",
        f"{browser.place}upload?how=script",
        multipart(browser.key, [("town.osm", town)]),
        KIND,
    ).read()
    found = re.search(r'name="(in-[0-9a-f]{16})"', browser.get("run-new?kind=measure")[1])
    assert found
    assert browser.post("runs", kind="measure", draws="20000", **{found[1]: "yes"}) == 303
    end = time.monotonic() + PATIENCE_S
    while ">Draws" not in browser.get("work")[1]:
        assert time.monotonic() < end
        time.sleep(0.05)
    (measures,) = measuring(run.process.pid)
    run.process.send_signal(signal.SIGKILL)
    run.process.wait(PATIENCE_S)
    while is_running(measures):  # it ends by itself
        assert time.monotonic() < end
        time.sleep(0.05)
    assert sound(folder) == {"town.osm": town}
