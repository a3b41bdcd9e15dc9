"""What the process of a cell may reach and cost, and what is said where it does not close."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contrechamp.base.errors import InputError
from contrechamp.cell import landlock
from contrechamp.cell.confinement import REQUIRED, confine
from contrechamp.cell.limits import ProcessLimits
from contrechamp.cell.running import Cell, OurError, Room
from contrechamp.cell.workshop import MAX_FILES
from redact.copies import picture

LIMITS = ProcessLimits(memory_bytes=1 << 30, cpu_s=60, file_bytes=8 << 20, wall_s=60, stall_s=60)
NOBODY = 65534
TESTS = Path(__file__).parents[1]
closes = pytest.mark.skipif(landlock.version() < 1, reason="no Landlock here")
as_root = pytest.mark.skipif(os.getuid() != 0, reason="for root only")


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    monkeypatch.setenv("PYTHONPATH", str(TESTS))
    (tmp_path / "home").mkdir()
    (tmp_path / "home/file").write_text("of the user")
    (tmp_path / "workshop").mkdir()
    room = Room(LIMITS, "en", (tmp_path / "home/file",), tmp_path / "workshop")

    def call(name: str, *, verbose: bool = False, **said: object) -> Any:
        said = {"workshop": str(room.workshop), "file": str(room.readable[0]), **said}
        with Cell(room, "file", verbose=verbose) as cell:
            assert cell.restrictions == REQUIRED
            return cell.call(f"cell.rogues:{name}", said)

    return call


@closes
def test_what_was_asked_comes_back(call: Callable[..., Any]) -> None:
    assert call("reads") == "of the user"


@closes
def test_one_process_answers_several_calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(TESTS))
    (tmp_path / "file").write_text("of the user")
    workshop = tmp_path / "workshop"
    workshop.mkdir()
    with Cell(Room(LIMITS, "en", (tmp_path / "file",), workshop), "file") as cell:
        said = {"file": str(tmp_path / "file"), "workshop": str(workshop)}
        assert cell.call("cell.rogues:reads", said) == "of the user"
        with pytest.raises(OurError, match="FileNotFoundError"):
            cell.call("cell.rogues:reads", {"file": "/none"})
        cell.call("cell.rogues:leaves_a_mark", said)
        assert (workshop / "mark").exists()
        hurried = replace(LIMITS, wall_s=0.2)
        with pytest.raises(InputError, match="took longer than"):
            cell.call("cell.rogues:waits", said, limits=hurried)


@closes
def test_who_listens_no_more_does_not_hold_us_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(TESTS))
    with Cell(Room(LIMITS, "en", (), tmp_path), "file") as cell:
        assert cell.call("cell.rogues:answers_and_listens_no_more", None) == "done"
        with pytest.raises(InputError, match="took longer than"):
            cell.call("cell.rogues:reads", "x" * (1 << 20), limits=replace(LIMITS, wall_s=0.2))


@closes
@as_root
def test_root_reads_the_one_file_of_somebody_else(call: Callable[..., Any], tmp_path: Path) -> None:
    """Root has given up all rights but this one; without it, the mask of a user's photo fails."""
    (tmp_path / "home/other").write_bytes(b"")
    for path in (tmp_path / "home", tmp_path / "home/file", tmp_path / "home/other"):
        os.chown(path, NOBODY, NOBODY)
        path.chmod(0o700)
    assert call("reads") == "of the user"
    files = [str(tmp_path / "home/file"), str(tmp_path / "home/other")]
    assert call("tries_to_read", files=files) == files[:1]


@closes
@pytest.mark.slow
@pytest.mark.parametrize(
    ("rogue", "said", "says"),
    [
        ("starts_threads", {}, "made its decoder start threads without end"),
        ("shares_memory", {"bytes": 2 << 30}, "needs more than 1 GiB of memory"),
        (
            "writes_many_files",
            {"files": MAX_FILES + 1, "bytes": 0},
            "made its decoder write data without end",
        ),
        (
            "writes_many_files",
            {"files": 3, "bytes": LIMITS.file_bytes - 1},
            "made its decoder write data without end",
        ),
        ("starts_a_program", {}, "made its decoder do what none needs to, and was stopped"),
    ],
)
def test_what_the_kernel_does_not_count_is_watched(
    call: Callable[..., Any], rogue: str, said: dict[str, int], says: str
) -> None:
    with pytest.raises(InputError, match=rf"^file: {says}"):
        call(rogue, **said)


