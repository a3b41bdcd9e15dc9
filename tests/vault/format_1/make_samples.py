"""Makes the sample cases of format 1 beside this file; all in them is made up.

It was run once, with the code that wrote format 1 (commit f7fef22) and the tests of that commit on
the path; the code of today cannot make them. `facts.json` says what is in them.

- ``everything.tar.xz``: items, small and large, two of one content, erased ones; records of every
  kind with versions, some erased or forgotten; identities; two members, a third who left; keys
  changed; reasons; a merged copy.
- ``partner.tar.xz``: the partner's copy of it, which went on after it had been merged: only the
  files that differ; those that it lacks are in `facts.json`.
- ``interrupted.tar.xz``: an ``add`` that was killed after a batch was committed, before its files
  were in place.
"""

import io
import json
import os
import shutil
import tarfile
import tempfile
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pyrage

from contrechamp.dossier.identities import compartment
from contrechamp.dossier.identities.compartment import Identity
from contrechamp.dossier.merge import merging
from contrechamp.dossier.writing import erasing, store
from contrechamp.vault import adding, objects
from contrechamp.vault.access import members, slots
from contrechamp.vault.bags import exporting
from dossier import samples
from vault import cases

HERE = Path(__file__).parent
LARGE = 90_000  # more than one chunk of age
clock = [cases.NOW]
facts: dict = {"passphrase": cases.PASSPHRASE, "items": {}, "erased": [], "records": {}}


def now():
    clock[0] += timedelta(minutes=1)
    return clock[0]


def put_file(folder: Path, name: str, content: bytes) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(content)
    return folder / name


def add(case, *paths: Path, reason: str = "") -> list[str]:
    found = list(adding.add(case, paths, now=now, random=os.urandom, reason=reason))
    for one in found:
        content = one.path.read_bytes()
        facts["items"][one.item] = {"name": one.path.name, "sha256": sha256(content).hexdigest()}
    return [one.item for one in found]


def erase_item(case, item: str, reason: str = "SAMPLE: consent withdrawn") -> None:
    erasing.erase_refs(case, [f"item/{item}"], reason=reason, now=now())
    facts["items"].pop(item)
    facts["erased"].append(f"item/{item}")


def put(case, record, **more):
    stored = store.put(case, record, now=now(), **more)
    facts["records"][stored.id] = stored.version
    return stored


def large() -> bytes:
    return (b"SAMPLE recording, made up. " * 4_000)[:LARGE]


