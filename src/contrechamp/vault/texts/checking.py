"""Checking that the texts of items, and the index of their words, belong together."""

from collections.abc import Iterator

from sqlcipher3 import dbapi2 as sqlite

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.vault import object_keys
from contrechamp.vault.case import Case
from contrechamp.vault.discrepancies import Discrepancy
from contrechamp.vault.texts import packed, tables
from contrechamp.vault.texts.counting import WordCounts
from contrechamp.vault.texts.packed import TextPart

#: Letters of texts that are in memory at a time.
_BATCH = 2_000_000


def problems(case: Case, *, quick: bool = False) -> list[Discrepancy]:
    """Return what is wrong with the texts that were read of items.

    That a text is what its item says cannot be told without reading that again; that nothing of
    one was altered since, added to the index or taken from it, is compared word for word.

    Args:
        case: open.
        quick: do not read the texts.
    """
    return list(_problems(case, quick=quick)) if tables.are_there(case.database) else []


def _problems(case: Case, *, quick: bool) -> Iterator[Discrepancy]:
    for (content,) in case.database.execute(
        "SELECT object FROM texts WHERE object NOT IN "
        "(SELECT object FROM records WHERE object IS NOT NULL) OR text IS NOT NULL AND text NOT IN "
        "(SELECT name FROM objects WHERE identity IS NOT NULL)"
    ).fetchall():
        yield Discrepancy("index", str(content), _("the text of an item that is not there"))
    rows = {
        int(row): str(text)
        for row, text in case.database.execute("SELECT row, text FROM texts WHERE text IS NOT NULL")
    }
    there = {int(row) for (row,) in case.database.execute("SELECT id FROM text_search_docsize")}
    if there != set(rows):
        yield Discrepancy("index", "text_search", _words_of_nobody())
    elif not quick:
        yield from _word_for_word(case, rows)


def _word_for_word(case: Case, rows: dict[int, str]) -> Iterator[Discrepancy]:
    """Compare how many words each text has, and how often each word stands in how many of them."""
    lengths: dict[int, int] = {}
    with WordCounts() as counts:
        try:
            for some in _in_batches(case, rows):
                lengths.update(zip(some, counts.add(some.values()), strict=True))
        except _UnreadError as stopped:
            yield from stopped.found
            return
        if lengths != _lengths(case.database) or not _agrees(counts, case.database):
            yield Discrepancy("index", "text_search", _words_of_nobody())


class _UnreadError(Exception):
    """A text cannot be compared.

    Attributes:
        found: what is to be told of it here.
    """

    def __init__(self, *found: Discrepancy) -> None:
        super().__init__()
        self.found = found


def _in_batches(case: Case, rows: dict[int, str]) -> Iterator[dict[int, list[TextPart]]]:
    """Yield texts by row of the index, some at a time.

    Raises:
        _UnreadError: if one is not there, or not as we write it.
    """
    keys = object_keys.by_name(case, rows.values())
    batch: dict[int, list[TextPart]] = {}
    letters = 0
    for row, name in rows.items():
        try:
            content = object_keys.read(case, keys[name])
        except (InputError, KeyError) as error:
            raise _UnreadError from error  # that objects are missing or altered is told of each
        try:
            batch[row] = packed.unpacked(content)
        except InputError as error:
            message = _("the text of an item cannot be read")
            raise _UnreadError(Discrepancy("index", name, message)) from error
        letters += sum(len(part.text) for part in batch[row])
        if letters > _BATCH:
            yield batch
            batch, letters = {}, 0
    yield batch


def _lengths(connection: sqlite.Connection) -> dict[int, int]:
    """Return how many words each text has, as the index says."""
    rows = connection.execute("SELECT id, sz FROM text_search_docsize")
    return {int(row): _varint(bytes(size)) for row, size in rows}


def _varint(content: bytes) -> int:
    """Return a number of up to eight bytes as SQLite writes it (File Format, 1.6)."""
    value = 0
    for byte in content:
        value = value << 7 | byte & 127
        if byte < 128:
            break
    return value


def _agrees(counts: WordCounts, connection: sqlite.Connection) -> bool:
    """Return whether an index has just these words, each as often in as many texts."""
    connection.execute(
        "CREATE VIRTUAL TABLE temp.text_words USING fts5vocab (main, text_search, row)"
    )
    try:
        found = 0
        for word, texts, times in connection.execute("SELECT term, doc, cnt FROM temp.text_words"):
            if (texts, times) != (counts.texts[word], counts.times[word]):
                return False
            found += 1
        return found == len(counts.texts)
    finally:
        connection.execute("DROP TABLE temp.text_words")


def _words_of_nobody() -> str:
    return _("the index of texts holds other words than the texts of the items")
