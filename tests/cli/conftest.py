"""Running commands in this process, in English, leaving nothing behind."""

import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import keyring
import pytest

from contrechamp.base.i18n import activate
from contrechamp.cli.run import run

# Who starts the tests in the background, or under nohup, has them, and all that they start, ignore
# these: a test of them would wait for ever.
for _number, _handler in (
    (signal.SIGINT, signal.default_int_handler),
    (signal.SIGHUP, signal.SIG_DFL),
    (signal.SIGTERM, signal.SIG_DFL),
):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, _handler)


@dataclass(frozen=True)
class Done:
    """What a command left: its exit status and what it printed."""

    status: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("CONTRECHAMP_LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("LANGUAGE", "en")  # set back afterwards, whatever the run makes of it
    yield
    activate("en")


@pytest.fixture
def contrechamp(capfd: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    def call(*arguments: object) -> Done:
        capfd.readouterr()
        status = run([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        return Done(status, out, err)

    return call


@pytest.fixture
def use_ring() -> Iterator[Callable[[Any], None]]:
    before = keyring.get_keyring()
    yield keyring.set_keyring
    keyring.set_keyring(before)
