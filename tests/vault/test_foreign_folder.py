"""A case is somebody else's folder: nothing planted in it is followed, run or removed."""

import os
import shutil
import stat
import struct
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from contrechamp.base.errors import ContrechampError, InputError
from contrechamp.vault import erasing, verifying
from contrechamp.vault.log import history
from vault import cases
from vault.crashing import findings
from vault.forging import around_strict, with_key


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("foreign")
    cases.new(root / "case")
    cases.add(root / "case", cases.files(root / "field", count=2))
    return root / "case"


@pytest.fixture
def case(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path / "case")


@pytest.fixture
def precious(tmp_path: Path) -> Path:
    """A folder of the user's that no command has any business with."""
    folder = tmp_path / "precious"
    folder.mkdir()
    (folder / "thesis.txt").write_text("SAMPLE thesis")
    (folder / ("ab" * 16)).write_text("SAMPLE that is named like a file of a case")
    return folder


def state(folder: Path) -> dict[str, object]:
    """Everything of a folder that a command could change, links themselves included."""
    found: dict[str, object] = {}
    for path in sorted(folder.rglob("*")):
        about = path.lstat()
        content = path.read_bytes() if stat.S_ISREG(about.st_mode) else about.st_mode
        found[str(path.relative_to(folder))] = (content, about.st_mtime_ns, about.st_nlink)
    return found


def journal_naming(target: Path, case: Path) -> bytes:
    """A rollback journal that SQLite takes for hot, and that names a super-journal."""
    name, pages = str(target).encode(), (case / "case.db").stat().st_size // 4096
    head = struct.pack(">8sIIIII", bytes.fromhex("d9d505f920a163d7"), 0, 0, pages, 512, 4096)
    checksum = sum(struct.unpack(f"{len(name)}b", name)) & 0xFFFFFFFF
    tail = struct.pack(">I", 0x40000001 + 0) + name
    tail += struct.pack(">II8s", len(name), checksum, bytes.fromhex("d9d505f920a163d7"))
    return head.ljust(512, b"\0") + tail


def every_command(case: Path) -> list[str]:
    """Open the case in each way, use it, and return the messages."""
    said = []
    for write in (False, True):
        try:
            with cases.opened(case, write=write) as found:
                verifying.verify(found)
        except ContrechampError as error:
            said.append(str(error))
    try:
        said += findings(case)
    except ContrechampError as error:
        said.append(str(error))
    return said


def test_a_journal_that_names_a_file_of_the_user_deletes_nothing(
    case: Path, precious: Path
) -> None:
    """SQLite removes the super-journal that a hot journal names, after it has rolled it back."""
    target = precious / "thesis.txt"
    (case / "case.db-journal").write_bytes(journal_naming(target, case))
    before = state(precious), (case / "case.db").read_bytes()
    said = every_command(case)
    assert (state(precious), (case / "case.db").read_bytes()) == before
    assert len(said) == 3
    assert all("case.db-journal" in one and "planted" in one for one in said)
    (case / "case.db-journal").unlink()
    assert findings(case) == []


@pytest.mark.parametrize("name", ["case.db-wal", "case.db-shm", "case.db-mj12345678", "case.dbx"])
def test_what_sqlite_could_take_for_its_own_is_refused(case: Path, name: str) -> None:
    (case / name).write_bytes(b"SAMPLE" * 1000)
    before = state(case)
    assert all(name in one for one in every_command(case))
    assert state(case) == before


def linked(case: Path, path: str, to: Path) -> None:
    place = case / path
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place)
    place.unlink(missing_ok=True)
    place.symlink_to(to)


LINKS = [
    "objects", "objects/incoming", "objects/00", "case.toml", "case.toml.copy", "case.db",
    "case.lock", "README.txt", "case.db-journal", "case.toml.partial", "case.toml.copy.partial",
    f"objects/incoming/{'ab' * 16}", f"staging-{'0' * 16}.partial", "anything",
]  # fmt: skip


@pytest.mark.parametrize("to", ["thesis.txt", "", "not-there"])
@pytest.mark.parametrize("path", LINKS)
def test_a_link_is_neither_followed_nor_written_through(
    case: Path, precious: Path, path: str, to: str
) -> None:
    linked(case, path, precious / to)
    before = state(precious)
    said = every_command(case)
    assert state(precious) == before
    assert said[0].startswith(f"case/{path}: ")
    assert said[1] == said[0]
    assert any(path in one for one in said[2:])


