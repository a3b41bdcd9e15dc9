"""Takes words out of tiling patterns: watermarks and backgrounds, drawn once and repeated.

A page tells of the text of one tile alone, and nothing can be removed from the others. So each
pattern is read and masked as a page of its own would be, those within others first.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pikepdf
import pymupdf
from pikepdf import Array, Dictionary, Name, Stream

from contrechamp.redact.outcome import Box
from contrechamp.redact.pdf import page as pdf_page
from contrechamp.redact.pdf.work import Object
from contrechamp.redact.words import Words

_MAX_DEPTH = 24


@dataclass(frozen=True)
class CleanTiles:
    """A document without words in its tiles.

    Args:
        content: its bytes.
        pages: from 1, on which tiles held a word.
    """

    content: bytes
    pages: tuple[int, ...] = ()


def without_words(content: bytes, words: Words) -> CleanTiles:
    """Return a rebuilt document whose tiling patterns hold no word, inside or across their edges.

    Raises:
        pikepdf.PdfError: a pattern cannot be parsed.
    """
    if not words:
        return CleanTiles(content)
    with pikepdf.open(BytesIO(content)) as pdf:
        levels: dict[int, list[Any]] = {}
        for pattern in filter(_is_tile, pdf.objects):
            if _shows_text(pattern.get("/Resources", None)):
                levels.setdefault(_nesting(pattern, 0), []).append(pattern)
        changed: set[Object] = set()
        for _level, patterns in sorted(levels.items()):
            changed |= {pattern.objgen for pattern in _cleaned(pdf, patterns, words)}
        if not changed:
            return CleanTiles(content)
        pages = tuple(_pages_with(pdf, changed))
        out = BytesIO()
        pdf.save(out)
    return CleanTiles(out.getvalue(), pages)


def _is_tile(item: Any) -> bool:
    return isinstance(item, Stream) and item.get("/PatternType", None) == 1


def _shows_text(resources: Any, depth: int = 0) -> bool:
    """Tell whether resources, or those of what they name, have a font."""
    if not isinstance(resources, Dictionary) or depth > _MAX_DEPTH:
        return False
    if isinstance(resources.get("/Font", None), Dictionary) and len(resources.Font.keys()):
        return True
    return any(
        _shows_text(part.get("/Resources", None), depth + 1)
        for kind in ("/XObject", "/Pattern")
        for part in _named(resources, kind)
    )


def _named(resources: Any, kind: str) -> Iterator[Any]:
    """Yield the streams that resources name."""
    parts = resources.get(kind, None)
    if isinstance(parts, Dictionary):
        yield from (part for _name, part in parts.items() if isinstance(part, Stream))


def _nesting(drawing: Any, depth: int) -> int:
    """Return how many tiling patterns lie within one another in a drawing."""
    resources = drawing.get("/Resources", None)
    if not isinstance(resources, Dictionary) or depth > _MAX_DEPTH:
        return 0
    inside = [
        _nesting(part, depth + 1) + (1 if _is_tile(part) else 0)
        for kind in ("/XObject", "/Pattern")
        for part in _named(resources, kind)
    ]
    return max(inside, default=0)


def _cleaned(pdf: pikepdf.Pdf, patterns: Sequence[Any], words: Words) -> Iterator[Any]:
    """Take words out of patterns; yield those that held any."""
    with pymupdf.open(stream=_as_pages(patterns), filetype="pdf") as document:
        removed = [_remove(document[number], words) for number in range(len(document))]
        if not any(removed):
            return
        masked = document.tobytes(garbage=3)
    with pikepdf.open(BytesIO(masked)) as pages:
        for pattern, page, changed in zip(patterns, pages.pages, removed, strict=True):
            if changed:
                page.contents_coalesce()
                drawn = page.obj.get("/Contents", None)
                resources = pages.make_indirect(page.obj.get("/Resources", Dictionary()))
                pattern.write(drawn.read_bytes() if isinstance(drawn, Stream) else b"")
                pattern.Resources = pdf.copy_foreign(resources)
                yield pattern


def _as_pages(patterns: Sequence[Any]) -> bytes:
    """Return a document with a page for each pattern, as large as its tile."""
    made = pikepdf.new()
    for pattern in patterns:
        tile = made.copy_foreign(pattern)
        page = Dictionary(
            Type=Name.Page,
            MediaBox=Array(_tile_of(pattern)),
            Resources=tile.get("/Resources", Dictionary()),
            Contents=made.make_stream(tile.read_bytes()),
        )
        made.pages.append(pikepdf.Page(made.make_indirect(page)))
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def _tile_of(pattern: Any) -> list[float]:
    box = [float(value) for value in pattern.get("/BBox", Array())]
    if len(box) != 4:
        raise ValueError("BBox")
    x0, x1 = sorted(box[0::2])
    y0, y1 = sorted(box[1::2])
    return [x0, y0, max(x1, x0 + 1), max(y1, y0 + 1)]


def _remove(page: Any, words: Words) -> bool:
    """Remove words from a tile; tell whether it held any.

    Where one runs over the edge into the next tile, or cannot be removed alone, all text goes.
    """
    glyphs = list(pdf_page.characters(page))
    runs = _found(glyphs, words)
    twice = words.find_in_characters([text for text, _box in [*glyphs, *glyphs]])
    if not twice:
        return False
    across = any(begin < len(glyphs) < end for begin, end in twice)
    if not across:
        pdf_page.remove_text(page, [box for run in runs for box in run])
    if across or _found(list(pdf_page.characters(page)), words):
        pdf_page.remove_text(page, None)
    if _found(list(pdf_page.characters(page)), words):
        for drawn in page.get_contents():
            page.parent.update_stream(drawn, b" ")
    return True


def _found(glyphs: Sequence[tuple[str, Box | None]], words: Words) -> list[list[Box]]:
    """Return the boxes of the letters of each word."""
    spans = words.find_in_characters([text for text, _box in glyphs])
    return [[box for _text, box in glyphs[b:e] if box is not None] for b, e in spans]


def _pages_with(pdf: pikepdf.Pdf, patterns: set[Object]) -> Iterator[int]:
    for number, page in enumerate(pdf.pages, start=1):
        if _draws(page.obj.get("/Resources", None), patterns, set()):
            yield number


def _draws(resources: Any, patterns: set[Object], known: set[Object]) -> bool:
    if not isinstance(resources, Dictionary):
        return False
    for kind in ("/XObject", "/Pattern"):
        for part in _named(resources, kind):
            if part.objgen in patterns:
                return True
            if part.objgen not in known:
                known.add(part.objgen)
                if _draws(part.get("/Resources", None), patterns, known):
                    return True
    return False
