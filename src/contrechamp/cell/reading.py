"""Reads content of strangers in the cell: a child for each, which answers in plain values.

    with opened_cell(limits, ["package.readers"]) as cell:
        for value in cell.read("package.readers:rows", content, {"name": "list.csv"}):
            ...

A warm process (`cell.template`) is started with the first content and forks a child for each, so
that what one content does to its reader cannot touch the answer about the next; the child for the
next is made ready meanwhile. It is confined before it is told what to read. It is given no path and no key: it asks for ranges of the content, which
this process takes from whatever it has (an open file, decrypted bytes), and yields JSON values and
pieces of bytes. It may have been taken over, so whatever it sends is checked: here for size, depth
and form, by the caller for what it is to mean.
"""

import contextlib
import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import IO, Any, Literal, NoReturn

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _, active_language
from contrechamp.base.shown_text import shown
from contrechamp.cell import frames, template
from contrechamp.cell.confinement import REQUIRED
from contrechamp.cell.limits import ProcessLimits

#: Why content could not be read. Records hold these words: they are never changed.
Reason = Literal["unconfined", "crashed", "memory", "time", "endless", "nonsense", "failed"]

MIB, GIB = 1 << 20, 1 << 30
#: Letters of one message of a child that are shown.
MAX_SHOWN = 2000
_HANDED_ON = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PYTHONPATH", "SYSTEMROOT")
#: A child that was stopped after this share of its processor time was stopped for that.
_NEARLY = 0.9
#: How long a child that closed its end may take to be gone, and the template to end, in seconds.
_GONE_WITHIN_S = 5.0


@dataclass(frozen=True)
class ReadingLimits:
    """What reading one content may cost.

    Args:
        process: memory and time of the child.
        value_bytes: longest batch of values; a value is never longer.
        answer_bytes: of everything that the child sends.
    """

    process: ProcessLimits
    value_bytes: int = 64 * MIB
    answer_bytes: int = GIB


class CellError(InputError):
    """Raised when content could not be read in the cell.

    Args:
        reason: as a stable word.
        message: for the user.
        where: what the user calls the content.
    """

    def __init__(self, reason: Reason, message: str, *, where: str = "") -> None:
        self.reason = reason
        super().__init__(message, where=where)


class Cell:
    """Children that read, and the template that they are forked from; see `opened_cell`."""

    def __init__(
        self, limits: ReadingLimits, modules: Sequence[str] = (), *, unconfined: bool = False
    ) -> None:
        self.limits = limits
        self.unconfined = unconfined
        #: Whether anything was read without all of the restrictions in force.
        self.read_unconfined = False
        self._modules = modules
        self._template: _Template | None = None

    def read(
        self,
        function: str,
        content: IO[bytes],
        arguments: Mapping[str, Any],
        *,
        where: str = "",
    ) -> Iterator[Any]:
        """Yield what a function yields that is given some content, in a child of its own.

        Args:
            function: ``module:function``; it is given the content as a seekable file, and yields
                values that JSON can hold (decimals stay exact) or bytes.
            content: seekable; read on demand, and not closed.
            arguments: further keyword arguments, which JSON can hold.
            where: what the user calls the content, for errors.

        Raises:
            CellError: if the child ended without an answer, exceeded a limit, sent what no reader
                sends, or could not be confined.
            InputError: as raised by the function.
            OSError: if the content cannot be read.
        """
        if self._template is None:
            self._template = _Template(self.limits.process, self._modules)
        child = _Child(self, self._template, content, where)
        try:
            yield from child.answers(function, arguments)
        finally:
            child.close()

    def close(self) -> None:
        """End the template and all children."""
        if self._template is not None:
            self._template.close()
            self._template = None


@contextmanager
def opened_cell(
    limits: ReadingLimits, modules: Sequence[str] = (), *, unconfined: bool = False
) -> Iterator[Cell]:
    """Yield a cell; nothing of it is left behind.

    Args:
        limits: what each content may cost.
        modules: imported once, before children are forked; the others are imported by each child.
        unconfined: go on where this machine cannot confine a child.
    """
    cell = Cell(limits, modules, unconfined=unconfined)
    try:
        yield cell
    finally:
        cell.close()


