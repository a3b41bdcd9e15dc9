"""Removes words from texts that come in pieces: lines, cells, values, runs of a page."""

from collections.abc import Callable, Iterator, Sequence

from contrechamp.redact.bare_text import Span, joined
from contrechamp.redact.checks.strict_text import is_invisible
from contrechamp.redact.near_words import NearWord
from contrechamp.redact.office.text import BLOCK
from contrechamp.redact.words import Words

#: Letters that are searched at a time, and those of the next part that are searched with them.
_AT_A_TIME, _OVERLAP = 1 << 20, 2000
#: Near words that are kept; what is beyond is counted by none.
_MOST_NEAR = 500


def visible(text: str) -> tuple[str, int]:
    """Return a text without letters that nobody sees, and how many there were.

    Marks of direction, joints of no width, tags and control characters can hide a text, or split a
    word. Those that Persian, Indian scripts and pictures of several signs need stay.
    """
    kept = "".join(letter for letter in text if not is_invisible(letter))
    return kept, len(text) - len(kept)


def find(words: Words, text: str) -> list[Span]:
    """Return where words are in a text of any length."""
    return joined(
        (begin + first, begin + last)
        for begin, part in _parts(text)
        for first, last in words.find(part)
    )


def near(words: Words, text: str, where: Callable[[int], str]) -> Iterator[NearWord]:
    """Yield what is near a word in a text of any length; `where` names the place of a letter."""
    seen: set[Span] = set()
    for begin, part in _parts(text):
        for one in words.near(part):
            span = (begin + one.begin, begin + one.end)
            if span not in seen:
                seen.add(span)
                yield NearWord(one, text[span[0] : span[1]], where(span[0]))
                if len(seen) >= _MOST_NEAR:
                    return


def _parts(text: str) -> Iterator[tuple[int, str]]:
    for begin in range(0, max(len(text), 1), _AT_A_TIME):
        yield begin, text[begin : begin + _AT_A_TIME + _OVERLAP]


def without(
    pieces: Sequence[str],
    between: Callable[[int], str],
    found: Callable[[str], Sequence[Span]],
) -> tuple[list[str], int]:
    """Return pieces without what is found in them, each part of it a block, and how many.

    Args:
        pieces: of one text.
        between: what is read after the piece of a number.
        found: returns where in the whole text, in order and without overlaps.
    """
    whole = "".join(piece + between(number) for number, piece in enumerate(pieces))
    spans = list(found(whole))
    cleaned, at, first = [], 0, 0
    for number, piece in enumerate(pieces):
        end = at + len(piece)
        while first < len(spans) and spans[first][1] <= at:
            first += 1
        text, last, which = "", at, first
        while which < len(spans) and spans[which][0] < end:
            begin, stop = max(spans[which][0], at), min(spans[which][1], end)
            if begin < stop:
                text += piece[last - at : begin - at] + BLOCK
                last = stop
            which += 1
        cleaned.append(text + piece[last - at :])
        at = end + len(between(number))
    return cleaned, len(spans)
