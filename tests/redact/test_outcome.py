"""An outcome crosses between processes as JSON, and nothing else comes through."""

import json
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contrechamp.redact.outcome import (
    Check,
    Covered,
    Kind,
    Look,
    Outcome,
    from_json,
    to_json,
)

numbers = st.floats(-1e6, 1e6, allow_nan=False)
boxes = st.none() | st.tuples(numbers, numbers, numbers, numbers)
places = {
    "box": boxes,
    "page": st.none() | st.integers(1, 9),
    "seconds": st.none() | numbers,
    "score": st.none() | st.floats(0, 1),
}
outcomes = st.builds(
    Outcome,
    kind=st.sampled_from(get_args(Kind)),
    width=st.none() | st.integers(1, 9000),
    frames=st.none() | st.integers(0, 9000),
    duration_s=st.none() | numbers,
    covered=st.lists(
        st.builds(
            Covered,
            by=st.sampled_from(["face", "hand", "word"]),
            frames=st.none() | st.tuples(st.integers(0, 9), st.integers(0, 9)),
            **places,
        ),
        max_size=3,
    ).map(tuple),
    looks=st.lists(
        st.builds(
            Look, code=st.text(), message=st.text(), urgency=st.sampled_from([1, 2, 3]), **places
        ),
        max_size=3,
    ).map(tuple),
    checks=st.lists(
        st.builds(Check, name=st.text(), passed=st.booleans(), detail=st.text()), max_size=3
    ).map(tuple),
    removed=st.lists(st.text(), max_size=3).map(tuple),
    blind_below_px=st.none() | numbers,
    facts=st.dictionaries(st.text(), st.text(), max_size=3),
)


@given(outcomes)
def test_it_comes_back_as_it_was(outcome: Outcome) -> None:
    assert from_json(json.loads(json.dumps(to_json(outcome)))) == outcome


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {"kind": "faces"},
        {"kind": "image", "name": "x"},
        {"kind": "image", "width": 1.5},
        {"kind": "image", "width": True},
        {"kind": "image", "duration_s": float("nan")},
        {"kind": "image", "duration_s": 10**400},
        {"kind": "image", "removed": "EXIF"},
        {"kind": "image", "facts": {"a": 1}},
        {"kind": "image", "covered": [{"by": "face", "box": [1, 2, 3]}]},
        {"kind": "image", "covered": [{"by": "face", "frames": [1, None]}]},
        {"kind": "image", "looks": [{"code": "a", "message": "b", "urgency": 4}]},
        {"kind": "image", "looks": [{"code": "a", "message": "b", "urgency": True}]},
        {"kind": "image", "looks": [{"code": "a"}]},
        {"kind": "image", "looks": None},
        {"kind": "image", "checks": [{"name": "a", "passed": 1}]},
    ],
)
def test_what_is_no_outcome_is_refused(data: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  what is wrong is for nobody to read
        from_json(data)
