"""Runs a masker in the cell, to contain whatever a hostile file does to it."""

import os
from pathlib import Path
from typing import Any

from contrechamp.base.progress import Progress, silent
from contrechamp.cell.limits import GIB, ProcessLimits
from contrechamp.cell.running import Task, run
from contrechamp.redact.process.job import MaskingJob, encoded

MEMORY_BYTES = 4 * GIB
#: Largest share of the machine's memory; the rest is for everything else that runs.
SHARE_OF_MEMORY = 0.75
#: How many times larger than its source a masked file may be; a small one may reach the minimum.
MAX_GROWTH, MIN_FILE_BYTES = 10, GIB


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
    job: MaskingJob,
    name: str,
    progress: Progress = silent,
    *,
    verbose: bool = False,
    unconfined: bool = False,
) -> tuple[Any, tuple[str, ...]]:
    """Run `job` in the cell; all else as in `contrechamp.cell.running.run`.

    Returns:
        What the function returned, as JSON, and the restrictions that the process ran under.
    """
    task = Task(
        function="contrechamp.redact.process.work:work",
        said=encoded(job),
        limits=job.limits,
        language=job.language,
        readable=(job.source,),
        workshop=job.workshop,
    )
    return run(task, name, progress, verbose=verbose, unconfined=unconfined)
