"""Members sign with a key that only they have, once they made one."""

import os
from pathlib import Path

import pyrage
import pytest

from contrechamp.base.errors import InputError
from contrechamp.vault import case as cases_of
from contrechamp.vault import mending, verifying
from contrechamp.vault.access import members
from contrechamp.vault.access.slots import AgeIdentities
from contrechamp.vault.bags import exporting
from contrechamp.vault.bags import verifying as bag_verifying
from contrechamp.vault.log import history, note, signing
from vault import cases, forging
from vault.cases import NOW, PASSPHRASE, add, files, new, opened
from vault.test_interrupted_members import StoppedError, stop_at

OTHER = pyrage.x25519.Identity.generate()
THEIRS = AgeIdentities((str(OTHER),))


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    new(tmp_path / "case")
    with opened(tmp_path / "case", write=True) as case:
        members.share(
            case, str(OTHER.to_public()), name="Sample Two", reason="", now=NOW, random=os.urandom
        )
    return tmp_path / "case"


def renew(folder: Path) -> bytes:
    with opened(folder, THEIRS, write=True) as case:
        return members.renew_signing_key(case, reason="SAMPLE", now=NOW, random=os.urandom)


def findings(folder: Path, secret=PASSPHRASE) -> list[str]:
    with opened(folder, secret) as case:
        return [f"{one.kind} {one.subject}" for one in verifying.verify(case)]


def entry_by_other(folder: Path, source: Path) -> None:
    with opened(folder, THEIRS, write=True) as case:
        list(cases.adding.add(case, [source], now=lambda: NOW, random=os.urandom))


def test_a_new_key_signs_from_then_on_and_the_old_one_stays_known(
    shared: Path, tmp_path: Path
) -> None:
    entry_by_other(shared, files(tmp_path / "before", 1))
    with opened(shared, THEIRS) as case:
        assert members.has_a_key_of_others(case)
    key = renew(shared)
    entry_by_other(shared, files(tmp_path / "after", 1, 50))
    with opened(shared, THEIRS) as case:
        assert not members.has_a_key_of_others(case)
        assert signing.public_key(case.unlocked.signing_seed) == key
        member, origin = case.unlocked.member, case.file.log_origin
        newest = history.newest_checkpoint(case)
    name = f"{origin}/{member}/2"
    assert note.signers(newest, {name: key}) == (name,)
    assert findings(shared) == []
    assert findings(shared, THEIRS) == []


def test_whoever_gave_access_can_no_longer_sign_for_the_member(
    shared: Path, tmp_path: Path
) -> None:
    """With the root key and the first signing seed, all that the giver had."""
    with opened(shared, THEIRS) as case:
        old = case.unlocked
    renew(shared)
    assert findings(shared) == []
    with opened(shared, write=True) as case:
        number = case.size
        with_old = [(1, old.member, old.signing_seed)]
        forging.write(case, old.member, "add", "case", {"format": 1}, signers=with_old)
    assert f"entry {number}" in findings(shared)


def test_the_first_member_needs_none(shared: Path) -> None:
    with (
        opened(shared, write=True) as case,
        pytest.raises(InputError, match="nobody but you"),
    ):
        members.renew_signing_key(case, reason="", now=NOW, random=os.urandom)


def test_twice(shared: Path) -> None:
    assert renew(shared) != renew(shared)
    assert findings(shared) == []
    with opened(shared) as case:
        (two,) = [keys for keys in signing.keys_of(case.database).values() if len(keys) > 1]
    assert [key.number for key in two] == [1, 2, 3]
    assert [key.since for key in two] == sorted({key.since for key in two})


def test_a_bag_tells_the_new_key(shared: Path, tmp_path: Path) -> None:
    (one,) = add(shared, files(tmp_path / "source", 1))
    key = renew(shared)
    with opened(shared, THEIRS, write=True) as case:
        done = exporting.export(
            case, [one.item], tmp_path / "bag", recipients=[], plain=True, now=NOW
        )
    assert done.key == key.hex()
    checked = bag_verifying.verify(tmp_path / "bag")
    assert (checked.discrepancies, list(checked.signers.values())) == ([], [key.hex()])


@pytest.mark.parametrize(
    ("module", "name", "calls"),
    [
        (cases_of, "write_casefile", 4),
        (cases_of, "append", 1),
        (mending, "settle_slots", 1),
        (cases_of.database, "change_key", 1),
    ],
)
def test_stopped_anywhere_the_member_still_opens_and_signs(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module, name: str, calls: int
) -> None:
    stopped = 0
    for call in range(calls):
        with monkeypatch.context() as patch, opened(shared, THEIRS, write=True) as case:
            stop_at(patch, module, name, call)
            try:
                members.renew_signing_key(case, reason="", now=NOW, random=os.urandom)
            except StoppedError:
                stopped += 1
        entry_by_other(shared, files(tmp_path / f"{name}-{call}", 1, 40 + call))
        assert findings(shared) == []
        with opened(shared, THEIRS) as case:
            keys = signing.keys_of(case.database)[case.unlocked.member]
            assert keys[-1].public == signing.public_key(case.unlocked.signing_seed)
            assert len(case.file.slots) == 3
    assert stopped >= 1
