"""Members who turn: each says what only another may say, by hand, with the key of the case."""

import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pyrage
import pytest

from contrechamp.base.errors import CheckFailedError, InputError
from contrechamp.dossier.identities import compartment
from contrechamp.dossier.identities.compartment import Identity
from contrechamp.dossier.merge import merging
from contrechamp.dossier.records.people import Source
from contrechamp.dossier.writing import store
from contrechamp.vault import case as cases_of
from contrechamp.vault.access import members, slots
from contrechamp.vault.access.keys import Unlocked
from contrechamp.vault.access.slots import AgeIdentities
from contrechamp.vault.bags import exporting
from contrechamp.vault.case import Case
from contrechamp.vault.log import branches, custody, history, signing
from contrechamp.vault.verifying import verify
from vault import cases, forging
from vault.cases import NOW

WHO = Identity(name="Zubeida Quartzfeather")


@dataclass
class Three:
    """A case of three members: the first has a passphrase, the other two have keys of age."""

    folder: Path
    victim: AgeIdentities
    evil: AgeIdentities
    ids: dict[str, str]
    source: str

    @contextmanager
    def as_evil(self, folder: Path | None = None) -> Iterator[Case]:
        with cases.opened(folder or self.folder, self.evil, write=True) as case:
            yield case

    @property
    def first(self) -> str:
        return self.ids[cases.MEMBER]

    @property
    def them(self) -> str:
        return self.ids["Victim Sample"]

    @property
    def me(self) -> str:
        return self.ids["Evil Sample"]


def age_key() -> tuple[AgeIdentities, str]:
    made = pyrage.x25519.Identity.generate()
    return AgeIdentities((str(made),)), str(made.to_public())


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Three:
    folder = tmp_path_factory.mktemp("authority") / "case"
    cases.new(folder)
    (victim, theirs), (evil, mine) = age_key(), age_key()
    with cases.opened(folder, write=True) as case:
        for name, recipient in (("Victim Sample", theirs), ("Evil Sample", mine)):
            members.share(case, recipient, name=name, reason="", now=NOW, random=os.urandom)
        source = store.put(case, Source(pseudonym="Sample Heron", sample=True), now=NOW).ref
        ids = {name: member for member, name, _left in members.members(case)}
    cases.add(folder, cases.files(folder.parent / "files", 1))
    with cases.opened(folder, victim, write=True) as case:
        members.renew_signing_key(case, reason="", now=NOW, random=os.urandom)
    return Three(folder, victim, evil, ids, source)


@pytest.fixture
def three(made: Three, tmp_path: Path) -> Three:
    shutil.copytree(made.folder, tmp_path / "case")
    return replace(made, folder=tmp_path / "case")


def kinds(folder: Path, since: tuple[str, ...] = ()) -> set[str]:
    with cases.opened(folder) as case:
        return {one.kind for one in verify(case, since=since)}


def mine(case: Case) -> tuple[int, str, bytes]:
    """Return what whoever opened a case signs with."""
    known = case.chain.members[case.unlocked.member]
    return known.keys[-1].number, case.unlocked.member, case.unlocked.signing_seed


def state_of(case: Case, member: str, **more: object) -> dict[str, object]:
    return cases_of.member_state(case, member) | more


def keys(recipient: str, seed: bytes, number: int) -> custody.Keys:
    return custody.Keys(recipient, signing.public_key(seed).hex(), number)


def item_of(three: Three) -> str:
    """Return an item that the case has."""
    with cases.opened(three.folder) as case:
        (subject,) = case.database.execute(
            "SELECT subject FROM records WHERE subject LIKE 'item/%'"
        ).fetchone()
    return str(subject).removeprefix("item/")


def seal(case: Case, source: str) -> None:
    compartment.seal(case, source, WHO, now=NOW, random=os.urandom)


