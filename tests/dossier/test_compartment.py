"""True identities: read by the members of their compartment alone, and found nowhere else."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pyrage
import pytest
from samples import DAY, NOW, desk, source, telling

from contrechamp.base.errors import InputError
from contrechamp.dossier.formats.write import json_lines
from contrechamp.dossier.identities import compartment, open_mentions
from contrechamp.dossier.identities.compartment import Identity
from contrechamp.dossier.permission import reviews
from contrechamp.dossier.reading import lookup, search
from contrechamp.dossier.reading.short_names import ShortNames
from contrechamp.vault.access import members
from contrechamp.vault.access.slots import AgeIdentities
from contrechamp.vault.log.history import history
from contrechamp.vault.verifying import verify
from vault import cases
from vault.leaks import told

#: Made up, and unlike any word that stands elsewhere.
NAME = "Zubeida Quartzfeather"
CONTACT = "behind the blue xylophone"
WHO = Identity(name=NAME, contact=CONTACT, other="SAMPLE, made up")
WORDS = ("zubeida", "quartzfeather", "xylophone")


def seal(at, ref: str, who: Identity = WHO, **more) -> None:
    compartment.seal(at.case, ref, who, now=NOW, random=os.urandom, **more)


def reveal(at, ref: str, **more) -> list[Identity]:
    return compartment.reveal(at.case, ref, reason="SAMPLE", now=NOW, **more)


def plain(at, tmp_path: Path) -> bytes:
    target = tmp_path / "plain.db"
    target.unlink(missing_ok=True)
    at.case.database.set_authorizer(None)  # which lets nobody attach anything
    at.case.database.execute(f"ATTACH DATABASE '{target}' AS plain KEY ''")
    at.case.database.execute("SELECT sqlcipher_export('plain')")
    at.case.database.execute("DETACH DATABASE plain")
    return target.read_bytes()


def holds(content: bytes) -> list[str]:
    low = content.lower()
    return [word for word in WORDS if word.encode() in low or word.encode("utf-16-le") in low]


def everything(at, tmp_path: Path) -> bytes:
    """Return all that the case gives out: database in the clear, exports, log, findings."""
    exported = "".join(json_lines.record_lines(at.case, ShortNames(at.case), DAY, closed=True))
    logged = "".join(map(str, history(at.case)))
    return plain(at, tmp_path) + exported.encode() + logged.encode() + told(at.case).encode()


def test_an_identity_is_read_by_its_members_and_stands_nowhere_else(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        ref = at.put(source())
        seal(at, ref, reason="SAMPLE reason")
        assert reveal(at, ref) == [WHO]
        assert holds(everything(at, tmp_path)) == []
        for word in WORDS:
            assert not search.find(at.case, word)
        assert not verify(at.case)
        actions = [line.action for line in history(at.case)][-3:]
        assert actions == ["compartment", "seal", "reveal"]
        assert told(WHO) == "Identity() Identity()"


def test_nor_after_renames_edits_and_another_identity(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        ref = at.put(source())
        seal(at, ref)
        at.put(source(pseudonym="Sample Egret"), ref)
        seal(at, ref, replace(WHO, contact="elsewhere"))
        assert [one.contact for one in reveal(at, ref)] == ["elsewhere"]
        at.put(telling(ref))
        assert holds(everything(at, tmp_path)) == []
        assert compartment.erase(at.case, ref, reason="SAMPLE", now=NOW) == 1
        with pytest.raises(InputError, match="no identity"):
            reveal(at, ref)
        assert not verify(at.case)


def test_the_length_of_what_is_sealed_tells_nothing(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        lengths = set()
        for name in ("Bo", "Bo " * 300):
            ref = at.put(source())
            seal(at, ref, Identity(name=name))
            lengths |= {
                len(json.loads(bytes(state))["sealed"])
                for (state,) in at.case.database.execute(
                    "SELECT state FROM records WHERE subject LIKE 'identity/%'"
                )
            }
        assert max(lengths) - min(lengths) < 400  # what age pads by chance


@pytest.mark.parametrize("field", ["pseudonym", "role"])
def test_a_pseudonym_that_tells_the_name_is_refused_without_repeating_it(
    field: str, tmp_path: Path
) -> None:
    with desk(tmp_path) as at:
        ref = at.put(source(**{field: "Miss QUARTZFEATHER"}))
        with pytest.raises(InputError) as caught:
            seal(at, ref)
        assert holds(told(caught.value).encode()) == []
        with pytest.raises(InputError) as caught:
            seal(at, at.put(source()), reason="it is Zubeida")
        assert holds(told(caught.value).encode()) == []


def test_errors_carry_no_identity(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        ref = at.put(source())
        seal(at, ref)
        attempts = (
            lambda: seal(at, ref, replace(WHO, name=" ")),
            lambda: seal(at, ref, replace(WHO, other=CONTACT * 9999)),
            lambda: seal(at, at.put(telling(ref))),
            lambda: compartment.admit(at.case, "nobody", now=NOW),
            lambda: compartment.dismiss(at.case, "nobody", now=NOW, random=os.urandom),
        )
        for attempt in attempts:
            with pytest.raises(InputError) as caught:
                attempt()
            assert holds(told(caught.value).encode()) == []


def test_other_members_of_the_case_seal_but_do_not_read_until_they_are_admitted(
    tmp_path: Path,
) -> None:
    key = pyrage.x25519.Identity.generate()
    own = AgeIdentities((str(key),))
    with desk(tmp_path) as at:
        first, second = at.put(source()), at.put(source(pseudonym="Sample Egret"))
        seal(at, first)
        other = members.share(
            at.case, str(key.to_public()), name="Other Sample", reason="", now=NOW,
            random=os.urandom,
        )  # fmt: skip
    with desk(tmp_path, secret=own) as at:
        with pytest.raises(InputError, match="not open to you") as caught:
            reveal(at, first, own=own)
        assert holds(told(caught.value).encode()) == []
        seal(at, second)
        with pytest.raises(InputError, match="not open to you"):
            reveal(at, second, own=own)
        with pytest.raises(InputError, match="not open to you"):
            compartment.admit(at.case, other, own=own, now=NOW)
    with desk(tmp_path) as at:
        assert reveal(at, second) == [WHO]
        compartment.admit(at.case, other, now=NOW)
        assert len(compartment.members(at.case)) == 2
    with desk(tmp_path, secret=own) as at:
        assert reveal(at, first, own=own) == [WHO]
        with pytest.raises(InputError, match="to themselves"):
            compartment.dismiss(at.case, other, own=own, now=NOW, random=os.urandom)
    with desk(tmp_path) as at:
        compartment.dismiss(at.case, other, now=NOW, random=os.urandom)
        assert reveal(at, first) == reveal(at, second) == [WHO]
        assert holds(everything(at, tmp_path)) == []
        assert not verify(at.case)
    with desk(tmp_path, secret=own) as at, pytest.raises(InputError, match="not open to you"):
        reveal(at, first, own=own)


def test_who_may_read_identities_can_look_where_names_slipped_into_the_open(
    tmp_path: Path,
) -> None:
    (tmp_path / "Quartzfeather.txt").write_text("SAMPLE")
    with desk(tmp_path):
        pass
    photo = cases.add(tmp_path / "case", tmp_path / "Quartzfeather.txt")[0].item
    with desk(tmp_path) as at:
        ref, calm = at.put(source()), at.put(source(pseudonym="Sample Egret"))
        seal(at, ref)
        seal(at, calm, Identity(name="Nobody Else"))
        assert open_mentions.mentions(at.case) == {ref[7:]: {f"item/{photo}"}}
        slip = at.put(telling(ref, summary="SAMPLE: ZUBEIDA said"), reason="zubeida called")
        entry = f"entry/{at.case.size - 1}"
        assert open_mentions.mentions(at.case)[ref[7:]] == {f"item/{photo}", slip, entry}


def test_a_case_without_identities_has_no_compartment(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        ref = at.put(source())
        assert compartment.members(at.case) == []
        assert compartment.erase(at.case, ref, reason="SAMPLE", now=NOW) == 0
        with pytest.raises(InputError, match="no identity is sealed"):
            compartment.admit(at.case, at.case.unlocked.member, now=NOW)
        assert lookup.get(at.case, ref)
        assert reviews.reviews(at.case, ref) == []
