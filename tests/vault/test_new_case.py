"""A new case, and a new passphrase, as hard to try as the machine affords; SAMPLE members."""

import os
from pathlib import Path

import pytest

from contrechamp.base.errors import InputError, OutputError
from contrechamp.dossier.index_tables import TABLES
from contrechamp.vault.access import casefile, members, passphrases, recovery_keys
from contrechamp.vault.access.slots import WrongKeyError
from contrechamp.vault.new_case import make_case
from vault import cases

OTHER = "lampe citron rivage tambour"


@pytest.fixture(autouse=True)
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine so slow that the floor is what it takes."""
    monkeypatch.setattr(passphrases, "seconds_of", lambda _parameters: 60.0)


def test_passphrase_and_recovery_key_open_a_new_case_and_the_log_names_the_member(
    tmp_path: Path,
) -> None:
    recovery = make_case(
        tmp_path / "case", cases.PASSPHRASE, tables=TABLES, name="SAMPLE", now=cases.NOW
    )
    for secret in (cases.PASSPHRASE, recovery_keys.parse_recovery_key(recovery)):
        with cases.opened(tmp_path / "case", secret) as case:
            assert [name for _id, name, _left in members.members(case)] == ["SAMPLE"]
            assert {slot.parameters for slot in case.file.slots} == {passphrases.FLOOR}
    with pytest.raises(OutputError, match="already exists"):
        make_case(tmp_path / "case", cases.PASSPHRASE, tables=TABLES, name="SAMPLE", now=cases.NOW)


def test_a_new_passphrase_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    folder = tmp_path / "case"
    recovery = make_case(folder, cases.PASSPHRASE, tables=TABLES, name="SAMPLE", now=cases.NOW)
    with cases.opened(folder, write=True) as case:
        members.set_passphrase(
            case, OTHER, kind="passphrase", reason="", now=cases.NOW, random=os.urandom
        )
    with pytest.raises(WrongKeyError), cases.opened(folder):
        pass
    for secret in (OTHER, recovery_keys.parse_recovery_key(recovery)):
        with cases.opened(folder, secret):
            pass
    assert (folder / casefile.NAME).is_file()


def test_a_passphrase_that_is_soon_guessed_is_refused() -> None:
    passphrases.check_new_passphrase("p\u00eache" * 3)
    with pytest.raises(InputError, match="at least 12 characters"):
        passphrases.check_new_passphrase("pe\u0302che" * 2)
