"""Whether a release may be given, and whether one that was given still holds.

Only the giving and the revoking are stored. Whether it holds follows from what stands on the day: a
consent that was withdrawn, an item that was erased, a finding that was contested take it back.

Two copies of a case may disagree: one revokes a release while the other releases the same version
once more. A revocation outweighs every release of that version whose writer did not know of it;
a release that is given in spite of it names it in ``after``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from contrechamp.base.errors import CheckFailedError, InputError
from contrechamp.base.i18n import _
from contrechamp.dossier.permission import gates
from contrechamp.dossier.permission.gates import Unmet
from contrechamp.dossier.permission.standing import Flag, Standings
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.copies_out import handed_out
from contrechamp.dossier.reading.lookup import SUBJECT
from contrechamp.dossier.reading.short_names import ShortNames
from contrechamp.dossier.reading.view import View
from contrechamp.dossier.records.field_types import ITEM, earliest, latest
from contrechamp.dossier.records.publications import Publication, Release
from contrechamp.dossier.records.testimony import Exhibit
from contrechamp.wording.gates import gate_labels, remedies, unmet_labels

Ended: TypeAlias = Literal["revoked", "revoked-elsewhere", "gone", "earlier-version", "not-yet"]


@dataclass(frozen=True)
class ReleaseState:
    """How a release stands on a day.

    Args:
        ref: of the release.
        release: what it says.
        ended: why it holds no longer, or not yet; "" if nothing but `unmet` speaks against it.
        because: for "revoked-elsewhere": the release of the same version that was revoked.
        unmet: what it does not meet, and no override covers.
    """

    ref: str
    release: Release
    ended: Ended | Literal[""] = ""
    because: str = ""
    unmet: tuple[Unmet, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether what it is about may be published."""
        return not self.ended and not self.unmet

    @property
    def is_taken_back(self) -> bool:
        """Whether something else than its own revocation, or a later version, took it back."""
        return bool(self.unmet) or self.ended in {"revoked-elsewhere", "gone"}


def given(view: View, about: str) -> Iterator[tuple[str, Release]]:
    """Yield the releases of a record or item, with their references, revoked ones too."""
    for citation in view.cited_from(about, "release", "about"):
        record = view.record(citation.citing)
        if isinstance(record, Release):
            yield SUBJECT + citation.citing, record


def states(standings: Standings, about: str) -> list[ReleaseState]:
    """Return how the releases of a record or item stand."""
    every = list(given(standings.view, about))
    return [_state(standings, ref, release, every) for ref, release in every]


def state_of(standings: Standings, ref: str, release: Release) -> ReleaseState:
    """Return how a release stands."""
    return _state(standings, ref, release, list(given(standings.view, release.about)))


def of(standings: Standings, ref: str) -> list[ReleaseState]:
    """Return how the releases of a record or item stand; of a release, how it does itself."""
    record = None
    if ref.startswith(SUBJECT) and standings.view.kind(lookup.id_of(ref)) == "release":
        record = standings.view.record(lookup.id_of(ref))
    if isinstance(record, Release):
        return [state_of(standings, ref, record)]
    return states(standings, ref)


def flags(standings: Standings, ref: str) -> tuple[Flag, ...]:
    """Return the problems with a record or item, and with its releases, or with a release."""
    fallen = [flag for one in of(standings, ref) if one.is_taken_back for flag in _flags(one)]
    return (*standings.of(ref), *dict.fromkeys(fallen))


def is_released(standings: Standings, ref: str) -> bool:
    """Return whether the newest version of a record, or an item, has a release that holds."""
    return any(one.holds for one in states(standings, ref))


@dataclass(frozen=True)
class CopyOut:
    """A copy that is known to be out.

    Args:
        name: of the folder or publication.
        at: when it was handed out or came out.
        to: whom to; "" for everybody.
        ref: to the publication; "" for an export.
        team: it was for those who work on the case.
    """

    name: str
    at: str
    to: str = ""
    ref: str = ""
    team: bool = False


