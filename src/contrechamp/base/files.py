"""Files and folders of the user: read within bounds, written whole or not at all, for nobody else.

All messages on what cannot be read or written stand here; callers add the place and the advice.
"""

import errno
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
from contrechamp.base.json_text import json_text

#: Modes of what is written: no rights for the group, none for others.
PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600
#: What a file system answers that cannot keep them.
_NO_SUCH_RIGHTS = {errno.EPERM, errno.ENOTSUP, errno.ENOSYS}


def reason_of(error: BaseException | str) -> str:
    """Return the reason for an error in the words of the system, or else of a library."""
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def unreadable(
    where: str, error: BaseException | str = "", advice: str = "", *, form: str = ""
) -> InputError:
    """Return an error saying that a file cannot be read.

    Args:
        where: the place, as `InputError` has it.
        error: why; empty where a library's words would tell the user nothing.
        advice: what to do.
        form: name of the expected format.
    """
    return InputError(unreadable_text(error, advice, form=form), where=where)


def unreadable_text(error: BaseException | str = "", advice: str = "", *, form: str = "") -> str:
    """Return the message of `unreadable` without the place, for a list of problems."""
    problem = _("cannot be read as {format}").format(format=form) if form else _("cannot be read")
    if error:
        problem = f"{problem} ({reason_of(error)})"
    return _advised(problem, advice)


def unwritable(where: str, error: BaseException | str, advice: str = "") -> OutputError:
    """Return an error saying that a file or folder cannot be written.

    Args:
        where: what was to be written.
        error: why.
        advice: what to do, or what became of what was there before.
    """
    problem = _("{file}: cannot be written ({reason})").format(file=where, reason=reason_of(error))
    return OutputError(_advised(problem, advice))


def _advised(problem: str, advice: str) -> str:
    return _("{what}; {advice}").format(what=problem, advice=advice) if advice else problem


def check_name_and_rights() -> str:
    """Return the advice on a file that the user named."""
    return _("check its name and its permissions")


def not_utf8(where: str) -> InputError:
    """Return an error saying that a file is not text in UTF-8."""
    return InputError(_("the text is not in UTF-8; save it as UTF-8"), where=where)


def not_json() -> str:
    """Return what is wrong with a text that is not JSON, without repeating any of it."""
    return _("it is not JSON")


def no_plain_file() -> str:
    """Return what is wrong with a folder, pipe or device where a file is expected."""
    return _("not a regular file")


