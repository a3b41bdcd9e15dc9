"""Firefox without a window, asked through Marionette, the door for tests that it has built in.

Each message is its length, a colon, and JSON: ``[0, id, command, parameters]`` there and
``[1, id, error, result]`` back (Firefox Source Docs, "Marionette", "Protocol").
"""

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from publish.browser import PATIENCE_S

PROGRAM = "firefox-esr"
#: It takes a free port and says which; it asks for nothing that the page did not.
PREFERENCES = {
    "marionette.port": 0,
    "network.proxy.type": 1,
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.normandy.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
}
#: What WebDriver calls an element in its answers.
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


def is_installed() -> bool:
    """Return whether this machine has it."""
    return shutil.which(PROGRAM) is not None


class Firefox:
    """A page in Firefox."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._number = 0
        self._message()  # says who it is
        self.call("WebDriver:NewSession", capabilities={})

    def call(self, command: str, **parameters: Any) -> Any:
        """Return what a command comes to."""
        self._number += 1
        sent = json.dumps([0, self._number, command, parameters]).encode()
        self._connection.sendall(b"%d:%b" % (len(sent), sent))
        _kind, number, error, result = self._message()
        assert (number, error) == (self._number, None), error
        return result

    def open(self, file: Path) -> None:
        """Open a page from a disk."""
        self.call("WebDriver:Navigate", url=file.as_uri())

    def evaluate(self, expression: str) -> Any:
        """Return what an expression comes to."""
        return self.call("WebDriver:ExecuteScript", script=f"return {expression}", args=[])["value"]

    def choose(self, selector: str, file: Path) -> None:
        """Choose a file."""
        found = self.call("WebDriver:FindElement", using="css selector", value=selector)
        element = found["value"][ELEMENT]
        self.call("WebDriver:ElementSendKeys", id=element, text=str(file))

    def wait_for(self, expression: str) -> None:
        """Wait until an expression is true."""
        for _attempt in range(PATIENCE_S * 20):
            if self.evaluate(f"Boolean({expression})"):
                return
            time.sleep(0.05)
        raise AssertionError(f"never came true: {expression}")

    def _message(self) -> Any:
        length = b""
        while (one := self._taken(1)) != b":":
            length += one
        return json.loads(self._taken(int(length)))

    def _taken(self, size: int) -> bytes:
        found = b""
        while len(found) < size:
            piece = self._connection.recv(size - len(found))
            assert piece, "Firefox has ended"
            found += piece
        return found


@contextmanager
def firefox(profile: Path) -> Iterator[Firefox]:
    """Start Firefox with a profile of its own, and end it."""
    profile.mkdir()
    lines = [f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in PREFERENCES.items()]
    (profile / "user.js").write_text("\n".join(lines))
    process = subprocess.Popen(
        [PROGRAM, "--headless", "--marionette", "--no-remote", "--profile", str(profile)],
        env={"HOME": str(profile), "PATH": "/usr/bin:/bin"}, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        with socket.create_connection(("127.0.0.1", _port(profile, process))) as connection:
            connection.settimeout(PATIENCE_S)
            yield Firefox(connection)
    finally:
        process.terminate()
        try:
            process.wait(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _port(profile: Path, process: "subprocess.Popen[bytes]") -> int:
    """Return the port that Firefox says it listens on, once it does."""
    told = profile / "MarionetteActivePort"
    for _attempt in range(PATIENCE_S * 20):
        assert process.poll() is None, "Firefox ended at once"
        if told.exists() and (text := told.read_text()):
            return int(text)
        time.sleep(0.05)
    raise AssertionError("Firefox does not listen")
