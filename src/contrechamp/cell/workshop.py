"""The folder that a process of the cell may write to: counted while it runs, emptied after.

Whoever took the process over made what is in it: links are not followed, and folders may lie in
each other as deep as a path can say, which is deeper than Python's own functions go.
"""

import contextlib
import os
from pathlib import Path

#: Files and folders that a process may make.
MAX_FILES = 10_000


def written(workshop: Path) -> tuple[int, int]:
    """Return how many files and folders lie in `workshop`, and their bytes on disk.

    Beyond `MAX_FILES` no more are counted; what cannot be looked at counts as that many.
    """
    count = size = 0
    waiting = [str(workshop)]
    while waiting and count <= MAX_FILES:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    count += 1
                    size += entry.stat(follow_symlinks=False).st_blocks * 512
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    if count > MAX_FILES:
                        break
        except FileNotFoundError:  # gone meanwhile
            continue
        except OSError:
            return MAX_FILES + 1, size
    return count, size


def empty(workshop: Path, but: Path | None = None) -> None:
    """Remove what lies in `workshop` but one file, as far as it can be; its process has ended."""
    waiting, folders = [str(workshop)], []
    while waiting:
        with contextlib.suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                    folders.append(entry.path)
                elif but is None or entry.path != str(but):
                    with contextlib.suppress(OSError):
                        os.unlink(entry.path)
    for folder in reversed(folders):
        with contextlib.suppress(OSError):
            os.rmdir(folder)
