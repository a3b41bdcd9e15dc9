"""Each kind of change to a case, made by a hand that holds the key or by one that does not."""

import json
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2 as sqlcipher

from contrechamp.base.errors import ContrechampError, InputError
from contrechamp.vault import erasing
from contrechamp.vault import objects as stored
from contrechamp.vault.access import casefile, keys, members, slots
from contrechamp.vault.log import canonical, checkpoint, custody, merkle, signing
from contrechamp.vault.taking import Incoming
from vault import cases, forging
from vault.crash_worker import new_passphrase_slot
from vault.crashing import Known, findings, key_of, sample

#: Bits that are flipped, over all files of a case.
FLIPS = 200


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Known]:
    root = tmp_path_factory.mktemp("tampering")
    known = sample(root / "case", root / "source", size=70_000)  # each a file of its own
    with cases.opened(root / "case", write=True) as case:
        last = list(known.added)[-1]
        erasing.erase(case, [last], reason="SAMPLE consent withdrawn", now=cases.NOW)
        del known.added[last]
    return root / "case", known


@pytest.fixture
def case(kept: tuple[Path, Known], tmp_path: Path) -> Path:
    shutil.copytree(kept[0], tmp_path / "case")
    assert findings(tmp_path / "case") == []
    return tmp_path / "case"


@pytest.fixture
def items(kept: tuple[Path, Known]) -> list[str]:
    return list(kept[1].added)


def kinds(folder: Path, **options: object) -> set[str]:
    return {text.split()[0] for text in findings(folder, **options)}


def newest(folder: Path) -> str:
    with cases.opened(folder) as case:
        query = "SELECT note FROM checkpoints ORDER BY size DESC LIMIT 1"
        return str(case.database.execute(query).fetchone()[0])


def object_path(folder: Path, item: str) -> Path:
    with cases.opened(folder) as case:
        return folder / key_of(case, item).place.path


def with_key(folder: Path, *statements: tuple) -> None:
    """Change the database as a member could who leaves the doors aside, and STRICT as well."""
    with cases.opened(folder) as case:
        key = keys.database_key(case.unlocked.root_key).hex()
    db = sqlcipher.connect(str(folder / "case.db"), isolation_level=None)
    db.execute(f"PRAGMA key = \"x'{key}'\"")
    db.execute("PRAGMA writable_schema = ON")
    schema = db.execute("SELECT rowid, sql FROM sqlite_master").fetchall()
    for row, sql in schema:
        loose = sql and sql.replace(", STRICT", "").replace("STRICT", "")
        db.execute("UPDATE sqlite_master SET sql = ? WHERE rowid = ?", (loose, row))
    db.close()
    db = sqlcipher.connect(str(folder / "case.db"), isolation_level=None)
    db.execute(f"PRAGMA key = \"x'{key}'\"")
    for statement in statements:
        changed = db.execute(*statement)
        assert changed.rowcount, statement
    db.execute("PRAGMA writable_schema = ON")
    for row, sql in schema:
        db.execute("UPDATE sqlite_master SET sql = ? WHERE rowid = ?", (sql, row))
    db.close()


# Objects, by a hand without the key.


def test_a_missing_object(case: Path, items: list[str]) -> None:
    path = object_path(case, items[0])
    path.unlink()
    assert findings(case) == [f"missing {path.parent.name}/{path.name}"]


def test_all_objects_gone(case: Path) -> None:
    shutil.rmtree(case / "objects")
    assert kinds(case) == {"missing"}
    with cases.opened(case, write=True):
        pass
    assert kinds(case) == {"missing"}


@pytest.mark.parametrize("name", ["aa/" + "aa" * 32, "ab/" + "ab" * 16])
def test_an_extra_object(case: Path, name: str) -> None:
    path = case / "objects" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"SAMPLE")
    assert findings(case) == [f"extra {name}"]


def test_swapped_objects(case: Path, items: list[str]) -> None:
    one, two = (object_path(case, item) for item in items)
    first = one.read_bytes()
    one.write_bytes(two.read_bytes())
    two.write_bytes(first)
    assert findings(case) == sorted(f"altered {p.parent.name}/{p.name}" for p in (one, two))


