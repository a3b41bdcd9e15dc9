"""The tables that say which items' texts were read, and in which words of them are found.

They are made when the first text is taken: a case without texts has none of them, and is as those
of before. Erasing an item erases its rows here in the same transaction (`vault.erasing`).
"""

from collections.abc import Collection, Iterable
from typing import Any

#: The index holds no text, only where in which text a word stands; the text itself is an object,
#: under a key of its own.
SEARCH = """CREATE VIRTUAL TABLE text_search USING fts5 (
    text, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
)"""
#: Statements of these tables.
TABLES = f"""
CREATE TABLE texts (                -- contents whose text was looked for
    row INTEGER PRIMARY KEY,        -- of text_search
    object TEXT NOT NULL UNIQUE,    -- name of the content
    kind TEXT NOT NULL,             -- of text that it may hold; '' if none
    lacks TEXT NOT NULL,            -- why not all of its text is there; '' if it is
    reader INTEGER NOT NULL,        -- version of the readers
    text TEXT UNIQUE                -- name of the object with its text; NULL if it has none
) STRICT;
{SEARCH};
"""
_STATEMENTS = [one for one in TABLES.split(";\n") if one.strip()]


def are_there(database: Any) -> bool:
    """Return whether a database has these tables."""
    query = "SELECT 1 FROM sqlite_master WHERE name = 'texts'"
    return database.execute(query).fetchone() is not None


def make(database: Any) -> None:
    """Make the tables if they are not there, inside the caller's transaction."""
    if not are_there(database):
        for statement in _STATEMENTS:
            database.execute(statement)


def forget(database: Any, contents: Iterable[str]) -> list[str]:
    """Forget the texts of contents, inside the caller's transaction.

    Words leave the index with `clean`, which has to follow.

    Args:
        database: open for writing.
        contents: names of their objects.

    Returns:
        The names of the objects with their texts, whose keys have to go as well.
    """
    if not are_there(database):
        return []
    gone = []
    for content in contents:
        row = database.execute(
            "SELECT row, text FROM texts WHERE object = ?", (content,)
        ).fetchone()
        if row is None:
            continue
        number, text = row
        if text is not None:
            database.execute("DELETE FROM text_search WHERE rowid = ?", (number,))
            gone.append(str(text))
        database.execute("DELETE FROM texts WHERE row = ?", (number,))
    return gone


def among(database: Any, contents: Collection[str]) -> set[str]:
    """Return those of some contents whose text was looked for."""
    if not contents or not are_there(database):
        return set()
    rows = database.execute("SELECT object FROM texts")
    return {str(content) for (content,) in rows}.intersection(contents)


def clean(database: Any) -> None:
    """Take the words of forgotten texts out of the index; the free pages go with VACUUM.

    A deleted text of an index without content is only marked: its words leave when the parts that
    hold them are merged, which is done here, all of them.
    """
    if are_there(database):
        database.execute("INSERT INTO text_search (text_search) VALUES ('optimize')")


def objects(database: Any) -> set[str]:
    """Return the names of the objects that hold texts."""
    if not are_there(database):
        return set()
    rows = database.execute("SELECT text FROM texts WHERE text IS NOT NULL")
    return {str(name) for (name,) in rows}
