"""Drafts of an import, held in an encrypted file that only this process can read.

All records of an import are read before the first is written, because they may cite each other in
any order; there may be too many for memory. The file's random key is stored nowhere and its name
is removed as soon as it is open, so that nothing of it can be found or read after a crash.
"""

import contextlib
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlcipher3 import dbapi2 as sqlite

from contrechamp.base.files import unwritable
from contrechamp.base.held_folder import HeldFolder
from contrechamp.base.i18n import _
from contrechamp.dossier.formats.read.drafts import Draft
from contrechamp.dossier.reading.lookup import Citation
from contrechamp.dossier.records.field_types import Record
from contrechamp.dossier.records.kinds import class_of, kind_of
from contrechamp.dossier.records.schema import from_json, to_json
from contrechamp.dossier.writing.index import references
from contrechamp.vault import database

#: How many cited records are cached.
KEPT = 2_000
#: How many rows are read at a time.
AT_A_TIME = 500
#: Cache of the database, in kB.
CACHE_KB = 16_000

_COLUMNS = "id, source, kind, fields, place, at, own, version, shared"
_TABLES = """
CREATE TABLE drafts (
    row INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    source INTEGER NOT NULL,
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
class StagedDraft:
    """A draft, and the number of the source file that it was read from."""

    draft: Draft
    source: int


class Staging(Mapping[str, Record]):
    """The records of drafts by id, in the order in which they were read.

    Args:
        folder: to put the file in: the case's own.

    Raises:
        OutputError: if the folder cannot be written to.
    """

    def __init__(self, folder: HeldFolder) -> None:
        name = f"staging-{secrets.token_hex(8)}.partial"
        try:
            self._database = database.connect(folder.path_of(name), secrets.token_bytes(32))
            with contextlib.suppress(FileNotFoundError):  # whoever writes tidies up leftovers
                folder.remove(name)
        except (OSError, sqlite.Error) as error:
            raise unwritable(_("the case"), error) from error
        # The file is thrown away in any event, so it needs no journal and no syncing.
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "secure_delete = OFF",
                       f"cache_size = -{CACHE_KB}"):  # fmt: skip
            self._database.execute(f"PRAGMA {pragma}")
        self._database.executescript(_TABLES)
        self._database.execute("BEGIN")
        self._known: dict[str, Record] = {}

    def close(self) -> None:
        """Discard everything."""
        self._database.close()

    def add(self, draft: Draft, source: int) -> bool:
        """Add a draft; return False if there is one with its id already."""
        record = draft.record
        fields = json.dumps(to_json(record), ensure_ascii=False)
        done = self._database.execute(
            f"INSERT OR IGNORE INTO drafts ({_COLUMNS}) "  # noqa: S608
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (draft.id, source, kind_of(record), fields, draft.where, draft.at, draft.own,
             draft.version, draft.shared),
        )  # fmt: skip
        if not done.rowcount:
            return False
        cited = [(draft.id, path, ref) for path, ref in references(record)]
        if cited:
            self._database.executemany("INSERT INTO citations VALUES (?, ?, ?)", cited)
        return True

    def drafts(self) -> Iterator[list[StagedDraft]]:
        """Yield all drafts in batches; those already yielded may be removed meanwhile."""
        for rows in self._batches(_COLUMNS):
            yield [_staged_draft(row) for _number, *row in rows]

    def counts(self) -> dict[str, int]:
        """Return the number of drafts of each kind."""
        found = self._database.execute(
            "SELECT kind, count(*) FROM drafts GROUP BY kind ORDER BY kind"
        )
        return {str(kind): int(count) for kind, count in found}

    def first(self, kind: str, count: int) -> list[StagedDraft]:
        """Return the first drafts of a kind."""
        rows = self._database.execute(
            f"SELECT {_COLUMNS} FROM drafts WHERE kind = ? ORDER BY row LIMIT ?",  # noqa: S608
            (kind, count),
        )
        return [_staged_draft(row) for row in rows]

    def ids(self) -> Iterator[list[tuple[str, int]]]:
        """Yield the id and source number of all drafts in batches, as `drafts` does."""
        for rows in self._batches("id, source"):
            yield [(str(record), int(source)) for _number, record, source in rows]

    def draft(self, record: str) -> StagedDraft:
        """Return the draft of a record."""
        (row,) = self._database.execute(
            f"SELECT {_COLUMNS} FROM drafts WHERE id = ?",  # noqa: S608
            (record,),
        )
        return _staged_draft(row)

    def _batches(self, columns: str) -> Iterator[list[Any]]:
        """Yield the number and the given columns of all rows, `AT_A_TIME` rows each."""
        last = 0
        while rows := self._database.execute(
            f"SELECT row, {columns} FROM drafts WHERE row > ? ORDER BY row LIMIT ?",  # noqa: S608
            (last, AT_A_TIME),
        ).fetchall():
            last = int(rows[-1][0])
            yield rows

    def remove(self, records: Iterable[str]) -> None:
        """Remove drafts."""
        gone = [(record,) for record in records]
        self._database.executemany("DELETE FROM drafts WHERE id = ?", gone)
        self._database.executemany("DELETE FROM citations WHERE citing = ?", gone)
        for (record,) in gone:
            self._known.pop(record, None)

    def kind(self, record: str) -> str | None:
        """Return the kind of a staged record; None if there is no such record."""
        row = self._database.execute("SELECT kind FROM drafts WHERE id = ?", (record,)).fetchone()
        return None if row is None else str(row[0])

    def cited_by(self, ref: str) -> list[Citation]:
        """Return the citations in drafts of a record, a part of it, or an item."""
        rows = self._database.execute(
            "SELECT citing, field, cited FROM citations "
            "WHERE cited = ? OR (cited > ? AND cited < ?)",
            (ref, f"{ref}#", f"{ref}$"),
        )
        return [Citation(str(citing), str(field), str(cited)) for citing, field, cited in rows]

    def cited_items(self, source: int) -> set[str]:
        """Return the items that the drafts from a source file cite."""
        rows = self._database.execute(
            "SELECT DISTINCT cited FROM citations JOIN drafts ON citing = id "
            "WHERE source = ? AND cited LIKE 'item/%'", (source,),
        )  # fmt: skip
        return {str(cited) for (cited,) in rows}

    def has_any(self, source: int) -> bool:
        """Return whether there is any draft from a source file."""
        found = self._database.execute("SELECT 1 FROM drafts WHERE source = ? LIMIT 1", (source,))
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
        for batch in self.ids():
            yield from (record for record, _source in batch)

    def __len__(self) -> int:
        return int(self._database.execute("SELECT count(*) FROM drafts").fetchone()[0])


def _staged_draft(row: Any) -> StagedDraft:
    record_id, source, kind, fields, place, at, own, version, shared = row
    record = from_json(class_of(str(kind)), json.loads(fields), where=str(kind))
    draft = Draft(
        record, str(record_id), str(place), str(at), bool(own), int(version), bool(shared)
    )
    return StagedDraft(draft, int(source))
