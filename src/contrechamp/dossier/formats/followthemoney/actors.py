"""Actors and the links between them as FollowTheMoney entities, and back."""

from collections.abc import Callable
from typing import Any

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.dossier.formats.followthemoney.model import (
    Entity,
    EntityNames,
    Fields,
    Resolver,
    built,
    confidence_in,
    confidence_out,
    day_in,
    day_out,
    evidence_in,
    from_this_file,
    ids_in,
    names_in,
    names_out,
    outside_ids,
    ref_in,
)
from contrechamp.dossier.formats.followthemoney.vocabulary import the_schema
from contrechamp.dossier.formats.read.drafts import one_line, without_empty
from contrechamp.dossier.records.actors import Actor, Relation

#: Kinds of actors that are exported as an Organization with this classification.
_ORGANISATIONS = ("unit", "international-body", "state")
_SCHEMATA = {
    "company": "Company",
    "public-body": "PublicBody",
    "organisation": "Organization",
    "person": "Person",
}
_KINDS = {schema: kind for kind, schema in _SCHEMATA.items()} | {"LegalEntity": "organisation"}
ACTOR_SCHEMATA = frozenset(_KINDS)
#: Scheme of ids in other registers -> property.
_REGISTERS = {"lei": "leiCode", "wikidata": "wikidataId"}
#: Kind of link -> schema, property of who, property of whom.
_LINKS = {
    "owns": ("Ownership", "owner", "asset"),
    "directs": ("Directorship", "director", "organization"),
    "represents": ("Representation", "agent", "client"),
    "part-of": ("Membership", "member", "organization"),
}
_UNKNOWN = ("UnknownLink", "subject", "object")
#: Links of which a relation keeps only a part: they are read, but exported as another schema.
_LOSSY = {
    "Employment": ("part-of", "employee", "employer"),
    "Payment": ("linked", "payer", "beneficiary"),
    "Debt": ("linked", "debtor", "creditor"),
    "Succession": ("linked", "successor", "predecessor"),
}
LOSSY_SCHEMATA = frozenset(_LOSSY)
#: Everything that is read as a link: schema -> kind, property of who, property of whom.
ENDS = {
    **{schema: (kind, who, whom) for kind, (schema, who, whom) in _LINKS.items()},
    _UNKNOWN[0]: ("linked", *_UNKNOWN[1:]),
    **_LOSSY,
}
LINK_SCHEMATA = frozenset(ENDS)
_ROLES = frozenset(
    {"owns", "controls", "directs", "supplies", "funds", "commands", "part-of", "represents"}
)


def schema_of(actor: Actor) -> str:
    """Return the schema of an actor."""
    return _SCHEMATA.get(actor.kind, "Organization")


def actor_out(id_: str, actor: Actor, names: EntityNames) -> Entity:
    """Return the entity of an actor; a person's has names, country, role and website only."""
    properties = names_out(actor.names) | {
        "country": actor.country and actor.country.lower(),
        "website": actor.address,
        "proof": names.proofs(actor.evidence),
    }
    properties |= {name: outside_ids(actor, scheme) for scheme, name in _REGISTERS.items()}
    if actor.kind == "person":
        return built(id_, "Person", properties | {"position": actor.public_role})
    own = actor.kind if actor.kind in _ORGANISATIONS else None
    more = {"classification": own, "registrationNumber": actor.registered}
    return built(id_, schema_of(actor), properties | more)


def actor_in(entity: Entity, resolver: Resolver) -> Fields:
    """Return the fields of an actor.

    Raises:
        InputError: if it is a person without a public role; see `rules`.
    """
    kind = _KINDS[entity.schema]
    if entity.schema == "Organization" and entity.first("classification") in _ORGANISATIONS:
        kind = entity.first("classification")
    person = kind == "person"
    role = _role(entity, resolver) if person else ""
    if person and not role:
        raise InputError(
            _("a person is an actor in a public role only: say which; others are sources, or not "
              "in the case"),
            where=entity.id,
        )  # fmt: skip
    country = entity.first("country", "jurisdiction", "mainCountry").upper()
    # Nothing else is read of a person: no birth, origin, belief, document, address or sanction.
    return {
        "names": names_in(entity),
        "kind": kind,
        "country": country if len(country) == 2 else "",
        "public_role": role,
        "registered": "" if person else one_line(entity.first("registrationNumber")),
        "address": one_line(entity.first("website")),
        "statements": [] if person else _sanctions(entity, resolver),
        "evidence": evidence_in(entity, resolver),
        "ids": [one for scheme, name in _REGISTERS.items() for one in ids_in(entity, scheme, name)],
    }


