"""What leaves the case is what consent lets go to whom it is for, and nothing else; SAMPLEs."""

import itertools
import json
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyrage
import pytest
from samples import (
    DAY,
    NOW,
    Desk,
    actor,
    camera,
    consent,
    desk,
    exhibit,
    finding,
    publication,
    source,
    telling,
)

from contrechamp.base.errors import InputError
from contrechamp.dossier.formats.write import exporting
from contrechamp.dossier.permission import consent as consents
from contrechamp.dossier.permission import reviews
from contrechamp.dossier.permission.sharing import ANYONE, Recipient
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.records.conflicts import Conflict
from contrechamp.dossier.records.field_types import Evidence, ReadFrom
from contrechamp.dossier.records.people import Grant
from contrechamp.dossier.records.publications import Use
from contrechamp.dossier.records.testimony import Challenge, Interview, Passage
from contrechamp.dossier.writing import store
from contrechamp.dossier.writing.store import Put, new_id
from contrechamp.vault.access import members
from contrechamp.vault.access.slots import AgeIdentities
from contrechamp.vault.verifying import verify
from vault import cases

LAWYER = "Sample Lawyer"
#: Files that begin like a picture, a sound, a video, a document, and like nothing known.
BEGINNINGS = {
    "picture": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00",
    "sound": b"RIFF\x24\x00\x00\x00WAVEfmt ",
    "video": b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom",
    "document": b"%PDF-1.7\n",
    "unknown": b"\x00\x01\x02\x03",
}
#: What each needs beside being shared, as `docs/reference/records.md` says.
NEEDED = {
    "testimony": set(), "picture": {"image"}, "sound": {"voice"}, "video": {"image", "voice"},
    "document": set(), "unknown": {"image", "voice"}, "source": {"pseudonym"},
}  # fmt: skip
WHEN = {
    "in force": {},
    "withdrawn": {"withdrawn_on": "2026-05-01"},
    "ended": {"until": "2026-04-30"},
    "not yet": {"given_on": "2026-05"},
}


def everything_in(folder: Path) -> bytes:
    """Return every byte of an export, what is packed unpacked."""
    found = b""
    for file in sorted(folder.rglob("*")):
        if file.suffix == ".xlsx":
            with zipfile.ZipFile(file) as book:
                found += b"".join(book.read(name) for name in book.namelist())
        elif file.is_file():
            found += file.read_bytes()
    return found


def items(tmp_path: Path, kinds: list[str]) -> list[str]:
    """Add a file of each kind to the case; return the references of the items."""
    with desk(tmp_path):
        folder = tmp_path / "files"
    folder.mkdir()
    for number, kind in enumerate(kinds):
        (folder / f"{number:06}").write_bytes(BEGINNINGS[kind] + f"SAMPLE {number}".encode())
    added = {one.path.name: one.item for one in cases.add(tmp_path / "case", folder)}
    return [f"item/{added[name]}" for name in sorted(added)]


@pytest.fixture(scope="module")
def matrix(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, list[Any], str]]:
    """A case with every combination of grants, narrowing, state of the consent and thing."""
    tmp_path = tmp_path_factory.mktemp("matrix")
    extras = ("pseudonym", "voice", "image", "court", "lawyer")
    subsets = [set(s) for n in range(6) for s in itertools.combinations(extras, n)]
    states = [(narrowed, "in force") for narrowed in ("all", "this", "other")]
    states += [("all", when) for when in WHEN if when != "in force"]
    combinations = [
        (extra, *state, thing)
        for extra, state, thing in itertools.product(subsets, states, ("testimony", "picture"))
    ]
    combinations += itertools.product(
        subsets, ["all"], ["in force"], ("sound", "video", "document", "unknown")
    )
    files = iter(items(tmp_path, [k for *_rest, k in combinations if k in BEGINNINGS]))
    with desk(tmp_path) as at:
        court = at.put(actor(kind="public-body"))
        expected = []
        for number, (extra, narrowed, when, thing) in enumerate(combinations):
            who, given, agreed, other = (new_id() for _ in range(4))
            of = f"record/{who}"
            puts = [Put(source(pseudonym=f"WHO{number:05}X"), who, new=True)]
            if thing == "testimony":
                told = (Passage(key="p1", text=f"GIVEN{number:05}X"),)
                puts.append(Put(telling(of, passages=told, summary=""), given, new=True))
            else:
                given_ = exhibit(next(files), what=f"GIVEN{number:05}X", given_by=of)
                puts.append(Put(given_, given, new=True))
            if narrowed == "other":
                puts.append(Put(telling(of, passages=(), summary=""), other, new=True))
            grants = [Grant(use=use) for use in extra if use not in {"court", "lawyer"}]
            grants += [Grant(use=use) for use in ("quoted", "name")[: number % 3]]
            if "court" in extra:
                grants.append(Grant(use="shared", with_actors=(court,)))
            if "lawyer" in extra:
                grants.append(Grant(use="shared", with_whom=(LAWYER,)))
            about = {"all": (), "this": (f"record/{given}",), "other": (f"record/{other}",)}
            agreement = consent(
                of, grants=tuple(grants) or (Grant(use="held"),), about=about[narrowed],
                witness=f"WITNESS{number:05}X", **WHEN[when],
            )  # fmt: skip
            puts.append(Put(agreement, agreed, new=True))
            store.put_all(at.case, puts, now=NOW)
            expected.append((number, extra, narrowed, when, thing))
        yield at, expected, court


