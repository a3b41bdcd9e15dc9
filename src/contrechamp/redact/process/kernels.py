"""Copies compiled code for a masker's process, which can neither read nor fill the common cache.

Compiling takes some seconds, which every video would cost again without this.
"""

import functools
import shutil
from pathlib import Path

from contrechamp.cell.worker import COMPILED

#: Numba names the folders of its cache after that of the source.
ROOM = "video"


def lay_out(workshop: Path) -> None:
    """Copy the code compiled for masking into `workshop`.

    Raises:
        OSError: it cannot be written.
    """
    kept = _compiled()
    if kept is None:
        return
    laid = workshop / COMPILED / kept.name
    for folder in (laid.parent, laid):
        folder.mkdir(0o700)  # code that others can write to is not loaded
    for folder in kept.glob(f"{ROOM}_*"):
        shutil.copytree(folder, laid / folder.name)


@functools.cache
def _compiled() -> Path | None:
    """Compile what is not compiled yet; return the folder it is cached in, if there is one."""
    from contrechamp.base.compiled import folder
    from contrechamp.redact.video.motion import compile_ahead

    compile_ahead()
    return folder()
