"""Finds words to remove, whatever their case, accents, order, hyphens and direction.

A word is found inside longer words too: Arabic joins "and" or "the" to a name, Finnish and Turkish
decline it. A reviewer can see that too much was covered, but not what was missed; what is near a
word but not sure is told, for the reviewer to look at.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.redact.bare_text import BareText, Span, bare, joined, letters_in, readings
from contrechamp.redact.request import Request
from contrechamp.redact.word_forms import Form, Kind, Spellings, forms_of, parts_of

_TOKEN = re.compile(r"[^\W\d_]+")
#: Words this long are also found where one letter is more, less or other.
_LEAST_MISSPELT = 6


@dataclass(frozen=True)
class Near:
    """Something that may be a word of the list.

    Args:
        begin: where it begins.
        end: where it ends.
        kind: in what way it is near.
        word: of the list.
    """

    begin: int
    end: int
    kind: Kind
    word: str


class Words:
    """Finds any of a set of words in texts.

    Args:
        words: as the user typed them; a name of several parts is one word, in any order, whatever
            stands between its parts, even nothing, as in addresses.
        spellings: letters that are written for one another in names from other scripts.
    """

    def __init__(self, words: Iterable[str], spellings: Spellings = ()) -> None:
        self._words = tuple(dict.fromkeys(words))
        forms = [form for word in self._words for form in forms_of(word, spellings)]
        self._sure = [form for form in forms if form.kind == "sure"]
        self._near = [form for form in forms if form.kind != "sure"]
        self._misspelt: dict[str, str] | None = None
        #: Without one of these sets of letters no word is sure to be anywhere.
        self._needed = {frozenset("".join(form.keys)) for form in self._sure}

    def __bool__(self) -> bool:
        return bool(self._sure)

    def find(self, text: str) -> list[Span]:
        """Return begin and end of each match in `text`, in order, without overlaps."""
        return self.find_in_characters(text)

    def find_in_characters(self, characters: Sequence[str]) -> list[Span]:
        """Like `find`, for single characters or ligatures, as a page has them.

        A page may hold right-to-left text in logical or in visual order: lines are read both ways.
        """
        there = letters_in("".join(characters))
        if not any(needed <= there for needed in self._needed):
            return []
        return joined(
            span
            for reading in self._readings(characters)
            for _form, match in _matches(self._sure, reading)
            for span in reading.spans(*match, characters)
        )

    def near(self, characters: Sequence[str]) -> list[Near]:
        """Return what is near a word, but not sure, in order; what `find` finds is left out."""
        taken = self.find_in_characters(characters)
        ends = [end for _begin, end in taken]
        found: dict[Span, Near] = {}
        for reading in self._readings(characters):
            for word, kind, match in (*self._near_in(reading), *self._misspelt_in(reading)):
                spans = list(reading.spans(*match, characters))
                begin, end = spans[0][0], spans[-1][1]
                after = bisect_right(ends, begin)  # the first that ends behind its beginning
                if after == len(taken) or taken[after][0] >= end:
                    found.setdefault((begin, end), Near(begin, end, kind, word))
        return [found[span] for span in sorted(found)]

    def _readings(self, characters: Sequence[str]) -> Iterator[BareText]:
        if self:
            yield from readings(characters)

    def _near_in(self, reading: BareText) -> Iterator[tuple[str, Kind, Span]]:
        for form, match in _matches(self._near, reading):
            yield form.word, form.kind, match

    def _misspelt_in(self, reading: BareText) -> Iterator[tuple[str, Kind, Span]]:
        if self._misspelt is None:
            self._misspelt = {}
            for word in self._words:
                for part in parts_of(word):
                    if len(part) >= _LEAST_MISSPELT and part.isalpha():
                        for shorter in (part, *_shorter(part)):
                            self._misspelt.setdefault(shorter, word)
        if not self._misspelt:
            return
        for token in _TOKEN.finditer(reading.text):
            text = token[0]
            if len(text) >= _LEAST_MISSPELT - 1:
                for shorter in (text, *_shorter(text)):
                    meant = self._misspelt.get(shorter)
                    if meant is not None and _is_one_off(text, meant):
                        yield meant, "letter", token.span()
                        break


def asked_words(request: Request) -> Words:
    """Return a finder for the words of a request.

    Raises:
        InputError: one of them has no letter or digit.
    """
    for word in request.words:
        if not parts_of(word):
            raise InputError(
                _("“{word}” has no letter or digit to look for").format(word=word),
                where="--words-file",
            )
    return Words(request.words, request.spellings)


def _matches(forms: Iterable[Form], reading: BareText) -> Iterator[tuple[Form, Span]]:
    squeezed = reading.squeezed
    for form in forms:
        if form.may_be_in(squeezed):
            for match in form.pattern.finditer(reading.text):
                if match.end() > match.start():
                    yield form, match.span()


def _shorter(text: str) -> Iterator[str]:
    """Yield a text without each one of its letters."""
    for at in range(len(text)):
        yield text[:at] + text[at + 1 :]


def _is_one_off(text: str, word: str) -> bool:
    """Tell whether one letter of a part of `word` is other, more or less in `text`."""
    return any(
        text in _shorter(part)
        or part in _shorter(text)
        or (len(text) == len(part) and sum(map(str.__ne__, text, part)) == 1)
        for part in parts_of(bare(word).text)
    )
