"""The cell from outside: has a process forked, calls functions in it, watches it, and ends it.

The process says under which restrictions it runs before it reads a byte, and waits; it is called
where the cell is closed, or where the user said to do without.
"""

import contextlib
import json
import os
import selectors
import signal
import sys
import threading
import time
import weakref
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NoReturn, Self

from contrechamp.base.errors import CheckFailedError, ContrechampError, InputError, OutputError
from contrechamp.base.i18n import _
from contrechamp.base.progress import Progress, silent
from contrechamp.base.shown_text import shown
from contrechamp.cell.closed import need_closed
from contrechamp.cell.confinement import descriptor_of
from contrechamp.cell.limits import GIB, MAX_THREADS, ProcessLimits, use_of
from contrechamp.cell.warm_process import WarmProcess, opened_warm
from contrechamp.cell.workshop import MAX_FILES, written

#: Nothing of ours gives an answer longer than this; as Python's lists, one can take 20 times more.
MAX_ANSWER_BYTES = 64 << 20
#: Letters of one message of it that are shown.
MAX_SHOWN = 2000
_LOOK_EVERY_S = 0.1


class OurError(Exception):
    """Raised when something failed through our fault, not the file's."""

    def __init__(self, kind: str, place: str) -> None:
        self.place = place
        super().__init__(f"{kind} in {place}")


@dataclass(frozen=True)
class Room:
    """What the process of a cell has: fixed before it reads a byte.

    Args:
        limits: what it may cost.
        language: of messages.
        readable: the files that may be read; may be ``/dev/fd/N``.
        workshop: the only folder that may be written to.
        libraries: folders of software that may be read, beside those of the system.
        scratch: files may be removed and renamed in the workshop, which is in memory.
    """

    limits: ProcessLimits
    language: str
    readable: tuple[Path, ...]
    workshop: Path
    libraries: tuple[Path, ...] = ()
    scratch: bool = False


_cells: "weakref.WeakSet[Cell]" = weakref.WeakSet()


def end_started_by(threads: Collection[int]) -> None:
    """Kill the processes of all cells that these threads of ours started, by their numbers.

    Whoever waits for an answer of one is told that it ended.
    """
    for cell in list(_cells):
        if cell.started_by in threads:
            cell.kill()


class Cell:
    """One confined process, of which functions are called; it ends with the block.

    Raises:
        InputError: this system cannot confine it, and the user did not say to go on without.
    """

    def __init__(
        self,
        room: Room,
        name: str,
        *,
        warm: WarmProcess | None = None,
        verbose: bool = False,
        unconfined: bool = False,
    ) -> None:
        """Start the process.

        Args:
            room: what it has.
            name: what the user calls the file that is read, for messages.
            warm: that it is forked from; None: one is started for it.
            verbose: show what decoders print.
            unconfined: go on where this system cannot confine it.
        """
        #: Number of the thread.
        self.started_by = threading.get_ident()
        with ExitStack() as at_the_end:
            if warm is None:
                warm = at_the_end.enter_context(opened_warm(()))
            self._child = _Child(warm, room.readable, verbose=verbose)
            at_the_end.callback(self._child.close)
            _cells.add(self)
            self._conversation = _Conversation(room, name, self._child)
            self._conversation.tell(
                {
                    **asdict(room),
                    "readable": [str(place.absolute()) for place in room.readable],
                    "workshop": str(room.workshop.absolute()),
                    "libraries": [str(place.absolute()) for place in room.libraries],
                }
            )
            #: Those that the process runs under, by name.
            self.restrictions = self._conversation.heard_restrictions()
            need_closed(self.restrictions, name, unconfined=unconfined)
            self._at_the_end = at_the_end.pop_all()

    def call(
        self,
        function: str,
        said: Any,
        progress: Progress = silent,
        *,
        limits: ProcessLimits | None = None,
    ) -> Any:
        """Call a function in the process; return what it returned, as JSON.

        Args:
            function: ``module:function``, called with `said` and a way to tell progress.
            said: for it, as JSON can hold it.
            progress: opens bars in this process.
            limits: of this call, where they are tighter than those of the room.

        Raises:
            InputError: the file was refused, or it crashed its reader or exceeded its limits.
            OutputError: there is no room for the result.
            CheckFailedError: the function's checks of its own output failed.
            OurError: the fault is ours.
        """
        self._conversation.limits = limits or self._conversation.room.limits
        self._conversation.tell({"function": function, "said": said})
        with ExitStack() as bars:
            return self._conversation.answer(progress, bars)

    def close(self) -> None:
        """End the process, and wait until it is gone."""
        _cells.discard(self)
        self._at_the_end.close()

    def kill(self) -> None:
        """Kill the process."""
        self._child.kill()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


