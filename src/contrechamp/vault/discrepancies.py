"""What can be wrong with a case or a bag, as `verify` reports it."""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

#: `wording.verifying` has a word for each.
Kind: TypeAlias = Literal[
    "altered", "anchor", "authority", "branch", "case.toml", "checkpoint", "claim", "clock",
    "custody", "database", "entry", "extra", "fetch", "identity", "index", "interrupted", "link",
    "manifest", "missing", "proof", "reason", "record", "replaced", "rewritten", "rolled-back",
    "statement", "stranger", "swapped", "unproven", "unsigned", "version",
]  # fmt: skip
#: Nothing is lost or altered, and the next command that writes to the case puts it right.
INTERRUPTED: Final = "interrupted"
#: Times that cannot all be right: the clock of a machine was. Order and content are what they are.
CLOCK: Final = "clock"
#: A member's key that somebody else replaced: both can be asked.
REPLACED: Final = "replaced"
#: Keys that only a log of an older form says.
UNPROVEN: Final = "unproven"
#: What is told, and nothing is wrong with the case.
REMARKS: Final = frozenset({INTERRUPTED, CLOCK, REPLACED, UNPROVEN})


@dataclass(frozen=True)
class Discrepancy:
    """Something that is not as the log or a manifest says, or that an interrupted command left.

    Args:
        kind: a stable word.
        subject: what it concerns; in a bag, a path.
        message: in the user's language.
    """

    kind: Kind
    subject: str
    message: str


def is_sound(found: list[Discrepancy]) -> bool:
    """Return whether nothing is lost or altered, though there may be something to tell."""
    return all(one.kind in REMARKS for one in found)


def is_whole(found: list[Discrepancy]) -> bool:
    """Return whether nothing is lost, altered or interrupted, though there may be remarks."""
    return all(one.kind in REMARKS - {INTERRUPTED} for one in found)
