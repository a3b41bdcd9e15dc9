"""Files and folders of the user: read within bounds, written whole or not at all.

What cannot be read or written is told here and nowhere else; callers give the place and the advice.
"""

import json
import os
import secrets
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from contrechamp.base.disk import disk_of, sync
from contrechamp.base.errors import InputError, OutputError
from contrechamp.base.i18n import _


def reason_of(error: BaseException | str) -> str:
    """Return what the system, or else a library, calls an error."""
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def unreadable(
    where: str, error: BaseException | str = "", advice: str = "", *, form: str = ""
) -> InputError:
    """Return the error that says that a file cannot be read.

    Args:
        where: the place, as `InputError` has it.
        error: why; nothing where the words of a library would tell the user nothing.
        advice: what to do.
        form: name of the format that it should have.
    """
    return InputError(unreadable_text(error, advice, form=form), where=where)


def unreadable_text(error: BaseException | str = "", advice: str = "", *, form: str = "") -> str:
    """Return the message of `unreadable`, where it is told in a list."""
    told = _("cannot be read as {format}").format(format=form) if form else _("cannot be read")
    if error:
        told = f"{told} ({reason_of(error)})"
    return _("{what}; {advice}").format(what=told, advice=advice) if advice else told


def unwritable(where: str, error: BaseException | str, advice: str = "") -> OutputError:
    """Return the error that says that a file or folder cannot be written.

    Args:
        where: what was to be written.
        error: why.
        advice: what to do, or what became of what stood there.
    """
    told = _("{file}: cannot be written ({reason})").format(file=where, reason=reason_of(error))
    return OutputError(_("{what}; {advice}").format(what=told, advice=advice) if advice else told)


def check_name_and_rights() -> str:
    """Return the advice for a file that somebody named."""
    return _("check its name and its rights")


def not_utf8(where: str) -> InputError:
    """Return the error that says that a file is no text in UTF-8."""
    return InputError(_("the text is not in UTF-8; save it as UTF-8"), where=where)


def not_json() -> str:
    """Return what is wrong with a text that is not JSON; nothing of the text is repeated."""
    return _("it is not JSON")


def no_plain_file() -> str:
    """Return what is wrong with a folder, a pipe or a device in the place of a file."""
    return _("no plain file")


def read_bounded(path: Path, limit: int, *, where: str, advice: str = "") -> bytes:
    """Return what a file holds; where that is too much, a byte more than the limit.

    Raises:
        InputError: if it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(limit + 1)
    except OSError as error:
        raise unreadable(where, error, advice) from error


def open_plain(path: Path, *, where: str, follow: bool = False, advice: str = "") -> BinaryIO:
    """Open a plain file: no pipe or device is waited for.

    Args:
        path: of the file.
        where: the place, for errors.
        follow: a link, if it is one.
        advice: for one that cannot be read.

    Raises:
        InputError: if it cannot be read, or is something else.
    """
    try:
        flags = os.O_RDONLY | os.O_NONBLOCK | (0 if follow else os.O_NOFOLLOW)
        descriptor = os.open(path, flags)
    except OSError as error:
        raise unreadable(where, error, advice) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):  # `open` would refuse a folder its own way
        os.close(descriptor)
        raise InputError(no_plain_file(), where=where)
    return open(descriptor, "rb")


def refuse_existing(path: Path) -> None:
    """Raise where something stands in the place of a new file or folder.

    Raises:
        OutputError: if it does.
    """
    if path.exists() or path.is_symlink():
        raise OutputError(
            _("{folder}: is there already; choose another name").format(folder=path.name)
        )


def beside(target: Path) -> Path:
    """Return a hidden name beside `target` that nobody guesses, on the same file system."""
    return target.with_name(f".{target.name}.{secrets.token_hex(8)}.partial")


@contextmanager
def new_folder(
    folder: Path,
    *,
    refuse: Callable[[Path], None] = refuse_existing,
    mode: int = 0o700,
    shown: str = "",
    advice: str = "",
) -> Iterator[Path]:
    """Yield an empty folder; when all went well it becomes `folder`, with what lies in it by then.

    It lies beside `folder`, on the same file system, under a name that nobody could plant a link
    at. All of it is on the disk before it is renamed. Whatever goes wrong, an interruption or a
    full disk, it is removed, and what stood at `folder` is as it was.

    Args:
        folder: to be made, with the folders above it; replaced where `refuse` lets that be.
        refuse: raises where what stands there must stay; asked before and after.
        mode: of the new folder, before the umask.
        shown: what errors call it; its name by default.
        advice: for errors.

    Raises:
        OutputError: if `refuse` does, or it cannot be written.
    """
    refuse(folder)
    try:
        target = folder.resolve()
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = beside(target)
        partial.mkdir(mode=mode)
        try:
            with disk_of(partial) as disk:
                yield partial
                disk.settle([partial, *partial.rglob("*")])
            refuse(folder)
            _put_in_place(partial, target)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    except OSError as error:
        raise unwritable(shown or folder.name, error, advice) from error


def _put_in_place(partial: Path, target: Path) -> None:
    """Rename a folder; one that stands there is removed only when the new one has its name."""
    if not target.exists():
        partial.rename(target)
    else:
        old = beside(target)
        target.rename(old)
        try:
            partial.rename(target)
        except BaseException:
            old.rename(target)
            raise
        shutil.rmtree(old, ignore_errors=True)
    sync(target.parent)


@contextmanager
def new_file(path: Path, *, shown: str = "", advice: str = "") -> Iterator[Path]:
    """Yield the name of a file to be written; when all went well it becomes `path`.

    As with `new_folder`, nothing half-written ever has the name, and a file that stood there is
    replaced.

    Args:
        path: of the file.
        shown: what errors call it; its name by default.
        advice: for errors.

    Raises:
        OutputError: if it cannot be written.
    """
    target = path.resolve()
    partial = beside(target)
    try:
        try:
            yield partial
            sync(partial)
            partial.replace(target)
            sync(target.parent)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise unwritable(shown or path.name, error, advice) from error


def write_json(path: Path, document: Any) -> None:
    """Write a file of JSON that people can read: indented, letters of any script as themselves."""
    text = json.dumps(document, ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8")
