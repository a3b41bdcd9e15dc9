"""Reviews of a masked copy in a bag: records that go with the item, with their own proofs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.vault import subjects
from contrechamp.vault.bags.proved import (
    Proved,
    included_entry,
    proved_fields,
    proved_of,
    record_of,
    text_of,
)
from contrechamp.vault.case import Case
from contrechamp.vault.log import canonical, checkpoint, custody, merkle

#: Nobody gets as many second readers.
MAX_REVIEWS = 1_000


@dataclass(frozen=True)
class ReviewProof:
    """A review as a bag holds it.

    Args:
        entry: of the log, of what the review says now.
        record: its salt and state, if they can be read.
    """

    entry: Proved
    record: tuple[bytes, bytes] | None = field(default=None, repr=False)


def proofs(
    case: Case, refs: Iterable[str], leaves: Sequence[bytes], tree: Sequence[Sequence[bytes]]
) -> list[ReviewProof]:
    """Return reviews with their proofs, in the order of the log."""
    states = sorted(subjects.newest_of(case, refs).values(), key=lambda one: one.entry)
    return [
        ReviewProof(
            (leaves[one.entry], tuple(merkle.inclusion_proof(one.entry, tree))),
            (one.salt, one.content),
        )
        for one in states
    ]


def to_fields(one: ReviewProof, *, open_record: bool) -> dict[str, Any]:
    """Return the fields of a review in the document of its item."""
    fields = proved_fields(one.entry)
    return {**fields, "record": record_fields(one)} if open_record else fields


def record_fields(one: ReviewProof) -> dict[str, str]:
    """Return salt and state of a review, as the sealed record of its item holds them too."""
    if one.record is None:
        raise ValueError("record")
    salt, state = one.record
    return {"salt": text_of(salt), "state": text_of(state)}


def reviews_of(fields: Any) -> tuple[ReviewProof, ...]:
    """Read the reviews in a document.

    Raises:
        ValueError: if they have another form.
    """
    if not isinstance(fields, list) or len(fields) > MAX_REVIEWS:
        raise ValueError("reviews")
    found = []
    for one in fields:
        if not isinstance(one, dict):
            raise ValueError("reviews")
        rest = dict(one)
        record = rest.pop("record", None)
        found.append(ReviewProof(proved_of(rest), None if record is None else record_of(record)))
    return tuple(found)


def records_of(fields: Any) -> tuple[tuple[bytes, bytes], ...]:
    """Read the salts and states of reviews beside the sealed record of their item.

    Raises:
        ValueError: if they have another form.
    """
    if not isinstance(fields, list) or len(fields) > MAX_REVIEWS:
        raise ValueError("reviews")
    return tuple(record_of(one) for one in fields)


def check(
    one: ReviewProof, item: str, state: Mapping[str, Any] | None, log: checkpoint.Checkpoint
) -> None:
    """Check that a review is in the log, and is of just this copy and sidecar.

    Args:
        one: the review.
        item: id of the copy.
        state: what the copy's record says; None if that cannot be read.
        log: that the bag's checkpoint is of.

    Raises:
        InputError: if it is not.
    """
    entry = included_entry(one.entry, log)
    if not entry.subject.startswith("record/"):
        raise InputError(_("what stands as a review is none"))
    if one.record is None or state is None:
        return
    if custody.digest(*one.record) != entry.digest:
        raise InputError(
            _("the record is not what entry {number} says").format(number=entry.number)
        )
    said = canonical.loads(one.record[1])
    fields = said.get("fields") if isinstance(said, dict) else None
    looked = fields.get("looked") if isinstance(fields, dict) else None
    about = state.get("masked")
    if not isinstance(looked, dict) or not isinstance(about, dict) or fields is None:
        raise InputError(_("what stands as a review is none"))
    if (fields.get("about"), looked.get("copy"), looked.get("sidecar")) != (
        f"item/{item}", state.get("sha256"), about.get("sidecar_sha256"),
    ):  # fmt: skip
        raise InputError(_("a review of another copy, or of other bytes of this one"))
