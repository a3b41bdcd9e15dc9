"""A case of the version before: read as it is, taken over when it is written to, and told so.

`case-format-1.tar` was made by that version: a SAMPLE with two members and one who left, a
compartment that both can open, a key that the second made for themselves, and a merged copy.
"""

import os
import shutil
import tarfile
from pathlib import Path

import pytest

from contrechamp.base.errors import InputError
from contrechamp.dossier.identities import compartment
from contrechamp.dossier.merge import merging
from contrechamp.dossier.records.people import Source
from contrechamp.dossier.writing import store
from contrechamp.vault.access import members
from contrechamp.vault.access.slots import AgeIdentities
from contrechamp.vault.case import Case
from contrechamp.vault.log import history, signing
from contrechamp.vault.verifying import verify
from vault import cases, forging
from vault.cases import NOW
from vault.test_authority import age_key, forge_compartment, mine

SECOND = AgeIdentities(
    ("AGE-SECRET-KEY-1YEJ4AZK033CU2VKMXKLYF0YTFQJVEYG3MQGU2V4D8CE3GT2R8E0Q5FZEH5",)
)
SOURCE = "record/bf6ba4760e0b518d"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    with tarfile.open(Path(__file__).with_name("case-format-1.tar")) as packed:
        packed.extractall(tmp_path, filter="data")
    return tmp_path / "case"


def put(case: Case, name: str = "Sample Egret") -> str:
    return store.put(case, Source(pseudonym=name, sample=True), now=NOW).ref


def kinds(case: Case, **more: list[str]) -> set[str]:
    # The case was taken over just now, and by the clock of these tests everything is earlier.
    return {one.kind for one in verify(case, **more)} - {"clock"}


def test_a_case_of_the_older_form_is_sound_and_nothing_of_it_is_proven(old: Path) -> None:
    with cases.opened(old) as case:
        assert kinds(case) == {"unproven"}
        assert case.chain.birth == ""
        assert members.recipient_of(case, case.unlocked.member)
        assert len(compartment.audience(case)) == 2


def test_it_is_taken_over_once_and_goes_on_by_the_rules(old: Path) -> None:
    with cases.opened(old) as case:
        kept = history.newest_checkpoint(case)
    with cases.opened(old, write=True) as case:
        assert [line.action for line in history.history(case)][-4:] == [*["adopt"] * 3, "upgrade"]
        size = case.size
        put(case)
        assert kinds(case, since=[kept]) == {"unproven"}
        assert case.size == size + 1
        assert any("Sample Member" in one.message for one in verify(case))
    with cases.opened(old, SECOND, write=True) as case:
        members.renew_signing_key(case, reason="", now=NOW, random=os.urandom)
        assert compartment.reveal(case, SOURCE, own=SECOND, reason="SAMPLE", now=NOW)
        compartment.dismiss(case, _id(case, cases.MEMBER), own=SECOND, now=NOW, random=os.urandom)
        assert kinds(case, since=[kept]) == {"unproven"}
    with cases.opened(old, write=True) as case:
        members.unshare(case, "Other Sample", reason="", now=NOW, random=os.urandom)
        assert kinds(case, since=[kept]) == {"unproven"}


def _id(case: Case, name: str) -> str:
    return next(member for member, other, _left in members.members(case) if other == name)


@pytest.mark.parametrize("v", [1, 2])
def test_what_the_older_form_let_through_is_refused_behind_it(old: Path, v: int) -> None:
    with cases.opened(old, SECOND, write=True) as case:
        if v == 1:
            forging.write(
                case, case.unlocked.member, "share", f"member/{'ab' * 8}", {"name": "SAMPLE"},
                signers=[mine(case)], v=1,
            )  # fmt: skip
        else:
            forge_compartment(
                case, case.unlocked.member, "adopt", "cd" * 8, (case.unlocked.member,)
            )
        assert "authority" in kinds(case)


def test_the_table_of_keys_is_not_changed_behind_the_takeover(old: Path) -> None:
    with cases.opened(old, write=True) as case:
        seed = os.urandom(32)
        public = signing.public_key(seed)
        case.database.execute("UPDATE signing_keys SET public = ? WHERE number = 2", (public,))
        assert {"entry", "authority"} & kinds(case)


def test_copies_that_were_taken_over_together_merge_as_any(old: Path, tmp_path: Path) -> None:
    with cases.opened(old, write=True):
        pass
    shutil.copytree(old, tmp_path / "other" / "case")
    with cases.opened(tmp_path / "other" / "case", write=True) as case:
        _own, recipient = age_key()
        members.share(case, recipient, name="Third", reason="", now=NOW, random=os.urandom)
    with cases.opened(old, write=True) as case, cases.opened(tmp_path / "other" / "case") as other:
        assert merging.merge(case, other, now=NOW, random=os.urandom).members == ("Third",)
        assert kinds(case) == {"unproven"}


@pytest.mark.parametrize("taken_over", [False, True])
def test_a_copy_that_proves_nothing_brings_records_and_no_keys(
    old: Path, tmp_path: Path, taken_over: bool
) -> None:
    theirs = tmp_path / "other" / "case"
    shutil.copytree(old, theirs)
    with cases.opened(old, write=True):
        pass
    with cases.opened(theirs, SECOND, write=taken_over) as case:
        if taken_over:
            new = put(case)
            _own, recipient = age_key()
            members.share(case, recipient, name="Third", reason="", now=NOW, random=os.urandom)
            compartment.renew(case, own=SECOND, now=NOW, random=os.urandom)
        else:
            case.database = case.pages  # the file itself, not its copy in memory of format 2
            forge_v1(case, SECOND)
    with cases.opened(old, write=True) as case, cases.opened(theirs, SECOND) as other:
        before = case.chain
        if taken_over:
            # What the renewed key holds is an identity that the case cannot prove the key of.
            with pytest.raises(InputError, match="its log does not prove"):
                merging.merge(case, other, now=NOW, random=os.urandom)
            compartment.erase(case, SOURCE, reason="SAMPLE", now=NOW)
            done = merging.merge(case, other, now=NOW, random=os.urandom)
            assert case.chain.members.keys() == before.members.keys()
            assert {one.partition("/")[0] for one in done.unproven} == {"member", "compartment"}
            assert new in done.taken
        else:
            done = merging.merge(case, other, now=NOW, random=os.urandom)
            assert done.unproven
        assert [one.recipient for one in case.chain.compartments.values()] == [
            one.recipient for one in before.compartments.values()
        ]
        assert kinds(case) == {"unproven"}


def forge_v1(case: Case, own: AgeIdentities) -> None:
    """Add a compartment of one's own to a log of the older form, as that form let anybody do."""
    recipient = str(compartment.pyrage.x25519.Identity.from_str(own.keys[0]).to_public())
    state = {"recipient": recipient, "keys": {case.unlocked.member: ""}}
    forging.write(
        case, case.unlocked.member, "compartment", f"compartment/{'cd' * 8}", state,
        signers=[mine(case)], v=1,
    )  # fmt: skip
