"""Whether consent covers a use of what people said or gave; if not, a list of refusals says why."""

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from contrechamp.base.errors import CheckFailedError
from contrechamp.base.i18n import _
from contrechamp.base.search_words import normalised
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.lookup import SUBJECT, Citation
from contrechamp.dossier.reading.masked import with_originals
from contrechamp.dossier.reading.view import View
from contrechamp.dossier.records.contents import parts
from contrechamp.dossier.records.field_types import ITEM, Evidence, earliest, latest
from contrechamp.dossier.records.findings import Finding, Recommendation
from contrechamp.dossier.records.people import Consent, ConsentUse, Grant, Source
from contrechamp.dossier.records.publications import Publication, Use
from contrechamp.dossier.records.testimony import Exhibit, Testimony
from contrechamp.wording.consent import refusal_labels

#: Where an exhibit or a testimony names the item that was given: kind and field.
_GIVING = (("exhibit", "item"), ("testimony", "recordings"))

Why: TypeAlias = Literal[
    "none",  # no consent covers it
    "withdrawn",
    "ended",
    "not-yet",
    "closed",  # a closed passage may not be published
    "unsaid",  # the publication does not say how it uses it
    "team",  # only for those who work on the case
]


@dataclass(frozen=True)
class Refusal:
    """A use that no consent covers.

    Args:
        of: what is used.
        use: how it is used.
        why: the reason.
        consent: reference to the consent that is withdrawn, ended or not yet given; "" if none.
        source: id of the source whose consent is lacking; "" if the reason is another.
    """

    of: str
    use: ConsentUse
    why: Why
    consent: str = ""
    source: str = ""


#: The further uses that must be granted to share a picture, sound or video, by the beginning of its
#: media type. A file of unknown type may be any of them.
_MEDIA_USES: tuple[tuple[str, tuple[ConsentUse, ...]], ...] = (
    ("image/", ("image",)),
    ("audio/", ("voice",)),
    ("video/", ("image", "voice")),
    ("application/octet-stream", ("image", "voice")),
)


def lacking(
    view: View, ref: str, use: ConsentUse, day: date, *, to: str = "", to_whom: str = ""
) -> list[Refusal]:
    """Return why something may not be used in this way on a day; an empty list if it may.

    What nobody gave, such as the team's own photo or an open source, needs no consent.

    Args:
        view: the case.
        ref: testimony, passage, exhibit or item.
        use: how it would be used.
        day: when.
        to: for "shared": reference to the actor who would receive it.
        to_whom: for "shared": the recipient's name, where there is no record of them.
    """
    found = []
    for source in sorted(sources_of(view, ref)):
        refusal = _of_source(view, ref, use, day, source, to, to_whom)
        if refusal is not None:
            found.append(refusal)
    return found


def uses_of(view: View, publication: Publication) -> list[Use]:
    """Return every use that a publication makes: those it states, and those that follow from them.

    To cite a finding is to use the passages and exhibits under it; unless stated otherwise, they
    count as quoted anonymously.
    """
    stated = list(publication.uses)
    named = {use.of for use in stated}
    wholes = {ref for ref in named if "#" not in ref}
    implied = [
        Use(of=ref, use="quoted")
        for ref in dict.fromkeys(_used_below(view, publication.cites))
        if ref not in named and ref.partition("#")[0] not in wholes
    ]
    return stated + implied


def check(view: View, publication: Publication, day: date) -> list[Refusal]:
    """Return every use in a publication that consent does not cover on a day."""
    refused = []
    stated = {use.of for use in publication.uses}
    for ref in publication.cites:
        # Showing a picture or recording: the publication must say which use that is.
        if ref not in stated and view.kind(lookup.id_of(ref)) == "exhibit":
            refused += [
                Refusal(ref, "image", "unsaid", "", source) for source in sources_of(view, ref)
            ]
    for use in uses_of(view, publication):
        refused += _closed(view, use)
        held = lacking(view, use.of, "held", day)
        refused += held
        if use.use != "held" and not held:
            refused += lacking(view, use.of, use.use, day, to=use.to or "", to_whom=use.to_whom)
    return list(dict.fromkeys(refused))


