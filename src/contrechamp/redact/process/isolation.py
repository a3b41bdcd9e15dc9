"""The cell in which a file of the user's is masked: what it has, and what that may cost."""

import os
from pathlib import Path
from typing import Any

from contrechamp.base.i18n import active_language
from contrechamp.base.progress import Progress, silent
from contrechamp.cell.limits import GIB, ProcessLimits
from contrechamp.cell.running import Cell, OurError, Room
from contrechamp.cell.warm_process import WarmProcess
from contrechamp.redact.kinds import FileKind, known_kind
from contrechamp.redact.process.job import MaskingJob, encoded

MEMORY_BYTES = 4 * GIB
#: Largest share of the machine's memory; the rest is for everything else that runs.
SHARE_OF_MEMORY = 0.75
#: How many times larger than its source a masked file may be; a small one may reach the minimum.
MAX_GROWTH, MIN_FILE_BYTES = 10, GIB


#: Minutes for a file that does not play: for all of it, and without any progress, such as a page
#: or a search. What plays takes days, but goes on.
MINUTES, MINUTES_OF_SILENCE = 30, 5


def limits_for(
    source: Path, *, moving: bool, minutes: float | None = None, at_once: int = 1
) -> ProcessLimits:
    """Return what masking `source` may cost.

    Args:
        source: the file.
        moving: its content plays (video, sound), and may take longer.
        minutes: how long it may take, and how long without progress; None: what is usual.
        at_once: how many files share the machine.
    """
    wall_s, stall_s = MINUTES * 60.0, MINUTES_OF_SILENCE * 60.0
    if moving:
        wall_s, stall_s = 7 * 86_400.0, 1200.0
    if minutes is not None:
        wall_s = stall_s = minutes * 60
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return ProcessLimits(
        memory_bytes=min(MEMORY_BYTES, int(physical * SHARE_OF_MEMORY / at_once)),
        cpu_s=14 * 86_400 if moving else 3600 * 4,
        file_bytes=max(MIN_FILE_BYTES, MAX_GROWTH * source.stat().st_size),
        wall_s=wall_s,
        stall_s=stall_s,
    )


def cell_for(
    source: Path,
    workshop: Path,
    name: str,
    limits: ProcessLimits,
    *,
    warm: WarmProcess | None = None,
    verbose: bool = False,
    unconfined: bool = False,
) -> Cell:
    """Return a cell that can read `source`; all else as in `contrechamp.cell.running.Cell`."""
    room = Room(limits, active_language(), (source,), workshop)
    return Cell(room, name, warm=warm, verbose=verbose, unconfined=unconfined)


def kind_in(cell: Cell, source: Path, name: str) -> FileKind:
    """Return the kind of `source`, judged in the cell.

    Raises:
        InputError: it cannot be read, is empty, or is of a kind that cannot be masked.
        OurError: the answer is none.
    """
    said = {"source": str(source), "name": name}
    answer = cell.call("contrechamp.redact.process.work:kind", said)
    try:
        return known_kind(*answer)
    except (TypeError, KeyError) as error:
        raise OurError("kind", "kinds.py") from error


def run_job(cell: Cell, job: MaskingJob, progress: Progress = silent) -> Any:
    """Run `job` in the cell; return what its function returned, as JSON."""
    function = "contrechamp.redact.process.work:work"
    return cell.call(function, encoded(job), progress, limits=job.limits)
