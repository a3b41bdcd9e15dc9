"""Files that lie beside an export, or in its archive, and that its rows name."""

from pathlib import PurePosixPath

from contrechamp.dossier.formats.read.drafts import Desk
from contrechamp.dossier.formats.read.source_file import Given


def is_archive(given: Given) -> bool:
    """Return whether a file is an archive, and no workbook."""
    return given.is_zip and not given.is_xlsx


def is_table(part: Given) -> bool:
    """Return whether a part of an archive may be an export, by its name."""
    return part.name.lower().endswith((".csv", ".json"))


class Attachments:
    """Files of rows, wherever they lie among those that were given."""

    def __init__(self, desk: Desk) -> None:
        self._parts: dict[str, list[Given]] = {}
        for given in desk.beside:
            parts = given.parts() if is_archive(given) else [given]
            for part in parts:
                self._parts.setdefault(PurePosixPath(part.name).name, []).append(part)

    def find(self, name: str, row: str) -> Given | None:
        """Return a file by its name; its path tells which of several is that of the row."""
        parts = self._parts.get(PurePosixPath(name).name, [])
        found = [part for part in parts if row in part.name] or parts
        return found[0] if len(found) == 1 else None
