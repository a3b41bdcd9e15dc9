"""The words of RTF, whose control words are passed over."""

import re
from collections.abc import Iterator

from contrechamp.vault.texts.in_cell.bounds import Bounds, Part, Place

_TOKEN = re.compile(
    rb"\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-z])|([{}])|[\r\n]+|([^\\{}\r\n]+)"
)
#: Groups that hold no text of the document.
_SILENT = frozenset(
    b"fonttbl colortbl stylesheet info pict object themedata datastore generator listtable "
    b"listoverridetable rsidtbl latentstyles xmlnstbl fldinst".split()
)
_BREAKS = {b"par": "\n", b"line": "\n", b"row": "\n", b"page": "\n", b"tab": "\t", b"cell": "\t",
           b"emdash": "—", b"endash": "–", b"rquote": "’", b"lquote": "‘", b"ldblquote": "“",
           b"rdblquote": "”", b"bullet": "•"}  # fmt: skip
_DEEP = 1_000


def rich_text(content: bytes, at: Place, bounds: Bounds) -> Iterator[Part]:
    """Yield the text of RTF."""
    found: list[str] = []
    letters = 0
    silent, skip, unicode_skip, page = False, 0, 1, "cp1252"
    stack: list[tuple[bool, int]] = []
    for token in _TOKEN.finditer(content):
        word, number, byte, symbol, brace, text = token.groups()
        said = ""
        if brace == b"{":
            if len(stack) >= _DEEP:
                bounds.note("deep")
                break
            stack.append((silent, unicode_skip))
        elif brace:
            silent, unicode_skip = stack.pop() if stack else (False, 1)
        elif word == b"u" and number:
            code = int(number) % 0x10000
            said, skip = ("" if 0xD800 <= code < 0xE000 else chr(code)), unicode_skip
        elif word == b"uc":
            unicode_skip = max(0, int(number or 1))
        elif word == b"ansicpg" and number in (
            b"1250",
            b"1251",
            b"1252",
            b"1254",
            b"1255",
            b"1256",
        ):
            page = f"cp{number.decode()}"
        elif word in _SILENT or symbol == b"*":
            silent = True
        elif word:
            said = _BREAKS.get(word, "")
        elif byte:
            if skip:
                skip -= 1
            else:
                said = bytes([int(byte, 16)]).decode(page, "replace")
        elif symbol in (b"\\", b"{", b"}"):
            said = symbol.decode()
        elif symbol == b"~":
            said = " "
        elif text:
            said, skip = text[skip:].decode(page, "replace"), max(0, skip - len(text))
        if said and not silent:
            found.append(said)
            letters += len(said)
            if letters > bounds.letters:
                break
    yield from bounds.part(at, "".join(found))
