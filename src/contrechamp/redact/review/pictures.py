"""Takes small pictures of a masked copy, never of the source, for its review sheet.

Runs in a process of its own, like a masker (`contrechamp.redact.process.isolation`).
"""

import contextlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from contrechamp.base.errors import InputError
from contrechamp.base.progress import Progress
from contrechamp.redact.kind_by_content import kind_of
from contrechamp.redact.request import Request
from contrechamp.redact.review.drawing import Drawn, drawn, jpeg
from contrechamp.redact.review.within import within

IMAGE_PX, FRAME_PX, PAGE_PX, THUMB_PX = 1400, 560, 900, 160
_QUALITY = 80


def take(
    source: Path,
    target: Path,
    request: Request,
    progress: Progress,
    *,
    kind: str,
    moments: Sequence[float],
) -> list[dict[str, Any]]:
    """Return small JPEGs of `source`, which is a masked copy.

    Args:
        source: the copy.
        target: not used.
        request: not used.
        progress: not used.
        kind: of the copy.
        moments: seconds of a video, or pages (from 1) of a PDF.

    Returns:
        For each picture: ``jpeg`` (base64), ``width`` and ``height`` in the units of boxes,
        ``moment``, and ``thumb``, a smaller ``jpeg``.
    """
    return [small(one, kind) for one in drawn(source, kind, moments, _side(kind))]


def take_within(
    source: Path,
    target: Path,
    request: Request,
    progress: Progress,
    *,
    moments: Mapping[str, Sequence[float]],
    most: int,
) -> list[dict[str, Any]]:
    """Return small JPEGs of the files in `source`, a masked archive or mail.

    Args:
        source: the copy.
        target: in a folder for what is taken out of it.
        request: not used.
        progress: not used.
        moments: what to show of a file, by its name: as of `take`.
        most: how many pictures.

    Returns:
        As `take`, each with ``part``, the name of the file, and its ``kind``.
    """
    taken: list[dict[str, Any]] = []
    files = within(source, kind_of(source, source.name).format)
    # Those with something to look at come first.
    for number, (name, content) in enumerate(sorted(files, key=lambda one: one[0] not in moments)):
        if len(taken) >= most:
            break
        part = target.with_name(f"within-{number}")
        part.write_bytes(content())
        with contextlib.suppress(InputError):  # of a kind that has no copy: there is none in it
            kind = kind_of(part, name).kind
            if kind in ("image", "video", "pdf"):
                wanted = moments.get(name) or [1.0 if kind == "pdf" else 0.0]
                taken += [
                    {**small(one, kind), "part": name, "kind": kind}
                    for one in drawn(part, kind, wanted, _side(kind))
                ]
    return taken[:most]


def _side(kind: str) -> int:
    return IMAGE_PX if kind == "image" else PAGE_PX


def small(one: Drawn, kind: str) -> dict[str, Any]:
    """Return what is told of one picture."""
    still = kind == "image" and one.moment is None
    side = IMAGE_PX if still else PAGE_PX if kind == "pdf" else FRAME_PX
    image = one.image.convert("RGB")
    image.thumbnail((side, side))
    large = jpeg(image, _QUALITY)
    image.thumbnail((THUMB_PX, THUMB_PX))
    return {
        "jpeg": large,
        "width": one.width,
        "height": one.height,
        "moment": one.moment,
        "thumb": jpeg(image, _QUALITY),
    }
