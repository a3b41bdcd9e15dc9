"""Files that the rows of an export name, such as photos: beside the export or in its archive."""

from pathlib import PurePosixPath
from urllib.parse import parse_qs

from contrechamp.dossier.formats.read.drafts import ImportContext
from contrechamp.dossier.formats.read.source_file import SourceFile

#: Letters of an address that are looked at.
LONGEST = 2_000


class Attachments:
    """The files of an import, and those in its archives, by name."""

    def __init__(self, context: ImportContext) -> None:
        self._parts: dict[str, list[SourceFile]] = {}
        for source in context.beside:
            parts = source.parts() if source.is_archive else [source]
            for part in parts:
                self._parts.setdefault(PurePosixPath(part.name).name, []).append(part)

    def find(self, name: str, row: str) -> SourceFile | None:
        """Return the file of a name; of several, the one whose path has the id of the row."""
        parts = self._parts.get(PurePosixPath(name).name, []) or self._parts.get(_asked(name), [])
        found = [part for part in parts if row in part.name] or parts
        return found[0] if len(found) == 1 else None


def _asked(address: str) -> str:
    """Return the file that an address asks for (``?file=``): so Uwazi's tables name attachments."""
    return parse_qs(address[:LONGEST].partition("?")[2]).get("file", [""])[0]
