"""The output folder: written aside, then renamed into place, all or nothing."""

import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from contrechamp.base.errors import OutputError
from contrechamp.base.i18n import _
from contrechamp.publish.files import FIGURES_JSON, SCHEMA_FAMILY

#: Raises unless a folder is missing, empty, or of an earlier run: what stands there, and its name.
Refuse: TypeAlias = Callable[[Path, Path], None]


def check_writable(out: Path, refuse: Refuse | None = None) -> None:
    """Say before a long computation whether its result can be written to `out`.

    Args:
        out: the folder that is to be made or, if an earlier run made it, replaced.
        refuse: tells what is not to be replaced; by default what is no report of ours.

    Raises:
        OutputError: if `out` is a file, holds what contrechamp did not write, or lies where
            nothing can be written.
    """
    target = out.resolve()
    (refuse or _refuse_foreign)(target, out)
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
        probe = _make_aside(above / target.name, "probe")
        probe.rmdir()
    except OSError as error:
        raise _unwritable(out, error) from error


@contextmanager
def written_aside(out: Path, refuse: Refuse | None = None) -> Iterator[Path]:
    """Yield an empty folder beside `out`; when all went well it becomes `out`.

    The folder is on the file system of `out`. Its files are on the disk before it is renamed. A
    folder that an earlier run left at `out` is moved aside and removed only after the new one
    stands in its place; it is put back if that fails. Whatever goes wrong, `out` is as it was.

    Args:
        out: the folder that is to be made or replaced.
        refuse: see `check_writable`.

    Raises:
        OutputError: if `out` holds what contrechamp did not write, or cannot be written.
    """
    target = out.resolve()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = _make_aside(target, "writing")
    except OSError as error:
        raise _unwritable(out, error) from error
    try:
        yield aside
        _to_disk(aside)
        (refuse or _refuse_foreign)(target, out)
        _put_in_place(aside, target)
    except OSError as error:
        raise _unwritable(out, error) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _make_aside(target: Path, purpose: str) -> Path:
    """Make a hidden sibling of `target`; its rights are those of any new folder."""
    aside = target.with_name(f".{target.name}.{secrets.token_hex(4)}.{purpose}")
    aside.mkdir()
    return aside


def names_in(target: Path, shown: Path) -> set[str]:
    """Return what lies in a folder that is to be replaced; nothing where it is missing.

    Raises:
        OutputError: if it is a file, or cannot be read.
    """
    if not target.exists():
        return set()
    try:
        if not target.is_dir():
            raise OutputError(
                _("{out}: is a file; choose a folder with -o that is new or empty").format(
                    out=shown
                )
            )
        return {entry.name for entry in target.iterdir()}
    except OSError as error:
        raise _unwritable(shown, error) from error


def _refuse_foreign(target: Path, shown: Path) -> None:
    """Raise unless `target` is missing, empty, or a folder that we wrote and nobody added to."""
    found = names_in(target, shown)
    if not found:
        return
    ours = _files_of_earlier_run(target)
    if ours is None:
        raise OutputError(
            _(
                "{out}: is not empty and was not written by contrechamp; "
                "choose a folder with -o that is new or empty"
            ).format(out=shown)
        )
    added = sorted(found - ours)
    if added:
        raise OutputError(
            _(
                "{out}: holds {names}, which contrechamp did not write and would remove; "
                "move it elsewhere, or choose another folder with -o"
            ).format(out=shown, names=", ".join(added[:3]))
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


def _to_disk(folder: Path) -> None:
    """Flush the files of `folder`, then the folder: a rename may not overtake its content."""
    for path in (*sorted(folder.iterdir()), folder):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _put_in_place(aside: Path, target: Path) -> None:
    if not target.exists():
        aside.rename(target)
    else:
        old = aside.with_suffix(".old")
        target.rename(old)
        try:
            aside.rename(target)
        except BaseException:
            old.rename(target)
            raise
        shutil.rmtree(old, ignore_errors=True)
    descriptor = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unwritable(out: Path, error: OSError) -> OutputError:
    return OutputError(
        _("{out}: cannot be written ({reason}); choose another folder with -o").format(
            out=out, reason=error.strerror or type(error).__name__
        )
    )
