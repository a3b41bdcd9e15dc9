"""The chain of members of a case, read from its log: entries, trees and signatures as they stand.

`authority` has the rules. Here is what they are asked about: the entries of the log, and of the
logs that were merged, with the signatures over the trees that hold them. Opening a case looks only
at the entries that the rules are about; verifying looks at all.
"""

import bisect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlcipher3 import dbapi2 as sqlite

from contrechamp.base.errors import ContrechampError
from contrechamp.vault.log import (
    authority,
    canonical,
    checkpoint,
    custody,
    merkle,
    note,
    roll,
    signing,
)
from contrechamp.vault.log.roll import Chain
from contrechamp.vault.values import blob, whole

#: Name of the case's own log among the branches.
MAIN = ""
#: Entries that the rules are about. Canonical JSON has no space here, and a quote inside of a text
#: has a backslash before it, so that nothing else has these bytes.
_ABOUT = re.compile(
    b'"subject":"(?:' + b"|".join(one.encode() for one in roll.SUBJECTS) + b")"
).search


def is_about(leaf: bytes) -> bool:
    """Return whether the rules are about an entry, given as its bytes."""
    return _ABOUT(leaf) is not None


@dataclass
class _Log:
    """What is read of one log.

    Args:
        entries: those that count, from the first on, those shared with the parent included, each
            with the size of the first checkpoint that covers it; -1 if none does.
        roots: root of the tree by size, for these checkpoints.
        size: number of its entries.
        frontier: of the tree up to the newest entry, if trees are computed.
        frontiers: of the tree, by size, where branches leave it.
        is_read: whether the whole tree was computed; it is not if nothing in a branch counts.
    """

    entries: list[tuple[custody.Entry, int]] = field(default_factory=list)
    roots: dict[int, bytes] = field(default_factory=dict)
    size: int = 0
    frontier: merkle.Frontier = field(default_factory=merkle.Frontier)
    frontiers: dict[int, merkle.Frontier] = field(default_factory=dict)
    is_read: bool = True


