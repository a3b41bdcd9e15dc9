"""Aliases of the columns of a GeoPackage: what its author calls them, beside their names.

QGIS and QField show these (GeoPackage's Schema extension, table ``gpkg_data_columns``).
"""

import sqlite3
from collections.abc import Mapping

#: Aliases that are read.
MOST = 10_000
_QUERY = (
    "SELECT table_name, column_name, coalesce(title, ''), coalesce(name, '') "
    "FROM gpkg_data_columns LIMIT ?"
)


def column_aliases(content: bytes) -> Mapping[str, Mapping[str, str]]:
    """Return layer -> column -> alias, all but the layer in lower case; empty if there are none.

    Args:
        content: of a GeoPackage. Nothing in it is run: the query names one plain table.
    """
    found: dict[str, dict[str, str]] = {}
    try:
        for layer, column, title, name in _rows(content):
            alias = str(name or title).strip().lower()
            found.setdefault(str(layer), {})[str(column).strip().lower()] = alias
    # SQLite calls what is no database of whole pages a lack of memory.
    except (sqlite3.Error, AttributeError, UnicodeDecodeError, OverflowError, MemoryError):
        return {}
    return found


def _rows(content: bytes) -> list[tuple[object, ...]]:
    database = sqlite3.connect(":memory:")
    try:
        database.deserialize(content)
        database.execute("PRAGMA trusted_schema = OFF")
        plain = database.execute(
            "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'gpkg_data_columns'"
        ).fetchone()
        return database.execute(_QUERY, (MOST,)).fetchall() if plain[0] else []
    finally:
        database.close()
