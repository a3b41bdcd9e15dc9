"""SAMPLE records for tests: made-up people, places and papers, each labelled as such."""

import atexit
import functools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from contrechamp.cell.reading import Cell
from contrechamp.dossier.formats.read.importing import Imported, import_files
from contrechamp.dossier.formats.read.source_file import source_cell
from contrechamp.dossier.permission import reviews
from contrechamp.dossier.permission.gates import GATES
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.records.actors import Actor
from contrechamp.dossier.records.field_types import Evidence, Position, Record, Text
from contrechamp.dossier.records.fieldwork import Camera
from contrechamp.dossier.records.findings import Finding
from contrechamp.dossier.records.people import Consent, Grant, Source
from contrechamp.dossier.records.publications import Publication
from contrechamp.dossier.records.testimony import Exhibit, Interview, Passage, Testimony
from contrechamp.dossier.writing import store
from contrechamp.vault.case import Case
from vault import cases

DAY = date(2026, 5, 1)
NOW = cases.NOW


def text(words: str, language: str = "en") -> tuple[Text, ...]:
    return (Text(language=language, text=words),)


def source(**more: Any) -> Source:
    return Source(**{"pseudonym": "Sample Heron", "sample": True, **more})


def telling(of: str, **more: Any) -> Testimony:
    passages = (
        Passage(key="p1", text="SAMPLE: the turnstile stays red."),
        Passage(key="p2", text="SAMPLE: they took a picture of me.", closed=True),
    )
    return Testimony(
        **{
            "source": of, "interview": Interview(date="2026-04"), "language": "en",
            "passages": passages, "summary": "SAMPLE of waiting", "sample": True, **more,
        }
    )  # fmt: skip


def consent(of: str, *uses: str, **more: Any) -> Consent:
    grants = tuple(Grant(use=use) for use in uses or ("held",))
    return Consent(
        **{
            "source": of, "grants": grants, "given_on": "2026-04-01", "given_how": "spoken",
            "sample": True, **more,
        }
    )  # fmt: skip


def finding(*refs: str, **more: Any) -> Finding:
    return Finding(
        **{
            "claim": text("SAMPLE: faces are compared at the gate."),
            "confidence": "corroborated",
            "evidence": tuple(Evidence(ref=ref) for ref in refs),
            "sample": True,
            **more,
        }
    )


def exhibit(item: str, **more: Any) -> Exhibit:
    return Exhibit(**{"item": item, "what": "SAMPLE photo of a gate", "sample": True, **more})


def actor(**more: Any) -> Actor:
    return Actor(**{"names": text("Sample Cameras Ltd"), "kind": "company", "sample": True, **more})


def camera(**more: Any) -> Camera:
    position = Position(lon=Decimal("35.1"), lat=Decimal("31.5"))
    return Camera(**{"position": position, "sample": True, **more})


def publication(*cites: str, **more: Any) -> Publication:
    return Publication(
        **{"name": "SAMPLE report", "language": "en", "cites": cites, "sample": True, **more}
    )


@dataclass
class Desk:
    """An open case, and what is done at it."""

    case: Case
    folder: Path

    def put(self, record: Record, ref: str = "", **more: Any) -> str:
        """Write a record; return its reference."""
        record_id = ref.removeprefix("record/")
        return store.put(self.case, record, record_id=record_id, now=NOW, **more).ref


@contextmanager
def desk(tmp_path: Path, **more: Any) -> Iterator[Desk]:
    """Open the case of a test, which is made when it is first asked for."""
    folder = tmp_path / "case"
    if not folder.exists():
        cases.new(folder)
    with cases.opened(folder, write=True, **more) as case:
        yield Desk(case, folder)


def item(
    tmp_path: Path, content: bytes = b"SAMPLE photo, made up.", name: str = "sample-photo.jpg"
) -> str:
    """Add a file to the case of a test, while it is closed; return the reference of the item."""
    with desk(tmp_path):
        path = tmp_path / name
    path.write_bytes(content)
    return f"item/{cases.add(tmp_path / 'case', path)[0].item}"


def released(at: Desk, ref: str, *but: str, **more: Any) -> str:
    """Release a record or an item of a case with one member, all gates but these passed."""
    reasons = {one: "SAMPLE reason" for one in GATES if one not in but}
    more = {"on": "2026-05-01", "now": NOW, "overrides": reasons, **more}
    return reviews.release(at.case, ref, **more).ref


def take(at: Desk, *paths: Path, **more: Any) -> Imported:
    """Import files."""
    more = {"cell": cell(), **more}
    return import_files(at.case, paths, now=lambda: NOW, random=os.urandom, **more)


@functools.cache
def cell() -> Cell:
    """Return the cell in which the files of all tests are read."""
    opened = source_cell()
    found = opened.__enter__()
    atexit.register(opened.__exit__, None, None, None)
    return found


def contents(at: Desk) -> dict[str, list[Any]]:
    """Return the records of a case by kind."""
    found: dict[str, list[Any]] = {}
    for stored in lookup.every(at.case):
        found.setdefault(stored.kind, []).append(stored.record)
    return found
