"""Bytes as text, whatever encoding they are in."""

import codecs
from typing import Final

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: Bytes that are looked at to tell an encoding.
_LOOKED_AT = 1 << 16


def decoded(content: bytes, named: str = "") -> str:
    """Return bytes as text: under the encoding that they name if it fits, else the likeliest.

    Args:
        content: any bytes.
        named: encoding that a header says; "" if none does.
    """
    encoding = encoding_of(content, named)
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        cut = encoding == "utf-8" and error.start >= len(content) - 3
        return content.decode(encoding, "ignore" if cut else "replace")


def encoding_of(content: bytes, named: str = "") -> str:
    """Return the encoding that `decoded` reads bytes in; one of Windows is a guess."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return encoding
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start >= len(content) - 3 and len(content) > 3:  # cut in the last letter
            return "utf-8"
    else:
        return "utf-8"
    try:
        if named and codecs.lookup(named)._is_text_encoding:  # never one such as zip or hex
            content.decode(named, "replace")
            return named
    except (LookupError, ValueError, UnicodeError):
        pass
    return _of_windows(content[:_LOOKED_AT])


def _of_windows(sample: bytes) -> str:
    """Return which code page of Windows bytes are most likely in: the one of their script.

    Text in Latin letters has few bytes of 128 and more between its others; Arabic and Hebrew have
    hardly any letters but these, and Hebrew ones lie in one short range.
    """
    high = sum(byte >= 0xC0 for byte in sample)
    latin = sum(0x41 <= byte & 0xDF <= 0x5A and byte < 0x80 for byte in sample)
    if high <= latin:
        return "cp1252"
    hebrew = sum(0xE0 <= byte <= 0xFA for byte in sample)
    return "cp1255" if hebrew >= 0.95 * high else "cp1256"
