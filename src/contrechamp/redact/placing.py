"""Where copies and their sheets come to lie: names that tell nothing, folders, no dates."""

import contextlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from contrechamp.base.disk import sync
from contrechamp.base.errors import OutputError
from contrechamp.base.files import keep_private, unwritable
from contrechamp.base.i18n import _
from contrechamp.cell.workshop import empty
from contrechamp.redact.kinds import FileKind
from contrechamp.redact.sources import SourceFile

MASKED, REVIEW = "masked", "review"
#: What the name of a copy's sidecar ends with, in the folder of the review.
SIDECAR = ".mask"
#: Copies do not tell when they were made: they carry the earliest date that ZIP archives know.
_NO_DATE = (315_532_800, 315_532_800)
_MAX_STEM = 80


def copy_name(
    source: SourceFile, kind: FileKind, number: int, folder: Path, *, keep: bool, searched: bool
) -> str:
    """Return the name of a copy: neutral, unless kept, since a file name can name a person.

    Nobody takes a copy for a searched one that is not: its name says so wherever it goes.
    """
    stem = f"{kind.kind if searched else 'unsearched'}-{number:03d}"
    if keep:
        kept = "".join(c if c.isprintable() and c not in '/\\:*?"<>|' else "_" for c in source.stem)
        kept = kept.strip(" .")[:_MAX_STEM]
        stem = f"{kept}{'' if searched else '-unsearched'}" if kept else stem
    name, twin = f"{stem}{kind.suffix}", 2
    while (folder / name).exists():
        name, twin = f"{stem}-{twin}{kind.suffix}", twin + 1
    return name


def put_in_place(draft: Path, sheet: Path, name: str, out: Path) -> tuple[Path, Path]:
    """Move a copy and its sheet to where they belong in `out`; return where each is."""
    for path in (draft, sheet):
        keep_private(path)
        sync(path)
    os.utime(draft, _NO_DATE)
    final_sheet = sheet.rename(out / REVIEW / f"{name}.html")
    try:
        copy = draft.rename(out / MASKED / name)
    except BaseException:
        final_sheet.unlink(missing_ok=True)
        raise
    return copy, final_sheet


@contextmanager
def workshop_in(out: Path) -> Iterator[Path]:
    """Make `out` and its folders; yield the one for unfinished work, which is removed after."""
    try:
        if out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise OutputError(
                _("{out}: already exists; choose a new or empty folder with -o").format(out=out)
            )
        made = not out.exists()
        out.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = out.absolute() / f".unfinished-{secrets.token_hex(4)}"
        for folder in (unfinished, out / MASKED, out / REVIEW):
            folder.mkdir(mode=0o700)
    except OSError as error:
        raise unwritable(str(out), error) from error
    try:
        yield unfinished
    finally:
        empty(unfinished)
        with contextlib.suppress(OSError):
            unfinished.rmdir()
        if not any((out / REVIEW).iterdir()):  # no file was handled: leave nothing behind
            for folder in (out / MASKED, out / REVIEW, *([out] if made else [])):
                folder.rmdir()
