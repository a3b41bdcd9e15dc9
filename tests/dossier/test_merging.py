"""Two members' copies of one case come together: nothing is lost silently, all stays provable."""

import base64
import json
import os
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pyrage
import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import DAY, NOW, Desk, camera, desk, finding, released, source, telling, text

from contrechamp.base.errors import CheckFailedError, InputError
from contrechamp.dossier.identities import compartment
from contrechamp.dossier.identities.compartment import Identity
from contrechamp.dossier.merge import merging
from contrechamp.dossier.merge.three_way import merged
from contrechamp.dossier.permission import reviews
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.status import lacks
from contrechamp.dossier.writing import erasing
from contrechamp.dossier.writing.index_check import problems
from contrechamp.vault import adding
from contrechamp.vault.access import members
from contrechamp.vault.access.slots import AgeIdentities
from contrechamp.vault.bags import exporting, verifying
from contrechamp.vault.log import branches, canonical
from contrechamp.vault.log.history import newest_checkpoint
from contrechamp.vault.verifying import verify
from vault import cases

NAME = "Zubeida Quartzfeather"


@pytest.fixture
def two(tmp_path: Path) -> SimpleNamespace:
    """A case with a second member and some records, ready to be copied."""
    key = AgeIdentities((str(pyrage.x25519.Identity.generate()),))
    with desk(tmp_path) as at:
        recipient = str(pyrage.x25519.Identity.from_str(key.keys[0]).to_public())
        members.share(
            at.case, recipient, name="Second Sample", reason="", now=NOW, random=os.urandom
        )
        who = at.put(source())
        told = at.put(telling(who))
        seen = at.put(camera(name="SAMPLE camera"))
    found = SimpleNamespace(
        root=tmp_path, who=who, told=told, seen=seen, key=key, folder=tmp_path / "case"
    )
    found.copy = lambda: shutil.copytree(found.folder, tmp_path / "other" / "case")
    return found


@contextmanager
def theirs(two: SimpleNamespace):
    """The copy, opened by the second member."""
    with cases.opened(two.root / "other" / "case", two.key, write=True) as case:
        yield Desk(case, two.root / "other" / "case")


def merge(two: SimpleNamespace, at: Desk) -> merging.Merged:
    with cases.opened(two.root / "other" / "case", two.key) as other:
        return merging.merge(at.case, other, reason="SAMPLE", now=NOW, random=os.urandom)


def merge_back(two: SimpleNamespace, at: Desk) -> merging.Merged:
    with cases.opened(two.folder) as other:
        return merging.merge(at.case, other, reason="SAMPLE", now=NOW, random=os.urandom)


def nothing_new(two: SimpleNamespace) -> None:
    """Check that a merge either way says that there is nothing new, and writes nothing."""
    with desk(two.root) as at:
        size = at.case.size
        assert not merge(two, at).news
        assert at.case.size == size
    with theirs(two) as at:
        size = at.case.size
        assert not merge_back(two, at).news
        assert at.case.size == size


def sound(at: Desk, since: tuple[str, ...] = ()) -> bool:
    assert verify(at.case, since=since) == []
    assert problems(at.case) == []
    return True


def test_what_only_one_copy_has_is_taken_with_its_history_and_its_author(
    two: SimpleNamespace,
) -> None:
    two.copy()
    with theirs(two) as at:
        new = at.put(finding(f"{two.told}#p1", confidence="alleged"), reason="SAMPLE theirs")
        at.put(finding(f"{two.told}#p1", confidence="inferred"), new)
        at.put(camera(name="SAMPLE renamed"), two.seen)
        written = lookup.get(at.case, new)
        their_checkpoint = newest_checkpoint(at.case)
    with desk(two.root) as at:
        mine = at.put(finding(two.seen))
        my_checkpoint = newest_checkpoint(at.case)
        done = merge(two, at)
        assert (done.conflicts, done.joined, done.erased) == ((), (), ())
        assert set(done.taken) == {new, two.seen}
        got = lookup.get(at.case, new)
        assert got.record == written.record
        assert (got.member, got.digest) == (written.member, written.digest)
        assert got.member != at.case.unlocked.member
        assert lookup.get(at.case, two.seen).record.title() == "SAMPLE renamed"
        assert lookup.get(at.case, mine)
        # Checkpoints of both copies, kept elsewhere, are of trees that are still there.
        assert sound(at, (my_checkpoint, their_checkpoint))
        assert not merge(two, at).news
    with theirs(two) as at:  # the other way, and then neither has anything new
        back = merge_back(two, at)
        assert (set(back.taken) >= {mine}, back.conflicts, back.kept) == (True, (), ())
        assert sound(at, (my_checkpoint, their_checkpoint))
    nothing_new(two)