def copies_out(standings: Standings, about: str) -> list[CopyOut]:
    """Return the copies of what was released that are known to be out: exports, publications."""
    view, day = standings.view, standings.day
    record = view.record(lookup.id_of(about)) if about.startswith(SUBJECT) else None
    items = [record.item] if isinstance(record, Exhibit) else []
    found = [
        CopyOut(one.name, one.at, one.to, "", one.team)
        for one in handed_out(view.case, [about, *items])
    ]
    citing = {about} | {
        SUBJECT + one.citing
        for field in ("cites", "uses")
        for one in view.cited_from(about, "publication", field)
    }
    for ref in sorted(citing):
        shown = view.record(lookup.id_of(ref)) if ref.startswith(SUBJECT) else None
        if isinstance(shown, Publication) and shown.on and earliest(shown.on) <= day:
            found.append(CopyOut(shown.title(), shown.on, shown.address, ref))
    return found


def check(view: View, release: Release, today: date | None, *, where: str) -> None:
    """Check that what a release is about may be published.

    Raises:
        InputError: if it is not the newest version.
        CheckFailedError: if gates are not met, with the list of all that is missing.
    """
    ref = release.about
    if lookup.id_of(ref) in view.batch or release.state != lookup.digest_of(view.case, ref):
        raise InputError(
            _("this is not the newest version: only that can be released"), where=f"{where}: state"
        )
    asked = gates.ask(Standings(view, day_of(release, today)), ref)
    unmet = not_covered(release, asked)
    if unmet:
        names = ShortNames(view.case)
        head = _("{ref} is not released, for this is not met:").format(ref=names.of(ref) or ref)
        tail = _(
            "Mend it, or pass a gate all the same with --override GATE --reason -: the reason "
            "stands in the release and in the log."
        )
        raise CheckFailedError("\n".join([head, *lines(unmet, names), tail]))


def day_of(release: Release, today: date | None) -> date:
    """Return the day for which the gates are asked: never one that is past."""
    day = latest(release.on)
    return day if today is None else max(day, today)


def lines(unmet: Sequence[Unmet], names: ShortNames | None = None) -> list[str]:
    """Return a line on each thing that is not met, gate by gate, in the user's language.

    Args:
        unmet: in the order of the gates.
        names: of the case, for those who work on it; in a publication they would tell too much.
    """
    gate_words, why, how = gate_labels(), unmet_labels(), remedies()
    found, last = [], ""
    for one in unmet:
        if one.gate != last:
            found.append(f"  {one.gate}: {gate_words[one.gate]} ({how[one.gate]})")
            last = one.gate
        at = f"{one.at}: " if one.at else ""
        line = f"    {at}{why[one.why]}  {one.of}"
        found.append(names.in_text(line) if names is not None else line)
    return found


def _state(
    standings: Standings, ref: str, release: Release, every: Sequence[tuple[str, Release]]
) -> ReleaseState:
    view, day, about = standings.view, standings.day, release.about
    there = (
        view.has_item(lookup.id_of(about))
        if about.startswith(f"{ITEM}/")
        else view.kind(lookup.id_of(about)) is not None
    )
    if not there:
        return ReleaseState(ref, release, "gone", about)
    if release.revoked_on is not None and earliest(release.revoked_on) <= day:
        return ReleaseState(ref, release, "revoked")
    if release.state != lookup.digest_of(view.case, about):
        return ReleaseState(ref, release, "earlier-version")
    for other, revoked in every:
        if (
            other != ref
            and revoked.state == release.state
            and revoked.revoked_on is not None
            and earliest(revoked.revoked_on) <= day
            and other not in release.after
        ):
            return ReleaseState(ref, release, "revoked-elsewhere", other)
    if latest(release.on) > day:
        return ReleaseState(ref, release, "not-yet")
    return ReleaseState(
        ref, release, unmet=tuple(not_covered(release, gates.ask(standings, about)))
    )


def not_covered(release: Release, unmet: Sequence[Unmet]) -> list[Unmet]:
    """Return what no override of a release covers: what came later, and what none can cover."""
    covered = {(one.gate, name) for one in release.overrides for name in one.over}
    return [
        one for one in unmet if (one.gate, one.name) not in covered or one.why in gates.NEVER_PASSED
    ]


def _flags(state: ReleaseState) -> Iterator[Flag]:
    if state.ended:
        yield Flag("release-taken-back", state.ended, state.because)
    for one in state.unmet:
        yield Flag("release-taken-back", f"{one.gate}: {one.why}", one.of)