@pytest.mark.parametrize("left", [0, 1, 100, -1, -16, -100])
def test_a_truncated_object(case: Path, items: list[str], left: int) -> None:
    path = object_path(case, items[0])
    path.write_bytes(path.read_bytes()[:left])
    assert findings(case) == [f"altered {path.parent.name}/{path.name}"]


def test_an_altered_object(case: Path, items: list[str]) -> None:
    path = object_path(case, items[0])
    path.write_bytes(path.read_bytes() + b"\0")
    assert findings(case) == [f"altered {path.parent.name}/{path.name}"]


@pytest.mark.parametrize("make", [Path.mkdir, lambda p: p.symlink_to("/dev/zero"), "pipe"])
def test_something_else_in_the_place_of_an_object(
    case: Path, items: list[str], make: Callable[[Path], None] | str
) -> None:
    import os

    path = object_path(case, items[0])
    path.unlink()
    (os.mkfifo if isinstance(make, str) else make)(path)
    assert findings(case) == [
        f"stranger objects/{path.parent.name}/{path.name}",
        f"altered {path.parent.name}/{path.name}",
    ]


# The database as a whole.


def test_an_older_database_is_told_by_a_checkpoint_kept_elsewhere(
    case: Path, tmp_path: Path
) -> None:
    older = (case / "case.db").read_bytes()
    cases.add(case, cases.files(tmp_path / "more", count=1, size=50))
    seen = newest(case)
    assert findings(case, since=[seen]) == []
    (case / "case.db").write_bytes(older)
    assert kinds(case) == {"extra"}
    assert kinds(case, since=[seen]) == {"extra", "rolled-back"}


def test_an_older_copy_of_everything_is_told_by_a_checkpoint_only(
    case: Path, tmp_path: Path
) -> None:
    shutil.copytree(case, tmp_path / "older")
    cases.add(case, cases.files(tmp_path / "more", count=1, size=50))
    assert findings(tmp_path / "older") == []
    assert kinds(tmp_path / "older", since=[newest(case)]) == {"rolled-back"}


def test_no_database(case: Path) -> None:
    (case / "case.db").unlink()
    with pytest.raises(InputError, match="database is missing"):
        findings(case)


@pytest.mark.parametrize("left", [0, 100, 4096, -4096, -1])
def test_a_truncated_database(case: Path, left: int) -> None:
    path = case / "case.db"
    path.write_bytes(path.read_bytes()[:left])
    assert told(case) & {"database", "refused: case.db"}


# Entries and records, by a hand with the key.


def entries(folder: Path) -> list[tuple[int, bytes]]:
    with cases.opened(folder) as case:
        return list(custody.leaves(case.database))


def test_reordered_entries(case: Path) -> None:
    log = dict(entries(case))
    put = "UPDATE entries SET content = ? WHERE number = ?"
    with_key(case, (put, (log[3], 2)), (put, (log[2], 3)))
    found = findings(case)
    assert {"entry 2", "entry 3", "rewritten 6"} <= set(found)


def test_renumbered_entries(case: Path) -> None:
    log = [json.loads(content) for _number, content in entries(case)]
    log[2], log[3] = {**log[3], "number": 2}, {**log[2], "number": 3}
    put = "UPDATE entries SET content = ? WHERE number = ?"
    with_key(case, *((put, (canonical.dumps(log[n]), n)) for n in (2, 3)))
    assert kinds(case) == {"rewritten"}


@pytest.mark.parametrize("field", ["at", "action", "subject", "digest", "reason", "member"])
def test_a_rewritten_entry(case: Path, field: str) -> None:
    log = [json.loads(content) for _number, content in entries(case)]
    number = next(n for n, fields in enumerate(log) if fields["action"] == "erase")
    other = {"at": "2020-01-01T00:00:00Z", "action": "add", "subject": "item/0123456789abcdef"}
    log[number][field] = other.get(field, "00" * 32)
    put = "UPDATE entries SET content = ? WHERE number = ?"
    with_key(case, (put, (canonical.dumps(log[number]), number)))
    assert "rewritten" in kinds(case)


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff"])
def test_an_entry_that_is_none(case: Path, content: bytes) -> None:
    with_key(case, ("UPDATE entries SET content = ? WHERE number = 2", (content,)))
    assert {"entry", "rewritten"} <= kinds(case)