def test_a_second_person_still_cannot_review_what_came_from_them(two: SimpleNamespace) -> None:
    two.copy()
    with theirs(two) as at:
        new = at.put(finding(two.seen))
    with desk(two.root) as at:
        at.put(source(pseudonym="Sample Egret"))
        merge(two, at)
        reviews.review(at.case, new, "agreed", now=NOW)
    with desk(two.root, secret=two.key) as at, pytest.raises(InputError, match="second person"):
        reviews.review(at.case, new, "agreed", now=NOW)


def test_different_fields_are_joined_and_the_same_one_is_a_conflict(two: SimpleNamespace) -> None:
    two.copy()
    with theirs(two) as at:
        record = lookup.get(at.case, two.seen).record
        at.put(replace(record, mount="wall", name="SAMPLE theirs", first_seen="2025"), two.seen)
    with desk(two.root) as at:
        record = lookup.get(at.case, two.seen).record
        at.put(replace(record, kind="dome", name="SAMPLE mine"), two.seen)
        done = merge(two, at)
        assert done.joined == (two.seen,)
        got = lookup.get(at.case, two.seen).record
        assert (got.mount, got.kind, got.name, got.first_seen) == (
            "wall", "dome", "SAMPLE mine", "2025",
        )  # fmt: skip
        (conflict,) = done.conflicts
        told = lookup.get(at.case, conflict).record
        assert (told.about, told.field, told.outcome) == (two.seen, "name", "open")
        assert (told.before, told.mine, told.theirs) == (
            '"SAMPLE camera"', '"SAMPLE mine"', '"SAMPLE theirs"',
        )  # fmt: skip
        assert {(one.what, one.ref) for one in lacks(at.case, DAY)} >= {("decision", conflict)}
        with pytest.raises(CheckFailedError, match="two copies of the case said different"):
            released(at, two.seen, "conflict")
        at.put(replace(told, outcome="theirs"), conflict)
        assert not [one for one in lacks(at.case, DAY) if one.what == "decision"]
        assert sound(at)


@pytest.mark.slow
def test_copies_that_are_exchanged_again_and_again_take_only_what_is_new(
    two: SimpleNamespace,
) -> None:
    two.copy()
    kept = []

    def edit(at: Desk, **fields: str) -> None:
        at.put(replace(lookup.get(at.case, two.seen).record, **fields), two.seen)
        kept.append(newest_checkpoint(at.case))

    with theirs(two) as at:
        edit(at, mount="wall", name="SAMPLE theirs")
    with desk(two.root) as at:
        edit(at, kind="dome", name="SAMPLE mine")
        (conflict,) = merge(two, at).conflicts
        decided = replace(lookup.get(at.case, conflict).record, outcome="mine")
        at.put(decided, conflict)
    for round_ in range(3):
        with theirs(two) as at:
            edit(at, note=f"SAMPLE theirs {round_}")
            back = merge_back(two, at)
            assert (back.conflicts, back.kept) == ((), ())
            edit(at, last_seen=f"20{20 + round_}")
        with desk(two.root) as at:
            edit(at, first_seen=f"20{10 + round_}")
            done = merge(two, at)
            assert (done.conflicts, done.joined, done.kept) == ((), (two.seen,), ())
            got = lookup.get(at.case, two.seen).record
            assert (got.mount, got.kind, got.name) == ("wall", "dome", "SAMPLE mine")
            assert (got.note, got.last_seen) == (f"SAMPLE theirs {round_}", f"20{20 + round_}")
            assert got.first_seen == f"20{10 + round_}"
            assert sound(at, tuple(kept))
            # An entry is kept once, however often its log comes along.
            many, distinct = at.case.database.execute(
                "SELECT count(*), count(DISTINCT content) FROM branch_entries"
            ).fetchone()
            assert many == distinct
    with theirs(two) as at:
        assert merge_back(two, at).taken
        assert sound(at, tuple(kept))
    nothing_new(two)


def test_a_passage_taken_out_here_and_cited_there_comes_back(two: SimpleNamespace) -> None:
    two.copy()
    with theirs(two) as at:
        cited = at.put(finding(f"{two.told}#p1"))
    with desk(two.root) as at:
        record = lookup.get(at.case, two.told).record
        at.put(replace(record, passages=record.passages[1:]), two.told)
        done = merge(two, at)
        assert {one.key for one in lookup.get(at.case, two.told).record.passages} == {"p1", "p2"}
        assert [lookup.get(at.case, one).record.field for one in done.conflicts] == ["passages"]
        assert lookup.get(at.case, cited).record.evidence[0].ref == f"{two.told}#p1"
        assert sound(at)


def test_a_passage_taken_out_there_and_cited_here_stays(two: SimpleNamespace) -> None:
    two.copy()
    with theirs(two) as at:
        record = lookup.get(at.case, two.told).record
        at.put(replace(record, passages=record.passages[1:]), two.told)
    with desk(two.root) as at:
        at.put(finding(f"{two.told}#p1"))
        done = merge(two, at)
        assert {one.key for one in lookup.get(at.case, two.told).record.passages} == {"p1", "p2"}
        assert len(done.conflicts) == 1
        assert sound(at)


