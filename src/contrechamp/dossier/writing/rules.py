"""The rules that every record must meet before it is written, whatever the order of edits."""

from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.dossier.permission import mask_reviews, releasing
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.lookup import SUBJECT, Stored
from contrechamp.dossier.reading.view import View
from contrechamp.dossier.records.actors import Actor, Optics, Relation
from contrechamp.dossier.records.contents import FieldValue, parts, references
from contrechamp.dossier.records.field_types import (
    ITEM,
    LANGUAGE,
    Position,
    Record,
    earliest,
    latest,
)
from contrechamp.dossier.records.fieldwork import Barrier, Camera, Count, Population
from contrechamp.dossier.records.findings import Assessment, EngagedRight, Finding
from contrechamp.dossier.records.kinds import kind_of
from contrechamp.dossier.records.languages import is_known
from contrechamp.dossier.records.letters import Letter
from contrechamp.dossier.records.measurements import Measurement
from contrechamp.dossier.records.people import Consent
from contrechamp.dossier.records.publications import Publication, Release, Review
from contrechamp.dossier.records.schema import REF, members
from contrechamp.dossier.records.systems import Deployment
from contrechamp.dossier.records.testimony import Exhibit, Testimony
from contrechamp.dossier.shipped import assessments, rights
from contrechamp.scene import barrier_fields
from contrechamp.scene.camera_fields import RECORDED
from contrechamp.scene.model_spans import SPANS, expected, parse_span


def check(
    view: View,
    record_id: str,
    record: Record,
    before: Stored | None,
    today: date | None = None,
) -> None:
    """Check a record against the rules.

    Args:
        view: the case as it will be.
        record_id: of the record.
        record: its new content.
        before: the version that it replaces.
        today: the day of writing, after which nobody has consented yet; None where that is not
            asked, as of what another copy of the case says.

    Raises:
        InputError: naming the kind, id and field that break a rule. The value is not repeated: it
            may be confidential.
    """
    where = f"{kind_of(record)} {record_id}"
    cited = set() if before is None else _refs(before.record)
    for reference in references(record):
        _check_ref(view, reference, cited, f"{where}: {reference.path}")
    languages = set() if before is None else set(_languages(before.record))
    for part, path in parts(record):
        _check_order_of_dates(part, f"{where}{path}")
        _check_bounds(part, f"{where}{path}")
        if not view.merging:
            _check_languages(part, languages, f"{where}{path}")
    rule = _OWN.get(type(record))
    if rule is not None:
        rule(RecordCheck(view, record_id, record, before, where, today))


@dataclass(frozen=True)
class RecordCheck:
    """The check of one record; see `check`."""

    view: View
    id: str
    record: Any
    before: Stored | None
    where: str
    today: date | None = None

    def refuse(self, field: str, message: str) -> InputError:
        """Return the error for a field."""
        return InputError(message, where=f"{self.where}: {field}" if field else self.where)


def _refs(record: Record) -> set[str]:
    return {str(reference.value) for reference in references(record)}


def _check_ref(view: View, reference: FieldValue, cited_before: set[str], where: str) -> None:
    points, ref = reference.shape.refers_to, str(reference.value)
    assert points is not None  # noqa: S101
    found = REF.fullmatch(ref)
    assert found is not None  # noqa: S101
    room, target, key = found[1], found[2], found[3]
    if room == ITEM:
        if ITEM not in points.kinds:
            raise _wrong_kind(points.kinds, where)
        known = view.has_item(target) or ref in cited_before
        if view.merging and not known:
            known = lookup.item_state(view.case, target) is not None
        if key or not known:
            raise InputError(_("no such item in the case: {item}").format(item=target), where=where)
        return
    kind = view.kind(target)
    if kind is None:
        # Records that cited what was erased may still cite it, and show it as erased.
        if (ref in cited_before or view.merging) and lookup.is_erased(view.case, target):
            return
        raise InputError(
            _("no such record in the case: {record}").format(record=target), where=where
        )
    if kind not in points.kinds:
        raise _wrong_kind(points.kinds, where)
    if key:
        cited = view.record(target)
        keys = _parts_of(cited)
        if key not in keys:
            raise InputError(
                _("{record} has no part {key}").format(record=target, key=key), where=where
            )


def _parts_of(record: Record | None) -> list[str]:
    """Return the keys of what can be cited of a record: passages, or figures."""
    if isinstance(record, Testimony):
        return [one.key for one in record.passages]
    return [one.key for one in record.figures] if isinstance(record, Measurement) else []


def _wrong_kind(kinds: Iterable[str], where: str) -> InputError:
    return InputError(_("expected one of: {words}").format(words=", ".join(kinds)), where=where)


#: Pairs of dates of which the second must not be before the first.
_PERIODS = (
    ("from_date", "to_date"), ("first_seen", "last_seen"), ("first_known", "last_known"),
    ("given_on", "until"), ("given_on", "withdrawn_on"), ("published_on", "closes_on"),
    ("sent_on", "due_on"), ("on", "revoked_on"),
)  # fmt: skip


