"""Records in formats of others: one door out, past which nothing closed goes."""

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TypeAlias

from contrechamp.base.errors import InputError, OutputError
from contrechamp.base.i18n import _
from contrechamp.dossier import consent, lines, reading
from contrechamp.dossier.formats import ftm, ocds_packages, osm_cameras, table_files
from contrechamp.dossier.kinds import KINDS
from contrechamp.dossier.reading import Stored
from contrechamp.dossier.standing import Standings
from contrechamp.dossier.testimony import Exhibit, Testimony
from contrechamp.dossier.view import View
from contrechamp.vault.case import Case, refuse_existing


@dataclass
class Leaving:
    """The records of a case that may leave it, and what is told of them.

    Args:
        case: open.
        day: for which it is said whether consent holds.
        kept_back: records that do not leave: no consent holds for them.
        left_out: what a format has no place for, by reason.
        osm: extract that says what objects of OpenStreetMap are now.
        publisher: of packages of tenders and contracts.
    """

    case: Case
    day: date
    kept_back: set[str] = field(default_factory=set)
    left_out: Counter[str] = field(default_factory=Counter)
    osm: Path | None = None
    publisher: ocds_packages.Publisher | None = None

    def __post_init__(self) -> None:
        self.view = View(self.case)

    def records(self, kind: str = "") -> Iterator[Stored]:
        """Yield the newest versions; not of what no consent holds for (any more)."""
        for stored in reading.every(self.case, kind):
            if isinstance(stored.record, Testimony | Exhibit) and consent.lacking(
                self.view, stored.ref, "held", self.day
            ):
                self.kept_back.add(stored.id)
            else:
                yield stored


Writer: TypeAlias = Callable[[Leaving, Path], None]


def _jsonl(leaving: Leaving, folder: Path) -> None:
    standings = Standings(leaving.view, leaving.day)
    with (folder / "records.jsonl").open("w", encoding="utf-8") as target:
        for stored in leaving.records():
            line = json.dumps(lines.as_object(stored, standings), ensure_ascii=False)
            target.write(line + "\n")
    schema = json.dumps(lines.schema(), ensure_ascii=False, indent=1)
    (folder / "records.schema.json").write_text(schema + "\n", encoding="utf-8")


def _csv(leaving: Leaving, folder: Path) -> None:
    for kind in KINDS:
        table_files.write_csv(lambda kind=kind: leaving.records(kind), kind, folder)  # type: ignore[misc]
    table_files.write_dictionary_csv(folder)


def _xlsx(leaving: Leaving, folder: Path) -> None:
    table_files.write_xlsx(leaving.records, folder / "records.xlsx")


#: By the name by which it is asked for.
WRITERS: dict[str, Writer] = {
    "jsonl": _jsonl,
    "csv": _csv,
    "xlsx": _xlsx,
    "ftm": ftm.write,
    "ocds": ocds_packages.write,
    "osm": osm_cameras.write,
}


def write(
    case: Case,
    folder: Path,
    format_: str,
    *,
    day: date,
    osm: Path | None = None,
    publisher: ocds_packages.Publisher | None = None,
) -> Leaving:
    """Write the records of a case, but for what is closed, to a new folder.

    Closed fields, closed passages and true identities stay in the case; so does what no consent
    holds for. What is written is not encrypted.

    Args:
        case: open.
        folder: to be made; there whole, or not at all.
        format_: one of `WRITERS`.
        day: for which it is said how each record stands.
        osm: see `Leaving`.
        publisher: likewise.

    Raises:
        InputError: if there is no such format, or it has no place for what a record says.
        OutputError: if the folder is there, or cannot be written.
    """
    if format_ not in WRITERS:
        raise InputError(
            _("there is no such format; there are: {names}").format(names=", ".join(WRITERS))
        )
    refuse_existing(folder)
    partial = folder.with_name(f".{folder.name}.partial")
    leaving = Leaving(case, day, osm=osm, publisher=publisher)
    try:
        partial.mkdir(mode=0o700)
        WRITERS[format_](leaving, partial)
        partial.rename(folder)
    except OSError as error:
        raise OutputError(
            _("{folder}: cannot be written ({reason})").format(
                folder=folder.name, reason=error.strerror
            )
        ) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return leaving
