"""Logs of other copies of a case that were merged into it: kept whole, and each still provable.

A log is append-only, so the logs of two copies that have diverged cannot become one sequence
without breaking the checkpoints of one of them. The log of the copy that is merged into continues;
what the other log has after their last common entry is kept beside it as a branch, entry by entry,
with its checkpoints. The tree of every checkpoint that was ever signed is thus still there, and an
entry of the log with the subject ``merge/<id>`` commits to the root of the branch.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlcipher3 import dbapi2 as sqlite

from contrechamp.base.errors import ContrechampError
from contrechamp.base.i18n import _
from contrechamp.vault.case import Case
from contrechamp.vault.log import canonical, chain, checkpoint, custody, merkle, roll, signing
from contrechamp.vault.log.beginnings import Beginnings
from contrechamp.vault.values import blob, text, whole

SUBJECT = "merge/"
#: Name of the case's own log among the branches.
MAIN = chain.MAIN
_CONTENT = "branch_entries.content"


@dataclass(frozen=True)
class Branch:
    """A log that was merged.

    Args:
        id: root of the tree up to its newest entry, hexadecimal.
        parent: id of the branch that it forked from, or `MAIN`.
        fork: number of entries that it shares with its parent.
    """

    id: str
    parent: str
    fork: int


def branches(database: sqlite.Connection) -> dict[str, Branch]:
    """Return the branches of a case by id."""
    rows = database.execute("SELECT id, parent, fork FROM branches ORDER BY id")
    return {
        str(row[0]): Branch(str(row[0]), str(row[1]), whole(row[2], "branches.fork"))
        for row in rows
    }


def entries(database: sqlite.Connection) -> Iterator[tuple[str, custody.Entry]]:
    """Yield the entries that are only in branches, each with the id of its branch."""
    for branch, content in database.execute("SELECT branch, content FROM branch_entries"):
        yield str(branch), custody.entry_of(canonical.loads(blob(content, _CONTENT)))


def reasons(database: sqlite.Connection) -> Iterator[tuple[str, custody.Entry, str]]:
    """Yield the reasons of entries that are only in branches: branch, entry and reason."""
    for branch, content, reason in database.execute(
        "SELECT branch, content, reason FROM branch_entries WHERE reason IS NOT NULL"
    ):
        yield str(branch), custody.read_entry(content), str(reason)


def leaves_of(database: sqlite.Connection, branch: str) -> list[bytes]:
    """Return all entries of a branch from the first on, including those that it shares.

    Raises:
        ValueError: if a branch that it descends from is missing, or is the branch itself.
    """
    known, parts, end = branches(database), [], None
    seen: set[str] = set()
    while branch != MAIN:
        if branch in seen or branch not in known:
            raise ValueError("no such branch")
        seen.add(branch)
        rows = database.execute(
            "SELECT number, content FROM branch_entries WHERE branch = ? ORDER BY number", (branch,)
        )
        parts.append(
            [
                blob(content, _CONTENT)
                for number, content in rows
                if end is None or whole(number, "branch_entries.number") < end
            ]
        )
        end = known[branch].fork if end is None else min(end, known[branch].fork)
        branch = known[branch].parent
    shared = [
        content for number, content in custody.leaves(database) if end is None or number < end
    ]
    return [*shared, *(leaf for part in reversed(parts) for leaf in part)]


def checkpoint_over(database: sqlite.Connection, branch: str, number: int) -> tuple[int, str]:
    """Return size and note of the first checkpoint over an entry of a log or branch.

    Raises:
        ValueError: if there is none.
    """
    known = branches(database)
    while branch != MAIN and number < known[branch].fork:
        branch = known[branch].parent
    found = database.execute(
        "SELECT size, note FROM (SELECT size, note, '' AS branch FROM checkpoints UNION ALL "
        "SELECT size, note, branch FROM branch_checkpoints) WHERE branch = ? AND size > ? "
        "ORDER BY size LIMIT 1",
        (branch, number),
    ).fetchone()
    if found is None:
        raise ValueError("no checkpoint")
    return int(found[0]), str(found[1])


def contains(case: Case, size: int, root: bytes) -> bool:
    """Return whether the log or a merged branch begins with the tree of a checkpoint."""
    for branch in (MAIN, *branches(case.database)):
        leaves = leaves_of(case.database, branch)
        if size <= len(leaves) and _root(leaves[:size]) == root:
            return True
    return False


def head(case: Case) -> str:
    """Return the root of the tree over a case's whole log, hexadecimal."""
    return case.frontier.root().hex()