def _check_order_of_dates(part: Any, where: str) -> None:
    for first, last in _PERIODS:
        begin, end = getattr(part, first, None), getattr(part, last, None)
        if begin and end and earliest(begin) > latest(end):
            raise InputError(
                _("{last} lies before {first}").format(last=last, first=first), where=where
            )


#: Bounds of numbers by class and field; those of cameras and barriers are in `scene`.
_BOUNDS: dict[type, dict[str, tuple[int, int]]] = {
    Position: {"lon": (-180, 180), "lat": (-90, 90), "within_m": (0, 100_000)},
    Count: {"found": (0, 10_000_000)},
    Population: {"count": (0, 20_000_000_000), "year": (1, 9999)},
    Relation: {"percent": (0, 100)},
    Publication: {"cell_m": (100, 100_000), "k": (2, 1000)},
}  # fmt: skip


def _check_bounds(part: Any, where: str) -> None:
    if isinstance(part, Camera | Barrier):
        for one in RECORDED if isinstance(part, Camera) else barrier_fields.RECORDED:
            value = getattr(part, one.name)
            if one.is_number and value is not None and not one.allows(value):
                raise InputError(one.expected(), where=_field(where, one.name))
    if isinstance(part, Optics):
        for name in SPANS:
            text = getattr(part, name)
            if text is not None and parse_span(text, name) is None:
                raise InputError(expected(name), where=_field(where, name))
    for field, (low, high) in _BOUNDS.get(type(part), {}).items():
        number = getattr(part, field)
        if number is not None and not Decimal(low) <= Decimal(number) <= Decimal(high):
            raise InputError(
                _("expected a number from {low} to {high}").format(low=low, high=high),
                where=_field(where, field),
            )


def _languages(record: Record) -> Iterator[str]:
    for part, _path in parts(record):
        yield from (tag for _name, tag in _tags(part))


def _tags(part: Any) -> Iterator[tuple[str, str]]:
    """Yield the fields of a part that hold codes of languages, with what they hold."""
    for member in members(type(part)):
        shape = member.shape.inner or member.shape
        if shape.form is LANGUAGE and (value := getattr(part, member.name)):
            yield from (
                (member.name, one) for one in ([value] if isinstance(value, str) else value)
            )


def _check_languages(part: Any, before: Container[str], where: str) -> None:
    """Refuse codes of languages that there are not, unless the record had them already."""
    for name, tag in _tags(part):
        if not is_known(tag) and tag not in before:
            raise InputError(
                _(
                    "there is no such language; expected a code such as ar, fr or zh-Hant, or und "
                    "where it is not known"
                ),
                where=_field(where, name),
            )


def _field(where: str, name: str) -> str:
    return f"{where}.{name}" if ": " in where else f"{where}: {name}"


def _keys(one: RecordCheck, field: str, keys: Iterable[str]) -> set[str]:
    counted = Counter(keys)
    for key, many in counted.items():
        if many > 1:
            raise one.refuse(field, _("the key {key} occurs twice").format(key=key))
    return set(counted)


def _known(one: RecordCheck, field: str, keys: Iterable[str | None], known: Container[str]) -> None:
    for key in keys:
        if key is not None and key not in known:
            raise one.refuse(field, _("there is no {key}").format(key=key))


def _testimony(one: RecordCheck) -> None:
    _keep_cited(one, "passages", _keys(one, "passages", _parts_of(one.record)))
    if one.before is not None and isinstance(one.before.record, Testimony):
        _keep_source(one, one.before.record.source, one.record.source, "source")


def _measurement(one: RecordCheck) -> None:
    _keep_cited(one, "figures", _keys(one, "figures", _parts_of(one.record)))


def _keep_cited(one: RecordCheck, field: str, keys: Container[str]) -> None:
    """Refuse to take away a part that another record cites."""
    for citation in one.view.cited_by(SUBJECT + one.id):
        key = citation.cited.partition("#")[2]
        if key and key not in keys:
            raise one.refuse(
                field,
                _("the part {key} is cited by {record} and must stay").format(
                    key=key, record=citation.citing
                ),
            )


def _exhibit(one: RecordCheck) -> None:
    if one.before is not None and isinstance(one.before.record, Exhibit):
        _keep_source(one, one.before.record.given_by, one.record.given_by, "given_by")


def _keep_source(one: RecordCheck, was: str | None, will_be: str | None, field: str) -> None:
    """Refuse another source for a record that a consent is limited to."""
    consents = [
        citation.citing
        for citation in one.view.cited_by(SUBJECT + one.id)
        if one.view.kind(citation.citing) == "consent"
    ]
    if was != will_be and consents:
        raise one.refuse(
            field, _("the consent {record} is about this; change it first").format(
                record=consents[0]
            )
        )  # fmt: skip


