"""Who may name which table: the vault keeps its SQL, and those above keep tables of their own."""

import ast
import hashlib
import re
from pathlib import Path

import pytest

from contrechamp.dossier import index_tables
from contrechamp.vault import database
from vault import cases

SOURCE = Path(database.__file__).parents[1]
#: What a statement of SQL names a table behind.
_NAMES = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE|TABLE(?:\s+IF\s+NOT\s+EXISTS)?)\s+(\w+)")
_DECLARES = re.compile(r"CREATE (?:VIRTUAL )?TABLE (\w+)")
#: Of the tables of a case, byte for byte: another digest is another format, and needs a migration.
SCHEMA_DIGEST = "d995a3c367a94b845cb1016d712da3cd5841ce8fc8c6cf0ead68789c4e52b185"


def declared(statements: str) -> set[str]:
    return set(_DECLARES.findall(statements))


def texts(source: str) -> list[str]:
    """Return the texts of a module but for docstrings; of an f-string, all of it as one."""
    tree = ast.parse(source)
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = [part.value for part in node.values if isinstance(part, ast.Constant)]
            found.append("?".join(map(str, parts)))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found += [] if id(node) in docs else [node.value]
    return found


def named(source: str) -> set[str]:
    """Return the tables that SQL in a module names."""
    return {name for text in texts(source) for name in _NAMES.findall(text)}


@pytest.mark.parametrize(
    ("source", "tables"),
    [
        ('"""Rows FROM records."""\n', set()),
        ('run("SELECT state " "FROM records WHERE x = ?")', {"records"}),
        ('run(f"SELECT {x} FROM dossier "\n f"JOIN entries ON {z}")', {"dossier", "entries"}),
        ('run("INSERT OR REPLACE INTO objects VALUES (?)")', {"objects"}),
        ('run("UPDATE members SET left_at = ?")', {"members"}),
        ('run("DELETE FROM versions")', {"versions"}),
    ],
)  # fmt: skip
def test_tables_are_found_in_the_sql_of_a_module(source: str, tables: set[str]) -> None:
    assert named(source) == tables


#: But the commands: what they note of the newest checkpoint is about to move below.
ROOMS = sorted({path.parent.name for path in SOURCE.glob("*/__init__.py")} - {"vault", "cli"})


@pytest.mark.parametrize("room", ROOMS)
def test_no_room_above_names_a_table_of_the_vault(room: str) -> None:
    tables = declared(database.SCHEMA)
    assert {"records", "entries", "versions", "objects", "members"} <= tables
    found = {
        str(path.relative_to(SOURCE)): names
        for path in sorted((SOURCE / room).rglob("*.py"))
        if (names := named(path.read_text(encoding="utf-8")) & tables)
    }
    assert not found


def test_the_vault_names_no_table_of_the_records() -> None:
    tables = declared(index_tables.TABLES)
    assert {"dossier", "citations", "search"} == tables
    for path in sorted((SOURCE / "vault").rglob("*.py")):
        assert not named(path.read_text(encoding="utf-8")) & tables, path


def test_a_new_case_has_the_tables_of_its_format_byte_for_byte(tmp_path: Path) -> None:
    cases.new(tmp_path / "case")
    with cases.opened(tmp_path / "case") as case:
        rows = sorted(
            case.database.execute("SELECT type, name, tbl_name, ifnull(sql, '') FROM sqlite_master")
        )
    there = {name for kind, name, _table, _sql in rows if kind == "table"}
    ours = declared(database.SCHEMA) | declared(index_tables.TABLES)
    assert {name for name in there if not name.startswith("search_")} == ours
    assert hashlib.sha256(repr(rows).encode()).hexdigest() == SCHEMA_DIGEST
