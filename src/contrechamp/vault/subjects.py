"""Subjects and their states: what others read of the vault's records, and all that they read.

A subject is what an entry of the log speaks of: ``item/<id>``, ``record/<id>``, ``merge/<id>``, ...
The vault holds its newest state; of records the earlier ones too, in the case's own log and in
those of copies that were merged. Rooms above ask here and write no SQL over the vault's tables.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from contrechamp.vault import database
from contrechamp.vault.case import Case
from contrechamp.vault.log import custody

#: Key of a state that tells that nothing else is left of its subject.
ERASED_AT = "erased_at"
#: Branch of states that are of the case's own log.
MAIN = ""

_NEWEST = "SELECT subject, entry, salt, state, object, '' FROM records"
_EARLIER = "SELECT subject, entry, salt, state, NULL, branch FROM versions"


@dataclass(frozen=True, slots=True)
class State:
    """What the case holds of a subject: its newest state, or an earlier one.

    Args:
        subject: of which it is.
        entry: number of its entry in the log, or in the branch.
        salt: key of its digest.
        content: canonical JSON.
        object: name of an item's object; None of other subjects, and of what was erased.
        branch: log of a copy that was merged; `MAIN` for the case's own.
    """

    subject: str
    entry: int
    salt: bytes = field(repr=False)
    content: bytes = field(repr=False)
    object: str | None
    branch: str

    @property
    def parsed(self) -> dict[str, Any]:
        """What it says; read anew each time."""
        found: dict[str, Any] = json.loads(self.content)
        return found

    @property
    def digest(self) -> str:
        """By which its entry in the log names it."""
        return custody.digest(self.salt, self.content)

    @property
    def is_erased(self) -> bool:
        """Whether the subject was erased, and this says when."""
        return ERASED_AT in self.parsed


def newest(case: Case, subject: str) -> State | None:
    """Return the newest state of a subject; None if there is no such subject."""
    row = case.database.execute(f"{_NEWEST} WHERE subject = ?", (subject,)).fetchone()
    return None if row is None else _state(row)


def newest_of(case: Case, subjects: Iterable[str]) -> dict[str, State]:
    """Return the newest states of those of many subjects that there are."""
    rows = database.rows_of(case.database, f"{_NEWEST} WHERE subject IN ({{}})", subjects)
    return {state.subject: state for state in map(_state, rows)}


def with_entries(case: Case, subjects: Iterable[str]) -> dict[str, tuple[State, custody.Entry]]:
    """Return the newest states of those of many subjects that there are, with their entries."""
    rows = database.rows_of(
        case.database,
        "SELECT subject, entry, salt, state, object, '', content FROM records "
        "JOIN entries ON number = entry WHERE subject IN ({})",
        subjects,
    )
    return {
        state.subject: (state, custody.read_entry(content))
        for state, content in ((_state(row[:6]), row[6]) for row in rows)
    }


def there(case: Case, subjects: Iterable[str]) -> set[str]:
    """Return those of many subjects that the case knows, erased ones too."""
    rows = database.rows_of(
        case.database, "SELECT subject FROM records WHERE subject IN ({})", subjects
    )
    return {str(subject) for (subject,) in rows}


def below(case: Case, room: str) -> Iterator[State]:
    """Yield the newest states of all subjects of a room such as ``item/``, in their order."""
    return map(
        _state,
        case.database.execute(
            f"{_NEWEST} WHERE subject > ? AND subject < ? ORDER BY subject", _bounds(room)
        ),
    )


def beginning(case: Case, text: str, limit: int) -> list[str]:
    """Return the first subjects that begin with a room and some letters of an id."""
    rows = case.database.execute(
        "SELECT subject FROM records WHERE subject >= ? AND subject < ? ORDER BY subject LIMIT ?",
        (text, f"{text}g", limit),
    )
    return [str(subject) for (subject,) in rows]


def every(case: Case) -> Iterator[State]:
    """Yield the newest states of all subjects, in the order of their entries."""
    return map(_state, case.database.execute(f"{_NEWEST} ORDER BY entry"))


def earlier(case: Case, subject: str) -> list[State]:
    """Return the earlier states of a record: of the case's own log, then of branches."""
    rows = case.database.execute(
        f"{_EARLIER} WHERE subject = ? ORDER BY branch, entry", (subject,)
    ).fetchall()
    return [_state(row) for row in rows]


def every_earlier(case: Case) -> Iterator[State]:
    """Yield the earlier states of all records, by record and entry."""
    return map(_state, case.database.execute(f"{_EARLIER} ORDER BY subject, entry"))


def all_states(case: Case, subject: str) -> list[State]:
    """Return every state of a subject that the case holds, the newest first."""
    found = newest(case, subject)
    return ([] if found is None else [found]) + earlier(case, subject)


def forget(case: Case, states: Iterable[State]) -> None:
    """Erase earlier states, inside a transaction of the caller."""
    case.database.executemany(
        "DELETE FROM versions WHERE subject = ? AND branch = ? AND entry = ?",
        [(state.subject, state.branch, state.entry) for state in states],
    )


def forget_earlier(case: Case, subjects: Sequence[str]) -> None:
    """Erase all earlier states of records, those of branches too, inside a transaction."""
    case.database.executemany(
        "DELETE FROM versions WHERE subject = ?", [(subject,) for subject in subjects]
    )


def holders(case: Case, objects: Iterable[str]) -> dict[str, list[str]]:
    """Return the items that have the same object, by its name, in their order."""
    found: dict[str, list[str]] = {}
    for name, subject in database.rows_of(
        case.database,
        "SELECT object, subject FROM records WHERE object IN ({}) ORDER BY subject",
        objects,
    ):
        found.setdefault(str(name), []).append(str(subject))
    return found


def _bounds(room: str) -> tuple[str, str]:
    """Return what stands before and behind all subjects of a room: "0" comes after "/"."""
    return room, room.removesuffix("/") + "0"


def _state(row: tuple[Any, ...]) -> State:
    """Return the state that a row holds: the one place where columns become values."""
    subject, entry, salt, content, name, branch = row
    return State(
        str(subject),
        int(entry),
        bytes(salt),
        bytes(content),
        None if name is None else str(name),
        str(branch),
    )