def author(case: Case, subject: str, digest: str) -> tuple[str, str] | None:
    """Return who wrote a state that a merge brought in, and when; None if the merge wrote it."""
    rows = case.database.execute(
        "SELECT content FROM versions JOIN branch_entries "
        "ON branch_entries.branch = versions.branch AND number = entry WHERE subject = :subject "
        "UNION ALL SELECT content FROM versions JOIN entries ON number = entry "
        "WHERE subject = :subject AND branch = ''",
        {"subject": subject},
    )
    found = None
    for (content,) in rows:
        entry = custody.entry_of(canonical.loads(blob(content, _CONTENT)))
        if entry.digest == digest:
            found = entry.member, entry.at
            if entry.action != "merge":
                break  # else it was merged or taken over there: the author may be in a third copy
    return found


def fork_of(case: Case, other: Case) -> int:
    """Return how many entries the log of another copy shares with a log of this one."""
    return Beginnings(case.database).nearest(Beginnings(other.database))[1]


def keep(case: Case, other: Case) -> str:
    """Write the log of another copy as a branch, and the branches of that copy, in a transaction.

    Each is kept from the point where it forks from what is here already: the case's log, or a
    branch of an earlier merge. A log that is here as a whole, such as an earlier state of the
    case's own log, gets no entries of its own. States of records that either copy has erased are
    not kept.

    Args:
        case: open for writing.
        other: the other copy.

    Returns:
        The id of the branch.
    """
    mine, theirs = Beginnings(case.database), Beginnings(other.database)
    erased = _erased_subjects(case.database)
    gone = erased | _erased_subjects(other.database)
    for one in theirs:
        name = one or head(other)
        if name not in mine:
            parent, fork = mine.nearest(theirs, one)
            _keep_one(case, other, one, Branch(name, parent, fork))
            _keep_versions(case, other, one, Branch(name, parent, fork), gone)
            mine.add(name, parent, fork)
    custody.forget_branch_reasons(case.database, erased)
    return head(other)


def _keep_one(case: Case, other: Case, branch: str, kept: Branch) -> None:
    """Write one log of another copy as a branch."""
    row = (kept.id, kept.parent, kept.fork)
    case.database.execute("INSERT INTO branches VALUES (?, ?, ?)", row)
    for query, put in _OF_LOG if branch == MAIN else _OF_BRANCH:
        rows = other.database.execute(query, {"branch": branch, "fork": kept.fork}).fetchall()
        case.database.executemany(put, [(kept.id, *row) for row in rows])


_PUT_ENTRY = "INSERT INTO branch_entries VALUES (?, ?, ?, ?, ?)"
_PUT_CHECKPOINT = "INSERT INTO branch_checkpoints VALUES (?, ?, ?)"
_PUT_KEY = "INSERT INTO branch_keys VALUES (?, ?, ?, ?, ?)"
_OF_LOG = (
    ("SELECT number, CAST(content AS BLOB), salt, text FROM entries LEFT JOIN reasons "
     "USING (number) WHERE number >= :fork ORDER BY number", _PUT_ENTRY),
    ("SELECT size, note FROM checkpoints WHERE size > :fork", _PUT_CHECKPOINT),
    ("SELECT member, number, public, since FROM signing_keys", _PUT_KEY),
)  # fmt: skip
_OF_BRANCH = (
    ("SELECT number, content, salt, reason FROM branch_entries "
     "WHERE branch = :branch AND number >= :fork", _PUT_ENTRY),
    ("SELECT size, note FROM branch_checkpoints "
     "WHERE branch = :branch AND size > :fork", _PUT_CHECKPOINT),
    ("SELECT member, number, public, since FROM branch_keys WHERE branch = :branch", _PUT_KEY),
)  # fmt: skip