def opens(case: Case, own: AgeIdentities) -> bool:
    """Return whether any sealed identity opens with keys that somebody can get at."""
    found = [own.keys[0]]
    for state in case.database.execute(
        "SELECT state FROM records WHERE subject LIKE 'compartment/%'"
    ):
        for sealed in compartment.json.loads(bytes(state[0])).get("keys", {}).values():
            key = compartment._decrypted(sealed, own.keys)
            found += [] if key is None else [key.decode()]
    return any(
        compartment._decrypted(str(state["sealed"]), found) is not None
        for _subject, state in compartment.sealed_identities(case)
    )


def test_what_nobody_forged_is_sound(three: Three) -> None:
    assert kinds(three.folder) == set()
    with cases.opened(three.folder) as case:
        assert not case.chain.problems
        assert [len(case.chain.members[one].keys) for one in (three.first, three.them)] == [1, 2]


# Signing keys


@pytest.mark.parametrize(
    ("author", "action", "with_keys"),
    [
        one
        for one in itertools.product(
            ["them", "me"],
            ["new-key", "replace-key", "edit", "share", "merge", "adopt"],
            [True, False],
        )
        if one != ("me", "replace-key", True)  # which another member may, and is shown for ever
    ],
)
def test_a_key_registered_for_somebody_else_signs_nothing(
    three: Three, author: str, action: str, with_keys: bool
) -> None:
    """By adding only: a key for them, an entry in their name, and their old key back again."""
    seed = os.urandom(32)
    with three.as_evil() as case:
        since = history.newest_checkpoint(case)
        known = case.chain.members[three.them]
        old, number = known.keys[-1], known.keys[-1].number
        writer = three.them if author == "them" else three.me
        signers = [mine(case), (number + 1, three.them, seed)]
        new = keys(known.recipient, seed, number + 1) if with_keys else None
        signing.put_key(
            case.database,
            three.them,
            signing.Key(number + 1, signing.public_key(seed), case.size),
        )
        subject, state = f"member/{three.them}", state_of(case, three.them)
        forging.write(case, writer, action, subject, state, signers=signers, keys=new)
        forged = forging.write(
            case, three.them, "export", "export/1", {"name": "SAMPLE"},
            signers=[(number + 1, three.them, seed)],
        )  # fmt: skip
        back = signing.Key(number + 2, old.public, case.size)
        signing.put_key(case.database, three.them, back)
        state = state_of(case, three.them)
        forging.write(case, writer, action, subject, state, signers=[mine(case)])
    with cases.opened(three.folder) as case:
        found = {(one.kind, one.subject) for one in verify(case, since=[since])}
        assert ("entry", str(forged.number)) in found
        assert case.chain.members[three.them].keys[-1] == old
    with cases.opened(three.folder, three.victim):  # and they can still open the case
        pass


def test_a_first_key_is_fixed_before_anything_was_signed_with_it(three: Three) -> None:
    with cases.opened(three.folder, write=True) as case:
        own, recipient = age_key()
        members.share(case, recipient, name="Fourth", reason="", now=NOW, random=os.urandom)
    seed = os.urandom(32)
    with three.as_evil() as case:
        fourth = next(one for one, name, _left in members.members(case) if name == "Fourth")
        case.database.execute(
            "UPDATE signing_keys SET public = ? WHERE member = ?",
            (signing.public_key(seed), fourth),
        )
        state = state_of(case, fourth)
        forging.write(
            case, fourth, "new-passphrase", f"member/{fourth}", state, signers=[(1, fourth, seed)]
        )
    assert kinds(three.folder) >= {"entry", "authority"}
    with cases.opened(three.folder, own) as case:
        assert case.chain.members[fourth].keys[0].public != signing.public_key(seed)