class Reader:
    """Reads the chains of a case's own log and of the logs that were merged.

    Args:
        database: of the case.
        origin: name of the log.
        everything: look at all entries, not only at those that the rules are about. Whether notes
            are of the tree is then left to whoever verifies all of it.
        parsed: entries that were read already, by their bytes.
    """

    def __init__(
        self,
        database: sqlite.Connection,
        origin: str,
        *,
        everything: bool = False,
        parsed: Mapping[bytes, custody.Entry] | None = None,
    ):
        self.database, self.origin, self.everything = database, origin, everything
        self._parsed = parsed or {}
        self.branches = {
            str(name): (str(parent), int(fork))
            for name, parent, fork in database.execute("SELECT id, parent, fork FROM branches")
        }
        self._logs: dict[str, _Log] = {}
        self._chains: dict[str, Chain | None] = {}

    @property
    def frontier(self) -> merkle.Frontier:
        """Frontier of the tree over the case's own log."""
        return self._log(MAIN).frontier

    def chain(self, branch: str = MAIN) -> Chain | None:
        """Return the chain of a log; None if it is not here as a whole, or not as it was signed."""
        if branch not in self._chains:
            self._chains[branch] = None  # a log that says it merged itself finds nothing
            self._chains[branch] = self._chain(branch)
        return self._chains[branch]

    def _chain(self, branch: str) -> Chain | None:
        ancestors = self._ancestors(branch)
        if ancestors is None:
            return None
        log = self._log(branch)
        checked = log.is_read and not self.everything
        if branch != MAIN and checked and log.frontier.root().hex() != branch:
            return None
        chain = Chain(self.origin, legacy=_keys(self.database, branch))
        batches: dict[int, roll.SignedBy] = {}
        for entry, size in log.entries:
            if size not in batches:
                batches = {size: self._signed_by(ancestors, log, size)}  # they come in order
            authority.follow(chain, entry, batches[size], self.chain)
        if not chain.birth:
            _add_unproven(self.database, chain, branch)
        return chain

    def _ancestors(self, branch: str) -> list[str] | None:
        """Return a branch and the logs that it descends from; None if one is missing."""
        found = [branch]
        while found[-1] != MAIN:
            parent = self.branches.get(found[-1], (None, 0))[0]
            if parent is None or parent in found:
                return None
            found.append(parent)
        return found

    def _log(self, branch: str) -> _Log:
        if branch not in self._logs:
            self._logs[branch] = self._read(branch)
        return self._logs[branch]

    def _read(self, branch: str) -> _Log:
        """Read a log whose ancestors are all there."""
        forks = {fork for parent, fork in self.branches.values() if parent == branch}
        if branch == MAIN:
            log, leaves = _Log(), custody.leaves(self.database)
        else:
            parent, fork = self.branches[branch]
            log, leaves = _begun(self._log(parent), fork), _branch_leaves(self.database, branch)
            if not self.everything and not forks:
                there = list(leaves)
                log.is_read = any(_ABOUT(leaf) for _number, leaf in there)
                leaves = iter(there if log.is_read else [])
        self._take(log, leaves, forks, self._covering(branch))
        return log

    def _covering(self, branch: str) -> Callable[[int], int]:
        """Return what finds the size of the first checkpoint over an entry; -1 if there is none."""
        of = "checkpoints" if branch == MAIN else "branch_checkpoints"
        where = "" if branch == MAIN else " AND branch = ?"
        values = () if branch == MAIN else (branch,)
        if not self.everything:
            query = f"SELECT MIN(size) FROM {of} WHERE size > ?{where}"  # noqa: S608

            def asked(number: int) -> int:
                (size,) = self.database.execute(query, (number, *values)).fetchone()
                return -1 if size is None else int(size)

            return asked
        query = f"SELECT DISTINCT size FROM {of} WHERE size > ?{where} ORDER BY size"  # noqa: S608
        sizes = [int(size) for (size,) in self.database.execute(query, (-1, *values))]

        def looked_up(number: int) -> int:
            place = bisect.bisect_right(sizes, number)
            return sizes[place] if place < len(sizes) else -1

        return looked_up

    def _take(
        self,
        log: _Log,
        leaves: Iterable[tuple[int, bytes]],
        forks: set[int],
        covering: Callable[[int], int],
    ) -> None:
        if self.everything:
            self._take_all(log, leaves, covering)
            return
        marks, append = set(forks), log.frontier.append
        if log.size in forks:
            log.frontiers[log.size] = log.frontier.copy()
        for place, (_number, leaf) in enumerate(leaves, start=log.size):
            append(merkle.leaf_hash(leaf))
            if _ABOUT(leaf):
                entry = _entry(leaf)
                if entry is not None and entry.number == place:
                    size = covering(place)
                    log.entries.append((entry, size))
                    marks.add(size)
            if place + 1 in marks:
                log.roots[place + 1] = log.frontier.root()
                if place + 1 in forks:
                    log.frontiers[place + 1] = log.frontier.copy()
        log.size = log.frontier.size

    def _take_all(
        self, log: _Log, leaves: Iterable[tuple[int, bytes]], covering: Callable[[int], int]
    ) -> None:
        place = log.size
        for place, (_number, leaf) in enumerate(leaves, start=log.size + 1):
            entry = self._parsed.get(leaf) or _entry(leaf)
            if entry is not None and entry.number == place - 1:
                log.entries.append((entry, covering(place - 1)))
        log.size = place

    def _signed_by(self, ancestors: Sequence[str], log: _Log, size: int) -> roll.SignedBy:
        """Return who signed the tree of a size, by any of its notes in the log or its parents."""
        notes = self._notes(ancestors, size)
        if self.everything:
            return signatures_of(notes)
        return signatures_of(saying(notes, self.origin, size, log.roots.get(size)))

    def _notes(self, ancestors: Sequence[str], size: int) -> Iterator[str]:
        end = None
        for branch in ancestors:
            if branch == MAIN:
                query, values = "SELECT note FROM checkpoints WHERE size = ?", (size,)
            else:
                query = "SELECT note FROM branch_checkpoints WHERE size = ? AND branch = ?"
                values = (size, branch)  # type: ignore[assignment]
            if end is None or size <= end:
                yield from (str(text) for (text,) in self.database.execute(query, values))
            fork = self.branches.get(branch, ("", 0))[1]
            end = fork if end is None else min(end, fork)


