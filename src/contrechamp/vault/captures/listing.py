"""What a capture holds and whether it agrees with itself, told within bounds. Run in the cell.

Whatever the bytes are, the answer has the same form:

    {"format": "warc" | "wacz" | "proofmode" | "hunchly",
     "complete": "yes" | "no", "problem": "...",
     "checked", "checks": see `findings`,
     "records": 3, "types": {"response": 2, ...}, "statuses": {"200": 2},
     "first": time, "last": time,
     "urls": [{"url", "time", "status", "type"}, ...], "not_listed": 0,
     WACZ: "title", "created", "software", "version", "pages": [{"url", "time", "title"}, ...]}

Everything is text or whole numbers, so that it has one canonical form. Empty fields are left out,
except those of the first lines.
"""

import io
import zipfile
from typing import IO, Any

from contrechamp.vault.captures import wacz, warc, zips
from contrechamp.vault.captures.bounds import DAMAGED, LIMIT, PIECE, Budget, StopError
from contrechamp.vault.captures.listed import Listed
from contrechamp.vault.captures.warc_digests import Revisits

#: The list by which an export of Hunchly is known.
HUNCHLY_PAGES = "case_data/pages.json"


def listing(content: IO[bytes]) -> dict[str, Any] | None:
    """List what a capture holds, and check it against what it says of itself.

    Args:
        content: content of the file, seekable.

    Returns:
        See the docstring of this module; None if it is not a capture.
    """
    size = content.seek(0, io.SEEK_END)
    content.seek(0)
    head = content.read(PIECE)
    content.seek(0)
    if head.startswith(zips.ZIP):
        return _zip(content, head, size)
    return _warc(content, size) if warc.is_warc(head) else None


def _zip(content: IO[bytes], head: bytes, size: int) -> dict[str, Any] | None:
    try:
        with zips.opened(content) as archive:
            names = archive.namelist()
            if wacz.PACKAGE in names or sum(map(wacz.is_likely, names)) > 1:
                return wacz.listing(archive, size)
            if HUNCHLY_PAGES in names:
                return _hunchly(archive, size)
            return _proofmode(archive, size) if any(map(_is_proof, names)) else None
    except zips.BROKEN as error:
        problem = LIMIT if isinstance(error, zips.ListTooLargeError) else DAMAGED
        return _unopened(zips.first_name(head), problem)


def _is_proof(name: str) -> bool:
    """Return whether a part of a zip has a name as parts of a ProofMode zip have."""
    return name.endswith((".proof.csv", ".proof.json"))


def _hunchly(archive: zipfile.ZipFile, size: int) -> dict[str, Any]:
    from contrechamp.vault.captures import hunchly  # few files need what that loads

    return hunchly.listing(archive, size)


def _proofmode(archive: zipfile.ZipFile, size: int) -> dict[str, Any]:
    from contrechamp.vault.captures import proofmode  # few files need what that loads

    return proofmode.listing(archive, size)


def _unopened(name: str, problem: str) -> dict[str, Any] | None:
    """Return the listing of a capture that cannot be opened: its end, with all names, is gone.

    Args:
        name: of its first part.
        problem: `DAMAGED` or `LIMIT`.
    """
    kind = "wacz" if wacz.is_likely(name) else "proofmode" if _is_proof(name) else ""
    if not kind:
        return None
    listed = Listed({"format": kind}, Budget(0))
    listed.checks.add("limit" if problem == LIMIT else "damaged")
    return listed.state(problem)


def _warc(content: IO[bytes], size: int) -> dict[str, Any]:
    listed, revisits, problem = Listed({"format": "warc"}, Budget(size)), Revisits(), ""
    try:
        warc.read(content, listed, revisits)
    except StopError as stop:
        problem = str(stop)
    except OSError:  # the object was altered; `verify` reports that
        problem = DAMAGED
    if problem:
        listed.checks.add("limit" if problem == LIMIT else "damaged")
    revisits.judge(listed.checks)
    return listed.state(problem)
