"""Workbenches over copies of one case, in English, leaving nothing behind."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from contrechamp.base.i18n import activate
from contrechamp.vault.access import passphrases
from vault import cases
from web.workbenches import Hand


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """English, and a machine so slow that a new passphrase costs no more than the floor."""
    monkeypatch.setattr(passphrases, "seconds_of", lambda _cost: 60.0)
    yield
    activate("en")


@pytest.fixture(scope="session")
def made_case(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A case whose keys cost nothing to derive, to be copied; and its recovery key."""
    folder = tmp_path_factory.mktemp("made") / "case"
    return folder, cases.new(folder)


@pytest.fixture
def place(tmp_path: Path, made_case: tuple[Path, str]) -> Path:
    """A folder with one case."""
    folder = tmp_path / "cases"
    shutil.copytree(made_case[0], folder / "case")
    return folder


@pytest.fixture
def hand(place: Path, tmp_path: Path) -> Iterator[Hand]:
    made = Hand(place, tmp_path / "state")
    yield made
    made.desk.close()


@pytest.fixture
def opened(hand: Hand) -> Hand:
    """A workbench with its case open."""
    answered = hand.unlock()
    assert (answered.status, answered.to) == (303, "")
    return hand
