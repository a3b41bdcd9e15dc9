"""A case is read without our code: by the reader that docs/reference/case-folder.md prints."""

import hashlib
import os
import re
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2 as sqlcipher

from contrechamp.vault import adding, erasing
from contrechamp.vault import database as databases
from contrechamp.vault.access import keys, members, slots
from vault import cases
from vault.old_cases import FACTS, laid_out

pytestmark = pytest.mark.slow

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "case-folder.md"
(READER,) = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(), re.M | re.S)
#: What stands for "our code": it and every library that only it uses cannot be imported.
WITHOUT = """
import sys
for name in ("contrechamp", "pyrage", "sqlcipher3", "rfc8785", "blake3"):
    sys.modules[name] = None
"""
CONTENT = b"SAMPLE letter, made up: nobody wrote it."

Read = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Run the reader, in a process that has nothing of ours."""

    def call(secret: str = cases.PASSPHRASE) -> subprocess.CompletedProcess[str]:
        (tmp_path / "passphrase.txt").write_text(f"{secret}\n", encoding="utf-8")
        return subprocess.run(
            [sys.executable, "-I", "-X", "utf8", "-c", WITHOUT + READER],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    return call


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """Return a case with three items, one of content that another has as well."""
    cases.new(tmp_path / "sample-case")
    (tmp_path / "a.txt").write_bytes(CONTENT)
    (tmp_path / "b.bin").write_bytes(bytes(range(256)) * 1000)
    (tmp_path / "c.txt").write_bytes(CONTENT)
    cases.add(tmp_path / "sample-case", tmp_path / "a.txt", reason="handed over, été")
    cases.add(tmp_path / "sample-case", tmp_path / "b.bin", tmp_path / "c.txt")
    return tmp_path / "sample-case"


def lines(done: subprocess.CompletedProcess[str]) -> list[str]:
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_the_log_and_the_content_are_read_with_standard_tools(case: Path, read: Read) -> None:
    printed = lines(read())
    log, items = printed[:5], printed[5:]
    by = "2026-05-01T12:00:00Z Sample Member"
    assert [line.rstrip() for line in log] == [
        f"0 {by} new -",
        f"1 {by} share Sample Member",
        f"2 {by} add a.txt handed over, été",
        f"3 {by} add b.bin",
        f"4 {by} add c.txt",
    ]
    assert sorted(line.split(" ", 1)[1] for line in items) == [
        f"a.txt text/plain {CONTENT[:30]}",
        f"b.bin application/octet-stream {bytes(range(30))}",
        f"c.txt text/plain {CONTENT[:30]}",
    ]


@pytest.mark.parametrize("count", [1, 2, 5, 14])
def test_trees_of_every_shape_are_read(tmp_path: Path, read: Read, count: int) -> None:
    cases.new(tmp_path / "sample-case")
    cases.add(tmp_path / "sample-case", cases.files(tmp_path / "files", count))
    assert len(lines(read())) == 2 + 2 * count


def test_the_recovery_key_reads_the_same(tmp_path: Path, read: Read) -> None:
    recovery = cases.new(tmp_path / "sample-case")
    assert lines(read(recovery)) == lines(read())


def test_a_passphrase_in_another_composition_of_its_letters_reads_the_same(
    tmp_path: Path, read: Read
) -> None:
    cases.new(tmp_path / "sample-case", "tiroir velours orage pêche")
    assert lines(read(unicodedata.normalize("NFD", "tiroir velours orage pêche")))


def test_a_case_is_read_after_all_that_can_happen_to_it(
    case: Path, tmp_path: Path, read: Read
) -> None:
    (key, recipient) = age_key()
    with cases.opened(case, write=True) as found:
        members.share(
            found, recipient, name="Other Sample", reason="helps", now=cases.NOW, random=os.urandom
        )
    with cases.opened(case, slots.AgeIdentities((key,)), write=True) as found:
        (tmp_path / "d.txt").write_bytes(b"SAMPLE d")
        (one,) = adding.add(found, [tmp_path / "d.txt"], now=lambda: cases.NOW, random=os.urandom)
        assert isinstance(one, adding.Added)
        erasing.erase(found, [one.item], reason="consent withdrawn", now=cases.NOW)
    with cases.opened(case, write=True) as found:
        members.unshare(found, "Other Sample", reason="", now=cases.NOW, random=os.urandom)
        members.change_passphrase(
            found,
            lambda unlocked: slots.make_passphrase_slot(
                "another passphrase", cases.WEAK, unlocked, random=os.urandom, slot_id="0" * 16
            ),
            kind="passphrase",
            reason="",
            now=cases.NOW,
            random=os.urandom,
        )
    assert read().returncode != 0
    printed = lines(read("another passphrase"))
    assert [line.split()[4:5] for line in printed[5:10]] == [
        ["share"], ["add"], ["erase"], ["unshare"], ["new-passphrase"],
    ]  # fmt: skip
    assert printed[6].split()[2:4] == ["Other", "Sample"]
    assert printed[7].rstrip().endswith("erase - consent withdrawn")
    assert "SAMPLE d" not in "".join(printed)
    assert len(printed) == 10 + 3


def test_a_case_of_format_1_is_read(tmp_path: Path, read: Read) -> None:
    laid_out(tmp_path, "everything").rename(tmp_path / "sample-case")
    printed = lines(read(FACTS["passphrase"]))
    names = sorted(one["name"] for one in FACTS["items"].values())
    assert sorted(line.split()[1] for line in printed if line.startswith("item/")) == names
    assert any("SAMPLE: handed over by Wagtail" in line for line in printed)


def test_a_case_that_was_carried_over_is_read(tmp_path: Path, read: Read) -> None:
    folder = laid_out(tmp_path, "everything").rename(tmp_path / "sample-case")
    with cases.opened(folder, write=True) as case:
        (tmp_path / "d.txt").write_bytes(b"SAMPLE d")
        (one,) = adding.add(
            case, [tmp_path / "d.txt"], now=lambda: cases.NOW, random=os.urandom, reason="SAMPLE"
        )
        assert isinstance(one, adding.Added)
        erasing.erase(case, [one.item], reason="SAMPLE asked", now=cases.NOW)
    printed = lines(read(FACTS["passphrase"]))
    assert len([line for line in printed if line.startswith("item/")]) == len(FACTS["items"])


def age_key() -> tuple[str, str]:
    done = subprocess.run(["age-keygen"], capture_output=True, text=True, check=True)
    return done.stdout.split()[-1], done.stderr.split()[-1]


def flip(file: Path, at: int) -> None:
    content = bytearray(file.read_bytes())
    content[at] ^= 1
    file.write_bytes(content)


def test_the_reader_stops_at_what_was_altered(case: Path, read: Read) -> None:
    """So that its silence above says something."""
    (file,) = (path for path in case.glob("objects/??/*") if path.stat().st_size < 1000)
    for path, at in (
        (file, -1),
        (case / "case.db", 8192 + 100),
        (case / "case.toml", (case / "case.toml").read_bytes().index(b"memory_kib = ") + 14),
        (case / "case.toml", (case / "case.toml").read_bytes().index(b"mac = ") + 10),
    ):
        flip(path, at)
        assert read().returncode != 0, (path.name, at)
        flip(path, at)
    assert read().returncode == 0
    assert "does not fit: passphrase" in read("wrong").stderr


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("UPDATE entries SET content = CAST(replace(content, 'add', 'new') AS BLOB)",
         "does not fit: the first"),
        ("DELETE FROM checkpoints WHERE size = 5", "does not fit: newest checkpoint"),
        ("UPDATE reasons SET text = 'x'", "does not fit: reason 2"),
        ("DELETE FROM reasons", "does not fit: reason 2"),
        ("DELETE FROM records WHERE object IS NOT NULL", "does not fit: records are missing"),
        ("UPDATE records SET salt = zeroblob(32) WHERE subject = 'case'", "does not fit: case"),
        ("UPDATE objects SET sha256 = zeroblob(32)", "does not fit: "),
    ],
)  # fmt: skip
def test_the_reader_stops_at_what_somebody_with_the_key_altered(
    case: Path, read: Read, change: str, told: str
) -> None:
    with cases.opened(case) as found:
        db = sqlcipher.connect(str(case / "case.db"))
        db.execute(f"PRAGMA key = \"x'{keys.database_key(found.unlocked.root_key).hex()}'\"")
    db.execute(change)
    db.commit()
    db.close()
    done = read()
    assert done.returncode != 0
    assert told in done.stderr


def test_sqlcipher_opens_the_database_with_the_key_alone(case: Path) -> None:
    with cases.opened(case) as found:
        key = keys.database_key(found.unlocked.root_key).hex()
    db = sqlcipher.connect(str(case / "case.db"))
    db.execute(f"PRAGMA key = \"x'{key}'\"")
    assert db.execute("SELECT count(*) FROM entries").fetchone() == (5,)
    digests = {row[0] for row in db.execute("SELECT sha256 FROM objects")}
    assert hashlib.sha256(CONTENT).digest() in digests


def test_every_table_column_and_key_is_described(case: Path) -> None:
    described = set(re.findall(r"`([^`\n]+)`", PAGE.read_text()))
    with cases.opened(case) as found:
        tables = [
            row[0]
            for row in found.database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        for table in tables:
            columns = {row[1] for row in found.database.execute(f"PRAGMA table_info({table})")}
            if table.startswith("search_"):  # made by SQLite, which says what is in them
                columns = set()
            assert columns | {table} <= described, table
        for (content,) in found.database.execute("SELECT content FROM entries"):
            assert set(re.findall(r'"([a-z]+)":', bytes(content).decode())) <= described
        for (state,) in found.database.execute("SELECT state FROM records"):
            assert set(re.findall(r'"([a-z0-9_]+)":', bytes(state).decode())) <= described
    toml = (case / "case.toml").read_text()
    assert set(re.findall(r"^([a-z_]+) = ", toml, re.M)) <= described
    files = {path.name for path in case.iterdir() if path.is_file()}
    assert files <= described
    assert databases.NAME in files
