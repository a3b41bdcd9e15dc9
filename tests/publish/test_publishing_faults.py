"""Publishing that is cut short: one message, and nothing under the name that was asked for."""

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from contrechamp.base.errors import ContrechampError
from contrechamp.publish.bundle import verifying
from contrechamp.publish.report import publishing
from dossier.samples import NOW, desk
from publish import bundles
from publish.bundles import Sample
from vault import cases

pytestmark = pytest.mark.slow


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    return bundles.sample(tmp_path / "desk")


def started(sample: Sample, out: Path, before: Callable[[], None] | None = None, **env: str) -> Any:
    """Start `contrechamp publish` as a user does."""
    command = [sys.executable, "-m", "contrechamp", "publish", sample.folder / "case", sample.ref]
    command += ["-o", out, "--lang", "en,ar", "--passphrase-fd", "0"]
    process = subprocess.Popen(
        [str(one) for one in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, preexec_fn=before,
        env={**os.environ, "LANG": "C.UTF-8", "LANGUAGE": "en", **env},
    )  # fmt: skip
    process.stdin.write(cases.PASSPHRASE + "\n")
    process.stdin.close()
    process.stdin = None
    return process


def messages(told: str) -> list[str]:
    """Return what is said of the run; that this machine sees the case for the first time is not."""
    assert "Traceback" not in told
    return [line for line in told.splitlines() if line.startswith("contrechamp: ")]


def beside(out: Path) -> list[str]:
    """Return what lies where the folder was to be, and was not there before."""
    return sorted(one.name for one in out.parent.iterdir() if one.name != "desk")


def publishes_afterwards(sample: Sample, out: Path) -> None:
    """Check that the case is whole, and that the publication can be written."""
    bundle = sample.publish(out)
    assert verifying.verify(bundle).discrepancies == []


@pytest.mark.parametrize("most_bytes", [4_000, 20_000, 60_000])
def test_a_disk_that_is_full_is_told_in_one_line_and_nothing_stays(
    sample: Sample, tmp_path: Path, most_bytes: int
) -> None:
    """A limit for each file stands in for a full disk: whoever writes past it is told so."""
    out = tmp_path / "out"

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))

    done = started(sample, out, limit)
    told = done.communicate(timeout=300)[1]
    assert done.returncode == 2, told
    assert len(messages(told)) == 1, told
    assert "cannot be written" in told
    assert beside(out) == []
    publishes_afterwards(sample, out)


@contextmanager
def under_way(sample: Sample, out: Path, moment: str) -> Iterator[Any]:
    """Start publishing, and go on once a file of the folder that is written aside is there."""
    process = started(sample, out)
    end = time.monotonic() + 300
    while not list(out.parent.glob(f".*/{moment}")) and not list(out.parent.glob(f"*/{moment}")):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.005)
    yield process


@pytest.mark.parametrize("moment", ["report-en.html", "report-en.pdf", "publication.json"])
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_who_interrupts_it_finds_nothing_under_the_name_and_no_rest(
    sample: Sample, tmp_path: Path, sign: signal.Signals, moment: str
) -> None:
    out = tmp_path / "out"
    with under_way(sample, out, moment) as process:
        process.send_signal(sign)
        told = process.communicate(timeout=300)[1]
    if process.returncode == 0:  # it was written before the signal came
        assert verifying.verify(out / "bundle").discrepancies == []
        return
    assert len(messages(told)) == 1, told
    assert beside(out) == []
    publishes_afterwards(sample, out)


def test_who_kills_it_finds_nothing_under_the_name_and_can_publish_again(
    sample: Sample, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    with under_way(sample, out, "report-en.html") as process:
        process.kill()
        process.communicate(timeout=300)
    assert not out.exists()
    publishes_afterwards(sample, out)


def test_nobody_withdraws_or_erases_while_it_is_written(sample: Sample, tmp_path: Path) -> None:
    """The case is held: what was asked before is what is written, and the other is told so."""
    tried: list[ContrechampError] = []

    @contextmanager
    def progress(_title: str, _total: int) -> Iterator[Callable[[int], None]]:
        with pytest.raises(ContrechampError) as refused, desk(sample.folder):
            raise AssertionError("it was opened for writing")
        tried.append(refused.value)
        yield lambda _many: None

    with sample.opened() as at:
        publishing.publish(at.case, sample.ref, tmp_path / "out", now=NOW, progress=progress)
    assert tried
    assert verifying.verify(tmp_path / "out/bundle").discrepancies == []