def test_files_that_have_a_second_name_elsewhere_are_not_written(
    case: Path, precious: Path
) -> None:
    for path in ("case.lock", "case.toml.copy", "case.db-journal", f"objects/00/{'00' * 32}"):
        (case / path).parent.mkdir(exist_ok=True)
        (case / path).unlink(missing_ok=True)
        os.link(precious / "thesis.txt", case / path)
        before = state(precious)
        said = every_command(case)
        assert state(precious) == before
        assert all("second name" in one for one in said[:2])
        (case / path).unlink()


@pytest.mark.parametrize(
    "make",
    [os.mkfifo, os.mkdir, lambda path: os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, 5))],
)
@pytest.mark.parametrize(
    "path", ["case.lock", "case.db", "case.db-journal", "case.toml", "objects/incoming/x", "x"]
)
def test_pipes_devices_and_folders_in_the_place_of_files_block_nothing(
    case: Path, path: str, make: Callable[[Path], None]
) -> None:
    (case / path).unlink(missing_ok=True)
    try:
        make(case / path)
    except PermissionError:
        pytest.skip("only root makes devices")
    said = every_command(case)
    assert said[0].startswith(f"case/{path}: ")
    assert any(path in one for one in said[2:])


@pytest.mark.parametrize("path", ["objects/incoming/thesis.txt", "objects/zz", "notes.txt"])
def test_only_names_that_are_ours_are_ever_removed(case: Path, path: str) -> None:
    (case / path).write_text("SAMPLE of the user's own")
    with pytest.raises(InputError, match="move it out"), cases.opened(case, write=True):
        pass
    assert (case / path).read_text() == "SAMPLE of the user's own"
    assert findings(case) == [f"stranger {path}"]


def test_what_an_interrupted_command_left_is_cleared_away(case: Path) -> None:
    ours = ["case.toml.0123456789abcdef.partial", "case.toml.partial", "case.toml.copy.partial",
            "staging-0123456789abcdef.partial", f"objects/incoming/{'ab' * 16}"]  # fmt: skip
    for name in ours:
        (case / name).write_bytes(b"SAMPLE half-written")
    with cases.opened(case, write=True):
        pass
    assert not any((case / name).exists() for name in ours)
    assert findings(case) == []


def first_item(case: cases.case.Case) -> str:
    row = case.database.execute("SELECT subject FROM records WHERE subject LIKE 'item/%' LIMIT 1")
    return str(row.fetchone()[0]).removeprefix("item/")


def test_a_folder_put_in_the_place_of_the_case_while_it_is_open_is_not_written_to(
    case: Path, made: Path
) -> None:
    """Files go by the handle on the folder that was opened; SQLite notices that its own moved."""
    with suppress(ContrechampError), cases.opened(case, write=True) as found:
        item = first_item(found)
        case.rename(case.with_name("moved"))
        shutil.copytree(made, case)
        before = state(case)
        erasing.erase(found, [item], reason="SAMPLE", now=cases.NOW)
        pytest.fail("nobody noticed")
    assert state(case) == before
    assert findings(case.with_name("moved")) == []


# The database, by a member who has its key and leaves the doors aside.


KEEPING = (
    "CREATE TABLE kept (state BLOB, identity TEXT)",
    "CREATE TRIGGER keep BEFORE UPDATE ON records BEGIN "
    "INSERT INTO kept SELECT OLD.state, (SELECT identity FROM objects WHERE name = OLD.object); "
    "END",
)


@pytest.mark.parametrize(
    "statements",
    [
        KEEPING,
        ("CREATE TABLE kept (state BLOB)",),
        ("CREATE VIEW kept AS SELECT * FROM records",),
        ("CREATE VIRTUAL TABLE kept USING fts5 (text)",),
        ("CREATE INDEX kept ON records (entry)",),
        ("DROP INDEX records_by_object",),
        ("ALTER TABLE members ADD COLUMN note TEXT",),
        ("ALTER TABLE records RENAME TO kept", "CREATE VIEW records AS SELECT * FROM kept"),
        ("PRAGMA writable_schema = ON",
         "UPDATE sqlite_master SET sql = replace(sql, 'salt BLOB NOT NULL', "
         "'salt BLOB NOT NULL DEFAULT x''00''') WHERE name = 'records'"),
    ],
)  # fmt: skip
def test_a_schema_that_is_not_ours_is_refused_and_named(
    case: Path, statements: tuple[str, ...]
) -> None:
    with_key(case, *statements)
    before = (case / "case.db").read_bytes()
    for write in (False, True):
        with (
            pytest.raises(InputError, match="not as contrechamp makes it"),
            cases.opened(case, write=write),
        ):
            pass
    assert (case / "case.db").read_bytes() == before
    assert {one.split()[0] for one in findings(case)} == {"database"}


