"""What is erased is nowhere any more, and what still holds its words is told; SAMPLE words."""

import json
import os
from pathlib import Path

import pytest
from samples import NOW, actor, camera, consent, desk, exhibit, finding, item, source, telling

from contrechamp.dossier.formats.write import exporting
from contrechamp.dossier.identities import compartment
from contrechamp.dossier.permission.sharing import Recipient
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.records.conflicts import Conflict
from contrechamp.dossier.records.field_types import Evidence, ReadFrom, Text
from contrechamp.dossier.records.people import Grant
from contrechamp.dossier.records.testimony import Challenge, Passage
from contrechamp.dossier.writing import erasing, store
from contrechamp.dossier.writing.remains import remains
from contrechamp.vault import erasing as vault_erasing
from contrechamp.vault import object_keys
from contrechamp.vault.case import Case
from contrechamp.vault.texts import taking
from contrechamp.vault.verifying import verify
from vault import cases
from vault.text_files import pdf

TOLD = "SAMPLE zanzibarword quuxword, the turnstile plughword stays xyzzyword red"
WORDS = ("zanzibarword", "quuxword", "plughword", "xyzzyword")


def holding(case: Case, words: tuple[str, ...] = WORDS) -> set[str]:
    """Return the tables and objects of a case in which any of the words can be read."""
    found = set()
    db = case.database
    tables = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    for (table,) in tables:
        for row in db.execute(f'SELECT * FROM "{table}"').fetchall():
            for value in row:
                content = value if isinstance(value, bytes) else str(value).encode()
                if any(word.encode() in content.lower() for word in words):
                    found.add(str(table))
    for key in object_keys.every(case):
        if any(word.encode() in object_keys.read(case, key).lower() for word in words):
            found.add("object")
    assert db.execute("PRAGMA freelist_count").fetchone() == (0,)
    return found


@pytest.mark.parametrize("with_source_files", [True, False])
def test_after_a_withdrawal_the_words_are_nowhere_or_it_is_told_where(
    with_source_files: bool, tmp_path: Path
) -> None:
    table = item(tmp_path, f"name;said\nSAMPLE;{TOLD}\nSAMPLE 2;other\n".encode())
    again = item(tmp_path, f"name;said\nSAMPLE;{TOLD}\nSAMPLE 2;other\n".encode(), "again.csv")
    with desk(tmp_path) as at:
        who = at.put(source())
        given = at.put(telling(who, read_from=ReadFrom(item=table, at="2")))
        english = Text(language="en", text=TOLD, made="translated")
        passages = (
            Passage(key="p1", text=TOLD, translations=(english,)),
            Passage(key="p2", text=TOLD, closed=True),
        )
        told = telling(who, read_from=ReadFrom(item=table, at="2"), passages=passages, note=TOLD)
        at.put(told, given)
        at.put(telling(who, passages=(), read_from=told.read_from), given)
        other = at.put(actor(read_from=ReadFrom(item=table, at="3")))
        at.put(Conflict(about=given, field="note", mine=json.dumps(TOLD)))
        agreed = at.put(consent(who))
        assert holding(at.case) >= {"versions", "records", "object"}
        done = erasing.withdraw(
            at.case, agreed, on="2026-05-01", erase_given=True, reason="SAMPLE asked", now=NOW,
            with_source_files=with_source_files,
        )  # fmt: skip
        assert given in done.erased
        if with_source_files:
            assert {table, again} <= set(done.erased)
            assert holding(at.case) == set()
            assert (done.remains.files, done.remains.repeated) == ((), ())
            assert "erased_at" in lookup.item_state(at.case, table[5:])
        else:
            assert holding(at.case) == {"object"}
            (file,) = done.remains.files
            assert (file.ref, file.how, file.others) == (table, "read-from", 1)
            assert done.remains.repeated == (again,)
        assert lookup.get(at.case, other).record.read_from.item == table
        assert not verify(at.case)
        assert "SAMPLE" not in repr(done)  # what is told to a person is never the words


def test_every_place_that_repeats_the_words_is_told(tmp_path: Path) -> None:
    escaped = json.dumps({"said": "SAMPLE é: zanzibarword quuxword é plughword xyzzyword stays"})
    notes = item(tmp_path, escaped.encode())
    photo = item(tmp_path, b"\xff\xd8\xff\xe0\x00\x10JFIF\x00 SAMPLE")
    with desk(tmp_path) as at:
        who = at.put(source())
        passages = (Passage(key="p1", text="Zanzibarword, quuxword: é PLUGHWORD xyzzyword stays"),)
        given = at.put(telling(who, passages=passages, summary=""))
        says = "SAMPLE “zanzibarword quuxword é plughword xyzzyword stays”"
        quoting = at.put(finding(evidence=(Evidence(ref=f"{given}#p1", says=says),)))
        earlier = at.put(
            finding(counter=says) if hasattr(finding(), "counter") else finding(note=says)
        )
        at.put(finding(), earlier)
        at.put(Challenge(about=given, kind="contested", on="2026-05", why="SAMPLE: another word"))
        store.put(at.case, actor(), reason=says, now=NOW)
        number = at.case.size - 1
        version = at.case.database.execute(
            "SELECT entry FROM versions WHERE subject = ?", (earlier,)
        ).fetchone()[0]
        found = remains(at.case, [given])
        assert set(found.repeated) == {
            quoting, f"{earlier} (entry {version})", f"entry/{number}", notes,
        }  # fmt: skip
        assert found.unread == 1  # the photo
        assert quoting in found.citing
        assert photo not in found.repeated
        # And it is all of them: nothing else can be read once these are gone.
        erasing.erase(at.case, [given, quoting, earlier], reason="SAMPLE", now=NOW)
        vault_erasing.erase(at.case, [notes[5:]], reason="SAMPLE", now=NOW)
        assert holding(at.case, ("zanzibarword",)) == {"reasons"}


