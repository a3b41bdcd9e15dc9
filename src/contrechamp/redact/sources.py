"""Finds the files to mask: those that the user names, and those in the folders that they name.

Links and devices are never followed: what they lead to is not what the user looked at.
"""

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from contrechamp.base.errors import InputError, UsageError
from contrechamp.base.files import unreadable
from contrechamp.base.i18n import _
from contrechamp.base.shown_text import shown
from contrechamp.redact.sidecar import SUFFIX, sidecar_of


@dataclass(frozen=True)
class SourceFile:
    """One file to mask.

    Args:
        path: may be ``/dev/fd/N``.
        name: what the user calls it.
        boxes: its sidecar, if it has one.
        stem: of its name, for copies that keep their names.
    """

    path: Path
    name: str
    boxes: Path | None = None
    stem: str = ""


@dataclass
class Sources:
    """The files to mask, and those refused or left out, with the reasons."""

    files: list[SourceFile] = field(default_factory=list)
    refused: list[InputError] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def gather(inputs: Sequence[Path], boxes: Path | None = None) -> Sources:
    """Find the files to mask.

    Args:
        inputs: files and folders.
        boxes: a sidecar for a single file, or a folder of sidecars; by default each is beside its
            file.

    Raises:
        UsageError: there is one sidecar for several files, or `boxes` does not exist.
    """
    found = Sources()
    seen: set[tuple[int, int]] = set()
    used: set[Path] = set()
    for entry in inputs:
        for path in _within(entry, found):
            status = path.lstat()
            if (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            sidecar = _sidecar(path, boxes)
            if sidecar in used and boxes and boxes.is_dir():
                found.refused.append(
                    InputError(
                        _(
                            "its boxes, {sidecar}, belong to another file of the same name; put "
                            "each sidecar beside its file"
                        ).format(sidecar=shown(sidecar)),
                        where=shown(path),
                    )
                )
                continue
            used |= {sidecar} if sidecar else set()
            found.files.append(SourceFile(path, shown(path), sidecar, shown(path.stem)))
    if boxes and boxes.is_file() and len(found.files) > 1:
        raise UsageError(
            _("--boxes {file}: is for one file, but there are {count}; name a folder").format(
                file=boxes, count=len(found.files)
            )
        )
    for orphan in sorted(_sidecars(inputs, boxes) - used):
        # A misspelt name would leave uncovered what a person drew a box around.
        found.refused.append(
            InputError(
                _("holds boxes for {name}, which is not among the files").format(
                    name=shown(orphan.name.removesuffix(SUFFIX))
                ),
                where=shown(orphan),
            )
        )
    return found


def _within(path: Path, found: Sources) -> Iterator[Path]:
    """Yield `path` or the regular files in it, in the order of their names."""
    try:
        mode = path.lstat().st_mode
        if stat.S_ISREG(mode):
            if not path.name.endswith(SUFFIX):
                yield path
        elif stat.S_ISDIR(mode):
            for name in sorted(os.listdir(path)):
                if name.startswith("."):
                    found.left_out.append(
                        _("{file}: hidden, left out").format(file=shown(path / name))
                    )
                else:
                    yield from _within(path / name, found)
        else:
            found.refused.append(
                InputError(
                    _("is a link or a device, which is not followed; name the file itself"),
                    where=shown(path),
                )
            )
    except OSError as error:
        found.refused.append(unreadable(shown(path), error))


def _sidecar(path: Path, boxes: Path | None) -> Path | None:
    if boxes is None:
        place = sidecar_of(path)
    elif boxes.is_dir():
        place = boxes / sidecar_of(path).name
    elif boxes.is_file():
        return boxes
    else:
        raise UsageError(_("--boxes {file}: there is no such file or folder").format(file=boxes))
    return place if place.is_file() else None


def _sidecars(inputs: Sequence[Path], boxes: Path | None) -> set[Path]:
    """Return every sidecar in the places where sidecars are looked for."""
    if boxes is not None:
        return set(boxes.glob(f"*{SUFFIX}")) if boxes.is_dir() else set()
    folders = [path for path in inputs if path.is_dir() and not path.is_symlink()]
    named = {path for path in inputs if path.name.endswith(SUFFIX)}
    return named.union(*(folder.rglob(f"[!.]*{SUFFIX}") for folder in folders))