def test_an_entry_behind_the_newest_checkpoint_is_not_signed_by_whoever_comes_next(
    three: Three,
) -> None:
    """Else they would sign away their own key: the note takes a second signature later."""
    seed = os.urandom(32)
    with three.as_evil() as case:
        known = case.chain.members[three.them]
        forging.write(
            case, three.them, "new-key", f"member/{three.them}", state_of(case, three.them),
            signers=[], keys=keys(known.recipient, seed, known.keys[-1].number + 1),
        )  # fmt: skip
    with (
        cases.opened(three.folder, three.victim, write=True) as case,
        pytest.raises(InputError, match="their author did not sign"),
    ):
        store.put(case, Source(pseudonym="Sample Egret", sample=True), now=NOW)
    assert "unsigned" in kinds(three.folder)


def test_nor_one_whose_checkpoint_is_of_something_else(three: Three) -> None:
    with three.as_evil() as case:
        forging.write(case, three.them, "export", "export/1", {"name": "SAMPLE"}, signers=[])
        size, case.size = case.size, case.size + 1
        forging.sign(case, [mine(case)])
        case.database.execute("UPDATE checkpoints SET size = ? WHERE size = ?", (size, size + 1))
    with (
        cases.opened(three.folder, three.victim, write=True) as case,
        pytest.raises(InputError, match="their author did not sign"),
    ):
        store.put(case, Source(pseudonym="Sample Egret", sample=True), now=NOW)


# Recipients


@pytest.mark.parametrize("entry", [None, "edit", "new-passphrase", "share", "new-key", "merge"])
def test_a_recipient_put_in_the_place_of_anothers_is_encrypted_to_by_nobody(
    three: Three, entry: str | None
) -> None:
    own, recipient = age_key()
    with cases.opened(three.folder, write=True) as case:
        seal(case, three.source)
    with three.as_evil() as case:
        real = case.chain.members[three.them]
        case.database.execute(
            "UPDATE members SET recipient = ? WHERE id = ?", (recipient, three.them)
        )
        if entry is not None:
            given = keys(recipient, os.urandom(32), real.keys[-1].number + 1)
            more = {"keys": given} if entry in {"share", "new-key", "merge"} else {}
            forging.write(
                case, three.me, entry, f"member/{three.them}", state_of(case, three.them),
                signers=[mine(case)], **more,
            )  # fmt: skip
    assert "authority" in kinds(three.folder)
    with cases.opened(three.folder, write=True) as case:
        assert members.recipient_of(case, three.them) == real.recipient
        if entry is None:  # else the program stops, as the log is not sound
            compartment.admit(case, three.them, now=NOW)
            compartment.renew(case, now=NOW, random=os.urandom)
            members.unshare(case, "Evil Sample", reason="", now=NOW, random=os.urandom)
        else:
            with pytest.raises(InputError, match="authors could not write"):
                compartment.admit(case, three.them, now=NOW)
        assert not opens(case, own)
    if entry is None:
        with cases.opened(three.folder, three.victim) as case:
            assert opens(case, three.victim)
        with pytest.raises(InputError), cases.opened(three.folder, own):
            pass


def test_a_member_in_the_tables_only_is_none(three: Three) -> None:
    own, recipient = age_key()
    with three.as_evil() as case:
        db, fake, seed = case.database, "ab" * 8, os.urandom(32)
        db.execute("INSERT INTO members VALUES (?, 'Fake Sample', ?, NULL)", (fake, recipient))
        signing.put_key(db, fake, signing.Key(1, signing.public_key(seed), case.size))
        slot = slots.make_age_slot(recipient, Unlocked(case.unlocked.root_key, None, fake, seed))
        db.execute("INSERT INTO slots VALUES (?, ?)", (slot.id, fake))
        file = replace(case.file, slots=(*case.file.slots, slot))
        cases_of.write_casefile(case.folder, file, case.unlocked.root_key)
    assert "authority" in kinds(three.folder)
    with cases.opened(three.folder, own) as case:  # to be verified, and for nothing else
        assert not members.has_a_key_of_others(case)
        for attempt in (
            lambda: members.renew_signing_key(case, reason="", now=NOW, random=os.urandom),
            lambda: exporting.export(
                case, [item_of(three)], three.folder / "bag", recipients=[], plain=True, now=NOW
            ),
        ):
            with pytest.raises(InputError, match="you are no member"):
                attempt()
    with cases.opened(three.folder, write=True) as case:
        seal(case, three.source)
        with pytest.raises(InputError, match="no such member"):
            compartment.admit(case, fake, now=NOW)
    with pytest.raises(InputError), cases.opened(three.folder, own):
        pass  # the key of the case was changed, and not given to them