@pytest.mark.slow
@pytest.mark.parametrize(
    ("whom", "name"),
    [(whom, "jsonl") for whom in ("anyone", "court", "lawyer", "somebody", "team")]
    + [("court", "csv")],
)
def test_every_combination_of_consent_and_recipient(
    whom: str, name: str, matrix: tuple[Desk, list[Any], str], tmp_path: Path
) -> None:
    at, expected, court = matrix
    recipient = {
        "anyone": ANYONE, "court": Recipient(actor=court), "lawyer": Recipient(name=LAWYER),
        "somebody": Recipient(name="Sample Somebody"), "team": Recipient(team=True),
    }[whom]  # fmt: skip
    exporting.write(at.case, tmp_path / "out", name, day=DAY, recipient=recipient, now=NOW)
    out = everything_in(tmp_path / "out").decode()
    gone: dict[str, set[int]] = {"GIVEN": set(), "WHO": set(), "WITNESS": set()}
    for number, extra, narrowed, when, thing in expected:
        if whom == "team":
            gone["WHO"].add(number)
            gone["WITNESS"].add(number)
            if when == "in force" and narrowed != "other":
                gone["GIVEN"].add(number)
        elif when == "in force" and whom in extra:
            if narrowed != "other" and extra >= NEEDED[thing]:
                gone["GIVEN"].add(number)
            if narrowed == "all" and extra >= NEEDED["source"]:
                gone["WHO"].add(number)
    found = {
        mark: {number for number, *_rest in expected if f"{mark}{number:05}X" in out}
        for mark in gone
    }
    assert found == gone
    assert bool(gone["GIVEN"]) == (whom in {"court", "lawyer", "team"})


@pytest.mark.parametrize("name", ["jsonl", "csv", "xlsx", "ftm", "osm"])
def test_words_of_others_about_what_stays_stay_too(name: str, tmp_path: Path) -> None:
    (photo, table) = items(tmp_path, ["picture", "document"])
    key = pyrage.x25519.Identity.generate()
    with desk(tmp_path) as at:
        who = at.put(source(pseudonym="SECRETHERON"))
        told = at.put(telling(who, interview=Interview(date="2026-04"), summary="SECRETSUMMARY"))
        agreed = at.put(consent(who, "held", "quoted", witness="SECRETWITNESS"))
        at.put(exhibit(photo, given_by=who, what="SECRETPHOTO"))
        at.put(exhibit(table, given_by=who, what="SECRETTABLE"))
        evidence = (
            Evidence(ref=f"{told}#p1", says="SECRETSAYS", at="SECRETAT"),
            Evidence(ref=photo, says="SECRETSEEN"),
        )
        cited = at.put(finding(evidence=evidence))
        at.put(Challenge(about=told, kind="contested", on="2026-05", why="SECRETWHY"))
        at.put(Challenge(about=photo, kind="contested", on="2026-05", why="SECRETWHY"))
        at.put(Conflict(about=agreed, field="witness", why="SECRETCONFLICT"))
        members.share(
            at.case, str(key.to_public()), name="Second Sample", reason="", now=NOW,
            random=os.urandom,
        )  # fmt: skip
    with desk(tmp_path, secret=AgeIdentities((str(key),))) as at:
        reviews.review(at.case, told, "changes", why="SECRETREVIEW", now=NOW)
        maker = at.put(actor(read_from=ReadFrom(item=table), names=actor().names))
        at.put(camera(operator=maker, name="OPENCAMERA", sample=False))
        out = exporting.write(at.case, tmp_path / name, name, day=DAY)
        assert lookup.id_of(maker) in out.kept_back or name == "osm"
    found = everything_in(tmp_path / name)
    assert b"SECRET" not in found
    assert b"Sample Cameras" not in found
    if name == "jsonl":
        (line,) = (
            row
            for row in map(json.loads, (tmp_path / name / "records.jsonl").open(encoding="utf-8"))
            if row["id"] == lookup.id_of(cited)
        )
        assert line["closed_left_out"]
        assert line["fields"]["evidence"] == [{"ref": f"{told}#p1"}, {"ref": photo}]


