"""Tells the reviewer what may be a word of the list, and was not taken out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from contrechamp.base.i18n import _, ngettext
from contrechamp.redact.outcome import Box, Look
from contrechamp.redact.words import Near
from contrechamp.wording.masking import near_word_label

CODE = "near-word"
#: Places of one page or part that are told one by one.
MOST = 12
_SHOWN = 60


@dataclass(frozen=True)
class NearWord:
    """A place where something near a word is.

    Args:
        near: what it is, in the text of its page or part.
        text: as it stands there.
        where: said before it, such as the cell of a sheet.
        box: on its page.
        page: from 1.
    """

    near: Near
    text: str
    where: str = ""
    box: Box | None = None
    page: int | None = None


def looks_at(found: Sequence[NearWord], page: int | None = None) -> Iterator[Look]:
    """Yield a look for each of what was found on one page or in one part, the surest first."""
    order = sorted(found, key=lambda one: _urgency(one.near))
    for one in order[:MOST]:
        message = _("“{found}” may be “{word}” of the list ({how}); it was not taken out.").format(
            found=" ".join(one.text.split())[:_SHOWN],
            word=one.near.word,
            how=near_word_label(one.near.kind),
        )
        if one.where:
            message = _("{place}: {message}").format(place=one.where, message=message)
        yield Look(CODE, message, _urgency(one.near), one.box, page=one.page)
    if len(found) > MOST:
        message = ngettext(
            "{count} more place may hold a word of the list.",
            "{count} more places may hold words of the list.",
            len(found) - MOST,
        ).format(count=len(found) - MOST)
        yield Look(CODE, message, 2, page=page)


def _urgency(near: Near) -> Literal[2, 3]:
    return 3 if near.kind == "part" else 2
