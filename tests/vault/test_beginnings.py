"""The log that shares most entries with another one is found as by comparing all of them."""

import random
import time
from collections.abc import Sequence

import pytest
from sqlcipher3 import dbapi2 as sqlite

from contrechamp.vault import database
from contrechamp.vault.log.beginnings import Beginnings


def logs_of(own: Sequence[bytes], branches: dict[str, tuple[str, int, list[bytes]]]):
    """Return a database with these logs."""
    db = sqlite.connect(":memory:", isolation_level=None)
    database.make_tables(db, "")
    db.executemany("INSERT INTO entries VALUES (?, ?)", enumerate(own))
    for name, (parent, fork, leaves) in branches.items():
        db.execute("INSERT INTO branches VALUES (?, ?, ?)", (name, parent, fork))
        db.executemany(
            "INSERT INTO branch_entries VALUES (?, ?, ?, NULL, NULL)",
            [(name, number, leaf) for number, leaf in enumerate(leaves, start=fork)],
        )
    return db


def random_logs(draw: random.Random) -> tuple[sqlite.Connection, dict[str, list[bytes]]]:
    """Return some logs that go on from each other, of few different entries, and all of each."""
    whole = {"": [draw.choice(LEAVES) for _each in range(draw.randint(1, 8))]}
    branches = {}
    for number in range(draw.randint(0, 6)):
        parent = draw.choice(sorted(whole))
        fork = draw.randint(0, len(whole[parent]))
        leaves = [draw.choice(LEAVES) for _each in range(draw.randint(0, 4))]
        branches[f"b{number}"] = parent, fork, leaves
        whole[f"b{number}"] = whole[parent][:fork] + leaves
    return logs_of(whole[""], branches), whole


LEAVES = [b"a", b"b"]


def shared(one: list[bytes], other: list[bytes]) -> int:
    same = [a == b for a, b in zip(one, other, strict=False)]
    return next((place for place, fits in enumerate(same) if not fits), len(same))


@pytest.mark.parametrize("seed", range(200))
def test_it_is_found_as_by_comparing_all(seed: int) -> None:
    draw = random.Random(seed)
    (mine, my_logs), (theirs, their_logs) = random_logs(draw), random_logs(draw)
    here, there = Beginnings(mine), Beginnings(theirs)
    assert set(there) == set(their_logs)
    for log, leaves in their_logs.items():
        found, count = here.nearest(there, log)
        assert count == max(shared(one, leaves) for one in my_logs.values())
        assert my_logs[found][:count] == leaves[:count]


def test_what_descends_from_no_log_is_left_out() -> None:
    logs = logs_of(
        [b"a"], {"x": ("y", 0, []), "y": ("x", 0, []), "z": ("?", 0, []), "b": ("", 1, [])}
    )
    assert list(Beginnings(logs)) == ["", "b"]


SHAPES = {
    "entries of nothing": lambda count: {"x": ("", 0, [b"nothing"] * count)},
    "a log that repeats itself": lambda count: {"x": ("", 5, [b"a", b"b"] * (count // 2))},
    "branches side by side": lambda count: {
        f"{number:05}": ("", 1000, [b"%d" % number]) for number in range(count // 10)
    },
    "branches of each other": lambda count: {
        f"{number:05}": (f"{number - 1:05}" if number else "", 1000 + number, [b"%d" % number])
        for number in range(count // 10)
    },
}


@pytest.mark.parametrize("shape", SHAPES)
def test_hostile_shapes_take_time_in_proportion(shape: str) -> None:
    """A thousand branches, or ten thousand entries: not compared with each other."""
    own = [b"entry %d" % number for number in range(1000)]
    mine = logs_of(own, SHAPES[shape](5_000))
    theirs = logs_of(own, SHAPES[shape](10_000))
    started = time.process_time()
    here, there = Beginnings(mine), Beginnings(theirs)
    for log in there:
        here.nearest(there, log)
    assert time.process_time() - started < 2