def test_a_document_that_repeats_the_words_is_told_once_its_text_was_read(
    tmp_path: Path,
) -> None:
    letter = item(tmp_path, pdf("SAMPLE", TOLD))
    with desk(tmp_path) as at:
        who = at.put(source())
        given = at.put(telling(who, passages=(Passage(key="p1", text=TOLD),), summary=""))
        before = remains(at.case, [given])
        taking.take(at.case)
        found = remains(at.case, [given])
    assert (before.repeated, before.unread) == ((), 1)
    assert (found.repeated, found.unread) == ((letter,), 0)


def test_a_day_and_a_time_are_no_words_of_it(tmp_path: Path) -> None:
    day = item(tmp_path, b"SAMPLE log\n2026-04-02\n02.04.2026 10:30:15\n2026-04-02T10:30:15Z\n")
    with desk(tmp_path) as at:
        told = telling(at.put(source()), summary="2026-04-02", note="2026-04-02 10:30")
        given = at.put(told)
        at.put(actor(note="2026-04-02"))
        assert remains(at.case, [given]).repeated == ()
        assert day


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("14 May 2022", False),
        ("le 14 mai 2022", False),
        ("1 200 000,50 EUR", False),
        ("35.1 31.5 within 10 m", False),
        ("the red gate", True),
        ("3 men at 2 gates", True),
    ],
)
def test_days_and_amounts_are_no_words_of_it_however_they_are_written(
    tmp_path: Path, said: str, *, told: bool
) -> None:
    with desk(tmp_path) as at:
        gone = at.put(camera(name=said))
        other = at.put(camera(name=f"SAMPLE {said}"))
        found = remains(at.case, [gone]).repeated
    assert (other in found) is told


def test_a_recording_and_what_was_exported_are_told(tmp_path: Path) -> None:
    sound = item(tmp_path, b"RIFF\x24\x00\x00\x00WAVEfmt SAMPLE")
    with desk(tmp_path) as at:
        who = at.put(source())
        given = at.put(telling(who, recordings=(sound,)))
        shown = at.put(exhibit(sound, given_by=who))
        agreed = at.put(consent(who, grants=(Grant(use="held"),)))
        exporting.write(
            at.case,
            tmp_path / "backup",
            "jsonl",
            day=NOW.date(),
            recipient=Recipient(team=True),
            now=NOW,
        )
        found = remains(at.case, [given])
        assert [(one.ref, one.how) for one in found.files] == [(sound, "given")]
        (copy,) = found.outside
        assert (copy.name, copy.team, copy.of) == ("backup", True, (given,))
        done = erasing.withdraw(at.case, agreed, on="2026-05-01", reason="SAMPLE", now=NOW)
        assert [set(one.of) for one in done.remains.outside] == [{given, shown}]
        assert done.remains.files == ()


def test_who_it_was_is_gone_with_the_words(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        who = at.put(source())
        at.put(telling(who, passages=(Passage(key="p1", text=TOLD),)))
        identity = compartment.Identity(name="Zanzibarword Quuxword")
        compartment.seal(at.case, who, identity, now=NOW, random=os.urandom)
        agreed = at.put(consent(who))
        erasing.withdraw(
            at.case, agreed, on="2026-05-01", erase_given=True, reason="SAMPLE", now=NOW
        )
        assert holding(at.case) == set()
    with cases.opened(tmp_path / "case") as case:
        assert holding(case) == set()


def test_records_and_items_are_erased_at_once_and_what_remains_is_told(tmp_path: Path) -> None:
    table = item(tmp_path, f"name;said\nSAMPLE;{TOLD}\n".encode())
    photo = item(tmp_path, b"SAMPLE photo")
    with desk(tmp_path) as at:
        told = at.put(telling(at.put(source()), read_from=ReadFrom(item=table, at="2"), note=TOLD))
        citing = at.put(finding(told))
        done = erasing.erase_refs(at.case, [told, photo], reason="SAMPLE", now=NOW)
        assert (done.refs, done.records) == ((told, photo), (told[7:],))
        assert len(done.objects) == 1
        assert [one.ref for one in done.remains.files] == [table]
        assert done.remains.citing == (citing,)
        assert holding(at.case, ("plughword",)) == {"object"}
