"""Progress of a command: bars on a terminal, and how long each piece of work took."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console

from contrechamp.base.progress import Progress, on_terminal, silent


def progress_for(*, as_json: bool) -> Progress:
    """Return bars on standard error where that is a terminal, silence elsewhere."""
    return silent if as_json else on_terminal(Console(file=sys.stderr))


def timed(progress: Progress) -> tuple[Progress, dict[str, float]]:
    """Return a progress that also notes how many seconds each labelled piece of work took."""
    seconds: dict[str, float] = {}

    @contextmanager
    def noting(label: str, total: float | None) -> Iterator[Callable[[float], None]]:
        started = time.perf_counter()
        with progress(label, total) as advance:
            yield advance
        seconds[label] = time.perf_counter() - started

    return noting, seconds
