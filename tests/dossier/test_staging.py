"""What is on its way into a case is in no memory, and can be read by nobody else."""

import os
from pathlib import Path

import pytest
from samples import Desk, desk
from sqlcipher3 import dbapi2 as sqlite

from contrechamp.base.held_folder import HeldFolder
from contrechamp.dossier.formats.read import staging
from contrechamp.dossier.formats.read.drafts import Draft
from contrechamp.dossier.formats.read.importing import import_files
from contrechamp.dossier.formats.write import json_lines
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.short_names import ShortNames
from contrechamp.dossier.records.fieldwork import Observation
from contrechamp.dossier.writing import store
from contrechamp.vault import strangers
from contrechamp.vault.verifying import verify
from dossier.samples import DAY, NOW

WORD = "unmistakable"


def observation(number: int) -> Observation:
    return Observation(date="2026-05-01", seen=f"SAMPLE {WORD} {number} " + "x" * 500, sample=True)


def drafts(count: int) -> list[Draft]:
    return [Draft(observation(n), f"{n:016x}", f"line {n}") for n in range(count)]


def test_drafts_come_back_in_their_order_and_some_can_be_taken_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "AT_A_TIME", 3)
    made = drafts(10)
    folder = HeldFolder(tmp_path)
    held = staging.Staging(folder)
    assert all(held.add(draft, 0) for draft in made)
    assert not held.add(made[4], 0)
    assert [one.draft for some in held.drafts() for one in some] == made
    for some in held.ids():
        held.remove(record for record, _desk in some if int(record, 16) % 2)
    assert list(held) == [draft.id for draft in made[::2]]
    assert (len(held), held[made[2].id], made[3].id in held) == (5, made[2].record, False)
    held.close()
    folder.close()


@pytest.mark.slow
def test_what_is_written_meanwhile_has_no_name_and_is_encrypted(tmp_path: Path) -> None:
    folder = HeldFolder(tmp_path)
    held = staging.Staging(folder)
    assert list(tmp_path.iterdir()) == []
    for draft in drafts(40_000):  # more than its memory holds
        held.add(draft, 0)
    written = b""
    for number in os.listdir("/proc/self/fd"):
        link = Path(f"/proc/self/fd/{number}")
        if link.is_symlink() and str(tmp_path) in os.readlink(link) and link.is_file():
            written += link.read_bytes()
    assert len(written) > 1_000_000
    assert WORD.encode() not in written
    assert not written.startswith(b"SQLite")
    held.close()
    folder.close()
    assert list(tmp_path.iterdir()) == []


def test_an_import_in_parts_is_one_transaction(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "AT_A_TIME", 2)
    with desk(tmp_path) as at:
        for number in range(7):
            at.put(observation(number))
        file = tmp_path / "records.jsonl"
        file.write_text("".join(json_lines.record_lines(at.case, ShortNames(at.case), DAY)))
        wanted = file.read_text()

    def imported(into: Desk) -> int:
        done = import_files(into.case, [file], now=lambda: NOW, random=os.urandom)
        return len(done.new)

    parts = []

    def failing(*arguments, **more):
        if len(parts) == 2:
            raise OSError(28, "No space left on device")
        parts.append(arguments)
        return write(*arguments, **more)

    write = store.write
    monkeypatch.setattr(store, "write", failing)
    with desk(tmp_path / "other") as other, pytest.raises(OSError, match="No space"):
        imported(other)
    monkeypatch.setattr(store, "write", write)
    with desk(tmp_path / "other") as other:
        assert lookup.count(other.case) == {}
        assert not verify(other.case)
        assert imported(other) == 7
        again = "".join(json_lines.record_lines(other.case, ShortNames(other.case), DAY))
        assert [line.split('"fields"')[1] for line in again.splitlines()] == [
            line.split('"fields"')[1] for line in wanted.splitlines()
        ]
        assert not verify(other.case)


def test_whoever_tidies_up_meanwhile_takes_nothing_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file has a name for a moment, in which another command may find it, and remove it."""
    swept = []

    def sweep(_statement: str) -> None:
        for name in strangers.partials(folder):
            folder.remove(name)
            swept.append(name)

    connect = sqlite.connect

    def traced(*arguments: object, **more: object) -> sqlite.Connection:
        made = connect(*arguments, **more)
        made.set_trace_callback(sweep)  # before each statement
        sweep("")
        return made

    with HeldFolder(tmp_path) as folder:
        monkeypatch.setattr(sqlite, "connect", traced)
        held = staging.Staging(folder)
        made = drafts(20)
        assert all(held.add(draft, 0) for draft in made)
        assert [one.draft for some in held.drafts() for one in some] == made
        held.close()
        assert len(swept) == 1
        assert folder.names() == []