def test_what_together_breaks_a_rule_stays_as_it_is_here_and_is_told(two: SimpleNamespace) -> None:
    two.copy()
    with theirs(two) as at:
        at.put(camera(name="SAMPLE camera", last_seen="2024"), two.seen)
    with desk(two.root) as at:
        at.put(camera(name="SAMPLE camera", first_seen="2025"), two.seen)
        done = merge(two, at)
        got = lookup.get(at.case, two.seen).record
        assert (got.first_seen, got.last_seen) == ("2025", None)
        fields = {lookup.get(at.case, one).record.field for one in done.conflicts}
        assert fields == {"first_seen", "last_seen"}
        assert sound(at)


def test_what_one_copy_erased_is_erased_and_does_not_come_back(
    two: SimpleNamespace, tmp_path: Path
) -> None:
    two.copy()
    with theirs(two) as at:
        erasing.erase(at.case, [two.told], reason="SAMPLE asked", now=NOW)
        at.put(camera(name="SAMPLE unmistakable"), two.seen)
    with desk(two.root) as at:
        cited = at.put(finding(f"{two.told}#p1", confidence="alleged"))
        erasing.erase(at.case, [two.seen], reason="SAMPLE asked", now=NOW)
        done = merge(two, at)
        assert (done.erased, done.stays_erased) == ((two.told,), (two.seen,))
        assert lookup.find(at.case, two.told) is None
        assert lookup.find(at.case, two.seen) is None
        assert lookup.get(at.case, cited)
        assert sound(at)
        dump = tmp_path / "plain.db"
        at.case.database.set_authorizer(None)  # which lets nobody attach anything
        at.case.database.execute(f"ATTACH DATABASE '{dump}' AS plain KEY ''")
        at.case.database.execute("SELECT sqlcipher_export('plain')")
        assert b"unmistakable" not in dump.read_bytes()
        assert b"turnstile" not in dump.read_bytes()


def plain(case, root) -> bytes:
    """Return all that is in a database, decrypted."""
    dump = root / f"plain-{os.urandom(4).hex()}.db"
    case.database.set_authorizer(None)  # which lets nobody attach anything
    case.database.execute(f"ATTACH DATABASE '{dump}' AS plain KEY ''")
    case.database.execute("SELECT sqlcipher_export('plain')")
    case.database.execute("DETACH DATABASE plain")
    return dump.read_bytes()


@pytest.mark.slow
def test_what_was_erased_stays_erased_however_often_older_copies_are_merged(
    two: SimpleNamespace,
) -> None:
    photo = two.root / "shared.jpg"
    photo.write_bytes(b"SAMPLE shared")
    item = cases.add(two.folder, photo)[0].item
    with desk(two.root) as at:
        compartment.seal(at.case, two.who, Identity(name=NAME), now=NOW, random=os.urandom)
    two.copy()
    with theirs(two) as at:
        at.put(camera(name="SAMPLE kingfisher"), two.seen)
    with desk(two.root) as at:
        at.put(camera(name="SAMPLE mine"), two.seen)
        (conflict,) = merge(two, at).conflicts
    shutil.copytree(two.folder, two.root / "third" / "case")  # with the open conflict
    with theirs(two) as at:
        merge_back(two, at)
        at.put(replace(lookup.get(at.case, conflict).record, why="SAMPLE kingfisher"), conflict)
    with desk(two.root) as at:
        erasing.erase(at.case, [two.seen], reason="SAMPLE asked", now=NOW)
        erasing.vault_erasing.erase(at.case, [item], reason="SAMPLE asked", now=NOW)
        compartment.erase(at.case, two.who, reason="SAMPLE asked", now=NOW)
    with cases.opened(two.root / "third" / "case", write=True) as case:
        mine = Desk(case, two.root)
        mine.put(camera(name="SAMPLE kingfisher again"), two.seen)
    for _round in range(2):
        with desk(two.root) as at:
            for older in ("other", "third"):
                with cases.opened(two.root / older / "case") as other:
                    if _round == 0:
                        done = merging.merge(at.case, other, now=NOW, random=os.urandom)
                        assert done.stays_erased
            assert lookup.find(at.case, two.seen) is None
            assert lookup.find(at.case, conflict) is None
            assert "erased_at" in lookup.item_state(at.case, item)
            with pytest.raises(InputError, match="no identity is sealed"):
                compartment.reveal(at.case, two.who, reason="SAMPLE", now=NOW)
            assert b"kingfisher" not in plain(at.case, two.root)
            assert sound(at)
        with theirs(two) as at, cases.opened(two.root / "third" / "case") as third:
            if _round == 0:  # the live record comes along once more, by way of another copy
                merging.merge(at.case, third, now=NOW, random=os.urandom)
                merge_back(two, at)
            assert lookup.find(at.case, two.seen) is None
            assert b"kingfisher" not in plain(at.case, two.root)
            assert "erased_at" in lookup.item_state(at.case, item)
            assert sound(at)


