"""Runs a masker in a process of its own: what a hostile file does to it stays there."""

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NoReturn

from contrechamp.base.errors import CheckFailedError, ContrechampError, InputError, OutputError
from contrechamp.base.i18n import _
from contrechamp.base.progress import Progress, silent
from contrechamp.base.shown_text import shown
from contrechamp.redact.process import kernels
from contrechamp.redact.process.job import Job, Limits, written

GIB = 1 << 30
MEMORY_BYTES = 4 * GIB
#: Of the memory of the machine, at the most; the rest is for everything else that runs.
SHARE_OF_MEMORY = 0.75
#: An answer longer than this comes from no masker of ours.
MAX_ANSWER_BYTES = 256 << 20
#: Letters of one message of it that are shown.
MAX_SHOWN = 2000
#: What a masked file may be larger than its source, and how large a small one may become.
MAX_GROWTH, MIN_FILE_BYTES = 10, GIB
_LOOK_EVERY_S = 0.5
_HANDED_ON = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PYTHONPATH", "SYSTEMROOT")


def _shown(text: object) -> str:
    return shown(str(text)[:MAX_SHOWN])


class MaskerError(Exception):
    """Raised when a masker failed through a fault of ours, not of the file."""

    def __init__(self, kind: str, place: str) -> None:
        self.place = place
        super().__init__(f"{kind} in {place}")


def limits_for(source: Path, *, moving: bool) -> Limits:
    """Return what masking `source` may cost; what moves (video, sound) may take long."""
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return Limits(
        memory_bytes=min(MEMORY_BYTES, int(physical * SHARE_OF_MEMORY)),
        cpu_s=14 * 86_400 if moving else 3600 * 4,
        file_bytes=max(MIN_FILE_BYTES, MAX_GROWTH * source.stat().st_size),
        wall_s=7 * 86_400 if moving else 3600,
        stall_s=1200 if moving else 3600,
    )


def run_isolated(
    job: Job, name: str, progress: Progress = silent, *, verbose: bool = False
) -> tuple[Any, list[str]]:
    """Do `job` in a process of its own.

    Args:
        job: what to do.
        name: what the user calls the source, for messages.
        progress: bars, in this process.
        verbose: let what decoders print through to standard error.

    Returns:
        What the function returned, as JSON, and what the process had given up (stable names).

    Raises:
        InputError: the masker refused the file, or the file broke it or its limits.
        OutputError: there is no room for the result.
        CheckFailedError: the masker found its own output wrong.
        MaskerError: the fault is ours.
    """
    reading, writing = os.pipe()
    handed = [writing]
    if job.source.parent == Path("/dev/fd"):
        handed.append(int(job.source.name))
    try:
        process = subprocess.Popen(  # noqa: S603  our own interpreter and module
            [sys.executable, "-P", "-m", "contrechamp.redact.process.worker", str(writing)],
            stdin=subprocess.PIPE,
            stdout=None if verbose else subprocess.DEVNULL,
            stderr=None if verbose else subprocess.DEVNULL,
            pass_fds=handed,
            env=_environment(job.workshop),
            start_new_session=True,
        )
    except BaseException:
        os.close(reading)
        raise
    finally:
        os.close(writing)
    conversation = _Conversation(job, name, process, reading)
    try:
        assert process.stdin is not None  # noqa: S101  for the type
        with contextlib.suppress(BrokenPipeError), process.stdin:
            process.stdin.write(written(job))
        with ExitStack() as bars:
            return conversation.follow(progress, bars)
    finally:
        os.close(reading)
        _end(process)


