"""Subjects and their states: how other rooms read the vault's records.

A subject is what an entry of the log is about: ``item/<id>``, ``record/<id>``, ``merge/<id>``, ...
The vault keeps its newest state, and of records also the earlier ones, in the case's own log and in
those of merged copies. Rooms above ask here and write no SQL over the vault's tables.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from contrechamp.vault import database, state_shapes
from contrechamp.vault.case import Case
from contrechamp.vault.log import custody
from contrechamp.vault.log.custody import ERASED_AT
from contrechamp.vault.values import blob, text, whole

#: Branch of states in the case's own log.
MAIN = ""

_COLUMNS = "records.subject, entry, salt, state, object, ''"
_NEWEST = f"SELECT {_COLUMNS} FROM records"  # noqa: S608
_EARLIER = "SELECT subject, entry, salt, state, NULL, branch FROM versions"


class State(NamedTuple):
    """A state of a subject: its newest, or an earlier one.

    Args:
        subject: whose state it is.
        entry: number of its entry in the log or branch.
        salt: key of its digest.
        content: canonical JSON.
        object: name of an item's object; None for other subjects, and once it was erased.
        branch: id of the merged branch that it is in; `MAIN` for the case's own log.
    """

    subject: str
    entry: int
    salt: bytes
    content: bytes
    object: str | None
    branch: str

    def __repr__(self) -> str:
        return (
            f"State({self.subject}, {self.branch or 'log'} {self.entry})"  # nothing of its content
        )

    @property
    def parsed(self) -> dict[str, Any]:
        """The state as a dict, parsed anew each time.

        Raises:
            InputError: if it is not of the shape that ours have.
        """
        try:
            found = json.loads(self.content.decode())
        except (ValueError, RecursionError):
            found = None
        return state_shapes.checked(self.subject, found)

    @property
    def digest(self) -> str:
        """The digest by which its entry in the log commits to it."""
        return custody.digest(self.salt, self.content)

    @property
    def is_erased(self) -> bool:
        """Whether the subject was erased; the state then says only when."""
        return ERASED_AT in self.parsed


def newest(case: Case, subject: str) -> State | None:
    """Return the newest state of a subject; None if there is no such subject."""
    row = case.database.execute(f"{_NEWEST} WHERE subject = ?", (subject,)).fetchone()
    return None if row is None else _state(row)


def entry_of(case: Case, subject: str) -> custody.Entry | None:
    """Return the entry of the newest state of a subject; None if there is no such subject."""
    row = case.database.execute(
        "SELECT content FROM records JOIN entries ON number = entry WHERE subject = ?", (subject,)
    ).fetchone()
    return None if row is None else custody.read_entry(row[0])


def newest_of(case: Case, subjects: Iterable[str]) -> dict[str, State]:
    """Return the newest states of subjects, by subject; those that do not exist are left out."""
    rows = database.rows_of(case.database, f"{_NEWEST} WHERE subject IN ({{}})", subjects)
    return {state.subject: state for state in map(_state, rows)}


def joined(
    case: Case, rows: str, given: Sequence[object] = ()
) -> Iterator[tuple[Any, State, custody.Entry]]:
    """Yield values from another room's table with the newest states and entries of their subjects.

    One statement reads all of it, and so at one moment, whatever another process writes meanwhile.

    Args:
        case: open.
        rows: SELECT over that table of the columns ``subject``, ``value`` (which is yielded) and
            ``place`` (which orders the rows). Rows whose subject does not exist are left out.
        given: values for its placeholders.
    """
    return map(_joined, case.database.execute(_join(rows), given))


@lru_cache(maxsize=64)
def _join(rows: str) -> str:
    return (
        f"SELECT value, {_COLUMNS}, content FROM ({rows}) AS mine "  # noqa: S608
        "JOIN records ON records.subject = mine.subject JOIN entries ON number = entry "
        "ORDER BY place"
    )


def _joined(row: Sequence[Any]) -> tuple[Any, State, custody.Entry]:
    return row[0], _state(row[1:7]), custody.read_entry(row[7])


def known(case: Case, subjects: Iterable[str]) -> set[str]:
    """Return those of `subjects` that the case knows, erased ones included."""
    rows = database.rows_of(
        case.database, "SELECT subject FROM records WHERE subject IN ({})", subjects
    )
    return {str(subject) for (subject,) in rows}


def below(case: Case, prefix: str) -> Iterator[State]:
    """Yield the newest states of all subjects below a prefix such as ``item/``, in order."""
    return map(
        _state,
        case.database.execute(
            f"{_NEWEST} WHERE subject > ? AND subject < ? ORDER BY subject", _bounds(prefix)
        ),
    )


def newest_first(case: Case, prefix: str, without: str, first: int, count: int) -> list[State]:
    """Return some of the newest states below a prefix, the last that was written first.

    Args:
        case: open.
        prefix: such as ``item/``.
        without: states whose canonical JSON has this text in it are passed over.
        first: how many of them are passed over too.
        count: how many are returned at most.
    """
    rows = case.database.execute(
        f"{_NEWEST} WHERE subject > ? AND subject < ? AND NOT instr(state, ?) "
        "ORDER BY entry DESC LIMIT ? OFFSET ?",
        (*_bounds(prefix), without.encode(), count, first),
    )
    return list(map(_state, rows))


def holding(case: Case, prefix: str, text: str) -> Iterator[State]:
    """Yield the newest states below a prefix whose canonical JSON has some text in it, in order.

    It saves reading the states of all others.
    """
    return map(
        _state,
        case.database.execute(
            f"{_NEWEST} WHERE subject > ? AND subject < ? AND instr(state, ?) ORDER BY subject",
            (*_bounds(prefix), text.encode()),
        ),
    )


def with_prefix(case: Case, beginning: str, limit: int) -> list[str]:
    """Return the first subjects that begin with a prefix and some digits of an id, in order."""
    rows = case.database.execute(
        "SELECT subject FROM records WHERE subject >= ? AND subject < ? ORDER BY subject LIMIT ?",
        (beginning, f"{beginning}g", limit),
    )
    return [str(subject) for (subject,) in rows]


def all_newest(case: Case) -> Iterator[State]:
    """Yield the newest states of all subjects, in the order of their entries."""
    return map(_state, case.database.execute(f"{_NEWEST} ORDER BY entry"))


def earlier(case: Case, subject: str) -> list[State]:
    """Return the earlier states of a record: in the case's own log, then in branches."""
    rows = case.database.execute(
        f"{_EARLIER} WHERE subject = ? ORDER BY branch, entry", (subject,)
    ).fetchall()
    return [_state(row) for row in rows]


