"""Packs are looked at in a process beside ours, with the same outcome as here."""

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from contrechamp.base.errors import InputError
from contrechamp.base.progress import silent
from contrechamp.vault import checking, contents
from contrechamp.vault.beside import Beside
from contrechamp.vault.case import Case
from contrechamp.vault.discrepancies import Discrepancy
from contrechamp.vault.verifying import verify
from vault import cases

COUNT = 150  # more than one message, in two packs


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    there = tmp_path_factory.mktemp("checking")
    source = there / "in"
    source.mkdir()
    for number in range(COUNT):
        size = [10, 60_000, 65_536, 0, 70_000][number % 5 if number < 10 else number % 3]
        (source / f"{number:03}.bin").write_bytes(os.urandom(size))
    cases.new(there / "case")
    cases.add(there / "case", source)
    return there / "case"


@pytest.fixture
def case(whole: Path, tmp_path: Path) -> Path:
    return shutil.copytree(whole, tmp_path / "case")


def found(case: Case, monkeypatch: pytest.MonkeyPatch, *, beside: bool) -> list[Discrepancy]:
    monkeypatch.setattr(checking, "MANY", 1 if beside else 10**9)
    return verify(case)


def flipped(case: Path) -> None:
    for path in sorted(case.glob("objects/??/*"))[::2]:
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)


def cut_off(case: Path) -> None:
    for path in case.glob("objects/??/*"):
        os.truncate(path, path.stat().st_size // 2)


def missing(case: Path) -> None:
    min(case.glob("objects/??/*"), key=lambda path: -path.stat().st_size).unlink()


def sql(statement: str) -> Callable[[Path], None]:
    def alter(case: Path) -> None:
        with cases.opened(case, write=True) as opened:
            opened.database.execute(statement)

    return alter


DAMAGES = {
    "none": lambda _case: None,
    "flipped": flipped,
    "cut off": cut_off,
    "missing": missing,
    "swapped": sql("UPDATE objects SET identity = (SELECT max(identity) FROM objects)"),
    "no key": sql("UPDATE objects SET identity = 'é' || identity WHERE start > 100000"),
    "long key": sql("UPDATE objects SET identity = printf('%.256c', 'A') WHERE start > 100000"),
    "too long": sql("UPDATE objects SET length = 1 << 40 WHERE start > 100000"),
    "overlapping": sql("UPDATE objects SET start = start - 1 WHERE start > 0"),
    "far away": sql("UPDATE objects SET start = 9007199254740991 WHERE start > 100000"),
    "not all its own": sql("UPDATE objects SET length = NULL WHERE start > 100000"),
    "other digest": sql("UPDATE objects SET sha256 = zeroblob(32) WHERE start > 100000"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_the_outcome_is_the_same_beside_and_here(
    monkeypatch: pytest.MonkeyPatch, case: Path, damage: str
) -> None:
    DAMAGES[damage](case)
    with cases.opened(case, tolerant=True) as opened:
        here = found(opened, monkeypatch, beside=False)
        assert bool(here) == (damage != "none")
        assert found(opened, monkeypatch, beside=True) == here


@pytest.mark.parametrize("after", [0, 1, 2])
def test_what_the_process_cannot_do_is_done_here(
    monkeypatch: pytest.MonkeyPatch, case: Path, after: int
) -> None:
    answer, answers = Beside.answer, []

    def ending(beside: Beside) -> bytes:
        if len(answers) == after:
            os.kill(beside._process.pid, signal.SIGKILL)
        answers.append(answer(beside))
        return answers[-1]

    monkeypatch.setattr(Beside, "answer", ending)
    with cases.opened(case) as opened:
        assert found(opened, monkeypatch, beside=True) == []
    assert all(answers[:after])  # it may have answered more before it was killed


def test_it_ends_when_nobody_waits_any_more(monkeypatch: pytest.MonkeyPatch, case: Path) -> None:
    monkeypatch.setattr(checking, "MANY", 1)
    started = []

    class Noted(Beside):
        def __init__(self, module: str) -> None:
            super().__init__(module)
            started.append(self)

    monkeypatch.setattr(checking, "Beside", Noted)
    with (
        cases.opened(case) as opened,
        pytest.raises(InputError, match="SAMPLE"),
        contents.begun(opened, silent),
    ):
        raise InputError("SAMPLE")
    assert all(not one.is_running for one in started)
