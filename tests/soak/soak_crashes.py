"""The runs of tests/vault/test_crash.py and test_faults.py that take minutes: `make soak`."""

import errno
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from vault import deeds
from vault.crashing import Worker, killed_run, worker
from vault.old_cases import carried_over_with_fault, laid_out
from vault.sweeping import DEEDS, Stage, every_call, stage

RUNS = 300
#: Moments at which each command is killed.
MOMENTS = 25


@pytest.fixture(scope="module")
def hands() -> Iterator[Worker]:
    with worker() as started:
        yield started


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return stage(tmp_path_factory.mktemp("soak"))


@pytest.fixture(scope="module")
def desk(hands: Worker, tmp_path_factory: pytest.TempPathFactory) -> deeds.Scene:
    return deeds.scene(tmp_path_factory.mktemp("desk"), hands)


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


@pytest.mark.parametrize("kill", [True, False])
def test_carrying_a_case_over_is_stopped_at_every_call(
    hands: Worker, tmp_path: Path, kill: bool
) -> None:
    old = laid_out(tmp_path, "everything")
    whole = carried_over_with_fault(hands, old, tmp_path, {})
    assert whole is not None
    for at in range(1, len(whole["calls"]) + 1):
        fault = {"at": at, "kill": True} if kill else {"at": at}
        carried_over_with_fault(hands, old, tmp_path, fault)


@pytest.mark.parametrize("name", deeds.DEEDS)
def test_a_command_that_is_killed_in_the_middle_of_any_write(desk: deeds.Scene, name: str) -> None:
    """At every call; of those that rewrite the whole case, at every third."""
    step = 1 if len(deeds.undisturbed(desk, name)) < 150 else 3
    *killed, last = deeds.every_call(desk, name, step=step, kill=True)
    assert len(killed) > 20
    assert all(map(deeds.was_killed, killed))
    assert last["command"] == 0


@pytest.mark.parametrize("name", deeds.DEEDS)
def test_a_command_that_is_killed_at_any_moment(desk: deeds.Scene, name: str) -> None:
    moments = random.Random(name)
    for _each in range(MOMENTS):
        deeds.killed_after(desk, name, moments.uniform(0.0, 0.4))


@pytest.mark.parametrize("name", deeds.DEEDS)
def test_a_command_whose_disk_is_full_from_some_moment_on(desk: deeds.Scene, name: str) -> None:
    for done in deeds.every_call(desk, name, step=5, lasting=True, error=errno.ENOSPC):
        assert done["error"] is None
        assert done["command"] == 0 or done["out"].splitlines()[-1].startswith("contrechamp: "), (
            done
        )
