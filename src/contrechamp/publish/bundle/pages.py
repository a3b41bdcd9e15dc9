"""What a page of a report says, to be compared with the claims that were stated."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser

from contrechamp.publish.bundle.claims_file import Claim

#: Spaces, and marks of direction: a page has its own ways to keep words apart.
_SPACE = re.compile(r"[\s\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
#: Elements whose content nobody reads as text, and attributes that stand for what is drawn.
_SILENT, _SPOKEN = frozenset({"head", "style", "script", "template"}), ("alt", "aria-label")

#: Stands in a page for the root when its digest is taken: the root is over that digest.
BLANK = "0" * 64


def digest(content: bytes, root: str = BLANK) -> str:
    """Return the digest of a page that a statement has, hexadecimal.

    Args:
        content: the page, which prints the root.
        root: of the statement.
    """
    return hashlib.sha256(content.replace(root.encode(), BLANK.encode())).hexdigest()


class _Text(HTMLParser):
    """Gathers what is read in a page, without the links within it: numbers of evidence.

    A figure is a link as well, and is read: it is what the sentence says.
    """

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self._silent, self._links = 0, list[bool]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        told = dict(attrs)
        self.said += [told[name] or "" for name in _SPOKEN if name in told]
        if tag == "a":
            inside = (told.get("href") or "").startswith("#")
            self._links.append(inside and told.get("class") != "number")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        if tag == "a" and self._links:
            self._links.pop()

    def handle_data(self, data: str) -> None:
        if not self._silent and not any(self._links):
            self.said.append(data)


def missing(content: bytes, claims: Iterable[Claim], language: str) -> Iterator[Claim]:
    """Yield the claims that a page does not say, or not in this order.

    Within a claim the order is free: what stands for a picture comes before or after it. The next
    one has to come behind the longest text of a claim.

    Args:
        content: the page, UTF-8.
        claims: in the order of the report.
        language: of the page.
    """
    reader = _Text()
    reader.feed(content.decode("utf-8", "replace"))
    reader.close()
    page, at = _bare("".join(reader.said)), 0
    for claim in claims:
        said = sorted(map(_bare, claim.words.get(language, ())), key=len, reverse=True)
        places = [page.find(one, at) for one in said]
        if -1 in places:
            yield claim
        elif said:
            at = places[0] + len(said[0])


def _bare(text: str) -> str:
    """Return a text without spaces: a page has some between words where a claim has none."""
    return _SPACE.sub("", text)
