"""Readers of outside formats of records, at a desk of an empty SAMPLE case."""

import atexit
import io
import os
import pkgutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from contrechamp.base.errors import InputError
from contrechamp.cell import frames
from contrechamp.dossier.formats.read import importing, mapped_tables
from contrechamp.dossier.formats.read.drafts import THIS_FILE, Draft, ImportContext
from contrechamp.dossier.formats.read.source_file import HEAD, SourceFile
from contrechamp.dossier.index_tables import TABLES
from contrechamp.dossier.records.schema import from_json, to_json
from contrechamp.vault import case, opening
from contrechamp.vault.access import slots
from contrechamp.vault.adding import Content
from fuzz.bags import NOW, PASSPHRASE, WEAK

#: A mapping that names columns of every sort.
MAPPING = b"""kind = "camera"
id = "id"
scheme = "sample"
date = "unix"
media = ["m"]
[fields]
name = "a"
first_seen = "d"
height_m = "h"
[values.name]
x = "y"
[points]
position = "p"
[actors]
operator = { column = "o", kind = "company" }
"""


class Direct:
    """Reads as the cell does, but in this process, so that what breaks a reader is seen."""

    read_unconfined = unconfined = False

    def read(
        self, function: str, content: IO[bytes], arguments: Mapping[str, Any], *, where: str = ""
    ) -> Iterator[Any]:
        """Yield what a function yields."""
        for value in pkgutil.resolve_name(function)(content, **arguments):
            whole = isinstance(value, bytes)
            yield value if whole else frames.parsed(frames.encoded(frames.written(value)))


def given(content: bytes, name: str = "fuzz") -> SourceFile:
    """Return bytes as a file that is given."""
    opened = Content(name, lambda: io.BytesIO(content))
    return SourceFile(name, opened, content[:HEAD], len(content), Direct())


def reader(name: str = "") -> Callable[[bytes], object]:
    """Return what reads bytes in a format, or in the one that they look like.

    What it makes is checked as the door does, so that a reader that lets anything but a record
    through is found too.
    """
    empty = _empty_case()

    def read(content: bytes) -> object:
        file = given(content)
        format_ = importing.format_of(file, name)
        mapping = given(MAPPING, "m.toml") if format_ is mapped_tables.FORMAT else None
        desk = ImportContext(empty, file, [file], mapping, accept=True)
        desk.kept[THIS_FILE] = file.content
        made = [one for one in format_.read(file, desk) if isinstance(one, Draft)]
        for draft in made:
            try:
                from_json(type(draft.record), to_json(draft.record))
            except InputError:
                continue  # what the door says of it
        return made

    return read


def mapping(content: bytes) -> object:
    """Read bytes as a mapping, and a table by it."""
    file = given(b"id,a\n1,b\n", "t.csv")
    desk = ImportContext(_empty_case(), file, [file], given(content, "m.toml"))
    return list(importing.format_of(file, "mapped").read(file, desk))


def archive(**parts: bytes) -> bytes:
    """Return an archive of files; two underscores stand for the point of a name."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, content in parts.items():
            packed.writestr(name.replace("__", "."), content)
    return out.getvalue()


_OPEN: list[case.Case] = []


def _empty_case() -> case.Case:
    """Return a case that nothing is in; one for all readers of the process."""
    if not _OPEN:
        held = tempfile.TemporaryDirectory()
        folder = Path(held.name) / "case"
        case.create(
            folder,
            lambda unlocked: [
                slots.make_passphrase_slot(PASSPHRASE, WEAK, unlocked, random=os.urandom)
            ],
            tables=TABLES,
            member_name="SAMPLE",
            now=NOW,
            random=os.urandom,
        )
        opened = opening.opened(folder, PASSPHRASE, tables=TABLES, write=False)
        _OPEN.append(opened.__enter__())
        atexit.register(held.cleanup)
        atexit.register(opened.__exit__, None, None, None)
    return _OPEN[0]
