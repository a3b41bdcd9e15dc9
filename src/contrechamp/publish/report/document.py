"""The tree of a publication: sections, and what stands in them. HTML and PDF are drawn from it.

It knows nothing of cases, files or pages. Whatever comes from a record is text here, never markup:
those who draw it escape it, each in their own way.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from contrechamp.publish.report.drawing import shapes

#: How sure something is, or how it stands: drawn as a label.
Tone: TypeAlias = Literal["plain", "good", "doubtful", "bad"]


@dataclass(frozen=True)
class Words:
    """Some text.

    Args:
        text: the text.
        language: of it, where it is not that of the publication; "" where it is, or is not known.
        own: it is ours: a label or a sentence of the program; else it comes from a record.
        strong: it stands out.
    """

    text: str
    language: str = ""
    own: bool = True
    strong: bool = False


@dataclass(frozen=True)
class Label:
    """A word or two that say how something stands."""

    text: str
    tone: Tone = "plain"


@dataclass(frozen=True)
class Link:
    """A reference to an anchor of the same publication."""

    to: str
    text: str


@dataclass(frozen=True)
class Address:
    """A web address, as it is printed; it is no link, for nobody is sent to a stranger's server."""

    text: str


@dataclass(frozen=True)
class Number:
    """A figure with its interval and unit, in its own order whatever the text around it.

    Args:
        text: of it.
        to: anchor of what it rests on.
    """

    text: str
    to: str


@dataclass(frozen=True)
class Phrase:
    """Words of a record with figures in between, drawn without spaces of ours.

    Args:
        parts: in order; the words of one language, and figures.
        language: see `Words`.
        strong: it stands out.
    """

    parts: tuple[Words | Number, ...]
    language: str = ""
    strong: bool = False

    @property
    def text(self) -> str:
        """All of it, as it is read."""
        return "".join(one.text for one in self.parts)


Inline: TypeAlias = Words | Label | Link | Address | Phrase


@dataclass(frozen=True)
class Paragraph:
    """A paragraph.

    Args:
        inlines: what stands in it; a space is put between.
        soft: it is said in passing: a note, a source.
    """

    inlines: tuple[Inline, ...]
    soft: bool = False


@dataclass(frozen=True)
class Quotation:
    """What somebody said, in their language, and in that of the publication if it is another.

    Args:
        said: their words.
        by: who they are, and who translated it.
        of: the passage, which nobody is shown.
    """

    said: tuple[Words, ...]
    by: tuple[Inline, ...] = ()
    of: str = ""


@dataclass(frozen=True)
class Listing:
    """A list: each entry some blocks, and the anchor by which it is reached ("" for none).

    Args:
        entries: in order.
        numbered: each has its number before it.
        of: of each entry the record that it tells of, which nobody is shown; empty for none.
    """

    entries: tuple[tuple[str, tuple["Block", ...]], ...]
    numbered: bool = False
    of: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pairs:
    """What is known of something: a term and what is said of it, each on a line."""

    pairs: tuple[tuple[str, tuple[Inline, ...]], ...]


@dataclass(frozen=True)
class Drawn:
    """A drawing, with what it shows in words.

    Args:
        name: of it in the publication; ASCII letters, digits and hyphens.
        drawing: shapes.
        alternative: what it shows, for those who cannot see it.
        caption: below it.
        key: what its paints mean: a small drawing, and its words.
    """

    name: str
    drawing: shapes.Drawing
    alternative: str
    caption: tuple[Inline, ...]
    key: tuple[tuple[shapes.Drawing, str], ...] = ()


@dataclass(frozen=True)
class Photo:
    """A picture, byte for byte as it was reviewed.

    Args:
        content: of its file.
        media_type: of it, such as image/jpeg.
        alternative: what it shows, for those who cannot see it.
        caption: below it.
    """

    content: bytes
    media_type: str
    alternative: str
    caption: tuple[Inline, ...]


Block: TypeAlias = Paragraph | Quotation | Listing | Pairs | Drawn | Photo


@dataclass(frozen=True)
class Section:
    """A section.

    Args:
        anchor: its name in the publication; ASCII letters, digits and hyphens.
        title: its heading.
        blocks: what stands in it, before its sections.
        sections: below it.
        of: the record that it tells of, which nobody is shown; "" if it is of none.
    """

    anchor: str
    title: tuple[Inline, ...]
    blocks: tuple[Block, ...] = ()
    sections: tuple["Section", ...] = ()
    of: str = ""


@dataclass(frozen=True)
class Document:
    """A publication.

    Args:
        language: of it.
        title: of it.
        kicker: what stands above the title: number, day, who publishes.
        day: on which it comes out; of a month or year, its first.
        sections: in order.
        lacking: a draft: what stands against publishing it; None if it is no draft.
        evidence: what the list of evidence is of, by number from 1, which nobody is shown.
    """

    language: str
    title: Words
    kicker: tuple[str, ...]
    day: date
    sections: tuple[Section, ...]
    lacking: tuple[str, ...] | None = None
    evidence: tuple[str, ...] = ()

    @property
    def is_draft(self) -> bool:
        """Whether it may not be handed on."""
        return self.lacking is not None


def texts(document: Document) -> Iterator[str]:
    """Yield every text of a publication, as it is read."""
    yield document.title.text
    yield from document.kicker
    for section in document.sections:
        yield from _of_section(section)


def block_texts(block: Block) -> Iterator[str]:
    """Yield every text of a block, as it is read."""
    yield from _of_block(block)


def _of_section(section: Section) -> Iterator[str]:
    yield " ".join(one.text for one in section.title)
    for block in section.blocks:
        yield from _of_block(block)
    for one in section.sections:
        yield from _of_section(one)


def _of_block(block: Block) -> Iterator[str]:
    match block:
        case Paragraph(inlines):
            yield " ".join(one.text for one in inlines)
        case Quotation(said, by):
            yield from (one.text for one in said)
            yield " ".join(one.text for one in by)
        case Listing(entries):
            for _anchor, blocks in entries:
                for one in blocks:
                    yield from _of_block(one)
        case Pairs(pairs):
            for term, inlines in pairs:
                yield f"{term} {' '.join(one.text for one in inlines)}"
        case Drawn():
            yield from (one.text for one in block.drawing.shapes if isinstance(one, shapes.Label))
            yield from (words for _swatch, words in block.key)
            yield block.alternative
            yield " ".join(one.text for one in block.caption)
        case Photo():
            yield block.alternative
            yield " ".join(one.text for one in block.caption)