# Members


def test_who_left_writes_nothing_more(three: Three) -> None:
    with three.as_evil() as case:
        seed = mine(case)
    with cases.opened(three.folder, write=True) as case:
        members.unshare(case, "Evil Sample", reason="", now=NOW, random=os.urandom)
        forging.write(case, three.me, "export", "export/1", {"name": "SAMPLE"}, signers=[seed])
    assert kinds(three.folder) == {"authority"}


@pytest.mark.parametrize(
    ("author", "subject", "action"),
    [
        ("me", "me", "unshare"),  # who leaves is taken away by others, whose entry it is
        ("me", "them", "edit"),
        ("me", "them", "erase"),
        ("me", "them", "merge"),
        ("me", "them", "new-passphrase"),
        ("me", "them", "new-recovery"),
        ("me", "them", "new-key"),
        ("me", "me", "replace-key"),
        ("me", "them", "share"),
        ("them", "first", "unshare"),
        ("me", "nobody", "unshare"),
        ("me", "nobody", "record"),
    ],
)
def test_what_is_not_for_a_member_to_say_of_another(
    three: Three, author: str, subject: str, action: str
) -> None:
    who = {"me": three.me, "them": three.them, "first": three.first, "nobody": "ab" * 8}
    with three.as_evil() as case:
        state = state_of(case, who[subject]) if subject != "nobody" else {"name": "SAMPLE"}
        forging.write(
            case, who[author], action, f"member/{who[subject]}", state, signers=[mine(case)]
        )
        before = case.chain.members
    found = kinds(three.folder)
    assert found & {"authority", "entry"}
    with cases.opened(three.folder) as case:
        assert case.chain.members == before


def test_one_key_has_access_under_one_name(three: Three) -> None:
    with cases.opened(three.folder, write=True) as case:
        recipient = case.chain.members[three.them].recipient
        with pytest.raises(InputError, match="has access already, as Victim Sample"):
            members.share(case, recipient, name="Twice", reason="", now=NOW, random=os.urandom)


def test_the_log_shows_for_ever_whose_key_was_replaced_and_by_whom(three: Three) -> None:
    own, recipient = age_key()
    with cases.opened(three.folder, write=True) as case:
        seal(case, three.source)
        compartment.admit(case, three.them, now=NOW)
    with three.as_evil() as case:
        members.replace_key(
            case, recipient, name="Victim Sample", reason="lost", now=NOW, random=os.urandom
        )
    assert kinds(three.folder) == {"replaced"}
    with cases.opened(three.folder, own, write=True) as case:
        number = case.chain.members[three.them].replaced
        assert len(number) == 1
        assert members.has_a_key_of_others(case)
        members.renew_signing_key(case, reason="", now=NOW, random=os.urandom)
        assert case.chain.members[three.them].replaced == number
    with pytest.raises(InputError), cases.opened(three.folder, three.victim):
        pass
    with cases.opened(three.folder, write=True) as case:  # and reads nothing until let in again
        assert compartment.members(case) == [three.first]
        compartment.renew(case, now=NOW, random=os.urandom)
        assert not opens(case, own)
        compartment.admit(case, three.them, now=NOW)
        assert opens(case, own)
    assert kinds(three.folder) == {"replaced"}