def require_sharing(
    view: View, refs: Iterable[str], day: date, *, to: str = "", to_whom: str = ""
) -> None:
    """Refuse to hand anything out whose source has not consented to sharing it with the recipient.

    Args:
        view: the case.
        refs: testimonies, exhibits or items.
        day: when.
        to: reference to the actor who would receive it.
        to_whom: the recipient's name, where there is no record of them.

    Raises:
        CheckFailedError: with the list of refusals.
    """
    refused: list[Refusal] = []
    for ref in refs:
        refused += lacking_to_share(view, ref, day, to=to, to_whom=to_whom)
    if refused:
        lines = "\n".join(f"  {line}" for line in refusal_lines(refused))
        raise CheckFailedError(_("consent does not cover this:") + f"\n{lines}")


def lacking_to_share(
    view: View, ref: str, day: date, *, to: str = "", to_whom: str = ""
) -> list[Refusal]:
    """Return why something may not be handed to somebody on a day; an empty list if it may.

    Args:
        view: the case.
        ref: source, testimony, exhibit or item.
        day: when.
        to: reference to the actor who would receive it.
        to_whom: the recipient's name, where there is no record of them.
    """
    refused = lacking(view, ref, "held", day)
    if refused:
        return refused
    for use in _uses_in_sharing(view, ref):
        refused += lacking(view, ref, use, day, to=to, to_whom=to_whom)
    return refused


def limits(view: View, ref: str, day: date, *, to: str = "", to_whom: str = "") -> list[str]:
    """Return the limits that sources set, in their own words, on handing something to somebody.

    Args:
        view: the case.
        ref: source, testimony, exhibit or item.
        day: when.
        to: reference to the actor who would receive it.
        to_whom: the recipient's name, where there is no record of them.
    """
    uses = _uses_in_sharing(view, ref)
    return [
        grant.limits
        for source in sorted(sources_of(view, ref))
        for _ref, one in consents_of(view, source)
        if is_about(view, one, ref) and state_on(one, day) == "in-force"
        for grant in one.grants
        if grant.limits and any(_is_granted(grant, use, to, to_whom) for use in uses)
    ]


def _uses_in_sharing(view: View, ref: str) -> tuple[ConsentUse, ...]:
    record = None if ref.startswith(f"{ITEM}/") else view.record(lookup.id_of(ref))
    if isinstance(record, Source):
        return ("shared", "pseudonym")
    item = record.item if isinstance(record, Exhibit) else ref
    if not item.startswith(f"{ITEM}/"):
        return ("shared",)
    state = lookup.item_state(view.case, lookup.id_of(item)) or {}
    media_type = str(state.get("media_type", ""))
    more = (uses for beginning, uses in _MEDIA_USES if media_type.startswith(beginning))
    return ("shared", *next(more, ()))


def refusal_lines(refused: Iterable[Refusal]) -> list[str]:
    """Return one line for each refusal, in the user's language."""
    why = refusal_labels()
    return [
        f"{one.of}: {one.use}: {why[one.why]}" + (f" ({one.consent})" if one.consent else "")
        for one in refused
    ]


def sources_of(view: View, ref: str) -> Set[str]:
    """Return the ids of the sources who said or gave something."""
    if ref.startswith(f"{ITEM}/"):
        if ref not in view.sources:  # thousands of exhibits may describe one file
            view.sources[ref] = frozenset(_sources_of_item(view, ref))
        return view.sources[ref]
    record = view.record(lookup.id_of(ref))
    if isinstance(record, Source):
        return {lookup.id_of(ref)}
    if isinstance(record, Testimony):
        return {lookup.id_of(record.source)}
    if isinstance(record, Exhibit):
        given_by = {lookup.id_of(record.given_by)} if record.given_by else set()
        return given_by | sources_of(view, record.item)
    return set()


def _sources_of_item(view: View, item: str) -> Iterator[str]:
    mine = with_originals(view.case, item)
    for citation in _giving(view, item):
        record = view.record(citation.citing)
        if isinstance(record, Exhibit) and record.item in mine and record.given_by:
            yield lookup.id_of(record.given_by)
        elif isinstance(record, Testimony) and not set(mine).isdisjoint(record.recordings):
            yield lookup.id_of(record.source)


