"""The template of the cell, as its parent sees it: it is started, asked for children, and ended."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict

from contrechamp.base.i18n import active_language
from contrechamp.cell import failures, template
from contrechamp.cell.limits import ProcessLimits

_HANDED_ON = ("LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "PYTHONPATH", "SYSTEMROOT")
#: How long a child that closed its end may take to be gone, and the template to end, in seconds.
_GONE_WITHIN_S = 5.0


class WarmProcess:
    """The template; it is started now, and warm some time later.

    Args:
        limits: what each child may cost.
        modules: imported once.

    Raises:
        CellError: if it cannot be started.
    """

    def __init__(self, limits: ProcessLimits, modules: Sequence[str]) -> None:
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                self._process = subprocess.Popen(  # noqa: S603  our own interpreter and module
                    [sys.executable, "-P", "-m", template.__name__, str(theirs.fileno()),
                     json.dumps(asdict(limits)), active_language(), *modules],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    pass_fds=[theirs.fileno()],
                    env=_environment(),
                    start_new_session=True,
                )  # fmt: skip
        except BaseException as error:
            ours.close()
            if isinstance(error, OSError):
                raise failures.not_started() from error
            raise
        self._control = ours
        self._count = 0
        self._spare: tuple[int, socket.socket] | None = None
        self._alive: set[int] = set()
        self._ended: dict[int, tuple[int, float]] = {}
        self._heard = b""

    def child(self) -> tuple[int, socket.socket]:
        """Return the number of a child that is confined or about to be, and the socket to it.

        Raises:
            CellError: if the template has ended.
        """
        found, self._spare = self._spare or self._fork(), None
        self._spare = self._fork()  # made ready while the other reads
        return found

    def _fork(self) -> tuple[int, socket.socket]:
        self._count += 1
        ours, theirs = socket.socketpair()
        with theirs:
            order = template.ORDER.pack(template.FORK, self._count)
            try:
                socket.send_fds(self._control, [order], [theirs.fileno()])
            except OSError as error:
                ours.close()
                raise failures.not_started() from error
        ours.setblocking(False)
        self._alive.add(self._count)
        return self._count, ours

    def dismiss(self, number: int) -> None:
        """Have a child killed that may not have ended; how it ends is of no interest any more."""
        if self._control.fileno() < 0:  # the template has ended, and its children with it
            return
        self._hear(0)
        self._ended.pop(number, None)
        if number in self._alive:
            self._alive.discard(number)
            with contextlib.suppress(OSError):
                self._control.sendall(template.ORDER.pack(template.KILL, number))

    def how_it_ended(self, number: int) -> tuple[int, float] | None:
        """Return status, as of `wait`, and processor time of a child that has closed its end.

        None if the template has ended itself.
        """
        deadline = time.monotonic() + _GONE_WITHIN_S
        while number not in self._ended and (left := deadline - time.monotonic()) > 0:
            if not self._hear(left):
                break
        return self._ended.pop(number, None)

    def _hear(self, seconds: float) -> bool:
        """Note which children have ended; return whether the template may say more."""
        self._control.settimeout(seconds)
        try:
            part = self._control.recv(1 << 12)
        except (TimeoutError, BlockingIOError):
            return True
        except OSError:
            return False
        finally:
            self._control.settimeout(None)
        self._heard += part
        while len(self._heard) >= template.ENDED.size:
            number, status, used_s = template.ENDED.unpack_from(self._heard)
            self._heard = self._heard[template.ENDED.size :]
            if number in self._alive:
                self._alive.discard(number)
                self._ended[number] = (status, used_s)
        return bool(part)

    def close(self) -> None:
        """End it; it takes its children along."""
        if self._spare is not None:
            self._spare[1].close()
        self._control.close()
        try:
            self._process.wait(_GONE_WITHIN_S)
        except BaseException as error:  # a second Ctrl-C too
            self._process.kill()  # what it forked dies with it
            self._process.wait()
            if not isinstance(error, subprocess.TimeoutExpired):
                raise


def _environment() -> dict[str, str]:
    handed_on = {name: os.environ[name] for name in _HANDED_ON if name in os.environ}
    return {
        **handed_on,
        "HOME": "/nonexistent",
        "PYTHONDONTWRITEBYTECODE": "1",
        # Else libraries start threads in the template, which its children would lack.
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        # GDAL would ask the network for what a file names. It cannot here, and there are machines
        # on which its curl then tries without end, and takes all memory: it is not to begin.
        "CPL_VSIL_CURL_ALLOWED_FILENAME": "nothing",
    }
