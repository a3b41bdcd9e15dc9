"""Writes the maps of fonts (CMaps: codes to letters or glyphs) anew, with nothing else in them."""

import re
from collections.abc import Iterator

from contrechamp.redact.words import Words

#: Adobe Technical Note 5014; comments and strings are passed over, for no map needs them.
_TOKEN = re.compile(
    rb"%[^\r\n]*|<<|>>|<(?P<hex>[0-9A-Fa-f\s]*)>|\((?:\\.|[^\\()])*\)"
    rb"|(?P<name>/[^\s()<>\[\]{}/%]*)|(?P<mark>[\[\]{}])|(?P<word>[^\s()<>\[\]{}/%]+)"
)
_SECTIONS = frozenset(
    {
        b"codespacerange",
        b"bfchar",
        b"bfrange",
        b"cidchar",
        b"cidrange",
        b"notdefchar",
        b"notdefrange",
    }
)
_NUMBER = re.compile(rb"-?\d+")
_MAX_TOKENS = 2_000_000
_HEAD = b"/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CMapName /x def\n"
_TAIL = b"endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
_NO_LETTER = b"<FFFD>"


def written_anew(data: bytes, words: Words) -> bytes:
    """Return a map with the same meaning, without letters that spell a word.

    Args:
        data: as in the file, unpacked.
        words: that no code may stand for.
    """
    out, before, section, count = [_HEAD], [b"", b""], b"", 0
    body: list[bytes] = []
    for token in _tokens(data):
        if section:
            if token == b"end" + section:
                begin = b"%d begin" % count if count else b"1 begin"
                out += [begin + section, *_rows(body, section, words), token, b""]
                section, body = b"", []
            else:
                body.append(token)
        elif token.startswith(b"begin") and token[5:] in _SECTIONS:
            section = token[5:]
            count = int(before[1]) if _NUMBER.fullmatch(before[1]) else 0
        elif token == b"def" and before[0] in (b"/WMode", b"/CMapType"):
            if _NUMBER.fullmatch(before[1]):
                out.append(b" ".join([*before, b"def"]))
        elif token == b"usecmap" and not words.find(before[1].decode("latin-1")):
            out.append(before[1] + b" usecmap")
        before = [before[1], token]
    return b"\n".join(out).replace(b"\n\n", b"\n") + _TAIL


def letters_of(data: bytes) -> Iterator[str]:
    """Yield what each code of a map stands for, and every other text in it."""
    for found in _TOKEN.finditer(data):
        if found["hex"] is not None:
            yield _letters(found[0])
        elif not found["word"] and not found["mark"]:
            yield found[0].decode("latin-1")


def _tokens(data: bytes) -> Iterator[bytes]:
    for number, found in enumerate(_TOKEN.finditer(data)):
        if number > _MAX_TOKENS:
            return
        if found["hex"] is not None or found["name"] or found["mark"] or found["word"]:
            yield found[0]


def _rows(body: list[bytes], section: bytes, words: Words) -> list[bytes]:
    kept = []
    for token in body:
        if token[:1] == b"<":
            token = b"<" + b"".join(token[1:-1].split()) + b">"
            spells = section in (b"bfchar", b"bfrange") and words.find(_letters(token))
            kept.append(_NO_LETTER if spells else token)
        elif token in b"[]" or _NUMBER.fullmatch(token):
            kept.append(token)
        elif token[:1] == b"/" and not words.find(token[1:].decode("latin-1")):
            kept.append(token)  # the name of a glyph
    return kept


def _letters(token: bytes) -> str:
    digits = b"".join(token[1:-1].split())
    even = digits + b"0" * (len(digits) % 2)
    return bytes.fromhex(even.decode("ascii")).decode("utf-16-be", "ignore")
