"""Children of one warm process: a hostile file reaches neither the next one nor the process."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from cell.rogue_forks import SECRET
from contrechamp.base.errors import InputError
from contrechamp.base.progress import silent
from contrechamp.cell import landlock
from contrechamp.cell.confinement import REQUIRED
from contrechamp.cell.limits import ProcessLimits
from contrechamp.cell.running import Cell, OurError, Room
from contrechamp.cell.warm_process import WarmProcess, opened_warm
from contrechamp.redact.process import isolation
from contrechamp.redact.process.job import MaskingJob
from contrechamp.redact.process.warm import FIRST, needed
from contrechamp.redact.request import Request
from redact.test_faces import PORTRAIT

LIMITS = ProcessLimits(memory_bytes=1 << 30, cpu_s=60, file_bytes=8 << 20, wall_s=60, stall_s=60)
TESTS = Path(__file__).parents[1]
pytestmark = pytest.mark.skipif(landlock.version() < 1, reason="no Landlock here")
Call = Callable[..., Any]


@pytest.fixture
def warm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WarmProcess]:
    (tmp_path / "workshop").mkdir()
    (tmp_path / "first").write_bytes(SECRET * 4096)
    (tmp_path / "second").write_bytes(b"of somebody else")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(TESTS), str(tmp_path)]))
    with opened_warm(FIRST) as process:
        yield process


@pytest.fixture
def call(warm: WarmProcess, tmp_path: Path) -> Call:
    """Return what calls a function in a new child that may read one file."""

    def call(name: str, file: str = "second") -> Any:
        room = Room(LIMITS, "en", (tmp_path / file,), tmp_path / "workshop")
        with Cell(room, file, warm=warm) as cell:
            assert cell.restrictions == REQUIRED
            return cell.call(f"cell.rogue_forks:{name}", {"file": str(tmp_path / file)})

    return call


def test_what_one_child_changes_no_other_sees(warm: WarmProcess, call: Call) -> None:
    warm.load(needed("image", net=True))
    before = call("is_as_new")
    assert before["sum"] == 4
    hostile = call("poisons_all_that_it_reaches", "first")
    assert hostile["failed"] == ["PermissionError"] * 3
    assert all(hostile["now"][name] != before[name] for name in before)  # it is poisoned itself
    assert call("is_as_new") == before


@pytest.mark.slow
def test_a_hostile_picture_changes_nothing_of_how_the_next_is_masked(
    warm: WarmProcess, call: Call, tmp_path: Path
) -> None:
    warm.load(needed("image", net=True))
    (tmp_path / "second").write_bytes(PORTRAIT.read_bytes())

    def masked(name: str) -> tuple[Any, bytes]:
        folder = tmp_path / name
        folder.mkdir()
        job = MaskingJob(
            function="contrechamp.redact.pictures.masking:mask_image",
            source=tmp_path / "second",
            target=folder / "copy.jpg",
            request=Request(),
            limits=LIMITS,
            language="en",
            workshop=folder,
        )
        with isolation.cell_for(job.source, folder, name, LIMITS, warm=warm) as cell:
            return isolation.run_job(cell, job, silent), job.target.read_bytes()

    first = masked("before")
    call("poisons_all_that_it_reaches", "first")
    assert masked("after") == first
    with Image.open(tmp_path / "after/copy.jpg") as copy:
        assert copy.convert("RGB").getpixel((268, 220)) == (0, 0, 0)


@pytest.mark.parametrize("kind", ["image", "pdf", "office", "text", "video", "sound"])
def test_the_warm_process_has_one_thread_and_no_memory_that_children_share(
    warm: WarmProcess, call: Call, kind: Any
) -> None:
    warm.load([*needed(kind, net=True), "cell.rogue_forks:note_what_it_is"])
    noted = call("noted")
    assert noted["threads"] == 1
    assert noted["shared"] == []


def test_nothing_of_a_file_is_left_for_the_next(warm: WarmProcess, call: Call) -> None:
    assert call("keeps_what_it_reads", "first") == 4096
    warm.load(["cell.rogue_forks:note_what_it_is"])
    assert call("noted")["traces"] < 10  # what is looked for, itself


def test_traces_would_be_found(warm: WarmProcess, call: Call) -> None:
    """Otherwise that there are none would say nothing."""
    warm.load(
        ["cell.rogue_forks:read_what_no_warm_process_reads", "cell.rogue_forks:note_what_it_is"]
    )
    assert call("noted")["traces"] >= 4096


def test_a_child_has_nothing_open_but_its_own_pipes(warm: WarmProcess, call: Call) -> None:
    other = Cell(
        Room(LIMITS, "en", (), Path(os.environ["PYTHONPATH"].split(os.pathsep)[-1], "workshop")),
        "other",
        warm=warm,
    )
    with other:  # is open meanwhile, and so are its pipes in this process
        found = call("open_descriptors")
    assert found.pop("0") == "pipe"
    assert [found.pop("1"), found.pop("2")] == ["device", "device"]
    assert list(found.values()) == ["pipe"]


def test_a_child_that_crashes_takes_no_other_along(call: Call) -> None:
    with pytest.raises(InputError, match=r"^first: crashed its decoder \(SIGSEGV\)"):
        call("crashes", "first")
    assert call("is_as_new")["sum"] == 4


def test_what_cannot_be_loaded_is_missed_by_nobody_but_who_needs_it(
    warm: WarmProcess, call: Call
) -> None:
    warm.load(["cell.no_such_module", "cell.rogue_forks:raises_in_the_warm_process"])
    assert call("is_as_new")["sum"] == 4
    with pytest.raises(OurError, match="RuntimeError"):
        call("raises_in_the_warm_process")


def test_a_warm_process_that_has_ended_is_told(warm: WarmProcess, call: Call) -> None:
    call("is_as_new")
    os.kill(warm._process.pid, signal.SIGKILL)
    warm._process.wait()
    with pytest.raises((InputError, OurError)):
        call("is_as_new")
