"""The words of XML, such as maps (KML, GPX, OSM): texts and values of attributes, without tags."""

import re
from collections.abc import Iterator

from lxml import etree

from contrechamp.vault.texts.in_cell import html, plain
from contrechamp.vault.texts.in_cell.bounds import Bounds, Part, Place

_STEP = 1 << 16
#: Numbers and moments, of which tracks and maps are full.
_NUMBER = re.compile(r"[-+0-9.,:eETZ ]*")


class _Words:
    """A target of the parser: gathers text, and knows no depth."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.letters = 0

    def start(self, _tag: str, attributes: dict[str, str]) -> None:
        told = (value for value in attributes.values() if _NUMBER.fullmatch(value) is None)
        self._put("\n", *(f"{value}\n" for value in told))

    def end(self, _tag: str) -> None:
        self._put("\n")

    def data(self, text: str) -> None:
        self._put(text)

    def close(self) -> None:
        pass

    def _put(self, *texts: str) -> None:
        self.found += texts
        self.letters += sum(map(len, texts))


def texts(content: bytes, at: Place, bounds: Bounds) -> Iterator[Part]:
    """Yield the text of XML; what cannot be understood as such is read as it stands."""
    words = _Words()
    parser = etree.XMLParser(target=words, recover=True, resolve_entities=False, no_network=True,
                             huge_tree=True)  # fmt: skip
    try:
        for first in range(0, len(content), _STEP):
            parser.feed(content[first : first + _STEP])
            if words.letters > bounds.letters:
                break
        parser.close()
    except (etree.LxmlError, ValueError):
        pass  # what was understood until there counts
    text = "".join(words.found)
    if not text.strip():
        yield from plain.plain(content, at, bounds)
        return
    # What people write into a map is often HTML, kept in sections of its own.
    yield from bounds.part(at, html.words_of(text, bounds) if "</" in text else text)
