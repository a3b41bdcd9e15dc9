"""Content of strangers is read by children that can do nothing but answer."""

import errno
import io
import json
import os
import pwd
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cell.rogue_readers import header
from contrechamp.base.errors import InputError
from contrechamp.cell import closed, frames
from contrechamp.cell.failures import CellError
from contrechamp.cell.limits import ProcessLimits, ReadingLimits
from contrechamp.cell.reading import Cell, opened_cell

TESTS = Path(__file__).parents[1]
PROCESS = ProcessLimits(memory_bytes=1 << 30, cpu_s=60, file_bytes=0, wall_s=60, stall_s=60)
LIMITS = ReadingLimits(PROCESS, value_bytes=1 << 20, answer_bytes=1 << 24)
MODULES = ["cell.rogue_readers"]


@pytest.fixture(autouse=True, scope="module")
def path() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(TESTS))
        patch.setenv("CASE_PASSPHRASE", "in the environment")
        yield


@pytest.fixture(scope="module")
def cell(path: None) -> Iterator[Cell]:
    with opened_cell(LIMITS, MODULES) as found:
        yield found


def read(cell: Cell, function: str, content: bytes = b"", **arguments: Any) -> list[Any]:
    name = f"cell.rogue_readers:{function}"
    return list(cell.read(name, io.BytesIO(content), arguments, where="list.csv"))


def test_values_bytes_and_decimals_cross(cell: Cell) -> None:
    assert read(cell, "lines", "é\nb\n".encode(), upper=True) == [
        {"line": 1, "text": "É"},
        {"line": 2, "text": "B"},
    ]
    content = random.Random(1).randbytes(3 << 20)
    assert b"".join(read(cell, "echoes", content)) == content
    assert read(cell, "backwards", b"one two three") == [" three"[-6:], "one two"]
    (found,) = read(cell, "decimals")
    assert found["a"] == [Decimal("1.50"), Decimal("-3E+7"), "1.50", 2, {"\0": "no number"}]
    assert str(found["a"][0]) == "1.50"
    assert [type(one) for one in found["a"]] == [Decimal, Decimal, str, int, dict]


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(st.characters()),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=20,
    )
)
def test_any_value_crosses_as_it_is(cell: Cell, value: Any) -> None:
    assert read(cell, "says", what=[value, value]) == [value, value]


def test_several_are_read_at_the_same_time(cell: Cell) -> None:
    many = b"".join(b"line %d\n" % number for number in range(20_000))
    one = cell.read("cell.rogue_readers:lines", io.BytesIO(many), {})
    other = cell.read("cell.rogue_readers:lines", io.BytesIO(many.upper()), {})
    pairs = list(zip(one, other, strict=True))
    assert len(pairs) == 20_000
    assert all(a["text"].upper() == b["text"] for a, b in pairs)


def test_content_is_read_only_as_far_as_it_is_asked_for(cell: Cell) -> None:
    class Counted(io.BytesIO):
        given = 0

        def read(self, size: int | None = -1, /) -> bytes:
            part = super().read(size)
            Counted.given += len(part)
            return part

    found = cell.read("cell.rogue_readers:echoes", Counted(bytes(5 << 20)), {"size": 10})
    assert list(found) == [bytes(10)]
    assert Counted.given <= 1 << 20


def test_what_breaks_while_content_is_read_is_not_the_readers_fault(cell: Cell) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        list(cell.read("cell.rogue_readers:echoes", Broken(bytes(99)), {}))


def test_a_child_has_no_key_no_path_and_no_other_pipe(cell: Cell) -> None:
    others = [cell.read("cell.rogue_readers:lines", io.BytesIO(b"a\n" * 99_999), {}) for _ in "abc"]
    for other in others:
        next(other)
    (found,) = read(cell, "names")
    assert len(found["files"]) == 4  # 0 to 2 lead nowhere; and its channel
    assert "CASE_PASSPHRASE" not in found["environment"]
    assert not any(str(TESTS) in word for word in found["arguments"][1:])
    for other in others:
        other.close()


