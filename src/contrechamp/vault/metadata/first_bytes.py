"""What content is, judged by its first bytes, and whether a reader has to look into it.

These are comparisons of a few bytes, in this process: nothing is unpacked and no structure is
followed, so that content that no reader is needed for costs nothing.
"""

import io
from typing import IO, NamedTuple

from filetype.match import match
from filetype.types import DOCUMENT, TYPES

from contrechamp.vault.captures import vouching
from contrechamp.vault.metadata import movie, properties

#: How many first bytes are looked at to tell what a file is.
HEAD = 1 << 16
#: Bytes at the beginning and at the end that are searched for signs of Content Credentials.
SEARCHED = 1 << 18

#: How office files begin, as ZIP or as OLE: nothing else is compared with nine kinds of them.
_OF_DOCUMENTS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_NO_DOCUMENTS = [kind for kind in TYPES if kind not in DOCUMENT]
#: First bytes of every kind that the library knows, but for those that begin anywhere and have
#: their sign at some offset: asking it about all others costs more than encrypting a small file.
FIRST_BYTES = frozenset(
    b"\x00\x04\x1a\x1f\x7f\x89\xce\xd0\xed\xef\xfd\xff!\"#$%&'(0378ABCFGILMNOPRS{fgw"
    + bytes(range(0x50, 0x60))  # frames of Zstandard that are skipped
)
SIGNS = ((4, b"ftyp"), (34, b"LP"), (128, b"DICM"), (257, b"ustar"))

_GZIP, _ZIP, _WARC = b"\x1f\x8b", b"PK\x03\x04", b"WARC/"


class Glance(NamedTuple):
    """What content is at a glance.

    Args:
        media_type: as `media_type` returns it.
        announced: as `announces_credentials` returns it.
        needs_reader: whether a reader has to look into it, for these or for other metadata.
    """

    media_type: str
    announced: bool
    needs_reader: bool

    @property
    def metadata(self) -> dict[str, str] | None:
        """All metadata that there is, if no reader is needed for it."""
        return None if self.needs_reader else {"media_type": self.media_type}


def glance(content: IO[bytes]) -> Glance:
    """Return what content is at a glance.

    Raises:
        OSError: if it cannot be read.
    """
    size = size_of(content)
    head = content.read(HEAD)
    kind = media_type(head, whole=size <= HEAD)
    announced = announces_credentials(content, size)
    return Glance(kind, announced, announced or needs_reader(head, kind))


def media_type(head: bytes, *, whole: bool) -> str:
    """Return the media type of content, judged by its first bytes.

    Args:
        head: first bytes.
        whole: whether that is all of the content, so that no character is cut in two.
    """
    if _is_known(head):
        found = match(head, TYPES if head.startswith(_OF_DOCUMENTS) else _NO_DOCUMENTS)
        if found is not None:
            return str(found.mime)
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        if whole or error.start < len(head) - 4:
            return "application/octet-stream"
    return "application/octet-stream" if b"\x00" in head or not head else "text/plain"


def _is_known(head: bytes) -> bool:
    """Return whether the library may know what begins so."""
    return head[:1] != b"" and (
        head[0] in FIRST_BYTES or any(head.startswith(sign, at) for at, sign in SIGNS)
    )


def needs_reader(head: bytes, kind: str) -> bool:
    """Return whether content may hold metadata, beside credentials, that a reader has to look for.

    Args:
        head: first `HEAD` bytes of it.
        kind: its media type.
    """
    return (
        kind.startswith("image/")
        or movie.may_be_movie(head)
        or head.startswith((_GZIP, _ZIP, _WARC))
        or properties.may_hold(head)
        or vouching.kind_of(head) != ""
    )


def announces_credentials(content: IO[bytes], size: int) -> bool:
    """Return whether content has a sign of Content Credentials near its beginning or end."""
    for start in {0, max(0, size - SEARCHED)}:
        content.seek(start)
        part = content.read(SEARCHED)
        if b"c2pa" in part or b"dcterms:provenance" in part:
            return True
    return False


def size_of(content: IO[bytes]) -> int:
    """Return the size of content in bytes; it is left at its beginning."""
    size = content.seek(0, io.SEEK_END)
    content.seek(0)
    return size
