"""The template of the cell, as its parent sees it: it is started, asked for children, and ended."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict

from contrechamp.base.i18n import active_language
from contrechamp.cell import failures, template
from contrechamp.cell.failures import CellError
from contrechamp.cell.limits import ProcessLimits

_HANDED_ON = ("LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "PYTHONPATH", "SYSTEMROOT")
#: How long a child that closed its end may take to be gone, and the template to end, in seconds.
_GONE_WITHIN_S = 5.0


class WarmProcess:
    """The template; it is started now, and warm some time later. Threads may share it.

    Args:
        limits: what each child that reads may cost; None where there are none, but such as are
            called, which are told theirs.
        modules: imported once.

    Raises:
        CellError: if it cannot be started.
    """

    def __init__(self, limits: ProcessLimits | None, modules: Sequence[str]) -> None:
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                self._process = subprocess.Popen(  # noqa: S603  our own interpreter and module
                    [sys.executable, "-P", "-m", template.__name__, str(theirs.fileno()),
                     json.dumps(limits and asdict(limits)), active_language(), *modules],
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
        # One thread at a time gives orders and hears of children.
        self._one = threading.RLock()
        self._count = 0
        self._spare: tuple[int, socket.socket] | None = None
        self._alive: set[int] = set()
        self._ended: dict[int, tuple[int, float]] = {}
        self._heard = b""
        self._loaded: set[str] = set()

    def load(self, names: Iterable[str]) -> None:
        """Have it load what further children find, where it has not.

        Args:
            names: modules, or ``module:function`` of what is called.

        Raises:
            CellError: if it has ended.
        """
        with self._one:
            new = [name for name in names if name not in self._loaded]
            if new:
                self._loaded.update(new)
                said = "\n".join(new).encode()
                self._order(template.LOAD, len(said), (), said)

    def child(self) -> tuple[int, socket.socket]:
        """Return the number of a child that is confined or about to be, and the socket to it.

        Raises:
            CellError: if the template has ended.
        """
        with self._one:
            found, self._spare = self._spare or self._fork(), None
            self._spare = self._fork()  # made ready while the other reads
            return found

    def worker(self, descriptors: Sequence[int]) -> int:
        """Return the number of a new child that is called.

        Args:
            descriptors: what `cell.worker.serve` is given; they stay open here.

        Raises:
            CellError: if the template has ended.
        """
        with self._one:
            return self._new(template.WORK, descriptors)

    def _fork(self) -> tuple[int, socket.socket]:
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                number = self._new(template.FORK, [theirs.fileno()])
            except BaseException:
                ours.close()
                raise
        ours.setblocking(False)
        return number, ours

    def _new(self, what: bytes, descriptors: Sequence[int]) -> int:
        self._count += 1
        self._order(what, self._count, descriptors)
        self._alive.add(self._count)
        return self._count

    def _order(
        self, what: bytes, number: int, descriptors: Sequence[int] = (), said: bytes = b""
    ) -> None:
        try:
            socket.send_fds(self._control, [template.ORDER.pack(what, number)], descriptors)
            self._control.sendall(said)
        except OSError as error:
            raise failures.not_started() from error

    def dismiss(self, number: int) -> None:
        """Have a child killed that may not have ended; how it ends is of no interest any more."""
        with self._one:
            self.kill(number)
            self._alive.discard(number)
            self._ended.pop(number, None)

    def kill(self, number: int) -> None:
        """Have a child killed that may not have ended."""
        with self._one:
            if self._control.fileno() < 0:  # the template has ended, and its children with it
                return
            self._hear(0)
            if number in self._alive:
                with contextlib.suppress(CellError):
                    self._order(template.KILL, number)

    def how_it_ended(self, number: int) -> tuple[int, float] | None:
        """Return status, as of `wait`, and processor time of a child that has closed its end.

        None if the template has ended itself, or that was told before.
        """
        deadline = time.monotonic() + _GONE_WITHIN_S
        with self._one:
            while number in self._alive and (left := deadline - time.monotonic()) > 0:
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


@contextmanager
def opened_warm(modules: Sequence[str]) -> Iterator[WarmProcess]:
    """Yield a template for children that are called (`cell.running.Cell`); it ends with the block.

    Args:
        modules: imported once.

    Raises:
        CellError: if it cannot be started.
    """
    warm = WarmProcess(None, modules)
    try:
        yield warm
    finally:
        warm.close()


def _environment() -> dict[str, str]:
    handed_on = {name: os.environ[name] for name in _HANDED_ON if name in os.environ}
    return {
        **handed_on,
        "HOME": "/nonexistent",
        "PYTHONDONTWRITEBYTECODE": "1",
        # Else libraries start threads in the template, which its children would lack.
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        # Pillow keeps so much memory (in blocks of 16 MiB) for the next picture: pages cost time.
        "PILLOW_BLOCKS_MAX": "16",
        # GDAL would ask the network for what a file names. It cannot here, and there are machines
        # on which its curl then tries without end, and takes all memory: it is not to begin.
        "CPL_VSIL_CURL_ALLOWED_FILENAME": "nothing",
    }
