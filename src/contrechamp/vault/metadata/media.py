"""What the metadata of a file says. This is run in the cell."""

import io
import logging
from typing import IO, Any, BinaryIO, cast

import exifread

from contrechamp.vault.metadata import credentials, movie, properties
from contrechamp.vault.metadata.first_bytes import (
    HEAD,
    announces_credentials,
    media_type,
    size_of,
)

#: Otherwise the library logs every file without metadata to the terminal.
logging.getLogger("exifread").setLevel(logging.CRITICAL + 1)


def describe(content: IO[bytes], *, announced: bool | None = None) -> dict[str, Any]:
    """Return media type and metadata.

    Args:
        content: content of the file, seekable; it is never written anywhere.
        announced: what `first_bytes.announces_credentials` says of it, if that is known.

    Returns:
        ``media_type``, and if there is any: ``exif``, ``movie`` and ``properties``, texts by name,
        and ``c2pa``, see `credentials`. Nothing is raised whatever the bytes are: content that
        nobody understands is evidence too.
    """
    size = size_of(content)
    head = content.read(HEAD)
    found: dict[str, Any] = {"media_type": media_type(head, whole=size <= HEAD)}
    if announced is None:
        announced = announces_credentials(content, size)
    more = {
        "exif": _exif(content) if found["media_type"].startswith("image/") else {},
        "movie": movie.describe(content, size) if movie.may_be_movie(head) else {},
        "properties": properties.describe(content, size, found["media_type"]),
        "c2pa": credentials.describe(content, size, found["media_type"]) if announced else {},
    }
    return found | {name: facts for name, facts in more.items() if facts}


#: A longer tag is a thumbnail or a manufacturer's own data, and is left out.
LONGEST = 200


def _exif(content: IO[bytes]) -> dict[str, str]:
    try:
        bounded = cast(BinaryIO, _Bounded(content))  # the library only reads and seeks
        tags = exifread.process_file(bounded, details=False)
        texts = {str(name): str(value) for name, value in tags.items()}
    except Exception:  # whatever a hostile file makes the library do
        return {}
    return {name: text for name, text in sorted(texts.items()) if len(text) <= LONGEST}


class _Bounded(io.RawIOBase):
    """A file with a budget for reading: offsets in a hostile file may lead in circles."""

    def __init__(self, content: IO[bytes]) -> None:
        content.seek(0)
        self._content, self._bytes, self._reads = content, 4 << 20, 20_000

    def read(self, size: int | None = -1, /) -> bytes:
        """Read, as long as the budget lasts."""
        part = self._content.read(self._bytes + 1 if size is None or size < 0 else size)
        self._bytes -= len(part)
        self._reads -= 1
        if self._bytes < 0 or self._reads < 0:
            raise OSError("too much is asked for")
        return part

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to a position."""
        return self._content.seek(offset, whence)

    def tell(self) -> int:
        """Return the position of the next read."""
        return self._content.tell()
