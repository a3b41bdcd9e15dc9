"""What can be wrong with a case or a bag, as `verify` reports it."""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

#: `wording.verifying` has a word for each.
Kind: TypeAlias = Literal[
    "altered", "anchor", "branch", "case.toml", "checkpoint", "custody", "database", "entry",
    "extra", "fetch", "identity", "index", "interrupted", "link", "manifest", "missing", "proof",
    "reason", "record", "rewritten", "rolled-back", "stranger", "swapped", "unsigned", "version",
]  # fmt: skip
#: Nothing is lost or altered, and the next command that writes to the case puts it right.
INTERRUPTED: Final = "interrupted"


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
    """Return whether nothing is lost or altered, though something may have been interrupted."""
    return all(one.kind == INTERRUPTED for one in found)
