"""kill -9 at random points: what was acknowledged is there, and the case verifies."""

import errno
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from vault import deeds
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


@pytest.fixture(scope="module")
def desk(hands: Worker, tmp_path_factory: pytest.TempPathFactory) -> deeds.Scene:
    return deeds.scene(tmp_path_factory.mktemp("desk"), hands)


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


@pytest.mark.parametrize("name", deeds.DEEDS)
def test_a_command_that_is_killed_can_be_run_again(desk: deeds.Scene, name: str) -> None:
    calls = deeds.undisturbed(desk, name)
    for at in random.Random(name).sample(range(1, len(calls) + 1), 4):
        assert deeds.was_killed(deeds.run_with_fault(desk, name, {"at": at, "kill": True}))


@pytest.mark.parametrize("name", deeds.DEEDS)
def test_a_command_whose_disk_fails_says_so_and_loses_nothing(desk: deeds.Scene, name: str) -> None:
    calls = deeds.undisturbed(desk, name)
    for at in random.Random(f"{name} fails").sample(range(1, len(calls) + 1), 2):
        done = deeds.run_with_fault(desk, name, {"at": at, "lasting": True, "error": errno.ENOSPC})
        assert done["error"] is None
        assert done["command"] == 0 or done["out"].splitlines()[-1].startswith("contrechamp: "), (
            done
        )
        assert "please report it" not in done["out"]