def _consent(one: RecordCheck) -> None:
    consent: Consent = one.record
    was = getattr(one.before.record, "given_on", None) if one.before is not None else None
    # A day more: it may be tomorrow already where somebody consents.
    if (
        one.today is not None
        and consent.given_on != was
        and earliest(consent.given_on) > one.today + timedelta(days=1)
    ):
        raise one.refuse("given_on", _("this day is still to come: nobody has consented yet"))
    for number, grant in enumerate(consent.grants, start=1):
        named = bool(grant.with_actors or grant.with_whom)
        if named != (grant.use == "shared"):
            raise one.refuse(
                f"grants[{number}]", _("recipients are named for the use shared, and for no other")
            )
    for number, ref in enumerate(consent.about, start=1):
        given = one.view.record(lookup.id_of(ref)) if ref.startswith(SUBJECT) else None
        source = getattr(given, "source", None) or getattr(given, "given_by", None)
        if given is not None and source != consent.source:
            raise one.refuse(
                f"about[{number}]", _("this was said or given by somebody else, or by nobody named")
            )


def _actor(one: RecordCheck) -> None:
    if one.record.kind == "person" and not one.record.public_role:
        raise one.refuse(
            "public_role",
            _("a person is an actor in a public role only: say which; others are sources, or not "
              "in the case"),
        )  # fmt: skip


def _relation(one: RecordCheck) -> None:
    if one.record.from_actor == one.record.to_actor:
        raise one.refuse("to_actor", _("an actor cannot be linked to itself"))


def _deployment(one: RecordCheck) -> None:
    keys = _keys(one, "components", (part.key for part in one.record.components))
    for number, flow in enumerate(one.record.flows, start=1):
        _known(one, f"flows[{number}]", (flow.from_key, flow.to_key), keys)


def _letter(one: RecordCheck) -> None:
    letter: Letter = one.record
    keys = _keys(one, "questions", (question.key for question in letter.questions))
    for number, answer in enumerate(letter.answers, start=1):
        _known(one, f"answers[{number}].to", answer.to, keys)
        if letter.sent_on is None or latest(answer.on) < earliest(letter.sent_on):
            raise one.refuse(
                f"answers[{number}].on", _("an answer must come after the letter was sent")
            )


def _finding(one: RecordCheck) -> None:
    for number, engaged in enumerate(one.record.rights, start=1):
        _right(one, engaged, f"rights[{number}]")


def _right(one: RecordCheck, engaged: EngagedRight, field: str) -> None:
    if (engaged.right is None) == (engaged.own_right is None):
        raise one.refuse(field, _("give either right, from the catalogue, or own_right, a record"))
    _known(one, f"{field}.right", (engaged.right,), rights.catalogue())


def _assessment(one: RecordCheck) -> None:
    assessment: Assessment = one.record
    _known(one, "template", (assessment.template,), assessments.templates())
    asked = {question.key for question in assessments.templates()[assessment.template].questions}
    _known(one, "responses", (response.question for response in assessment.responses), asked)
    _keys(one, "responses", (response.question for response in assessment.responses))


def _review(one: RecordCheck) -> None:
    review: Review = one.record
    if one.before is not None and one.before.member != one.view.member:
        raise one.refuse("", _("a review can be changed only by whoever wrote it"))
    if review.about.startswith(f"{ITEM}/"):
        for field, message in mask_reviews.problems(one.view.case, review):
            raise one.refuse(field, message)
        return
    if review.looked is not None:
        raise one.refuse("looked", _("only of a masked copy is said what was looked at"))
    versions = lookup.versions(one.view.case, lookup.id_of(review.about))
    authors = {stored.digest: stored.member for stored in versions}
    if review.state not in authors:
        raise one.refuse("state", _("there is no such version, or it was erased"))
    if one.view.member == authors[review.state]:
        raise one.refuse(
            "about", _("a review must be by a second person, not by whoever wrote this version")
        )


def _release(one: RecordCheck) -> None:
    release: Release = one.record
    before = one.before.record if one.before is not None else None
    if isinstance(before, Release):
        if (before.about, before.state) != (release.about, release.state):
            raise one.refuse("about", _("a release is of one version only: release the other anew"))
        if before.revoked_on is not None and release.revoked_on is None:
            raise one.refuse("revoked_on", _("a revoked release stays revoked: release it anew"))
    for number, passed in enumerate(release.overrides, start=1):
        if not passed.why.strip():
            raise one.refuse(
                f"overrides[{number}].why",
                _("say why the gate {gate} is passed").format(gate=passed.gate),
            )
    if release.revoked_on is None:
        releasing.check(one.view, release, one.today, where=one.where)


_OWN: dict[type, Callable[[RecordCheck], None]] = {
    Testimony: _testimony,
    Exhibit: _exhibit,
    Measurement: _measurement,
    Consent: _consent,
    Actor: _actor,
    Relation: _relation,
    Deployment: _deployment,
    Letter: _letter,
    Assessment: _assessment,
    Finding: _finding,
    Review: _review,
    Release: _release,
}
