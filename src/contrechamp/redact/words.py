"""Finds words to remove, whatever their case, accents, ligatures, hyphens and direction.

Texts are compared by their bare letters: ligatures, full-width letters and Arabic presentation
forms resolved, case folded, accents, Arabic vowel signs and the tatweel left out. A word is found
inside longer words too: Arabic joins "and" or "the" to a name, Finnish and Turkish decline it.
A reviewer can see that too much was covered, but not what was missed.
"""

import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.redact.request import Request

_TATWEEL = "\u0640"
#: Letters that are written for one another in Arabic, Persian, Turkish and German.
_ALIKE = str.maketrans({"ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه", "ı": "i", "ß": "ss"})
_HYPHENS = "-\u00ad\u2010\u2011\u2012\u2013\ufe63\uff0d"

_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")


@dataclass(frozen=True)
class _Bare:
    """A text reduced to its bare letters, and the position that each of them came from."""

    text: str
    origins: Sequence[int]


class Words:
    """Finds any of a set of words in texts.

    Args:
        words: as the user typed them; a name of several parts is one word, whatever stands between
            its parts, even nothing, as in addresses.
    """

    def __init__(self, words: Iterable[str]) -> None:
        patterns = {_pattern(word) for word in words} - {""}
        self._pattern = _any_of(patterns)
        self._leftward = _any_of(pattern for pattern in patterns if _RIGHT_TO_LEFT.search(pattern))

    def __bool__(self) -> bool:
        return self._pattern is not None

    def find(self, text: str) -> list[tuple[int, int]]:
        """Return begin and end of each match in `text`, in order, without overlaps."""
        return self.find_in_characters(text)

    def find_in_characters(self, characters: Sequence[str]) -> list[tuple[int, int]]:
        """Like `find`, for single characters or ligatures, as a page has them.

        A page may hold right-to-left text in logical or in visual order: lines are read both ways.
        """
        found: set[tuple[int, int]] = set()
        if self._pattern:
            found |= _matches(self._pattern, characters, range(len(characters)))
        if self._leftward:
            turned = [place for line in _lines(characters) for place in reversed(line)]
            found |= _matches(self._leftward, characters, turned)
        return _joined(found)


def asked_words(request: Request) -> Words:
    """Return a finder for the words of a request.

    Raises:
        InputError: one of them has no letter or digit.
    """
    for word in request.words:
        if not Words([word]):
            raise InputError(
                _("“{word}” has no letter or digit to look for").format(word=word),
                where="--words-file",
            )
    return Words(request.words)


def _any_of(patterns: Iterable[str]) -> re.Pattern[str] | None:
    # Longest first, so that "Ana Lima" is found whole, not just "Ana".
    ordered = sorted(patterns, key=len, reverse=True)
    return re.compile("|".join(ordered)) if ordered else None


def _matches(
    pattern: re.Pattern[str], characters: Sequence[str], order: Sequence[int]
) -> set[tuple[int, int]]:
    bare = _bare([characters[place] for place in order], order)
    return {
        run
        for match in pattern.finditer(bare.text)
        for run in _runs(bare.origins[match.start() : match.end()], characters)
    }


def _pattern(word: str) -> str:
    """Return the regular expression of a word, which may be broken across lines."""
    between = rf"(?:[{_HYPHENS}]?\n|[{_HYPHENS}]\s)?"
    parts = [
        between.join(re.escape(letter) for letter in part)
        for part in re.findall(r"[^\W_]+", _bare(list(word), range(len(word))).text)
    ]
    return r"[\W_]{0,4}".join(parts)


def _bare(characters: Sequence[str], origins: Sequence[int]) -> _Bare:
    text: list[str] = []
    where: list[int] = []
    for character, origin in zip(characters, origins, strict=True):
        for letter in _letters(character):
            text.append(letter)
            where.append(origin)
    return _Bare("".join(text), where)


def _letters(character: str) -> str:
    if character == "\n":
        return character
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", character).casefold())
    return "".join(
        letter
        for letter in folded.translate(_ALIKE)
        if letter != _TATWEEL and unicodedata.category(letter) not in ("Mn", "Me", "Cf")
    )


def _lines(characters: Sequence[str]) -> Iterator[list[int]]:
    line: list[int] = []
    for place, character in enumerate(characters):
        line.append(place)
        if character == "\n":
            yield line[:-1]
            yield [place]
            line = []
    yield line


def _runs(places: Sequence[int], characters: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield runs of neighbouring positions: a match across lines read backwards has several."""
    ordered = sorted(set(places))
    begin = ordered[0]
    for before, after in itertools.pairwise(ordered):
        if any(_letters(character) for character in characters[before + 1 : after]):
            yield begin, before + 1
            begin = after
    yield begin, ordered[-1] + 1


def _joined(found: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for begin, end in sorted(found):
        if joined and begin < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined
