"""JSON that can be printed: the same value for every reader, and nothing for a terminal to do."""

import json
from unicodedata import bidirectional, category

from hypothesis import given
from hypothesis import strategies as st

from contrechamp.base.json_text import json_text

TEXTS = st.text() | st.text('a\x1b\x7f\x9b\x85\u202e\u2066\u200f\\"é雨', max_size=12)


@given(st.recursive(TEXTS, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner)))
def test_every_reader_gets_the_same_value_and_a_terminal_does_nothing(value: object) -> None:
    text = json_text(value)
    assert json.loads(text) == value
    assert not [one for one in text if category(one) == "Cc"]
    turning = {"LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI"}
    assert not [one for one in text if bidirectional(one) in turning]


def test_letters_stay_letters() -> None:
    assert json_text({"é": "雨 شارع"}) == '{"é": "雨 شارع"}'
