"""A folder that somebody else may have filled: held open, and nothing in it reached by a link.

A path is looked up anew each time it is used, and whoever can write to a folder can put a link in
the place of anything on the way. Here a folder is opened once; everything below goes by this
handle, component by component, and neither links nor pipes, devices or files with a second name
elsewhere are read, written or followed.
"""

import contextlib
import os
import secrets
import stat
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from contrechamp.base.disk import Disk
from contrechamp.base.errors import InputError
from contrechamp.base.files import too_large, unreadable
from contrechamp.base.i18n import _

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC


class HeldFolder:
    """A folder that is open until `close`; names below it are relative, with ``/`` between them.

    Args:
        path: of the folder; the user named it, so a link to it is followed.

    Raises:
        InputError: if it is not a folder, or cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._root = os.open(path, _FOLDER)
        except NotADirectoryError as error:
            raise InputError(_("expected a folder"), where=path.name) from error
        except OSError as error:
            raise unreadable(path.name, error) from error

    def __enter__(self) -> "HeldFolder":
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the folder."""
        os.close(self._root)

    @property
    def name(self) -> str:
        """Its name, for messages."""
        return self.path.name

    def path_of(self, name: str) -> Path:
        """Return a path for a library that takes nothing else.

        Where the system has names for open files, it leads through the handle, and so to this
        folder even if another one was put in its place.
        """
        through = Path(f"/proc/self/fd/{self._root}")
        return (through if through.exists() else self.path.absolute()) / name

    def is_writable(self) -> bool:
        """Return whether this user may make files in it."""
        return os.access(".", os.W_OK, dir_fd=self._root)

    def same_as(self, path: Path) -> bool:
        """Return whether a path leads to this folder."""
        return os.path.samestat(os.fstat(self._root), os.stat(path))

    def stat(self, name: str) -> os.stat_result | None:
        """Return what the system says of a file or folder, of a link itself; None if none is there.

        Raises:
            OSError: if that cannot be told.
        """
        try:
            with self._above(name) as (above, leaf):
                return os.stat(leaf, dir_fd=above, follow_symlinks=False)
        except (FileNotFoundError, NotADirectoryError):
            return None

    def names(self, folder: str = "") -> list[str]:
        """Return the names in a folder below, in order.

        Raises:
            OSError: if it is no folder, is a link to one, or cannot be read.
        """
        with self._opened(folder) as descriptor:
            return sorted(os.listdir(descriptor))

    def entries(self, folder: str = "") -> list[tuple[str, os.stat_result]]:
        """Return the names in a folder below, in order, and what the system says of each.

        What is gone by the time that it is looked at is left out: others write meanwhile.

        Raises:
            OSError: as `names` does.
        """
        found = []
        with self._opened(folder) as descriptor:
            for name in sorted(os.listdir(descriptor)):
                with contextlib.suppress(FileNotFoundError):
                    about = os.stat(name, dir_fd=descriptor, follow_symlinks=False)
                    found.append((name, about))
        return found

    @contextmanager
    def folder(self, name: str) -> Iterator[int]:
        """Yield a descriptor of a folder below, for the length of a ``with`` block.

        Raises:
            OSError: as `names` does.
        """
        with self._opened(name) as descriptor:
            yield descriptor

    def open(self, name: str) -> BinaryIO:
        """Open a regular file that has no other name, for reading.

        Raises:
            FileNotFoundError: if there is none.
            InputError: if it is a link, a pipe, a device, a folder or a hard link.
            OSError: if it cannot be opened.
        """
        descriptor = self._open_plain(name, os.O_RDONLY)
        return open(descriptor, "rb")

    def open_for_update(self, name: str, *, make: bool = False) -> int:
        """Return a descriptor of a regular file that has no other name, for reading and writing.

        Args:
            name: of the file.
            make: make it if it is not there.

        Raises:
            FileNotFoundError: if there is none, and it is not to be made.
            InputError: as `open`.
            OSError: if it cannot be opened.
        """
        return self._open_plain(name, os.O_RDWR | (os.O_CREAT if make else 0))

    def read(self, name: str, limit: int) -> bytes:
        """Return the content of a regular file of at most `limit` bytes.

        Raises:
            InputError: if it is missing, no regular file, or larger.
        """
        try:
            with self.open(name) as file:
                content = file.read(limit + 1)
        except FileNotFoundError as error:
            raise InputError(_("the file is missing"), where=name) from error
        except OSError as error:
            raise unreadable(name, error) from error
        if len(content) > limit:
            raise too_large(name, limit)
        return content

    def create(self, name: str) -> BinaryIO:
        """Make a file that only this user can read, and open it for reading and writing.

        Raises:
            OSError: if anything has this name already, or it cannot be made.
        """
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with self._above(name) as (above, leaf):
            return open(os.open(leaf, flags, 0o600, dir_fd=above), "w+b")

    def write_whole(self, name: str, content: bytes) -> None:
        """Write a file, whole or not at all, under a random name first; it is then on the disk.

        Raises:
            OSError: if it cannot be written; what was there is as it was.
        """
        partial = f"{name}.{secrets.token_hex(8)}.partial"
        try:
            with self.create(partial) as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            self.move(partial, name)
        except BaseException:
            self.remove(partial)
            raise
        self.sync(name.rpartition("/")[0])

    def make_folder(self, name: str) -> None:
        """Make a folder that only this user can read, unless there is one.

        Raises:
            OSError: if it cannot be made, or something else has its name.
        """
        with self._above(name) as (above, leaf):
            try:
                os.mkdir(leaf, 0o700, dir_fd=above)
            except FileExistsError:
                os.close(os.open(leaf, _FOLDER | os.O_NOFOLLOW, dir_fd=above))

    def move(self, old: str, new: str) -> None:
        """Give a file another name below the folder; what had that name is replaced.

        Raises:
            OSError: if that fails; FileNotFoundError if there is no such file.
        """
        with self._above(old) as (above, leaf), self._above(new) as (target, new_leaf):
            os.replace(leaf, new_leaf, src_dir_fd=above, dst_dir_fd=target)

    def remove(self, name: str) -> None:
        """Remove a file, unless it is gone already; of a link, the link itself.

        Raises:
            OSError: if it cannot be removed.
        """
        try:
            with self._above(name) as (above, leaf):
                os.unlink(leaf, dir_fd=above)
        except (FileNotFoundError, NotADirectoryError):
            return

    def sync(self, name: str = "") -> None:
        """Wait until a file, or the names in a folder, are on the disk.

        Raises:
            OSError: if that fails.
        """
        with self._opened(name, os.O_RDONLY | os.O_CLOEXEC) as descriptor:
            os.fsync(descriptor)

    def settle(self, disk: Disk, names: Collection[str]) -> None:
        """Wait until files, and the names in folders, are on the disk.

        Raises:
            OSError: if that fails.
        """
        disk.settle(names, self.sync)

    @contextmanager
    def disk(self) -> Iterator[Disk]:
        """Yield the disk that the folder lies on, for the length of a ``with`` block."""
        disk = Disk(self.path_of(""))
        try:
            yield disk
        finally:
            disk.close()

    def _open_plain(self, name: str, flags: int) -> int:
        more = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        with self._above(name) as (above, leaf):
            about = _stat(leaf, above)
            if about is not None:
                refuse_unplain(about, name)  # before it is opened: opening a device can act on it
            descriptor = os.open(leaf, flags | more, 0o600, dir_fd=above)
        try:
            refuse_unplain(os.fstat(descriptor), name)
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor

    @contextmanager
    def _above(self, name: str) -> Iterator[tuple[int, str]]:
        """Yield a handle on the folder that a name lies in, and the last part of the name."""
        folder, _slash, leaf = name.rpartition("/")
        if leaf in {"", ".", ".."}:
            raise ValueError("the name of a file below the folder")
        with self._opened(folder) as descriptor:
            yield descriptor, leaf

    @contextmanager
    def _opened(self, name: str, flags: int = _FOLDER) -> Iterator[int]:
        """Yield a handle on something below the folder; no part of its name may be a link."""
        descriptor, opened = self._root, False
        parts = name.split("/") if name else []
        try:
            for place, part in enumerate(parts):
                if part in {"", ".", ".."}:
                    raise ValueError("a name below the folder")
                last = place == len(parts) - 1
                deeper = os.open(
                    part, (flags if last else _FOLDER) | os.O_NOFOLLOW, dir_fd=descriptor
                )
                if opened:
                    os.close(descriptor)
                descriptor, opened = deeper, True
            yield descriptor
        finally:
            if opened:
                os.close(descriptor)


def _stat(leaf: str, above: int) -> os.stat_result | None:
    try:
        return os.stat(leaf, dir_fd=above, follow_symlinks=False)
    except FileNotFoundError:
        return None


def refuse_unplain(about: os.stat_result, where: str) -> None:
    """Check that a file is a regular one, and has no second name.

    Raises:
        InputError: if it is not; the message says what it is.
    """
    problem = unplain(about)
    if problem:
        raise InputError(problem, where=where)


def unplain(about: os.stat_result) -> str:
    """Return why a file is not one that only this folder has; "" if it is a plain file."""
    kinds: list[tuple[Callable[[int], bool], str]] = [
        (stat.S_ISLNK, _("a link to somewhere else")),
        (stat.S_ISDIR, _("a folder where a file is expected")),
    ]
    for is_kind, text in kinds:
        if is_kind(about.st_mode):
            return text
    if not stat.S_ISREG(about.st_mode):
        return _("a pipe, a socket or a device")
    if about.st_nlink > 1:
        return _("a file that has a second name elsewhere (a hard link)")
    return ""
