"""Draws SVG on a page of a PDF, which is then masked like any; runs in the cell.

An SVG can hold scripts, entities that grow, files of elsewhere, text that is not shown. None of it
is followed: MuPDF draws shapes, letters and pictures that the file itself holds, and knows neither
scripts nor style sheets nor entities. Letters stay letters, so that words are found in them.
"""

from collections import Counter
from pathlib import Path
from typing import Any, Final

import pymupdf
from lxml import etree

from contrechamp.base.errors import InputError
from contrechamp.base.files import read_bounded
from contrechamp.base.i18n import _
from contrechamp.base.progress import Progress

MAX_BYTES: Final = 64 << 20
_MOST_ELEMENTS: Final = 1_000_000
_SVG: Final = "http://www.w3.org/2000/svg"
_HREFS: Final = ("href", "{http://www.w3.org/1999/xlink}href")
#: Elements that MuPDF does not draw or apply, and that a reader of the source may have seen.
_UNUSED: Final = frozenset(
    "animate animateMotion animateTransform filter foreignObject marker mask pattern script set "  # noqa: SIM905
    "style switch textPath".split()
)


def convert(said: dict[str, Any], progress: Progress) -> list[str]:
    """Write the PDF of a drawing.

    Args:
        said: ``source`` and ``target``.
        progress: opens a bar.

    Returns:
        What of the drawing is not in it.

    Raises:
        InputError: it is damaged, or larger than drawings are.
    """
    content = read_bounded(Path(said["source"]), MAX_BYTES, where=str(said["name"]))
    lost = _unused(content)
    with progress(_("Drawing {name}").format(name=said["name"]), None):
        try:
            with (
                pymupdf.open(stream=content, filetype="svg") as drawing,
                pymupdf.open("pdf", drawing.convert_to_pdf()) as pages,
            ):
                Path(said["target"]).write_bytes(pages.tobytes())
        except (RuntimeError, ValueError, pymupdf.mupdf.FzErrorBase) as error:
            raise InputError(_("is a damaged SVG drawing")) from error
    return lost


def _unused(content: bytes) -> list[str]:
    """Return the names of what is not drawn, how often each, and files of elsewhere."""
    parser = etree.XMLPullParser(
        ("start",), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    found: Counter[str] = Counter()
    elements = 0
    try:
        parser.feed(content)
        for _event, element in parser.read_events():
            elements += 1
            if elements > _MOST_ELEMENTS:
                raise InputError(
                    _("has more than {most} elements").format(most=f"{_MOST_ELEMENTS:,}")
                )
            found.update(_of(element))
        root = parser.close()
    except etree.XMLSyntaxError as error:
        raise InputError(_("is a damaged SVG drawing")) from error
    if etree.QName(root).localname != "svg":
        raise InputError(_("is a damaged SVG drawing"))
    if root.getroottree().docinfo.internalDTD is not None:
        found["<!DOCTYPE>"] += 1
    return [f"{name} ({count})" for name, count in sorted(found.items())]


def _of(element: Any) -> list[str]:
    if not isinstance(element.tag, str):
        return []
    name = etree.QName(element)
    if name.localname in _UNUSED:
        return [name.localname]
    if name.localname == "image":
        href = next((element.get(key) for key in _HREFS if element.get(key)), "")
        return [] if href.startswith("data:") else [_("pictures in other files")]
    hidden = element.get("display") == "none" or element.get("visibility") == "hidden"
    return [_("marks that hide, whose text is shown in the copy")] if hidden else []