def read(database: sqlite.Connection, origin: str) -> tuple[Chain, merkle.Frontier]:
    """Return the chain of a case's own log, and the frontier of its tree.

    Args:
        database: of the case.
        origin: name of the log.
    """
    reader = Reader(database, origin)
    chain = reader.chain()
    assert chain is not None  # noqa: S101
    return chain, reader.frontier


def _begun(parent: _Log, fork: int) -> _Log:
    """Return what a branch shares with the log that it leaves."""
    return _Log(
        entries=[(entry, size) for entry, size in parent.entries if entry.number < fork],
        roots={size: root for size, root in parent.roots.items() if size <= fork},
        size=min(fork, parent.size),
        frontier=parent.frontiers[fork].copy() if fork in parent.frontiers else merkle.Frontier(),
        frontiers={size: one for size, one in parent.frontiers.items() if size <= fork},
    )


def signatures_of(notes: Iterable[str]) -> roll.SignedBy:
    """Return whether any of some notes, all over one tree, is signed by a key."""
    texts, known = list(notes), dict[tuple[str, bytes], bool]()

    def signed_by(name: str, public: bytes) -> bool:
        if (name, public) not in known:
            known[name, public] = any(_is_signed(text, name, public) for text in texts)
        return known[name, public]

    return signed_by


def _is_signed(text: str, name: str, public: bytes) -> bool:
    try:
        return bool(note.signers(text, {name: public}))
    except (ContrechampError, ValueError):  # a wrong signature, or bytes that are no public key
        return False


def saying(notes: Iterable[str], origin: str, size: int, root: bytes | None) -> list[str]:
    """Return those of some notes that are checkpoints of this tree, whoever signed them."""
    return [text for text in notes if _says(text, origin, size, root)]


def _says(text: str, origin: str, size: int, root: bytes | None) -> bool:
    try:
        said, _signatures = checkpoint.parse(text)
    except ContrechampError:
        return False
    return (said.origin, said.size, said.root) == (origin, size, root)


def _entry(leaf: bytes) -> custody.Entry | None:
    try:
        return custody.entry_of(canonical.loads(leaf))
    except (ValueError, ContrechampError):
        return None


def _branch_leaves(database: sqlite.Connection, branch: str) -> Iterator[tuple[int, bytes]]:
    for number, content in database.execute(
        "SELECT number, CAST(content AS BLOB) FROM branch_entries WHERE branch = ? ORDER BY number",
        (branch,),
    ):
        yield whole(number, "entries.number"), blob(content, "entries.content")


def _keys(database: sqlite.Connection, branch: str) -> dict[str, list[signing.Key]]:
    """Return the table of keys of a log, by which entries of the older form are checked."""
    if branch == MAIN:
        return signing.keys_of(database)
    found: dict[str, list[signing.Key]] = {}
    for member, number, public, since in database.execute(
        "SELECT member, number, public, since FROM branch_keys WHERE branch = ? "
        "ORDER BY member, number",
        (branch,),
    ):
        key = signing.key_of(number, public, since)
        found.setdefault(str(member), []).append(key)
    return found


def _add_unproven(database: sqlite.Connection, chain: Chain, branch: str) -> None:
    """Add what only the tables and records of a log of the older form say; nothing proves it."""
    if branch != MAIN:
        return
    for member, recipient, left in database.execute("SELECT id, recipient, left_at FROM members"):
        keys = tuple(chain.legacy.get(str(member), ()))
        if keys:
            chain.members[str(member)] = roll.Member(
                str(member), str(recipient), keys, keys[0].since, "", "",
                left=keys[-1].since if left else None, made_by=str(member), adopted=True,
            )  # fmt: skip
    for subject, salt, state, entry in database.execute(
        "SELECT subject, salt, state, entry FROM records WHERE subject > 'compartment/' "
        "AND subject < 'compartment0' ORDER BY entry"
    ):
        content = blob(state, "records.state")
        told = canonical.loads(content)
        digest = custody.digest(blob(salt, "records.salt", 64), content)
        name = str(subject).removeprefix(roll.COMPARTMENT)
        erased = "erased_at" in told
        chain.compartments[name] = roll.Compartment(
            name, str(told.get("recipient", "")), frozenset(told.get("keys", ())), int(entry),
            "", digest, erased=erased, adopted=True,
        )  # fmt: skip
        if erased:
            chain.erasures[name] = frozenset({digest})
