"""A whole case is verified: log, tables, and what this machine has seen; SAMPLE content."""

import shutil
from pathlib import Path

from samples import actor, desk

from contrechamp.dossier.verifying import verify_case
from contrechamp.vault import seen
from contrechamp.vault.discrepancies import INTERRUPTED, Discrepancy, is_sound


def kinds(tmp_path: Path) -> list[str]:
    with desk(tmp_path) as at:
        return [one.kind for one in verify_case(at.case, tmp_path / "seen")]


def test_a_sound_case_is_noted_and_an_older_copy_of_it_is_told(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        at.put(actor())
    older = shutil.copytree(tmp_path / "case", tmp_path / "older")
    with desk(tmp_path) as at:
        at.put(actor())
    assert kinds(tmp_path) == []
    with desk(tmp_path) as at:
        noted = seen.last(at.case, tmp_path / "seen")
        assert noted is not None
    shutil.rmtree(tmp_path / "case")
    older.rename(tmp_path / "case")
    assert kinds(tmp_path) == ["rolled-back"]
    with desk(tmp_path) as at:
        assert seen.last(at.case, tmp_path / "seen") == noted


def test_tables_of_records_are_verified_with_the_log(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        at.put(actor())
        at.case.database.execute("UPDATE dossier SET title = 'SAMPLE other'")
    assert kinds(tmp_path) == ["index"]
    assert not (tmp_path / "seen").exists()


def test_what_was_interrupted_is_sound() -> None:
    assert is_sound([Discrepancy(INTERRUPTED, "case.toml", "")])
    assert not is_sound(
        [Discrepancy(INTERRUPTED, "case.toml", ""), Discrepancy("index", "search", "")]
    )