@pytest.mark.parametrize("forgets", ["mine", "theirs"])
def test_earlier_versions_that_one_copy_erased_do_not_come_back(
    forgets: str, two: SimpleNamespace
) -> None:
    with desk(two.root) as at:
        at.put(camera(name="SAMPLE kingfisher"), two.seen)
        at.put(camera(name="SAMPLE camera"), two.seen)
    two.copy()

    def forget(at: Desk) -> None:
        erasing.forget_versions(at.case, two.seen, reason="SAMPLE asked", now=NOW)

    def go_on(at: Desk) -> None:
        at.put(camera(name="SAMPLE camera", mount="wall"), two.seen)

    with theirs(two) as at:
        (forget if forgets == "theirs" else go_on)(at)
    with desk(two.root) as at:
        (forget if forgets == "mine" else go_on)(at)
        done = merge(two, at)
        assert (done.forgotten, done.conflicts) == (
            (two.seen,) if forgets == "theirs" else (), ()
        )  # fmt: skip
        assert lookup.get(at.case, two.seen).record.mount == "wall"
        assert b"kingfisher" not in plain(at.case, two.root)
        assert sound(at)
    with theirs(two) as at:
        merge_back(two, at)
        assert lookup.get(at.case, two.seen).record.mount == "wall"
        assert b"kingfisher" not in plain(at.case, two.root)
        assert sound(at)
    nothing_new(two)


def test_items_come_with_their_content_and_erased_ones_go(two: SimpleNamespace) -> None:
    photos = two.root / "photos"
    photos.mkdir()
    (photos / "shared.jpg").write_bytes(b"SAMPLE shared")
    shared = cases.add(two.folder, photos / "shared.jpg")[0].item
    two.copy()
    (photos / "theirs.jpg").write_bytes(b"SAMPLE theirs " * 9)
    with theirs(two) as at:
        (added,) = adding.add(
            at.case, [photos / "theirs.jpg"], now=lambda: NOW, random=os.urandom, reason=""
        )
        erasing.vault_erasing.erase(at.case, [shared], reason="SAMPLE", now=NOW)
    with desk(two.root) as at:
        at.put(source(pseudonym="Sample Egret"))
        done = merge(two, at)
        assert f"item/{added.item}" in done.taken
        assert done.erased == (f"item/{shared}",)
        assert sound(at)
        exporting.export(
            at.case, [added.item], two.root / "bag", recipients=[], plain=True, now=NOW
        )
    files = list((two.root / "bag" / "data").rglob("*.jpg"))
    assert [path.read_bytes() for path in files] == [b"SAMPLE theirs " * 9]


