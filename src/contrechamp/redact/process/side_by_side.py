"""Works on several files at once: in threads, which wait for the processes that do the work."""

import contextlib
import os
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import TypeVar

from contrechamp.base.progress import Progress, silent
from contrechamp.cell.limits import GIB
from contrechamp.cell.running import end_started_by
from contrechamp.redact.process.isolation import SHARE_OF_MEMORY

Result = TypeVar("Result")

#: A picture of 12 million pixels takes 0.6 GB, and there are larger ones; nothing is worked on
#: beside others with less.
_LEAST_BYTES = 2 * GIB
_LOOK_EVERY_S = 0.05


def at_once(files: int, threads: int) -> int:
    """Return how many files are worked on at once.

    Args:
        files: of the run.
        threads: cores to use; 0: all of them.
    """
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    room = int(physical * SHARE_OF_MEMORY) // _LEAST_BYTES
    return max(1, min(files, threads or os.cpu_count() or 1, room))


def in_order(tasks: Sequence[Callable[[], Result]], count: int) -> Generator[Callable[[], Result]]:
    """Yield for each task, in their order, what returns its result or raises what it raised.

    Args:
        tasks: each called once, in a thread where `count` is above 1.
        count: how many of them at once. As many more may be done before they are asked for.
    """
    if count == 1:
        yield from tasks
        return
    waiting: deque[Future[Result]] = deque()
    threads: set[int] = set()
    pool = ThreadPoolExecutor(count, initializer=lambda: threads.add(threading.get_ident()))
    try:
        for task in tasks:
            waiting.append(pool.submit(task))
            if len(waiting) >= 2 * count:
                yield _waited(waiting.popleft())
        while waiting:
            yield _waited(waiting.popleft())
    finally:
        for future in waiting:
            future.cancel()
        # Whoever interrupts does not wait for what nobody asks for any more.
        while wait(waiting, _LOOK_EVERY_S).not_done:
            end_started_by(threads)
        pool.shutdown()


def _waited(future: "Future[Result]") -> Callable[[], Result]:
    wait([future])
    return future.result


def one_shown(progress: Progress) -> Progress:
    """Return a progress for several threads, of which one at a time is shown."""
    shown = threading.Lock()

    @contextmanager
    def one_at_a_time(label: str, total: float | None) -> Iterator[Callable[[float], None]]:
        if not shown.acquire(blocking=False):
            with silent(label, total) as advance:
                yield advance
            return
        with contextlib.ExitStack() as bars:
            bars.callback(shown.release)
            yield bars.enter_context(progress(label, total))

    return one_at_a_time
