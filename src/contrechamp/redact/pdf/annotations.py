"""Draws into the pages of a PDF what its annotations show, and leaves the rest out."""

from collections import Counter
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary

#: The kinds that show something on the page itself. Notes, pop-ups, links, attachments, sound,
#: video and the like show nothing or just an icon.
_SHOWING = frozenset(
    {
        "/Widget", "/FreeText", "/Stamp", "/Ink", "/Line", "/Square", "/Circle", "/Polygon",
        "/PolyLine", "/Highlight", "/Underline", "/StrikeOut", "/Squiggly", "/Watermark",
    }
)  # fmt: skip
_HIDDEN, _NO_VIEW = 2, 32
MAX_ANNOTATIONS = 100_000


def drawn_into_pages(pdf: pikepdf.Pdf, left_out: Counter[str]) -> dict[int, list[Any]]:
    """Draw what annotations show into the pages of `pdf`, and remove all annotations.

    Returns:
        For each page, from 0: the boxes that were marked for redaction but never redacted, in
        points from the bottom left; they are covered as if drawn by hand.
    """
    asked: dict[int, list[Any]] = {}
    form = pdf.Root.get("/AcroForm", None)
    if isinstance(form, Dictionary):
        left_out["forms"] += 1
        left_out["xfa"] += "/XFA" in form
        pdf.generate_appearance_streams()
    for number, page in enumerate(pdf.pages):
        annotations = page.obj.get("/Annots", None)
        if not isinstance(annotations, Array):
            continue
        kept = []
        for annotation in list(annotations)[:MAX_ANNOTATIONS]:
            if not isinstance(annotation, Dictionary):
                continue
            kind = str(annotation.get("/Subtype", ""))
            if kind == "/Redact":
                asked.setdefault(number, []).extend(_marked(annotation))
            if kind in _SHOWING and not int(annotation.get("/F", 0)) & (_HIDDEN | _NO_VIEW):
                kept.append(annotation)
                left_out["drawn"] += "/AP" in annotation
            left_out["annotations"] += kind not in ("/Widget", "/Link")
            left_out["links"] += kind == "/Link"
        page.obj.Annots = pdf.make_indirect(Array(kept))
    pdf.flatten_annotations("screen")
    return asked


def _marked(annotation: Any) -> list[Any]:
    points = annotation.get("/QuadPoints", None)
    if not isinstance(points, Array) or len(points) < 8:
        return [[float(value) for value in annotation.Rect]]
    values = [float(value) for value in points]
    quads = [values[at : at + 8] for at in range(0, len(values) - 7, 8)]
    return [[min(q[0::2]), min(q[1::2]), max(q[0::2]), max(q[1::2])] for q in quads]
