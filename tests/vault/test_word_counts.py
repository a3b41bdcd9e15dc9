"""Words of texts are counted as the index of texts counts them, whatever stands in the texts."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlcipher3 import dbapi2 as sqlite

from contrechamp.vault.texts import counting, tables
from contrechamp.vault.texts.counting import WordCounts
from contrechamp.vault.texts.packed import TextPart
from contrechamp.vault.texts.taking import indexed

#: Letters that are split, joined, decomposed or left out, in scripts that we index.
LETTERS = st.text(
    st.sampled_from(
        "aAéß_ 0٢\u00a0\u2028\u200c\u200d\u00ad\u0301\t\n.,'\"’`-ﬁŒœıΣς²½中الكاميراوبلءצה״ל־"
    )
    | st.characters(exclude_categories=["Cs"]),
    max_size=60,
)
TEXTS = st.lists(st.lists(LETTERS.filter(bool), min_size=1, max_size=3), max_size=4)


def as_indexed(texts: Sequence[Sequence[TextPart]]) -> tuple[set[Any], list[int]]:
    """Return the vocabulary of an index of some texts, and the number of words of each."""
    index = sqlite.connect(":memory:", isolation_level=None)
    index.execute(tables.SEARCH)
    index.execute("CREATE VIRTUAL TABLE words USING fts5vocab (text_search, row)")
    index.execute("CREATE VIRTUAL TABLE each_word USING fts5vocab (text_search, instance)")
    for row, parts in enumerate(texts):
        index.execute("INSERT INTO text_search (rowid, text) VALUES (?, ?)", (row, indexed(parts)))
    lengths = dict(index.execute("SELECT doc, count(*) FROM each_word GROUP BY doc").fetchall())
    found = set(index.execute("SELECT term, doc, cnt FROM words").fetchall())
    return found, [lengths.get(row, 0) for row in range(len(texts))]


@settings(max_examples=300, deadline=None)
@given(TEXTS)
@example([["والكاميرات ال كا", "a_b"], ['צה"ל a\u0301 é'], ["e\u0301", "\u0301", "ﬁx ²"]])
def test_words_are_counted_as_the_index_does(texts: list[list[str]]) -> None:
    given_ = [[TextPart((), text) for text in parts] for parts in texts]
    with WordCounts() as counts:
        lengths = counts.add(given_)
        assert ({(w, counts.texts[w], counts.times[w]) for w in counts.texts}, lengths) == (
            as_indexed(given_)
        )


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "_REMEMBERED", 20)
    with WordCounts() as counts:
        for number in range(20):
            counts.add([[TextPart((), f"SAMPLE{number} gate words")]])
            assert len(counts._words) < 8
        assert (counts.texts["gate"], counts.times["words"]) == (20, 20)
        assert counts.texts["sample7"] == 1
