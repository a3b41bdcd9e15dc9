"""Erased is erased: whoever holds the key of a case, and all of its bytes, finds no word of it."""

import hashlib
import hmac
import os
import shutil
import string
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import blake3
import pyrage
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contrechamp.dossier.identities import compartment
from contrechamp.dossier.identities.compartment import Identity
from contrechamp.dossier.merge import merging
from contrechamp.dossier.records.kinds import KINDS
from contrechamp.dossier.records.schema import to_json
from contrechamp.dossier.writing import erasing, store
from contrechamp.dossier.writing.store import Put
from contrechamp.vault import adding, database
from contrechamp.vault import erasing as vault_erasing
from contrechamp.vault.access import members
from contrechamp.vault.bags import exporting
from contrechamp.vault.case import Case
from contrechamp.vault.log import history
from contrechamp.vault.verifying import verify
from dossier import made_up, samples
from dossier.samples import NOW
from vault import cases
from vault.plain_pages import hashes, where


def token() -> str:
    """Return a word that nothing else has."""
    return "".join(string.ascii_lowercase[byte % 26] for byte in os.urandom(16))


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    cases.new(tmp_path / "case")
    with cases.opened(tmp_path / "case", write=True) as found:
        yield found


def add(case: Case, folder: Path, name: str, content: bytes, reason: str = "") -> str:
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(content)
    (one,) = adding.add(case, [folder / name], now=lambda: NOW, random=os.urandom, reason=reason)
    assert isinstance(one, adding.Added)
    return one.item


