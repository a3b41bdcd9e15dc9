"""Removes words from office files: from text that is split into runs, and from names."""

import itertools
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from contrechamp.redact.words import Words

#: Replaces a word of any length, so that the length tells nothing.
BLOCK = "█████"
#: The same in names and identifiers, which may have letters only.
NAME = "x"
#: The text that elements without any stand for, in either family of formats.
_GAPS = {
    "tab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "softHyphen": "\u00ad", "s": " ",
    "line-break": "\n",
}  # fmt: skip


def local(element: Any) -> str:
    """Return the name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def namespace(name: Any) -> str:
    """Return the namespace of an element's tag or an attribute's name."""
    return str(name)[1:].partition("}")[0] if str(name).startswith("{") else ""


def remove_from_text(
    paragraph: Any, words: Words, is_text: Callable[[Any], bool], gap: Callable[[Any], str]
) -> int:
    """Remove words from the text of one paragraph; return how many.

    Args:
        paragraph: an element.
        words: to remove.
        is_text: tells whether the text of an element is shown.
        gap: returns the text that an element stands for: a tab, a line break, or nothing.
    """
    found, _changed = _remove([*_pieces(paragraph, is_text, gap)], words)
    return found


def remove_across(
    paragraphs: Iterable[Any], words: Words, is_text: Callable[[Any], bool]
) -> tuple[int, list[Any]]:
    """Remove words whose parts are in paragraphs, cells or shapes that follow one another.

    Returns:
        How many there were, and the elements whose text changed.
    """
    pieces: list[list[Any]] = []
    for paragraph in paragraphs:
        pieces += [*_pieces(paragraph, is_text, gap_of), [None, "", "\n"]]
    return _remove(pieces, words)


def remove_from_runs(root: Any, words: Words, *tags: str) -> int:
    """Remove words from the paragraphs `tags` of OOXML, whose text is in ``t``; return how many."""
    return sum(
        remove_from_text(paragraph, words, is_run_text, gap_of) for paragraph in root.iter(*tags)
    )


def remove_from_part(root: Any, words: Words, *tags: str) -> int:
    """Remove words from the paragraphs `tags` of OOXML, and across them; return how many."""
    found = remove_from_runs(root, words, *tags)
    return found + remove_across(outermost(root, *tags), words, is_run_text)[0]


def is_run_text(element: Any) -> bool:
    """Tell whether an element of OOXML holds shown text."""
    return local(element) == "t"


def outermost(root: Any, *tags: str) -> Iterator[Any]:
    """Yield the paragraphs that lie in no other, as those of a text box do."""
    for paragraph in root.iter(*tags):
        if next(paragraph.iterancestors(*tags), None) is None:
            yield paragraph


def shown_in(paragraph: Any, is_text: Callable[[Any], bool]) -> str:
    """Return the text of a paragraph, with what stands for gaps in it."""
    return "".join(text for _element, _place, text in _pieces(paragraph, is_text, gap_of))


def _remove(pieces: list[list[Any]], words: Words) -> tuple[int, list[Any]]:
    """Remove words from pieces of text; return how many, and the elements that changed."""
    before = [text for _element, _place, text in pieces]
    starts = list(itertools.accumulate(map(len, before), initial=0))
    found = words.find("".join(before))
    for begin, end in reversed(found):
        _cut(pieces, starts, begin, end)
    changed = []
    for (element, place, text), was in zip(pieces, before, strict=True):
        if element is not None and text != was:
            setattr(element, place, text)
            changed.append(element)
    return len(found), changed


def gap_of(element: Any) -> str:
    """Return the text that an element without any stands for: a tab, a line break, a hyphen."""
    return _GAPS.get(local(element), "")


def _pieces(
    element: Any, is_text: Callable[[Any], bool], gap: Callable[[Any], str]
) -> Iterator[list[Any]]:
    shown = is_text(element)
    if between := gap(element):
        yield [None, "", between]
    if shown and element.text:
        yield [element, "text", element.text]
    for child in element:
        yield from _pieces(child, is_text, gap)
        if shown and child.tail:
            yield [child, "tail", child.tail]


def _cut(pieces: list[list[Any]], starts: Sequence[int], begin: int, end: int) -> None:
    """Cut a run of letters out of pieces; what is behind it may have been cut before."""
    put = False
    for number in range(bisect_right(starts, begin) - 1, len(pieces)):
        element, _place, text = pieces[number]
        if starts[number] >= end:
            break
        first = max(begin - starts[number], 0)
        last = min(end, starts[number + 1]) - starts[number]
        if first < last and element is not None:
            pieces[number][2] = text[:first] + ("" if put else BLOCK) + text[last:]
            put = True


#: Attributes that say which part is meant, by an id that is made anew.
_RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#: Attributes with free text; the values of others belong to the format, such as "left".
_FREE = frozenset({"name", "styleId", "styleName", "descr", "label", "text", "typeface", "ascii",
                   "hAnsi", "eastAsia", "cs", "font", "defaultTableStyle",
                   "defaultPivotStyle", "font-adornments", "font-family", "font-name-asian",
                   "font-name-complex", "font-family-asian", "font-family-complex", "num-prefix",
                   "num-suffix", "bullet-char", "id", "idref",
                   "continue-list"})  # fmt: skip
_NAMED = frozenset({"name", "aliases", "basedOn", "next", "link", "pStyle", "rStyle", "tblStyle",
                    "numStyleLink", "styleLink", "lvlText", "rFont", "altName"})  # fmt: skip


def _free(element: Any) -> Iterator[tuple[str, str]]:
    for name, value in element.attrib.items():
        bare = str(name).rpartition("}")[2]
        if bare in _FREE or bare.endswith("-name") or (bare == "val" and local(element) in _NAMED):
            yield name, value


def names_in(root: Any) -> Iterator[str]:
    """Yield the names and other free texts in the attributes of a tree."""
    for element in root.iter("*"):
        for _name, value in _free(element):
            yield value


def remove_from_names(root: Any, words: Words) -> None:
    """Remove words from names in a tree, the same way everywhere, so that they still match."""
    for element in root.iter("*"):
        for name, value in list(_free(element)):
            if words.find(value):
                element.set(name, replaced(value, words, NAME))


def replaced(text: str, words: Words, by: str = BLOCK) -> str:
    """Return a text with each word replaced."""
    for begin, end in reversed(words.find(text)):
        text = text[:begin] + by + text[end:]
    return text


def remove(element: Any) -> None:
    """Remove an element from its parent; the text after it stays."""
    parent = element.getparent()
    if parent is None:
        return
    _keep_tail(element, parent)
    parent.remove(element)


def unwrap(element: Any) -> None:
    """Replace an element by its content."""
    parent = element.getparent()
    place = parent.index(element)
    children = list(element)
    if element.text:
        _append_text(parent, place, element.text)
    tail = element.tail
    element.tail = None
    parent.remove(element)
    for offset, child in enumerate(children):
        parent.insert(place + offset, child)
    if tail:
        _append_text(parent, place + len(children), tail)


def _keep_tail(element: Any, parent: Any) -> None:
    if element.tail:
        _append_text(parent, parent.index(element), element.tail)
        element.tail = None


def _append_text(parent: Any, place: int, text: str) -> None:
    """Add text before the child at `place`."""
    if place == 0:
        parent.text = (parent.text or "") + text
    else:
        before = parent[place - 1]
        before.tail = (before.tail or "") + text
