"""Converts files of some kinds before they are masked as what they became, in the cell.

What is converted lies in a folder in memory until its masked copy is made, and on no disk.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _, active_language
from contrechamp.base.memory_files import folder_in_memory
from contrechamp.base.progress import Progress, silent
from contrechamp.base.shown_text import shown
from contrechamp.cell import libreoffice
from contrechamp.cell.running import Cell, OurError, Room
from contrechamp.cell.workshop import empty
from contrechamp.redact.kinds import FileKind, known_kind
from contrechamp.redact.outcome import Look, Outcome
from contrechamp.redact.process.isolation import limits_for

_DRAW = {
    "SVG": "contrechamp.redact.pdf.drawings:convert",
    "multi-page TIFF": "contrechamp.redact.pdf.scans:convert",
}
_HELD = "contrechamp.redact.office.old_kinds:held"
_MOST_LOST = 40


@dataclass(frozen=True)
class Converted:
    """What a file became.

    Args:
        path: of it.
        kind: of it.
        lost: what is known not to be in it, in the user's language.
    """

    path: Path
    kind: FileKind
    lost: tuple[str, ...]


@contextmanager
def converted(
    path: Path,
    kind: FileKind,
    name: str,
    *,
    minutes: float | None = None,
    verbose: bool = False,
    unconfined: bool = False,
    progress: Progress = silent,
) -> Iterator[Converted]:
    """Convert a file for the length of a ``with`` block.

    Args:
        path: may be ``/dev/fd/N``.
        kind: of it, which has `by_way_of`.
        name: what the user calls it.
        minutes: how long it may take; None: what is usual.
        verbose: show what its reader prints.
        unconfined: go on where the system cannot confine what reads it.
        progress: opens a bar.

    Raises:
        InputError: it cannot be read; LibreOffice is needed and not installed.
        UsageError: there is no folder in memory.
    """
    with as_file(
        *(path, kind, known_kind(kind.kind, kind.by_way_of).suffix, name),
        minutes=minutes,
        verbose=verbose,
        unconfined=unconfined,
        progress=progress,
    ) as (file, lost):
        yield Converted(file, known_kind(kind.kind, kind.by_way_of), lost)


@contextmanager
def as_file(
    path: Path,
    kind: FileKind,
    suffix: str,
    name: str,
    *,
    minutes: float | None = None,
    verbose: bool = False,
    unconfined: bool = False,
    progress: Progress = silent,
) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """Convert a file to what `suffix` says; yield it, and what is known to be lost.

    Raises:
        InputError: as `converted`.
        UsageError: as `converted`.
    """
    programs = libreoffice.installed() if kind.kind == "office" else None
    if kind.kind == "office" and programs is None:
        raise InputError(
            _(
                "is {format}, which LibreOffice converts before it is masked: install that "
                "(apt install libreoffice-writer libreoffice-calc libreoffice-impress), or save it "
                "as {other} first"
            ).format(format=kind.format, other=suffix[1:].upper())
        )
    limits = limits_for(path, moving=False, minutes=minutes)
    with folder_in_memory() as (folder, _lock):
        target = folder / f"converted{suffix}"
        room = Room(
            *(limits, active_language(), (path,), folder),
            libraries=libreoffice.libraries(programs) if programs else (),
            scratch=programs is not None,
        )
        said = {
            "programs": str(programs or ""),
            "source": str(path),
            "name": f"source{kind.names[0]}",
            "target": str(target),
            "workshop": str(folder),
        }
        try:
            with Cell(room, name, verbose=verbose, unconfined=unconfined) as cell:
                if programs is None:
                    lost = _texts(cell.call(_DRAW[kind.format], said, progress))
                else:
                    lost = _texts(cell.call(_HELD, {**said, "format": kind.format}))
                    _by_office(cell, said, progress)
            empty(folder, but=target)
            if target.is_symlink() or not target.is_file():
                raise OurError("no file", "converting.py")
            yield target, lost
        finally:
            empty(folder)


def _by_office(cell: Cell, said: dict[str, str], progress: Progress) -> None:
    """Convert with LibreOffice, which ends its process itself where it gives up."""
    try:
        cell.call(libreoffice.FUNCTION, said, progress)
    except OurError as fault:
        raise InputError(
            _("made LibreOffice end without a result; open it there and save it anew")
        ) from fault


def _texts(answer: Any) -> tuple[str, ...]:
    if not isinstance(answer, list) or not all(isinstance(one, str) for one in answer):
        raise OurError("lost", "converting.py")
    return tuple(shown(one)[:120] for one in answer[:_MOST_LOST])


def with_conversion_told(outcome: Outcome, kind: FileKind, lost: tuple[str, ...]) -> Outcome:
    """Return an outcome whose looks say that the source was converted, and what that lost."""
    copy = kind.suffix[1:].upper()
    if not kind.needs_office:
        text = _(
            "The source is {source}; it was drawn on pages of {copy}: compare the two."
        ).format(source=kind.format, copy=copy)
        looks = [Look("converted", text, 2)]
        if lost:
            text = _("Not used of the source: {parts}").format(parts=", ".join(lost))
            looks.append(Look("not-drawn", text, 2))
        return replace(outcome, looks=(*outcome.looks, *looks))
    text = _(
        "The source is {source}; LibreOffice made {copy} of it before it was masked. Layout, "
        "fields, drawings and formulas may look different or be gone: compare it with the "
        "original, page by page."
    ).format(source=kind.format, copy=copy)
    looks = [Look("converted", text, 2)]
    if lost:
        text = _("The source holds what the copy does not: {parts}").format(parts="; ".join(lost))
        looks.append(Look("held", text, 2))
    return replace(outcome, looks=(*outcome.looks, *looks))
