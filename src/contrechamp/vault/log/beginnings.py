"""With which log of a case another log goes along longest, however many logs there are.

Each entry is looked at once: a beginning of a log is known by a digest that goes on from that of
the beginning before it, so that what logs share is not compared again for each of them.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence

from sqlcipher3 import dbapi2 as sqlite

from contrechamp.vault.log import custody
from contrechamp.vault.log.chain import MAIN
from contrechamp.vault.values import blob, whole


class Beginnings:
    """The beginnings of all logs of a case that are there as a whole.

    Args:
        database: of the case.
    """

    def __init__(self, database: sqlite.Connection) -> None:
        self._database = database
        #: By log, how many entries it shares with its parent, and digests up to each of its own.
        self._own: dict[str, tuple[int, list[bytes]]] = {}
        self._parents: dict[str, str] = {}
        #: By digest, the first log that has this beginning, and how many entries that are.
        self._places: dict[bytes, tuple[str, int]] = {b"": (MAIN, 0)}
        self._add(MAIN, 0, b"", (leaf for _number, leaf in custody.leaves(database)))
        for name, parent, fork in _in_order(_branches(database)):
            self.add(name, parent, fork)

    def __iter__(self) -> Iterator[str]:
        """Yield the names of the logs, each after the one that it forked from."""
        return iter(self._own)

    def __contains__(self, name: object) -> bool:
        return name in self._own

    def add(self, name: str, parent: str, fork: int) -> None:
        """Add a branch that is in the database by now."""
        rows = self._database.execute(
            "SELECT content FROM branch_entries WHERE branch = ? ORDER BY number", (name,)
        )
        leaves = (blob(content, "branch_entries.content") for (content,) in rows)
        self._parents[name] = parent
        self._add(name, fork, self._up_to(parent, fork), leaves)

    def nearest(self, others: "Beginnings", log: str = MAIN) -> tuple[str, int]:
        """Return the log that shares most entries with one of another copy, and how many."""
        while True:
            start, digests = others._own[log]
            for count in range(len(digests), 0, -1):
                if digests[count - 1] in self._places:
                    return self._places[digests[count - 1]]
            if log == MAIN:
                return MAIN, 0
            if (shared := others._up_to(others._parents[log], start)) in self._places:
                return self._places[shared]
            log = others._parents[log]

    def _add(self, name: str, start: int, digest: bytes, leaves: Iterator[bytes]) -> None:
        digests: list[bytes] = []
        self._own[name] = start, digests
        for count, leaf in enumerate(leaves, start=start + 1):
            digest = hashlib.sha256(digest + leaf).digest()
            digests.append(digest)
            self._places.setdefault(digest, (name, count))

    def _up_to(self, log: str, count: int) -> bytes:
        """Return the digest of the first entries of a log; of all of it, if it has fewer."""
        while log != MAIN and count <= self._own[log][0]:
            log = self._parents[log]
        start, digests = self._own[log]
        place = min(count - start, len(digests))
        return digests[place - 1] if place > 0 else b""


def _branches(database: sqlite.Connection) -> Mapping[str, Sequence[tuple[str, int]]]:
    """Return the branches that fork from each log, and after how many entries."""
    found: dict[str, list[tuple[str, int]]] = {}
    for name, parent, fork in database.execute("SELECT id, parent, fork FROM branches ORDER BY id"):
        found.setdefault(str(parent), []).append((str(name), whole(fork, "branches.fork")))
    return found


def _in_order(children: Mapping[str, Sequence[tuple[str, int]]]) -> Iterator[tuple[str, str, int]]:
    """Yield branch, parent and fork, parents first; what descends from no log is left out."""
    waiting = [MAIN]
    for parent in waiting:
        for name, fork in children.get(parent, ()):
            waiting.append(name)
            yield name, parent, fork
