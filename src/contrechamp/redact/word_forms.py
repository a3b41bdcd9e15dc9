"""The forms in which people write what is on a list: names, numbers, handles.

A form is sure, and taken out, or near, and shown to the reviewer: a name with all its parts, or
with an initial and a full stop for one, is sure; a part of it alone, or with another letter, is
near.
"""

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from contrechamp.redact.bare_text import bare, reads_leftward

#: ``sure`` is taken out. Near are: a part of a name alone, a name with another word in it, an
#: initial with a part, as in handles, and one letter more, less or other.
Kind = Literal["sure", "part", "between", "initial", "letter"]

_HYPHENS = "-\u00ad\u2010\u2011\u2012\u2013\ufe63\uff0d"
#: A word broken at the end of a line, or by a hyphen.
_BREAK = rf"(?:[{_HYPHENS}]?\n|[{_HYPHENS}]\s?)?"
_SPACED = r"[\W_]{1,3}"
_GAP = r"[\W_]{0,4}"
#: Between the parts of a name: initials of others, "Ada M. Sample".
_INITIALS = rf"(?:{_SPACED}[^\W\d_](?![^\W\d_]))?{_GAP}"
_NO_LETTER_BEFORE, _NO_LETTER_AFTER = r"(?<![^\W_])", r"(?![^\W_])"
_DIGIT_GAP = rf"[{_HYPHENS}\s().,/]{{0,3}}"
#: Country codes, with `+`, `00` or nothing before them, and what some put in brackets.
_BEFORE_NUMBER = r"(?:(?:\+\s?|00)?\d{1,3}[\s().\-/]{0,3}\(?\d{0,3}\)?[\s().\-/]{0,2})?"
_NUMBER = re.compile(r"[+\d][\d\s().,/\-\u2010-\u2013]{4,}")
_NAME = re.compile(r"[^\W\d_]+(?:[\s,.'’\-\u2010-\u2013]+[^\W\d_]+){1,4}\.?")
#: Words that many names have, and that tell of none.
_PARTICLES = frozenset(
    "al ar as at az el ben bin bint ibn abu abd umm da das de del della der di dos du la le les "  # noqa: SIM905
    "ter ten van von zu zum zur af av of the and y e und et für for".split()
)
#: Signs of which a name has two or three; nothing stands between words.
_EAST_ASIAN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U0003ffff]+")
_LEAST_DIGITS, _MOST_DIGITS = 6, 9
_LEAST_SPACED, _LEAST_PART, _LEAST_SURNAME, _MOST_ORDERED = 4, 3, 4, 3

#: Groups of letters that the user's table gives for one another.
Spellings = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Form:
    """One way to write a word.

    Args:
        pattern: finds it in bare letters.
        keys: letters without which it cannot be there; none where it may be spelt otherwise.
        kind: whether it is sure.
        word: as the user typed it.
        leftward: whether it may stand backwards.
    """

    pattern: re.Pattern[str]
    keys: tuple[str, ...]
    kind: Kind
    word: str
    leftward: bool

    def may_be_in(self, squeezed: str) -> bool:
        """Tell whether the letters of a text hold those of this form at all."""
        return all(key in squeezed for key in self.keys)


def forms_of(word: str, spellings: Spellings = ()) -> Iterator[Form]:
    """Yield the forms of a word or name.

    Args:
        word: as the user typed it.
        spellings: letters that are written for one another, such as `kh` and `h`.
    """
    parts = parts_of(word)
    leftward = reads_leftward(word)

    def form(pattern: str, keys: Sequence[str], kind: Kind = "sure") -> Form:
        kept = () if spellings else tuple(keys)
        return Form(re.compile(pattern), kept, kind, word, leftward)

    if not parts:
        return
    digits = "".join(filter(str.isdecimal, bare(word).text))
    core = digits.lstrip("0")[-_MOST_DIGITS:]
    if _NUMBER.fullmatch(word.strip()) and len(core) >= _LEAST_DIGITS:
        yield form(_BEFORE_NUMBER + _DIGIT_GAP.join(core) + r"(?!\d)", [core])
        yield form(_DIGIT_GAP.join(digits), [digits])
        return
    spelt = {part: _spelt(part, spellings) for part in parts}
    yield form(_GAP.join(spelt[part] for part in parts), parts)
    letters = [re.escape(bare(letter).text) for letter in word if parts_of(letter)]
    if sum(map(len, parts)) >= _LEAST_SPACED:
        yield form(_NO_LETTER_BEFORE + _SPACED.join(letters) + _NO_LETTER_AFTER, parts)
    elif len(letters) > 1 and all(map(_EAST_ASIAN.fullmatch, letters)):
        yield form(_SPACED.join(letters), parts)
    if _NAME.fullmatch(word.strip()):
        yield from _name_forms(parts, spelt, form)


def parts_of(word: str) -> list[str]:
    """Return the runs of letters and digits of a word, bare."""
    return re.findall(r"[^\W_]+", bare(word).text)


def _name_forms(
    parts: list[str], spelt: dict[str, str], form: Callable[..., Form]
) -> Iterator[Form]:
    orders = list(itertools.permutations(parts)) if len(parts) <= _MOST_ORDERED else []
    orders = orders or [tuple(parts), (*parts[-1:], *parts[:-1]), (*parts[1:], *parts[:1])]
    for order in dict.fromkeys(orders):
        yield form(_INITIALS.join(spelt[part] for part in order), parts)
    first, last = parts[0], parts[-1]
    if len(last) >= _LEAST_SURNAME and first[0].isascii():
        initial = re.escape(first[0])
        begins, name = _NO_LETTER_BEFORE + initial, spelt[last]
        yield form(rf"{begins}\.[\W_]{{0,2}}{name}", [last])
        yield form(rf"{begins}{name}", [last])
        yield form(rf"{name}{_SPACED}{initial}\.", [last])
        # "a sample" may be an article and a thing.
        yield form(rf"{begins}{_SPACED}{name}", [last], "initial")
        yield form(rf"{name}[\W_]{{0,3}}{initial}{_NO_LETTER_AFTER}", [last], "initial")
        at_domain = rf"{re.escape(last[0])}[\d_.]*@"
        yield form(_NO_LETTER_BEFORE + spelt[first] + at_domain, [first], "initial")
    one, other = spelt[first], spelt[last]
    for begin, end in ((one, other), (other, one)):
        yield form(rf"{begin}{_SPACED}[^\W\d_]{{2,20}}{_SPACED}{end}", [first, last], "between")
    for part in parts:
        if len(part) >= _LEAST_PART and part not in _PARTICLES:
            yield form(_NO_LETTER_BEFORE + spelt[part] + _NO_LETTER_AFTER, [part], "part")
        if len(part) > _LEAST_SPACED:
            spaced = _SPACED.join(map(re.escape, part))
            yield form(_NO_LETTER_BEFORE + spaced + _NO_LETTER_AFTER, [part], "part")


def _spelt(part: str, spellings: Spellings) -> str:
    """Return the pattern of one part, which may be broken across lines and spelt otherwise."""
    groups = [[bare(letters).text for letters in group] for group in spellings]
    known = sorted({letters for group in groups for letters in group if letters}, key=len)[::-1]
    pieces, at = [], 0
    while at < len(part):
        found = next((letters for letters in known if part.startswith(letters, at)), part[at])
        alike = {found, *(other for group in groups if found in group for other in group)}
        written = [_BREAK.join(map(re.escape, letters)) for letters in sorted(alike)]
        pieces.append(written[0] if len(written) == 1 else f"(?:{'|'.join(written)})")
        at += len(found)
    return _BREAK.join(pieces)
