"""Reviewing and releasing records, and whether a review still holds for the newest version."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.lookup import Stored
from contrechamp.dossier.records.publications import Release, Review
from contrechamp.dossier.writing import store
from contrechamp.vault.case import Case

Verdict = Literal["agreed", "changes", "not-agreed"]


@dataclass(frozen=True)
class Reviewed:
    """A review of a record.

    Args:
        review: the stored review.
        current: whether it is of the newest version.
    """

    review: Stored
    current: bool


def review(case: Case, ref: str, verdict: Verdict, *, why: str = "", now: datetime) -> Stored:
    """Record a second person's verdict on the newest version of a record.

    Args:
        case: open for writing, by that person.
        ref: of the record.
        verdict: theirs.
        why: in their words.
        now: for the log.

    Raises:
        InputError: if the person wrote this version, or there is no such record.
    """
    about = lookup.get(case, ref)
    given = Review(about=about.ref, state=about.digest, verdict=verdict, why=why)
    return store.put(case, given, now=now)


def reviews(case: Case, ref: str) -> list[Reviewed]:
    """Return the reviews of a record, the oldest first."""
    newest = lookup.digest_of(case, ref)
    found = []
    for citation in lookup.cited_by(case, ref):
        stored = lookup.find(case, citation.citing)
        if stored is not None and isinstance(stored.record, Review):
            found.append(Reviewed(stored, stored.record.state == newest))
    return sorted(found, key=lambda one: one.review.entry)


def is_reviewed(case: Case, ref: str) -> bool:
    """Return whether the newest version has reviewers and the last verdict of each is "agreed"."""
    verdicts = {
        one.review.member: one.review.record.verdict
        for one in reviews(case, ref)
        if one.current and isinstance(one.review.record, Review)
    }
    return bool(verdicts) and set(verdicts.values()) == {"agreed"}


def release(case: Case, ref: str, *, on: str, why: str = "", now: datetime) -> Stored:
    """Release the newest version of a record, or an item, for publication.

    Args:
        case: open for writing.
        ref: of the record or item.
        on: when, a partial date.
        why: in the user's words.
        now: for the log.

    Raises:
        InputError: if it does not stand.
        CheckFailedError: if consent does not cover it, with the list of refusals.
    """
    state = lookup.digest_of(case, ref)
    if not state:
        raise InputError(_("no such record or item in the case: {text}").format(text=ref))
    return store.put(case, Release(about=ref, state=state, on=on, why=why), now=now)
