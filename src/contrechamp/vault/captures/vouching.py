"""What a file says of others that lie beside it: stamps, timestamps, hashes, reports, indexes.

Some tools write what proves their captures into files of its own. The record of such an item holds
in ``vouches`` what it says, and which of the case's items that fits is found when it is asked:

    {"format": "opentimestamps" | "rfc3161" | "hashes" | "auto-archiver" | "cdxj",
     "of": [{"hash": "sha256:...", "name": "..."}, ...], "not_listed": 3,
     "checks": {"stamped": {"count": 1, "at": ["2026-04-03T02:01:00Z"]}, ...},
     "own": ["sha512:..."]}

``own`` are hashes of a list of hashes itself, for timestamps of it. Run in the cell.
"""

import hashlib
import io
import re
from typing import IO, Any, Final

from contrechamp.vault.captures import index_beside
from contrechamp.vault.captures.told import Told

#: How an OpenTimestamps file begins.
STAMP: Final = b"\x00OpenTimestamps\x00\x00Proof\x00"
#: What a timestamp (RFC 3161) has near its beginning: DER, and that it is signed data (RFC 5652).
_SIGNED_DATA: Final = bytes.fromhex("06092a864886f70d010702")
#: What reports of auto-archiver begin with, as a page and as JSON.
_PAGE, _JSON = b"<h2>Archived media for <span", b'"_processed_at"'
#: How a list of hashes begins: ``HASH  NAME``, or the hash alone, or ``SHA256 (NAME) = HASH``.
_HASHES = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:[0-9a-fA-F]{32,128}(?: [ *][^\r\n]+)?|[0-9a-fA-F]{64,128}"
    rb"|(?:MD5|SHA[0-9-]+) \([^\r\n]*\) = [0-9a-fA-F]{32,128})[ \t]*(?:\r?\n|\Z)"
)
#: Largest file that is read.
MAX_BYTES = 16 << 20


def kind_of(head: bytes) -> str:
    """Return which kind of such a file content may be, judged by its first bytes; "" if none."""
    if head.startswith(STAMP):
        return "opentimestamps"
    if head.startswith(b"\x30") and _SIGNED_DATA in head[:64]:
        return "rfc3161"
    if _PAGE in head or (head.lstrip()[:1] == b"{" and _JSON in head):
        return "auto-archiver"
    if index_beside.is_index(head):
        return index_beside.KIND
    return "hashes" if _HASHES.match(head) else ""


def vouches(content: IO[bytes], head: bytes) -> dict[str, Any] | None:
    """Return what a file says of others; None if it says nothing of any.

    Args:
        content: of the file, seekable.
        head: its first bytes.
    """
    kind = kind_of(head)
    size = content.seek(0, io.SEEK_END)
    content.seek(0)
    told = Told(kind)
    if kind == index_beside.KIND:
        index_beside.tell(content, size, told)
        return told.state()
    if not kind or size > MAX_BYTES:
        return None
    whole = content.read()
    if kind in ("opentimestamps", "rfc3161"):
        from contrechamp.vault.captures import stamps  # few files need what that loads

        (stamps.tell_stamp if kind == "opentimestamps" else stamps.tell_timestamp)(whole, told)
    elif kind == "hashes":
        from contrechamp.vault.captures import hash_lists

        hash_lists.tell(whole, told)
        told.own = [f"sha{bits}:{hashlib.new(f'sha{bits}', whole).hexdigest()}"
                    for bits in (384, 512)]  # fmt: skip
    else:
        from contrechamp.vault.captures import auto_archiver

        auto_archiver.tell(whole, told)
    return told.state()
