"""Runs a masker in a process of its own, to contain whatever a hostile file does to it."""

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
from contrechamp.cell.limits import ProcessLimits
from contrechamp.redact.process import kernels
from contrechamp.redact.process.job import MaskingJob, encoded

GIB = 1 << 30
MEMORY_BYTES = 4 * GIB
#: Largest share of the machine's memory; the rest is for everything else that runs.
SHARE_OF_MEMORY = 0.75
#: No masker of ours gives an answer longer than this.
MAX_ANSWER_BYTES = 256 << 20
#: Letters of one message of it that are shown.
MAX_SHOWN = 2000
#: How many times larger than its source a masked file may be; a small one may reach the minimum.
MAX_GROWTH, MIN_FILE_BYTES = 10, GIB
_LOOK_EVERY_S = 0.5
_HANDED_ON = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PYTHONPATH", "SYSTEMROOT")


def _shown(text: object) -> str:
    return shown(str(text)[:MAX_SHOWN])


class MaskerError(Exception):
    """Raised when a masker failed through our fault, not the file's."""

    def __init__(self, kind: str, place: str) -> None:
        self.place = place
        super().__init__(f"{kind} in {place}")


def limits_for(source: Path, *, moving: bool) -> ProcessLimits:
    """Return what masking `source` may cost; `moving` content (video, sound) may take longer."""
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return ProcessLimits(
        memory_bytes=min(MEMORY_BYTES, int(physical * SHARE_OF_MEMORY)),
        cpu_s=14 * 86_400 if moving else 3600 * 4,
        file_bytes=max(MIN_FILE_BYTES, MAX_GROWTH * source.stat().st_size),
        wall_s=7 * 86_400 if moving else 3600,
        stall_s=1200 if moving else 3600,
    )


def run_isolated(
    job: MaskingJob, name: str, progress: Progress = silent, *, verbose: bool = False
) -> tuple[Any, list[str]]:
    """Run `job` in a process of its own.

    Args:
        job: what to do.
        name: what the user calls the source, for messages.
        progress: opens bars in this process.
        verbose: let through what decoders print.

    Returns:
        What the function returned, as JSON, and the restrictions that the process ran under.

    Raises:
        InputError: the masker refused the file, or the file crashed it or exceeded its limits.
        OutputError: there is no room for the result.
        CheckFailedError: the masker's checks of its own output failed.
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
            process.stdin.write(encoded(job))
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
    """Kill the process and all that it started, whatever state they are in."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


class _Conversation:
    """Reads the messages of one process, until it ends or must be killed."""

    def __init__(
        self, job: MaskingJob, name: str, process: subprocess.Popen[bytes], descriptor: int
    ) -> None:
        self.job = job
        self.name = name
        self.process = process
        self.descriptor = descriptor
        self.restrictions: list[str] = []
        self.advance: Callable[[float], None] = lambda _amount: None

    def follow(self, progress: Progress, bars: ExitStack) -> tuple[Any, list[str]]:
        for line in self._lines():
            said = self._parsed(line)
            if "outcome" in said:
                return said["outcome"], self.restrictions
            if "error" in said:
                self._raise(said)
            try:
                self._note(said, progress, bars)
            except (ValueError, TypeError, KeyError, ArithmeticError) as error:
                raise self._nonsense() from error
        self._died()

    def _note(self, said: dict[str, Any], progress: Progress, bars: ExitStack) -> None:
        """Note a message about progress, or the restrictions, sent before the file is read."""
        if "confined" in said and not self.restrictions:
            self.restrictions = [str(name) for name in said["confined"]]
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
        return self._refused(_("made its decoder send nonsense; nothing of it was kept"))

    def _lines(self) -> Iterator[bytes]:
        """Yield the lines that the process sends; refuse the file when they take too long."""
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
                        raise self._refused(_("made its decoder send data without end"))
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
        """Return a place as a masker named it, but with the user's name for the source."""
        for own in (str(self.job.source), self.job.source.name):
            if where == own or where.startswith(f"{own}:"):
                return self.name + where[len(own) :]
        return where or self.name

    def _too_much_memory(self) -> ContrechampError:
        return self._refused(
            _("needs more than {limit} GiB of memory; make it smaller, or split it").format(
                limit=f"{self.job.limits.memory_bytes / GIB:.2g}"
            )
        )

    def _died(self) -> NoReturn:
        """Raise the reason why a process ended without an answer."""
        status = self.process.wait()
        if status in (-signal.SIGXCPU, -signal.SIGKILL):
            raise self._refused(
                _("took more memory or time than allowed, and its decoder was stopped")
            )
        if status < 0:
            raise self._refused(
                _(
                    "crashed its decoder ({signal}): it is damaged, or made to do harm; nothing "
                    "of it was kept"
                ).format(signal=signal.Signals(-status).name)
            )
        raise MaskerError(f"exit status {status}", "worker")
