"""Full-text search of records in every language: what is indexed of them, and finding it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from contrechamp.base.search_words import WORD, normalised, query_of
from contrechamp.dossier.reading.lookup import ListedRecord, get
from contrechamp.dossier.records.contents import field_values
from contrechamp.dossier.records.field_types import Record
from contrechamp.vault.case import Case

#: With this many matches ranking says little, and would have to score every one of them.
COMMON = 5_000
_MATCHING = (
    "FROM search WHERE search MATCH ? "
    "AND (? = '' OR rowid IN (SELECT row FROM dossier WHERE kind = ?))"
)
_COUNT = f"SELECT count(*) FROM (SELECT 1 {_MATCHING} LIMIT ?)"  # noqa: S608
_LISTED = "SELECT id, kind, version, title FROM dossier JOIN"
_BEST = (
    f"{_LISTED} (SELECT rowid AS found, rank AS score {_MATCHING} ORDER BY rank LIMIT ?) "
    "ON row = found ORDER BY score"
)
_AMONG = f"{_LISTED} (SELECT rowid AS found {_MATCHING} AND rowid > ?) ON row = found ORDER BY row"


@dataclass(frozen=True)
class Hit:
    """A record that was found.

    Args:
        record: which.
        excerpt: a few words around the first match, as they were written.
    """

    record: ListedRecord
    excerpt: str = field(repr=False)


def text_of(record: Record) -> str:
    """Return the searchable words of a record: nothing that is closed."""
    return " ".join(
        normalised(held.value)
        for held in field_values(record)
        if not held.closed and held.shape.holds == "text" and held.shape.refers_to is None
    )


def find(case: Case, words: str, *, kind: str = "", limit: int = 50) -> list[Hit]:
    """Return the records that hold all words, the best first; if very many do, the newest first.

    Args:
        case: open.
        words: see `query_of`.
        kind: of records; "" for all.
        limit: at most this many.
    """
    query = query_of(words)
    if not query:
        return []
    asked = (query, kind, kind)
    (many,) = case.database.execute(_COUNT, (*asked, COMMON)).fetchone()
    if many < COMMON:
        rows = case.database.execute(_BEST, (*asked, limit)).fetchall()
    else:
        rows = _newest(case, asked, limit)
    wanted = [normalised(word) for word in WORD.findall(words)]
    return [
        Hit(
            ListedRecord(str(row[0]), str(row[1]), int(row[2]), str(row[3])),
            excerpt(get(case, str(row[0])).record, wanted),
        )
        for row in rows
    ]


def _newest(case: Case, asked: tuple[str, str, str], limit: int) -> list[Any]:
    """Return the newest matches, looking among ever more of the newest records.

    FTS5 walks upwards fast; to walk downwards it first collects all matches of a prefix.
    """
    (top,) = case.database.execute("SELECT max(row) FROM dossier").fetchone()
    among = 4 * limit
    while True:
        rows = case.database.execute(_AMONG, (*asked, top - among)).fetchall()
        if len(rows) >= limit or among >= top:
            return list(reversed(rows))[:limit]
        among *= 4


def excerpt(record: Record, wanted: Sequence[str], around: int = 6) -> str:
    """Return the words around the first match, as they were written.

    Args:
        record: that was found.
        wanted: words, normalised.
        around: number of words before and after.
    """
    for held in field_values(record):
        form = held.shape.form.name if held.shape.form is not None else "line"
        if held.closed or held.shape.holds != "text" or held.shape.refers_to is not None:
            continue
        if form != "line":  # a key or a date tells nothing to somebody searching for words
            continue
        written = str(held.value).split()
        for place, word in enumerate(written):
            if any(one and one in normalised(word) for one in wanted):
                begin, end = max(0, place - around), place + around + 1
                cut = " ".join(written[begin:end])
                return f"{'… ' if begin else ''}{cut}{' …' if end < len(written) else ''}"
    return ""
