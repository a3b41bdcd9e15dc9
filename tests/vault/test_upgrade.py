"""Cases of format 1 are read as they are, and carried over when they are first written to."""

import io
import os
from pathlib import Path

import pytest

from contrechamp.dossier.identities import compartment
from contrechamp.dossier.merge import merging
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.writing import index_check
from contrechamp.vault import adding, objects, subjects
from contrechamp.vault.access import slots
from contrechamp.vault.access.recovery_keys import parse_recovery_key
from contrechamp.vault.bags import contents
from contrechamp.vault.case import Case
from contrechamp.vault.log import history
from contrechamp.vault.verifying import verify
from vault import cases
from vault.old_cases import FACTS, files_of, laid_out

RECOVERY = parse_recovery_key(FACTS["recovery"])
OWN = slots.AgeIdentities((FACTS["own_key"],))


def items_of(case: Case) -> dict[str, dict[str, str]]:
    """Return name and digest of what comes out of each item."""
    found = {}
    for state in subjects.below(case, "item/"):
        if state.is_erased:
            continue
        item = contents.item_of(case, state.subject.removeprefix("item/"))
        out = io.BytesIO()
        _size, sha256, _blake3 = objects.read_object(
            case.folder, item.key.place, item.key.identity, out, lambda _n: None
        )
        found[item.id] = {"name": str(state.parsed["name"]), "sha256": sha256.hex()}
    return found


def everything_is_there(case: Case) -> None:
    assert verify(case) == []
    assert index_check.problems(case) == []
    assert items_of(case) == FACTS["items"]
    versions = {record: len(lookup.versions(case, record)) for record in FACTS["records"]}
    assert {stored.id: stored.version for stored in lookup.every(case)} == FACTS["records"]
    assert all(versions.values())
    for ref in FACTS["erased"]:
        state = subjects.newest(case, ref)
        assert state is not None
        assert state.is_erased


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return laid_out(tmp_path, "everything")


@pytest.mark.parametrize("secret", [cases.PASSPHRASE, RECOVERY, OWN])
def test_a_case_of_format_1_is_read_without_a_change(old: Path, secret: slots.Secret) -> None:
    before = files_of(old)
    with cases.opened(old, secret) as case:
        everything_is_there(case)
        reasons = {line.reason for line in history.history(case)}
    assert {"SAMPLE: handed over by Wagtail", "SAMPLE: handed over by Dotterel"} <= reasons
    assert files_of(old) == before


def test_a_case_of_format_1_on_a_medium_that_cannot_be_written_is_read(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from contrechamp.base.held_folder import HeldFolder

    monkeypatch.setattr(HeldFolder, "is_writable", lambda _folder: False)
    before = files_of(old)
    with cases.opened(old) as case:
        assert case.read_only
        everything_is_there(case)
    assert files_of(old) == before


@pytest.mark.parametrize("secret", [cases.PASSPHRASE, RECOVERY, OWN])
def test_a_case_of_format_1_is_carried_over_when_it_is_written_to(
    old: Path, secret: slots.Secret
) -> None:
    with cases.opened(old) as case:
        size = case.size
    before = {name for name in files_of(old) if name.startswith("objects/")}
    with cases.opened(old, secret, write=True) as case:
        everything_is_there(case)
        assert [line.action for line in history.history(case) if line.number >= size][-1] == (
            "upgrade"
        )
        entries = case.size
    after = {name for name in files_of(old) if name.startswith("objects/")}
    assert len(after) == len(before)
    assert all(len(Path(name).name) == 32 for name in after)
    assert "format = 2" in (old / "case.toml").read_text()
    assert "format 2" in (old / "README.txt").read_text()
    with cases.opened(old, secret, write=True) as case:
        everything_is_there(case)
        assert case.size == entries == size + 1


def test_a_killed_add_of_format_1_is_resumed(tmp_path: Path) -> None:
    old = laid_out(tmp_path, "interrupted")
    with cases.opened(old) as case:
        assert {one.kind for one in verify(case)} <= {"interrupted", "missing"}
    source = cases.files(tmp_path / "many", count=5, size=900)
    cases.add(old, source)
    with cases.opened(old) as case:
        assert verify(case) == []
        names = {one["name"] for one in items_of(case).values()}
    assert names == {f"many/{name}" for name in FACTS["many"]}


def test_a_copy_of_format_1_is_merged_as_it_is(old: Path, tmp_path: Path) -> None:
    partner = laid_out(tmp_path / "theirs", "partner")
    before = files_of(partner)
    with cases.opened(old, write=True) as case, cases.opened(partner, OWN) as other:
        merging.merge(case, other, now=cases.NOW, random=os.urandom)
        assert items_of(case) == FACTS["items"] | FACTS["partners"]
        assert verify(case) == []
    assert files_of(partner) == before


def test_copies_that_were_carried_over_apart_are_merged(old: Path, tmp_path: Path) -> None:
    partner = laid_out(tmp_path / "theirs", "partner")
    with cases.opened(partner, OWN, write=True) as other:
        assert verify(other) == []
    with cases.opened(old, write=True) as case, cases.opened(partner, OWN) as other:
        merging.merge(case, other, now=cases.NOW, random=os.urandom)
        assert items_of(case) == FACTS["items"] | FACTS["partners"]
        assert verify(case) == []
    with cases.opened(partner, OWN, write=True) as case, cases.opened(old) as other:
        merging.merge(case, other, now=cases.NOW, random=os.urandom)
        assert items_of(case) == FACTS["items"] | FACTS["partners"]
        assert verify(case) == []


def test_an_identity_of_format_1_opens(old: Path) -> None:
    for secret, own in ((cases.PASSPHRASE, None), (OWN, OWN)):
        with cases.opened(old, secret, write=True) as case:
            (one,) = compartment.reveal(
                case, FACTS["identity_of"], own=own, reason="SAMPLE", now=cases.NOW
            )
            assert one.name == "Made-up Person"


def test_content_of_format_1_is_known_again(old: Path, tmp_path: Path) -> None:
    (tmp_path / "again.txt").write_bytes(b"SAMPLE letter, made up.")
    (added,) = cases.add(old, tmp_path / "again.txt")
    assert isinstance(added, adding.Added)
    assert added.duplicate
