"""Why content could not be read in the cell: as stable words, and as messages."""

import os
import signal
from collections.abc import Collection
from typing import Literal

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.cell.closed import refusal
from contrechamp.cell.limits import GIB, ProcessLimits

#: Records hold these words: they are never changed.
Reason = Literal["unconfined", "crashed", "memory", "time", "endless", "nonsense", "failed"]

#: A child that was stopped after this share of its processor time was stopped for that: the kernel
#: tells the time that it took in another way than it watches it.
_NEARLY = 0.5


class CellError(InputError):
    """Raised when content could not be read in the cell.

    Args:
        reason: as a stable word.
        message: for the user.
        where: what the user calls the content.
    """

    def __init__(self, reason: Reason, message: str, *, where: str = "") -> None:
        self.reason = reason
        super().__init__(message, where=where)


def unconfined(restrictions: Collection[str], where: str) -> CellError:
    """Return the error for content that is not read because its reader would not be confined."""
    return CellError("unconfined", refusal(restrictions), where=where)


def crashed(status: int, used_s: float, limits: ProcessLimits, where: str) -> CellError:
    """Return the error for a child that ended without an answer.

    Args:
        status: as of `wait`.
        used_s: processor time that it took.
        limits: that it was held to.
        where: what the user calls the content.
    """
    if not os.WIFSIGNALED(status):
        return CellError(
            "crashed",
            _("ended its reader without an answer: it is damaged, or made to do harm"),
            where=where,
        )
    name = signal.Signals(os.WTERMSIG(status)).name
    if name in ("SIGKILL", "SIGXCPU"):
        long = used_s >= limits.cpu_s * _NEARLY
        return took_long(limits, where) if long else too_much_memory(limits, where)
    message = _("crashed its reader ({signal}): it is damaged, or made to do harm")
    return CellError("crashed", message.format(signal=name), where=where)


def took_long(limits: ProcessLimits, where: str) -> CellError:
    """Return the error for a child that was given up."""
    seconds = round(min(limits.cpu_s, limits.wall_s, limits.stall_s))
    message = _("took its reader more than {seconds} seconds, and was given up")
    return CellError("time", message.format(seconds=seconds), where=where)


def too_much_memory(limits: ProcessLimits, where: str) -> CellError:
    """Return the error for a child that asked for more memory than it may have."""
    message = _("needs more than {limit} GiB of memory to be read")
    return CellError(
        "memory", message.format(limit=f"{limits.memory_bytes / GIB:.2g}"), where=where
    )


def nonsense(where: str) -> CellError:
    """Return the error for an answer that no reader gives."""
    message = _("made its reader send nonsense; nothing of it was kept")
    return CellError("nonsense", message, where=where)


def endless(where: str) -> CellError:
    """Return the error for an answer that is longer than any reader gives."""
    return CellError("endless", _("made its reader send data without end"), where=where)


def failed(kind: str, place: str, where: str) -> CellError:
    """Return the error for a reader that raised what it should not raise."""
    message = _(
        "made its reader fail ({kind} in {place}): it is damaged, or made to do harm; or the fault "
        "is ours: then please report it"
    )
    return CellError("failed", message.format(kind=kind, place=place), where=where)


def not_started() -> CellError:
    """Return the error for a template that is not there."""
    return CellError("failed", _("the process that reads files of others cannot be started"))
