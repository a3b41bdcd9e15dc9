"""A case from its making to its verification, through the doors that the commands use."""

import os
from pathlib import Path

import pyrage
import pytest

from contrechamp.base.errors import InputError, OutputError
from contrechamp.vault import adding, erasing, object_keys, objects, verifying
from contrechamp.vault.access import members
from contrechamp.vault.access.slots import AgeIdentities
from vault.cases import NOW, PASSPHRASE, add, files, new, opened


@pytest.fixture
def case(tmp_path: Path) -> Path:
    folder = tmp_path / "case"
    new(folder)
    return folder


def findings(folder: Path, **options: object) -> list[str]:
    with opened(folder) as found:
        return [f"{f.kind} {f.subject}" for f in verifying.verify(found, **options)]


def everything(found) -> str:
    """Return all that the database holds, as text."""
    tables = found.database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    return "\n".join(
        str(row)
        for (table,) in tables.fetchall()
        for row in found.database.execute(f"SELECT * FROM {table}")
    )


def test_a_new_case_verifies(case: Path) -> None:
    assert sorted(path.name for path in case.iterdir()) == [
        "README.txt",
        "case.db",
        "case.toml",
        "case.toml.copy",
        "objects",
    ]
    assert findings(case) == []


def test_a_case_is_never_made_over_something(case: Path) -> None:
    before = (case / "case.toml").read_bytes()
    with pytest.raises(OutputError, match="already exists"):
        new(case)
    assert (case / "case.toml").read_bytes() == before
    assert [path.name for path in case.parent.iterdir()] == ["case"]


def test_what_was_added_comes_out_again(case: Path, tmp_path: Path) -> None:
    source = files(tmp_path / "field", count=7, size=200_000)
    added = add(case, source)
    assert [one.path.name for one in added] == [f"sample-{n}.txt" for n in range(7)]
    assert findings(case) == []
    with opened(case) as found:
        contents = set()
        for key in object_keys.every(found):
            target = tmp_path / key.name
            with target.open("wb") as out:
                objects.read_object(found.folder, key.place, key.identity, out, lambda _n: None)
            contents.add(target.read_bytes())
    assert contents == {path.read_bytes() for path in source.iterdir()}


def test_the_same_content_is_stored_once_and_logged_twice(case: Path, tmp_path: Path) -> None:
    one = tmp_path / "a.txt"
    one.write_text("SAMPLE")
    two = tmp_path / "b.txt"
    two.write_text("SAMPLE")
    assert [added.duplicate for added in add(case, one, two)] == [False, True]
    # Under the same name it is not logged again.
    assert [(added.duplicate, added.again) for added in add(case, one)] == [(True, True)]
    assert len(list(case.glob("objects/??/*"))) == 1
    with opened(case) as found:
        assert found.size == 2 + 2
    assert findings(case) == []


def test_links_and_devices_are_passed_over_and_told(case: Path, tmp_path: Path) -> None:
    source = files(tmp_path / "field", count=1)
    (source / "link").symlink_to("/etc/passwd")
    os.mkfifo(source / "pipe")
    done = add(case, source)
    reasons = {one.path.name: one.reason for one in done if hasattr(one, "reason")}
    assert set(reasons) == {"link", "pipe"}
    assert findings(case) == []


def test_a_case_does_not_take_itself_in(case: Path) -> None:
    files(case.parent / "field", count=1)
    done = add(case, case.parent)
    assert [one.path.name for one in done if hasattr(one, "reason")] == ["case"]
    assert [one.path.name for one in done if hasattr(one, "item")] == ["sample-0.txt"]
    assert findings(case) == []


def test_an_item_that_is_named_twice_is_erased_once(case: Path, tmp_path: Path) -> None:
    (one,) = add(case, files(tmp_path / "field", count=1))
    with opened(case, write=True) as found:
        before = found.size
        erasing.erase(found, [one.item, one.item], reason="twice", now=NOW)
        assert found.size == before + 1
    assert findings(case) == []


def test_names_in_any_encoding(case: Path, tmp_path: Path) -> None:
    source = tmp_path / "field"
    source.mkdir()
    Path(os.fsdecode(os.fsencode(source) + b"/caf\xe9.txt")).write_text("SAMPLE latin")
    (source / "شارع.txt").write_text("SAMPLE arabic")
    assert len(add(case, source)) == 2
    assert findings(case) == []


def test_a_wrong_passphrase(case: Path) -> None:
    with pytest.raises(InputError), opened(case, "not the passphrase"):
        pass


def test_one_writer_at_a_time(case: Path) -> None:
    with opened(case, write=True):
        with pytest.raises(InputError, match=f"process {os.getpid()}"), opened(case, write=True):
            pass
        with opened(case) as reader:
            assert reader.size == 2
    with opened(case, write=True):
        pass


def test_erasing_destroys_the_key_and_still_verifies(case: Path, tmp_path: Path) -> None:
    source = files(tmp_path / "field", count=3, size=70_000)
    items = [one.item for one in add(case, source)]
    with opened(case, write=True) as found:
        identity = found.database.execute(
            "SELECT identity FROM objects JOIN records ON object = name WHERE subject = ?",
            (f"item/{items[0]}",),
        ).fetchone()[0]
        gone = erasing.erase(found, [items[0]], reason="consent withdrawn", now=NOW)
    assert len(gone) == 1
    assert len(list(case.glob("objects/??/*"))) == 2
    assert findings(case) == []
    with opened(case) as found:
        dump = everything(found)
    assert identity not in dump
    assert "sample-0.txt" not in dump
    assert "consent withdrawn" in dump
    with pytest.raises(InputError, match="no such item"), opened(case, write=True) as found:
        erasing.erase(found, [items[0]], reason="", now=NOW)


def test_content_that_another_item_holds_is_not_erased_by_half(case: Path, tmp_path: Path) -> None:
    one = tmp_path / "a.txt"
    one.write_text("SAMPLE")
    two = tmp_path / "b.txt"
    two.write_text("SAMPLE")
    first, second = [done.item for done in (*add(case, one), *add(case, two))]
    with opened(case, write=True) as found:
        with pytest.raises(InputError, match=second):
            erasing.erase(found, [first], reason="", now=NOW)
        assert len(erasing.erase(found, [first, second], reason="", now=NOW)) == 1
    assert findings(case) == []


def test_sharing_and_taking_away(case: Path, tmp_path: Path) -> None:
    other = pyrage.x25519.Identity.generate()
    with opened(case, write=True) as found:
        members.share(
            found, str(other.to_public()), name="Sample Two", reason="", now=NOW, random=os.urandom
        )
    theirs = AgeIdentities((str(other),))
    with opened(case, theirs, write=True) as found:
        list(adding.add(found, [files(tmp_path / "f", 1)], now=lambda: NOW, random=os.urandom))
    assert findings(case) == []
    with opened(case, write=True) as found:
        members.unshare(found, "Sample Two", reason="left", now=NOW, random=os.urandom)
    with pytest.raises(InputError), opened(case, theirs):
        pass
    assert findings(case) == []
    with opened(case, PASSPHRASE, write=True) as found:
        assert [name for _id, name, left in members.members(found) if not left] == ["Sample Member"]
