"""What a person must look at on the pages of a masked PDF, and why."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from contrechamp.base.i18n import _, ngettext
from contrechamp.redact.near_words import NearWord, looks_at
from contrechamp.redact.outcome import Box, Look
from contrechamp.redact.pdf.drawn_letters import MOST_PATHS, rows_of_letters
from contrechamp.redact.pdf.page import Glyph, boxes_of_lines
from contrechamp.redact.words import Words

_UNREADABLE = ("\ufffd",)
#: What MuPDF calls fonts whose letters are content streams.
_DRAWN_FONT = "Type3"


def at_near_words(words: Words, glyphs: Sequence[Glyph], number: int) -> Iterator[Look]:
    """Yield looks at what is near a word; `number` is that of the page, from 1."""
    found = []
    for near in words.near([glyph.text for glyph in glyphs]):
        run = glyphs[near.begin : near.end]
        text = "".join(glyph.text for glyph in run)
        found.append(NearWord(near, text, box=next(boxes_of_lines(run), None), page=number))
    yield from looks_at(found, number)


def at_hidden_text(hidden: int, number: int) -> Iterator[Look]:
    """Yield a look at a page from which so many unseen characters were removed."""
    if hidden:
        yield Look(
            "hidden-text",
            ngettext(
                "{n} character that nobody sees was removed: invisible, covered, off the "
                "page, tiny, or in the colour of the paper. Scanned pages usually have "
                "such text.",
                "{n} characters that nobody sees were removed: invisible, covered, off the "
                "page, tiny, or in the colour of the paper. Scanned pages usually have "
                "such text.",
                hidden,
            ).format(n=hidden),
            3,
            page=number,
        )


def at_text_without_letters(page: Any, glyphs: Sequence[Glyph], number: int) -> Iterator[Look]:
    """Yield looks at what shows text that cannot be searched.

    That are letters without a meaning, pictures, outlines, and fonts of drawings.
    """
    if any(glyph.text in _UNREADABLE or "\ue000" <= glyph.text <= "\uf8ff" for glyph in glyphs):
        message = _(
            "Not every letter on this page can be identified: words may have been "
            "missed. Read the page, and draw boxes."
        )
        yield Look("unreadable-text", message, 1, page=number)
    log = page.get_bboxlog()
    pictures = [box for kind, box in log if kind == "fill-image"]
    if pictures:
        message = _("Words are not searched for in pictures. Read what they show, and draw boxes.")
        largest = max(pictures, key=lambda box: (box[2] - box[0]) * (box[3] - box[1]))
        yield Look("words-in-pictures", message, 1, _place(largest), page=number)
    if sum(kind in ("fill-path", "stroke-path") for kind, _box in log) > MOST_PATHS:
        message = _(
            "This page has very many lines and shapes; some may be letters, which are not "
            "searched. Read the page, and draw boxes."
        )
        yield Look("drawn-letters", message, 1, page=number)
    elif rows := rows_of_letters(page):
        message = ngettext(
            "{count} row of shapes looks like letters that were drawn as outlines; words are "
            "not searched for in it. Read it, and draw boxes.",
            "{count} rows of shapes look like letters that were drawn as outlines; words are "
            "not searched for in them. Read them, and draw boxes.",
            len(rows),
        ).format(count=len(rows))
        yield Look("drawn-letters", message, 1, _place(rows[0]), page=number)
    if any(font[2] == _DRAWN_FONT for font in page.get_fonts()):
        message = _(
            "The letters of a font on this page are drawings, which may show other letters "
            "than those that are searched. Read the page, and draw boxes."
        )
        yield Look("drawn-letters", message, 2, page=number)


def _place(box: Any) -> Box:
    x0, y0, x1, y1 = map(float, box)
    return x0, y0, x1, y1


def at_the_whole(left_out: Counter[str], *, found: int, asked: bool) -> Iterator[Look]:
    """Yield looks at the document as a whole.

    Args:
        left_out: what the copy lacks.
        found: how many words were taken out.
        asked: whether there were any to be.
    """
    if left_out["drawn"]:
        yield Look(
            "comments-drawn",
            _(
                "What comments, stamps and form fields showed is now part of the pages; check "
                "whether it may be passed on."
            ),
            1,
        )
    if left_out["xfa"]:
        yield Look("xfa", _("An XFA form was removed: pages may be empty."), 1)
    if asked and not found:
        yield Look("no-word-found", _("None of the words was found in the text."), 1)
    elif found:
        yield Look(
            "length-of-words",
            _(
                "The width of a black box and the text around it can reveal which word fits. "
                "Cover more of the line where few words would fit."
            ),
            2,
        )
    if left_out["pictures"]:
        yield Look(
            "cropped-pictures",
            _(
                "Pictures that a program cropped may hold more than the page shows. Faces are "
                "searched for only in what is shown."
            ),
            2,
        )