@pytest.mark.parametrize("content", ["text", 7])
def test_an_entry_that_is_not_bytes(case: Path, content: object) -> None:
    with_key(case, ("UPDATE entries SET content = ? WHERE number = 2", (content,)))
    assert kinds(case) == {"database"}  # nothing is read where a value is of another type


@pytest.mark.parametrize("number", [0, 3])
def test_a_removed_entry(case: Path, number: int) -> None:
    with_key(case, ("DELETE FROM entries WHERE number = ?", (number,)))
    assert {"entry", "rewritten"} <= kinds(case)


def test_entries_cut_off(case: Path) -> None:
    with_key(case, ("DELETE FROM entries WHERE number >= 5", ()))
    assert "rolled-back" in kinds(case)
    with_key(case, ("DELETE FROM checkpoints WHERE size > 5", ()))
    allowed = {"record", "reason", "unsigned", "swapped", "authority", "case.toml"}
    assert kinds(case) <= allowed
    assert findings(case)


def test_an_entry_without_a_checkpoint(case: Path) -> None:
    size = len(entries(case))
    with_key(case, ("DELETE FROM checkpoints WHERE size = ?", (size,)))
    assert kinds(case) == {"unsigned"}


def rewrite(folder: Path, seed: bytes | None = None) -> None:
    """Rewrite the log with all that one member has: nothing inside of the case can tell."""
    with cases.opened(folder, write=True) as case:
        log = [json.loads(content) for _number, content in custody.leaves(case.database)]
        log[-1]["at"] = "2030-01-01T00:00:00Z"
        frontier = merkle.Frontier()
        case.database.execute("DELETE FROM entries")
        case.database.execute("DELETE FROM checkpoints")
        for number, fields in enumerate(log):
            content = canonical.dumps(fields)
            frontier.append(merkle.leaf_hash(content))
            case.database.execute("INSERT INTO entries VALUES (?, ?)", (number, content))
        made = checkpoint.sign(
            checkpoint.Checkpoint(case.file.log_origin, len(log), frontier.root()),
            signing.key_name(case.file.log_origin, case.unlocked.member, 1),
            seed or case.unlocked.signing_seed,
        )
        case.database.execute("INSERT INTO checkpoints VALUES (?, ?)", (len(log), made))


def test_a_log_that_a_member_wrote_anew_is_told_by_a_checkpoint_kept_elsewhere(case: Path) -> None:
    seen = newest(case)
    rewrite(case)
    assert kinds(case) == set()
    assert kinds(case, since=[seen]) == {"rewritten"}


def test_a_forged_checkpoint(case: Path) -> None:
    rewrite(case, seed=bytes(32))
    assert "checkpoint" in kinds(case)


def test_a_checkpoint_of_another_case(case: Path, tmp_path: Path) -> None:
    cases.new(tmp_path / "other")
    assert kinds(case, since=[newest(tmp_path / "other")]) == {"checkpoint"}


@pytest.mark.parametrize("text", ["", "nonsense", "\0", "a\nb\nc\n\n— d e\n"])
def test_a_checkpoint_that_is_none(case: Path, text: str) -> None:
    assert kinds(case, since=[text]) == {"checkpoint"}


def test_a_member_cannot_write_in_the_name_of_another(case: Path, kept: tuple[Path, Known]) -> None:
    maker = json.loads(entries(case)[0][1])["member"]
    theirs = slots.AgeIdentities((kept[1].others["Sample Two"],))
    with cases.opened(case, theirs, write=True) as found:
        mine = (1, found.unlocked.member, found.unlocked.signing_seed)
        forging.write(found, maker, "add", "export/1", {"name": "SAMPLE"}, signers=[mine])
    assert findings(case) == [f"entry {len(entries(case)) - 1}"]


