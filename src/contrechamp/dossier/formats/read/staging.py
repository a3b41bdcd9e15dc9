"""Drafts on their way: in an encrypted file that only this process can read, not in memory.

All records of an import are read before the first is written, and may cite each other in any
order. The file has a random key that is written nowhere, and no name any more once it is open:
whatever happens, nothing of it can be found or read afterwards.
"""

import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2 as sqlite

from contrechamp.base.files import unwritable
from contrechamp.base.i18n import _
from contrechamp.dossier.formats.read.drafts import Draft
from contrechamp.dossier.reading.lookup import Citation
from contrechamp.dossier.records.field_types import Record
from contrechamp.dossier.records.kinds import class_of, kind_of
from contrechamp.dossier.records.schema import from_json, to_json
from contrechamp.dossier.writing.index import references
from contrechamp.vault import database

#: Records that are kept in memory at a time, of those that others cite.
KEPT = 2_000
#: Rows that are read at a time.
AT_A_TIME = 500
#: Memory of the database, in kB.
CACHE_KB = 16_000

#: What a draft is read from and written to.
_COLUMNS = "id, desk, kind, fields, place, at, own, version, shared"
_TABLES = """
CREATE TABLE drafts (
    row INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    desk INTEGER NOT NULL,
    kind TEXT NOT NULL,
    fields TEXT NOT NULL,
    place TEXT NOT NULL,
    at TEXT NOT NULL,
    own INTEGER NOT NULL,
    version INTEGER NOT NULL,
    shared INTEGER NOT NULL
);
CREATE TABLE citations (citing TEXT NOT NULL, field TEXT NOT NULL, cited TEXT NOT NULL);
CREATE INDEX citations_by_cited ON citations (cited);
CREATE INDEX citations_by_citing ON citations (citing);
"""


@dataclass(frozen=True)
class Coming:
    """A draft on its way, and the number of the desk that it was read at."""

    draft: Draft
    desk: int


class Staging(Mapping[str, Record]):
    """Drafts by the id of their record, in the order in which they came.

    Args:
        folder: where there is room and what is written is the case's: its own folder.

    Raises:
        OutputError: if it cannot be written to.
    """

    def __init__(self, folder: Path) -> None:
        path = folder / f"staging-{secrets.token_hex(8)}.partial"
        try:
            self._database = database.connect(path, secrets.token_bytes(32))
            path.unlink()
        except (OSError, sqlite.Error) as error:
            raise unwritable(_("the case"), error) from error
        # It is thrown away whatever happens: nothing has to be safe, and no journal is written.
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "secure_delete = OFF",
                       f"cache_size = -{CACHE_KB}"):  # fmt: skip
            self._database.execute(f"PRAGMA {pragma}")
        self._database.executescript(_TABLES)
        self._database.execute("BEGIN")
        self._known: dict[str, Record] = {}

    def close(self) -> None:
        """Throw all of it away."""
        self._database.close()

    def add(self, draft: Draft, desk: int) -> bool:
        """Take a draft; return False where there is one of this id already."""
        record = draft.record
        fields = json.dumps(to_json(record), ensure_ascii=False)
        done = self._database.execute(
            f"INSERT OR IGNORE INTO drafts ({_COLUMNS}) "  # noqa: S608
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (draft.id, desk, kind_of(record), fields, draft.where, draft.at, draft.own,
             draft.version, draft.shared),
        )  # fmt: skip
        if not done.rowcount:
            return False
        cited = [(draft.id, path, ref) for path, ref in references(record)]
        if cited:
            self._database.executemany("INSERT INTO citations VALUES (?, ?, ?)", cited)
        return True

    def drafts(self) -> Iterator[list[Coming]]:
        """Yield all drafts, some at a time; those that were yielded may be removed meanwhile."""
        for rows in self._some(_COLUMNS):
            yield [_coming(row) for _number, *row in rows]

    def ids(self) -> Iterator[list[tuple[str, int]]]:
        """Yield the id and desk of all drafts, as `drafts` does, without what they say."""
        for rows in self._some("id, desk"):
            yield [(str(record), int(desk)) for _number, record, desk in rows]

    def draft(self, record: str) -> Coming:
        """Return one draft."""
        (row,) = self._database.execute(
            f"SELECT {_COLUMNS} FROM drafts WHERE id = ?",  # noqa: S608
            (record,),
        )
        return _coming(row)

    def _some(self, columns: str) -> Iterator[list[Any]]:
        """Yield the number and some columns of all rows, so many at a time."""
        last = 0
        while rows := self._database.execute(
            f"SELECT row, {columns} FROM drafts WHERE row > ? ORDER BY row LIMIT ?",  # noqa: S608
            (last, AT_A_TIME),
        ).fetchall():
            last = int(rows[-1][0])
            yield rows

    def remove(self, records: Iterable[str]) -> None:
        """Take drafts out."""
        gone = [(record,) for record in records]
        self._database.executemany("DELETE FROM drafts WHERE id = ?", gone)
        self._database.executemany("DELETE FROM citations WHERE citing = ?", gone)
        for (record,) in gone:
            self._known.pop(record, None)

    def kind(self, record: str) -> str | None:
        """Return the kind of a record; None if there is none of this id."""
        row = self._database.execute("SELECT kind FROM drafts WHERE id = ?", (record,)).fetchone()
        return None if row is None else str(row[0])

    def cited_by(self, ref: str) -> list[Citation]:
        """Return which drafts name a record, a part of it, or an item."""
        rows = self._database.execute(
            "SELECT citing, field, cited FROM citations "
            "WHERE cited = ? OR (cited > ? AND cited < ?)",
            (ref, f"{ref}#", f"{ref}$"),
        )
        return [Citation(str(citing), str(field), str(cited)) for citing, field, cited in rows]

    def cited(self, desk: int) -> set[str]:
        """Return which items the drafts of a desk name."""
        rows = self._database.execute(
            "SELECT DISTINCT cited FROM citations JOIN drafts ON citing = id "
            "WHERE desk = ? AND cited LIKE 'item/%'", (desk,),
        )  # fmt: skip
        return {str(cited) for (cited,) in rows}

    def has(self, desk: int) -> bool:
        """Return whether anything that was read at a desk is on its way."""
        found = self._database.execute("SELECT 1 FROM drafts WHERE desk = ? LIMIT 1", (desk,))
        return found.fetchone() is not None

    def __getitem__(self, record: str) -> Record:
        if record not in self._known:
            if record not in self:
                raise KeyError(record)
            if len(self._known) >= KEPT:
                self._known.clear()
            self._known[record] = self.draft(record).draft.record
        return self._known[record]

    def __contains__(self, record: object) -> bool:
        found = self._database.execute("SELECT 1 FROM drafts WHERE id = ?", (record,)).fetchone()
        return found is not None

    def __iter__(self) -> Iterator[str]:
        for some in self.ids():
            yield from (record for record, _desk in some)

    def __len__(self) -> int:
        return int(self._database.execute("SELECT count(*) FROM drafts").fetchone()[0])


def _coming(row: Any) -> Coming:
    record_id, desk, kind, fields, place, at, own, version, shared = row
    record = from_json(class_of(str(kind)), json.loads(fields), where=str(kind))
    draft = Draft(
        record, str(record_id), str(place), str(at), bool(own), int(version), bool(shared)
    )
    return Coming(draft, int(desk))
