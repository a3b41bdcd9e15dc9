"""Metadata of a file for its record: read in the cell, and checked here."""

from collections.abc import Mapping
from typing import IO, Any, Final

from contrechamp.base.errors import InputError
from contrechamp.cell.failures import CellError
from contrechamp.cell.limits import GIB, ProcessLimits, ReadingLimits
from contrechamp.cell.reading import Reads
from contrechamp.vault.log import canonical
from contrechamp.vault.metadata import first_bytes

#: What one file may cost. Whoever signed a video signed all of it, and all of it is read again.
LIMITS = ReadingLimits(
    ProcessLimits(memory_bytes=GIB, cpu_s=900, file_bytes=0, wall_s=900, stall_s=30),
    value_bytes=2 << 20,
    answer_bytes=2 << 20,
)
#: What every file needs; the rest is imported by a child that meets it.
MODULES = ("contrechamp.vault.metadata.in_cell",)
#: What is called there.
READER = "contrechamp.vault.metadata.in_cell:described"

#: Members of a record that say how it went: why nothing was read (see `cell.failures.Reason`), and
#: that it was read without confinement.
UNREAD: Final = "metadata_unread"
UNCONFINED: Final = "read_unconfined"

#: Members that a reader may fill, and the type of what is in them.
_MEMBERS: Mapping[str, type] = {"media_type": str, "exif": dict, "movie": dict, "c2pa": dict,
                                "properties": dict, "capture": dict, "vouches": dict}  # fmt: skip
#: Those of them whose members are all text.
_TEXTS = ("exif", "movie", "properties")


def arguments(*, announced: bool) -> dict[str, Any]:
    """Return the arguments of `READER`."""
    return {"announced": announced}


def described(
    content: IO[bytes], cell: Reads, seen: first_bytes.Glance | None = None
) -> dict[str, Any]:
    """Return media type and metadata of content, or why they were not read.

    Evidence is taken in whatever its reader makes of it: nothing is raised for that.

    Args:
        content: seekable; it is never written anywhere.
        cell: which reads it, if anything but its first bytes has to be looked at.
        seen: what it is at a glance, if that is known.

    Returns:
        What `media.describe` and `captures.listing.listing` find, the latter as ``capture``; or
        only the media type and `UNREAD`.

    Raises:
        OSError: if the content cannot be read.
    """
    seen = seen or first_bytes.glance(content)
    if (found := seen.metadata) is not None:
        return dict(found)
    kind, announced, _needs_reader = seen
    before, cell.read_unconfined = cell.read_unconfined, False
    try:
        answers = list(cell.read(READER, content, arguments(announced=announced)))
        found = _checked(answers) | {"media_type": kind}
    except CellError as error:
        found = {"media_type": kind, UNREAD: error.reason}
    except InputError:
        found = {"media_type": kind, UNREAD: "nonsense"}
    if cell.read_unconfined:
        found[UNCONFINED] = "yes"
    cell.read_unconfined = cell.read_unconfined or before
    return found


def _checked(answers: list[Any]) -> dict[str, Any]:
    """Return the one answer of a reader, which the file may have taken over.

    Raises:
        InputError: if a record cannot hold it.
    """
    match answers:
        case [dict(found)]:
            pass
        case _:
            raise InputError("")
    canonical.dumps(found)  # small, not deep, whole numbers, and text that is Unicode
    for name, value in found.items():
        if not isinstance(value, _MEMBERS.get(name, type(None))):
            raise InputError("")
        if name in _TEXTS and not all(isinstance(text, str) for text in found[name].values()):
            raise InputError("")
    return found
