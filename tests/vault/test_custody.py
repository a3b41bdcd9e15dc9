"""Entries of the log: what is one, and what is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contrechamp.vault.log import canonical, custody

ENTRY = custody.Entry(3, "2026-05-01T12:00:00Z", "ab" * 8, "add", "item/1", "cd" * 32, "ef" * 32)


def test_an_entry_reads_back_as_it_was_written() -> None:
    assert custody.entry_of(canonical.loads(ENTRY.to_bytes())) == ENTRY


def test_a_leaf_is_canonical_json() -> None:
    text = ENTRY.to_bytes().decode()
    assert text.startswith('{"action":"add","at":"2026-05-01T12:00:00Z","digest":"cdcd')
    assert text.endswith('"subject":"item/1","v":2}')


@pytest.mark.parametrize(
    "fields",
    [
        1,  # found by fuzzing
        None,
        [],
        {},
        {"v": 2},
        {"v": 1, "number": -1},
        {"v": 1, "number": True},
        {**canonical.loads(ENTRY.to_bytes()), "more": "x"},
        {**canonical.loads(ENTRY.to_bytes()), "at": 7},
        {**canonical.loads(ENTRY.to_bytes()), "reason": None},
    ],
)
def test_what_is_no_entry(fields: object) -> None:
    with pytest.raises(ValueError, match=r"^(v|number|fields|no object)$"):
        custody.entry_of(fields)


@given(st.binary(min_size=32, max_size=32), st.binary(), st.binary())
def test_a_digest_tells_nothing_without_its_key(salt: bytes, one: bytes, two: bytes) -> None:
    assert (custody.digest(salt, one) == custody.digest(salt, two)) == (one == two)
    assert custody.digest(bytes(32), one) != custody.digest(b"\x01" * 32, one)
