"""The folder of a publication: new, empty, or of an earlier run of ours, which it replaces."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TypeAlias

from contrechamp.base import files
from contrechamp.base.errors import OutputError
from contrechamp.base.i18n import _
from contrechamp.publish.files import FIGURES_JSON, SCHEMA_FAMILY

#: Raises unless a folder may be made or replaced.
Refuse: TypeAlias = Callable[[Path], None]


def check_writable(out: Path, refuse: Refuse | None = None) -> None:
    """Check before a long computation that its result can be written to `out`.

    Args:
        out: the folder to make or, if an earlier run made it, to replace.
        refuse: raises if the folder must not be replaced; by default unless it is our report.

    Raises:
        OutputError: if `out` is a file, holds what contrechamp did not write, or lies where
            nothing can be written.
    """
    target = out.resolve()
    (refuse or _refuse_foreign)(out)
    above = target.parent
    while not above.exists():
        above = above.parent
    if not above.is_dir():
        raise OutputError(
            _(
                "{out}: cannot be made, {above} is a file; choose a folder with -o that is new, "
                "empty or of an earlier run"
            ).format(out=out, above=above.name)
        )
    try:
        probe = files.beside(above / target.name)
        probe.mkdir()
        probe.rmdir()
    except OSError as error:
        raise files.unwritable(str(out), error, _another()) from error


def new_folder(out: Path, refuse: Refuse | None = None) -> AbstractContextManager[Path]:
    """Yield an empty folder; if all goes well, it becomes `out` (see `contrechamp.base.files`).

    A folder that an earlier run left at `out` is replaced.

    Args:
        out: the folder to make or replace.
        refuse: see `check_writable`.

    Raises:
        OutputError: if `out` holds what contrechamp did not write, or cannot be written.
    """
    return files.new_folder(
        out, refuse=refuse or _refuse_foreign, shown=str(out), advice=_another()
    )


def names_in(out: Path) -> set[str]:
    """Return the names in a folder to be replaced; none if it is missing.

    Raises:
        OutputError: if it is a file, or cannot be read.
    """
    if not out.exists():
        return set()
    try:
        if not out.is_dir():
            raise OutputError(
                _("{out}: is a file; choose a folder with -o that is new or empty").format(out=out)
            )
        return {entry.name for entry in out.iterdir()}
    except OSError as error:
        raise files.unwritable(str(out), error, _another()) from error


def _refuse_foreign(out: Path) -> None:
    """Raise unless `out` is missing, empty, or a folder that we wrote and nobody added to."""
    names = names_in(out)
    if not names:
        return
    ours = _files_of_earlier_run(out)
    if ours is None:
        raise OutputError(
            _(
                "{out}: is not empty and was not written by contrechamp; "
                "choose a folder with -o that is new or empty"
            ).format(out=out)
        )
    added = sorted(names - ours)
    if added:
        raise OutputError(
            _(
                "{out}: holds {names}, which contrechamp did not write and would remove; "
                "move it elsewhere, or choose another folder with -o"
            ).format(out=out, names=", ".join(added[:3]))
        )


def _files_of_earlier_run(folder: Path) -> set[str] | None:
    """Return the names that the figures.json in `folder` lists, or None if it is not ours."""
    try:
        figures = json.loads((folder / FIGURES_JSON).read_bytes())
        if not str(figures["schema"]).startswith(SCHEMA_FAMILY):
            return None
        return {str(name) for name in figures["files"]}
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _another() -> str:
    return _("choose another folder with -o")
