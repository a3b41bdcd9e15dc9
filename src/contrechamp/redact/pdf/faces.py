"""Finds faces in the pictures on a page of a PDF."""

from typing import Any

import numpy as np
import pymupdf

from contrechamp.base.i18n import _
from contrechamp.redact.faces.boxes import clip, heads
from contrechamp.redact.faces.hits import Detector
from contrechamp.redact.faces.search import COVER_AT, SearchPlan, find_faces
from contrechamp.redact.outcome import Covered, Look
from contrechamp.redact.pdf import pixels as pdf_pixels
from contrechamp.redact.request import Request

#: Pages are searched at 150 dpi, where a face of 20 px is 3.4 mm high on paper.
_ZOOM = 150 / 72
_MAX_PIXELS = 8e6
#: At that size enlarging finds little more, and takes four times as long.
_PLAN = SearchPlan(enlarge=1.0)


def faces_on(page: Any, detector: Detector, request: Request) -> tuple[list[Covered], list[Look]]:
    """Return the heads to cover, and hits that are too weak to cover; boxes in points.

    Only hits that touch a picture count: text and lines are no faces.
    """
    pictures = [box for kind, box in page.get_bboxlog() if kind == "fill-image"]
    covered: list[Covered] = []
    looks: list[Look] = []
    if not pictures:
        return covered, looks
    pixels = pdf_pixels.rendered(page, _ZOOM, _MAX_PIXELS)
    hits = find_faces(np.ascontiguousarray(pixels), detector, _PLAN)
    hits = hits.moved(page.rect.width / pixels.shape[1])
    cover_at = COVER_AT if request.cover_at is None else request.cover_at
    number = page.number + 1
    around = clip(heads(hits.boxes), page.rect.width, page.rect.height)
    for box, head, score in zip(hits.boxes, around, hits.scores, strict=True):
        found = pymupdf.Rect(*map(float, box))
        if not any(found.intersects(picture) for picture in pictures):
            continue
        if request.hand is not None and request.hand.marked_no_face(box[None], page=number)[0]:
            continue
        x0, y0, x1, y1 = map(float, head)
        if score >= cover_at:
            covered.append(Covered("face", (x0, y0, x1, y1), page=number, score=float(score)))
        else:
            message = _("Perhaps a face; not covered.")
            place = (x0, y0, x1, y1)
            looks.append(
                Look("low-score-uncovered", message, 2, place, page=number, score=float(score))
            )
    return covered, looks
