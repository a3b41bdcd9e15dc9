"""What every test runs under, and what takes so long to make that all workers share it."""

import os
import shutil
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, settings

from contrechamp.base.i18n import active_language
from contrechamp.cell.limits import ReadingLimits
from contrechamp.cell.reading import Cell, opened_cell
from contrechamp.scene import map_cell
from made_once import Typed, typed_once

# Who starts the tests in the background, or under nohup, has them, and all that they start, ignore
# these: a test of them would wait for ever.
for _number, _handler in (
    (signal.SIGINT, signal.default_int_handler),
    (signal.SIGHUP, signal.SIG_DFL),
    (signal.SIGTERM, signal.SIG_DFL),
):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, _handler)

# How long an example takes says nothing of us where two workers, or others, share the machine.
# Where a change is judged (CI), each gets the same examples: new ones are looked for by those who
# run the tests at home, and mended there, not by whoever comes with a change of something else.
settings.register_profile(
    "tests",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=bool(os.environ.get("CI")),
)
settings.load_profile("tests")


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown() -> None:
    """Take back real-time priority.

    An encoder of AV1 gives it to whoever calls it as root, and whatever a worker starts from then
    on has it as well: a browser that waits then keeps a processor from all else.
    """
    if hasattr(os, "sched_getscheduler") and os.sched_getscheduler(0) != os.SCHED_OTHER:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name bytes by their parameter alone.

    Workers must agree on the names of all tests, and packed or signed bytes hold the second in
    which they were made.
    """
    return argname if isinstance(val, bytes) else None


@pytest.fixture(scope="session", autouse=True)
def _notes_of_this_machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What commands note of the cases that they saw stays out of the home of who runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(scope="session", autouse=True)
def _warm_map_cells() -> Iterator[None]:
    """Maps are read by one warm process for all tests of a worker: it starts in a second or two."""
    with ExitStack() as cells, pytest.MonkeyPatch.context() as patch:
        warm: dict[str, Cell] = {}

        @contextmanager
        def opened(
            limits: ReadingLimits, modules: Sequence[str], *, unconfined: bool
        ) -> Iterator[Cell]:
            language = active_language()
            if language not in warm:
                warm[language] = cells.enter_context(opened_cell(limits, modules))
            cell = warm[language]
            cell.unconfined, cell.read_unconfined = unconfined, False
            yield cell

        patch.setattr(map_cell, "opened_cell", opened)
        yield


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Typed:
    """The demo, as the tutorial has it."""
    return typed_once(tmp_path_factory, "demo", "contrechamp demo --out demo-out 2>&1\n")


@pytest.fixture(scope="session")
def sample_case(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Typed]:
    """The sample case in a language; a copy for each worker, for opening a case writes to it."""
    known: dict[str, Typed] = {}

    def sample(language: str) -> Typed:
        if language not in known:
            more = "" if language == "en" else f" --lang {language}"
            typed = typed_once(
                tmp_path_factory,
                f"sample-{language}",
                f"contrechamp sample --out sample-out{more}\n",
            )
            own = tmp_path_factory.mktemp(f"sample-{language}") / "made"
            known[language] = replace(typed, folder=shutil.copytree(typed.folder, own))
        return known[language]

    return sample
