"""A bag shows how the key that signed it came about, and no more of the members than that."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contrechamp.dossier.merge import merging
from contrechamp.vault import adding
from contrechamp.vault.access import members
from contrechamp.vault.access.slots import AgeIdentities
from contrechamp.vault.bags import exporting, verifying
from contrechamp.vault.log import canonical, signing
from vault import cases
from vault.cases import NOW
from vault.test_adoption import SECOND, old  # noqa: F401
from vault.test_authority import age_key


@pytest.fixture
def shared(tmp_path: Path) -> tuple[Path, str, AgeIdentities, AgeIdentities]:
    """A case with an item and three members, and the keys of the second and the third."""
    folder = tmp_path / "case"
    cases.new(folder)
    (item,) = cases.add(folder, cases.files(tmp_path / "files", 1))
    (second, recipient), (third, other) = age_key(), age_key()
    with cases.opened(folder, write=True) as case:
        members.share(case, recipient, name="Two", reason="", now=NOW, random=os.urandom)
    with cases.opened(folder, second, write=True) as case:
        members.renew_signing_key(case, reason="", now=NOW, random=os.urandom)
        members.share(case, other, name="Three", reason="", now=NOW, random=os.urandom)
    return folder, item.item, second, third


def export(folder: Path, secret: object, item: str, target: Path) -> dict[str, Any]:
    with cases.opened(folder, secret, write=True) as case:
        exporting.export(case, [item], target, recipients=[], plain=True, now=NOW)
    return json.loads((target / "custody" / f"{item}.json").read_bytes())


def found(folder: Path) -> list[tuple[str, str]]:
    return [(one.kind, one.subject) for one in verifying.verify(folder).discrepancies]


def entries(document: dict[str, Any]) -> list[dict[str, Any]]:
    from base64 import b64decode

    return [json.loads(b64decode(one["entry"])) for one in document["members"]]


def test_the_entries_that_made_the_signing_key_are_there_and_no_others(
    shared: tuple, tmp_path: Path
) -> None:
    folder, item, second, third = shared
    for secret, wanted in (
        (cases.PASSPHRASE, ["share"]),
        (second, ["share", "share", "new-key"]),
        (third, ["share", "share", "new-key", "share"]),
    ):
        target = tmp_path / f"bag-{len(wanted)}"
        document = export(folder, secret, item, target)
        assert [one["action"] for one in entries(document)] == wanted
        assert found(target) == []


def test_a_key_that_was_replaced_is_told_to_whoever_receives_the_bag(
    shared: tuple, tmp_path: Path
) -> None:
    folder, item, _second, _third = shared
    own, recipient = age_key()
    with cases.opened(folder, write=True) as case:
        members.replace_key(case, recipient, name="Three", reason="", now=NOW, random=os.urandom)
    export(folder, own, item, tmp_path / "bag")
    assert found(tmp_path / "bag") == [("replaced", "checkpoint.txt")]


def test_a_bag_of_a_case_that_was_taken_over_says_what_is_not_proven(
    old: Path,  # noqa: F811
    tmp_path: Path,
) -> None:
    with cases.opened(old) as case:
        (subject,) = case.database.execute(
            "SELECT subject FROM records WHERE subject LIKE 'item/%' ORDER BY entry"
        ).fetchone()
    export(old, SECOND, subject.removeprefix("item/"), tmp_path / "bag")
    assert found(tmp_path / "bag") == [("unproven", "checkpoint.txt")]


def _without_the_one_before(document: dict[str, Any]) -> None:
    del document["members"][0]


def _without_the_last(document: dict[str, Any]) -> None:
    del document["members"][-1]


def _in_another_order(document: dict[str, Any]) -> None:
    document["members"].reverse()


def _with_anothers_checkpoint(document: dict[str, Any]) -> None:
    document["members"][-1]["checkpoint"] = document["members"][0]["checkpoint"]


def _without_a_signature(document: dict[str, Any]) -> None:
    """The key before did not sign the new one: somebody else made it."""
    one = document["members"][2]
    lines = one["checkpoint"].splitlines(keepends=True)
    one["checkpoint"] = "".join([*lines[:-2], lines[-1]])


def _with_none(document: dict[str, Any]) -> None:
    del document["members"]


@pytest.mark.parametrize(
    "change",
    [
        _without_the_one_before, _without_the_last, _in_another_order, _with_anothers_checkpoint,
        _without_a_signature, _with_none,
    ],
)  # fmt: skip
def test_entries_that_do_not_lead_to_the_key_are_found(
    shared: tuple, tmp_path: Path, change: Callable[[dict[str, Any]], None]
) -> None:
    folder, item, second, _third = shared
    document = export(folder, second, item, tmp_path / "bag")
    change(document)
    (tmp_path / "bag" / "custody" / f"{item}.json").write_bytes(canonical.dumps(document))
    assert ("authority", "checkpoint.txt") in found(tmp_path / "bag")


def test_a_forged_key_signs_no_bag_that_passes(shared: tuple, tmp_path: Path) -> None:
    """Signed anew, with a key that somebody made up for the member."""
    folder, item, second, _third = shared
    seed = os.urandom(32)
    with cases.opened(folder, second, write=True) as case:
        case.unlocked = case.unlocked.__class__(
            case.unlocked.root_key, None, case.unlocked.member, seed
        )
        one = case.chain.members[case.unlocked.member]
        made = signing.Key(one.keys[-1].number, signing.public_key(seed), one.keys[-1].since)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(exporting, "_log", lambda *_told: 0)
            case.chain.members[one.id] = one.__class__(
                **{**one.__dict__, "keys": (*one.keys[:-1], made)}
            )
            exporting.export(case, [item], tmp_path / "bag", recipients=[], plain=True, now=NOW)
    assert ("authority", "checkpoint.txt") in found(tmp_path / "bag")


@pytest.fixture
def merged(tmp_path: Path, shared: tuple) -> tuple[Path, str]:
    """A case into which a copy was merged that has an item of the second member's."""
    folder, _item, second, _third = shared
    theirs = tmp_path / "theirs" / "case"
    shutil.copytree(folder, theirs)
    with cases.opened(theirs, second, write=True) as case:
        members.renew_signing_key(case, reason="", now=NOW, random=os.urandom)
        files = cases.files(tmp_path / "more", 1, 77)
        (added,) = adding.add(case, [files], now=lambda: NOW, random=os.urandom)
    with cases.opened(folder, write=True) as case, cases.opened(theirs) as other:
        merging.merge(case, other, now=NOW, random=os.urandom)
    return folder, added.item


def test_so_are_those_of_a_key_that_signed_a_merged_copy(
    merged: tuple[Path, str], tmp_path: Path
) -> None:
    folder, item = merged
    document = export(folder, cases.PASSPHRASE, item, tmp_path / "bag")
    (branch,) = document["branches"]
    assert [one["action"] for one in entries(branch)] == ["share", "share", "new-key", "new-key"]
    assert found(tmp_path / "bag") == []
    for change in (_without_the_last, _without_a_signature, _with_none):
        document = json.loads((tmp_path / "bag" / "custody" / f"{item}.json").read_bytes())
        change(document["branches"][0])
        shutil.copytree(tmp_path / "bag", tmp_path / change.__name__)
        path = tmp_path / change.__name__ / "custody" / f"{item}.json"
        path.write_bytes(canonical.dumps(document))
        assert ("branch", item) in found(tmp_path / change.__name__)
