"""Records as FollowTheMoney entities and back: what stands where in both.

What FollowTheMoney has no place for stays in the record: of a record that is in the case, an entity
changes no more than what the record itself says as an entity.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.dossier.actors import Actor, Contract, Relation, Tender
from contrechamp.dossier.fields import Confidence, Record
from contrechamp.dossier.fieldwork import Observation
from contrechamp.dossier.schema import to_json

#: By which entities of others are named in ids of elsewhere.
SCHEME = "ftm"
#: Kinds of actors that are an Organization there; told by its classification.
_ORGANISATIONS = ("unit", "international-body", "state")
_SCHEMATA = {
    "company": "Company",
    "public-body": "PublicBody",
    "organisation": "Organization",
    "person": "Person",
}
ACTOR_SCHEMATA = frozenset({*_SCHEMATA.values(), "LegalEntity"})
#: Kind of link -> schema, property of who, property of whom.
_LINKS = {
    "owns": ("Ownership", "owner", "asset"),
    "directs": ("Directorship", "director", "organization"),
    "represents": ("Representation", "agent", "client"),
    "part-of": ("Membership", "member", "organization"),
}
_UNKNOWN = ("UnknownLink", "subject", "object")
LINK_SCHEMATA = frozenset({schema for schema, *_ends in _LINKS.values()} | {_UNKNOWN[0]})
#: Written before the confidence of a link, for which there is no property.
_CONFIDENCE = "confidence: "
_CONFIDENCES = ("confirmed", "corroborated", "single-source", "alleged", "inferred")

Properties = dict[str, list[tuple[str, str | None]]]


@dataclass(frozen=True)
class Entity:
    """An entity as it is written or was read.

    Args:
        id: without the signature of a namespace.
        schema: of FollowTheMoney.
        properties: values with their language, where one is told.
    """

    id: str
    schema: str
    properties: Properties

    def first(self, *names: str) -> str:
        """Return the first value of the first of these properties that has one."""
        for name in names:
            for value, _language in self.properties.get(name, ()):
                return value
        return ""

    def all(self, name: str) -> list[str]:
        """Return the values of a property."""
        return [value for value, _language in self.properties.get(name, ())]


def to_entities(
    record_id: str, record: Record, name_of: Callable[[str], str], schema_of: Callable[[str], str]
) -> Iterator[Entity]:
    """Yield the entities that a record is; none if FollowTheMoney has no place for it.

    Args:
        record_id: what the entity is called.
        record: what it says. Observers, contacts, notes and all that is closed stay behind.
        name_of: what the entity of a reference is called.
        schema_of: what the entity of a reference is.
    """
    if isinstance(record, Actor):
        yield _entity(record_id, _actor_schema(record), _of_actor(record))
    elif isinstance(record, Relation):
        yield _link(record_id, record, name_of, schema_of)
    elif isinstance(record, Tender):
        yield _entity(
            record_id,
            "CallForTenders",
            {
                "title": record.name,
                "authority": record.buyer and name_of(record.buyer),
                "callId": record.number,
                "publicationDate": _day(record.published_on),
                "submissionDeadline": _day(record.closes_on),
                "summary": record.says,
            },
        )
    elif isinstance(record, Contract):
        yield _entity(
            record_id,
            "Contract",
            {
                "title": record.name,
                "authority": record.buyer and name_of(record.buyer),
                "procedureNumber": record.number,
                "contractDate": _day(record.signed_on),
                "amount": record.value and f"{record.value.amount:f}",
                "currency": record.value and record.value.currency,
                "summary": record.says,
            },
        )
        for supplier in record.suppliers:
            award = {
                "supplier": name_of(supplier),
                "contract": record_id,
                "callForTenders": record.tender and name_of(record.tender),
                "startDate": _day(record.from_date),
                "endDate": _day(record.to_date),
            }
            yield _entity(f"award-{record_id}-{name_of(supplier)}", "ContractAward", award)
    elif isinstance(record, Observation):
        event = {"name": record.title(), "date": _day(record.date), "summary": record.seen}
        yield _entity(record_id, "Event", event)


def from_entity(
    entity: Entity, ref_of: Callable[[str], str], awards: Sequence[Entity] = ()
) -> tuple[str, dict[str, Any]]:
    """Return the kind, and the fields as JSON, that an entity stands for.

    Args:
        entity: to be read.
        ref_of: reference to the record of an entity.
        awards: of a contract.

    Raises:
        InputError: if it is a person without a public role; see `rules`.
    """
    if entity.schema in ACTOR_SCHEMATA:
        return "actor", _actor_fields(entity)
    if entity.schema in LINK_SCHEMATA:
        return "relation", _relation_fields(entity, ref_of)
    if entity.schema == "CallForTenders":
        fields = {
            "name": entity.first("title", "name"),
            "buyer": _ref(entity, "authority", ref_of),
            "number": entity.first("callId", "authorityReferenceId"),
            "published_on": _date(entity.first("publicationDate")),
            "closes_on": _date(entity.first("submissionDeadline")),
            "says": entity.first("summary", "description"),
        }
        return "tender", _given(fields)
    if entity.schema == "Contract":
        return "contract", _contract_fields(entity, ref_of, awards)
    assert entity.schema == "Event"  # noqa: S101
    fields = {
        "date": _date(entity.first("date", "startDate")),
        "seen": entity.first("summary", "description", "name"),
    }
    return "observation", _given(fields)


#: What can be read; an award is read with its contract.
READ_SCHEMATA = ACTOR_SCHEMATA | LINK_SCHEMATA | {"CallForTenders", "Contract", "Event"}


def overlaid(current: Record, was: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a record with what an entity tells otherwise than the record itself.

    Args:
        current: as it stands in the case.
        was: fields that its own entity would give.
        told: fields that the entity gives that was read.
    """
    fields = dict(to_json(current))
    for name in was.keys() | told.keys():
        if was.get(name) == told.get(name):
            continue
        if name in told:
            fields[name] = told[name]
        else:
            fields.pop(name, None)
    return fields


