"""Text with codes in it: number formats, headers and footers of workbooks (ECMA-376, part 1)."""

import re
from collections.abc import Sequence

from contrechamp.redact.office.text import BLOCK
from contrechamp.redact.words import Words

#: Sections, fonts, colours, sizes, fields of a header; `&&` stands for one `&`.
_HEADER_CODE = re.compile(r'&"[^"]*"?|&K[0-9A-Fa-f+\-]{0,6}|&\d{1,3}|&[^&]')
_SECTIONS = ("&L", "&C", "&R", "&l", "&c", "&r")
#: Quoted text, a letter after a backslash, and what pads, fills or asks; the rest may be shown too.
_LITERAL = re.compile(r'"([^"]*)"?|\\(.)|[_*].|\[[^\]]*\]|([^"\\_*\[]+)', re.DOTALL)
_GENERAL = "General"
_IS_GENERAL = re.compile(_GENERAL, re.IGNORECASE)


def shown_of_header(text: str) -> str:
    """Return what a header shows, without codes; its sections are on lines of their own."""
    return "".join(piece for piece, _code in _pieces(text)).replace("&&", "&")


def header_without(text: str, words: Words) -> tuple[str, int]:
    """Return a header without words, and how many there were; codes stay where they are."""
    pieces = _pieces(text)
    found = words.find("".join(piece for piece, _code in pieces))
    out, at, fonts = [], 0, 0
    put: set[int] = set()
    for piece, code in pieces:
        if code:
            keeps = piece == "\n" or not words.find(code)
            out.append(code if keeps else "")
            fonts += not keeps
            at += len(piece)
            continue
        kept = []
        for place, letter in enumerate(piece, start=at):
            hit = next((number for number, (b, e) in enumerate(found) if b <= place < e), None)
            if hit is None:
                kept.append(letter)
            elif hit not in put:
                put.add(hit)
                kept.append(BLOCK)
        out.append("".join(kept))
        at += len(piece)
    return "".join(out), len(found) + fonts


def _pieces(text: str) -> Sequence[tuple[str, str]]:
    """Return pieces of text, and codes with the text that they stand for: none, or a line end."""
    pieces, at = [], 0
    for code in _HEADER_CODE.finditer(text):
        pieces.append((text[at : code.start()], ""))
        pieces.append(("\n" if code[0] in _SECTIONS else "", code[0]))
        at = code.end()
    return [*pieces, (text[at:], "")]


def shown_of_format(code: str) -> str:
    """Return the text that a number format puts beside the number, and its codes."""
    return "".join(
        found[1] or found[2] or _IS_GENERAL.sub("", found[3] or "")
        for found in _LITERAL.finditer(code)
    )


def format_without(code: str, words: Words, taken: set[str]) -> str:
    """Return a number format that says no word, and is none of those `taken`.

    Readers take two formats that are alike for one, and then miss the second.
    """
    if not words.find(shown_of_format(code)):
        return code
    kept = "".join(
        found[0] for found in _LITERAL.finditer(code) if found[1] is None and found[2] is None
    )
    if words.find(shown_of_format(kept)):
        kept = _GENERAL
    clean, pad = f'{kept}"{BLOCK}"', 0
    while clean in taken:
        pad += 1
        clean = f'{kept}"{BLOCK}{" " * pad}"'
    taken.add(clean)
    return clean
