"""Compiled code for the process of a masker, which can neither read nor fill the common cache.

Compiling takes some seconds; without this every video would pay for it anew.
"""

import functools
import shutil
from pathlib import Path

#: Where it lies in the workshop of a job.
FOLDER = "compiled"
#: Numba names the folders of its cache after the folder of the source.
ROOM = "video"


def lay_out(workshop: Path) -> None:
    """Lay a copy of what is compiled for masking into `workshop`.

    Raises:
        OSError: it cannot be written.
    """
    kept = _compiled()
    if kept is None:
        return
    laid = workshop / FOLDER / kept.name
    for folder in (laid.parent, laid):
        folder.mkdir(0o700)  # what others could write is not read
    for folder in kept.glob(f"{ROOM}_*"):
        shutil.copytree(folder, laid / folder.name)


@functools.cache
def _compiled() -> Path | None:
    """Compile what is not compiled yet; return where it is kept, if it can be."""
    from contrechamp.base.compiled import folder
    from contrechamp.redact.video.motion import compile_ahead

    compile_ahead()
    return folder()
