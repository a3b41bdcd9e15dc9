"""What a hostile file does to a decoder stays in the process of the decoder."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contrechamp.base.errors import InputError, OutputError
from contrechamp.base.progress import Progress, silent
from contrechamp.cell import running
from contrechamp.cell.confinement import REQUIRED
from contrechamp.cell.limits import ProcessLimits
from contrechamp.cell.running import OurError
from contrechamp.cell.worker import COMPILED
from contrechamp.redact.outcome import Check, Outcome, from_json
from contrechamp.redact.process import isolation, kernels
from contrechamp.redact.process.job import MaskingJob
from contrechamp.redact.request import Request
from contrechamp.redact.sidecar import FORMAT, parse_sidecar

LIMITS = ProcessLimits(memory_bytes=1 << 30, cpu_s=60, file_bytes=8 << 20, wall_s=60, stall_s=60)


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., MaskingJob]:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
    monkeypatch.setenv("CASE_PASSPHRASE", "in the environment")
    source = tmp_path / "home" / "photo.jpg"
    source.parent.mkdir()
    source.write_bytes(b"of the user")
    (source.parent / "other").write_bytes(b"of the user too")
    workshop = tmp_path / "workshop"
    workshop.mkdir()

    def make(masker: str, request: Request | None = None, **limits: float) -> MaskingJob:
        return MaskingJob(
            f"redact.rogue_maskers:{masker}",
            source,
            workshop / "target.jpg",
            request or Request(),
            replace(LIMITS, **limits),  # type: ignore[arg-type]
            "en",
            workshop,
        )

    return make


def run(job: MaskingJob, progress: Progress = silent) -> Any:
    return run_as(job, "photo.jpg", progress)


def run_as(job: MaskingJob, name: str, progress: Progress = silent) -> Any:
    with isolation.cell_for(job.source, job.workshop, name, job.limits) as cell:
        return isolation.run_job(cell, job, progress), cell.restrictions


def test_request_and_outcome_cross_and_progress_comes_back(job: Callable[..., MaskingJob]) -> None:
    seen: list[object] = []

    @contextmanager
    def progress(label: str, total: float) -> Iterator[Callable[[float], None]]:
        seen.append((label, total))
        yield seen.append

    area = {"format": FORMAT, "cover": [{"box": [0, 0, 5, 5], "note": "é"}]}
    hand = parse_sidecar(json.dumps(area).encode(), "boxes")
    asked = job("copies", Request(hand=hand, words=("Ada B.",), sound="alter"))
    answer, restrictions = run(asked, progress)
    assert from_json(answer) == Outcome(
        "image", removed=("Ada B.", "alter"), checks=(Check("x", True),)
    )
    assert seen[0] == ("Copying", 3)
    assert sum(amount for amount in seen[1:] if isinstance(amount, float)) == 3
    assert asked.target.read_bytes() == b"of the user"
    assert restrictions[0] == "limits"


def test_a_process_reaches_nothing_but_its_job(job: Callable[..., MaskingJob]) -> None:
    asked = job("tries_everything")
    answer, restrictions = run(asked)
    assert restrictions == REQUIRED, "this kernel has neither Landlock nor seccomp"
    assert answer["done"] == []
    assert Path(answer["temporary"]).parent == asked.workshop
    assert "CASE_PASSPHRASE" not in answer["environment"]


def test_what_lies_in_memory_is_a_source_too(job: Callable[..., MaskingJob]) -> None:
    descriptor = os.memfd_create("source")
    try:
        os.write(descriptor, b"never on a disk")
        asked = replace(job("copies"), source=Path(f"/dev/fd/{descriptor}"))
        run(asked)
        assert asked.target.read_bytes() == b"never on a disk"
        with pytest.raises(InputError, match=r"^item 3: frame 3: is damaged$"):
            run_as(replace(asked, function="redact.rogue_maskers:refuses"), "item 3")
    finally:
        os.close(descriptor)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("masker", "limits", "says"),
    [
        ("eats_memory", {"memory_bytes": 400 << 20}, "needs more than .* GiB of memory"),
        ("loops", {"cpu_s": 1}, "more memory or time than allowed"),
        ("hangs", {"stall_s": 0.2}, "took longer than"),
        ("hangs", {"wall_s": 0.2}, "took longer than"),
        ("crashes", {}, "crashed its decoder .SIGSEGV."),
        ("aborts", {}, "crashed its decoder .SIGABRT."),
        ("refuses", {}, "frame 3: is damaged"),
        ("chatters", {}, "said after the chatter"),
    ],
)
def test_what_goes_wrong_is_one_clear_error(
    job: Callable[..., MaskingJob], masker: str, limits: dict[str, float], says: str
) -> None:
    with pytest.raises(InputError, match=rf"^photo\.jpg: .*{says}"):
        run(job(masker, **limits))


def test_a_full_disk_is_told_as_such(job: Callable[..., MaskingJob]) -> None:
    with pytest.raises(OutputError, match=r"photo\.jpg: no room"):
        run(job("fills_the_disk"))


def test_a_fault_of_ours_does_not_show_data_of_the_file(job: Callable[..., MaskingJob]) -> None:
    with pytest.raises(OurError, match="ZeroDivisionError") as fault:
        run(job("stumbles"))
    assert "secret" not in str(fault.value)


def test_what_is_no_outcome_is_not_taken_for_one(job: Callable[..., MaskingJob]) -> None:
    answer, _given_up = run(job("lies"))
    with pytest.raises(ValueError, match="Outcome"):
        from_json(answer)


def test_french_spaces_come_through(job: Callable[..., MaskingJob]) -> None:
    asked = replace(job("says_in_french"), language="fr")
    with pytest.raises(InputError) as refused:
        run(asked)
    assert str(refused.value) == "photo.jpg: vide\u202f; rien\u00a0: « fin »"


def test_what_it_says_steers_no_terminal(job: Callable[..., MaskingJob]) -> None:
    with pytest.raises(InputError) as refused:
        run(job("threatens"))
    assert str(refused.value) == r"photo.jpg: is \x1b[2J\nfine"


@pytest.mark.slow
@pytest.mark.parametrize(
    "line",
    [b"no json", b"[]", b'{"advance": "much"}', b'{"bar": "a"}'],
)
def test_nonsense_refuses_the_file(job: Callable[..., MaskingJob], line: bytes) -> None:
    asked = job("says")
    asked = replace(asked, arguments={"line": line.decode()})
    with pytest.raises(InputError, match=r"photo\.jpg: made its decoder send nonsense"):
        run(asked)


def test_what_a_taken_over_process_claims_to_have_given_up_does_not_count(
    job: Callable[..., MaskingJob],
) -> None:
    asked = replace(job("says"), arguments={"line": '{"confined": ["everything"]}'})
    _answer, restrictions = run(asked)
    assert "everything" not in restrictions


def test_an_answer_without_end_is_cut(
    job: Callable[..., MaskingJob], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "MAX_ANSWER_BYTES", 10)
    with pytest.raises(InputError, match="send data without end"):
        run(job("copies"))


def test_interrupted_it_ends_the_process(job: Callable[..., MaskingJob]) -> None:
    children = Path(f"/proc/self/task/{threading.get_native_id()}/children")
    before = set(children.read_text().split())
    started: list[int] = []

    @contextmanager
    def progress(label: str, total: float) -> Iterator[Callable[[float], None]]:
        started.extend(
            int(number) for number in children.read_text().split() if number not in before
        )
        signal.raise_signal(signal.SIGINT)
        yield lambda amount: None

    with pytest.raises(KeyboardInterrupt):
        run(job("hangs"), progress)
    assert started
    assert not any(Path(f"/proc/{number}").exists() for number in started)


def test_limits_leave_memory_to_the_machine(tmp_path: Path) -> None:
    source = tmp_path / "a"
    source.write_bytes(b"a")
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    assert isolation.limits_for(source, moving=True).memory_bytes < physical


@pytest.mark.slow
def test_what_is_compiled_is_laid_out_for_the_process(tmp_path: Path) -> None:
    """It can write no cache but in its workshop, and would compile for seconds for every video."""
    kernels.lay_out(tmp_path)
    laid = {path.name for path in (tmp_path / COMPILED).rglob("flow.follow*")}
    assert any(name.endswith(".nbi") for name in laid)
    code = (
        "import numba.core.caching as c; saved = c.Cache.save_overload;"
        "c.Cache.save_overload = lambda *a: (_ for _ in ()).throw(SystemExit(3));"
        "from contrechamp.redact.video.motion import compile_ahead; compile_ahead()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / COMPILED)},
        check=False,
    )
    assert done.returncode == 0
