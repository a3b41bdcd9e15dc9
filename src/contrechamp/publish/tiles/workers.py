"""Who works on the tiles: processes of this machine, or a Dask cluster.

Whoever it is, a tile is one call of `parcels.work`, and its figures lie in the store: that one is
slow, ends or is begun twice changes no figure.
"""

import multiprocessing
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from typing import Any, Final

from contrechamp.base.errors import InputError, UsageError
from contrechamp.base.i18n import _
from contrechamp.publish.tiles.parcels import Job, work

#: A tile is begun again this often, if who works on it ends.
TRIES: Final = 3


def here(jobs: Sequence[Job], workers: int) -> Iterator[str]:
    """Work on tiles in processes of this machine; yield the name of each that is done.

    Args:
        jobs: the tiles.
        workers: how many processes.

    Raises:
        InputError: if a process ends several times at one tile, most often for lack of memory.
    """
    left = {job.tile: job for job in jobs}
    ended: Counter[str] = Counter()
    while left:
        try:
            yield from _in_a_pool(left, workers)
        except BrokenProcessPool as error:
            # All that were under way are lost, and which of them ended the process is not told.
            under_way = list(left)[:workers]
            ended.update(under_way)
            tile, times = ended.most_common(1)[0]
            if times >= TRIES:
                raise InputError(
                    _(
                        "processes that worked on it ended again and again, most often for lack of "
                        "memory: take fewer --workers or smaller --tile; what is done stays"
                    ),
                    where=tile,
                ) from error


def _in_a_pool(left: dict[str, Job], workers: int) -> Iterator[str]:
    # Spawned: a fork would have the threads' locks and the memory of this process.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(workers, len(left)), mp_context=context) as pool:
        futures = [pool.submit(work, job) for job in left.values()]
        try:
            for future in as_completed(futures):
                tile = future.result()
                del left[tile]
                yield tile
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def on_dask(jobs: Sequence[Job], scheduler: str) -> Iterator[str]:
    """Work on tiles on a Dask cluster; yield the name of each that is done.

    Args:
        jobs: the tiles, in a store that all of its machines reach.
        scheduler: address of its scheduler. What is sent there runs there, and what comes back is
            believed: it must be a cluster of one's own.

    Raises:
        UsageError: if Dask is not installed, or nothing answers there.
    """
    distributed = _distributed()
    try:
        client = distributed.Client(scheduler, set_as_default=False, timeout="30s")
    except (OSError, ValueError) as error:
        raise UsageError(
            _("no Dask scheduler answers at {address}").format(address=scheduler)
        ) from error
    with client:
        futures = [client.submit(work, job, pure=False, retries=TRIES) for job in jobs]
        for future in distributed.as_completed(futures, loop=client.loop):
            yield future.result()


def _distributed() -> Any:
    try:
        import distributed
    except ImportError as error:
        raise UsageError(
            _("--scheduler needs Dask: install {extra}").format(extra="contrechamp[dask]")
        ) from error
    return distributed