class _Template:
    """The warm process, as its parent sees it."""

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
        except OSError as error:
            ours.close()
            raise _not_started() from error
        except BaseException:
            ours.close()
            raise
        self._control = ours
        self._count = 0
        self._spare: tuple[int, socket.socket] | None = None
        self._ended: dict[int, tuple[int, float]] = {}
        self._alive: set[int] = set()
        self._heard = b""

    def child(self) -> tuple[int, socket.socket]:
        """Return the number of a child that is confined or about to be, and the socket to it."""
        found = self._spare or self._fork()
        self._spare = None
        self._spare = self._fork()
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
                raise _not_started() from error
        self._alive.add(self._count)
        return self._count, ours

    def dismiss(self, number: int) -> None:
        """Have a child killed that may not have ended; how it ends is of no interest any more."""
        self._hear(0)
        self._ended.pop(number, None)
        if number in self._alive:
            self._alive.discard(number)
            with contextlib.suppress(OSError):
                self._control.sendall(template.ORDER.pack(template.KILL, number))

    def how_it_ended(self, number: int) -> tuple[int, float] | None:
        """Return status and processor time of a child that has closed its end."""
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
            number, status, used = template.ENDED.unpack_from(self._heard)
            self._heard = self._heard[template.ENDED.size :]
            if number in self._alive:
                self._alive.discard(number)
                self._ended[number] = (status, used)
        return bool(part)

    def close(self) -> None:
        """End it; it takes its children along."""
        if self._spare is not None:
            self._spare[1].close()
        self._control.close()
        try:
            self._process.wait(_GONE_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()  # what it forked dies with it
            self._process.wait()


class _Child:
    """One child: answers its questions about the content, and checks what it sends."""

    def __init__(
        self, cell: Cell, origin: _Template, content: IO[bytes], where: str
    ) -> None:
        self._cell, self._template, self._limits = cell, origin, cell.limits
        self._content, self._where = content, where
        self._number, self._channel = origin.child()
        self._waited, self._received = 0.0, 0

    def close(self) -> None:
        """End the child, whatever it does."""
        self._channel.close()
        self._template.dismiss(self._number)

    def answers(self, function: str, arguments: Mapping[str, Any]) -> Iterator[Any]:
        job = {
            "function": function,
            "arguments": dict(arguments),
            "size": self._content.seek(0, io.SEEK_END),
        }
        self._check_confined()
        self._put(frames.JOB, frames.encoded(frames.written(job)))
        while True:
            kind, content = self._take(max(self._limits.value_bytes, frames.MAX_PIECE))
            if kind == frames.WANTED:
                self._answer(content)
            elif kind == frames.VALUES:
                yield from self._batch(content)
            elif kind == frames.PIECE and content and len(content) <= frames.MAX_PIECE:
                yield bytes(content)
            elif kind == frames.DONE and not content:
                return
            elif kind == frames.FAILED:
                self._failed(content)
            else:
                raise self._nonsense()

    def _check_confined(self) -> None:
        """Check what the child says about itself, which does not know yet what to read."""
        kind, content = self._take(frames.BATCH)
        in_force = self._parsed(content) if kind == frames.CONFINED else None
        if not isinstance(in_force, list):
            raise self._nonsense()
        if not set(REQUIRED) <= set(map(str, in_force)):
            if not self._cell.unconfined:
                raise self._error(
                    "unconfined",
                    _(
                        "not read: this machine cannot confine the process that reads files of "
                        "others; --unconfined reads it all the same"
                    ),
                )
            self._cell.read_unconfined = True

    def _answer(self, content: bytearray) -> None:
        if len(content) != frames.RANGE.size:
            raise self._nonsense()
        offset, size = frames.RANGE.unpack(content)
        if not 0 < size <= frames.MAX_PIECE or offset >= 1 << 63:
            raise self._nonsense()
        self._content.seek(offset)
        self._put(frames.CONTENT, self._content.read(size))

    def _batch(self, content: bytearray) -> list[Any]:
        batch = self._parsed(content)
        if not isinstance(batch, list) or not batch:
            raise self._nonsense()
        return batch

    def _parsed(self, content: bytearray) -> Any:
        try:
            return frames.parsed(content)
        except frames.NonsenseError as error:
            raise self._nonsense() from error

    def _put(self, kind: bytes, content: bytes) -> None:
        with self._watch():
            frames.put(self._channel, kind, content)

    def _take(self, longest: int) -> tuple[bytes, bytearray]:
        try:
            with self._watch():
                kind, content = frames.take(self._channel, longest)
        except frames.NonsenseError as error:
            raise self._endless() from error
        self._received += len(content)
        if self._received > self._limits.answer_bytes:
            raise self._endless()
        return kind, content

    @contextmanager
    def _watch(self) -> Iterator[None]:
        """Wait for the child no longer than it may take; only this side's waiting counts."""
        limits = self._limits.process
        left = limits.wall_s - self._waited
        if left <= 0:
            raise self._took_long()
        self._channel.settimeout(min(left, limits.stall_s))
        started = time.monotonic()
        try:
            yield
        except TimeoutError as error:
            raise self._took_long() from error
        except frames.CutOffError as error:
            self._died(error)
        finally:
            self._waited += time.monotonic() - started

    def _failed(self, content: bytearray) -> NoReturn:
        """Raise what the child says went wrong."""
        said = self._parsed(content)
        if not isinstance(said, dict):
            raise self._nonsense()
        told = {str(name): shown(str(text)[:MAX_SHOWN]) for name, text in said.items()}
        if "problem" in told:
            raise InputError(told["problem"], where=told.get("where", ""))
        if "memory" in told:
            raise self._too_much_memory()
        raise self._error(
            "failed",
            _(
                "made its reader fail ({kind} in {place}): it is damaged, or made to do harm; or "
                "the fault is ours: then please report it"
            ).format(kind=told.get("kind", "?"), place=told.get("place", "?")),
        )

    def _died(self, error: frames.CutOffError) -> NoReturn:
        """Raise the reason why a child ended without an answer."""
        ended = self._template.how_it_ended(self._number)
        status, used_s = ended if ended is not None else (0, 0.0)
        if os.WIFSIGNALED(status):
            name = signal.Signals(os.WTERMSIG(status)).name
            if name in ("SIGKILL", "SIGXCPU"):
                if used_s >= self._limits.process.cpu_s * _NEARLY:
                    raise self._took_long() from error
                raise self._too_much_memory() from error
            raise self._error(
                "crashed",
                _("crashed its reader ({signal}): it is damaged, or made to do harm").format(
                    signal=name
                ),
            ) from error
        raise self._error(
            "crashed", _("ended its reader without an answer: it is damaged, or made to do harm")
        ) from error

    def _took_long(self) -> CellError:
        limits = self._limits.process
        return self._error(
            "time",
            _("took its reader more than {seconds} seconds, and was given up").format(
                seconds=round(min(limits.cpu_s, limits.wall_s, limits.stall_s))
            ),
        )

    def _too_much_memory(self) -> CellError:
        return self._error(
            "memory",
            _("needs more than {limit} GiB of memory to be read").format(
                limit=f"{self._limits.process.memory_bytes / GIB:.2g}"
            ),
        )

    def _nonsense(self) -> CellError:
        return self._error("nonsense", _("made its reader send nonsense; nothing of it was kept"))

    def _endless(self) -> CellError:
        return self._error("endless", _("made its reader send data without end"))

    def _error(self, reason: Reason, message: str) -> CellError:
        return CellError(reason, message, where=self._where)


def _not_started() -> CellError:
    return CellError("failed", _("the process that reads files of others cannot be started"))


def _environment() -> dict[str, str]:
    handed_on = {name: os.environ[name] for name in _HANDED_ON if name in os.environ}
    return {**handed_on, "PYTHONDONTWRITEBYTECODE": "1", "OPENBLAS_NUM_THREADS": "1"}
