"""The files that are to be masked: those given, and those in the folders given.

Links and devices are never followed: what they lead to was not what the user looked at.
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
        path: where it lies; may be ``/dev/fd/N``.
        name: what the user calls it.
        boxes: its sidecar, if it has one.
        stem: of its name, for a copy that keeps it.
    """

    path: Path
    name: str
    boxes: Path | None = None
    stem: str = ""


@dataclass
class Sources:
    """What was found: files to mask, and what was refused or left out, with the reason."""

    files: list[SourceFile] = field(default_factory=list)
    refused: list[InputError] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def gather(inputs: Sequence[Path], boxes: Path | None = None) -> Sources:
    """Find the files to mask.

    Args:
        inputs: files and folders.
        boxes: a sidecar for the one file given, or a folder of sidecars; by default each lies
            beside its file.

    Raises:
        UsageError: one sidecar is given for several files, or `boxes` does not exist.
    """
    found = Sources()
    seen: set[tuple[int, int]] = set()
    used: set[Path] = set()
    for given in inputs:
        for path in _within(given, found):
            status = path.lstat()
            if (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            sidecar = _sidecar(path, boxes)
            if sidecar in used and boxes and boxes.is_dir():
                found.refused.append(
                    InputError(
                        _(
                            "its boxes, {sidecar}, are those of another file of the same name; put "
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
            _("--boxes {file}: is for one file, but there are {count}; give a folder").format(
                file=boxes, count=len(found.files)
            )
        )
    for lonely in sorted(_sidecars(inputs, boxes) - used):
        # A wrong name would leave uncovered what a person drew a box round.
        found.refused.append(
            InputError(
                _("holds boxes for {name}, which is not among the files").format(
                    name=shown(lonely.name.removesuffix(SUFFIX))
                ),
                where=shown(lonely),
            )
        )
    return found


def _within(given: Path, found: Sources) -> Iterator[Path]:
    """Yield the regular files that `given` is or holds, in the order of their names."""
    try:
        mode = given.lstat().st_mode
        if stat.S_ISREG(mode):
            if not given.name.endswith(SUFFIX):
                yield given
        elif stat.S_ISDIR(mode):
            for name in sorted(os.listdir(given)):
                if name.startswith("."):
                    found.left_out.append(
                        _("{file}: hidden, left out").format(file=shown(given / name))
                    )
                else:
                    yield from _within(given / name, found)
        else:
            found.refused.append(
                InputError(
                    _("is a link or a device, which is not followed; give the file itself"),
                    where=shown(given),
                )
            )
    except OSError as error:
        found.refused.append(unreadable(shown(given), error))


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
    """Return every sidecar that lies where sidecars are looked for."""
    if boxes is not None:
        return set(boxes.glob(f"*{SUFFIX}")) if boxes.is_dir() else set()
    folders = [given for given in inputs if given.is_dir() and not given.is_symlink()]
    given = {path for path in inputs if path.name.endswith(SUFFIX)}
    return given.union(*(folder.rglob(f"[!.]*{SUFFIX}") for folder in folders))
