"""Records in formats of others: one door out, past which nothing closed goes."""

import json
import os
import secrets
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import TypeAlias

from contrechamp.base.errors import InputError, OutputError
from contrechamp.base.i18n import _
from contrechamp.dossier.formats.followthemoney import files
from contrechamp.dossier.formats.write import (
    json_lines,
    ocds_packages,
    osm_changes,
    scene_tables,
    table_files,
)
from contrechamp.dossier.permission.consent import Refusal
from contrechamp.dossier.permission.sharing import ANYONE, Outward, Recipient, Sharing
from contrechamp.dossier.permission.standing import Standings
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.lookup import Stored
from contrechamp.dossier.reading.view import View
from contrechamp.dossier.records.kinds import KINDS
from contrechamp.vault import case as cases
from contrechamp.vault import database
from contrechamp.vault.bags import exporting
from contrechamp.vault.case import Case, Change, refuse_existing
from contrechamp.vault.log import custody

#: Says in the folder whom it is for.
FOR_WHOM = "FOR-WHOM.txt"
#: Ids in one entry of the log: what it says is at most 1 MiB.
_TOGETHER = 20_000


@dataclass
class Leaving:
    """The records of a case that may leave it, and what is told of them.

    Args:
        case: open.
        day: for which it is said whether consent holds.
        recipient: whom they go to.
        kept_back: records that do not leave, by id, with what no consent covers.
        given: ids of records that leave and hold what a source told or gave.
        limits: of what leaves, by id, in the words of who told or gave it.
        left_out: what a format has no place for, by reason.
        osm: extract that says what objects of OpenStreetMap are now.
        publisher: of packages of tenders and contracts.
    """

    case: Case
    day: date
    recipient: Recipient = ANYONE
    kept_back: dict[str, tuple[Refusal, ...]] = field(default_factory=dict)
    given: dict[str, None] = field(default_factory=dict)
    limits: dict[str, list[str]] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)
    osm: Path | None = None
    publisher: ocds_packages.Publisher | None = None

    def __post_init__(self) -> None:
        self.whole = View(self.case)
        self.sharing = Sharing(self.whole, self.day, self.recipient)
        #: The case without what stays in it: what a writer may follow references with.
        self.view: View = Outward(self.sharing)

    def records(self, kind: str = "") -> Iterator[Stored]:
        """Yield the newest versions of what consent lets go, without words about what stays."""
        for stored in lookup.every(self.case, kind):
            refused = self.sharing.refused(stored.id, stored.record)
            if refused:
                self.kept_back[stored.id] = refused
                continue
            if self.sharing.is_given(stored.id, stored.record):
                self.given[stored.id] = None
                if limits := self.sharing.limits(stored.id, stored.record):
                    self.limits[stored.id] = limits
            thin = self.sharing.thinned(stored.record)
            yield stored if thin is stored.record else replace(stored, record=thin, whole=False)


Writer: TypeAlias = Callable[[Leaving, Path], None]


def _jsonl(leaving: Leaving, folder: Path) -> None:
    standings = Standings(leaving.whole, leaving.day)
    with (folder / "records.jsonl").open("w", encoding="utf-8") as target:
        for stored in leaving.records():
            line = json.dumps(json_lines.as_object(stored, standings), ensure_ascii=False)
            target.write(line + "\n")
    schema = json.dumps(json_lines.schema(), ensure_ascii=False, indent=1)
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
    "ftm": files.write,
    "ocds": ocds_packages.write,
    "osm": osm_changes.write,
    "cameras": scene_tables.write,
}


def write(
    case: Case,
    folder: Path,
    format_: str,
    *,
    day: date,
    osm: Path | None = None,
    publisher: ocds_packages.Publisher | None = None,
    recipient: Recipient = ANYONE,
    now: datetime | None = None,
    reason: str = "",
) -> Leaving:
    """Write the records of a case, but for what is closed, to a new folder.

    Closed fields, closed passages and true identities stay in the case; so does what no consent
    lets go to whom it is for. What is written is not encrypted. Where anything that a source told
    or gave leaves, the log says what went to whom.

    Args:
        case: open; for writing, where there is a recipient.
        folder: to be made; there whole, or not at all.
        format_: one of `WRITERS`.
        day: for which it is said how each record stands, and whether consent holds.
        osm: see `Leaving`.
        publisher: likewise.
        recipient: whom it is for; by default whoever gets hold of it, who gets nothing that a
            source told or gave.
        now: for the log; needed where there is a recipient.
        reason: for the log, in the user's words.

    Raises:
        InputError: if there is no such format, it has no place for what a record says, or the
            recipient is no actor of the case.
        OutputError: if the folder is there, or cannot be written.
    """
    if format_ not in WRITERS:
        raise InputError(
            _("there is no such format; there are: {names}").format(names=", ".join(WRITERS))
        )
    refuse_existing(folder)
    partial = folder.with_name(f".{folder.name}.partial")
    leaving = Leaving(case, day, recipient, osm=osm, publisher=publisher)
    whom = _whom(leaving)
    try:
        partial.mkdir(mode=0o700)
        WRITERS[format_](leaving, partial)
        if whom:
            (partial / FOR_WHOM).write_text(f"{whom}\n", encoding="utf-8")
        if leaving.given:
            assert now is not None  # noqa: S101 - only where there is a recipient
            _log(leaving, folder, format_, now, reason)
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


def _whom(leaving: Leaving) -> str:
    """Return for whom an export is, as it stands in its folder."""
    recipient = leaving.recipient
    if recipient.team:
        return _(
            "For those who work on the case alone: not to be handed to others. It holds what "
            "people agreed to be held, and to nothing more."
        )
    name = recipient.name
    if recipient.actor:
        if leaving.whole.kind(lookup.id_of(recipient.actor)) != "actor":
            raise InputError(_("this is no actor of the case: {ref}").format(ref=recipient.actor))
        name = lookup.get(leaving.case, recipient.actor).record.title()
    if not name:
        return ""
    return _(
        "For {name}, and not to be handed on: what people told or gave is in here because they "
        "agreed that {name} gets it."
    ).format(name=name)


def _log(leaving: Leaving, folder: Path, format_: str, now: datetime, reason: str) -> None:
    """Write the entry of the export: rather without the folder than the folder without it."""
    whom, given = leaving.recipient, list(leaving.given)
    state: dict[str, object] = {
        "name": os.fsencode(folder.name).decode("utf-8", "backslashreplace"),
        "at": custody.stamp(now),
        "items": [],
        "to": [],
        "encryption": "none",
        "format": format_,
        "team": whom.team,
        "for": whom.actor or whom.name,
    }
    changes = [
        Change(
            "export",
            f"{exporting.SUBJECT}{secrets.token_hex(8)}",
            {**state, "records": given[first : first + _TOGETHER]},
            None,
            reason,
        )
        for first in range(0, len(given), _TOGETHER)
    ]
    with database.transaction(leaving.case.database):
        cases.append(leaving.case, changes, now)
