"""The sidecar of a masked copy: what it was made from and how, and what a person must look at.

Whoever reviews a copy, or makes it again, needs all of it. It stays where the original is: words
that were taken out, notes on boxes and places where something was missed stand in it. Random bytes
in it keep its digest from telling anything to whoever guesses at its words.
"""

import json
import zlib
from dataclasses import dataclass, field
from typing import Any, Final

from contrechamp import __version__
from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.cell.closed import is_closed
from contrechamp.redact import outcome as outcomes
from contrechamp.redact.outcome import Look, Outcome
from contrechamp.redact.request import Request
from contrechamp.redact.request import from_json as request_from_json
from contrechamp.redact.request import to_json as request_json
from contrechamp.redact.run import Masked

FORMAT: Final = "contrechamp/mask-1"
#: Random bytes in each.
ENTROPY_BYTES: Final = 32
#: Most bytes that one has, unpacked; boxes alone have at most 16 MiB.
MAX_BYTES: Final = 64 << 20
_FIELDS: Final = {"format", "salt", "version", "source", "kind", "request", "outcome",
                  "restrictions", "absent"}  # fmt: skip


@dataclass(frozen=True)
class Made:
    """How one masked copy was made.

    Args:
        source: what it was made from: ``item/...``, or the path of a file.
        format: of the source.
        request: what was asked for, words and boxes included.
        outcome: of the masker.
        restrictions: that the process which read the source ran under.
        absent: checking programs that were not installed.
        version: of contrechamp.
    """

    source: str = field(repr=False)
    format: str
    request: Request = field(repr=False)
    outcome: Outcome = field(repr=False)
    restrictions: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    version: str = __version__

    @property
    def confined(self) -> bool:
        """Whether the source was read in a closed cell."""
        return is_closed(self.restrictions)


def of_masked(masked: Masked, source: str) -> Made:
    """Return how a copy of a run was made."""
    return Made(
        source,
        masked.format,
        masked.request,
        masked.outcome,
        masked.restrictions,
        masked.absent,
    )


def sorted_looks(outcome: Outcome) -> list[Look]:
    """Return what to look at, by urgency, then page, then time: they are numbered in this order."""
    return sorted(
        outcome.looks, key=lambda look: (look.urgency, look.page or 0, look.seconds or 0.0)
    )


def packed(made: Made, random: bytes) -> bytes:
    """Return the content of a sidecar.

    Args:
        made: what it says.
        random: 32 bytes that nobody knows.
    """
    fields = {
        "format": FORMAT,
        "salt": random.hex(),
        "version": made.version,
        "source": made.source,
        "kind": made.format,
        "request": {**request_json(made.request), "threads": 0},
        "outcome": outcomes.to_json(made.outcome),
        "restrictions": list(made.restrictions),
        "absent": list(made.absent),
    }
    return zlib.compress(json.dumps(fields, ensure_ascii=False, sort_keys=True).encode(), 9)


def unpacked(content: bytes, where: str) -> Made:
    """Read a sidecar; `where` names it in messages.

    Raises:
        InputError: it is none.
    """
    unpacker = zlib.decompressobj()
    try:
        plain = unpacker.decompress(content, MAX_BYTES)
        if unpacker.unconsumed_tail or not unpacker.eof:
            raise ValueError("size")
        return _made(json.loads(plain))
    except (zlib.error, ValueError, TypeError, KeyError, RecursionError) as error:
        raise InputError(
            _("is no sidecar of a masked copy, or was altered: mask the original again"),
            where=where,
        ) from error


def _made(fields: dict[str, Any]) -> Made:
    if not isinstance(fields, dict) or set(fields) != _FIELDS or fields["format"] != FORMAT:
        raise ValueError("fields")
    texts = (fields["source"], fields["kind"], fields["version"], fields["salt"])
    lists = (*fields["restrictions"], *fields["absent"])
    if not all(isinstance(one, str) for one in (*texts, *lists)):
        raise ValueError("text")
    if len(bytes.fromhex(fields["salt"])) != ENTROPY_BYTES:
        raise ValueError("salt")
    return Made(
        fields["source"],
        fields["kind"],
        request_from_json(fields["request"]),
        outcomes.from_json(fields["outcome"]),
        tuple(fields["restrictions"]),
        tuple(fields["absent"]),
        fields["version"],
    )
