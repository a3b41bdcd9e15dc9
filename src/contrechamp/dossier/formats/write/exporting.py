"""Records in formats of others: one door out, past which nothing closed goes."""

import os
import pkgutil
import secrets
from datetime import date, datetime
from pathlib import Path

from contrechamp.base.errors import InputError
from contrechamp.base.files import new_folder, refuse_existing
from contrechamp.base.i18n import _
from contrechamp.dossier.formats.write.outgoing import Outgoing, Publisher, Writer
from contrechamp.dossier.formats.write.registry import WRITERS
from contrechamp.dossier.permission.sharing import ANYONE, Recipient
from contrechamp.dossier.reading import lookup
from contrechamp.vault import case as cases
from contrechamp.vault import database
from contrechamp.vault.bags import exporting
from contrechamp.vault.case import Case, Change
from contrechamp.vault.log import custody

#: Says in the folder whom it is for.
FOR_WHOM = "FOR-WHOM.txt"
#: Ids in one entry of the log: what it says is at most 1 MiB.
_TOGETHER = 20_000


def write(
    case: Case,
    folder: Path,
    format_: str,
    *,
    day: date,
    osm: Path | None = None,
    publisher: Publisher | None = None,
    recipient: Recipient = ANYONE,
    now: datetime | None = None,
    reason: str = "",
) -> Outgoing:
    """Write the records of a case, but for what is closed, to a new folder.

    Closed fields, closed passages and true identities stay in the case; so does what no consent
    lets go to whom it is for. What is written is not encrypted. Where anything that a source told
    or gave leaves, the log says what went to whom.

    Args:
        case: open; for writing, where there is a recipient.
        folder: to be made; there whole, or not at all.
        format_: one of `WRITERS`.
        day: for which it is said how each record stands, and whether consent holds.
        osm: see `Outgoing`.
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
    outgoing = Outgoing(case, day, recipient, osm=osm, publisher=publisher)
    whom = _whom(outgoing)
    writer: Writer = pkgutil.resolve_name(WRITERS[format_])
    with new_folder(folder) as partial:
        writer(outgoing, partial)
        if whom:
            (partial / FOR_WHOM).write_text(f"{whom}\n", encoding="utf-8")
        if outgoing.given:
            assert now is not None  # noqa: S101 - only where there is a recipient
            _log(outgoing, folder, format_, now, reason)
    return outgoing


def _whom(outgoing: Outgoing) -> str:
    """Return for whom an export is, as it stands in its folder."""
    recipient = outgoing.recipient
    if recipient.team:
        return _(
            "For those who work on the case alone: not to be handed to others. It holds what "
            "people agreed to be held, and to nothing more."
        )
    name = recipient.name
    if recipient.actor:
        if outgoing.whole.kind(lookup.id_of(recipient.actor)) != "actor":
            raise InputError(_("this is no actor of the case: {ref}").format(ref=recipient.actor))
        name = lookup.get(outgoing.case, recipient.actor).record.title()
    if not name:
        return ""
    return _(
        "For {name}, and not to be handed on: what people told or gave is in here because they "
        "agreed that {name} gets it."
    ).format(name=name)


def _log(outgoing: Outgoing, folder: Path, format_: str, now: datetime, reason: str) -> None:
    """Write the entry of the export: rather without the folder than the folder without it."""
    whom, given = outgoing.recipient, list(outgoing.given)
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
    with database.transaction(outgoing.case.database):
        cases.append(outgoing.case, changes, now)