def test_an_altered_record(case: Path, items: list[str]) -> None:
    subject = f"item/{items[0]}"
    with cases.opened(case) as found:
        query = "SELECT state FROM records WHERE subject = ?"
        state = json.loads(found.database.execute(query, (subject,)).fetchone()[0])
    state["name"] = "another.txt"
    put = "UPDATE records SET state = ? WHERE subject = ?"
    with_key(case, (put, (canonical.dumps(state), subject)))
    assert findings(case) == [f"record {subject}"]


@pytest.mark.parametrize("state", [b"", b"{", "text", 7])
def test_a_record_that_is_none(case: Path, items: list[str], state: object) -> None:
    with_key(case, ("UPDATE records SET state = ? WHERE subject = ?", (state, f"item/{items[0]}")))
    assert kinds(case) & {"record", "database"}


def test_a_removed_and_an_invented_record(case: Path, items: list[str]) -> None:
    subject = f"item/{items[0]}"
    with_key(case, ("UPDATE records SET subject = 'item/other' WHERE subject = ?", (subject,)))
    assert {f"record {subject}", "record item/other"} <= set(findings(case))


def test_an_altered_reason(case: Path) -> None:
    number = len(entries(case)) - 1
    with_key(case, ("UPDATE reasons SET text = 'court order' WHERE number = ?", (number,)))
    assert findings(case) == [f"reason {number}"]
    with_key(case, ("DELETE FROM reasons WHERE number = ?", (number,)))
    assert findings(case) == [f"reason {number}"]


@pytest.mark.parametrize(
    "change",
    ["name = 'Somebody Else'", "recipient = 'age1'", "left_at = '2020'"],
)
def test_an_altered_member(case: Path, change: str) -> None:
    with_key(case, (f"UPDATE members SET {change} WHERE name = 'Sample Two'",))
    assert "record" in kinds(case)


@pytest.mark.parametrize("change", ["public = zeroblob(32)", "since = 0"])
def test_an_altered_signing_key(case: Path, change: str) -> None:
    whose = "(SELECT id FROM members WHERE name = 'Sample Two')"
    with_key(case, (f"UPDATE signing_keys SET {change} WHERE member = {whose}",))
    assert "record" in kinds(case)


def test_content_put_in_the_place_of_another_by_a_member(
    case: Path, items: list[str], tmp_path: Path
) -> None:
    """Another object under the same name, with digests that fit it: the log knows the first."""
    fake = tmp_path / "fake"
    fake.write_bytes(b"SAMPLE of another content")
    with cases.opened(case, write=True) as found, fake.open("rb") as source:
        incoming = Incoming(found.folder)
        taken, _head = incoming.take(source, lambda _n: None)
        key = key_of(found, items[0])
        found.database.execute(
            "UPDATE objects SET identity = ?, size = ?, sha256 = ?, blake3 = ?, length = ? "
            "WHERE name = ?",
            (taken.identity, taken.size, taken.sha256, taken.blake3, taken.length, key.name),
        )
        with found.folder.disk() as disk:
            (file,) = incoming.settle(disk)
            moves = [(stored.waiting_in_incoming(file), Path(key.place.path).name)]
            stored.put_in_place(found.folder, moves, disk)
    assert findings(case) == [f"swapped item/{items[0]}"]


def test_items_that_a_member_gave_the_object_of_each_other(case: Path, items: list[str]) -> None:
    with cases.opened(case) as found:
        one, two = (key_of(found, item).name for item in items)
    put = "UPDATE records SET object = ? WHERE subject = ?"
    with_key(case, (put, (two, f"item/{items[0]}")), (put, (one, f"item/{items[1]}")))
    assert sorted(findings(case)) == sorted(f"swapped item/{item}" for item in items)


