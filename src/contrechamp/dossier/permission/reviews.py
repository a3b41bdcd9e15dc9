"""Reviewing and releasing records, and taking a release back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from contrechamp.base.errors import InputError, UsageError
from contrechamp.base.i18n import _
from contrechamp.dossier.permission import gates, mask_reviews, releasing, verdicts
from contrechamp.dossier.permission.releasing import CopyOut
from contrechamp.dossier.permission.standing import Standings
from contrechamp.dossier.permission.verdicts import Reviewed, Verdict
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.lookup import SUBJECT, Stored
from contrechamp.dossier.reading.view import View
from contrechamp.dossier.records.field_types import DATE, check_form
from contrechamp.dossier.records.publications import (
    HiddenCovers,
    LookAnswer,
    LookedAt,
    Override,
    Release,
    Review,
    WatchedSpan,
)
from contrechamp.dossier.writing import store
from contrechamp.dossier.writing.store import Put
from contrechamp.vault.case import Case, Random


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


def review_copy(
    case: Case,
    ref: str,
    verdict: Verdict,
    looks: Sequence[LookAnswer],
    *,
    spans: Sequence[WatchedSpan] = (),
    hidden: HiddenCovers | None = None,
    why: str = "",
    now: datetime,
    random: Random,
) -> Stored:
    """Record what a person found in a masked copy.

    Args:
        case: open for writing, by that person.
        ref: of the copy.
        verdict: theirs: whether it may leave as it is.
        looks: what was found at each place; 0 is the whole copy.
        spans: which parts of a video or sound were watched or heard.
        hidden: covers that the page hid from them, and how many of these faces they marked.
        why: in their words.
        now: for the log.
        random: draws the places for a second reader.

    Raises:
        InputError: if it is no masked copy, or an answer does not fit it.
    """
    copy = mask_reviews.copy_of(case, ref)
    if copy is None:
        raise InputError(_("is not a masked copy"), where=ref)
    looked = LookedAt(
        copy=copy.sha256,
        sidecar=copy.sidecar_sha256,
        looks=tuple(looks),
        spans=tuple(spans),
        seed=random(32).hex(),
        hidden=hidden,
    )
    state = lookup.digest_of(case, ref)
    given = Review(about=ref, state=state, verdict=verdict, why=why, looked=looked)
    return store.put(case, given, now=now)


def reviews(case: Case, ref: str) -> list[Reviewed]:
    """Return the reviews of a record, the oldest first."""
    return verdicts.reviews_of(View(case), ref)


def release(
    case: Case,
    ref: str,
    *,
    on: str,
    why: str = "",
    overrides: Mapping[str, str] | None = None,
    now: datetime,
) -> Stored:
    """Release the newest version of a record, or an item, for publication.

    Args:
        case: open for writing.
        ref: of the record or item.
        on: when, a partial date.
        why: in the user's words.
        overrides: gates that are not met and are passed all the same, each with the reason, which
            stands in the release and in the log.
        now: for the log.

    Raises:
        UsageError: if there is no such gate.
        InputError: if there is no such record or item.
        CheckFailedError: if gates are not met, with the list of all that is missing.
    """
    state = lookup.digest_of(case, ref)
    if not state:
        raise InputError(_("no such record or item in the case: {text}").format(text=ref))
    reasons = dict(overrides or {})
    for gate, reason in reasons.items():
        if not reason.strip():
            raise UsageError(_("say why the gate {gate} is passed").format(gate=gate))
        if gate not in gates.GATES:
            raise UsageError(
                _("there is no gate {gate}; there are: {gates}").format(
                    gate=gate, gates=", ".join(gates.GATES)
                )
            )
    view = View(case)
    given = Release(about=ref, state=state, on=on, why=why, after=_revoked(view, ref, state))
    check_form(on, DATE, "release.on")
    day = releasing.day_of(given, now.date())
    unmet = gates.ask(Standings(view, day), ref) if reasons else []
    passed = tuple(
        Override(
            gate=gate, why=reasons[gate], over=tuple(one.name for one in unmet if one.gate == gate)
        )
        for gate in gates.GATES
        if gate in reasons and any(one.gate == gate for one in unmet)
    )
    reason = "; ".join(f"{one.gate}: {one.why}" for one in passed)
    return store.put(case, replace(given, overrides=passed), reason=reason, now=now)


def _revoked(view: View, ref: str, state: str) -> tuple[str, ...]:
    """Return the releases of a version that were revoked, as whoever releases it now knows."""
    return tuple(
        one
        for one, record in releasing.given(view, ref)
        if record.state == state and record.revoked_on is not None
    )


@dataclass(frozen=True)
class Revoked:
    """Releases that were taken back.

    Args:
        releases: references to them.
        about: reference to what was released.
        outside: copies that are known to be out.
    """

    releases: tuple[str, ...]
    about: str
    outside: list[CopyOut]


def revoke(case: Case, ref: str, *, on: str, reason: str, now: datetime) -> Revoked:
    """Take back a release, or every release of a record or item.

    Args:
        case: open for writing.
        ref: of the release, or of what was released.
        on: day from which it no longer holds, a partial date.
        reason: why, in the user's words; it stands in the release and in the log.
        now: for the log.

    Raises:
        InputError: if nothing of it is released.
    """
    view = View(case)
    record = view.record(lookup.id_of(ref)) if ref.startswith(SUBJECT) else None
    about = record.about if isinstance(record, Release) else ref
    found = [
        (one, release)
        for one, release in releasing.given(view, about)
        if release.revoked_on is None and ref in {one, about}
    ]
    if not found:
        raise InputError(_("there is no release to revoke: {ref}").format(ref=ref))
    puts = [
        Put(replace(release, revoked_on=on, revoked_why=reason), lookup.id_of(one))
        for one, release in found
    ]
    store.put_all(case, puts, reason=reason, now=now)
    outside = releasing.copies_out(Standings(View(case), now.date()), about)
    return Revoked(tuple(one for one, _release in found), about, outside)
