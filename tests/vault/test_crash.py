"""kill -9 at random points: what was acknowledged is there, and the case verifies."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from vault.crashing import Worker, killed_run, worker
from vault.sweeping import DEEDS, Stage, run_with_fault, stage

pytestmark = pytest.mark.slow

#: Runs here; `make soak` does ten times as many (tests/soak).
RUNS = 30


@pytest.fixture(scope="module")
def hands() -> Iterator[Worker]:
    with worker() as started:
        yield started


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return stage(tmp_path_factory.mktemp("crash"))


@pytest.mark.parametrize("seed", range(RUNS))
def test_killed_at_any_moment(hands: Worker, tmp_path: Path, seed: int) -> None:
    killed_run(hands, tmp_path, seed)


@pytest.mark.parametrize("deed", DEEDS)
def test_killed_in_the_middle_of_a_write(scene: Stage, hands: Worker, deed: str) -> None:
    """At calls drawn from all that the deed makes; `make soak` takes every one."""
    whole = run_with_fault(scene, hands, deed, {})
    assert whole is not None
    assert whole["error"] is None
    for at in random.Random(deed).sample(range(1, len(whole["calls"]) + 1), 6):
        assert run_with_fault(scene, hands, deed, {"at": at, "kill": True}) is None
