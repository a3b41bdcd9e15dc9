"""The words of a web page, without what runs or styles it: no tree is built, nothing is fetched."""

from collections.abc import Iterator

from lxml import etree

from contrechamp.base.decoded_text import decoded
from contrechamp.vault.texts.in_cell.bounds import Bounds, Part, Place

#: What stands within them is no text.
_SILENT = frozenset({"script", "style", "template", "svg", "object", "embed", "iframe"})
#: They are within a line.
_INLINE = frozenset(
    {"a", "abbr", "b", "bdi", "bdo", "cite", "code", "em", "font", "i", "kbd", "mark", "q", "s",
     "small", "span", "strong", "sub", "sup", "time", "tt", "u", "var"}
)  # fmt: skip
#: Attributes that people read.
_READ = ("alt", "title", "content", "placeholder")
_META = frozenset({"description", "og:description", "og:title", "twitter:description", "author"})
_STEP = 1 << 16


class _Words:
    """A target of the parser: gathers text, and knows no depth."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._silent = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in _SILENT:
            self._silent += 1
        if tag == "meta" and attributes.get("name", attributes.get("property")) not in _META:
            return
        self.found += [f" {attributes[name]}\n" for name in _READ if attributes.get(name)]
        if tag not in _INLINE:
            self.found.append("\n")

    def end(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        if tag not in _INLINE:
            self.found.append("\n")

    def data(self, text: str) -> None:
        if not self._silent:
            self.found.append(text)

    def close(self) -> None:
        pass


def page(content: bytes, at: Place, bounds: Bounds, named: str = "") -> Iterator[Part]:
    """Yield the text of HTML, as far as it can be understood."""
    yield from bounds.part(at, words_of(decoded(content, named or _declared(content)), bounds))


def words_of(text: str, bounds: Bounds) -> str:
    """Return the words of HTML; no more than may still be taken, and some."""
    words = _Words()
    # Fed as UTF-8, so that no declaration in it has a say.
    parser = etree.HTMLParser(target=words, encoding="utf-8", huge_tree=True)
    content = text.encode("utf-8", "replace")
    try:
        for first in range(0, len(content), _STEP):
            parser.feed(content[first : first + _STEP])
            if sum(map(len, words.found[-1000:])) > bounds.letters:
                break
        parser.close()
    except (etree.LxmlError, ValueError):
        pass  # what was understood until there counts
    return "".join(words.found)


def _declared(content: bytes) -> str:
    """Return the encoding that a page declares in its first bytes."""
    _before, found, after = content[:2048].lower().partition(b"charset=")
    if not found:
        return ""
    name = after.lstrip(b"\"' ")[:40]
    for index, byte in enumerate(name):
        if not (byte < 128 and (chr(byte).isalnum() or byte in b"-_.:")):
            name = name[:index]
            break
    return name.decode("ascii")
