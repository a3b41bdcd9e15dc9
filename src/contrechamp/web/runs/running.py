"""A run in a process of its own: started, listened to, and ended with whoever asked for it."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from typing import IO, Any, Final

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.base.json_text import json_text
from contrechamp.base.progress import Progress

MODULE: Final = "contrechamp.web.runs.worker"
#: How often whoever waits looks whether the work was stopped, in seconds.
_LOOK_S: Final = 0.2


def run(
    job: Mapping[str, Any], progress: Progress, first: Callable[[str], None]
) -> Mapping[str, Any]:
    """Have a job done by another process; it has ended when this returns or raises.

    That process is given the files of the job, and no key of the case. It is ended by a signal,
    whatever it does, once `progress` raises; if this process is killed, it ends by itself.

    Args:
        job: as `worker` takes it.
        progress: a bar for each step; it raises where the work is to end.
        first: called with the first figure, as a sentence.

    Returns:
        what the job came to.

    Raises:
        InputError: if it cannot be done, with the reason.
    """
    with (
        progress(_("Starting"), None) as still_wanted,
        subprocess.Popen(  # noqa: S603 - our own program, by its full path
            [sys.executable, "-m", MODULE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as process,
    ):
        try:
            assert process.stdin is not None  # noqa: S101 - it is a pipe
            assert process.stdout is not None  # noqa: S101 - it is a pipe
            with suppress(BrokenPipeError):  # it ended at once: what it said, if anything, is read
                process.stdin.write(json_text(job).encode() + b"\n")
                process.stdin.flush()
            news: queue.Queue[dict[str, Any] | None] = queue.Queue()
            threading.Thread(target=_listen, args=(process.stdout, news), daemon=True).start()
            return _result(news, progress, first, still_wanted)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def _listen(out: IO[bytes], news: "queue.Queue[dict[str, Any] | None]") -> None:
    with suppress(ValueError, OSError):  # it was ended in the middle of a line
        for line in out:
            news.put(json.loads(line))
    news.put(None)


def _result(
    news: "queue.Queue[dict[str, Any] | None]",
    progress: Progress,
    first: Callable[[str], None],
    still_wanted: Callable[[float], None],
) -> Mapping[str, Any]:
    steps: list[tuple[ExitStack, Callable[[float], None]]] = []
    with ExitStack() as all_steps:
        while True:
            still_wanted(0.0)
            try:
                told = news.get(timeout=_LOOK_S)
            except queue.Empty:
                continue
            match told:
                case None:
                    raise InputError(
                        _(
                            "the process that measured ended before it was done, most often for "
                            "lack of memory: measure a smaller area"
                        )
                    )
                case {"result": dict() as result}:
                    return result
                case {"error": str() as error}:
                    raise InputError(error)
                case {"first": str() as sentence}:
                    first(sentence)
                case {"begins": str() as label, "total": total}:
                    step = all_steps.enter_context(ExitStack())
                    steps.append((step, step.enter_context(progress(label, total))))
                case {"done": amount} if steps:
                    steps[-1][1](float(amount))
                case {"ends": _label} if steps:
                    steps.pop()[0].close()
