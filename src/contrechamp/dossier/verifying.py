"""Verifying a whole case: against its log, its record tables, and what was seen of it before."""

from collections.abc import Sequence
from pathlib import Path

from cryptography import x509

from contrechamp.base.progress import Progress, silent
from contrechamp.dossier.writing.index_check import problems
from contrechamp.vault import seen, verifying
from contrechamp.vault.case import Case
from contrechamp.vault.discrepancies import Discrepancy, is_sound, is_whole


def verify_case(
    case: Case,
    seen_folder: Path,
    *,
    since: Sequence[str] = (),
    trusted: Sequence[x509.Certificate] = (),
    quick: bool = False,
    progress: Progress = silent,
) -> list[Discrepancy]:
    """Verify a case; if it is sound, note what this machine has seen of it.

    Args:
        case: open.
        seen_folder: where this machine notes what it has seen of each case.
        since: checkpoints kept elsewhere, which the log must contain.
        trusted: root certificates of timestamp authorities.
        quick: do not read the content of objects.
        progress: told of bytes.
    """
    last = seen.last(case, seen_folder)
    notes = [*since, *([] if last is None else [last])]
    found = verifying.verify(case, since=notes, trusted=trusted, quick=quick, progress=progress)
    # With other faults the tables may be unreadable, or merely repeat them.
    if is_whole(found):
        found += problems(case)
    if is_sound(found):
        seen.note(case, seen_folder)
    return found
