"""What a cell that was taken over may send: a clear error, or exactly the tables that it says.

Each example is what a reader of ours sends, altered in a few places. Whatever is taken of it is
sent again, and compared with what had come: nothing is read otherwise than it was said.
"""

import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contrechamp.base.errors import ContrechampError
from contrechamp.base.shown_text import shown
from contrechamp.cell.failures import CellError
from contrechamp.scene import crossing
from scene import in_process

INPUTS = Path(__file__).parents[1] / "measure/inputs"
NAN, INFINITY = float("nan"), float("inf")
NUMBERS = [
    np.array([number], dtype).tobytes()
    for number, dtype in [
        *((number, "<i8") for number in (0, 1, 2, 3, -1, -(2**63), 2**63 - 1, 50_000_000, 10**12)),
        *((number, "<f8") for number in (NAN, INFINITY, -INFINITY, 181.0, -90.5, 1e308, 5e-324)),
    ]
]
#: Longer ones take longer, and are no different.
MOST = 100_000
TEXTS = ["", "a\0b", "\ud800", "\x1b[2J", "\u202e", "a" * 100_000, "unknown", "hospital"]
VALUES: list[Any] = [
    None, True, 0, 1.5, "text", [], [[]], [1], [None], ["a", 1], ["a"], {},
    {"cameras": 1}, {"cameras": -1}, {"paths": 2}, {"counts": []}, {"counts": {"cameras": True}},
    {"counts": {"A b": 1}}, {"counts": {1: 1}}, b"", b"\0", b"\0" * 8, b"\0" * 800,
    np.zeros(2), np.array(["a", None], object),
]  # fmt: skip


def said() -> list[list[Any]]:
    """Return what readers send of some files: with shapes of each kind, paths and notices."""
    found = [
        path for path in sorted(INPUTS.iterdir()) if path.suffix in {".osm", ".csv", ".geojson"}
    ]
    several = []
    for path in found:
        for areas in (False, True):
            try:
                tables = in_process.tables(path, areas=areas, skip_bad_rows=True)
            except ContrechampError:  # not every file is one of areas
                continue
            several.append(list(crossing.sent(tables)))
    return [one for one in several if sum(map(len, one)) < MOST]


SAID = said()


def flat(messages: list[Any]) -> list[Any]:
    """Return messages as one text, one row of bytes or one object each, however they were cut."""
    found: list[Any] = []
    for message in messages:
        if isinstance(message, list):
            found += map(shown, message)
        elif isinstance(message, bytes) and found and isinstance(found[-1], bytes):
            found[-1] += message
        else:
            found.append(message)
    return found


def altered(messages: list[Any], draw: Callable[..., Any]) -> list[Any]:
    at = draw(st.integers(0, len(messages) - 1))
    message = messages[at]
    match draw(st.sampled_from(["drop", "twice", "swap", "other", "within", "within", "within"])):
        case "drop":
            return messages[:at] + messages[at + 1 :]
        case "twice":
            return [*messages[:at], message, *messages[at:]]
        case "swap":
            other = draw(st.integers(0, len(messages) - 1))
            changed = list(messages)
            changed[at], changed[other] = changed[other], changed[at]
            return changed
        case "other":
            return [*messages[:at], draw(st.sampled_from(VALUES)), *messages[at + 1 :]]
    return [*messages[:at], within(message, draw), *messages[at + 1 :]]


def within(message: Any, draw: Callable[..., Any]) -> Any:
    """Return a message with another number, text or count in it, or cut off."""
    if isinstance(message, bytes):
        place = draw(st.integers(0, len(message) // 8)) * 8
        if draw(st.booleans()):
            return message[:place] + draw(st.sampled_from(NUMBERS)) + message[place + 8 :]
        return draw(st.sampled_from([message[:place], message + message[:place], message[:-1]]))
    if isinstance(message, list) and message:
        place = draw(st.integers(0, len(message) - 1))
        text = draw(st.sampled_from([*TEXTS, 1, None, b"a"]))
        return draw(
            st.sampled_from([[*message[:place], text, *message[place + 1 :]], message[:place]])
        )
    if isinstance(message, dict) and message:
        (name, count), *_rest = message.items()
        others = [count, -1, 0, 1, 2, 10**9, 2**70, True, 1.0, "1", None]
        return {name: draw(st.sampled_from(others))}
    return draw(st.sampled_from(VALUES))  # what an earlier change left has nothing in it


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_what_is_taken_is_what_was_said(data: st.DataObject) -> None:
    messages = data.draw(st.sampled_from(SAID))
    for _change in range(data.draw(st.integers(1, 3))):
        messages = altered(messages, data.draw)
        if not messages:
            return

    try:
        tables = crossing.received(iter(messages), "SAMPLE")
    except CellError as error:
        told = (error.reason, "SAMPLE" in str(error))
        assert told == ("nonsense", True)
        return

    assert flat(list(crossing.sent(tables))) == flat(messages)


def test_what_readers_send_is_taken() -> None:
    assert len(SAID) > 10
    for messages in SAID:
        assert flat(list(crossing.sent(crossing.received(iter(messages), "SAMPLE")))) == flat(
            messages
        )


@pytest.mark.parametrize("levels", [1, 2, 3])
def test_a_few_numbers_that_promise_more_than_memory_holds_take_none(levels: int) -> None:
    """Each level is said to have 50 million of the next one: terabytes, in some hundred bytes."""
    kinds = np.full(90, 6, "u1").tobytes()
    many = np.full(90, 50_000_000, "<i8").tobytes()
    messages = [*([np.ones(90, "<i8").tobytes()] * (levels - 1)), many]
    receiving = crossing._Receiving(iter([kinds, *messages]), "SAMPLE")
    tracemalloc.start()
    try:
        with pytest.raises(CellError):
            receiving._shapes((6,), 90)
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()
