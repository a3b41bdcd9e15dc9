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
    for folder in _compiled().glob(f"{ROOM}_*"):
        shutil.copytree(folder, workshop / FOLDER / folder.name)


@functools.cache
def _compiled() -> Path:
    """Compile what is not compiled yet; return where it is kept."""
    import numba

    from contrechamp.redact.video.motion import compile_ahead

    compile_ahead()
    return Path(numba.config.CACHE_DIR)  # type: ignore[attr-defined]
