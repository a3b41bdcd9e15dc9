"""How often each word stands in how many texts, counted as the index counts, without making one.

White space parts words for the tokenizer of the index and for `normalised` alike. So a text is
split there, and each different piece is given to both once: of a thousand pages most pieces have
been met before. To index all texts once more took two and a half times as long, and more memory
with each of them; this takes it for the words only.
"""

from collections import Counter
from collections.abc import Iterable, Sequence, Set
from itertools import chain
from types import TracebackType
from typing import Self

from sqlcipher3 import dbapi2 as sqlite

from contrechamp.base.search_words import normalised
from contrechamp.vault.texts import tables
from contrechamp.vault.texts.packed import TextPart

#: Letters of pieces whose words are remembered: some 100 MB.
_REMEMBERED = 10_000_000


class WordCounts:
    """Counts of words over many texts.

    Attributes:
        texts: word -> in how many texts it stands.
        times: word -> how often it stands in all of them.
    """

    def __init__(self) -> None:
        self.texts: Counter[str] = Counter()
        self.times: Counter[str] = Counter()
        self._words: dict[str, list[str]] = {}
        self._letters = 0
        self._index = sqlite.connect(":memory:", isolation_level=None)
        self._index.execute(tables.SEARCH)
        self._index.execute("CREATE VIRTUAL TABLE w USING fts5vocab (text_search, instance)")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._index.close()

    def add(self, texts: Iterable[Sequence[TextPart]]) -> list[int]:
        """Count the words of some texts, and return how many each has."""
        split = [[one for part in parts for one in part.text.split()] for parts in texts]
        self._learn(set(chain.from_iterable(split)))
        return [self._count(pieces) for pieces in split]

    def _count(self, pieces: Sequence[str]) -> int:
        words = list(chain.from_iterable(map(self._words.__getitem__, pieces)))
        self.times.update(words)
        self.texts.update(set(words))
        return len(words)

    def _learn(self, pieces: Set[str]) -> None:
        """Have the tokenizer of the index split pieces that were not met before."""
        if self._letters > _REMEMBERED:
            self._words, self._letters = {}, 0
        new = [piece for piece in pieces if piece not in self._words]
        self._letters += sum(map(len, new))
        found: list[list[str]] = [[] for _piece in new]
        self._index.execute("BEGIN")
        self._index.executemany(
            "INSERT INTO text_search (rowid, text) VALUES (?, ?)",
            ((row, normalised(piece)) for row, piece in enumerate(new)),
        )
        for word, row in self._index.execute("SELECT term, doc FROM w"):
            found[row].append(word)
        self._index.execute("ROLLBACK")
        self._words.update(zip(new, found, strict=True))
