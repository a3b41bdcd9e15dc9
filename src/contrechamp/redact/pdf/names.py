"""Names that whoever made a PDF chose: of resources, fonts, colours. A word in one is taken out."""

import re
from typing import Any

from pikepdf import Name, Object

from contrechamp.redact.words import Words

#: Names with a meaning of their own where chosen ones stand: fonts that every reader has
#: (ISO 32000-1, 9.6.2.2), colour spaces (8.6) and glyphs that stand for none.
_FONTS = frozenset(
    {
        "/Times-Roman", "/Times-Bold", "/Times-Italic", "/Times-BoldItalic", "/Helvetica",
        "/Helvetica-Bold", "/Helvetica-Oblique", "/Helvetica-BoldOblique", "/Courier",
        "/Courier-Bold", "/Courier-Oblique", "/Courier-BoldOblique", "/Symbol", "/ZapfDingbats",
        "/TimesNewRoman", "/TimesNewRomanPSMT", "/TimesNewRoman,Bold", "/TimesNewRoman,Italic",
        "/TimesNewRoman,BoldItalic", "/TimesNewRomanPS-BoldMT", "/TimesNewRomanPS-ItalicMT",
        "/TimesNewRomanPS-BoldItalicMT",
    }
)  # fmt: skip
_COLOURS = frozenset(
    {
        "/DeviceGray", "/DeviceRGB", "/DeviceCMYK", "/DefaultGray", "/DefaultRGB", "/DefaultCMYK",
        "/CalGray", "/CalRGB", "/Lab", "/Pattern", "/Indexed", "/Separation", "/DeviceN",
        "/ICCBased", "/All", "/None", "/Cyan", "/Magenta", "/Yellow", "/Black",
    }
)  # fmt: skip
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
STANDARD = _FONTS | _COLOURS | {"/.notdef"}
#: Entries whose value is a chosen name.
CHOSEN_VALUES = frozenset({"/BaseFont", "/FontName", "/CMapName"})


class ChosenNames:
    """Gives each name with a word in it another, the same one wherever it stands."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._instead: dict[str, str] = {}
        self._given = 0

    def clean(self, name: str) -> str:
        """Return a name of a resource, with its slash, without words."""
        known = self._instead.get(name)
        if known is None:
            keeps = name in STANDARD or (_is_text(name) and not self._words.find(name[1:]))
            self._given += not keeps
            known = self._instead[name] = name if keeps else f"/x{self._given}x"
        return known

    def anew(self, name: Any) -> Any:
        """Return a new name for one of a resource, which may be an object of the source."""
        return Name(self.clean(text_of(name)))

    def value_anew(self, name: Any) -> Any:
        """Return a new name for that of a font or a glyph; bytes that are no text stay."""
        text = text_of(name)
        if _is_text(text) or self._words.find(_letters_of(text)):
            return Name(self.clean(text))
        return Object.parse(name.unparse())


def text_of(name: Any) -> str:
    """Return a name with its slash; bytes that are no UTF-8 as surrogates, as keys have them."""
    try:
        return str(name)
    except UnicodeDecodeError:
        return _bytes_of(name).decode("utf-8", "surrogateescape")


def _bytes_of(name: Any) -> bytes:
    escaped: bytes = name.unparse()
    return _ESCAPED.sub(lambda found: bytes.fromhex(found[1].decode("ascii")), escaped)


def _is_text(name: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in name)


def _letters_of(name: str) -> str:
    return name[1:].encode("utf-8", "surrogateescape").decode("latin-1")
