"""Where the parts of a run lie while they are worked on: a folder, or a store that fsspec knows."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from contrechamp.base import files
from contrechamp.base.errors import OutputError, UsageError
from contrechamp.base.i18n import _

#: Arrow speaks to these itself; what fsspec would take for them needs another pandas than ours.
_OF_ARROW = ("s3://", "gs://")
#: Nothing that is read back is larger; a tile of a dense city has some megabytes.
MOST_BYTES = 2 << 30


class Store(Protocol):
    """Names and their content; a name has its content whole, or is not there."""

    def read(self, name: str) -> bytes | None:
        """Return the content of a name; None if there is none."""
        ...

    def write(self, name: str, content: bytes) -> None:
        """Write the content of a name, in the place of what it had."""
        ...

    def empty(self) -> bool:
        """Return whether nothing lies there."""
        ...


@dataclass(frozen=True)
class Folder:
    """A folder of this machine, or one that all machines see at the same place."""

    path: Path

    def read(self, name: str) -> bytes | None:
        """Return the content of a file; None if there is none."""
        path = self.path / name
        if not path.exists():
            return None
        return files.read_bounded(path, MOST_BYTES, where=name)

    def write(self, name: str, content: bytes) -> None:
        """Write a file aside and rename it.

        Raises:
            OutputError: if it cannot be written.
        """
        path = self.path / name
        try:
            path.parent.mkdir(mode=files.PRIVATE_FOLDER, parents=True, exist_ok=True)
        except OSError as error:
            raise files.unwritable(name, error) from error
        with files.new_file(path, shown=name) as partial:
            partial.write_bytes(content)

    def empty(self) -> bool:
        """Return whether the folder is missing or has nothing in it."""
        return not self.path.exists() or not any(self.path.iterdir())


@dataclass(frozen=True)
class Remote:
    """A store by its address, such as s3://bucket/run; objects are written whole."""

    url: str

    def _at(self, name: str = "") -> tuple[Any, str]:
        fsspec = _fsspec()
        place, mark, query = self.url.partition("?")
        url = f"{place.rstrip('/')}/{name}{mark}{query}"
        if not place.startswith(_OF_ARROW):
            system, path = fsspec.core.url_to_fs(url)
            return system, str(path)
        from fsspec.implementations.arrow import ArrowFSWrapper
        from pyarrow.fs import FileSystem

        system, path = FileSystem.from_uri(url)
        return ArrowFSWrapper(system), str(path)

    def read(self, name: str) -> bytes | None:
        """Return the content of an object; None if there is none."""
        system, path = self._at(name)
        try:
            if system.size(path) > MOST_BYTES:
                raise files.too_large(name, MOST_BYTES)
            return bytes(system.cat_file(path))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise files.unreadable(f"{self.url}/{name}", error) from error

    def write(self, name: str, content: bytes) -> None:
        """Write an object.

        Raises:
            OutputError: if the store does not take it.
        """
        system, path = self._at(name)
        try:
            system.pipe_file(path, content)
        except OSError as error:
            raise files.unwritable(f"{self.url}/{name}", error) from error

    def empty(self) -> bool:
        """Return whether the store has nothing below its address."""
        system, path = self._at()
        try:
            return not system.find(path, maxdepth=1)
        except FileNotFoundError:
            return True
        except OSError as error:
            raise OutputError(files.reason_of(error), where=self.url) from error


def store_at(out: str) -> Store:
    """Return the store at a folder's path, or at an address with ``://``.

    Raises:
        UsageError: if an address needs packages that are not installed.
    """
    if "://" not in out:
        return Folder(Path(out))
    _fsspec()
    return Remote(out)


def _fsspec() -> Any:
    try:
        import fsspec
    except ImportError as error:
        raise UsageError(
            _("an address needs fsspec, and what it needs for this store: install {extra}").format(
                extra="contrechamp[dask]"
            )
        ) from error
    return fsspec
