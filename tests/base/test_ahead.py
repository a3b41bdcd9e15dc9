"""Compiling ahead: in processes of their own, told function by function, once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from contrechamp.base import ahead, compiled
from contrechamp.base.ahead import CompilePlan, compile_ahead

pytestmark = pytest.mark.slow

JOB = """
import numpy as np
from contrechamp.sight.ahead import CAMERA, LEVELS
from contrechamp.sight.limits import limits

def job():
    limits(CAMERA, LEVELS, 1.6)

def fails():
    raise ValueError
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder for compiled code, of this process and of those that it starts."""
    (tmp_path / "job_of_test.py").write_text(JOB)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "kept"))
    assert compiled._FOLDER is not None
    here = tmp_path / "kept" / compiled._FOLDER.name
    monkeypatch.setattr(compiled, "_FOLDER", here)
    return here


@pytest.fixture
def bars() -> list[list[float]]:
    return []


@pytest.fixture
def progress(bars: list[list[float]]) -> Callable[..., object]:
    @contextmanager
    def bar(label: str, total: float | None) -> Iterator[Callable[[float], None]]:
        assert label == "compiling"
        bars.append([])
        yield bars[-1].append

    return bar


def test_a_job_is_done_once_and_tells_of_each_function(
    folder: Path, progress: Callable[..., object], bars: list[list[float]]
) -> None:
    work = CompilePlan(jobs=("job_of_test:job",), rooms=("sight",))
    compile_ahead(work, "compiling", progress)  # type: ignore[arg-type]
    assert bars == [[1, 1, 1]]  # _limits, and the two that it calls
    assert [file.name for file in folder.rglob("*.nbc")] != []
    compile_ahead(work, "compiling", progress)  # type: ignore[arg-type]
    assert len(bars) == 1


def test_another_copy_of_the_same_version_compiles_for_itself(
    folder: Path,
    progress: Callable[..., object],
    bars: list[list[float]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    work = CompilePlan(jobs=("job_of_test:job",), rooms=("sight",))
    compile_ahead(work, "compiling", progress)  # type: ignore[arg-type]
    monkeypatch.setattr(ahead, "__file__", "/elsewhere/contrechamp/base/ahead.py")
    compile_ahead(work, "compiling", progress)  # type: ignore[arg-type]
    assert len(bars) == 2


def test_a_job_that_fails_is_left_for_the_first_call(
    folder: Path, progress: Callable[..., object], bars: list[list[float]]
) -> None:
    work = CompilePlan(jobs=("job_of_test:fails",), rooms=("sight",))
    compile_ahead(work, "compiling", progress)  # type: ignore[arg-type]
    compile_ahead(work, "compiling", progress)  # type: ignore[arg-type]
    assert bars == [[], []]  # tried again: nothing says that it is done


def test_nothing_is_asked_where_nothing_can_be_kept(
    tmp_path: Path,
    progress: Callable[..., object],
    bars: list[list[float]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(compiled, "_FOLDER", None)
    compile_ahead(CompilePlan(("job_of_test:job",), ("sight",)), "compiling", progress)  # type: ignore[arg-type]
    assert bars == []
