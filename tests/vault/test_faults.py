"""Disks that fail, fill up or cannot be written to: one clear error, and nothing lost."""

from collections.abc import Iterator

import pytest

from vault.crashing import Worker, worker
from vault.sweeping import DEEDS, Stage, every_call, stage


@pytest.fixture(scope="module")
def hands() -> Iterator[Worker]:
    with worker() as started:
        yield started


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return stage(tmp_path_factory.mktemp("faults"))


@pytest.mark.parametrize("deed", DEEDS)
def test_every_write_sync_and_rename_may_fail(scene: Stage, hands: Worker, deed: str) -> None:
    met = 0
    for _at, ended in every_call(scene, hands, deed):
        assert ended is not None
        assert ended["error"] is None or ended["clear"], ended["trace"]
        met += ended["error"] is not None
    assert met > 20