@pytest.mark.parametrize("size", [1, 300, 70_000, 2_000_000])
@pytest.mark.parametrize("beside", [True, False])
def test_nothing_is_left_of_an_item(case: Case, tmp_path: Path, size: int, beside: bool) -> None:
    name, given_by, word = token(), token(), token()
    content = (word * (size // 16 + 1)).encode()
    ids = [
        add(case, tmp_path / "in", f"before-{number}", os.urandom(100))
        for number in range(2 if beside else 0)
    ]
    folder = tmp_path / "one"
    folder.mkdir()
    (folder / f"{name}.txt").write_bytes(content)
    for number in range(2 if beside else 0):  # of the same pack, where they are small
        (folder / f"other-{number}").write_bytes(os.urandom(100))
    added = list(adding.add(
        case, [folder], now=lambda: NOW, random=os.urandom, reason=f"from {given_by}"
    ))  # fmt: skip
    (item,) = (one.item for one in added if one.path.suffix == ".txt")
    others = [one.item for one in added if one.path.suffix != ".txt"]
    digests = hashes(content) | {blake3.blake3(content).hexdigest()}
    tokens = {name, word, *digests} | ({given_by} if not beside else set())
    assert {found for found, _place in where(case, tokens)} >= {name, word}
    erasing.erase_refs(case, [f"item/{item}"], reason="SAMPLE asked", now=NOW)
    assert where(case, tokens) == set()
    if beside:  # their reason is a reason of theirs
        assert {found for found, _place in where(case, {given_by})} == {given_by}
    assert verify(case) == []
    erasing.erase_refs(
        case, [f"item/{one}" for one in [*ids, *others]], reason="SAMPLE asked", now=NOW
    )
    assert where(case, {given_by}) == set()
    assert list(case.folder.path.glob("objects/??/*")) == []
    assert verify(case) == []


def test_what_an_item_lay_in_holds_zeros_where_it_lay(case: Case, tmp_path: Path) -> None:
    source = cases.files(tmp_path / "in", count=3, size=5000)
    added = list(adding.add(case, [source], now=lambda: NOW, random=os.urandom))
    (pack,) = case.folder.path.glob("objects/??/*")
    before = pack.read_bytes()
    vault_erasing.erase(case, [added[1].item], reason="SAMPLE asked", now=NOW)
    after = pack.read_bytes()
    third = len(before) // 3
    assert len(after) == len(before)
    assert after[: third - 100] == before[: third - 100]
    assert after[-third + 100 :] == before[-third + 100 :]
    assert after[third + 100 : -third - 100].strip(b"\0") == b""
    assert sum(one != two for one, two in zip(before, after, strict=True)) > 5000


def test_content_that_was_erased_cannot_be_known_again(case: Case, tmp_path: Path) -> None:
    content = b"SAMPLE of which there are copies elsewhere"
    item = add(case, tmp_path / "in", "a.txt", content)
    erasing.erase_refs(case, [f"item/{item}"], reason="SAMPLE asked", now=NOW)
    for table in ("objects", "files", "intakes"):
        assert case.database.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
    assert adding.item_of(case, (blake3.blake3(content).digest() * 2)) is None


def test_nothing_of_an_item_is_left_by_which_an_interrupted_add_would_know_it(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = cases.files(tmp_path / "in", count=4)
    monkeypatch.setattr(adding, "BATCH_FILES", 2)
    running = adding.add(case, [source], now=lambda: NOW, random=os.urandom)
    first = next(running)
    running.close()
    erasing.erase_refs(case, [f"item/{first.item}"], reason="SAMPLE asked", now=NOW)
    assert where(case, {first.path.name}) == set()
    again = list(adding.add(case, [source], now=lambda: NOW, random=os.urandom))
    assert {one.path.name for one in again} == {f"sample-{n}.txt" for n in (0, 2, 3)}
    assert verify(case) == []


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from strings(one)


@pytest.mark.parametrize("kind", sorted(KINDS))
@given(data=st.data())
@settings(
    max_examples=2, deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)  # fmt: skip
def test_nothing_is_left_of_a_record_of_any_kind(
    kind: str, data: st.DataObject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / token()
    cases.new(folder)
    monkeypatch.setattr(made_up, "words", st.text(string.ascii_lowercase, min_size=14, max_size=14))
    reasons = [token(), token()]
    one, two = (data.draw(made_up.of_class(KINDS[kind])) for _version in range(2))
    record_id = os.urandom(8).hex()
    with cases.opened(folder, write=True) as case:
        empty = {text for record in (one, two) for text in strings(to_json(record))}
        there = {found for found, _place in where(case, {text for text in empty if len(text) > 5})}
        for version, record in enumerate((one, two)):
            with database.transaction(case.database):
                put = Put(record, record_id, new=not version)
                store.write(case, [put], reason=f"said by {reasons[version]}", now=NOW)
        tokens = {text for text in empty if len(text) > 5} - there | set(reasons)
        assert {found for found, _place in where(case, tokens)} == tokens
        erasing.erase_refs(case, [f"record/{record_id}"], reason="SAMPLE asked", now=NOW)
        assert where(case, tokens) == set()
        assert verify(case) == []


def test_nothing_is_left_of_earlier_versions_nor_why_they_were_written(case: Case) -> None:
    words = [token() for _version in range(6)]
    stored = store.put(
        case, samples.actor(names=samples.text(words[0])), reason=f"said by {words[1]}", now=NOW
    )
    for at in (2, 4):
        record = replace(stored.record, names=samples.text(words[at]))
        store.put(case, record, record_id=stored.id, reason=f"said by {words[at + 1]}", now=NOW)
    erasing.forget_versions(case, stored.id, reason="SAMPLE former names", now=NOW)
    assert where(case, set(words[:4] + words[5:])) == set()
    assert {found for found, _place in where(case, {words[4]})} == {words[4]}
    assert verify(case) == []


def test_nothing_is_left_of_an_identity_nor_why_it_was_sealed(case: Case) -> None:
    source = store.put(case, samples.source(), now=NOW)
    for _time in range(2):
        compartment.seal(
            case, source.id, Identity(token(), token()), reason=f"for {source.id} waxwing",
            now=NOW, random=os.urandom,
        )  # fmt: skip
        compartment.reveal(case, source.id, reason="asked by nightjar", now=NOW)
    (state,) = (state for _subject, state in compartment.sealed_identities(case))
    sealed = str(state["sealed"])
    assert where(case, {sealed[:64], "waxwing", "nightjar"})
    compartment.erase(case, source.id, reason="SAMPLE asked", now=NOW)
    assert where(case, {sealed[:64], sealed[-64:], "waxwing", "nightjar"}) == set()
    assert verify(case) == []


def test_why_members_were_let_into_the_compartment_stays_when_its_key_is_changed(
    case: Case,
) -> None:
    source = store.put(case, samples.source(), now=NOW)
    compartment.seal(case, source.id, Identity(token()), now=NOW, random=os.urandom)
    (compartments,) = (one for one in [compartment.members(case)])
    compartment.admit(case, compartments[0], reason="SAMPLE of letting in", now=NOW)
    compartment.renew(case, reason="SAMPLE of a new key", now=NOW, random=os.urandom)
    assert {"SAMPLE of letting in", "SAMPLE of a new key"} <= {
        line.reason for line in history.history(case)
    }
    assert verify(case) == []


Erase = Callable[[Case, str], object]


def two_copies(tmp_path: Path, fill: Callable[[Case], str]) -> tuple[Path, Path, str]:
    """Return a case, and a copy in which something was put that the case does not have."""
    cases.new(tmp_path / "case")
    shutil.copytree(tmp_path / "case", tmp_path / "copy")
    with cases.opened(tmp_path / "copy", write=True) as copy:
        ref = fill(copy)
    return tmp_path / "case", tmp_path / "copy", ref


@pytest.mark.parametrize("kind", ["item", "record"])
@pytest.mark.parametrize("first", ["merged", "erased there", "erased here, merged again"])
def test_nothing_is_left_in_the_branches_of_merged_copies(
    tmp_path: Path, kind: str, first: str
) -> None:
    name, given_by = token(), token()

    def fill(copy: Case) -> str:
        if kind == "item":
            item = add(copy, tmp_path / "in", name, name.encode(), reason=f"from {given_by}")
            return f"item/{item}"
        record = samples.actor(names=samples.text(name))
        stored = store.put(copy, record, reason=f"from {given_by}", now=NOW)
        store.put(copy, replace(record, sample=True), record_id=stored.id, now=NOW,
                  reason=f"also {given_by}")  # fmt: skip
        return stored.ref

    def erase(where_: Case) -> None:
        erasing.erase_refs(where_, [ref], reason="SAMPLE asked", now=NOW)

    def merge(case: Case) -> None:
        with cases.opened(copy) as other:
            merging.merge(case, other, now=NOW, random=os.urandom)

    folder, copy, ref = two_copies(tmp_path, fill)
    with cases.opened(folder, write=True) as case:
        merge(case)
        assert {found for found, _place in where(case, {name, given_by})} == {name, given_by}
        if first == "merged":
            erase(case)
        elif first == "erased there":
            with cases.opened(copy, write=True) as other:
                erase(other)
                assert where(other, {name, given_by}) == set()
            merge(case)
        else:
            erase(case)
            with cases.opened(copy, write=True) as other:
                store.put(other, samples.source(), now=NOW)
            merge(case)
        assert where(case, {name, given_by}) == set()
        assert verify(case) == []


def test_nothing_is_left_of_an_item_that_was_exported_but_who_got_it(
    case: Case, tmp_path: Path
) -> None:
    name, word, receiver = token(), token(), token()
    item = add(case, tmp_path / "in", name, word.encode())
    exporting.export(
        case, [item], tmp_path / "bag", recipients=[], plain=True, reason="SAMPLE", now=NOW
    )
    done = erasing.erase_refs(case, [f"item/{item}"], reason=f"asked by {receiver}", now=NOW)
    assert [one.name for one in done.remains.outside] == ["bag"]
    assert where(case, {name, word}) == set()
    assert {found for found, _place in where(case, {receiver})} == {receiver}
    assert verify(case) == []


def test_reasons_are_kept_where_somebody_wants_them_and_that_is_told(
    case: Case, tmp_path: Path
) -> None:
    given_by = token()
    item = add(case, tmp_path / "in", "a.txt", b"SAMPLE", reason=f"from {given_by}")
    (number,) = (line.number for line in history.history(case) if given_by in line.reason)
    done = erasing.erase_refs(
        case, [f"item/{item}"], keep_reasons=True, reason="SAMPLE asked", now=NOW
    )
    assert done.remains.reasons == (f"entry/{number}",)
    assert {found for found, _place in where(case, {given_by})} == {given_by}
    assert verify(case) == []


def test_the_same_reason_of_others_is_told(case: Case, tmp_path: Path) -> None:
    folder = cases.files(tmp_path / "in", count=2)
    one, two = adding.add(
        case, [folder], now=lambda: NOW, random=os.urandom, reason="from Sample Wheatear herself"
    )
    done = erasing.erase_refs(case, [f"item/{one.item}"], reason="SAMPLE asked", now=NOW)
    (other,) = (line.number for line in history.history(case)
                if line.subject == f"item/{two.item}")  # fmt: skip
    assert f"entry/{other}" in done.remains.repeated


def test_a_reason_that_is_missing_is_told_where_nothing_was_erased(
    case: Case, tmp_path: Path
) -> None:
    one = add(case, tmp_path / "in", "a.txt", b"SAMPLE a", reason="from Wheatear")
    add(case, tmp_path / "in", "b.txt", b"SAMPLE b", reason="from Wheatear")
    erasing.erase_refs(case, [f"item/{one}"], reason="SAMPLE asked", now=NOW)
    assert verify(case) == []
    numbers = [number for (number,) in case.database.execute("SELECT number FROM reasons")]
    for number in numbers:  # of the other item, and of the erasure
        case.database.execute("SAVEPOINT one")
        case.database.execute("DELETE FROM reasons WHERE number = ?", (number,))
        assert [(one.kind, one.subject) for one in verify(case)] == [("reason", str(number))]
        case.database.execute("ROLLBACK TO one")
        case.database.execute("RELEASE one")


def test_somebody_who_left_confirms_nothing_from_a_listing_of_the_folder(
    case: Case, tmp_path: Path
) -> None:
    """Names are random: with all keys that they had, no content that was added later fits one."""
    own = pyrage.x25519.Identity.generate()
    members.share(
        case, str(own.to_public()), name="Sample Leaver", reason="", now=NOW, random=os.urandom
    )
    keys = {bytes(value) for (value,) in case.database.execute("SELECT value FROM settings")}
    members.unshare(case, "Sample Leaver", reason="", now=NOW, random=os.urandom)
    content = os.urandom(100_000)
    add(case, tmp_path / "in", "later.bin", content)
    (file,) = case.folder.path.glob("objects/??/*")
    both = hashlib.sha256(content).digest() + blake3.blake3(content).digest()
    guesses = {
        hmac.digest(key, text, "sha256").hex()
        for key in keys
        for text in (both, b"object\0" + both, content)
    }
    assert not any(file.name in guess for guess in guesses)
    cases.new(tmp_path / "other")
    cases.add(tmp_path / "other", tmp_path / "in" / "later.bin")
    (other,) = (tmp_path / "other").glob("objects/??/*")
    assert other.name != file.name