@pytest.mark.parametrize("version", [1, 2])
def test_the_older_form_is_no_way_round(three: Three, version: int) -> None:
    with three.as_evil() as case:
        more = {"v": 1} if version == 1 else {"keys": keys(age_key()[1], os.urandom(32), 1)}
        action = "export" if version == 1 else "adopt"
        subject = "export/1" if version == 1 else f"member/{'ab' * 8}"
        signers = [mine(case)]
        forging.write(case, three.me, action, subject, {"name": "S"}, signers=signers, **more)
    assert "authority" in kinds(three.folder)


# The compartment


def forge_compartment(
    case: Case, author: str, action: str, name: str, readers: tuple[str, ...], **more: object
) -> AgeIdentities:
    """Add a compartment with a key of one's own, in proper form."""
    own, recipient = age_key()
    to = pyrage.x25519.Recipient.from_str(recipient)
    sealed = compartment.base64.b64encode(pyrage.encrypt(own.keys[0].encode(), [to])).decode()
    state = {"recipient": recipient, "keys": dict.fromkeys(readers, sealed)}
    said = custody.Readers(recipient, tuple(sorted(readers)))
    forging.write(
        case, author, action, f"compartment/{name}", state, signers=[mine(case)],
        compartment=said, **more,
    )  # fmt: skip
    return own


@pytest.mark.parametrize("author", ["me", "first"])
@pytest.mark.parametrize("action", ["compartment", "admit", "merge", "edit", "adopt", "seal"])
@pytest.mark.parametrize("target", ["new", "known"])
def test_who_is_outside_of_the_compartment_makes_no_key_for_it(
    three: Three, author: str, action: str, target: str
) -> None:
    with cases.opened(three.folder, write=True) as case:
        seal(case, three.source)
        (known,) = case.chain.compartments
    with three.as_evil() as case:
        name = known if target == "known" else "cd" * 8
        writer = three.me if author == "me" else three.first
        own = forge_compartment(case, writer, action, name, (three.me,))
    assert kinds(three.folder) & {"authority", "entry"}
    with cases.opened(three.folder, write=True) as case:
        with pytest.raises(InputError, match="authors could not write"):
            seal(case, three.source)
        assert [one.id for one in case.chain.current()] == [known]
        assert not opens(case, own)


def test_nor_lets_themselves_in_or_closes_it(three: Three) -> None:
    with cases.opened(three.folder, write=True) as case:
        seal(case, three.source)
    with three.as_evil() as case:
        (one,) = case.chain.current()
        with pytest.raises(InputError, match="not open to you"):
            compartment.admit(case, three.me, own=three.evil, now=NOW)
        said = custody.Readers(one.recipient, tuple(sorted({three.first, three.me})))
        state = {"recipient": one.recipient, "keys": {three.first: "", three.me: ""}}
        subject = f"compartment/{one.id}"
        for action, fields in (("admit", {"compartment": said}), ("erase", {})):
            forging.write(case, three.me, action, subject, state, signers=[mine(case)], **fields)
    with cases.opened(three.folder) as case:
        assert case.chain.current() == [one]
        assert len(case.chain.problems) == 2


def test_a_copy_in_which_somebody_made_a_key_for_themselves_is_not_merged(
    three: Three, tmp_path: Path
) -> None:
    with cases.opened(three.folder, write=True) as case:
        seal(case, three.source)
    shutil.copytree(three.folder, tmp_path / "theirs" / "case")
    with three.as_evil(tmp_path / "theirs" / "case") as case:
        forge_compartment(case, three.me, "compartment", "cd" * 8, (three.me,))
    with (
        cases.opened(three.folder, write=True) as case,
        cases.opened(tmp_path / "theirs" / "case") as other,
        pytest.raises(CheckFailedError, match="authority"),
    ):
        merging.merge(case, other, now=NOW, random=os.urandom)


