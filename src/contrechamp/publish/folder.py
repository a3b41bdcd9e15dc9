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
    (refuse or refuse_foreign)(out)
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
    return files.new_folder(out, refuse=refuse or refuse_foreign, shown=str(out), advice=_another())


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


def refuse_foreign(out: Path, manifest: str = FIGURES_JSON, family: str = SCHEMA_FAMILY) -> None:
    """Raise unless `out` is missing, empty, or a folder that we wrote and nobody added to.

    Args:
        out: the folder.
        manifest: name of the file in it that lists those that we wrote.
        family: how the schema of that file begins.

    Raises:
        OutputError: if it holds anything else.
    """
    names = names_in(out)
    if not names:
        return
    ours = _files_of_earlier_run(out / manifest, family)
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


def _files_of_earlier_run(manifest: Path, family: str) -> set[str] | None:
    """Return the names that a manifest lists, and its own; None if it is not ours."""
    try:
        told = json.loads(manifest.read_bytes())
        if not str(told["schema"]).startswith(family):
            return None
        return {manifest.name, *map(str, told["files"])}
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _another() -> str:
    return _("choose another folder with -o")