def _entity(id_: str, schema: str, properties: Mapping[str, Any]) -> Entity:
    from followthemoney import model

    found = model[schema]
    kept: Properties = {}
    for name, given in properties.items():
        values = given if isinstance(given, list) else [given]
        type_ = found.get(name).type  # type: ignore[union-attr]
        for value in values:
            text, language = value if isinstance(value, tuple) else (value, None)
            # What cannot be cleaned, such as a country that is none there, is no value there.
            # A text stays as it is: clean would take its line breaks.
            clean = text if type_.name in {"text", "string", "entity", "number"} else (
                type_.clean(text) if text else None
            )  # fmt: skip
            if clean and (clean, language) not in kept.get(name, []):
                kept.setdefault(name, []).append((clean, language))
    return Entity(id_, schema, kept)


def _actor_schema(actor: Actor) -> str:
    return _SCHEMATA.get(actor.kind, "Organization")


def _of_actor(actor: Actor) -> dict[str, Any]:
    first, *others = actor.names
    properties: dict[str, Any] = {
        "name": [(first.text, first.language)],
        "alias": [(one.text, one.language) for one in others],
        "country": actor.country and actor.country.lower(),
        "website": actor.address,
    }
    if actor.kind == "person":
        return properties | {"position": actor.public_role}
    own = actor.kind if actor.kind in _ORGANISATIONS else None
    return properties | {"classification": own, "registrationNumber": actor.registered}


def _actor_fields(entity: Entity) -> dict[str, Any]:
    kinds = {schema: kind for kind, schema in _SCHEMATA.items()} | {"LegalEntity": "organisation"}
    kind = kinds[entity.schema]
    told = entity.first("classification")
    if entity.schema == "Organization" and told in _ORGANISATIONS:
        kind = told
    if kind == "person" and not entity.first("position"):
        raise InputError(
            _("a person is an actor in a public role only: say which; others are sources, or not "
              "in the case"),
            where=entity.id,
        )  # fmt: skip
    names = entity.all("name") + entity.all("alias") + entity.all("previousName")
    country = entity.first("country", "jurisdiction", "mainCountry").upper()
    # Of a person nothing else is taken: no birth, origin, belief, document or address.
    return _given(
        {
            "names": [{"language": "und", "text": _line(name)} for name in dict.fromkeys(names)],
            "kind": kind,
            "country": country if len(country) == 2 else "",
            "public_role": _line(entity.first("position")) if kind == "person" else "",
            "registered": _line(entity.first("registrationNumber")) if kind != "person" else "",
            "address": _line(entity.first("website")),
        }
    )


