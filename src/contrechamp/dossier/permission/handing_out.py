"""Handing out items of a case, only to recipients that those who gave them consented to."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from contrechamp.base.progress import Progress, silent
from contrechamp.dossier.permission import consent, mask_reviews
from contrechamp.dossier.reading import short_names
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
    """Export items after checking that consent covers the recipient.

    Args:
        case: open for writing.
        items: ids.
        out: folder to create.
        to: the recipient: a name, or a reference, see `short_names.full_ref`.
        recipients: as all that follow, see `vault.bags.exporting.export`.
        plain: not encrypted.
        open_records: records readable, content encrypted.
        reason: why, in the user's words.
        now: for the log; consents must hold on this day.
        random: source of keys.
        progress: told of bytes.

    Raises:
        CheckFailedError: if consent does not cover it, with the list of refusals.
        InputError: if there is no such item, record or key.
        OutputError: if the folder cannot be created.
    """
    actor = short_names.full_ref(case, to) if short_names.is_typed(to) else ""
    refs = [f"item/{item}" for item in items]
    consent.require_sharing(View(case), refs, now.date(), to=actor, to_whom=to)
    view = View(case)
    beside = {item: mask_reviews.given(view, ref) for item, ref in zip(items, refs, strict=True)}
    return export(
        case,
        items,
        out,
        recipients=recipients,
        plain=plain,
        open_records=open_records,
        reason=reason,
        beside=beside,
        now=now,
        random=random,
        progress=progress,
    )