def test_a_bag_proves_by_itself_who_added_an_item_in_a_copy_that_was_merged(
    two: SimpleNamespace,
) -> None:
    two.copy()
    (two.root / "theirs.jpg").write_bytes(b"SAMPLE theirs " * 9)
    with theirs(two) as at:
        (added,) = adding.add(
            at.case, [two.root / "theirs.jpg"], now=lambda: NOW, random=os.urandom, reason=""
        )
        adder = at.case.unlocked.member
    shutil.copytree(two.root / "other", two.root / "third")
    with cases.opened(two.root / "third" / "case", write=True) as case:  # and by way of a third
        Desk(case, two.root).put(source(pseudonym="Sample Egret"))
    for folder in ("other", "third"):
        with desk(two.root) as at, cases.opened(two.root / folder / "case") as other:
            at.put(source(pseudonym=f"Sample {folder}"))
            merging.merge(at.case, other, now=NOW, random=os.urandom)
    with desk(two.root) as at:
        assert at.case.unlocked.member != adder
        exporting.export(
            at.case, [added.item], two.root / "bag", recipients=[], plain=True, now=NOW
        )
    done = verifying.verify(two.root / "bag")
    assert (done.discrepancies, done.items) == ([], [added.item])
    path = two.root / "bag" / "custody" / f"{added.item}.json"
    document = json.loads(path.read_text())
    (branch,) = document["branches"]
    (entry,) = [json.loads(base64.b64decode(one["entry"])) for one in branch["entries"]]
    assert (entry["action"], entry["member"]) == ("add", adder)
    checked = subprocess.run(
        [sys.executable, "-I", two.root / "bag" / "check.py", path], capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert f"add by {adder}" in checked.stdout
    assert checked.stdout.endswith("right, as far as this program can tell\n"), checked.stderr
    for spoil in (_without, _of_another_member, _of_another_merge):
        path.write_bytes(canonical.dumps(spoil(json.loads(json.dumps(document)))))
        kinds = {one.kind for one in verifying.verify(two.root / "bag").discrepancies}
        assert "branch" in kinds, spoil


def _without(document: dict) -> dict:
    del document["branches"]
    return document


def _of_another_member(document: dict) -> dict:
    (one,) = document["branches"][0]["entries"]
    entry = json.loads(base64.b64decode(one["entry"]))
    entry["member"] = "0" * 16
    content = canonical.dumps(entry)
    one["entry"] = base64.b64encode(content).decode()
    return document


def _of_another_merge(document: dict) -> dict:
    document["branches"][0]["record"]["salt"] = base64.b64encode(bytes(32)).decode()
    return document


def test_members_of_the_other_copy_are_known_and_have_no_access_here(two: SimpleNamespace) -> None:
    two.copy()
    third = pyrage.x25519.Identity.generate()
    with theirs(two) as at:
        members.share(
            at.case, str(third.to_public()), name="Third Sample", reason="", now=NOW,
            random=os.urandom,
        )  # fmt: skip
    with desk(two.root) as at:
        at.put(source(pseudonym="Sample Egret"))
        done = merge(two, at)
        assert done.members == ("Third Sample",)
        assert sound(at)
    with pytest.raises(InputError), desk(two.root, secret=AgeIdentities((str(third),))):
        pass


def test_identities_are_joined_and_nothing_of_them_shows(
    two: SimpleNamespace, tmp_path: Path
) -> None:
    with desk(two.root) as at:
        compartment.seal(at.case, two.who, Identity(name=NAME), now=NOW, random=os.urandom)
        other = at.put(source(pseudonym="Sample Egret"))
    two.copy()
    with theirs(two) as at:
        compartment.seal(
            at.case, two.who, Identity(name=f"{NAME} junior"), now=NOW, random=os.urandom
        )
        compartment.seal(at.case, other, Identity(name="Nobody Else"), now=NOW, random=os.urandom)
    with desk(two.root) as at:
        compartment.seal(
            at.case, two.who, Identity(name=f"{NAME} senior"), now=NOW, random=os.urandom
        )
        done = merge(two, at)
        assert "Quartzfeather" not in repr(done)
        read = compartment.reveal(at.case, two.who, reason="SAMPLE", now=NOW)
        assert {one.name for one in read} == {f"{NAME} senior", f"{NAME} junior"}
        assert compartment.reveal(at.case, other, reason="SAMPLE", now=NOW)[0].name == "Nobody Else"
        assert sound(at)
        dump = tmp_path / "plain.db"
        at.case.database.set_authorizer(None)  # which lets nobody attach anything
        at.case.database.execute(f"ATTACH DATABASE '{dump}' AS plain KEY ''")
        at.case.database.execute("SELECT sqlcipher_export('plain')")
        assert b"uartzfeather" not in dump.read_bytes()


def test_a_third_copy_is_merged_through_the_second(two: SimpleNamespace) -> None:
    two.copy()
    shutil.copytree(two.folder, two.root / "third" / "case")
    with cases.opened(two.root / "third" / "case", write=True) as case:
        third = Desk(case, two.root).put(finding(two.seen), reason="SAMPLE third")
        kept = newest_checkpoint(case)
    with theirs(two) as at:
        at.put(finding(two.told))
        with cases.opened(two.root / "third" / "case") as other:
            merging.merge(at.case, other, now=NOW, random=os.urandom)
    with desk(two.root) as at:
        at.put(source(pseudonym="Sample Egret"))
        merge(two, at)
        assert lookup.get(at.case, third)
        assert len(branches.branches(at.case.database)) == 2
        assert sound(at, (kept,))


@pytest.mark.slow
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE branch_entries SET content = CAST(replace(content, 'edit', 'made') AS BLOB)",
        "DELETE FROM branch_entries WHERE number = (SELECT max(number) FROM branch_entries)",
        "DELETE FROM branches",
        "DELETE FROM branch_checkpoints",
        "UPDATE branch_keys SET public = zeroblob(32)",
        "UPDATE versions SET state = CAST(replace(state, 'alleged', 'unknown') AS BLOB) "
        "WHERE branch != ''",
        "DELETE FROM versions WHERE branch != ''",
        "UPDATE branch_entries SET reason = 'another'",
    ],
)
def test_what_is_changed_in_a_branch_is_found(statement: str, two: SimpleNamespace) -> None:
    two.copy()
    with theirs(two) as at:
        new = at.put(finding(two.seen, confidence="alleged"), reason="SAMPLE theirs")
        at.put(finding(two.seen, confidence="inferred"), new)
    with desk(two.root) as at:
        at.put(source(pseudonym="Sample Egret"))
        merge(two, at)
        assert sound(at)
        at.case.database.execute("PRAGMA foreign_keys = OFF")
        at.case.database.execute(statement)
        kinds = {one.kind for one in verify(at.case)}
        # Without the table, the entry of the merge is of a log that is not there.
        assert kinds - ({"authority"} if "FROM branches" in statement else set()) == {"branch"}