def _keep_versions(case: Case, other: Case, branch: str, kept: Branch, erased: set[str]) -> None:
    """Write the states that the entries of a branch commit to, unless they are erased."""
    rows = other.database.execute(
        "SELECT subject, entry, salt, state FROM versions "
        "WHERE branch = :branch AND entry >= :fork "
        "UNION ALL SELECT subject, entry, salt, state FROM records WHERE :branch = '' "
        "AND entry >= :fork AND subject > 'record/' AND subject < 'record/g'",
        {"branch": branch, "fork": kept.fork},
    ).fetchall()
    case.database.executemany(
        "INSERT INTO versions VALUES (?, ?, ?, ?, ?)",
        [(row[0], kept.id, *row[1:]) for row in rows if row[0] not in erased],
    )


def _erased_subjects(database: sqlite.Connection) -> set[str]:
    rows = database.execute(
        "SELECT subject FROM records "
        "WHERE json_extract(CAST(state AS TEXT), '$.erased_at') IS NOT NULL "
        "AND subject NOT LIKE 'compartment/%'"  # a key that was changed
    )
    return {str(subject) for (subject,) in rows}


def problems(
    case: Case, records: Mapping[str, Any], reader: chain.Reader
) -> Iterator[tuple[str, str]]:
    """Yield everything about branches that is not as it was signed: branch and message.

    Args:
        case: open.
        records: what the records ``merge/<id>`` say, by subject.
        reader: of all entries, for the chain of members of each branch.
    """
    database, known = case.database, branches(case.database)
    told = {str(state.get("branch")) for state in records.values()}
    erased = _erased(database, known)
    for branch in known.values():
        try:
            leaves = leaves_of(database, branch.id)
        except ValueError:
            yield branch.id, _("the log that it forked from is missing")
            continue
        if _root(leaves).hex() != branch.id:
            yield branch.id, _("its entries are not those that were merged")
            continue
        yield from ((branch.id, message) for message in _signed(case, branch, leaves, reader))
        yield from ((branch.id, message) for message in _reasons(database, branch, erased))
        yield from ((branch.id, message) for message in _versions(database, branch, erased))
    # A branch that came along with another is recorded only in a log that is a branch itself.
    direct = {branch.id for branch in known.values() if branch.parent == MAIN}
    for name in sorted(told - known.keys()):
        yield name, _("the log says that it was merged, but it is missing")
    if direct and not told:
        yield min(direct), _("no entry of the log says that it was merged")
    rows = database.execute("SELECT DISTINCT branch FROM versions WHERE branch != ''")
    for name in sorted({str(row[0]) for row in rows} - known.keys()):
        yield name, _("the log that it forked from is missing")


def _signed(
    case: Case, branch: Branch, leaves: Sequence[bytes], reader: chain.Reader
) -> Iterator[str]:
    """Check the checkpoints of a branch, and that each entry is signed by a member who might."""
    origin, found = case.file.log_origin, reader.chain(branch.id)
    if found is None:
        yield _("the log that it forked from is missing")
        return
    if not _table_fits(case, branch, found):
        yield _("the keys of its members are not those of the case")
    notes = case.database.execute(
        "SELECT size, note FROM branch_checkpoints WHERE branch = ? ORDER BY size", (branch.id,)
    ).fetchall()
    roots = _roots(leaves, {size for size, _note in notes})
    public_keys, signed = found.public_keys(), 0
    for size, signed_note in notes:
        try:
            said = checkpoint.check(str(signed_note), public_keys)
            if (said.origin, said.size, said.root) != (origin, size, roots.get(size)):
                yield checkpoint.not_as_signed(size)
            signed = max(signed, said.size)
        except ContrechampError as error:
            yield str(error)
    for number, leaf in enumerate(leaves[branch.fork :], start=branch.fork):
        if _entry(leaf) is None:
            yield _("entry {number} is not readable").format(number=number)
        elif number >= signed:
            yield _("entry {number} is not signed by the member whom it names").format(
                number=number
            )
    for problem in found.problems:
        told = problem.kind == "authority" or problem.number < signed
        if told and problem.number >= branch.fork:
            yield problem.message