def everything(work: Path) -> None:
    folder = work / "everything"
    facts["recovery"] = cases.new(folder)
    own = pyrage.x25519.Identity.generate()
    facts["own_key"] = str(own)
    with cases.opened(folder, write=True) as case:
        first = add(
            case,
            put_file(work / "in", "letter.txt", b"SAMPLE letter, made up."),
            reason="SAMPLE: handed over by Wagtail",
        )
        add(case, put_file(work / "in", "recording.bin", large()))
        add(case, put_file(work / "in2", "copy.txt", b"SAMPLE letter, made up."))
        gone = add(
            case,
            put_file(work / "in", "gone.txt", b"SAMPLE: what Plover said, made up."),
            reason="SAMPLE: handed over by Plover",
        )
        source = put(case, samples.source(), reason="SAMPLE: met at the gate")
        put(case, samples.consent(source.ref, "held"), reason="SAMPLE: said on Monday")
        told = put(case, samples.telling(source.ref), reason="SAMPLE: told on Monday")
        put(case, replace(told.record, summary="SAMPLE of waiting, corrected"), record_id=told.id)
        put(case, samples.exhibit(f"item/{first[0]}"))
        actor = put(case, samples.actor())
        put(
            case,
            replace(actor.record, names=samples.text("Sample Cameras plc")),
            record_id=actor.id,
        )
        put(case, samples.camera())
        put(case, samples.finding(told.ref))
        lost = put(
            case,
            samples.actor(names=samples.text("Sample Lapwing Ltd")),
            reason="SAMPLE: named by Lapwing",
        )
        put(
            case,
            replace(lost.record, names=samples.text("Sample Lapwing and Sons")),
            record_id=lost.id,
        )
        erasing.erase(case, [lost.id], reason="SAMPLE: named by mistake", now=now())
        facts["records"].pop(lost.id)
        facts["erased"].append(lost.ref)
        old = put(case, samples.actor(names=samples.text("Sample Dunlin before")))
        put(case, replace(old.record, names=samples.text("Sample Dunlin")), record_id=old.id)
        erasing.forget_versions(case, old.id, reason="SAMPLE: a former name", now=now())
        facts["records"][old.id] = 2
        compartment.seal(
            case,
            source.id,
            Identity("Made-up Person", "nowhere"),
            reason="",
            now=now(),
            random=os.urandom,
        )
        facts["identity_of"] = source.id
        members.share(
            case,
            str(own.to_public()),
            name="Sample Partner",
            reason="SAMPLE: helps",
            now=now(),
            random=os.urandom,
        )
        other = pyrage.x25519.Identity.generate()
        members.share(
            case,
            str(other.to_public()),
            name="Sample Leaver",
            reason="",
            now=now(),
            random=os.urandom,
        )
        compartment.admit(
            case, next(m for m, n, *_ in members.members(case) if n == "Sample Partner"), now=now()
        )
        erase_item(case, gone[0])
    with cases.opened(folder, slots.AgeIdentities((str(other),)), write=True) as case:
        add(case, put_file(work / "in", "leaver.txt", b"SAMPLE, added by who left, made up."))
    with cases.opened(folder, write=True) as case:
        members.unshare(case, "Sample Leaver", reason="SAMPLE: left", now=now(), random=os.urandom)
    partner = work / "partner"
    shutil.copytree(folder, partner)
    theirs = slots.AgeIdentities((str(own),))
    with cases.opened(partner, theirs, write=True) as case:
        members.renew_signing_key(case, reason="", now=now(), random=os.urandom)
        add(
            case,
            put_file(work / "in", "partner.txt", b"SAMPLE: from the partner, made up."),
            reason="SAMPLE: handed over by Dotterel",
        )
        put(case, samples.source(pseudonym="Sample Curlew"), reason="SAMPLE: met by the partner")
    with cases.opened(folder, write=True) as case, cases.opened(partner, theirs) as other_copy:
        merging.merge(
            case, other_copy, reason="SAMPLE: the partner's work", now=now(), random=os.urandom
        )
    with cases.opened(folder, write=True) as case:
        exporting.export(
            case,
            first,
            work / "bag",
            recipients=[],
            plain=True,
            reason="SAMPLE: for the archive",
            now=now(),
        )
        add(case, put_file(work / "in", "extra.txt", b"SAMPLE extra, made up."))
    with cases.opened(partner, theirs, write=True) as case:
        ours, facts["items"] = facts["items"], {}
        add(case, put_file(work / "in", "later.txt", b"SAMPLE: later, from the partner, made up."))
        facts["partners"], facts["items"] = facts["items"], ours


def interrupted(work: Path) -> None:
    folder = work / "interrupted"
    cases.new(folder)
    source = cases.files(work / "many", count=5, size=900)
    facts["many"] = sorted(path.name for path in source.iterdir())
    adding.BATCH_FILES = 2
    real, calls = objects.put_in_place, []

    def put_in_place(*arguments):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        real(*arguments)

    objects.put_in_place = put_in_place
    try:
        with cases.opened(folder, write=True) as case:
            for _one in adding.add(case, [source], now=now, random=os.urandom):
                pass
    except KeyboardInterrupt:
        pass
    objects.put_in_place = real


def packed(folder: Path, target: Path, beside: Path) -> None:
    with tarfile.open(target, "w:xz", format=tarfile.USTAR_FORMAT) as tar:
        for path in sorted(folder.rglob("*")):
            info = tarfile.TarInfo(path.relative_to(folder.parent).as_posix())
            info.mode = 0o700 if path.is_dir() else 0o600
            if path.is_dir():
                info.type = tarfile.DIRTYPE
                tar.addfile(info)
            elif path.name != "case.lock":
                content, other = path.read_bytes(), beside / path.relative_to(folder)
                if other != path and other.exists() and other.read_bytes() == content:
                    continue
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        everything(work)
        interrupted(work)
        theirs = {path.relative_to(work / "partner") for path in (work / "partner").rglob("*")}
        ours = {path.relative_to(work / "everything") for path in (work / "everything").rglob("*")}
        facts["partner_lacks"] = sorted(path.as_posix() for path in ours - theirs)
        for one in ("everything", "partner", "interrupted"):
            packed(work / one, HERE / f"{one}.tar.xz", work / "everything")
    (HERE / "facts.json").write_text(json.dumps(facts, indent=1) + "\n")
