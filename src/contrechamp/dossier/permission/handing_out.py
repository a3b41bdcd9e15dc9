"""Handing out items of a case: only to whom those who gave them consented to."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from contrechamp.base.progress import Progress, silent
from contrechamp.dossier.permission import consent
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.view import View
from contrechamp.vault.bags.exporting import Exported, export
from contrechamp.vault.case import Case, Random


def hand_out(
    case: Case,
    items: Sequence[str],
    out: Path,
    *,
    to: str,
    recipients: Sequence[str],
    plain: bool = False,
    open_records: bool = False,
    reason: str = "",
    now: datetime,
    random: Random,
    progress: Progress = silent,
) -> Exported:
    """Export items, after looking whether consent covers whom they go to.

    Args:
        case: open for writing.
        items: ids.
        out: folder to be made.
        to: whom it goes to, by name or by record/... or its beginning.
        recipients: see `vault.bags.exporting.export`, as the rest.
        plain: not encrypted.
        open_records: records readable, content encrypted.
        reason: why, in the user's words.
        now: for the log, and the day of consents.
        random: source of keys.
        progress: told of bytes.

    Raises:
        CheckFailedError: if consent does not cover it, with the list.
        InputError: if there is no such item, record or key.
        OutputError: if the folder cannot be made.
    """
    actor = lookup.by_beginning(case, to) if to.startswith(lookup.SUBJECT) else ""
    refs = [f"item/{item}" for item in items]
    consent.require_sharing(View(case), refs, now.date(), to=actor, to_whom=to)
    return export(
        case,
        items,
        out,
        recipients=recipients,
        plain=plain,
        open_records=open_records,
        reason=reason,
        now=now,
        random=random,
        progress=progress,
    )
