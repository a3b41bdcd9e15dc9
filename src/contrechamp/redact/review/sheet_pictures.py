"""Has pictures of a masked copy taken for its sheet, in the cell, and checks what comes back."""

import base64
from dataclasses import dataclass, replace
from typing import Any

from contrechamp.base.errors import CheckFailedError, InputError
from contrechamp.base.i18n import _
from contrechamp.base.shown_text import shown
from contrechamp.cell.running import Cell, OurError
from contrechamp.redact.made import sorted_looks
from contrechamp.redact.outcome import Outcome
from contrechamp.redact.process.isolation import run_job
from contrechamp.redact.process.job import MaskingJob
from contrechamp.redact.request import Request

#: Most pictures on one sheet; looks beyond that are listed without one.
MAX_PICTURES = 24
#: Looks at a video closer together than this share a picture.
SAME_MOMENT_S = 0.2


@dataclass(frozen=True)
class Thumbnail:
    """A small picture of the copy: JPEG in base64, its size in the units of boxes, its moment.

    Its `thumb` is a smaller one still, its `part` the file of an archive or mail that it is of,
    and its `kind` that file's.
    """

    jpeg: str
    width: float
    height: float
    moment: float | None
    thumb: str = ""
    part: str = ""
    kind: str = ""


def take_pictures(cell: Cell, job: MaskingJob, outcome: Outcome) -> tuple[Thumbnail, ...]:
    """Take pictures of the copy for its sheet.

    Args:
        cell: that can read the copy.
        job: whose source is the copy.
        outcome: tells which moments or pages to look at.

    Raises:
        CheckFailedError: the copy cannot be read back.
    """
    if outcome.kind in ("image", "video", "pdf"):
        function = "take"
        arguments: dict[str, Any] = {"kind": outcome.kind, "moments": _moments(outcome)}
    elif outcome.kind in ("archive", "mail"):
        function, arguments = "take_within", {"moments": _within(outcome), "most": MAX_PICTURES}
    else:
        return ()
    taking = replace(
        job,
        function=f"contrechamp.redact.review.pictures:{function}",
        request=Request(),
        arguments=arguments,
    )
    try:
        answer = run_job(cell, taking)
    except InputError as error:
        raise CheckFailedError(
            _("the masked copy cannot be read back and was deleted ({reason})").format(reason=error)
        ) from error
    try:
        return tuple(
            Thumbnail(
                str(picture["jpeg"]),
                float(picture["width"]),
                float(picture["height"]),
                None if picture["moment"] is None else float(picture["moment"]),
                _base64(picture["thumb"]),
                shown(str(picture.get("part", ""))),
                str(picture.get("kind", "")),
            )
            for picture in answer
        )
    except (ValueError, TypeError, KeyError) as error:
        raise OurError("pictures", "review.py") from error


def _base64(text: Any) -> str:
    """Return text that is base64, which whoever took the cell over may not have sent."""
    return base64.b64encode(base64.b64decode(text, validate=True)).decode("ascii")


def _moments(outcome: Outcome) -> list[float]:
    """Return the seconds or pages to take pictures of, the most urgent first."""
    if outcome.kind == "image" and outcome.frames is None:
        return [0.0]
    wanted: list[float] = []
    for look in sorted_looks(outcome):
        moment = look.page if outcome.kind == "pdf" else look.seconds
        if moment is not None and all(abs(moment - other) >= SAME_MOMENT_S for other in wanted):
            wanted.append(float(moment))
    if outcome.kind == "pdf":
        pages = [covered.page for covered in outcome.covered if covered.page]
        wanted += [*pages, *range(1, (outcome.pages or 0) + 1)]
    elif not wanted:
        wanted = [(outcome.duration_s or 0) * share for share in (0.1, 0.37, 0.63, 0.9)]
    return list(dict.fromkeys(wanted))[:MAX_PICTURES]


def _within(outcome: Outcome) -> dict[str, list[float]]:
    """Return the seconds or pages to take pictures of, for each file of an archive or mail."""
    wanted: dict[str, list[float]] = {}
    for look in sorted_looks(outcome):
        if look.part:
            moments = wanted.setdefault(look.part, [])
            moment = look.page if look.page is not None else look.seconds
            if moment is not None and moment not in moments:
                moments.append(float(moment))
    return wanted
