"""A workbench without a network: what a browser would send, asked directly; and a real one."""

import io
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from contrechamp.local_page.messages import Request, Response
from contrechamp.web.desk import Desk
from contrechamp.web.session import Clocks, Session
from contrechamp.web.workbench import Workbench
from vault import cases

FORM = "application/x-www-form-urlencoded"
BOUNDARY = "sample-boundary"
#: Longest that a test waits for anything, in seconds.
PATIENCE_S = 60
IDLE_S = 600.0


#: After the days that the sample speaks of: nobody consents on a day to come.
LATER = cases.NOW + timedelta(days=30)


@dataclass
class Hand:
    """A hand on a workbench, and on its clocks.

    Args:
        place: folder of cases.
        state: folder of what the machine saw.
    """

    place: Path
    state: Path
    awake_s: float = 1000.0
    slept_s: float = 0.0
    left: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        clocks = Clocks(
            lambda: LATER + timedelta(seconds=self.awake_s),
            lambda: self.awake_s,
            lambda: self.awake_s + self.slept_s,
        )
        self.desk = Desk(Session(clocks, self.state, IDLE_S), self.place)
        self.workbench = Workbench(self.desk, leave=self.left.append)

    def get(self, path: str = "", **fields: str) -> Response:
        return self.workbench(Request("GET", path, fields))

    def post(self, path: str, **fields: str) -> Response:
        """Send a form of ours."""
        return self.workbench(
            Request("POST", path, {"key": self.desk.form_key, **fields}, kind=FORM)
        )

    def send(
        self, path: str, *files: tuple[str, bytes], key: str | None = None, **fields: str
    ) -> Response:
        """Send a form with files."""
        body = multipart(self.desk.form_key if key is None else key, files, **fields)
        return self.workbench(
            Request("POST", path, {"how": "script"}, kind=KIND, content=io.BytesIO(body))
        )

    def unlock(self, case: str = "case", secret: str = cases.PASSPHRASE, **more: str) -> Response:
        return self.post("unlock", case=case, secret=secret, **more)

    def worked(self) -> list[str]:
        """Wait until work is done; return its lines, and its error if it has one."""
        for work in (self.desk.work, self.desk.reading):
            if work._thread is not None:
                work._thread.join(PATIENCE_S)
                assert not work.is_running
        piece = self.desk.work.piece
        return [] if piece is None else [*piece.lines, *filter(None, [piece.error])]


KIND = f"multipart/form-data; boundary={BOUNDARY}"


def multipart(key: str, files: Sequence[tuple[str, bytes]], **fields: str) -> bytes:
    """Return a form as a browser writes it."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'.encode()
        for name, text in {"key": key, **fields}.items()
    ]
    for name, content in files:
        quoted = name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
        head = (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{quoted}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        parts.append(head.encode() + content + b"\r\n")
    return b"".join([*parts, f"--{BOUNDARY}--\r\n".encode()])


def text(response: Response) -> str:
    content = response.content
    return content if isinstance(content, str) else content.decode()


def told(response: Response) -> Any:
    return json.loads(text(response))


def ids(response: Response) -> list[str]:
    """Return the items that a list links to, in its order."""
    return re.findall(r"item\?id=([0-9a-f]{16})", text(response))


def items(folder: Path) -> dict[str, bytes]:
    """Return name and content of the items of a case, read by its own key."""
    from contrechamp.vault import object_keys, subjects

    found = {}
    with cases.opened(folder) as case:
        for state in subjects.below(case, "item/"):
            if state.object:
                key = object_keys.by_name(case, [state.object])[state.object]
                found[str(state.parsed["name"])] = object_keys.read(case, key)
    return found


@dataclass
class Running:
    """A workbench that runs as a command.

    Args:
        process: it.
        address: that opens it, once.
    """

    process: subprocess.Popen[str]
    address: str

    @property
    def port(self) -> int:
        return int(self.address.split(":")[2].partition("/")[0])


@contextmanager
def running(place: Path, state: Path, *more: str) -> Iterator[Running]:
    """Run the command in a process of its own."""
    with subprocess.Popen(
        [sys.executable, "-m", "contrechamp", "serve", "--no-browser", *more, str(place)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "XDG_STATE_HOME": str(state), "CONTRECHAMP_LANG": "en"},
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            found = re.search(r"http://127\.0\.0\.1:\d+/open/\w+", line)
            assert found, line
            yield Running(process, found[0])
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.wait(PATIENCE_S)