def test_who_was_dismissed_does_not_come_back_by_a_merge_of_their_own_hand(
    three: Three, tmp_path: Path
) -> None:
    """They merge an old copy, in which they could still read, and write the rest by hand."""
    with cases.opened(three.folder, write=True) as case:
        seal(case, three.source)
        compartment.admit(case, three.me, now=NOW)
    old = tmp_path / "old" / "case"
    shutil.copytree(three.folder, old)
    with three.as_evil(old) as case:
        store.put(case, Source(pseudonym="Sample Egret", sample=True), now=NOW)
    with cases.opened(three.folder, write=True) as case:
        compartment.dismiss(case, three.me, now=NOW, random=os.urandom)
    with three.as_evil() as case, cases.opened(old, three.evil) as other:
        (had,) = other.chain.current()
        (state,) = other.database.execute(
            "SELECT state FROM records WHERE subject = ?", (f"compartment/{had.id}",)
        ).fetchone()
        state = compartment.json.loads(bytes(state))
        name = branches.keep(case, other)
        forging.write(
            case, three.me, "merge", "merge/ab", {"branch": name}, signers=[mine(case)],
            branch=name,
        )  # fmt: skip
        said = custody.Readers(had.recipient, tuple(sorted(had.readers)))
        for target in (had.id, "cd" * 8):
            forging.write(
                case, three.me, "merge", f"compartment/{target}", state, signers=[mine(case)],
                compartment=said,
            )  # fmt: skip
    with cases.opened(three.folder) as case:
        assert len(case.chain.problems) == 2
        (one,) = case.chain.current()
        assert one.readers == {three.first}
    assert "authority" in kinds(three.folder)


def test_whose_key_was_replaced_reads_nothing_by_a_merge_either(
    three: Three, tmp_path: Path
) -> None:
    """Whoever replaced the key has the new one: an old list of readers must not lead to it."""
    with cases.opened(three.folder, write=True) as case:
        seal(case, three.source)
        compartment.admit(case, three.them, now=NOW)
    old = tmp_path / "old" / "case"
    shutil.copytree(three.folder, old)
    with three.as_evil(old) as case:
        store.put(case, Source(pseudonym="Sample Egret", sample=True), now=NOW)
    own, recipient = age_key()
    with three.as_evil() as case, cases.opened(old, three.evil) as other:
        members.replace_key(
            case, recipient, name="Victim Sample", reason="", now=NOW, random=os.urandom
        )
        (had,) = other.chain.current()
        (state,) = other.database.execute(
            "SELECT state FROM records WHERE subject = ?", (f"compartment/{had.id}",)
        ).fetchone()
        name = branches.keep(case, other)
        forging.write(
            case, three.me, "merge", "merge/ab", {"branch": name}, signers=[mine(case)],
            branch=name,
        )  # fmt: skip
        forging.write(
            case, three.me, "merge", f"compartment/{had.id}",
            compartment.json.loads(bytes(state)), signers=[mine(case)],
            compartment=custody.Readers(had.recipient, tuple(sorted(had.readers))),
        )  # fmt: skip
    with cases.opened(three.folder) as case:
        assert len(case.chain.problems) == 1
        assert case.chain.current()[0].readers == {three.first}
        assert not opens(case, own)


def test_two_keys_that_claim_to_be_current_are_settled_before_anything_is_sealed(
    three: Three, tmp_path: Path
) -> None:
    """From an older copy, of before there was any: its member may make a first one there."""
    theirs = tmp_path / "theirs" / "case"
    shutil.copytree(three.folder, theirs)
    with three.as_evil(theirs) as case:
        source = store.put(case, Source(pseudonym="Sample Egret", sample=True), now=NOW).ref
        seal(case, source)
    with cases.opened(three.folder, write=True) as case, cases.opened(theirs) as other:
        seal(case, three.source)
        merging.merge(case, other, now=NOW, random=os.urandom)
        with pytest.raises(InputError, match="several keys claim"):
            seal(case, three.source)
        assert verify(case) == []
    with three.as_evil() as case:
        compartment.admit(case, three.first, own=three.evil, now=NOW)
    with cases.opened(three.folder, write=True) as case:
        compartment.renew(case, now=NOW, random=os.urandom)
        seal(case, three.source)
        assert verify(case) == []
