"""What the tree of a publication says, part by part: each is a claim, in one language."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, cast

from contrechamp.publish.report.document import (
    Block,
    Document,
    Link,
    Listing,
    Quotation,
    Section,
    Words,
    block_texts,
)
from contrechamp.publish.report.glyphs import CONTROLS, by_number

#: Section with the list of evidence: each entry of it is told with the evidence, not as a claim.
_EVIDENCE = "evidence"
#: Section that says how the publication is checked: it has the root of what is claimed.
CHECK = "check"


@dataclass(frozen=True)
class Part:
    """A part of the tree that says one thing, in one language.

    Args:
        kind: the anchor of its section; of what is of a record, see `Bound`.
        at: anchor by which it is reached.
        of: the record or passage that it tells of; "" for none.
        words: what stands there, without links.
        evidence: numbers of what is cited there.
        is_quote: it is what somebody said.
    """

    kind: str
    at: str
    of: str
    words: tuple[str, ...]
    evidence: tuple[int, ...]
    is_quote: bool = False


def parts_of(document: Document) -> Iterator[Part]:
    """Yield the parts of a tree that say something, in the order in which they are read."""
    for section in document.sections:
        if section.anchor not in {_EVIDENCE, CHECK}:
            yield from _of_section(section, section.anchor)


def _of_section(section: Section, kind: str) -> Iterator[Part]:
    if section.of:
        words = [*_name(section), *_words_below(section)]
        yield _part(kind, section.anchor, section.of, words, (section.blocks, section.sections))
        return
    own: list[Block] = []
    for block in section.blocks:
        apart = tuple(_apart(section, kind, block))
        if not apart:
            own.append(block)
            continue
        yield from _own(section, kind, own)
        own = []
        yield from apart
    yield from _own(section, kind, own)
    for one in section.sections:
        yield from _of_section(one, kind)


def _own(section: Section, kind: str, blocks: Sequence[Block]) -> Iterator[Part]:
    """Yield what blocks say that are of no record."""
    if blocks:
        yield _part(kind, section.anchor, "", _words(blocks), tuple(blocks))


def _apart(section: Section, kind: str, block: Block) -> Iterator[Part]:
    """Yield the parts of a block that are of a record each; none if it is of none."""
    if isinstance(block, Listing) and block.of:
        for (anchor, blocks), of in zip(block.entries, block.of, strict=True):
            yield _part(kind, anchor or section.anchor, of, _words(blocks), blocks)
    elif isinstance(block, Quotation) and block.of:
        quoted = _part(kind, section.anchor, block.of, _words((block,)), block)
        yield replace(quoted, is_quote=True)


def _name(section: Section) -> list[str]:
    """Return the title of a section where it is from a record; else it is a number of ours."""
    told = [one.text for one in section.title if isinstance(one, Words) and not one.own]
    return [" ".join(told)] if told else []


def _words_below(section: Section) -> list[str]:
    found = _words(section.blocks)
    for one in section.sections:
        found += [" ".join(part.text for part in one.title), *_words_below(one)]
    return found


def _words(blocks: Sequence[Block]) -> list[str]:
    return [text for one in blocks for text in block_texts(_without_links(one))]


def _part(kind: str, at: str, of: str, words: Sequence[str], tree: Any) -> Part:
    said = tuple(_printed(one).strip() for one in words)
    return Part(kind, at, of, tuple(one for one in said if one), tuple(_numbers(tree)))


def _printed(text: str) -> str:
    """Return a text as a page prints it: what nobody would see is told by its number."""
    return CONTROLS.sub(by_number, text)


def _without_links(value: Any) -> Any:
    """Return a part of the tree in which no link stands: numbers move when something is added."""
    if isinstance(value, tuple):
        return tuple(_without_links(one) for one in value if not isinstance(one, Link))
    if is_dataclass(value) and not isinstance(value, type):
        changed = {
            one.name: _without_links(getattr(value, one.name))
            for one in fields(value)
            if isinstance(getattr(value, one.name), tuple)
        }
        return replace(value, **changed) if changed else value
    return value


def _numbers(value: Any) -> Iterator[int]:
    """Yield the numbers of evidence that a part of the tree links to, each once."""
    links = dict.fromkeys(_links(value))
    beginning = f"{_EVIDENCE}-"
    yield from (int(one.removeprefix(beginning)) for one in links if one.startswith(beginning))


def _links(value: Any) -> Iterator[str]:
    """Yield the anchors that a part of the tree leads to."""
    if isinstance(value, tuple):
        for one in value:
            yield from _links(one)
    elif isinstance(to := getattr(value, "to", None), str):
        yield to
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from _links(getattr(value, field.name))


def described(document: Document, number: int) -> tuple[str, ...]:
    """Return the words of an entry in the list of evidence."""
    for section in document.sections:
        if section.anchor == _EVIDENCE:
            listing = cast(Listing, section.blocks[0])
            _anchor, blocks = listing.entries[number - 1]
            return tuple(map(_printed, _words(blocks)))
    return ()