@closes
def test_threads_are_not_left_free() -> None:
    halt = threading.Event()
    thread = threading.Thread(target=halt.wait)
    thread.start()
    try:
        with pytest.raises(RuntimeError, match="threads"):
            confine(replace(LIMITS, memory_bytes=1 << 40))
    finally:
        halt.set()
        thread.join()


@closes
def test_what_decoders_print_is_seen_and_steers_no_terminal(
    call: Callable[..., Any], capfd: pytest.CaptureFixture[str]
) -> None:
    call("prints", text="\x1b[2Jseen\n")
    assert capfd.readouterr() == ("", "")
    call("prints", text="\x1b[2Jseen\n", verbose=True)
    assert capfd.readouterr() == ("", "\\x1b[2Jseen\n" * 2)


# --- where it does not close

CALL = (
    "import json, sys; from pathlib import Path;"
    "from contrechamp.cell.limits import ProcessLimits;"
    "from contrechamp.cell.running import Cell, Room;"
    "place = Path(sys.argv[1]);"
    "limits = ProcessLimits(1 << 30, 60, 1 << 20, 60, 60);"
    "said = {'workshop': str(place)};"
    "room = Room(limits, 'en', (place / 'file',), place);"
    "cell = Cell(room, 'file', unconfined='--unconfined' in sys.argv);"
    "cell.call('cell.rogues:leaves_a_mark', said);"
    "print(json.dumps(cell.restrictions))"
)


def on_a_system_without(names: str, *command: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cell.without", names, sys.executable, *map(str, command)],
        env={**os.environ, "PYTHONPATH": str(TESTS), "LANGUAGE": "en"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lacking", "says"),
    [
        ("landlock_create_ruleset", "this system lacks Landlock, and"),
        ("seccomp", "this system lacks seccomp, and"),
        ("landlock_create_ruleset,seccomp", "this system lacks Landlock, seccomp, and"),
    ],
)
def test_without_confinement_nothing_is_read_unless_it_is_said(
    tmp_path: Path, lacking: str, says: str
) -> None:
    (tmp_path / "file").write_bytes(b"")
    refused = on_a_system_without(lacking, "-c", CALL, tmp_path)
    assert f"file: is not read: {says}" in refused.stderr
    assert not (tmp_path / "mark").exists()
    done = on_a_system_without(lacking, "-c", CALL, tmp_path, "--unconfined")
    assert (tmp_path / "mark").exists(), done.stderr
    restrictions = json.loads(done.stdout)
    assert "limits" in restrictions
    assert set(restrictions) < set(REQUIRED)


@pytest.mark.slow
def test_masking_says_that_it_read_without_confinement(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(picture(".jpg"))
    mask = ("-m", "contrechamp", "mask", tmp_path / "photo.jpg", "--boxes-only")
    (tmp_path / "photo.jpg.boxes.json").write_text(
        json.dumps({"format": "contrechamp/boxes-1", "cover": [{"box": [0, 0, 5, 5]}]})
    )
    lacking = "landlock_create_ruleset"
    refused = on_a_system_without(lacking, *mask, "-o", tmp_path / "refused")
    assert refused.returncode == 2
    assert "photo.jpg: is not read: this system lacks Landlock" in refused.stderr
    assert "--unconfined reads it here all the same" in refused.stderr
    assert list((tmp_path / "refused/masked").iterdir()) == []
    done = on_a_system_without(lacking, *mask, "--unconfined", "-o", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    told = json.loads((tmp_path / "out/review/run.json").read_text())
    assert [one["confined"] for one in told["masked"]] == [False]
    for page in ("index.html", "unsearched-001.jpg.html"):
        assert "Read without confinement" in (tmp_path / "out/review" / page).read_text()
    closed = on_a_system_without("nothing", *mask, "--unconfined", "-o", tmp_path / "closed")
    told = json.loads((tmp_path / "closed/review/run.json").read_text())
    assert [one["confined"] for one in told["masked"]] == [True], closed.stderr
    assert "Read without" not in (tmp_path / "closed/review/index.html").read_text()