def _role(entity: Entity, resolver: Resolver) -> str:
    """Return the public role of a person: as stated, or made up of the posts that they hold."""
    if position := one_line(entity.first("position")):
        return position
    posts = []
    for occupancy in resolver.naming("Occupancy", entity.id):
        for post in resolver.naming("Position", occupancy.first("post")):
            since = occupancy.first("startDate", "periodStart", "electionDate")
            until = occupancy.first("endDate", "periodEnd")
            when = f" ({since}/{until})" if since or until else ""
            posts.append(one_line(post.first("name")) + when)
    return "; ".join(dict.fromkeys(posts))


def _sanctions(entity: Entity, resolver: Resolver) -> list[Fields]:
    """Return the sanctions on an actor as statements, each with its entity as evidence."""
    return [
        without_empty(
            {
                "says": "Sanction: " + "; ".join(dict.fromkeys(
                    text for name in ("authority", "program", "provisions", "status", "reason")
                    for one in sanction.all(name) if (text := one_line(one))
                )),
                "confidence": "single-source",
                "evidence": [from_this_file(sanction)],
                "from_date": day_in(sanction.first("startDate", "listingDate", "date")),
                "to_date": day_in(sanction.first("endDate")),
            }
        )
        for sanction in resolver.naming("Sanction", entity.id)
    ]  # fmt: skip


def relation_out(id_: str, relation: Relation, names: EntityNames) -> Entity:
    """Return the entity of a link: an UnknownLink if the schema does not allow one of its ends."""
    schema, who, whom = _LINKS.get(relation.kind, _UNKNOWN)
    for end, ref in ((who, relation.from_actor), (whom, relation.to_actor)):
        range_ = the_schema(schema).properties[end].range
        actor_schema = names.schema(ref) or "Thing"
        if range_ and not the_schema(actor_schema).is_a(range_):
            schema, who, whom = _UNKNOWN  # such as a public body that is owned
    properties: dict[str, Any] = {
        who: names.of(relation.from_actor),
        whom: names.of(relation.to_actor),
        "role": relation.kind if schema == _UNKNOWN[0] else None,
        "startDate": day_out(relation.from_date),
        "endDate": day_out(relation.to_date),
        "summary": relation.says,
        "description": confidence_out(relation.confidence),
        "proof": names.proofs(relation.evidence),
    }
    if schema == "Ownership" and relation.percent is not None:
        properties["percentage"] = f"{relation.percent:f}"
    return built(id_, schema, properties)


def relation_in(entity: Entity, resolver: Resolver) -> Fields:
    """Return the fields of a link."""
    kind, who, whom = ENDS[entity.schema]
    if entity.schema == _UNKNOWN[0] and entity.first("role") in _ROLES:
        kind = entity.first("role")
    percent = entity.first("percentage").rstrip("% ").strip()
    says: Callable[[Entity], str] = _SAYS.get(entity.schema, lambda one: one.first("summary"))
    return {
        "from_actor": ref_in(entity, who, resolver),
        "kind": kind,
        "to_actor": ref_in(entity, whom, resolver),
        "confidence": confidence_in(entity),
        "percent": percent if percent.replace(".", "", 1).isdigit() else "",
        "says": says(entity),
        "from_date": day_in(entity.first("startDate", "date")),
        "to_date": day_in(entity.first("endDate")),
        "evidence": evidence_in(entity, resolver),
    }


def _said_in(*names: str) -> Callable[[Entity], str]:
    """Return a function that puts the schema, amount and given properties of a link into words."""

    def says(entity: Entity) -> str:
        amount = " ".join(filter(None, (entity.first("amount"), entity.first("currency"))))
        texts = [amount, *(one_line(one) for name in names for one in entity.all(name))]
        return f"{entity.schema}: " + "; ".join(dict.fromkeys(text for text in texts if text))

    return says


_SAYS = {
    "Employment": _said_in("role", "status", "summary"),
    "Payment": _said_in("purpose", "programme", "summary"),
    "Debt": _said_in("summary"),
    "Succession": _said_in("role", "summary"),
}