def too_large(where: str, limit: int, advice: str = "") -> InputError:
    """Return an error saying that a file, or what it unpacks to, exceeds `limit` bytes."""
    if limit < 10**6:
        size = _("{count} kB").format(count=limit // 1000)
    else:
        size = _("{count} MB").format(count=limit // 10**6)
    problem = _("it holds more than {size}, which is more than is read at once").format(size=size)
    return InputError(_advised(problem, advice), where=where)


def read_bounded(path: Path, limit: int, *, where: str, advice: str = "") -> bytes:
    """Return the content of a file of at most `limit` bytes.

    Raises:
        InputError: if it cannot be read, or is larger.
    """
    try:
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except OSError as error:
        raise unreadable(where, error, advice) from error
    if len(content) > limit:
        raise too_large(where, limit)
    return content


def open_plain(path: Path, *, where: str, follow: bool = False, advice: str = "") -> BinaryIO:
    """Open a regular file, without waiting on a pipe or device.

    Args:
        path: of the file.
        where: the place, for errors.
        follow: open what a link points to; otherwise a link is an error.
        advice: what to do where it cannot be read.

    Raises:
        InputError: if it cannot be read, or is not a regular file.
    """
    return open(plain_descriptor(path, where=where, follow=follow, advice=advice)[0], "rb")


def plain_descriptor(
    path: Path | str, *, where: str, follow: bool = False, advice: str = ""
) -> tuple[int, os.stat_result]:
    """Do as `open_plain`, but return the descriptor, and what the system says of the file."""
    try:
        flags = os.O_RDONLY | os.O_NONBLOCK | (0 if follow else os.O_NOFOLLOW)
        descriptor = os.open(path, flags)
    except OSError as error:
        raise unreadable(where, error, advice) from error
    about = os.fstat(descriptor)
    if not stat.S_ISREG(about.st_mode):  # `open` has its own error for a folder
        os.close(descriptor)
        raise InputError(no_plain_file(), where=where)
    return descriptor, about


def refuse_existing(path: Path) -> None:
    """Check that a path is free for a new file or folder.

    Raises:
        OutputError: if it is not.
    """
    if path.exists() or path.is_symlink():
        raise OutputError(
            _("{folder}: already exists; choose another name").format(folder=path.name)
        )


def keep_private(path: Path) -> None:
    """Let nobody but the user read or change a file, or a folder with all that is in it.

    What we write tells where somebody works, on what and with whom, whatever the umask is; who
    wants to show it to others says so with ``chmod``. A file system without such rights (FAT, on
    sticks) is left as it is.

    Raises:
        OSError: if that is not possible.
    """
    if path.is_symlink():
        return
    mode = PRIVATE_FOLDER if path.is_dir() else PRIVATE_FILE
    try:
        path.chmod(mode)
    except OSError as error:
        if error.errno not in _NO_SUCH_RIGHTS:
            raise
    if path.is_dir():
        for below in path.iterdir():
            keep_private(below)


def beside(target: Path) -> Path:
    """Return a hidden name beside `target`, on the same file system, that nobody can guess."""
    return target.with_name(f".{target.name}.{secrets.token_hex(8)}.partial")


@contextmanager
def new_folder(
    folder: Path,
    *,
    refuse: Callable[[Path], None] = refuse_existing,
    shown: str = "",
    advice: str = "",
) -> Iterator[Path]:
    """Yield an empty folder to be filled; if all goes well, it becomes `folder`.

    It lies beside `folder`, on the same file system, under a name at which nobody could plant a
    link. All of it is on the disk, and for the user alone, before it is renamed. Whatever goes
    wrong, an interruption or a full disk, it is removed, and what stood at `folder` is left as it
    was.

    Args:
        folder: made along with its parents; replaced if `refuse` allows it.
        refuse: raises if what stands there must stay; called before and after.
        shown: what errors call it; its name by default.
        advice: for errors.

    Raises:
        OutputError: if `refuse` raises it, or the folder cannot be written.
    """
    refuse(folder)
    try:
        target = folder.resolve()
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = beside(target)
        partial.mkdir(mode=PRIVATE_FOLDER)
        try:
            with disk_of(partial) as disk:
                yield partial
                keep_private(partial)
                disk.settle([partial, *partial.rglob("*")], sync)
            refuse(folder)
            _put_in_place(partial, target)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    except OSError as error:
        raise unwritable(shown or folder.name, error, advice) from error


def _put_in_place(partial: Path, target: Path) -> None:
    """Rename a folder; an old one is removed only once the new one has its name."""
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
    """Yield the name of a file to be written; if all goes well, it becomes `path`.

    As with `new_folder`, nothing half-written ever has the name, nobody but the user can read it,
    and a file that stood there is replaced. A link that stood there is, too: in a folder of
    somebody else's, it could lead to any file of the user's.

    Args:
        path: of the file.
        shown: what errors call it; its name by default.
        advice: for errors.

    Raises:
        OutputError: if it cannot be written.
    """
    target = path.parent.resolve() / path.name
    partial = beside(target)
    try:
        try:
            os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE))
            yield partial
            keep_private(partial)
            sync(partial)
            partial.replace(target)
            sync(target.parent)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise unwritable(shown or path.name, error, advice) from error


def write_json(path: Path, document: Any) -> None:
    """Write a file of JSON that people can read: indented, letters of any script as themselves."""
    text = json_text(document, indent=1)
    path.write_text(text + "\n", encoding="utf-8")
