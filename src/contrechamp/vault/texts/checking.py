"""Checking that the texts of items, and the index of their words, belong together."""

from collections.abc import Iterator

from sqlcipher3 import dbapi2 as sqlite

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.vault import database, object_keys
from contrechamp.vault.case import Case
from contrechamp.vault.discrepancies import Discrepancy
from contrechamp.vault.texts import packed, tables
from contrechamp.vault.texts.taking import indexed


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
    """Index all texts once more, in memory, and compare how often each word stands in how many."""
    again = sqlite.connect(":memory:", isolation_level=None)
    try:
        for statement in database.statements(tables.TABLES):
            again.execute(statement)
        keys = object_keys.by_name(case, rows.values())
        for row, name in rows.items():
            try:
                content = object_keys.read(case, keys[name])
            except (InputError, KeyError):
                return  # that an object is missing or altered is told of each
            try:
                words = indexed(packed.unpacked(content))
            except InputError:
                yield Discrepancy("index", name, _("the text of an item cannot be read"))
                return
            again.execute("INSERT INTO text_search (rowid, text) VALUES (?, ?)", (row, words))
        if _vocabulary(again) != _vocabulary(case.database):
            yield Discrepancy("index", "text_search", _words_of_nobody())
    finally:
        again.close()


def _vocabulary(connection: sqlite.Connection) -> set[tuple[str, int, int]]:
    connection.execute(
        "CREATE VIRTUAL TABLE temp.text_words USING fts5vocab (main, text_search, row)"
    )
    try:
        rows = connection.execute("SELECT term, doc, cnt FROM temp.text_words")
        return {(str(term), int(doc), int(count)) for term, doc, count in rows}
    finally:
        connection.execute("DROP TABLE temp.text_words")


def _words_of_nobody() -> str:
    return _("the index of texts holds other words than the texts of the items")
