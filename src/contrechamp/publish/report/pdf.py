"""A publication as a PDF, set by typst: tagged, in fonts that come along, the same bytes each time.

What is said goes to typst as JSON, never as markup, so no text of a case can be a command. How it
looks stands in ``templates/main.typ``, which a designer can change.
"""

import base64
import io
import json
import unicodedata
from importlib.resources import as_file
from importlib.resources import files as package_files
from typing import Any

from PIL import Image

from contrechamp.base.errors import OutputError
from contrechamp.base.i18n import _, direction_of, speaking
from contrechamp.publish.report.document import (
    Address,
    Block,
    Document,
    Drawn,
    Inline,
    Label,
    Link,
    Listing,
    Number,
    Pairs,
    Paragraph,
    Photo,
    Phrase,
    Quotation,
    Section,
    Words,
)
from contrechamp.publish.report.drawing import shapes
from contrechamp.publish.report.drawing.style import PAINTS
from contrechamp.publish.report.glyphs import Glyphs

_TEMPLATES = package_files("contrechamp.publish.report") / "templates"
_FONTS = package_files("contrechamp.publish") / "vendor/fonts"
#: Classes of letters that have a direction (Unicode Standard Annex 9).
_STRONG = frozenset({"L", "R", "AL"})
#: Marks around what must not turn the words around it about.
_FIRST_STRONG, _ISOLATED = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"


def paper(document: Document) -> bytes:
    """Return the PDF of a publication: tagged for those who listen (PDF/UA-1), whole (PDF/A-3a).

    Args:
        document: the publication.

    Raises:
        OutputError: if typst refuses it.
    """
    return typeset(sources(document))


def sources(document: Document) -> dict[str, bytes]:
    """Return what typst sets, by file: the templates, and what a publication says as JSON."""
    told = [one for one in _TEMPLATES.iterdir() if one.name.endswith(".typ")]
    with as_file(_FONTS) as fonts, speaking(document.language):
        said = _as_object(document, Glyphs(sorted(fonts.glob("*.ttf"))))
    content = json.dumps(said, ensure_ascii=False).encode()
    return {**{one.name: one.read_bytes() for one in told}, "report.json": content}


def typeset(files: dict[str, bytes]) -> bytes:
    """Return the PDF of what `sources` returned.

    Raises:
        OutputError: if typst refuses it.
    """
    import typst

    with as_file(_FONTS) as fonts:
        try:
            made = typst.compile(
                files,  # type: ignore[call-overload]  # not in its stubs
                font_paths=[str(fonts)],
                ignore_system_fonts=True,
                pdf_standards=["ua-1", "a-3a"],
            )
        except (RuntimeError, typst.TypstError) as error:
            raise OutputError(
                _("the PDF could not be set: {error}").format(error=str(error).splitlines()[0])
            ) from error
    assert isinstance(made, bytes)  # noqa: S101 - one document, no path
    return made


def _as_object(document: Document, glyphs: Glyphs) -> dict[str, Any]:
    drawn = {
        "language": document.language,
        "direction": direction_of(document.language),
        "title": _inline(document.title),
        "kicker": list(map(_apart, document.kicker)),
        "day": [document.day.year, document.day.month, document.day.day],
        "lacking": None if document.lacking is None else list(map(_apart, document.lacking)),
        "sections": [_section(one) for one in document.sections],
        "paints": {name: vars(fill) for name, fill in PAINTS.items()},
        "words": {
            "contents": _("Contents"),
            "draft": _("Draft: not to be handed on"),
            "against": _("This stands against publishing it:"),
            "nothing": _("Nothing stands against publishing it."),
            "mark": _("DRAFT"),
        },
    }
    shown: dict[str, Any] = glyphs.shown(drawn)
    shown["words"]["letters"] = glyphs.note()
    return shown


def _section(one: Section) -> dict[str, Any]:
    return {
        "anchor": one.anchor,
        "title": [_inline(part) for part in one.title],
        "blocks": [_block(part) for part in one.blocks],
        "sections": [_section(part) for part in one.sections],
    }


def _block(one: Block) -> dict[str, Any]:
    match one:
        case Paragraph(inlines, soft):
            return {"kind": "paragraph", "inlines": list(map(_inline, inlines)), "soft": soft}
        case Quotation(said, by):
            return {"kind": "quotation", "said": list(map(_inline, said)),
                    "by": list(map(_inline, by))}  # fmt: skip
        case Listing(entries, numbered):
            inside = [
                {"anchor": anchor, "blocks": [_block(part) for part in blocks]}
                for anchor, blocks in entries
            ]
            return {"kind": "listing", "entries": inside, "numbered": numbered}
        case Pairs(pairs):
            return {"kind": "pairs", "pairs": [
                {"term": term, "inlines": list(map(_inline, inlines))} for term, inlines in pairs
            ]}  # fmt: skip
        case Drawn(_name, drawing, alternative, caption, key):
            return {
                "kind": "drawn", "drawing": _drawing(drawing), "alternative": alternative,
                "caption": list(map(_inline, caption)),
                "key": [{"swatch": _drawing(swatch), "words": words} for swatch, words in key],
            }  # fmt: skip
        case Photo(content, media_type, alternative, caption):
            return {"kind": "photo", "picture": _held(content, media_type),
                    "alternative": alternative, "caption": list(map(_inline, caption))}  # fmt: skip


def _held(content: bytes, media_type: str) -> str:
    """Return a picture in a frame of SVG: typst is given files as texts, and this holds it whole.

    The bytes of a JPEG are those of the PDF.
    """
    with Image.open(io.BytesIO(content)) as picture:
        width, height = picture.size
    address = f"data:{media_type};base64,{base64.b64encode(content).decode()}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">'
        f'<image width="{width}" height="{height}" href="{address}"/></svg>'
    )


def _drawing(one: shapes.Drawing) -> dict[str, Any]:
    drawn = [{"kind": _SHAPES[type(shape)], **vars(shape)} for shape in one.shapes]
    return {"width": one.width, "height": one.height, "shapes": drawn}


def _direction(one: Phrase) -> str:
    """Return the direction of a phrase: of its language, else of the first letter that has one."""
    if one.language:
        return direction_of(one.language)
    words = "".join(part.text for part in one.parts if isinstance(part, Words))
    strong = (unicodedata.bidirectional(letter) for letter in words)
    return next(("ltr" if way == "L" else "rtl" for way in strong if way in _STRONG), "ltr")


def _apart(text: str) -> str:
    """Return a text that does not turn the words around it about; each of its lines is kept so."""
    lines = text.split("\n")
    return "\n".join(f"{_FIRST_STRONG}{line}{_ISOLATED}" for line in lines)


def _inline(one: Inline | Number) -> dict[str, Any]:
    if isinstance(one, Phrase):
        return {
            "kind": "phrase", "language": one.language, "strong": one.strong,
            "direction": _direction(one), "parts": list(map(_inline, one.parts)),
        }  # fmt: skip
    found = {"kind": _KINDS[type(one)], **vars(one)}
    # Of another language too: a mark behind it would be drawn on its other side (typst's 3108).
    is_ours = getattr(one, "own", False) and not getattr(one, "language", "")
    if isinstance(one, Words | Label | Address | Number) and not is_ours:
        found["text"] = _apart(one.text)
    return found


_KINDS = {
    Words: "words", Label: "label", Link: "link", Address: "address", Number: "number",
}  # fmt: skip
_SHAPES = {shapes.Box: "box", shapes.Path: "path", shapes.Dot: "dot", shapes.Label: "label"}