def test_a_copy_that_was_altered_and_another_case_are_not_merged(two: SimpleNamespace) -> None:
    two.copy()
    with theirs(two) as at:
        at.put(finding(two.seen))
        at.case.database.execute("UPDATE records SET salt = zeroblob(32) WHERE entry = 5")
    with desk(two.root) as at:
        at.put(source(pseudonym="Sample Egret"))
        size = at.case.size
        with pytest.raises(CheckFailedError, match="not what its log says"):
            merge(two, at)
        cases.new(two.root / "another")
        with (
            cases.opened(two.root / "another") as other,
            pytest.raises(InputError, match="not a copy of the same case"),
        ):
            merging.merge(at.case, other, now=NOW, random=os.urandom)
        assert at.case.size == size
        assert sound(at)


@given(*(st.dictionaries(st.sampled_from("abc"), st.integers(0, 2) | st.lists(st.integers(0, 3)))
         for _ in range(3)))  # fmt: skip
def test_no_value_of_either_side_is_lost_without_a_conflict(
    before: dict, mine: dict, theirs: dict
) -> None:
    result = merged(before, mine, theirs)
    for name in "abc":
        was, one, two = before.get(name), mine.get(name), theirs.get(name)
        got = result.fields.get(name)
        if name in result.conflicts:
            assert result.conflicts[name] == (was, one, two)
            assert got == one
        elif isinstance(one, list) and isinstance(two, list) and was not in (one, two):
            assert all(each in got for side in (one, two) for each in side)
        else:
            assert got == (two if one == was else one)
            assert one == two or was in (one, two)
    assert merged(before, theirs, mine).conflicts.keys() == result.conflicts.keys()


def test_the_text_of_a_sample_is_labelled() -> None:
    assert text("SAMPLE")[0].language == "en"


