"""Changes of access that stop halfway: the log decides, and somebody can always open the case."""

import os
from pathlib import Path

import pyrage
import pytest

from contrechamp.base.errors import InputError
from contrechamp.vault import case as cases
from contrechamp.vault import database, verifying
from contrechamp.vault.access import members, slots
from contrechamp.vault.access.keys import Unlocked
from contrechamp.vault.access.slots import AgeIdentities
from vault.cases import NOW, PASSPHRASE, WEAK, new, opened

OTHER = pyrage.x25519.Identity.generate()
THEIRS = AgeIdentities((str(OTHER),))


class StoppedError(BaseException):
    """The end of a process, as far as code can tell."""


def stop_at(monkeypatch: pytest.MonkeyPatch, module: object, name: str, call: int) -> None:
    """Let the `call`-th call of a function (from 0) be the last thing that happens."""
    real, calls = getattr(module, name), [0]

    def stopping(*arguments: object, **options: object) -> object:
        calls[0] += 1
        if calls[0] > call:
            raise StoppedError
        return real(*arguments, **options)

    monkeypatch.setattr(module, name, stopping)


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    folder = tmp_path / "case"
    new(folder)
    with opened(folder, write=True) as found:
        members.share(
            found, str(OTHER.to_public()), name="Sample Two", reason="", now=NOW, random=os.urandom
        )
    return folder


def take_away(folder: Path) -> None:
    with opened(folder, write=True) as found:
        members.unshare(found, "Sample Two", reason="", now=NOW, random=os.urandom)


def new_passphrase(folder: Path, passphrase: str) -> None:
    def make_slot(unlocked: Unlocked) -> slots.Slot:
        return slots.make_passphrase_slot(
            passphrase, WEAK, unlocked, random=os.urandom, slot_id=os.urandom(8).hex()
        )

    with opened(folder, write=True) as found:
        members.change_passphrase(
            found, make_slot, kind="passphrase", reason="", now=NOW, random=os.urandom
        )


def test_an_older_casefile_opens_nothing_after_a_new_passphrase(shared: Path) -> None:
    """Who copied it once, and learns the old passphrase, has no way into what is there now."""
    old = (shared / "case.toml").read_bytes()
    new_passphrase(shared, "SAMPLE new")
    with opened(shared, "SAMPLE new") as found:
        assert verifying.verify(found) == []
    for name in ("case.toml", "case.toml.copy"):
        (shared / name).write_bytes(old)
    for secret in (PASSPHRASE, "SAMPLE new"):
        with pytest.raises(InputError), opened(shared, secret):
            pass


def is_sound(folder: Path, secret: object = PASSPHRASE) -> None:
    with opened(folder, secret, write=True):
        pass
    with opened(folder, secret) as found:
        assert verifying.verify(found) == []


@pytest.mark.parametrize(
    ("module", "name", "call"),
    [
        (cases, "write_casefile", 0),
        (cases, "write_casefile", 1),
        (database, "change_key", 0),
    ],
)
def test_taking_away_access_goes_on(
    shared: Path, monkeypatch: pytest.MonkeyPatch, module: object, name: str, call: int
) -> None:
    with monkeypatch.context() as patch:
        stop_at(patch, module, name, call)
        with pytest.raises(StoppedError):
            take_away(shared)
    is_sound(shared)
    with pytest.raises(InputError), opened(shared, THEIRS):
        pass
    with opened(shared) as found:
        assert found.next_root_key is None


def test_taking_away_access_that_never_began_changes_nothing(
    shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        stop_at(patch, cases, "append", 0)
        with pytest.raises(StoppedError):
            take_away(shared)
    is_sound(shared)
    is_sound(shared, THEIRS)


@pytest.mark.parametrize("call", [0, 1])
def test_some_passphrase_always_opens(
    shared: Path, monkeypatch: pytest.MonkeyPatch, call: int
) -> None:
    with monkeypatch.context() as patch:
        stop_at(patch, cases, "write_casefile", call)
        with pytest.raises(StoppedError):
            new_passphrase(shared, "another long passphrase")
    # Before the log has it, the old one opens the case; after that, the new one.
    is_sound(shared, PASSPHRASE if call == 0 else "another long passphrase")
    is_sound(shared, THEIRS)


def test_a_damaged_slot_is_read_from_the_second_copy(shared: Path) -> None:
    path = shared / "case.toml"
    text = path.read_text()
    at = text.index('secret = "') + 40
    path.write_text(text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :])
    with opened(shared) as found:
        assert {one.kind for one in verifying.verify(found)} == {"case.toml"}
