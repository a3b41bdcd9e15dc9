"""Who loses access to a case loses that to identities, or it is said who has to see to it."""

import os
from pathlib import Path

import pyrage
import pytest
from samples import NOW, Desk, desk, source

from contrechamp.base.errors import InputError
from contrechamp.dossier import status
from contrechamp.dossier.identities import compartment
from contrechamp.dossier.identities.compartment import Identity
from contrechamp.dossier.identities.dismissal import Dismissal, unshare
from contrechamp.vault.access import members
from contrechamp.vault.access.slots import AgeIdentities
from contrechamp.vault.verifying import verify
from vault import cases


def share(at: Desk, name: str) -> tuple[str, AgeIdentities]:
    key = pyrage.x25519.Identity.generate()
    member = members.share(
        at.case, str(key.to_public()), name=name, reason="", now=NOW, random=os.urandom
    )
    return member, AgeIdentities((str(key),))


def leave(at: Desk, name: str, own: AgeIdentities | None = None) -> Dismissal:
    return unshare(at.case, name, own=own, reason="SAMPLE", now=NOW, random=os.urandom)


def seal(at: Desk) -> str:
    ref = at.put(source())
    who = Identity(name="Zubeida Quartzfeather")
    compartment.seal(at.case, ref, who, now=NOW, random=os.urandom)
    return ref


def has_left(at: Desk) -> bool:
    return any(one.why == "has-left" for one in status.lacks(at.case, NOW.date()))


def test_who_is_in_the_compartment_is_dismissed_by_one_who_is(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        ref = seal(at)
        other, key = share(at, "Other Sample")
        compartment.admit(at.case, other, now=NOW)
        assert leave(at, "Other Sample") == Dismissal(dismissed=True)
        assert compartment.members(at.case) == [at.case.unlocked.member]
        assert not has_left(at)
        (found,) = compartment.reveal(at.case, ref, reason="", now=NOW)
        assert found.name == "Zubeida Quartzfeather"
        assert not verify(at.case)
    with pytest.raises(InputError), cases.opened(tmp_path / "case", key):
        pass


def test_with_a_key_file_too(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        seal(at)
        other, key = share(at, "Other Sample")
        third, _key = share(at, "Third Sample")
        compartment.admit(at.case, other, now=NOW)
        compartment.admit(at.case, third, now=NOW)
    with desk(tmp_path, secret=key) as at:
        assert leave(at, "Third Sample", key) == Dismissal(dismissed=True)
        assert third not in compartment.members(at.case)


def test_who_cannot_open_it_is_told_who_can(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        seal(at)
        _other, key = share(at, "Other Sample")
        third, _key = share(at, "Third Sample")
        compartment.admit(at.case, third, now=NOW)
    with desk(tmp_path, secret=key) as at:
        assert leave(at, "Third Sample", key) == Dismissal(
            still_open=True, can_dismiss=(cases.MEMBER,)
        )
        assert has_left(at)
        assert leave(at, cases.MEMBER, key) == Dismissal(still_open=True)
        assert not verify(at.case)


def test_who_is_not_in_it_just_leaves(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        seal(at)
        share(at, "Other Sample")
        assert leave(at, "Other Sample") == Dismissal()
        for name in ("Other Sample", cases.MEMBER):
            with pytest.raises(InputError, match=r"no member of this name|own access"):
                leave(at, name)


def test_when_no_reader_is_left_the_next_identity_is_sealed_for_whoever_seals_it(
    tmp_path: Path,
) -> None:
    with desk(tmp_path) as at:
        ref = seal(at)
        _other, key = share(at, "Other Sample")
    with desk(tmp_path, secret=key) as at:
        assert leave(at, cases.MEMBER, key) == Dismissal(still_open=True)
        assert compartment.audience(at.case) == [at.case.unlocked.member]
        assert compartment.erase(at.case, ref, reason="SAMPLE", now=NOW) == 1
        new = seal(at)
        (found,) = compartment.reveal(at.case, new, own=key, reason="", now=NOW)
        assert found.name == "Zubeida Quartzfeather"
        compartment.renew(at.case, own=key, now=NOW, random=os.urandom)
        assert compartment.key_count(at.case) == 1
        assert not verify(at.case)


def test_what_fails_for_another_reason_is_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desk(tmp_path) as at:
        seal(at)
        other, _key = share(at, "Other Sample")
        compartment.admit(at.case, other, now=NOW)

        def fails(*_arguments: object, **_more: object) -> None:
            raise InputError("SAMPLE: altered")

        monkeypatch.setattr(compartment, "_seal_anew", fails)
        with pytest.raises(InputError, match="SAMPLE: altered"):
            leave(at, "Other Sample")
        assert other in {one for one, _name, left in members.members(at.case) if not left}
