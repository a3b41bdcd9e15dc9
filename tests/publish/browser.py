"""A headless Chromium that tests speak to over its DevTools socket; nothing more than they need."""

import base64
import ctypes
import json
import os
import resource
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import websocket

PATIENCE_S = 60
_PR_CAPBSET_DROP, _CAP_SYS_NICE = 24, 23
#: Key -> (code, virtual key, text that it types).
KEYS = {
    "Tab": ("Tab", 9, ""),
    "Enter": ("Enter", 13, "\r"),
    " ": ("Space", 32, " "),
    "Escape": ("Escape", 27, ""),
    "ArrowRight": ("ArrowRight", 39, ""),
    "ArrowLeft": ("ArrowLeft", 37, ""),
    "ArrowDown": ("ArrowDown", 40, ""),
    "+": ("Equal", 187, "+"),
}


class Page:
    """One open page: what it asked for, what it complained of, and a hand on its keyboard."""

    def __init__(self, socket: websocket.WebSocket, session: str) -> None:
        self._socket = socket
        self._session = session
        self._number = 0
        self._events: list[dict[str, Any]] = []
        self.requests: list[str] = []
        self.complaints: list[str] = []
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call one method of the protocol and return its result."""
        self._number += 1
        self._socket.send(
            json.dumps(
                {
                    "id": self._number,
                    "method": method,
                    "params": parameters,
                    "sessionId": self._session,
                }
            )
        )
        while True:
            message = json.loads(self._socket.recv())
            if message.get("id") == self._number and message.get("sessionId") == self._session:
                assert "error" not in message, f"{method}: {message['error']}"
                return message["result"]  # type: ignore[no-any-return]
            self._note(message)

    def _note(self, message: dict[str, Any]) -> None:
        method, event = message.get("method"), message.get("params", {})
        self._events.append(message)
        if method == "Network.requestWillBeSent":
            self.requests.append(event["request"]["url"])
        elif method == "Network.webSocketCreated":
            self.requests.append(event["url"])
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(event["exceptionDetails"]))
        elif method == "Runtime.consoleAPICalled" and event["type"] in ("error", "warning"):
            self.complaints.append(json.dumps(event["args"]))
        elif method == "Log.entryAdded" and event["entry"]["level"] in ("error", "warning"):
            self.complaints.append(event["entry"]["text"])

    def open(self, file: Path, *, width: int = 1280, height: int = 900) -> None:
        """Open a file from the disk and wait until it has loaded."""
        self.resize(width, height)
        self.go_to(file.resolve().as_uri())

    def go_to(self, address: str) -> None:
        """Open an address as if somebody had typed it, and wait until it has loaded."""
        self._events.clear()
        self.requests.clear()
        self.complaints.clear()
        self.call("Page.navigate", url=address)
        self.wait_for_page()

    def wait_for_page(self) -> None:
        """Wait until a page has loaded that was asked for since `_events` was cleared."""
        while not any(event.get("method") == "Page.loadEventFired" for event in self._events):
            self._note(json.loads(self._socket.recv()))

    def resize(self, width: int, height: int) -> None:
        """Give the page a window of this size, in CSS pixels."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )

    def media(self, name: str) -> None:
        """Show the page as ``screen`` or ``print``."""
        self.call("Emulation.setEmulatedMedia", media=name)

    def scripts(self, *, on: bool) -> None:
        """Switch scripts of pages that are opened from now on."""
        self.call("Emulation.setScriptExecutionDisabled", value=not on)

    def evaluate(self, expression: str) -> Any:
        """Return the value of a JavaScript expression."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def press(self, key: str, *, shift: bool = False) -> None:
        """Press and release one key of the keyboard."""
        code, number, text = KEYS[key]
        common = {
            "key": key,
            "code": code,
            "windowsVirtualKeyCode": number,
            "modifiers": 8 if shift else 0,
        }
        self.call(
            "Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", text=text, **common
        )
        self.call("Input.dispatchKeyEvent", type="keyUp", **common)

    def click(self, x: float, y: float) -> None:
        """Click at a place of the window."""
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def picture(self, *, whole: bool = False) -> bytes:
        """Return a PNG of the window, or of the whole page."""
        answer = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        return base64.b64decode(answer["data"])

    def paper(self) -> bytes:
        """Return the page as the PDF that would be printed."""
        answer = self.call("Page.printToPDF", printBackground=True, preferCSSPageSize=True)
        return base64.b64decode(answer["data"])


@contextmanager
def chromium(folder: Path) -> Iterator[Page]:
    """Start Chromium with its profile in `folder`, yield a page of it, and end it."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    assert program, "the tests of the page need Debian's chromium (requirements/debian.txt)"
    command = [
        *(program, "--headless=new", "--disable-gpu", "--no-first-run", "--hide-scrollbars"),
        *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
        # Maps are drawn by WebGL, and there is no card here.
        *("--enable-unsafe-swiftshader", "--disable-dev-shm-usage"),
        *("--remote-debugging-port=0", f"--user-data-dir={folder}"),
    ]
    if os.geteuid() == 0:  # its sandbox does not work for root
        command.append("--no-sandbox")
    with subprocess.Popen(
        [*command, "about:blank"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=_without_real_time,
    ) as process:
        try:
            port, path = _socket_of(folder / "DevToolsActivePort", process)
            socket = websocket.create_connection(
                f"ws://127.0.0.1:{port}{path}", timeout=PATIENCE_S, suppress_origin=True
            )
            yield Page(socket, _new_page(socket))
            socket.close()
        finally:
            process.terminate()
            process.wait(PATIENCE_S)


def _without_real_time() -> None:
    """Keep Chromium from real-time priority, which root may take.

    Two of its processes that wait for a third would take both processors, and never give them back.
    """
    libc = ctypes.CDLL("libc.so.6")
    libc.prctl(_PR_CAPBSET_DROP, _CAP_SYS_NICE, 0, 0, 0)
    resource.setrlimit(resource.RLIMIT_RTPRIO, (0, 0))


def _socket_of(file: Path, process: subprocess.Popen[bytes]) -> tuple[str, str]:
    """Wait until Chromium has written where it listens."""
    for _attempt in range(PATIENCE_S * 10):
        assert process.poll() is None, f"chromium ended with {process.returncode}"
        lines = file.read_text().splitlines() if file.exists() else []
        if len(lines) >= 2:
            return lines[0], lines[1]
        time.sleep(0.1)
    raise AssertionError("chromium did not say where it listens")


def _new_page(socket: websocket.WebSocket) -> str:
    def call(number: int, method: str, **parameters: Any) -> dict[str, Any]:
        socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(socket.recv())
            if message.get("id") == number:
                return message["result"]  # type: ignore[no-any-return]

    target = call(1_000_001, "Target.createTarget", url="about:blank")["targetId"]
    attached = call(1_000_002, "Target.attachToTarget", targetId=target, flatten=True)
    return str(attached["sessionId"])
