"""Texts reduced to their bare letters, to be compared however they are written.

Ligatures, full-width letters and Arabic presentation forms are resolved, case is folded, accents,
Arabic vowel signs and the tatweel are left out, digits of any script become those of ASCII. Each
letter keeps the place that it came from.
"""

import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

_TATWEEL = "\u0640"
#: Letters that are written for one another in Arabic, Persian, Turkish and German.
_ALIKE = str.maketrans({"ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه", "ı": "i", "ß": "ss"})
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
_NO_LETTERS = re.compile(r"[\W_]+")

#: Begin and end of a run of characters.
Span = tuple[int, int]


@dataclass(frozen=True)
class BareText:
    """A text of bare letters.

    Args:
        text: letters, and whatever stands between them.
        origins: the place in the original that each of them came from.
    """

    text: str
    origins: Sequence[int]

    @property
    def squeezed(self) -> str:
        """The letters and digits alone: what is not in it is nowhere in the text."""
        return _NO_LETTERS.sub("", self.text)

    def spans(self, begin: int, end: int, characters: Sequence[str]) -> Iterator[Span]:
        """Yield where a run of bare letters is in the original.

        What was read backwards across lines has several places.
        """
        ordered = sorted(set(self.origins[begin:end]))
        first = ordered[0]
        for before, after in itertools.pairwise(ordered):
            if any(letters_of(character) for character in characters[before + 1 : after]):
                yield first, before + 1
                first = after
        last = ordered[-1] + 1
        while last < len(characters) and _is_accent(characters[last]):
            last += 1  # an accent of the last letter
        yield first, last


def bare(characters: Sequence[str], order: Sequence[int] | None = None) -> BareText:
    """Return the bare letters of `characters`, in `order` of their places."""
    if order is None:
        joined_text = "".join(characters)
        if joined_text.isascii() and len(joined_text) == len(characters):
            return BareText(joined_text.casefold(), range(len(characters)))
    text: list[str] = []
    where: list[int] = []
    for place in range(len(characters)) if order is None else order:
        for letter in letters_of(characters[place]):
            text.append(letter)
            where.append(place)
    return BareText("".join(text), where)


def readings(characters: Sequence[str]) -> Iterator[BareText]:
    """Yield how a page can be read: right-to-left lines may stand in the order of the eye."""
    yield bare(characters)
    if reads_leftward("".join(characters)):
        turned = [place for line in _lines(characters) for place in reversed(line)]
        yield bare(characters, turned)


def reads_leftward(text: str) -> bool:
    """Tell whether a text has letters that are written from right to left."""
    return _RIGHT_TO_LEFT.search(text) is not None


def letters_in(text: str) -> frozenset[str]:
    """Return the bare letters that a text has, in one pass; there may be more that it has not."""
    if text.isascii():
        return frozenset(text.casefold())
    folded = unicodedata.normalize("NFKC", text).casefold()
    return frozenset(map(_digit, unicodedata.normalize("NFKD", folded).translate(_ALIKE)))


@lru_cache(maxsize=4096)
def letters_of(character: str) -> str:
    """Return the bare letters that a character or ligature stands for."""
    if character == "\n":
        return character
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", character).casefold())
    return "".join(
        _digit(letter)
        for letter in folded.translate(_ALIKE)
        if letter != _TATWEEL and unicodedata.category(letter) not in ("Mn", "Me", "Cf")
    )


def _digit(letter: str) -> str:
    """Return a digit of any script as that of ASCII, any other letter as it is."""
    return str(unicodedata.decimal(letter, letter))


def joined(found: Iterable[Span]) -> list[Span]:
    """Return spans in order, with those that overlap made one."""
    whole: list[Span] = []
    for begin, end in sorted(found):
        if whole and begin < whole[-1][1]:
            whole[-1] = (whole[-1][0], max(end, whole[-1][1]))
        else:
            whole.append((begin, end))
    return whole


def _is_accent(character: str) -> bool:
    return bool(character) and all(map(unicodedata.combining, character))


def _lines(characters: Sequence[str]) -> Iterator[list[int]]:
    line: list[int] = []
    for place, character in enumerate(characters):
        line.append(place)
        if character == "\n":
            yield line[:-1]
            yield [place]
            line = []
    yield line