def test_a_use_that_is_not_shown_keeps_to_whom_it_was(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        told = at.put(telling(at.put(source())))
        use = Use(of=told, use="shared", to_whom="SECRETLAWYER")
        at.put(publication(uses=(use,)))
        exporting.write(at.case, tmp_path / "out", "jsonl", day=DAY)
    assert b"SECRET" not in everything_in(tmp_path / "out")


def test_the_log_says_what_went_to_whom_and_limits_are_told(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        who, court = at.put(source()), at.put(actor(kind="public-body"))
        told, other = at.put(telling(who)), at.put(telling(at.put(source())))
        grant = Grant(use="shared", with_actors=(court,), limits="SAMPLE: not before the summer")
        at.put(consent(who, grants=(grant,)))
        size = at.case.size
        out = exporting.write(
            at.case, tmp_path / "court", "jsonl", day=DAY, recipient=Recipient(court), now=NOW,
            reason="SAMPLE order",
        )  # fmt: skip
        assert out.limits == {lookup.id_of(told): ["SAMPLE: not before the summer"]}
        assert [one.why for one in out.kept_back[lookup.id_of(other)]] == ["none"]
        assert at.case.size == size + 1
        (state,) = at.case.database.execute(
            "SELECT state FROM records WHERE subject LIKE 'export/%'"
        ).fetchone()
        said = json.loads(bytes(state))
        assert (said["for"], said["team"], said["name"]) == (court, False, "court")
        assert said["records"] == [lookup.id_of(told)]
        assert "Sample Cameras Ltd" in (tmp_path / "court" / exporting.FOR_WHOM).read_text()
        assert not verify(at.case)
        exporting.write(at.case, tmp_path / "open", "jsonl", day=DAY)
        assert at.case.size == size + 1
        with pytest.raises(InputError, match="not an actor"):
            exporting.write(
                at.case, tmp_path / "x", "jsonl", day=DAY, recipient=Recipient(told), now=NOW
            )


def test_a_recording_is_handed_out_with_consent_to_the_voice(tmp_path: Path) -> None:
    (sound,) = items(tmp_path, ["sound"])
    with desk(tmp_path) as at:
        who = at.put(source())
        at.put(telling(who, recordings=(sound,)))
        at.put(consent(who, grants=(Grant(use="shared", with_whom=(LAWYER,)),)))
        view = consents.View(at.case)
        found = consents.lacking_to_share(view, sound, DAY, to_whom=LAWYER)
        assert [(one.use, one.why) for one in found] == [("voice", "none")]
        at.put(consent(who, "voice"))
        view = consents.View(at.case)
        assert not consents.lacking_to_share(view, sound, DAY, to_whom=LAWYER)


def test_a_file_that_many_records_came_from_is_asked_about_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (table,) = items(tmp_path, ["document"])
    asked = []
    for name in ("cited_by", "citations_in"):
        known = getattr(lookup, name)
        noting = lambda case, *what, known=known: asked.append(what) or known(case, *what)  # noqa: E731
        monkeypatch.setattr(lookup, name, noting)
    with desk(tmp_path) as at:
        for number in range(9):
            at.put(camera(read_from=ReadFrom(item=table, at=str(number))))
        asked.clear()
        exporting.write(at.case, tmp_path / "out", "csv", day=DAY)
    assert (table,) not in asked  # it is named as often as there are records
    assert 1 <= len(asked) <= 2 * len(set(asked))  # for each of two views, not for each record
