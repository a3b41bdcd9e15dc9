"""While files are read others may write to the case: the lock is for writing only."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from contrechamp.base.errors import InputError, OutputError
from contrechamp.vault import adding, lock, mending, objects, turns
from contrechamp.vault.verifying import verify
from vault import cases


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    cases.new(tmp_path / "case")
    return tmp_path / "case"


def while_reading(monkeypatch: pytest.MonkeyPatch, do: Callable[[], None]) -> None:
    """Have something done while the first file is read, before its state is known."""
    state_of = adding._state

    def slow(*given):
        monkeypatch.setattr(adding, "_state", state_of)
        do()
        return state_of(*given)

    monkeypatch.setattr(adding, "_state", slow)


def names(folder: Path) -> list[str]:
    with cases.opened(folder) as case:
        assert verify(case) == []
        rows = case.database.execute(
            "SELECT state ->> 'name' FROM records WHERE subject LIKE 'item/%' ORDER BY entry"
        )
        return [name for (name,) in rows]


@pytest.mark.parametrize("size", [3000, 100_000])
def test_another_writer_gets_in_while_a_file_is_read(
    monkeypatch: pytest.MonkeyPatch, folder: Path, tmp_path: Path, size: int
) -> None:
    slow = cases.files(tmp_path / "slow", count=3, size=size)
    quick = cases.files(tmp_path / "quick", count=2, size=4000)
    while_reading(monkeypatch, lambda: [cases.add(folder, quick)])
    assert len(cases.add(folder, slow)) == 3
    there = [f"quick/sample-{n}.txt" for n in (0, 1)] + [f"slow/sample-{n}.txt" for n in range(3)]
    assert names(folder) == there
    assert list((folder / objects.INCOMING_PATH).iterdir()) == []


def test_while_it_writes_nobody_else_does(folder: Path, tmp_path: Path) -> None:
    cases.files(tmp_path / "in", count=3)
    with cases.opened(folder, write=True) as case:
        for _each in adding.add(case, [tmp_path / "in"], now=lambda: cases.NOW, random=os.urandom):
            with pytest.raises(InputError, match="is writing"), cases.opened(folder, write=True):
                pass
        with pytest.raises(InputError, match="is writing"), cases.opened(folder, write=True):
            pass


def test_what_is_being_taken_in_is_cleared_away_by_nobody(folder: Path) -> None:
    left = folder / objects.INCOMING_PATH / ("ab" * 16)
    with cases.opened(folder, write=True) as case:
        with lock.taking_in(case.folder, objects.INCOMING_PATH) as in_turns:
            assert in_turns
            left.write_bytes(b"encrypted")
            with turns.others_may_write(case), cases.opened(folder, write=True):
                pass
            assert left.exists()
        mending.recover(case)
        assert not left.exists()


def test_what_another_program_removed_is_not_said_to_be_in_the_case(
    monkeypatch: pytest.MonkeyPatch, folder: Path, tmp_path: Path
) -> None:
    cases.files(tmp_path / "in", count=3, size=100_000)

    def remove() -> None:
        for file in (folder / objects.INCOMING_PATH).iterdir():
            file.unlink()

    with cases.opened(folder, write=True) as case:
        monkeypatch.setattr(objects, "sync_incoming", lambda *_: remove())
        with pytest.raises(OutputError):
            list(adding.add(case, [tmp_path / "in"], now=lambda: cases.NOW, random=os.urandom))
    monkeypatch.undo()
    assert names(folder) == []


def test_keys_that_were_changed_meanwhile_end_it(
    monkeypatch: pytest.MonkeyPatch, folder: Path, tmp_path: Path
) -> None:
    """Somebody else's access was taken away: the case is under another root key."""

    def change() -> None:
        with cases.opened(folder, write=True) as other:
            other.next_root_key = os.urandom(32)
            slots_of = mending.cases.recipients(other)
            new = mending.slots.with_next_root(other.file.slots, slots_of, other.next_root_key)
            other.file = mending.replace(other.file, slots=new)
            mending.cases.write_casefile(other.folder, other.file, other.unlocked.root_key)
            mending.change_root(other, other.next_root_key)

    cases.files(tmp_path / "in", count=2)
    while_reading(monkeypatch, change)
    with pytest.raises(InputError, match="run the command again"):
        cases.add(folder, tmp_path / "in")
    assert names(folder) == []
    assert len(cases.add(folder, tmp_path / "in")) == 2
    assert len(names(folder)) == 2


def test_what_another_writer_left_unfinished_is_finished(folder: Path, tmp_path: Path) -> None:
    """It was killed after its database was written, and before its files were in place."""
    cases.files(tmp_path / "in", count=2)

    class KilledError(Exception):
        pass

    def killed(*_more: object) -> None:
        raise KilledError

    with cases.opened(folder, write=True) as case:
        with turns.others_may_write(case), pytest.MonkeyPatch.context() as patched:
            patched.setattr(objects, "put_in_place", killed)
            with pytest.raises(KilledError):
                cases.add(folder, tmp_path / "in")
        waiting = "SELECT count(*) FROM files WHERE waiting IS NOT NULL"
        assert case.database.execute(waiting).fetchone() == (0,)
        assert case.size == 4
    assert len(names(folder)) == 2
