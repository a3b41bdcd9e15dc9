"""The glyphs that the fonts of the PDF have; letters without one are told by their number."""

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from contrechamp.base.i18n import _

#: More of them in a row than this are cut off: the page has them all.
_MOST = 6
#: Categories of what has no shape of its own: marks of direction, line ends.
_SHAPELESS = frozenset({"Cf", "Zl", "Zp"})
#: Controls that lay out a text; all others are told by their number, for nobody would see them.
_LAID_OUT = frozenset("\t\n\r")
CONTROLS = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


class Glyphs:
    """Tells the letters that some fonts can show.

    Args:
        fonts: their files.
    """

    def __init__(self, fonts: Sequence[Path]) -> None:
        import pymupdf

        self._fonts = [pymupdf.Font(fontfile=str(path)) for path in fonts]
        self._known: dict[str, bool] = {}
        self._lacks = False

    def shown(self, value: Any) -> Any:
        """Return a tree of texts in which every letter can be shown."""
        if isinstance(value, str):
            return self._shown(value)
        if isinstance(value, dict):
            return {name: self.shown(one) for name, one in value.items()}
        if isinstance(value, list):
            return [self.shown(one) for one in value]
        return value

    def note(self) -> str:
        """Return what is said of letters that were lacking; "" if none was."""
        if not self._lacks:
            return ""
        return _("Letters in [U+...] are of a script that this PDF has no font for: see the page.")

    def _shown(self, text: str) -> str:
        if text.isascii() and not CONTROLS.search(text):
            return text
        lacking = {one for one in set(text) if not self._has(one)}
        if not lacking:
            return text
        self._lacks = True
        return re.sub(f"[{re.escape(''.join(sorted(lacking)))}]+", by_number, text)

    def _has(self, letter: str) -> bool:
        if letter not in self._known:
            self._known[letter] = (
                letter in _LAID_OUT
                or unicodedata.category(letter) in _SHAPELESS
                or any(font.has_glyph(ord(letter)) for font in self._fonts)
            )
        return self._known[letter]


def by_number(found: re.Match[str]) -> str:
    """Return the letters of a match by their numbers, such as [U+0007]."""
    numbers = [f"U+{ord(one):04X}" for one in found[0][:_MOST]]
    return f"[{' '.join(numbers)}{' …' if len(found[0]) > _MOST else ''}]"
