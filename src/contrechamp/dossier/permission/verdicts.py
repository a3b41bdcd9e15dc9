"""What second persons said of a record, and whether it holds for the newest version."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.lookup import Stored
from contrechamp.dossier.reading.view import View
from contrechamp.dossier.records.publications import Review

Verdict: TypeAlias = Literal["agreed", "changes", "not-agreed"]


@dataclass(frozen=True)
class Reviewed:
    """A review of a record.

    Args:
        review: the stored review.
        current: whether it is of the newest version.
    """

    review: Stored
    current: bool


def reviews_of(view: View, ref: str) -> list[Reviewed]:
    """Return the reviews of a record, the oldest first."""
    newest = lookup.digest_of(view.case, ref)
    found = []
    for citation in view.cited_from(ref, "review", "about"):
        stored = lookup.find(view.case, citation.citing)
        if stored is not None and isinstance(stored.record, Review):
            found.append(Reviewed(stored, stored.record.state == newest))
    return sorted(found, key=lambda one: one.review.entry)


def verdicts_on(view: View, ref: str) -> dict[str, Verdict]:
    """Return the last verdict of each second person on the newest version, by member.

    What whoever wrote the version says of it is no review, however it came into the case.
    """
    written = lookup.find(view.case, ref)
    author = "" if written is None else written.member
    return {
        one.review.member: one.review.record.verdict
        for one in reviews_of(view, ref)
        if one.current and one.review.member != author and isinstance(one.review.record, Review)
    }


def agreement(view: View, ref: str) -> Literal["agreed", "none", "differs"]:
    """Return whether the newest version has reviewers, and the last verdict of each is "agreed"."""
    if not view.cited_from(ref, "review", "about"):  # of many records, most have none
        return "none"
    verdicts = set(verdicts_on(view, ref).values())
    if not verdicts:
        return "none"
    return "agreed" if verdicts == {"agreed"} else "differs"