def _giving(view: View, item: str) -> list[Citation]:
    """Return where exhibits and testimonies name an item as what was given.

    Who gave an item gave what was made from it.
    """
    return [
        one
        for mine in with_originals(view.case, item)
        for kind, field in _GIVING
        for one in view.cited_from(mine, kind, field)
    ]


def consents_of(view: View, source: str) -> Iterator[tuple[str, Consent]]:
    """Yield the consents of a source, with their references."""
    for citation in view.cited_from(SUBJECT + source, "consent", "source"):
        record = view.record(citation.citing)
        if isinstance(record, Consent):
            yield SUBJECT + citation.citing, record


def is_about(view: View, consent: Consent, ref: str) -> bool:
    """Return whether a consent covers something: everything, the thing itself, or its whole."""
    if not consent.about:
        return True
    whole = ref.partition("#")[0]
    names = {ref, whole}
    if ref.startswith(f"{ITEM}/"):  # given as an exhibit, or as the recording of a testimony
        names |= {SUBJECT + citation.citing for citation in _giving(view, ref)}
        names |= set(with_originals(view.case, ref))
    record = view.record(lookup.id_of(whole)) if whole.startswith(SUBJECT) else None
    if isinstance(record, Exhibit):
        names.add(record.item)
    return bool(names & set(consent.about))


def state_on(consent: Consent, day: date) -> Literal["in-force", "withdrawn", "ended", "not-yet"]:
    """Return the state of a consent on a day.

    A date known only to the month or year is read in the person's favour: given on the last day of
    it, ended or withdrawn on the first.
    """
    if consent.withdrawn_on is not None and day >= earliest(consent.withdrawn_on):
        return "withdrawn"
    if consent.until is not None and day > earliest(consent.until):
        return "ended"
    return "not-yet" if day < latest(consent.given_on) else "in-force"


def _of_source(
    view: View, ref: str, use: ConsentUse, day: date, source: str, to: str, to_whom: str
) -> Refusal | None:
    best: Refusal | None = None
    for consent_ref, consent in consents_of(view, source):
        if not is_about(view, consent, ref) or not _grants(consent, use, to, to_whom):
            continue
        state = state_on(consent, day)
        if state == "in-force":
            return None
        # A withdrawal outweighs an expiry.
        if best is None or state == "withdrawn":
            best = Refusal(ref, use, state, consent_ref, source)
    return best or Refusal(ref, use, "none", "", source)


def _grants(consent: Consent, use: ConsentUse, to: str, to_whom: str) -> bool:
    return any(_is_granted(grant, use, to, to_whom) for grant in consent.grants)


def _is_granted(grant: Grant, use: ConsentUse, to: str, to_whom: str) -> bool:
    if use != "shared":  # consent to any use implies consent to hold it for that use
        return use in {grant.use, "held"}
    named = {normalised(one) for one in grant.with_whom}
    return grant.use == "shared" and (
        (bool(to) and to in grant.with_actors) or (bool(to_whom) and normalised(to_whom) in named)
    )


def _closed(view: View, use: Use) -> Iterator[Refusal]:
    record = view.record(lookup.id_of(use.of)) if use.of.startswith(SUBJECT) else None
    if not isinstance(record, Testimony) or use.use == "held":
        return
    key = use.of.partition("#")[2]
    if any(passage.closed and passage.key == key for passage in record.passages):
        yield Refusal(use.of, use.use, "closed")


def _used_below(view: View, refs: Iterable[str]) -> Iterator[str]:
    """Yield the testimonies, passages, exhibits and items under what is cited, at any depth."""
    seen: set[str] = set()
    waiting = list(refs)
    while waiting:
        ref = waiting.pop()
        if ref in seen:
            continue
        seen.add(ref)
        if ref.startswith(f"{ITEM}/"):
            if sources_of(view, ref):
                yield ref
            continue
        record = view.record(lookup.id_of(ref))
        if isinstance(record, Testimony):
            yield ref
        elif isinstance(record, Exhibit):
            if sources_of(view, ref):
                yield ref
        elif record is not None:
            waiting += [part.ref for part, _path in parts(record) if isinstance(part, Evidence)]
            if isinstance(record, Recommendation):
                waiting += record.findings
            if isinstance(record, Finding):
                waiting += [ref for ref in record.about if view.kind(lookup.id_of(ref))]