def _link(
    id_: str, relation: Relation, name_of: Callable[[str], str], schema_of: Callable[[str], str]
) -> Entity:
    from followthemoney import model

    schema, who, whom = _LINKS.get(relation.kind, _UNKNOWN)
    for end, ref in ((who, relation.from_actor), (whom, relation.to_actor)):
        range_ = model[schema].get(end).range  # type: ignore[union-attr]
        if range_ is not None and not model[schema_of(ref)].is_a(range_):
            schema, who, whom = _UNKNOWN  # such as a public body that is owned
    properties: dict[str, Any] = {
        who: name_of(relation.from_actor),
        whom: name_of(relation.to_actor),
        "role": relation.kind if schema == _UNKNOWN[0] else None,
        "startDate": _day(relation.from_date),
        "endDate": _day(relation.to_date),
        "summary": relation.says,
        "description": _CONFIDENCE + relation.confidence,
    }
    if schema == "Ownership" and relation.percent is not None:
        properties["percentage"] = f"{relation.percent:f}"
    return _entity(id_, schema, properties)


def _relation_fields(entity: Entity, ref_of: Callable[[str], str]) -> dict[str, Any]:
    by_schema = {schema: (kind, who, whom) for kind, (schema, who, whom) in _LINKS.items()}
    kind, who, whom = by_schema.get(entity.schema, ("linked", *_UNKNOWN[1:]))
    if entity.schema == _UNKNOWN[0] and entity.first("role") in {
        "owns", "controls", "directs", "supplies", "funds", "commands", "part-of", "represents",
    }:  # fmt: skip
        kind = entity.first("role")
    confidence: Confidence = "single-source"  # what somebody's table says, and nothing else yet
    for text in entity.all("description"):
        word = text.removeprefix(_CONFIDENCE)
        for known in _CONFIDENCES:
            if text.startswith(_CONFIDENCE) and word == known:
                confidence = known  # type: ignore[assignment]
    percent = entity.first("percentage").rstrip("% ").strip()
    return _given(
        {
            "from_actor": _ref(entity, who, ref_of),
            "kind": kind,
            "to_actor": _ref(entity, whom, ref_of),
            "confidence": confidence,
            "percent": percent if percent.replace(".", "", 1).isdigit() else "",
            "says": entity.first("summary"),
            "from_date": _date(entity.first("startDate")),
            "to_date": _date(entity.first("endDate")),
        }
    )


def _contract_fields(
    entity: Entity, ref_of: Callable[[str], str], awards: Sequence[Entity]
) -> dict[str, Any]:
    amount, currency = entity.first("amount"), entity.first("currency").upper()
    tenders = [ref_of(name) for award in awards for name in award.all("callForTenders")]
    suppliers = [ref_of(name) for award in awards for name in award.all("supplier")]
    return _given(
        {
            "name": _line(entity.first("title", "name")),
            "buyer": _ref(entity, "authority", ref_of),
            "suppliers": list(dict.fromkeys(suppliers)),
            "tender": tenders[0] if tenders else "",
            "number": _line(entity.first("procedureNumber", "noticeId")),
            "signed_on": _date(entity.first("contractDate")),
            "from_date": _date(next((one.first("startDate") for one in awards), "")),
            "to_date": _date(next((one.first("endDate") for one in awards), "")),
            "value": {"amount": amount, "currency": currency}
            if amount and len(currency) == 3
            else None,
            "says": entity.first("summary", "description"),
        }
    )


def _ref(entity: Entity, name: str, ref_of: Callable[[str], str]) -> str:
    found = entity.first(name)
    return ref_of(found) if found else ""


def _day(date: str | None) -> str | None:
    """Return a date as FollowTheMoney writes it: how sure it is has no place there."""
    return date.rstrip("~?") if date else None


def _date(text: str) -> str:
    return text[:10]


def _line(text: str) -> str:
    return " ".join(text.split())


def _given(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in (None, "", [], ())}