def test_a_child_can_do_nothing_but_answer(cell: Cell, tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(b"of the user")
    assert read(cell, "tries_everything", folder=str(tmp_path), process=os.getpid()) == [[]]
    assert (tmp_path / "other").read_bytes() == b"of the user"


FRAMES = {
    "no JSON": header(frames.VALUES, 3) + b"[1,".hex(),
    "no list": header(frames.VALUES, 2) + b"{}".hex(),
    "an empty list": header(frames.VALUES, 2) + b"[]".hex(),
    "no text": header(frames.VALUES, 5) + b'["\xff"]'.hex(),
    "no number": header(frames.VALUES, 5) + b"[NaN]".hex(),
    "deep": header(frames.VALUES, 2_000) + (b"[" * 1000 + b"]" * 1000).hex(),
    "many values": header(frames.VALUES, 99_999) + (b"[" + b"[]," * 33_332 + b"1]").hex(),
    "very deep": header(frames.VALUES, 200_000) + (b"[" * 100_000 + b"]" * 100_000).hex(),
    "long digits": header(frames.VALUES, 10_002) + (b"[" + b"1" * 10_000 + b"]").hex(),
    "another kind": header(b"X", 0),
    "an empty piece": header(frames.PIECE, 0),
    "a job": header(frames.JOB, 2) + b"{}".hex(),
    "a question without a range": header(frames.WANTED, 1) + "00",
    "a question for nothing": header(frames.WANTED, 12) + (bytes(12)).hex(),
    "a question for too much": header(frames.WANTED, 12) + (bytes(8) + b"\xff\xff\xff\xff").hex(),
    "a question far out": header(frames.WANTED, 12) + (b"\xff" * 8 + b"\0\0\0\1").hex(),
    "an end with something": header(frames.DONE, 1) + "00",
    "an error that is none": header(frames.FAILED, 2) + b"[]".hex(),
}


@pytest.mark.parametrize("what", FRAMES)
def test_nonsense_is_refused(cell: Cell, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "MAX_VALUES", 30_000)
    with pytest.raises(CellError, match="made its reader send nonsense") as refused:
        read(cell, "sends", frame=FRAMES[what])
    assert refused.value.reason == "nonsense"
    assert refused.value.where == "list.csv"
    assert read(cell, "says", what=[1]) == [1]


@pytest.mark.parametrize(
    ("frame", "reason"),
    [(header(frames.VALUES, 1 << 31), "endless"), (header(frames.VALUES, 2_000_000), "endless")],
)
def test_a_long_answer_is_not_waited_for(cell: Cell, frame: str, reason: str) -> None:
    with pytest.raises(CellError) as refused:
        read(cell, "sends", frame=frame)
    assert refused.value.reason == reason


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=64))
def test_whatever_a_child_sends_ends_in_an_error_or_an_answer(path: None, sent: bytes) -> None:
    quick = replace(LIMITS, process=replace(PROCESS, stall_s=0.05))
    with opened_cell(quick, MODULES) as cell, pytest.raises((CellError, InputError)):
        read(cell, "sends", frame=sent.hex())


@pytest.mark.parametrize(
    ("function", "limits", "reason", "says"),
    [
        ("eats_memory", {"memory_bytes": 300 << 20}, "memory", "more than .* GiB of memory"),
        ("eats_shared_memory", {"memory_bytes": 300 << 20}, "memory", "more than .* GiB"),
        ("loops", {"cpu_s": 1}, "time", "more than 1 seconds"),
        ("hangs", {"stall_s": 1}, "time", "more than 1 seconds"),
        ("hangs", {"wall_s": 1}, "time", "more than 1 seconds"),
        ("asks_for_ever", {"wall_s": 0.5}, "time", "more than 0 seconds"),
        ("asks_and_does_not_listen", {"stall_s": 0.5}, "time", "more than"),
        ("crashes", {}, "crashed", "crashed its reader .SIGSEGV."),
        ("aborts", {}, "crashed", "crashed its reader .SIGABRT."),
        ("leaves", {}, "crashed", "ended its reader without an answer"),
        ("streams", {}, "endless", "without end"),
        ("streams_bytes", {}, "endless", "without end"),
        ("stumbles", {}, "failed", "ZeroDivisionError"),
    ],
)
def test_what_goes_wrong_is_told_and_the_next_is_read(
    path: None, function: str, limits: dict[str, Any], reason: str, says: str
) -> None:
    within = replace(LIMITS, process=replace(PROCESS, **limits))
    with opened_cell(within, MODULES) as cell:
        with pytest.raises(CellError, match=says) as told:
            read(cell, function, b"content")
        assert told.value.reason == reason
        assert read(cell, "says", what=["next"]) == ["next"]