@pytest.mark.parametrize("breaks", ["before", "within", "behind"])
def test_an_interrupted_merge_leaves_the_case_as_before_or_merged(
    breaks: str, two: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = two.root / "photo.jpg"
    photo.write_bytes(b"SAMPLE of theirs")
    two.copy()
    with theirs(two) as at:
        new = at.put(finding(two.seen))
        (added,) = adding.add(at.case, [photo], now=lambda: NOW, random=os.urandom, reason="")
    with desk(two.root) as at:
        at.put(source(pseudonym="Sample Egret"))
        size = at.case.size

    class PulledPlugError(Exception):
        pass

    def pulled(*_arguments: object, **_more: object) -> None:
        raise PulledPlugError

    place = {
        "before": (merging.objects, "sync_incoming"),
        "within": (merging.branches, "_keep_versions"),
        "behind": (merging.objects, "put_in_place"),
    }[breaks]
    with monkeypatch.context() as patch:
        patch.setattr(*place, pulled)
        with pytest.raises(PulledPlugError), desk(two.root) as at:
            merge(two, at)
    with desk(two.root) as at:  # what opens it for writing puts it right
        if breaks == "behind":
            assert not merge(two, at).news
        else:
            assert at.case.size == size
            merge(two, at)
        assert lookup.get(at.case, new)
        assert lookup.item_state(at.case, added.item)
        assert sound(at)


def killed(two: SimpleNamespace, number: int) -> bool:
    """Merge in a process that dies with its statement of that number; return whether it died."""
    child = os.fork()
    if child == 0:
        left = iter(range(number))

        def count(_statement: str) -> None:
            if next(left, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            with desk(two.root) as at:
                at.case.database.set_trace_callback(count)
                merge(two, at)
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


@pytest.mark.slow
def test_a_merge_that_is_killed_anywhere_is_done_or_can_be_done_again(
    two: SimpleNamespace,
) -> None:
    photos = [two.root / "shared.jpg", two.root / "theirs.jpg"]
    for photo in photos:
        photo.write_bytes(f"SAMPLE {photo.name}".encode())
    shared = cases.add(two.folder, photos[0])[0].item
    with desk(two.root) as at:
        second = next(one for one, name, _left in members.members(at.case) if "Second" in name)
        compartment.seal(at.case, two.who, Identity(name=NAME), now=NOW, random=os.urandom)
        compartment.admit(at.case, second, now=NOW)
    shutil.copytree(two.folder, two.root / "old" / "case")
    two.copy()
    with theirs(two) as at:
        at.put(camera(name="SAMPLE theirs"), two.seen)
        (added,) = adding.add(at.case, photos[1:], now=lambda: NOW, random=os.urandom, reason="")
        erasing.vault_erasing.erase(at.case, [shared], reason="SAMPLE", now=NOW)
        erasing.erase(at.case, [two.told], reason="SAMPLE", now=NOW)
        new = at.put(source(pseudonym="Sample Heron"))
        compartment.seal(at.case, new, Identity(name="Nobody Else"), now=NOW, random=os.urandom)
    with desk(two.root) as at:
        at.put(camera(name="SAMPLE mine"), two.seen)
        compartment.dismiss(at.case, second, now=NOW, random=os.urandom)
    shutil.copytree(two.folder, two.root / "whole")
    number, deaths, step = 0, 0, 29
    while True:
        shutil.rmtree(two.folder)
        shutil.copytree(two.root / "whole", two.folder)
        if not killed(two, number):
            break
        deaths += 1
        number += step
        with desk(two.root) as at:
            with suppress(InputError):  # it may be done already
                merge(two, at)
            conflicts = list(lookup.every(at.case, "conflict"))
            assert [one.record.field for one in conflicts] == ["name"]
            assert lookup.find(at.case, two.told) is None
            assert "erased_at" in lookup.item_state(at.case, shared)
            assert "size" in lookup.item_state(at.case, added.item)
            assert second not in compartment.members(at.case)
            assert len(compartment.reveal(at.case, new, reason="SAMPLE", now=NOW)) == 1
            assert sound(at)
    assert deaths >= 5


@pytest.mark.parametrize("rotates", ["mine", "theirs"])
def test_identities_stay_readable_when_one_copy_changed_the_key(
    rotates: str, two: SimpleNamespace
) -> None:
    with desk(two.root) as at:
        second = next(one for one, name, _left in members.members(at.case) if "Second" in name)
        compartment.seal(at.case, two.who, Identity(name=NAME), now=NOW, random=os.urandom)
        compartment.admit(at.case, second, now=NOW)
        other = at.put(source(pseudonym="Sample Egret"))
    two.copy()

    def rotate(case) -> None:
        compartment.dismiss(case, second, now=NOW, random=os.urandom)

    def seal(case) -> None:
        compartment.seal(case, other, Identity(name="Nobody Else"), now=NOW, random=os.urandom)

    first, then = (rotate, seal) if rotates == "mine" else (seal, rotate)
    shutil.copytree(two.folder, two.root / "old" / "case")
    with cases.opened(two.root / "other" / "case", write=True) as case:
        then(case)
    with desk(two.root) as at:
        first(at.case)
        done = merge(two, at)
        names = {
            who.name
            for ref in (two.who, other)
            for who in compartment.reveal(at.case, ref, reason="SAMPLE", now=NOW)
        }
        assert names == {NAME, "Nobody Else"}
        assert sound(at)
        assert done.dismissed == ("Second Sample",)
        shut_out(two, at, second)
    # Nor does the dismissal come undone on the way back, or by an older copy.
    with cases.opened(two.root / "other" / "case", write=True) as case:
        with cases.opened(two.folder) as whole:
            merging.merge(case, whole, now=NOW, random=os.urandom)
        shut_out(two, Desk(case, two.root), second)
        assert len(compartment.reveal(case, other, reason="SAMPLE", now=NOW)) == 1
    with desk(two.root) as at:
        merge(two, at)
        shut_out(two, at, second)
    with desk(two.root) as at, cases.opened(two.root / "old" / "case") as old:
        assert not merging.merge(at.case, old, now=NOW, random=os.urandom).news
        shut_out(two, at, second)


def shut_out(two: SimpleNamespace, at: Desk, member: str) -> None:
    """Check that neither the member nor the key that an older copy gives them opens anything."""
    assert member not in compartment.members(at.case)
    with cases.opened(two.root / "old" / "case", two.key) as old:
        (kept,) = compartment._compartments(old).values()
        keys = [compartment._key(old, kept, two.key)]
    sealed = compartment.sealed_identities(at.case)
    assert sealed
    for _subject, state in sealed:
        assert compartment._decrypted(str(state["sealed"]), keys) is None
    assert sound(at)


@pytest.fixture
def three_readers(two: SimpleNamespace) -> SimpleNamespace:
    """An identity that three members of the case can read; and a copy from before that."""
    third = AgeIdentities((str(pyrage.x25519.Identity.generate()),))
    with desk(two.root) as at:
        recipient = str(pyrage.x25519.Identity.from_str(third.keys[0]).to_public())
        members.share(
            at.case, recipient, name="Third Sample", reason="", now=NOW, random=os.urandom
        )
        compartment.seal(at.case, two.who, Identity(name=NAME), now=NOW, random=os.urandom)
        found = {name: one for one, name, _left in members.members(at.case)}
        for name in ("Second Sample", "Third Sample"):
            compartment.admit(at.case, found[name], now=NOW)
    two.second, two.third = found["Second Sample"], found["Third Sample"]
    shutil.copytree(two.folder, two.root / "old" / "case")
    two.copy()
    return two


def test_who_was_dismissed_in_either_copy_reads_nothing_after_the_merge(
    three_readers: SimpleNamespace,
) -> None:
    two = three_readers
    with cases.opened(two.root / "other" / "case", write=True) as case:
        compartment.dismiss(case, two.second, now=NOW, random=os.urandom)
    with desk(two.root) as at:
        compartment.dismiss(at.case, two.third, now=NOW, random=os.urandom)
        done = merge(two, at)
        assert set(done.dismissed) == {"Second Sample", "Third Sample"}
        assert not done.old_key
        assert compartment.members(at.case) == [at.case.unlocked.member]
        read = compartment.reveal(at.case, two.who, reason="SAMPLE", now=NOW)
        assert {one.name for one in read} == {NAME}
        shut_out(two, at, two.second)
    with cases.opened(two.root / "other" / "case", write=True) as case:
        with cases.opened(two.folder) as whole:
            merging.merge(case, whole, now=NOW, random=os.urandom)
        assert compartment.members(case) == [case.unlocked.member]
        assert len(compartment.reveal(case, two.who, reason="SAMPLE", now=NOW)) >= 1
        shut_out(two, Desk(case, two.root), two.second)


def test_copies_that_closed_identities_to_each_other_are_not_merged_until_one_is_let_in(
    three_readers: SimpleNamespace,
) -> None:
    two = three_readers
    with desk(two.root) as at:
        for member in (two.second, two.third):
            compartment.dismiss(at.case, member, now=NOW, random=os.urandom)
        first = at.case.unlocked.member
        here = at.put(source(pseudonym="Sample Kite"))
        compartment.seal(at.case, here, Identity(name="Only Here"), now=NOW, random=os.urandom)
    with theirs(two) as at:
        for member in (first, two.third):
            compartment.dismiss(at.case, member, own=two.key, now=NOW, random=os.urandom)
        there = at.put(source(pseudonym="Sample Egret"))
        compartment.seal(at.case, there, Identity(name="Only There"), now=NOW, random=os.urandom)

    refused = "each copy has closed identities"
    with desk(two.root) as at:
        size = at.case.size
        with pytest.raises(InputError, match=refused):
            merge(two, at)
        assert at.case.size == size
        assert compartment.reveal(at.case, here, reason="SAMPLE", now=NOW)[0].name == "Only Here"
    with theirs(two) as at, cases.opened(two.folder) as whole:
        size = at.case.size
        with pytest.raises(InputError, match=refused):
            merging.merge(at.case, whole, own=two.key, now=NOW, random=os.urandom)
        assert at.case.size == size

    with desk(two.root) as at:  # they have talked
        compartment.admit(at.case, two.second, now=NOW)
        assert set(merge(two, at).dismissed) == {"Sample Member"}
        assert compartment.members(at.case) == [two.second]
        assert sound(at)
    with cases.opened(two.folder, two.key, write=True) as case:
        compartment.renew(case, own=two.key, now=NOW, random=os.urandom)
        for ref, name in ((here, "Only Here"), (there, "Only There"), (two.who, NAME)):
            found = compartment.reveal(case, ref, own=two.key, reason="SAMPLE", now=NOW)
            assert {one.name for one in found} == {name}


def test_who_merges_and_cannot_read_identities_gives_nobody_access_and_is_told(
    three_readers: SimpleNamespace,
) -> None:
    two = three_readers
    with desk(two.root) as at:
        compartment.dismiss(at.case, two.second, now=NOW, random=os.urandom)
        other = at.put(source(pseudonym="Sample Egret"))
    with theirs(two) as at:
        new = at.put(source(pseudonym="Sample Heron"))
        compartment.seal(at.case, new, Identity(name="Nobody Else"), now=NOW, random=os.urandom)
    with cases.opened(two.folder, two.key, write=True) as case:  # by the one who was dismissed
        with cases.opened(two.root / "other" / "case", two.key) as from_:
            done = merging.merge(case, from_, own=two.key, now=NOW, random=os.urandom)
        assert done.old_key
        assert done.dismissed == ("Second Sample",)
        assert two.second not in compartment.members(case)
        with pytest.raises(InputError, match="not open to you"):
            compartment.reveal(case, new, own=two.key, reason="SAMPLE", now=NOW)
    with desk(two.root) as at:
        assert "several-keys" in {one.why for one in lacks(at.case, DAY)}
        compartment.renew(at.case, now=NOW, random=os.urandom)
        assert "several-keys" not in {one.why for one in lacks(at.case, DAY)}
        shut_out(two, at, two.second)
        assert two.third in compartment.members(at.case)
        assert compartment.reveal(at.case, new, reason="SAMPLE", now=NOW)[0].name == "Nobody Else"
        assert compartment.reveal(at.case, two.who, reason="SAMPLE", now=NOW)[0].name == NAME
        assert lookup.get(at.case, other)
