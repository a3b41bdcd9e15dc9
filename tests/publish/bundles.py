"""A SAMPLE case whose publication has claims of many kinds, and what others do to its bundle."""

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contrechamp.dossier.records.field_types import Evidence, Text
from contrechamp.dossier.records.fieldwork import Area, Population
from contrechamp.dossier.records.findings import Recommendation
from contrechamp.dossier.records.letters import Letter, Question
from contrechamp.dossier.records.publications import Use
from contrechamp.publish.bundle import writing
from contrechamp.publish.bundle.writing import FORM
from contrechamp.publish.report import publishing
from contrechamp.vault.anchors import anchor, anchoring
from contrechamp.vault.bags import bag, exporting, signed
from contrechamp.vault.case import Case
from contrechamp.vault.log import checkpoint
from contrechamp.vault.log.history import newest_checkpoint
from dossier.samples import (
    NOW,
    Desk,
    actor,
    consent,
    desk,
    finding,
    item,
    publication,
    released,
    source,
    telling,
    text,
)
from vault import timestamp_authority

SECRET_NAME = "sample-secret-name.txt"
#: A square of a kilometre or so, made up.
SQUARE = (
    '{"type": "Polygon", "coordinates": [[[10.0, 50.0], [10.01, 50.0], [10.01, 50.01], '
    "[10.0, 50.01], [10.0, 50.0]]]}"
)
TSA = "http://127.0.0.1/tsa"


@dataclass
class Sample:
    """A case with a publication, and references to what it shows."""

    folder: Path
    ref: str
    refs: dict[str, str]
    secret: bytes = b""

    @contextmanager
    def opened(self) -> Iterator[Desk]:
        """Open the case for writing."""
        with desk(self.folder) as at:
            yield at

    def publish(self, out: Path, **more: Any) -> Path:
        """Publish it; return the bundle."""
        with self.opened() as at:
            publishing.publish(at.case, self.ref, out, **{"now": NOW, **more})
        return out / writing.FOLDER


def sample(folder: Path) -> Sample:
    """Make the case."""
    folder.mkdir(parents=True, exist_ok=True)
    paper = item(folder, b"SAMPLE figures, made up.", SECRET_NAME)
    told = item(folder, b"SAMPLE paper that somebody gave.", "sample-given.txt")
    square = item(folder, SQUARE.encode(), "sample-square.geojson")
    with desk(folder) as at:
        given = at.put(source())
        said = at.put(telling(given, recordings=(told,)))
        at.put(consent(given, "held", "pseudonym"))
        body = at.put(actor(evidence=(Evidence(ref=paper),)))
        quarter = at.put(
            Area(
                names=text("Sample Quarter"), boundary=square, sample=True,
                population=(Population(count=1200, year=2017),),
            )
        )  # fmt: skip
        claims = (
            Text(language="en", text="SAMPLE: faces are compared at the gate."),
            Text(language="ar", text="عينة: تُقارن الوجوه عند البوابة.", made="translated"),
        )
        first = at.put(finding(paper, f"{said}#p1", claim=claims))
        second = at.put(finding(paper, told, claim=text("SAMPLE: =cmd()|' nobody was asked.")))
        letter = at.put(
            Letter(
                to=body, language="en", subject="SAMPLE questions", about=(first,),
                sent_on="2026-03-01", due_on="2026-04-01",
                questions=(Question(key="q1", text="SAMPLE: what is it for?"),), sample=True,
            )
        )  # fmt: skip
        advice = at.put(
            Recommendation(
                what=text("SAMPLE: take it down."), to_kind="company", to=body, findings=(first,),
                evidence=(Evidence(ref=paper),), sample=True,
            )
        )  # fmt: skip
        closed = at.put(actor(names=text("Sample Unpublished Ltd"), note="SAMPLE closed note"))
        ref = at.put(
            publication(
                first, second, letter, quarter, advice, body, on="2026-05-01", number="SAMPLE-1",
                by="Sample House", summary=text("SAMPLE: in short."),
                uses=(Use(of=f"{said}#p1", use="pseudonym"),),
            )
        )  # fmt: skip
        released(at, ref)
        released(at, paper)  # the file itself may leave, and its name is not told all the same
        refs = {
            "paper": paper, "told": told, "source": given, "testimony": said, "actor": body,
            "first": first, "second": second, "letter": letter, "advice": advice, "closed": closed,
        }  # fmt: skip
        return Sample(folder, ref, refs)


def anchored(at: Sample, authority: Path) -> None:
    """Have the newest checkpoint dated by an authority of the test."""
    with at.opened() as desk_:
        note = newest_checkpoint(desk_.case)
        anchoring.queue(desk_.case, anchor.rfc3161_anchor(note, TSA))
        sent = anchoring.send_waiting(
            desk_.case, lambda _url, body, _kind: timestamp_authority.reply(authority, body)
        )
        assert not sent[0].problem


def lists_anew(folder: Path) -> None:
    """Make every manifest fit again, as a forger would."""
    paths = sorted(str(one.relative_to(folder)) for one in folder.rglob("*") if one.is_file())
    kept = [one for one in paths if "manifest-" not in one and one != bag.CHECKPOINT]
    for tag in (False, True):
        if tag:
            kept += [bag.manifest_name(one) for one in bag.ALGORITHMS]
        for algorithm in bag.ALGORITHMS:
            lines = [
                f"{hashlib.new(algorithm, (folder / path).read_bytes()).hexdigest()}  {path}\n"
                for path in sorted(kept)
                if bag.is_payload(path) != tag
            ]
            (folder / bag.manifest_name(algorithm, tag=tag)).write_text("".join(lines))


def signed_anew(folder: Path, case: Case) -> None:
    """Make manifests fit, and sign them with the publisher's own key, who takes something back."""
    lists_anew(folder)
    name, _public = exporting.signer(case)
    said, _signatures = checkpoint.parse((folder / bag.CHECKPOINT).read_text())
    digests = [hashlib.sha256((folder / path).read_bytes()).hexdigest() for path in FORM.files]
    made = signed.Making(said.extensions[1], said.extensions[2])
    note = signed.sign(said, made, digests, name, case.unlocked.signing_seed, FORM)
    (folder / bag.CHECKPOINT).write_text(note)


def copied(bundle: Path, target: Path) -> Path:
    """Return a copy of a bundle."""
    return Path(shutil.copytree(bundle, target))