def test_no_trigger_runs_even_where_one_was_planted_while_the_case_is_open(case: Path) -> None:
    with suppress(ContrechampError), cases.opened(case, write=True) as found:
        item = first_item(found)
        with_key(case, *KEEPING)
        erasing.erase(found, [item], reason="SAMPLE", now=cases.NOW)
        pytest.fail("nobody noticed")
    with cases.opened(case, tolerant=True) as found:
        assert found.database.execute("SELECT count(*) FROM kept").fetchone() == (0,)


@pytest.mark.parametrize("space", ["\u00a0", "\u2003", "\u3000", "\x85"])
def test_what_only_looks_like_a_space_to_others_makes_another_schema(
    case: Path, space: str
) -> None:
    """SQLite takes it for a letter: INTEGER PRIMARY KEY is a type then, and numbers occur twice."""
    ours = (
        "CREATE TABLE reasons (number INTEGER PRIMARY KEY, salt BLOB NOT NULL, text TEXT NOT NULL)"
    )
    other = ours.replace("INTEGER PRIMARY KEY", f"INTEGER{space}PRIMARY{space}KEY")
    twice = ["INSERT INTO reasons VALUES (1, x'00', 'SAMPLE')"] * 2
    with_key(case, "DROP TABLE reasons", other, *twice)
    assert findings(case) == ["database table reasons"]
    with pytest.raises(InputError, match="not as contrechamp makes it"), cases.opened(case):
        pass


#: What SQLite keeps in a column of a type, and we never put there; the first would be a count of
#: bytes to Python's `bytes`. In a column of text it becomes text.
ODD = {
    "TEXT": ["x'ff00'", "zeroblob(9000000)"],
    "BLOB": ["100000000000", "'SAMPLE'", "1.5", "-1", "zeroblob(9000000)"],
    "INTEGER": ["x'ff00'", "'SAMPLE'", "1.5", "-1", "9223372036854775807"],
}
COLUMNS = {
    "TEXT": ["members.id", "members.name", "slots.member", "objects.name", "objects.identity",
             "records.subject", "checkpoints.note", "dossier.title"],
    "BLOB": ["signing_keys.public", "objects.sha256", "records.salt", "records.state",
             "entries.content", "settings.value", "reasons.salt"],
    "INTEGER": ["signing_keys.since", "objects.size", "records.entry", "checkpoints.size",
                "dossier.version"],
}  # fmt: skip
EACH = [(column, odd) for kind in ODD for column in COLUMNS[kind] for odd in ODD[kind]]


@pytest.fixture(scope="module")
def told(made: Path) -> Path:
    """A case with a reason, and something in the tables that list records."""
    with cases.opened(made, write=True) as found:
        erasing.erase(found, [first_item(found)], reason="SAMPLE", now=cases.NOW)
    with_key(made, "INSERT INTO dossier VALUES (1, 'SAMPLE', 'finding', 1, 'SAMPLE')")
    return made


@pytest.mark.parametrize(("column", "odd"), EACH)
def test_a_value_of_another_type_or_size_is_named(
    told: Path, tmp_path: Path, column: str, odd: str
) -> None:
    case = shutil.copytree(told, tmp_path / "case")
    table, name = column.split(".")
    one = f"(SELECT {name} FROM {table} WHERE {name} IS NOT NULL LIMIT 1)"
    around_strict(case, f"UPDATE {table} SET {name} = {odd} WHERE {name} = {one}")
    said = every_command(case)  # an error of ours would be no ContrechampError
    assert any(f"table {table}" in one or column in one for one in said), said


def test_the_log_of_a_record_of_another_type_is_refused_by_name(told: Path, tmp_path: Path) -> None:
    case = shutil.copytree(told, tmp_path / "case")
    around_strict(case, "UPDATE records SET state = 'SAMPLE' WHERE subject = 'case'")
    with pytest.raises(InputError, match="table records holds"), cases.opened(case) as found:
        history.history(found)


def test_a_schema_that_is_no_text_is_refused(case: Path) -> None:
    """SQLite names it in its message, which Python then cannot read."""
    with_key(
        case, "PRAGMA writable_schema = ON",
        "INSERT INTO sqlite_master VALUES ('table', x'ff', x'00', 0, x'ffff')",
    )  # fmt: skip
    for tolerant in (False, True):
        with (
            pytest.raises(InputError, match="the database is damaged"),
            cases.opened(case, tolerant=tolerant),
        ):
            pass