class _Child:
    """A child of a warm process that is called (`cell.worker`), and the pipes to it.

    Args:
        warm: that it is forked from.
        readable: the files that it may read.
        verbose: whether what it prints is wanted.
    """

    def __init__(self, warm: WarmProcess, readable: Sequence[Path], *, verbose: bool) -> None:
        self._warm = warm
        given = [number for place in readable if (number := descriptor_of(place)) is not None]
        with ExitStack() as ours, ExitStack() as theirs:
            called, self.calls = _pipe(theirs, ours)
            self.answers, answering = _pipe(ours, theirs)
            #: What it prints; None if nobody wants it.
            self.printed: int | None = None
            if verbose:
                self.printed, printing = _pipe(ours, theirs)
            else:
                printing = os.open(os.devnull, os.O_WRONLY)
                theirs.callback(os.close, printing)
            self._number = warm.worker([called, answering, printing, *given])
            self._pipes = ours.pop_all()
        #: Number of the process, once it has told that.
        self.process: int | None = None

    def kill(self) -> None:
        """Kill it."""
        self._warm.kill(self._number)

    def how_it_ended(self) -> int | None:
        """Return its exit status once it has ended, negative for a signal; None if it is lost."""
        ended = self._warm.how_it_ended(self._number)
        return None if ended is None else os.waitstatus_to_exitcode(ended[0])

    def close(self) -> None:
        """End it, and wait until it is gone."""
        self._pipes.close()
        self.kill()
        self._warm.how_it_ended(self._number)
        self._warm.dismiss(self._number)


def _pipe(reader: ExitStack, writer: ExitStack) -> tuple[int, int]:
    """Return both ends of a pipe, each closed with its stack."""
    reading, writing = os.pipe()
    reader.callback(os.close, reading)
    writer.callback(os.close, writing)
    return reading, writing


def _shown(text: object) -> str:
    return shown(str(text)[:MAX_SHOWN])


