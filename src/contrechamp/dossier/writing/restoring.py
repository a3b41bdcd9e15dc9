"""Undoing: a change is taken back by a new version that says what the one before it said.

Nothing is lost by that: the log has the change, and that it was taken back, and the page of the
record has all versions. What was undone is done again by undoing that.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.lookup import SUBJECT, Stored
from contrechamp.dossier.writing import store
from contrechamp.dossier.writing.store import Put
from contrechamp.vault.case import Case
from contrechamp.vault.log import custody

#: Entries of the log that are looked back over.
_MOST_ENTRIES: Final = 200_000
#: Entries that are read at a time.
_PIECE: Final = 2_000
_WRITTEN: Final = frozenset({"record", "edit"})


@dataclass(frozen=True)
class Step:
    """Changes of records of one kind that somebody made at once.

    Args:
        entry: number of the last of its entries.
        at: when, UTC, ISO 8601.
        member: id of whoever made it.
        records: their ids, the last written first.
        is_new: the records were written for the first time.
    """

    entry: int
    at: str
    member: str
    records: tuple[str, ...]
    is_new: bool


def steps(case: Case, kind: str, limit: int) -> list[Step]:
    """Return the last changes of records of a kind, the newest first.

    Entries that follow each other with one time and one member were written together.

    Args:
        case: open.
        kind: of records.
        limit: at most this many.
    """
    found: list[Step] = []
    together: list[custody.Entry] = []
    records: set[str] = set()
    for entry in _newest_first(case, kind):
        if together and not (_follows(entry, together[-1]) and entry.subject not in records):
            found.append(_step(together))
            together, records = [], set()
            if len(found) == limit:
                return found
        together.append(entry)
        records.add(entry.subject)
    return [*found, _step(together)] if together else found


def _follows(entry: custody.Entry, later: custody.Entry) -> bool:
    """Return whether two entries were written at once."""
    return later.number - entry.number == 1 and (entry.at, entry.member, entry.action) == (
        later.at,
        later.member,
        later.action,
    )


def _step(together: Sequence[custody.Entry]) -> Step:
    last = together[0]
    records = tuple(one.subject.removeprefix(SUBJECT) for one in together)
    return Step(last.number, last.at, last.member, records, last.action == "record")


def _newest_first(case: Case, kind: str) -> Iterator[custody.Entry]:
    lowest = max(0, case.size - _MOST_ENTRIES)
    for end in range(case.size, lowest, -_PIECE):
        read = custody.entries_of(case.database, range(max(lowest, end - _PIECE), end))
        ids = {one.subject.removeprefix(SUBJECT) for one in read.values()}
        listed = lookup.listed_of(case, ids)
        for number in sorted(read, reverse=True):
            one = read[number]
            record = one.subject.removeprefix(SUBJECT)
            is_there = one.action in _WRITTEN and record in listed
            if is_there and listed[record].kind == kind:
                yield one


def undo(
    case: Case,
    step: Step,
    *,
    reason: str,
    now: datetime,
    advance: Callable[[float], None] = lambda _amount: None,
) -> list[Stored]:
    """Write again what the records of a step said before it.

    Args:
        case: open for writing.
        step: as `steps` found it.
        reason: why, in the user's words.
        now: for the log.
        advance: told of each record.

    Raises:
        InputError: if one was new then, or was changed since; nothing is written.
    """
    puts = []
    for record in step.records:
        puts.append(_before(case, record, step))
        advance(1)
    return store.put_all(case, puts, reason=reason, now=now)


def _before(case: Case, record: str, step: Step) -> Put:
    versions: Sequence[Stored] = lookup.versions(case, record)
    newest = versions[-1]
    if not step.entry - len(step.records) < newest.entry <= step.entry:
        raise InputError(
            _("{title} was changed since: undo that first").format(title=newest.record.title())
        )
    if len(versions) < 2:
        raise InputError(
            _("{title} was new: nothing was there before").format(title=newest.record.title())
        )
    return Put(versions[-2].record, record, version=newest.version)
