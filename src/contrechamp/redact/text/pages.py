"""Rebuilds web pages from what they show: no scripts, no styles, nothing that is fetched."""

import html
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.redact.checks.strict_text import KEPT

_EMPTY = frozenset({"br", "hr"})
#: Neither they nor their content is shown as text.
_SILENT = frozenset(
    "script style template head title noscript svg math object embed iframe frame frameset applet "  # noqa: SIM905
    "canvas select datalist textarea noframes".split()
)
_MEDIA = frozenset({"img", "video", "audio", "picture", "input"})
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0(?:\.0+)?\s*(?:;|!|$)"
    r"|font-size\s*:\s*0(?:\.0+)?(?:px|pt|em|%)?\s*(?:;|!|$)",
    re.I,
)
_RULE = re.compile(r"([^{}]{1,500})\{([^{}]{0,2000})\}")
_SELECTOR = re.compile(r"[.#]?[\w-]+")
_DIVIDES = re.compile(r"</?(?!(?:b|strong|i|em|u|s|del|ins|sub|sup|code)>)")
_SPACES = re.compile(r"\s+")
_MOST_DEEP = 200


@dataclass
class Page:
    """What a page shows: runs of text, with the tags before each.

    Args:
        tags: before each run, as they are written.
        texts: runs of text.
        left_out: what was left out, by name.
    """

    tags: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)

    def between(self, number: int) -> str:
        """Return what is read between a run of text and the next."""
        following = self.tags[number + 1]
        if not _DIVIDES.search(following):
            return " " if " " in following else ""
        return " \t" if "<td" in following or "<th>" in following else "\n"

    def written(self, texts: list[str]) -> str:
        """Return the page with other texts."""
        body = "".join(
            tags + html.escape(text, quote=False)
            for tags, text in zip(self.tags, [*texts, ""], strict=True)
        )
        return (
            '<!DOCTYPE html>\n<html>\n<head><meta charset="utf-8"></head>\n'
            f"<body>{body}</body>\n</html>\n"
        )


def page_of(text: str) -> Page:
    """Return what a page shows.

    Raises:
        InputError: it cannot be read, or its elements lie deeper than those of any page.
    """
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_pis=True)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise InputError(
            _("is no web page that can be read ({reason})").format(reason=str(error)[:100])
        ) from error
    page = Page()
    if root is None:
        raise InputError(_("is an empty web page"))
    hidden = _hidden_selectors(root)
    pending: list[str] = []
    for tag, run in _runs(root, page.left_out, hidden, 0):
        if tag:
            pending.append(tag)
        elif run.strip():
            page.tags.append("".join(pending))
            page.texts.append(_SPACES.sub(_one_space, run))
            pending.clear()
        elif run and pending[-1:] != [" "]:
            pending.append(" ")
    page.tags.append("".join(pending))
    return page


def _one_space(spaces: re.Match[str]) -> str:
    return "\n" if "\n" in spaces[0] else " "


def _runs(
    element: Any, left_out: Counter[str], hidden: frozenset[str], deep: int
) -> Iterator[tuple[str, str]]:
    """Yield tags to write, and runs of text, of one element."""
    if deep > _MOST_DEEP:
        raise InputError(_("has elements in elements, deeper than any web page"))
    name = element.tag if isinstance(element.tag, str) else "!--"
    if name == "!--":
        left_out["comments"] += 1
        return
    if name in _SILENT:
        left_out["scripts" if name == "script" else "unshown"] += 1
        return
    if _is_hidden(element, hidden):
        left_out["hidden"] += 1
        return
    _note(element, name, left_out)
    if name in _MEDIA:
        left_out["media"] += 1
        yield "", "[" + _("picture, video or sound") + "]"
    kept = name in KEPT
    if kept:
        yield f"<{name}>", ""
    yield "", element.text or ""
    for child in element:
        yield from _runs(child, left_out, hidden, deep + 1)
        yield "", child.tail or ""
    if kept and name not in _EMPTY:
        yield f"</{name}>", ""


def _note(element: Any, name: str, left_out: Counter[str]) -> None:
    if name == "a" and element.get("href"):
        left_out["links"] += 1
    if element.get("title") or element.get("alt"):
        left_out["titles"] += 1
    if name == "meta":
        left_out["information"] += 1


def _hidden_selectors(root: Any) -> frozenset[str]:
    """Return the classes, ids and elements that the page's own styles hide, as far as they say."""
    found: set[str] = set()
    for style in root.iter("style"):
        for selectors, rules in _RULE.findall((style.text or "")[: 1 << 20]):
            if _HIDING.search(rules):
                found |= {
                    one.strip() for one in selectors.split(",") if _SELECTOR.fullmatch(one.strip())
                }
    return frozenset(found)


def _is_hidden(element: Any, hidden: frozenset[str]) -> bool:
    if element.get("hidden") is not None or element.get("type", "").lower() == "hidden":
        return True
    if _HIDING.search(element.get("style", "")):
        return True
    names = {element.tag, *(f".{one}" for one in element.get("class", "").split())}
    names.add(f"#{element.get('id', '')}")
    return bool(names & hidden) and element.tag not in ("html", "body")
