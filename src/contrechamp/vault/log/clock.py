"""Where the times that entries tell cannot all be right.

What the log proves is the order of its entries. Their times are those of the clocks of members'
machines, which can be wrong or be set; nothing of this is a fault of the log. An anchor says that
entries were there at the latest at its time, and nothing about when later ones were made.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from sqlcipher3 import dbapi2 as sqlite

from contrechamp.vault.log import custody

#: The log that a case goes on with, among its branches.
_MAIN = ""
#: As far as a machine's clock may be ahead of an authority's without being told.
TOLERANCE = timedelta(minutes=5)


def set_back(
    database: sqlite.Connection, parsed: Mapping[bytes, custody.Entry] = {}
) -> dict[tuple[str, int], str]:
    """Return the entries that are earlier than the entry before them in the same log.

    Args:
        database: of the case.
        parsed: entries that were read already, by their bytes.

    Returns:
        by branch (empty for the log itself) and number, the time of the entry before.
    """
    forks = {
        str(branch): (str(parent), int(fork))
        for branch, parent, fork in database.execute("SELECT id, parent, fork FROM branches")
    }
    times = dict(_times(database, parsed))
    found = {}
    for (branch, number), at in times.items():
        if branch in forks and number < forks[branch][1]:
            continue  # `vault.verifying` tells that it does not belong there
        log, steps = branch, 0
        while log in forks and number - 1 < forks[log][1] and steps <= len(forks):
            log, steps = forks[log][0], steps + 1
        before = times.get((log, number - 1), "")
        if at < before:
            found[branch, number] = before
    return found


def _times(
    database: sqlite.Connection, parsed: Mapping[bytes, custody.Entry]
) -> Iterator[tuple[tuple[str, int], str]]:
    """Yield the time of every entry that is readable, by branch and number."""
    rows = database.execute(
        "SELECT '', number, CAST(content AS BLOB) FROM entries "
        "UNION ALL SELECT branch, number, content FROM branch_entries"
    )
    for branch, number, content in rows:
        try:
            entry = parsed.get(content) or custody.read_entry(content)
            yield (str(branch), int(number)), entry.at
        except (TypeError, ValueError):
            continue  # `vault.verifying` tells that an entry is not readable


def ahead(
    entries: Sequence[custody.Entry], dated: Sequence[tuple[int, datetime]]
) -> Iterator[tuple[custody.Entry, datetime]]:
    """Yield the entries that say a later time than that at which they were there already.

    Args:
        entries: of the log.
        dated: for each checkpoint that somebody dated, the number of its entries, and when.
    """
    by_size = sorted(dated)
    sizes = [size for size, _time in by_size]
    # Of each checkpoint, the earliest of the times of it and those after it, which hold it too.
    earliest = list(accumulate((time for _size, time in reversed(by_size)), min))[::-1]
    for entry in entries:
        first = bisect_right(sizes, entry.number)
        if first == len(sizes):
            continue
        latest, at = earliest[first], _time(entry.at)
        if at is not None and at > latest + TOLERANCE:
            yield entry, latest


def _time(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