def _table_fits(case: Case, branch: Branch, found: roll.Chain) -> bool:
    """Return whether the table of a branch's keys says what its log, or that of the case, says."""
    if found.birth:
        return all(
            tuple(found.legacy.get(member, ())) == one.keys for member, one in found.members.items()
        )
    mine = signing.keys_of(case.database)
    return branch.parent != MAIN or all(
        [key for key in theirs if key.since < branch.fork]
        == [key for key in mine.get(member, []) if key.since < branch.fork]
        for member, theirs in found.legacy.items()
    )


def _reasons(
    database: sqlite.Connection, branch: Branch, erased: Mapping[str, set[str]]
) -> Iterator[str]:
    """Check reasons; only those of what was erased, or forgotten, may be missing."""
    gone = set[str]().union(*erased.values())
    for content, salt, reason in database.execute(
        "SELECT content, salt, reason FROM branch_entries WHERE branch = ?", (branch.id,)
    ):
        entry = _entry(content)
        got = ""
        if salt is not None:
            said = text(reason, "branch_entries.reason").encode()
            got = custody.digest(blob(salt, "branch_entries.salt", 64), said)
        if entry is None or got == entry.reason:
            continue
        if salt is not None or entry.subject not in gone or entry.action == "erase":
            yield _("the reason of entry {number} was altered or is missing").format(
                number=entry.number
            )


def _versions(
    database: sqlite.Connection, branch: Branch, erased: Mapping[str, set[str]]
) -> Iterator[str]:
    digests = {
        (str(subject), int(number)): custody.digest(
            blob(salt, "versions.salt", 64), blob(state, "versions.state")
        )
        for subject, number, salt, state in database.execute(
            "SELECT subject, entry, salt, state FROM versions WHERE branch = ?", (branch.id,)
        )
    }
    for (content,) in database.execute(
        "SELECT content FROM branch_entries WHERE branch = ?", (branch.id,)
    ):
        entry = _entry(content)
        if entry is None or not entry.subject.startswith(custody.VERSIONED):
            continue
        got = digests.pop((entry.subject, entry.number), None)
        fits = got is None if entry.subject in erased.get("erase", ()) else got == entry.digest
        if not fits and not (got is None and entry.subject in erased.get("forget", ())):
            yield _("{subject}: its state is not what entry {number} says").format(
                subject=entry.subject, number=entry.number
            )
    for subject, number in digests:
        yield _("{subject}: its state is not what entry {number} says").format(
            subject=subject, number=number
        )


def _erased(database: sqlite.Connection, known: Mapping[str, Branch]) -> dict[str, set[str]]:
    """Return, by erasing action, the subjects that the log or any branch erased states of."""
    found: dict[str, set[str]] = {}
    contents = [content for _number, content in custody.leaves(database)] if known else []
    rows = database.execute("SELECT content FROM branch_entries")
    contents += [blob(row[0], _CONTENT) for row in rows]
    for entry in map(_entry, contents):
        if entry is not None and entry.action in custody.ERASING:
            found.setdefault(entry.action, set()).add(entry.subject)
    return found


def _entry(content: bytes) -> custody.Entry | None:
    try:
        return custody.entry_of(canonical.loads(blob(content, _CONTENT)))
    except (ValueError, ContrechampError):
        return None


def _roots(leaves: Sequence[bytes], sizes: Collection[int]) -> dict[int, bytes]:
    """Return the root of the tree over the first `size` leaves, by size."""
    frontier, roots = merkle.Frontier(), {}
    for size, leaf in enumerate(leaves, start=1):
        frontier.append(merkle.leaf_hash(leaf))
        if size in sizes:
            roots[size] = frontier.root()
    return roots


def _root(leaves: Sequence[bytes]) -> bytes:
    return merkle.root([merkle.leaf_hash(leaf) for leaf in leaves])
