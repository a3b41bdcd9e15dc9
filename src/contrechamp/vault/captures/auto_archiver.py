"""Reports of Bellingcat's auto-archiver: a page, or JSON, that names the files of a capture.

Each file has its ``key`` (where it was stored, under a name that says nothing), and its ``hash``
where the hash enricher ran, as ``SHA-256:...`` or ``SHA3-512:...``. Its timestamps are files too:
``.ots`` of one file each, and RFC 3161 of a list of the hashes. So the project's source (1.1, 2025)
writes them; the page is what its storages keep, the JSON what its json_enricher adds.
"""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from contrechamp.vault.captures.told import Told

_HASH = re.compile(r"(SHA-256|SHA3-512):([0-9a-fA-F]{64}|[0-9a-fA-F]{128})")
MAX_DEPTH = 60


def tell(content: bytes, told: Told) -> None:
    """Take note of the files that a report names, with their hashes.

    Args:
        content: of the report.
        told: is filled.
    """
    if content.lstrip()[:1] == b"{":
        try:
            media = json.loads(content.decode("utf-8-sig"), parse_float=str, parse_int=str)
        except (ValueError, RecursionError):
            return
        pairs = list(_in_json(media, 0))
    else:
        reader = _Page()
        reader.feed(content.decode("utf-8", "replace"))
        pairs = reader.pairs
    for key, text in pairs:
        if found := _HASH.fullmatch(text.strip()):
            told.say(found[1].lower().replace("sha-", "sha"), found[2], _last(key))


def _last(key: str) -> str:
    """Return the name of a file in what may be a path or an address."""
    return re.split(r"[/\\]", key.partition("?")[0])[-1]


def _in_json(value: Any, depth: int) -> Iterator[tuple[str, str]]:
    if depth > MAX_DEPTH:
        return
    if isinstance(value, dict):
        properties = value.get("properties")
        digest = properties.get("hash") if isinstance(properties, dict) else None
        if isinstance(digest, str):
            key = value.get("_key") or value.get("filename") or ""
            yield (key if isinstance(key, str) else ""), digest
        for one in value.values():
            yield from _in_json(one, depth + 1)
    elif isinstance(value, list):
        for one in value:
            yield from _in_json(one, depth + 1)


class _Page(HTMLParser):
    """Reads lines such as ``<li><b>key:</b> <span class="copy">...</span></li>``."""

    def __init__(self) -> None:
        super().__init__()
        self.pairs: list[tuple[str, str]] = []
        self._tag, self._label, self._key = "", "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an element."""
        self._tag = tag

    def handle_endtag(self, tag: str) -> None:
        """End an element."""
        self._tag = ""

    def handle_data(self, data: str) -> None:
        """Read the text of a label, or what stands behind it."""
        if self._tag == "b":
            self._label = data.strip()
        elif self._tag == "span":
            if self._label == "key:":
                self._key = data.strip()
            elif self._label == "hash:":
                self.pairs.append((self._key, data))
            self._label = ""
