"""Cases of format 1 are read as they are, and carried over when they are first written to."""

import os
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from contrechamp.dossier.identities import compartment
from contrechamp.dossier.merge import merging
from contrechamp.vault import adding
from contrechamp.vault.access import slots
from contrechamp.vault.access.recovery_keys import parse_recovery_key
from contrechamp.vault.log import history
from contrechamp.vault.verifying import verify
from vault import cases
from vault.crashing import Worker, worker
from vault.old_cases import (
    FACTS,
    carried_over_with_fault,
    everything_is_there,
    files_of,
    items_of,
    laid_out,
    wrong,
)

RECOVERY = parse_recovery_key(FACTS["recovery"])
OWN = slots.AgeIdentities((FACTS["own_key"],))


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
        new = [
            line.action for line in history.history(case) if line.number >= size and not line.branch
        ]
        assert new[-1] == "upgrade"
        assert set(new[:-1]) == {"adopt"}
        entries = case.size
    after = {name for name in files_of(old) if name.startswith("objects/")}
    assert len(after) == len(before)
    assert all(len(Path(name).name) == 32 for name in after)
    assert "format = 2" in (old / "case.toml").read_text()
    assert "format 2" in (old / "README.txt").read_text()
    with cases.opened(old, secret, write=True) as case:
        everything_is_there(case)
        assert case.size == entries


def test_a_killed_add_of_format_1_is_resumed(tmp_path: Path) -> None:
    old = laid_out(tmp_path, "interrupted")
    with cases.opened(old) as case:
        assert wrong(case) <= {"interrupted", "missing"}
    source = cases.files(tmp_path / "many", count=5, size=900)
    cases.add(old, source)
    with cases.opened(old) as case:
        assert wrong(case) == set()
        names = {one["name"] for one in items_of(case).values()}
    assert names == {f"many/{name}" for name in FACTS["many"]}


def test_a_copy_of_format_1_is_merged_as_it_is(old: Path, tmp_path: Path) -> None:
    partner = laid_out(tmp_path / "theirs", "partner")
    before = files_of(partner)
    with cases.opened(old, write=True) as case, cases.opened(partner, OWN) as other:
        merging.merge(case, other, now=cases.NOW, random=os.urandom)
        assert items_of(case) == FACTS["items"] | FACTS["partners"]
        assert wrong(case) == set()
    assert files_of(partner) == before


def test_copies_that_were_carried_over_apart_are_merged(old: Path, tmp_path: Path) -> None:
    partner = laid_out(tmp_path / "theirs", "partner")
    with cases.opened(partner, OWN, write=True) as other:
        assert wrong(other) == set()
    with cases.opened(old, write=True) as case, cases.opened(partner, OWN) as other:
        merging.merge(case, other, now=cases.NOW, random=os.urandom)
        assert items_of(case) == FACTS["items"] | FACTS["partners"]
        assert wrong(case) == set()
    with cases.opened(partner, OWN, write=True) as case, cases.opened(old) as other:
        merging.merge(case, other, now=cases.NOW, random=os.urandom)
        assert items_of(case) == FACTS["items"] | FACTS["partners"]
        assert wrong(case) == set()


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


@pytest.fixture(scope="module")
def hands() -> Iterator[Worker]:
    with worker() as started:
        yield started


@pytest.mark.slow
@pytest.mark.parametrize("kill", [True, False])
def test_killed_or_failing_anywhere_it_goes_on_at_the_next_opening(
    hands: Worker, old: Path, tmp_path: Path, kill: bool
) -> None:
    """At calls drawn from all; tests/soak takes every one."""
    whole = carried_over_with_fault(hands, old, tmp_path, {})
    assert whole is not None
    assert whole["error"] is None
    calls = len(whole["calls"])
    wanted = {1, calls // 2, calls - 1, *random.Random(1).sample(range(1, calls + 1), 9)}
    for at in sorted(wanted):
        fault = {"at": at, "kill": True} if kill else {"at": at}
        carried_over_with_fault(hands, old, tmp_path, fault)


@pytest.mark.slow
def test_killed_at_any_statement_it_goes_on_at_the_next_opening(
    old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tables are made anew in one transaction: stopped within it, nothing was changed."""
    from contrechamp.vault import upgrading

    real, seen = upgrading.database.statements, []

    def stopping(sql: str) -> Iterator[str]:
        for number, statement in enumerate(real(sql)):
            if number == stop:
                raise KeyboardInterrupt
            seen.append(statement)
            yield statement

    for stop in (0, 1, 5, 12, 20):
        folder = tmp_path / f"stopped-{stop}"
        shutil.copytree(old, folder)
        before = files_of(folder)
        whole = upgrading.database
        monkeypatch.setattr(upgrading, "database", _With(whole, statements=stopping))
        with pytest.raises(KeyboardInterrupt), cases.opened(folder, write=True):
            pass
        monkeypatch.setattr(upgrading, "database", whole)
        after = files_of(folder)
        assert before["case.toml"] == after["case.toml"]
        assert {n for n in before if "objects" in n} == {n for n in after if "objects" in n}
        with cases.opened(folder) as case:
            everything_is_there(case)
        with cases.opened(folder, write=True) as case:
            everything_is_there(case)
    assert seen


class _With:
    """A module with something else in it."""

    def __init__(self, module: object, **more: object) -> None:
        self.__dict__ |= {"_module": module, **more}

    def __getattr__(self, name: str) -> object:
        return getattr(self._module, name)


def test_a_table_with_a_value_that_format_1_never_wrote_is_refused_and_nothing_changed(
    old: Path,
) -> None:
    from sqlcipher3 import dbapi2 as sqlcipher

    from contrechamp.base.errors import InputError
    from contrechamp.vault.access import keys

    with cases.opened(old) as case:
        key = keys.database_key(case.unlocked.root_key).hex()
    db = sqlcipher.connect(str(old / "case.db"), isolation_level=None)
    db.execute(f"PRAGMA key = \"x'{key}'\"")
    db.execute("UPDATE reasons SET salt = 'text'")
    db.close()
    before = files_of(old)
    for write in (True, False):
        with (
            pytest.raises(InputError, match=r"case\.db: a value in the database is of a kind"),
            cases.opened(old, write=write),
        ):
            pass
    after = files_of(old)
    assert {n: c for n, c in after.items() if "journal" not in n and n != "case.lock"} == before


@pytest.mark.parametrize(
    ("change", "told"),
    [(lambda path: path.unlink(), "missing"),
     (lambda path: path.write_bytes(path.read_bytes()[:-1]), "altered")],
)  # fmt: skip
def test_what_is_missing_or_altered_in_a_case_of_format_1_is_told(
    old: Path, change: Callable[[Path], object], told: str
) -> None:
    file = max(old.glob("objects/??/*"))
    change(file)
    where = f"{file.parent.name}/{file.name}"
    with cases.opened(old) as case:
        assert (told, where) in {(one.kind, one.subject) for one in verify(case)}
    with cases.opened(old, write=True) as case:
        assert told in wrong(case)
