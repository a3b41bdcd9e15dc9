"""Erasing items: an object's key is destroyed; that it was in the case, and why it went, stays."""

import sys
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.vault import case as cases
from contrechamp.vault import database, masked_copies, object_keys, objects, subjects
from contrechamp.vault.case import Case, Change
from contrechamp.vault.log import custody
from contrechamp.vault.texts import tables as texts
from contrechamp.vault.values import whole


def erase(
    case: Case, items: Sequence[str], *, reason: str, keep_reasons: bool = False, now: datetime
) -> list[str]:
    """Erase items, with their content, from a case; with a masked copy goes its sidecar.

    Their records, the keys of their digests and the keys of their objects are overwritten, and so
    are their encrypted bytes; a file that holds nothing else is removed. Copies elsewhere (backups,
    exports, worn cells of a disk) remain.

    Args:
        case: open for writing.
        items: ids of the items.
        reason: why, in the user's words; it is kept in the case.
        keep_reasons: keep the reasons that were given for earlier entries of the items.
        now: for the log.

    Returns:
        The names of the objects that are gone.

    Raises:
        InputError: if an item is not in the case, or shares its content with one that stays.
        OutputError: if the case cannot be written to. The log then shows whether the keys are gone
            all the same; if so, the next opening for writing finishes the erasure.
    """
    wanted = masked_copies.with_sidecars(case, [f"item/{item}" for item in items])
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
            Change(
                "erase", subject, {"erased_at": erased_at}, None, reason, keeps_reasons=keep_reasons
            )
            for subject in wanted
        ]
        cases.append(case, changes, now)
        _forget_keys(case, [*gone, *texts.forget(case.database, gone)])
    finish(case)
    return gone


def forget_texts(case: Case, contents: Sequence[str]) -> None:
    """Erase the texts that were read of contents, which stay.

    Args:
        case: open for writing.
        contents: names of their objects.

    Raises:
        OutputError: as `erase`.
    """
    with database.transaction(case.database):
        _forget_keys(case, texts.forget(case.database, contents))
    finish(case)


def _forget_keys(case: Case, names: Sequence[str]) -> None:
    """Forget the keys of objects, inside the caller's transaction."""
    case.database.executemany(
        "UPDATE objects SET identity = NULL, size = NULL, sha256 = NULL, blake3 = NULL "
        "WHERE name = ?",
        [(name,) for name in names],
    )


def finish(case: Case) -> None:
    """Destroy the bytes of objects whose keys are erased, and forget where they lay.

    While a row of such an object is there, the next opening for writing knows that it is left to
    do.

    Raises:
        OutputError: if the case cannot be written to.
    """
    rows = case.database.execute(
        "SELECT file, waiting, start, length FROM objects JOIN files ON files.name = file "
        "WHERE identity IS NULL ORDER BY file, start"
    ).fetchall()
    if not rows:
        return
    texts.clean(case.database)
    database.forget_deleted(case.database)
    places = [(str(row[0]), object_keys.place_of(case, *row)) for row in rows]
    staying = _ranges_that_stay(case, {file for file, _place in places})
    shards = set()
    for file, several in groupby(places, key=lambda one: one[0]):
        at = [place for _file, place in several]
        if file in staying:
            ranges = [
                part
                for place in at
                for part in objects.uncovered(
                    place.start, place.start + (place.length or 0), staying[file]
                )
            ]
            objects.overwrite(case.folder, at[0].path, ranges)
        else:
            for path in {at[0].path, objects.path_of(file)}:
                objects.remove(case.folder, path)
            shards.add(at[0].path.rpartition("/")[0])
    objects.sync_names(case.folder, shards)  # a file must not come back whose row is gone
    with database.transaction(case.database):
        case.database.execute("DELETE FROM objects WHERE identity IS NULL")
        case.database.execute("DELETE FROM files WHERE name NOT IN (SELECT file FROM objects)")


def _ranges_that_stay(case: Case, files: set[str]) -> dict[str, list[tuple[int, int]]]:
    """Return where the bytes of objects lie that are not erased, by file, in order."""
    found: dict[str, list[tuple[int, int]]] = {}
    for file, start, length in database.rows_of(
        case.database,
        "SELECT file, start, length FROM objects WHERE identity IS NOT NULL AND file IN ({}) "
        "ORDER BY file, start",
        files,
    ):
        first = whole(start, "objects.start")
        last = sys.maxsize if length is None else first + whole(length, "objects.length")
        found.setdefault(str(file), []).append((first, last))
    return found


def _object_of(case: Case, subject: str) -> str:
    state = subjects.newest(case, subject)
    if state is None or state.object is None:
        item = subject.removeprefix("item/")
        raise InputError(_("no such item in the case: {item}").format(item=item))
    return state.object
