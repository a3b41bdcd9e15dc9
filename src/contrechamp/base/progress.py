"""Progress on a terminal, silence elsewhere.

Pure code takes a `Progress` and calls it; it never knows whether anyone looks.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as RichProgress


class Progress(Protocol):
    """Opens one bar for one long piece of work."""

    def __call__(
        self, label: str, total: float | None
    ) -> AbstractContextManager[Callable[[float], None]]:
        """Return the bar: a context manager that yields ``advance(amount)``.

        While the total is not known (None), the bar only shows that work goes on.
        """
        ...


@contextmanager
def silent(label: str, total: float | None) -> Iterator[Callable[[float], None]]:
    """Show nothing: for tests, pipes and ``--json``."""
    yield lambda amount: None


def on_terminal(console: Console) -> Progress:
    """Return progress bars on `console`, or silence where it is no terminal."""
    if not console.is_terminal:
        return silent

    @contextmanager
    def bar(label: str, total: float | None) -> Iterator[Callable[[float], None]]:
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TaskProgressColumn(),
        )
        with RichProgress(
            *columns, TimeRemainingColumn(), console=console, transient=True
        ) as progress:
            task = progress.add_task(label, total=total)
            yield lambda amount: progress.update(task, advance=amount)

    return bar


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