def test_content_that_a_member_took_away_without_a_word(case: Path, items: list[str]) -> None:
    path = object_path(case, items[0])
    subject = f"item/{items[0]}"
    with_key(
        case,
        ("DELETE FROM objects WHERE file = ?", (path.name,)),
        ("DELETE FROM files WHERE name = ?", (path.name,)),
        ("UPDATE records SET object = NULL WHERE subject = ?", (subject,)),
    )
    path.unlink()
    assert findings(case) == [f"missing {subject}"]


# case.toml, and any bit.


@pytest.mark.parametrize("name", [casefile.NAME, casefile.COPY])
@pytest.mark.parametrize("change", ["gone", "empty", "cut", "mac", "slot"])
def test_an_altered_case_toml_is_read_from_the_other_one(
    case: Path, name: str, change: str
) -> None:
    path = case / name
    text = path.read_text()
    if change == "gone":
        path.unlink()
    elif change == "mac":
        at = text.index("mac = ") + 10
        path.write_text(text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :])
    elif change == "slot":
        path.write_text(text[: text.rindex("[[slot]]")].rstrip("\n") + "\n")
    else:
        path.write_text("" if change == "empty" else text[: len(text) // 2])
    assert findings(case) == [f"case.toml {name}"]
    with cases.opened(case, write=True):
        pass
    assert path.read_text() == text
    assert findings(case) == []


def test_an_older_case_toml_put_back_is_told(case: Path) -> None:
    """With the passphrase that was replaced: it opens what was, not what is there now."""
    older = (case / casefile.NAME).read_bytes()
    with cases.opened(case, write=True) as found:
        members.change_passphrase(
            found,
            new_passphrase_slot("SAMPLE new"),
            kind="passphrase",
            reason="",
            now=cases.NOW,
            random=os.urandom,
        )
    for name in (casefile.NAME, casefile.COPY):
        (case / name).write_bytes(older)
    with pytest.raises(InputError, match=r"an older case\.toml"):
        findings(case)


def test_both_copies_without_a_slot(case: Path) -> None:
    for name in (casefile.NAME, casefile.COPY):
        text = (case / name).read_text()
        (case / name).write_text(text[: text.rindex("[[slot]]")].rstrip("\n") + "\n")
    with pytest.raises(InputError, match="altered by somebody who could not open"):
        findings(case)


def told(folder: Path) -> set[str]:
    """Return the kinds of findings; of a case that cannot be opened, what is said instead."""
    try:
        return kinds(folder)
    except ContrechampError as error:
        return {f"refused: {str(error).split(':')[0]}"}


@pytest.mark.slow
def test_200_single_bits_over_the_whole_folder(case: Path) -> None:
    """Every flip is found; or harmless, because the file is read by people only (README.txt, the
    process number in case.lock)."""
    dice = random.Random(20260501)
    files = sorted(path for path in case.rglob("*") if path.is_file())
    harmless = {"README.txt", "case.lock"}
    assert harmless < {path.name for path in files}
    sizes = [path.stat().st_size for path in files]
    # Half of them by size, so that each byte is as likely; half by file, so that each file is met.
    chosen = dice.choices(files, weights=sizes, k=FLIPS // 2)
    chosen += [files[n % len(files)] for n in range(FLIPS - len(chosen))]
    expected = {
        "case.db": {"database", "refused: case.db"},
        "case.toml": {"case.toml"},
        "case.toml.copy": {"case.toml"},
    }
    met = set()
    for path in chosen:
        before = path.read_bytes()
        bit = dice.randrange(len(before) * 8)
        flipped = bytearray(before)
        flipped[bit // 8] ^= 1 << bit % 8
        path.write_bytes(flipped)
        found = told(case)
        path.write_bytes(before)
        met.add(path.name)
        if path.name in harmless:
            assert found == set(), (path, bit)
        else:
            assert found, (path, bit)
            assert found <= expected.get(path.name, {"altered"}), (path, bit, found)
    assert met == {path.name for path in files}
    assert findings(case) == []


# Packs, in which small contents lie behind each other.


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """Return the file of a case that holds three small contents, of which one was erased."""
    folder = tmp_path / "packed"
    cases.new(folder)
    added = cases.add(folder, cases.files(tmp_path / "small", count=3))
    with cases.opened(folder, write=True) as case:
        erasing.erase(case, [added[1].item], reason="SAMPLE asked", now=cases.NOW)
    (file,) = folder.glob("objects/??/*")
    assert findings(folder) == []
    return file


def case_of(pack: Path) -> Path:
    return pack.parents[2]


def test_what_is_hidden_in_a_pack_is_found(pack: Path) -> None:
    whole = pack.read_bytes()
    where = f"{pack.parent.name}/{pack.name}"
    hole = whole.index(b"\0" * 1000)
    for content in (whole + b"x", whole[: hole + 500] + b"x" + whole[hole + 501 :], b"x" + whole):
        pack.write_bytes(content)
        assert f"extra {where}" in findings(case_of(pack)) or content[0] == ord("x")
        assert findings(case_of(pack))
    pack.write_bytes(whole + bytes(5000))  # zeros hide nothing
    assert findings(case_of(pack)) == []


@pytest.mark.parametrize("at", [0, 100, 1000, -1, -1000])
def test_any_byte_of_a_pack_counts(pack: Path, at: int) -> None:
    content = bytearray(pack.read_bytes())
    content[at] ^= 1
    pack.write_bytes(content)
    assert findings(case_of(pack)) == [f"altered {pack.parent.name}/{pack.name}"]


@pytest.mark.parametrize(
    ("change", "kinds_told"),
    [
        ("UPDATE objects SET start = (SELECT min(start) FROM objects), length = "
         "(SELECT length FROM objects ORDER BY start LIMIT 1)", {"altered"}),
        ("UPDATE objects SET length = 1000000000000", {"altered"}),
        ("UPDATE objects SET length = -1", {"database"}),
        ("UPDATE objects SET start = 9223372036854775807", {"altered", "database"}),
        ("UPDATE objects SET start = -1", {"database"}),
        ("UPDATE objects SET start = 'x'", {"database"}),
        ("UPDATE objects SET size = 1000000000000, sha256 = 1000000000000", {"database"}),
        ("UPDATE objects SET file = '../../../etc/passwd'", {"database", "missing", "refused"}),
        ("UPDATE files SET waiting = '../../case.toml'", {"database", "refused"}),
        ("UPDATE objects SET identity = 'AGE-SECRET-KEY-1'", {"altered"}),
        ("UPDATE objects SET identity = zeroblob(3)", {"database"}),
        ("UPDATE entries SET content = 1000000000000", {"database", "entry"}),
        ("UPDATE reasons SET salt = 1000000000000", {"database"}),
        ("UPDATE records SET state = 1000000000000", {"database"}),
        ("UPDATE signing_keys SET public = 1000000000000", {"database", "refused"}),
        ("UPDATE checkpoints SET note = zeroblob(10)", {"database", "checkpoint"}),
    ],
)  # fmt: skip
def test_places_and_values_that_nobody_wrote_are_told_and_cost_nothing(
    pack: Path, change: str, kinds_told: set[str]
) -> None:
    with_key(case_of(pack), (change,))
    found = {text.split(":")[0] for text in told(case_of(pack))}
    assert found, change
    assert found & kinds_told, found


def test_a_range_of_another_object_is_not_erased_with_one(pack: Path) -> None:
    """Somebody with the key may point an object at the bytes of another, which stays."""
    with_key(
        case_of(pack),
        ("UPDATE objects SET start = 0, length = (SELECT max(start) + 9000 FROM objects) "
         "WHERE start = (SELECT max(start) FROM objects)",),
    )  # fmt: skip
    with cases.opened(case_of(pack), write=True) as case:
        rows = case.database.execute(
            "SELECT subject, length FROM records JOIN objects ON object = name ORDER BY length"
        ).fetchall()
        (kept, length), (gone, _length) = rows
        erasing.erase(case, [str(gone).removeprefix("item/")], reason="SAMPLE", now=cases.NOW)
    content = pack.read_bytes()
    assert content[:length].strip(b"\0")
    assert content[length:].strip(b"\0") == b""
    assert kept
    assert findings(case_of(pack)) == []
