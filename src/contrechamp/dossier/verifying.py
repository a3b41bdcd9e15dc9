"""Verifying a whole case: what the log says, the tables of records, and what was seen before."""

from collections.abc import Sequence
from pathlib import Path

from cryptography import x509

from contrechamp.base.progress import Progress, silent
from contrechamp.dossier.writing.index_check import problems
from contrechamp.vault import seen, verifying
from contrechamp.vault.case import Case
from contrechamp.vault.discrepancies import Discrepancy, is_sound


def verify_case(
    case: Case,
    seen_folder: Path,
    *,
    since: Sequence[str] = (),
    trusted: Sequence[x509.Certificate] = (),
    quick: bool = False,
    progress: Progress = silent,
) -> list[Discrepancy]:
    """Verify a case, and note what this machine saw of it where nothing is wrong.

    Args:
        case: open.
        seen_folder: where this machine notes what it has seen of each case.
        since: checkpoints that were kept elsewhere: the log must contain them.
        trusted: root certificates of timestamp authorities.
        quick: do not read the content of objects.
        progress: told of bytes.
    """
    last = seen.last(case, seen_folder)
    notes = [*since, *([] if last is None else [last])]
    found = verifying.verify(case, since=notes, trusted=trusted, quick=quick, progress=progress)
    if not found:  # else the tables may be unreadable, or no worse than what they are made from
        found = problems(case)
    if is_sound(found):
        seen.note(case, seen_folder)
    return found