def all_earlier(case: Case) -> Iterator[State]:
    """Yield the earlier states of all records, by record and entry."""
    return map(_state, case.database.execute(f"{_EARLIER} ORDER BY subject, entry"))


def all_states(case: Case, subject: str) -> list[State]:
    """Return every state of a subject that the case holds, the newest first."""
    found = newest(case, subject)
    return ([] if found is None else [found]) + earlier(case, subject)


def forget(case: Case, states: Iterable[State], *, keep_reasons: bool = False) -> None:
    """Erase these earlier states, inside the caller's transaction.

    With those of merged copies go the reasons of their entries there, unless they are to be kept;
    the case's own log is seen to where the entry is written (`case.append`).
    """
    gone = [(state.subject, state.branch, state.entry) for state in states]
    case.database.executemany(
        "DELETE FROM versions WHERE subject = ? AND branch = ? AND entry = ?", gone
    )
    if not keep_reasons:
        case.database.executemany(
            "UPDATE branch_entries SET salt = NULL, reason = NULL WHERE branch = ? AND number = ?",
            [(branch, entry) for _subject, branch, entry in gone if branch != MAIN],
        )


def forget_earlier(case: Case, subjects: Sequence[str]) -> None:
    """Erase all earlier states of records, branches included, inside the caller's transaction."""
    case.database.executemany(
        "DELETE FROM versions WHERE subject = ?", [(subject,) for subject in subjects]
    )


def holders(case: Case, objects: Iterable[str]) -> dict[str, list[str]]:
    """Return, for each object by name, the items that have it, in order."""
    found: dict[str, list[str]] = {}
    for name, subject in database.rows_of(
        case.database,
        "SELECT object, subject FROM records WHERE object IN ({}) ORDER BY subject",
        objects,
    ):
        found.setdefault(str(name), []).append(str(subject))
    return found


def _bounds(prefix: str) -> tuple[str, str]:
    """Return what sorts before and after all subjects below a prefix: "0" follows "/"."""
    return prefix, prefix.removesuffix("/") + "0"


def _state(row: Sequence[Any]) -> State:
    """Return the state in a row; columns become values only here."""
    subject, entry, salt, content, name, branch = row
    return State(
        text(subject, "records.subject"),
        whole(entry, "records.entry"),
        blob(salt, "records.salt", 64),
        blob(content, "records.state"),
        None if name is None else text(name, "records.object", 64),
        text(branch, "versions.branch"),
    )
