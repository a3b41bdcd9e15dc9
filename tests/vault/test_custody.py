"""Entries of the log: what is one, and what is none."""

from dataclasses import asdict, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contrechamp.vault.log import canonical, custody

ENTRY = custody.Entry(3, "2026-05-01T12:00:00Z", "ab" * 8, "add", "item/1", "cd" * 32, "ef" * 32)


KEYS = custody.Keys(f"age1{'q' * 58}", "ab" * 32, 2)
READERS = custody.Readers(f"age1{'q' * 58}", ("a" * 16, "b" * 16))


@pytest.mark.parametrize(
    "more", [{}, {"keys": KEYS}, {"compartment": READERS}, {"branch": "cd" * 32}, {"v": 1}]
)
def test_an_entry_reads_back_as_it_was_written(more: dict) -> None:
    entry = replace(ENTRY, **more)
    assert custody.entry_of(canonical.loads(entry.to_bytes())) == entry


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("keys", {}),
        ("keys", {**asdict(KEYS), "number": True}),
        ("keys", {**asdict(KEYS), "signing": "AB" * 32}),
        ("keys", {**asdict(KEYS), "recipient": "age1"}),
        ("keys", {**asdict(KEYS), "more": 1}),
        ("compartment", []),
        ("compartment", {**asdict(READERS), "readers": ["b", "a"]}),
        ("compartment", {**asdict(READERS), "readers": ["a", "a"]}),
        ("compartment", {**asdict(READERS), "readers": "ab"}),
        ("compartment", {**asdict(READERS), "readers": [1]}),
        ("branch", 7),
    ],
)
def test_what_says_keys_in_no_form_of_ours_is_no_entry(field: str, value: object) -> None:
    fields = canonical.loads(ENTRY.to_bytes())
    with pytest.raises(ValueError, match=r"^(keys|compartment|fields)$"):
        custody.entry_of({**fields, field: value})
    with pytest.raises(ValueError, match=r"^fields$"):  # and the older form says none
        custody.entry_of({**fields, "v": 1, "keys": asdict(KEYS)})


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
