"""The last check: what must hold before a record or an item may be published."""

from collections.abc import Iterable

from contrechamp.base.errors import CheckFailedError, InputError
from contrechamp.base.i18n import _
from contrechamp.dossier.permission import consent, standing
from contrechamp.dossier.permission.standing import Flag, Standings
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.view import View
from contrechamp.dossier.records.field_types import ITEM, latest
from contrechamp.dossier.records.people import ConsentUse
from contrechamp.dossier.records.publications import Publication, Release
from contrechamp.dossier.records.testimony import Exhibit, Testimony

#: Consent to at least one of these is needed to show what somebody said or gave.
_SHOWING: tuple[ConsentUse, ...] = ("quoted", "pseudonym", "voice", "image", "name")
#: Flags on a record as a whole that prevent its release.
_BLOCKING = frozenset(
    {"no-evidence", "refuted", "withdrawn", "no-consent", "consent-withdrawn", "conflict"}
)


def check(view: View, release: Release, *, where: str) -> None:
    """Check that what a release is about may be published.

    Raises:
        InputError: if it is not the newest version, or does not stand.
        CheckFailedError: if consent does not cover it, with the list of refusals.
    """
    ref, day = release.about, latest(release.on)
    record = None if ref.startswith(f"{ITEM}/") else view.record(lookup.id_of(ref))
    if lookup.id_of(ref) in view.batch or release.state != lookup.digest_of(view.case, ref):
        raise InputError(
            _("this is not the newest version: only that can be released"), where=f"{where}: state"
        )
    blocking = _blocking(standing.standing(view, ref, day))
    if blocking:
        raise InputError(
            _("it does not stand: {flags}").format(flags=", ".join(blocking)),
            where=f"{where}: about",
        )
    if isinstance(record, Publication):
        consent.require(view, record, latest(record.on) if record.on else day)
    elif record is None or isinstance(record, Testimony | Exhibit):
        refused = [consent.lacking(view, ref, use, day) for use in _SHOWING]
        if all(refused):
            lines = "\n".join(f"  {line}" for one in refused for line in consent.refusal_lines(one))
            raise CheckFailedError(_("consent does not cover this:") + f"\n{lines}")


def _blocking(flags: Iterable[Flag]) -> list[str]:
    """Return the codes of the flags that prevent a release."""
    return sorted(
        {
            flag.code
            for flag in flags
            if flag.code in _BLOCKING and (not flag.at or flag.code == "conflict")
        }
    )


def may_be_published(standings: Standings, ref: str) -> bool:
    """Return whether an item is released and may still be published on the day."""
    view, day = standings.view, standings.day
    return (
        is_released(view, ref)
        and not _blocking(standings.of(ref))
        and any(not consent.lacking(view, ref, use, day) for use in _SHOWING)
    )


def is_released(view: View, ref: str) -> bool:
    """Return whether the newest version of a record, or an item, has a release in force."""
    newest = (ref, lookup.digest_of(view.case, ref), None)
    return any(
        isinstance(record, Release) and (record.about, record.state, record.revoked_on) == newest
        for record in (view.record(citation.citing) for citation in view.cited_by(ref))
    )
