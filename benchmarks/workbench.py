"""The workbench: how soon it is there, how soon its pages are, how fast files come in.

    python -m benchmarks.workbench --records 100000 --upload-mb 1000

A process of its own is asked as a browser asks it, over its socket; two tabs ask at once. What
comes in is compared with ``contrechamp add`` of the same files in the same run.
"""

import argparse
import http.client
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlencode

from benchmarks import dossier

BOUNDARY = "benchmark"
RUNS = 40
FORM = "application/x-www-form-urlencoded"


class Tab:
    """A tab of a browser that has the cookie."""

    def __init__(self, address: str) -> None:
        self.port = int(address.split(":")[2].partition("/")[0])
        self.cookie = self.key = ""
        first = self.asked("GET", address.partition(str(self.port))[2])
        self.place = first.getheader("Location") or ""
        self.cookie = (first.getheader("Set-Cookie") or "").partition(";")[0]

    def asked(
        self, method: str, path: str, body: bytes = b"", kind: str = FORM
    ) -> http.client.HTTPResponse:
        """Send a request, and wait for all of the answer."""
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        told = {"Cookie": self.cookie, "Origin": f"http://127.0.0.1:{self.port}"}
        headers = told | ({"Content-Type": kind} if method == "POST" else {})
        link.request(method, path, body, headers if method == "POST" else {"Cookie": self.cookie})
        return link.getresponse()

    def page(self, path: str) -> tuple[float, str]:
        """Return the seconds that a page takes, and the page."""
        started = time.perf_counter()
        text = self.asked("GET", self.place + path).read().decode()
        return time.perf_counter() - started, text

    def post(self, path: str, **fields: str) -> float:
        """Return the seconds that a form takes."""
        found = re.search(r'name="key" value="(\w+)"', self.page("guide")[1])
        self.key = found[1] if found else ""
        started = time.perf_counter()
        body = urlencode({"key": self.key, **fields}).encode()
        self.asked("POST", self.place + path, body).read()
        return time.perf_counter() - started


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--upload-mb", type=int, default=1000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        case = folder / "cases" / "case"
        case.parent.mkdir()
        dossier.take_in(case, given.records)
        env = {**os.environ, "XDG_STATE_HOME": str(folder / "state"), "CONTRECHAMP_LANG": "en"}
        started = time.perf_counter()
        with subprocess.Popen(
            [sys.executable, "-m", "contrechamp", "serve", "--no-browser", str(case.parent)],
            stdout=subprocess.PIPE, env=env, text=True,
        ) as process:  # fmt: skip
            assert process.stdout is not None
            tab = Tab(process.stdout.readline().strip().rpartition(" ")[2])
            tab.page("")
            print(f"from the command to its first page: {time.perf_counter() - started:.2f} s")
            took = tab.post("unlock", case="case", secret=dossier.PASSPHRASE)
            print(f"from the passphrase to the overview: {took + tab.page('')[0]:.2f} s")
            pages(tab, given.records)
            rate = upload(tab, given.upload_mb)
            process.kill()
        other = added(folder, given.upload_mb, env)
        print(f"uploaded at {rate:.0f} MB/s, added at {other:.0f} MB/s: {rate / other:.0%}")


def pages(tab: Tab, count: int) -> None:
    """Print how long pages take while two tabs ask at once."""
    record = re.search(r"record\?id=(\w+)", tab.page("records?kind=finding")[1])
    assert record
    for path in ("", "inbox", "records", "records?kind=camera&page=20", f"record?id={record[1]}",
                 f"edit?id={record[1]}", "masks", "search"):  # fmt: skip
        took: list[float] = []

        def ask(path: str = path, took: list[float] = took) -> None:
            took.extend(tab.page(path)[0] for _run in range(RUNS))

        tabs = [threading.Thread(target=ask) for _tab in range(2)]
        for one in tabs:
            one.start()
        for one in tabs:
            one.join()
        named = re.sub(r"id=\w+", "id=…", path) or "overview"
        ms = sorted(1000 * one for one in took)
        print(f"{named}: median {statistics.median(ms):.0f} ms, slowest of {len(ms)} "
              f"{ms[-1]:.0f} ms ({count} records, two tabs)", flush=True)  # fmt: skip
    for path, fields in (("search", {"words": "unmistakable"}), ("search", {"words": "sample"})):
        print(f"search {fields['words']}: {1000 * tab.post(path, **fields):.0f} ms")
    for path in ("status", "timeline"):
        print(f"{path}: {1000 * tab.page(path)[0]:.0f} ms", flush=True)


def upload(tab: Tab, size_mb: int) -> float:
    """Return MB/s of one large file that comes in, made of bytes that do not compress."""
    part = os.urandom(1 << 20)
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="key"\r\n\r\n{tab.key}\r\n'
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\n'
    ).encode()
    tail = f"\r\n--{BOUNDARY}--\r\n".encode()
    link = http.client.HTTPConnection("127.0.0.1", tab.port, timeout=600)
    started = time.perf_counter()
    link.putrequest("POST", f"{tab.place}upload?how=script")
    for name, value in (
        ("Cookie", tab.cookie), ("Origin", f"http://127.0.0.1:{tab.port}"),
        ("Content-Type", f"multipart/form-data; boundary={BOUNDARY}"),
        ("Content-Length", str(len(head) + (size_mb << 20) + len(tail))),
    ):  # fmt: skip
        link.putheader(name, value)
    link.endheaders()
    link.send(head)
    for _mb in range(size_mb):
        link.send(part)
    link.send(tail)
    answer = link.getresponse().read()
    took = time.perf_counter() - started
    assert b'"wrong":""' in answer.replace(b" ", b""), answer
    return (size_mb << 20) / took / 1e6


def added(folder: Path, size_mb: int, env: dict[str, str]) -> float:
    """Return MB/s of ``contrechamp add`` of the same content; its start and end count."""
    case = folder / "other"
    dossier.made_case(case)
    with (folder / "a.bin").open("wb") as file:
        part = os.urandom(1 << 20)
        for _mb in range(size_mb):
            file.write(part)
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "contrechamp", "add", "--no-texts", "--passphrase-fd", "0", case,
         folder / "a.bin"],
        input=dossier.PASSPHRASE + "\n", text=True, env=env, check=True, capture_output=True,
    )  # fmt: skip
    return (size_mb << 20) / (time.perf_counter() - started) / 1e6


if __name__ == "__main__":
    main()
