"""A publication as a page: one file that opens from a disk, has no script and loads nothing."""

import base64
from collections.abc import Iterable, Mapping
from importlib.resources import files as package_files

from contrechamp.base.i18n import direction_of, language_name, speaking
from contrechamp.base.templates import environment
from contrechamp.publish.page import content_policy
from contrechamp.publish.report.document import (
    Address,
    Document,
    Drawn,
    Label,
    Link,
    Listing,
    Number,
    Pairs,
    Paragraph,
    Photo,
    Phrase,
    Quotation,
    Words,
)
from contrechamp.publish.report.drawing.svg import svg
from contrechamp.publish.report.glyphs import CONTROLS, by_number

_PACKAGE = "contrechamp.publish.report"
#: The class of a part of the tree -> what the template calls it.
_NAMES = {
    Words: "words", Label: "label", Link: "link", Address: "address", Paragraph: "paragraph",
    Quotation: "quotation", Listing: "listing", Pairs: "pairs", Phrase: "phrase",
    Number: "number", Drawn: "drawn", Photo: "photo",
}  # fmt: skip


def names(documents: Iterable[Document]) -> dict[str, str]:
    """Return the names of the pages of a publication, by language."""
    return {one.language: f"report-{one.language}.html" for one in documents}


def page(document: Document, pages: Mapping[str, str]) -> bytes:
    """Return the page of a publication.

    Args:
        document: the publication.
        pages: language -> file of the same publication in it, see `names`.
    """
    others = {code: name for code, name in pages.items() if code != document.language}
    styles = (package_files(_PACKAGE) / "templates/report.css").read_text(encoding="utf-8")
    with speaking(document.language):
        html = (
            environment(_PACKAGE)
            .get_template("report.html.jinja")
            .render(
                document=document,
                direction=direction_of(document.language),
                direction_of=direction_of,
                kind=lambda part: _NAMES[type(part)],
                drawing=svg,
                in_page=_in_page,
                policy=content_policy([], [styles]),
                styles=styles,
                others=others,
                names={code: language_name(code, code) for code in others},
            )
        )
    return CONTROLS.sub(by_number, html).encode()


def _in_page(photo: Photo) -> str:
    """Return a picture as an address that holds it: a page from a disk may load no other."""
    return f"data:{photo.media_type};base64,{base64.b64encode(photo.content).decode()}"