def test_what_a_reader_refuses_comes_after_what_it_read(cell: Cell) -> None:
    found = cell.read("cell.rogue_readers:refuses", io.BytesIO(), {})
    assert next(found) == "before"
    with pytest.raises(InputError, match=r"^list.csv: row 3: is damaged$"):
        next(found)


def test_a_child_that_stays_is_ended(cell: Cell) -> None:
    process, _filling = read(cell, "stays_behind")
    _wait_for(lambda: not _is_there(process))


def test_without_confinement_nothing_is_read(path: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closed, "REQUIRED", ("limits", "what no machine has"))
    with opened_cell(LIMITS, MODULES) as cell:
        with pytest.raises(CellError, match="--unconfined") as refused:
            read(cell, "echoes", b"content")
        assert refused.value.reason == "unconfined"
        assert not cell.read_unconfined
    with opened_cell(LIMITS, MODULES, unconfined=True) as cell:
        assert read(cell, "echoes", b"content") == [b"content"]
        assert cell.read_unconfined


def test_nothing_is_started_before_there_is_something_to_read(cell: Cell) -> None:
    before = _children()
    with opened_cell(LIMITS, MODULES):
        assert _children() == before


def test_nothing_is_left_open(path: None) -> None:
    with opened_cell(LIMITS, MODULES) as cell:
        read(cell, "says", what=[1])
        before = len(os.listdir("/dev/fd"))
        for _each in range(300):
            read(cell, "says", what=[1])
        for _each in range(20):
            with pytest.raises(CellError):
                read(cell, "crashes")
        assert len(os.listdir("/dev/fd")) == before


PARENT = """
import io, os, sys
from contrechamp.cell.limits import ProcessLimits, ReadingLimits
from contrechamp.cell.reading import opened_cell
with opened_cell(ReadingLimits(ProcessLimits(**{limits}), 1 << 20, 1 << 20)) as cell:
    for value in cell.read("cell.rogue_readers:{function}", io.BytesIO(b"x"), {{}}):
        print(value, flush=True)
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_whatever_ends_the_parent_ends_its_children(path: None, how: int) -> None:
    program = PARENT.format(limits=PROCESS.__dict__, function="stays_quietly")
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, start_new_session=True,
        stderr=subprocess.DEVNULL,
    ) as parent:  # fmt: skip
        assert parent.stdout is not None
        told = json.loads(parent.stdout.readline())
        assert all(map(_is_there, told))
        if how == signal.SIGINT:  # Ctrl-C reaches the whole group of the terminal
            os.killpg(parent.pid, how)
        else:
            parent.send_signal(how)
        parent.wait()
    _wait_for(lambda: not any(map(_is_there, told)))


def _wait_for(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _is_there(process: int) -> bool:
    """Tell whether a process runs; one that has ended and is not reaped does not."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


def _children() -> set[str]:
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())


def test_a_template_that_cannot_start_is_told(path: None) -> None:
    with opened_cell(LIMITS, ["no.such.module"]) as cell:
        for _again in range(2):
            with pytest.raises(CellError, match="cannot be started") as told:
                read(cell, "says", what=[1])
            assert told.value.reason == "failed"


@pytest.mark.parametrize("place", ["", "/", ".", "above", "home"])
def test_a_path_to_libraries_that_names_more_than_libraries_opens_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """Shells make such lists by adding to what may be empty; the home is all that a user has."""
    home = pwd.getpwuid(os.getuid()).pw_dir
    monkeypatch.chdir(tmp_path)
    (tmp_path / "note.txt").write_text("SAMPLE")
    named = {"above": str(Path(home).parent), "home": home}.get(place, place)
    monkeypatch.setenv("LD_LIBRARY_PATH", f"{named}:/usr/lib")
    with opened_cell(LIMITS, MODULES) as cell:
        for folder in (home, str(tmp_path)):
            assert read(cell, "lists", folder=folder) == [{"kept out": errno.EACCES}]
