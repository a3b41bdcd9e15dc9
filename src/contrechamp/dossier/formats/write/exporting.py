"""The export of records, by one way out of the case that lets nothing closed pass."""

import os
import pkgutil
import secrets
from collections.abc import Sequence
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

#: The file in the folder that says whom the export is for.
FOR_WHOM = "FOR-WHOM.txt"
#: How many record ids one entry of the log lists: an entry holds at most 1 MiB.
_IDS_PER_ENTRY = 20_000


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
    writer: Writer | None = None,
) -> Outgoing:
    """Write the records of a case to a new folder, unencrypted and without what is closed.

    Closed fields, closed passages and true identities stay in the case, and so does whatever no
    consent allows the recipient to have. If anything that a source told or gave leaves, the log
    says what went to whom.

    Args:
        case: open; for writing if there is a recipient.
        folder: to make; after an error it does not exist.
        format_: one of `WRITERS`.
        day: for which the standing of records and consents is given.
        osm: see `Outgoing`.
        publisher: see `Outgoing`.
        recipient: whom the export is for; by default anyone, who gets nothing that a source told
            or gave.
        now: for the log; required if there is a recipient.
        reason: for the log, in the user's words.
        writer: of the format, if it is to write a choice of what there is.

    Raises:
        InputError: if there is no such format, it has no place for what a record says, or the
            recipient is not an actor of the case.
        OutputError: if the folder exists already, or cannot be written.
    """
    if format_ not in WRITERS:
        raise InputError(
            _("there is no such format; there are: {names}").format(names=", ".join(WRITERS))
        )
    refuse_existing(folder)
    outgoing = Outgoing(case, day, recipient, osm=osm, publisher=publisher)
    for_whom = _for_whom(outgoing)
    writer = writer or pkgutil.resolve_name(WRITERS[format_])
    assert writer is not None  # noqa: S101 - the registry names functions
    with new_folder(folder) as partial:
        writer(outgoing, partial)
        if for_whom:
            (partial / FOR_WHOM).write_text(f"{for_whom}\n", encoding="utf-8")
        if outgoing.from_sources:
            assert now is not None  # noqa: S101 - only if there is a recipient
            log_export(
                case, folder.name, format_, list(outgoing.from_sources), recipient, now, reason
            )
    return outgoing


def _for_whom(outgoing: Outgoing) -> str:
    """Return the text of `FOR_WHOM`; "" if the export is for anyone."""
    recipient = outgoing.recipient
    if recipient.team:
        return _(
            "Only for those who work on the case, and not to be passed on. People agreed that what "
            "they told or gave is kept in the case, and to nothing more."
        )
    name = recipient.name
    if recipient.actor:
        if outgoing.full_view.kind(lookup.id_of(recipient.actor)) != "actor":
            raise InputError(
                _("this is not an actor of the case: {ref}").format(ref=recipient.actor)
            )
        name = lookup.get(outgoing.case, recipient.actor).record.title()
    if not name:
        return ""
    return _(
        "Only for {name}, and not to be passed on: what people told or gave is in here because "
        "they agreed that {name} may have it."
    ).format(name=name)


def log_export(
    case: Case,
    name: str,
    format_: str,
    records: Sequence[str],
    recipient: Recipient,
    now: datetime,
    reason: str,
) -> None:
    """Log that records leave, before what holds them is in place: better logged, and failed then.

    Args:
        case: open for writing.
        name: of what is written.
        format_: of it.
        records: ids of those that leave.
        recipient: whom it is for.
        now: for the log.
        reason: for the log, in the user's words.
    """
    state: dict[str, object] = {
        "name": os.fsencode(name).decode("utf-8", "backslashreplace"),
        "at": custody.stamp(now),
        "items": [],
        "to": [],
        "encryption": "none",
        "format": format_,
        "team": recipient.team,
        "for": recipient.actor or recipient.name,
    }
    changes = [
        Change(
            "export",
            f"{exporting.SUBJECT}{secrets.token_hex(8)}",
            {**state, "records": list(records[first : first + _IDS_PER_ENTRY])},
            None,
            reason,
        )
        for first in range(0, len(records), _IDS_PER_ENTRY)
    ]
    with database.transaction(case.database):
        cases.append(case, changes, now)