class _Conversation:
    """What is said with one process: it is sent calls, and answers in lines of JSON."""

    def __init__(self, room: Room, name: str, child: _Child) -> None:
        self.room = room
        self.limits = room.limits
        self.name = name
        self.child = child
        self.advance: Callable[[float], None] = lambda _amount: None
        #: What it last said that it does, and how far that was.
        self.doing, self.done, self.of = "", 0.0, 0.0
        self._received, self._rest = 0, b""

    def tell(self, what: dict[str, Any]) -> None:
        """Send one object to the process; where it has ended, that shows elsewhere.

        Raises:
            InputError: it takes nothing, as who took it over may want.
        """
        descriptor = self.child.calls
        os.set_blocking(descriptor, False)
        rest, started = json.dumps(what, default=str).encode() + b"\n", time.monotonic()
        with selectors.DefaultSelector() as selector, contextlib.suppress(BrokenPipeError):
            selector.register(descriptor, selectors.EVENT_WRITE)
            while rest:
                if selector.select(_LOOK_EVERY_S):
                    rest = rest[os.write(descriptor, rest) :]
                waited = time.monotonic() - started
                self._need_in_time(waited, waited)

    def heard_restrictions(self) -> tuple[str, ...]:
        """Return what the process says that it runs under; it has read nothing of the user's."""
        for line in self._lines():
            said = self._parsed(line)
            self.child.process = said["process"]
            return tuple(str(name) for name in said["confined"])
        self._died()

    def answer(self, progress: Progress, bars: ExitStack) -> Any:
        """Return the outcome of a call, or raise what went wrong with it."""
        for line in self._lines():
            said = self._parsed(line)
            if "outcome" in said:
                return said["outcome"]
            if "error" in said:
                self._raise(said)
            try:
                self._note(said, progress, bars)
            except (ValueError, TypeError, KeyError, ArithmeticError) as error:
                raise self._nonsense() from error
        self._died()

    def _note(self, said: dict[str, Any], progress: Progress, bars: ExitStack) -> None:
        """Note a message about progress."""
        if "bar" in said:
            bars.close()
            self.doing, self.done, self.of = _shown(said["bar"]), 0.0, float(said["total"] or 0)
            bar = progress(self.doing, self.of)
            self.advance = bars.enter_context(bar)
        elif "advance" in said:
            self.done += float(said["advance"])
            self.advance(float(said["advance"]))
            if said.get("end"):
                bars.close()
                self.advance = lambda _amount: None

    def _parsed(self, line: bytes) -> dict[str, Any]:
        try:
            said = json.loads(line)
        except (ValueError, RecursionError):
            said = None
        if not isinstance(said, dict):
            raise self._nonsense()
        return said

    def _nonsense(self) -> InputError:
        return self._refused(_("made its decoder send nonsense; nothing of it was kept"))

    def _lines(self) -> Iterator[bytes]:
        """Yield the lines that the process sends; refuse the file where it takes too much."""
        started = heard_at = looked_at = time.monotonic()
        with selectors.DefaultSelector() as selector:
            selector.register(self.child.answers, selectors.EVENT_READ)
            if self.child.printed is not None:
                selector.register(self.child.printed, selectors.EVENT_READ)
            while True:
                for key, _events in selector.select(_LOOK_EVERY_S):
                    piece = os.read(key.fd, 1 << 16)
                    if key.fd != self.child.answers:
                        if not piece:
                            selector.unregister(key.fileobj)
                        _show(piece)
                        continue
                    if not piece:
                        return
                    self._received += len(piece)
                    if self._received > MAX_ANSWER_BYTES:
                        raise self._refused(_("made its decoder send data without end"))
                    *lines, self._rest = (self._rest + piece).split(b"\n")
                    yield from lines
                    heard_at = time.monotonic()
                now = time.monotonic()
                self._need_in_time(now - started, now - heard_at)
                if now - looked_at >= _LOOK_EVERY_S:
                    self._need_within_limits()
                    looked_at = time.monotonic()

    def _need_in_time(self, taken_s: float, silent_s: float) -> None:
        limits = self.limits
        if taken_s > limits.wall_s or silent_s > limits.stall_s:
            minutes = round(min(taken_s, max(silent_s, limits.stall_s)) / 60)
            raise self._refused(
                _(
                    "took longer than {minutes} minutes and was given up, at “{doing}”, {done} of "
                    "{of}"
                ).format(
                    minutes=minutes, doing=self.doing, done=f"{self.done:g}", of=f"{self.of:g}"
                )
                if self.doing
                else _("took longer than {minutes} minutes and was given up").format(
                    minutes=minutes
                )
            )

    def _need_within_limits(self) -> None:
        """Refuse the file where the process has more than the kernel holds it to."""
        process = self.child.process
        limits, use = self.limits, None if process is None else use_of(process)
        if use is not None and use.memory_bytes > limits.memory_bytes:
            raise self._too_much_memory()
        if use is not None and use.threads > MAX_THREADS:
            raise self._refused(_("made its decoder start threads without end"))
        files, size = written(self.room.workshop)
        if files > MAX_FILES or size > limits.total_bytes:
            raise self._refused(_("made its decoder write data without end"))

    def _refused(self, message: str) -> InputError:
        return InputError(message, where=self.name)

    def _raise(self, said: dict[str, Any]) -> NoReturn:
        message = str(said.get("message", ""))
        for place in self.room.readable:
            message = message.replace(str(place), self.name)
        message = _shown(message)
        match said["error"]:
            case "InputError":
                where = _shown(said.get("where", ""))
                raise InputError(message, where=self._place(where))
            case "OutputError":
                raise OutputError(message)
            case "CheckFailedError":
                raise CheckFailedError(message)
            case "memory":
                raise self._too_much_memory()
            case "full":
                raise OutputError(
                    _("{name}: no room for what is made of it; make room, then run again").format(
                        name=self.name
                    )
                )
        raise OurError(_shown(said.get("kind")), _shown(said.get("place")))

    def _place(self, where: str) -> str:
        """Return a place as the function named it, but with the user's name for the file."""
        for place in self.room.readable:
            for own in (str(place), place.name):
                if where == own or where.startswith(f"{own}:"):
                    return self.name + where[len(own) :]
        return where or self.name

    def _too_much_memory(self) -> ContrechampError:
        return self._refused(
            _("needs more than {limit} GiB of memory; make it smaller, or split it").format(
                limit=f"{self.limits.memory_bytes / GIB:.2g}"
            )
        )

    def _died(self) -> NoReturn:
        """Raise the reason why a process ended without an answer."""
        status = self.child.how_it_ended()
        if status is None:
            raise OurError("no template", "template.py")
        if status in (-signal.SIGXCPU, -signal.SIGKILL):
            raise self._refused(
                _("took more memory or time than allowed, and its decoder was stopped")
            )
        if status == -signal.SIGSYS:
            raise self._refused(
                _(
                    "made its decoder do what none needs to, and was stopped: it is made to do "
                    "harm; nothing of it was kept"
                )
            )
        if status < 0:
            raise self._refused(
                _(
                    "crashed its decoder ({signal}): it is damaged, or made to do harm; nothing "
                    "of it was kept"
                ).format(signal=signal.Signals(-status).name)
            )
        raise OurError(f"exit status {status}", "worker.py")


def _show(printed: bytes) -> None:
    """Show what decoders print, so that it steers no terminal."""
    for line in printed.decode("utf-8", "surrogateescape").splitlines():
        sys.stderr.write(_shown(line) + "\n")
    sys.stderr.flush()
