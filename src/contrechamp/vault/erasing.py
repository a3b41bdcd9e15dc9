"""Erasing items: an object's key is destroyed; that it was in the case, and why it went, stays."""

from collections.abc import Sequence
from datetime import datetime

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.vault import case as cases
from contrechamp.vault import database, objects, subjects
from contrechamp.vault.case import Case, Change
from contrechamp.vault.log import custody


def erase(case: Case, items: Sequence[str], *, reason: str, now: datetime) -> list[str]:
    """Erase items, with their content, from a case.

    Their records, the keys of their digests and the keys of their objects are overwritten, and the
    encrypted objects removed. Copies elsewhere (backups, exports, worn cells of a disk) remain.

    Args:
        case: open for writing.
        items: ids of the items.
        reason: why, in the user's words; it is kept in the case.
        now: for the log.

    Returns:
        The names of the objects that are gone.

    Raises:
        InputError: if an item is not in the case, or shares its content with one that stays.
        OutputError: if the case cannot be written to. The log then shows whether the keys are gone
            all the same; if so, the next opening for writing finishes the erasure.
    """
    wanted = list(dict.fromkeys(f"item/{item}" for item in items))
    rows = {subject: _object_of(case, subject) for subject in wanted}
    gone = sorted(set(rows.values()))
    for holders in subjects.holders(case, gone).values():
        staying = sorted(one.removeprefix("item/") for one in set(holders) - set(wanted))
        if staying:
            raise InputError(
                _("the same content is in the case as {items}; name these as well").format(
                    items=", ".join(staying)
                )
            )
    erased_at = custody.stamp(now)
    with database.transaction(case.database):
        changes = [
            Change("erase", subject, {"erased_at": erased_at}, None, reason) for subject in wanted
        ]
        cases.append(case, changes, now)
        for name in gone:
            case.database.execute(
                "UPDATE objects SET identity = NULL, size = NULL, sha256 = NULL, blake3 = NULL "
                "WHERE name = ?",
                (name,),
            )
    # Before the files are removed: while one remains, `mending.recover` knows what is left to do.
    database.forget_deleted(case.database)
    for name in gone:
        objects.remove(case.folder, objects.path_of(name))
    return gone


def _object_of(case: Case, subject: str) -> str:
    state = subjects.newest(case, subject)
    if state is None or state.object is None:
        item = subject.removeprefix("item/")
        raise InputError(_("no such item in the case: {item}").format(item=item))
    return state.object
