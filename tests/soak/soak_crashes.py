"""The runs of tests/vault/test_crash.py and test_faults.py that take minutes: `make soak`."""

import errno
from collections.abc import Iterator
from pathlib import Path

import pytest

from vault.crashing import Worker, killed_run, worker
from vault.sweeping import DEEDS, Stage, every_call, stage

RUNS = 300


@pytest.fixture(scope="module")
def hands() -> Iterator[Worker]:
    with worker() as started:
        yield started


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return stage(tmp_path_factory.mktemp("soak"))


@pytest.mark.parametrize("seed", range(1000, 1000 + RUNS))
def test_killed_at_any_moment(hands: Worker, tmp_path: Path, seed: int) -> None:
    killed_run(hands, tmp_path, seed)


@pytest.mark.parametrize("deed", DEEDS)
def test_killed_in_the_middle_of_every_write(scene: Stage, hands: Worker, deed: str) -> None:
    runs = [ended for _at, ended in every_call(scene, hands, deed, kill=True)]
    assert runs.count(None) == len(runs) - 1 > 20


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EDQUOT, errno.EROFS])
def test_a_disk_that_never_takes_anything_again(
    scene: Stage, hands: Worker, deed: str, error: int
) -> None:
    for _at, ended in every_call(scene, hands, deed, lasting=True, error=error):
        assert ended is not None
        assert ended["error"] is None or ended["clear"], ended["trace"]
