"""What kind of content a file has, by its first bytes, and what its metadata says."""

import logging
from io import BytesIO
from typing import Any

import exifread
import filetype

#: The library would tell the terminal of every file without metadata.
logging.getLogger("exifread").setLevel(logging.CRITICAL + 1)


def describe(head: bytes) -> dict[str, Any]:
    """Return media type and metadata, as far as the first bytes tell.

    Args:
        head: first bytes of the content; never written anywhere.

    Returns:
        ``media_type``, and where there is any ``exif``: tags as text. Nothing is raised whatever
        the bytes are: content that nobody understands is evidence too.
    """
    found: dict[str, Any] = {"media_type": media_type(head)}
    exif = _exif(head) if found["media_type"].startswith("image/") else {}
    if exif:
        found["exif"] = exif
    if b"jumb" in head and b"c2pa" in head:
        found["c2pa"] = "present, not validated"
    return found


def media_type(head: bytes) -> str:
    """Return the media type that content begins like."""
    kind = filetype.guess_mime(head)
    if kind:
        return str(kind)
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:  # not merely cut in the middle of a character
            return "application/octet-stream"
    return "application/octet-stream" if b"\x00" in head or not head else "text/plain"


#: A tag longer than this is a picture or a maker's own data.
LONGEST = 200


def _exif(head: bytes) -> dict[str, str]:
    try:
        tags = exifread.process_file(BytesIO(head), details=False)
    except Exception:  # whatever a hostile file makes the library do
        return {}
    texts = {str(name): str(value) for name, value in tags.items()}
    return {name: text for name, text in sorted(texts.items()) if len(text) <= LONGEST}
