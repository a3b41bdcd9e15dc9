"""Our own strict reader of texts: letters that everybody sees, and pages of nothing but text."""

import unicodedata
from collections.abc import Iterator
from html.parser import HTMLParser

#: What a page may have, without attributes.
KEPT = frozenset(
    "p div h1 h2 h3 h4 h5 h6 ul ol li dl dt dd table thead tbody tfoot tr td th caption br hr "  # noqa: SIM905
    "blockquote pre b strong i em u s del ins sub sup code section article header footer".split()
)
_INLINE = frozenset({"b", "strong", "i", "em", "u", "s", "del", "ins", "sub", "sup", "code"})
#: Letters without a shape that a text needs: they join letters and signs.
_JOINERS = "\u200c\u200d"
_KEPT_CONTROLS = "\t\n\r"


def text(content: bytes) -> Iterator[str]:
    """Yield what a text holds that nobody sees.

    Raises:
        ValueError: it is not in UTF-8.
    """
    read = content.decode("utf-8").removeprefix("\ufeff")
    if unseen := sum(map(is_invisible, read)):
        yield f"{unseen} letters that nobody sees"


def page(content: bytes) -> Iterator[str]:
    """Yield what a web page holds apart from text and its plain form."""
    yield from text(content)
    reader = PageReader()
    reader.feed(content.decode("utf-8"))
    reader.close()
    yield from reader.odd


def is_invisible(letter: str) -> bool:
    """Tell whether nobody sees a letter, nor misses it."""
    if letter < "\x7f":
        return letter < " " and letter not in _KEPT_CONTROLS
    return (
        unicodedata.category(letter) in ("Cf", "Cc", "Co", "Cs") and letter not in _JOINERS
    ) or "\U000e0000" <= letter <= "\U000e0fff"


class PageReader(HTMLParser):
    """Reads a copy with another parser than the one that made it; notes what has no place there."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.odd: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what is not kept, and attributes."""
        allowed = [("charset", "utf-8")] if tag == "meta" else []
        if tag not in KEPT | {"html", "head", "body", "meta"} or attrs != allowed:
            self.odd.append(f"<{tag} {attrs}>"[:60])
        if tag not in _INLINE:
            self.text.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """Divide texts."""
        if tag not in _INLINE:
            self.text.append("\n")

    def handle_data(self, data: str) -> None:
        """Keep the text."""
        self.text.append(data)

    def handle_comment(self, data: str) -> None:
        """Note a comment."""
        self.odd.append(f"<!--{data}"[:60])

    def handle_pi(self, data: str) -> None:
        """Note an instruction."""
        self.odd.append(f"<?{data}"[:60])
