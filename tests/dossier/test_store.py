"""Records in a case: every version with its entry, nothing overwritten, all or nothing."""

from pathlib import Path

import pytest
from samples import (
    NOW,
    actor,
    camera,
    desk,
    finding,
    item,
    source,
    telling,
    text,
)

from contrechamp.base.errors import InputError
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.short_names import full_ref
from contrechamp.dossier.writing import erasing, store
from contrechamp.dossier.writing.store import Put, new_id
from contrechamp.vault import database, subjects
from contrechamp.vault.case import Case
from contrechamp.vault.log.history import history
from contrechamp.vault.verifying import verify
from vault import cases


def sound(case: Case) -> bool:
    found = verify(case)
    assert not found, found
    return True


def test_a_record_is_read_back_from_the_closed_case(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        ref = at.put(source(role="SAMPLE neighbour"), reason="told at the door")
        assert sound(at.case)
    with cases.opened(tmp_path / "case") as case:
        found = lookup.get(case, ref)
        assert found.record == source(role="SAMPLE neighbour")
        assert (found.version, found.kind, found.at) == (1, "source", "2026-05-01T12:00:00Z")
        line = history(case)[-1]
        assert (line.action, line.subject, line.reason) == ("record", ref, "told at the door")


def test_every_version_stays_and_is_checked_against_the_log(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        ref = at.put(source())
        for role in ("one", "two", "three"):
            at.put(source(role=role), ref)
        told = [stored.record.role for stored in lookup.versions(at.case, ref)]
        assert told == ["", "one", "two", "three"]
        assert [s.version for s in lookup.versions(at.case, ref)] == [1, 2, 3, 4]
        assert sound(at.case)
        at.case.database.execute(
            "UPDATE versions SET state = CAST(replace(state, 'one', 'won') AS BLOB)"
        )
        assert [(f.kind, f.subject) for f in verify(at.case)] == [("version", ref)]
        at.case.database.execute(
            "DELETE FROM versions WHERE entry = (SELECT min(entry) FROM versions)"
        )
        assert {f.kind for f in verify(at.case)} == {"version"}
        assert len(verify(at.case)) == 2


def test_a_version_put_in_by_hand_is_found(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        ref = at.put(source())
        at.case.database.execute(
            "INSERT INTO versions SELECT subject, '', 0, salt, state FROM records "
            "WHERE subject = ?",
            (ref,),
        )
        assert [(f.kind, f.subject) for f in verify(at.case)] == [("version", ref)]


def test_who_read_an_older_version_does_not_overwrite_the_newer(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        ref = at.put(source())
        at.put(source(role="mine"), ref, version=1)
        with pytest.raises(InputError, match="changed meanwhile"):
            at.put(source(role="theirs"), ref, version=1)
        assert lookup.get(at.case, ref).record.role == "mine"


def test_a_batch_may_cite_within_itself_and_is_all_or_nothing(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        one, two, three = (new_id() for _ in range(3))
        batch = [
            Put(finding(f"record/{two}#p1"), three, new=True),
            Put(telling(f"record/{one}"), two, new=True),
            Put(source(), one, new=True),
        ]
        before = at.case.size
        with pytest.raises(InputError, match=f"testimony {two}: source"):
            store.put_all(at.case, batch[:2], now=NOW)
        assert (at.case.size, list(lookup.listed(at.case))) == (before, [])
        store.put_all(at.case, batch, now=NOW)
        assert lookup.count(at.case) == {"finding": 1, "testimony": 1, "source": 1}
        assert at.case.database.execute("SELECT count(*) FROM checkpoints").fetchone() == (2,)
        with pytest.raises(InputError, match="already"):
            store.put_all(at.case, batch[2:], now=NOW)
        assert sound(at.case)


def test_what_is_written_in_one_transaction_is_checked_once_more(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        ref = at.put(source())
        gone = at.put(source()).removeprefix("record/")
        erasing.erase(at.case, [gone], reason="SAMPLE", now=NOW)
        there, size = ref.removeprefix("record/"), at.case.size
        refused = {
            Put(source(), there, new=True): "already",
            Put(source(), gone, new=True): "already",
            Put(source(), gone): "was erased",
            Put(source(), new_id()): "no such record",
            Put(actor(), there): "is a source: a record cannot change its kind",
            Put(source(), there, version=7): "changed meanwhile",
        }
        for one, why in refused.items():
            new = Put(source(), new_id(), new=True)
            with (
                pytest.raises(InputError, match=why),
                database.transaction(at.case.database),
            ):
                store.write(at.case, [new, one], now=NOW)
            assert (at.case.size, lookup.count(at.case)) == (size, {"source": 1})
        assert sound(at.case)


def test_erasing_and_writing_go_into_the_log_together(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        ref, other = at.put(source()), at.put(source())
        at.put(source(role="SAMPLE neighbour"), ref)
        size = at.case.size
        with database.transaction(at.case.database):
            (new,) = store.write(
                at.case,
                [Put(source(role="SAMPLE"), other.removeprefix("record/"))],
                changes=[store.erasure(ref.removeprefix("record/"), "SAMPLE", NOW)],
                now=NOW,
            )
        lines = history(at.case)[size:]
        assert [(one.action, one.subject) for one in lines] == [("erase", ref), ("edit", other)]
        assert (new.version, new.entry) == (2, size + 1)
        assert subjects.earlier(at.case, ref) == []
        assert lookup.find(at.case, ref) is None
        assert sound(at.case)


def test_a_record_stays_of_its_kind(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        ref = at.put(source())
        with pytest.raises(InputError, match="is a source: a record cannot change its kind"):
            at.put(actor(), ref)


def test_fields_are_checked_of_records_made_in_python_too(tmp_path: Path) -> None:
    with desk(tmp_path) as at, pytest.raises(InputError, match=r"first_seen"):
        at.put(camera(first_seen="last spring"))


def test_who_cites_what_is_known_both_ways(tmp_path: Path) -> None:
    photo = item(tmp_path)
    with desk(tmp_path) as at:
        told = at.put(telling(at.put(source())))
        found = at.put(finding(f"{told}#p1", photo))
        assert [c.citing for c in lookup.cited_by(at.case, told)] == [found.removeprefix("record/")]
        assert [c.field for c in lookup.cited_by(at.case, f"{told}#p1")] == ["evidence[1].ref"]
        assert not lookup.cited_by(at.case, f"{told}#p2")
        assert [c.citing for c in lookup.cited_by(at.case, photo)] == [
            found.removeprefix("record/")
        ]
        at.put(finding(photo), found)
        assert not lookup.cited_by(at.case, told)


def test_a_record_is_named_by_the_beginning_of_its_id(tmp_path: Path) -> None:
    photo = item(tmp_path)
    with desk(tmp_path) as at:
        ref = at.put(telling(at.put(source())))
        assert full_ref(at.case, ref.removeprefix("record/")[:12]) == ref
        assert full_ref(at.case, ref + "#p1") == ref + "#p1"
        assert full_ref(at.case, photo[:17]) == photo
        for nothing in ("zz", "", "member/", "record/", "record/%"):
            with pytest.raises(InputError):
                full_ref(at.case, nothing)


def plain_dump(case: Case, tmp_path: Path) -> bytes:
    """Return every byte of the database, decrypted."""
    target = tmp_path / "plain.db"
    case.database.set_authorizer(None)  # which lets nobody attach anything
    case.database.execute(f"ATTACH DATABASE '{target}' AS plain KEY ''")
    case.database.execute("SELECT sqlcipher_export('plain')")
    case.database.execute("DETACH DATABASE plain")
    return target.read_bytes()


def test_an_erased_record_is_gone_with_all_its_versions_and_the_log_verifies(
    tmp_path: Path,
) -> None:
    with desk(tmp_path) as at:
        ref = at.put(telling(at.put(source()), summary="SAMPLE unmistakable first"))
        at.put(telling(at.put(source()), summary="SAMPLE unmistakable second"), ref)
        cited = at.put(finding(f"{ref}#p1"))
        assert b"unmistakable" in plain_dump(at.case, tmp_path)
        (tmp_path / "plain.db").unlink()
        assert erasing.erase(at.case, [ref], reason="SAMPLE", now=NOW) == [ref[7:]]
        dump = plain_dump(at.case, tmp_path)
        assert b"unmistakable" not in dump
        assert b"turnstile" not in dump
        with pytest.raises(InputError, match="was erased"):
            lookup.get(at.case, ref)
        assert lookup.get(at.case, cited).record.evidence[0].ref == f"{ref}#p1"
        assert sound(at.case)
        # Who cites it can still be edited, and nobody else can begin to cite it.
        at.put(finding(f"{ref}#p1", confidence="alleged"), cited)
        with pytest.raises(InputError, match="no such record"):
            at.put(finding(ref))
        assert sound(at.case)


def test_earlier_versions_alone_can_be_erased(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        ref = at.put(source(role="unmistakable"))
        at.put(source(role="calm"), ref)
        assert erasing.forget_versions(at.case, ref, reason="SAMPLE", now=NOW) == 1
        assert b"unmistakable" not in plain_dump(at.case, tmp_path)
        assert [s.record.role for s in lookup.versions(at.case, ref)] == ["calm"]
        at.put(source(role="calmer"), ref)
        assert [s.version for s in lookup.versions(at.case, ref)] == [2, 3]
        assert sound(at.case)


def test_a_version_that_was_erased_and_is_still_there_is_found(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        ref = at.put(source())
        at.put(source(role="two"), ref)
        kept = at.case.database.execute("SELECT * FROM versions").fetchall()
        erasing.erase(at.case, [ref], reason="SAMPLE", now=NOW)
        at.case.database.executemany("INSERT INTO versions VALUES (?, ?, ?, ?, ?)", kept)
        assert [(f.kind, f.subject) for f in verify(at.case)] == [("version", ref)]


def test_the_text_of_a_claim_is_in_each_language() -> None:
    claim = (*text("SAMPLE"), *text("ÉCHANTILLON", "fr"))
    assert finding(claim=claim).title() == "SAMPLE"