def _environment(workshop: Path) -> dict[str, str]:
    handed_on = {name: os.environ[name] for name in _HANDED_ON if name in os.environ}
    return {
        **handed_on,
        "HOME": str(workshop),
        "TMPDIR": str(workshop),
        "NUMBA_CACHE_DIR": str(workshop / kernels.FOLDER),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the process and what it started, whatever state it is in."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


class _Conversation:
    """What one process says, until it ends or has to be ended."""

    def __init__(
        self, job: Job, name: str, process: subprocess.Popen[bytes], descriptor: int
    ) -> None:
        self.job = job
        self.name = name
        self.process = process
        self.descriptor = descriptor
        self.given_up: list[str] = []
        self.advance: Callable[[float], None] = lambda _amount: None

    def follow(self, progress: Progress, bars: ExitStack) -> tuple[Any, list[str]]:
        for line in self._lines():
            said = self._parsed(line)
            if "outcome" in said:
                return said["outcome"], self.given_up
            if "error" in said:
                self._raise(said)
            try:
                self._note(said, progress, bars)
            except (ValueError, TypeError, KeyError, ArithmeticError) as error:
                raise self._nonsense() from error
        self._died()

    def _note(self, said: dict[str, Any], progress: Progress, bars: ExitStack) -> None:
        """Take what the process says of itself before it met the file, and of its progress."""
        if "confined" in said and not self.given_up:
            self.given_up = [str(name) for name in said["confined"]]
        elif "bar" in said:
            bars.close()
            bar = progress(_shown(said["bar"]), float(said["total"] or 0))
            self.advance = bars.enter_context(bar)
        elif "advance" in said:
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
        return self._refused(_("made its decoder talk nonsense; nothing of it was kept"))

    def _lines(self) -> Iterator[bytes]:
        """Yield what the process says line by line; refuse the file when it takes too long."""
        limits, started = self.job.limits, time.monotonic()
        heard_at, received, rest = started, 0, b""
        with selectors.DefaultSelector() as selector:
            selector.register(self.descriptor, selectors.EVENT_READ)
            while True:
                if selector.select(_LOOK_EVERY_S):
                    piece = os.read(self.descriptor, 1 << 16)
                    if not piece:
                        return
                    received += len(piece)
                    if received > MAX_ANSWER_BYTES:
                        raise self._refused(_("made its decoder talk without end"))
                    *lines, rest = (rest + piece).split(b"\n")
                    yield from lines
                    heard_at = time.monotonic()
                now = time.monotonic()
                if now - started > limits.wall_s or now - heard_at > limits.stall_s:
                    raise self._refused(
                        _("took longer than {minutes} minutes and was given up").format(
                            minutes=round(
                                min(now - started, max(now - heard_at, limits.stall_s)) / 60
                            )
                        )
                    )

    def _refused(self, message: str) -> InputError:
        return InputError(message, where=self.name)

    def _raise(self, said: dict[str, Any]) -> NoReturn:
        message = _shown(str(said.get("message", "")).replace(str(self.job.source), self.name))
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
                    _("{name}: no room to write its masked copy; make room, then run again").format(
                        name=self.name
                    )
                )
        raise MaskerError(_shown(said.get("kind")), _shown(said.get("place")))

    def _place(self, where: str) -> str:
        """Return the place that a masker named, by the name that the user knows."""
        for own in (str(self.job.source), self.job.source.name):
            if where == own or where.startswith(f"{own}:"):
                return self.name + where[len(own) :]
        return where or self.name

    def _too_much_memory(self) -> ContrechampError:
        return self._refused(
            _("needs more than {limit} GiB of memory; make it smaller, or cut it").format(
                limit=f"{self.job.limits.memory_bytes / GIB:.2g}"
            )
        )

    def _died(self) -> NoReturn:
        """Say what a process that ended without a word died of."""
        status = self.process.wait()
        if status in (-signal.SIGXCPU, -signal.SIGKILL):
            raise self._refused(
                _("took more memory or time than it may, and its decoder was ended")
            )
        if status < 0:
            raise self._refused(
                _(
                    "crashed its decoder ({signal}): it is damaged, or made to do harm; nothing "
                    "of it was kept"
                ).format(signal=signal.Signals(-status).name)
            )
        raise MaskerError(f"exit status {status}", "worker")
