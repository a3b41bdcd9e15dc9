"""SAMPLE masked copies of items, and reviews of them, as the tests of several rooms make them."""

import io
import os
from typing import Any

from PIL import Image

from contrechamp.dossier.permission import reviews
from contrechamp.dossier.permission.mask_reviews import Copy, sampled
from contrechamp.dossier.records.publications import LookAnswer
from contrechamp.vault import masked_copies
from dossier.samples import NOW, Desk

#: Draws neither the whole nor the last look: found by trying.
SEED = next(
    seed for seed in (bytes([n]) * 32 for n in range(256))
    if not sampled(seed.hex(), Copy("", "", "", (1, 3)))
)  # fmt: skip


def jpeg(shade: int = 0) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), (shade, 0, 0)).save(out, "jpeg")
    return out.getvalue()


def masked(at: Desk, of: str, looks: str = "13", shade: int = 1, **more: str) -> str:
    """Make something that is sealed as a masked copy; return its reference."""
    content, about = io.BytesIO(jpeg(shade)), {"looks": looks, "by": "SAMPLE", **more}
    making = masked_copies.Making(of, ".jpg", content, b"SAMPLE sidecar" + os.urandom(8), about)
    return masked_copies.put(at.case, making, now=NOW).copy


def look(at: Desk, copy: str, *numbers: int, verdict: Any = "agreed", **more: Any) -> str:
    looks = [LookAnswer(look=one, answer="covered") for one in numbers]
    looks += [
        LookAnswer(look=one, answer="uncovered", why="SAMPLE") for one in more.pop("purposely", ())
    ]
    more = {"random": lambda size: SEED[:size], "now": NOW, **more}
    return reviews.review_copy(at.case, copy, verdict, looks, **more).ref
