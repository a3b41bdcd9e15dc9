"""Actors and the links between them as FollowTheMoney entities, and back."""

from collections.abc import Callable
from typing import Any

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.dossier.formats.followthemoney.model import (
    Around,
    Entity,
    Fields,
    Names,
    built,
    confidence_in,
    confidence_out,
    day_in,
    day_out,
    evidence_in,
    from_this_file,
    given,
    ids_in,
    line,
    names_in,
    names_out,
    outside,
    ref_in,
)
from contrechamp.dossier.formats.followthemoney.vocabulary import the_schema
from contrechamp.dossier.records.actors import Actor, Relation

#: Kinds of actors that are an Organization there; told by its classification.
_ORGANISATIONS = ("unit", "international-body", "state")
_SCHEMATA = {
    "company": "Company",
    "public-body": "PublicBody",
    "organisation": "Organization",
    "person": "Person",
}
_KINDS = {schema: kind for kind, schema in _SCHEMATA.items()} | {"LegalEntity": "organisation"}
ACTOR_SCHEMATA = frozenset(_KINDS)
#: What an actor is called in other registers, and the property that says so.
_REGISTERS = {"lei": "leiCode", "wikidata": "wikidataId"}
#: Kind of link -> schema, property of who, property of whom.
_LINKS = {
    "owns": ("Ownership", "owner", "asset"),
    "directs": ("Directorship", "director", "organization"),
    "represents": ("Representation", "agent", "client"),
    "part-of": ("Membership", "member", "organization"),
}
_UNKNOWN = ("UnknownLink", "subject", "object")
#: Links of which we keep less than they say: they are read, and go out as what our record is.
_LOSSY = {
    "Employment": ("part-of", "employee", "employer"),
    "Payment": ("linked", "payer", "beneficiary"),
    "Debt": ("linked", "debtor", "creditor"),
    "Succession": ("linked", "successor", "predecessor"),
}
LOSSY_SCHEMATA = frozenset(_LOSSY)
#: What can be read as a link: schema -> kind, property of who, property of whom.
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
    """Return what an actor is there."""
    return _SCHEMATA.get(actor.kind, "Organization")


def actor_out(id_: str, actor: Actor, names: Names) -> Entity:
    """Return the entity of an actor: of a person names, country, role and website only."""
    properties = names_out(actor.names) | {
        "country": actor.country and actor.country.lower(),
        "website": actor.address,
        "proof": names.proofs(actor.evidence),
    }
    properties |= {name: outside(actor, scheme) for scheme, name in _REGISTERS.items()}
    if actor.kind == "person":
        return built(id_, "Person", properties | {"position": actor.public_role})
    own = actor.kind if actor.kind in _ORGANISATIONS else None
    more = {"classification": own, "registrationNumber": actor.registered}
    return built(id_, schema_of(actor), properties | more)


def actor_in(entity: Entity, around: Around) -> Fields:
    """Return the fields of an actor.

    Raises:
        InputError: if it is a person without a public role; see `rules`.
    """
    kind = _KINDS[entity.schema]
    told = entity.first("classification")
    if entity.schema == "Organization" and told in _ORGANISATIONS:
        kind = told
    person = kind == "person"
    role = _role(entity, around) if person else ""
    if person and not role:
        raise InputError(
            _("a person is an actor in a public role only: say which; others are sources, or not "
              "in the case"),
            where=entity.id,
        )  # fmt: skip
    country = entity.first("country", "jurisdiction", "mainCountry").upper()
    # Of a person nothing else is taken: no birth, origin, belief, document, address or sanction.
    return given(
        {
            "names": names_in(entity),
            "kind": kind,
            "country": country if len(country) == 2 else "",
            "public_role": role,
            "registered": "" if person else line(entity.first("registrationNumber")),
            "address": line(entity.first("website")),
            "statements": [] if person else _sanctions(entity, around),
            "evidence": evidence_in(entity, around),
            "ids": [
                one for scheme, name in _REGISTERS.items() for one in ids_in(entity, scheme, name)
            ],
        }
    )


def _role(entity: Entity, around: Around) -> str:
    """Return the public role of a person: as it is told, or the posts that the person holds."""
    if told := line(entity.first("position")):
        return told
    posts = []
    for held in around.by("Occupancy", entity.id):
        for post in around.by("Position", held.first("post")):
            since = held.first("startDate", "periodStart", "electionDate")
            until = held.first("endDate", "periodEnd")
            when = f" ({since}/{until})" if since or until else ""
            posts.append(line(post.first("name")) + when)
    return "; ".join(dict.fromkeys(posts))


def _sanctions(entity: Entity, around: Around) -> list[Fields]:
    """Return the sanctions on an actor as statements: what a list says, and where it says so."""
    return [
        given(
            {
                "says": "Sanction: " + "; ".join(dict.fromkeys(
                    text for name in ("authority", "program", "provisions", "status", "reason")
                    for one in sanction.all(name) if (text := line(one))
                )),
                "confidence": "single-source",
                "evidence": [from_this_file(sanction)],
                "from_date": day_in(sanction.first("startDate", "listingDate", "date")),
                "to_date": day_in(sanction.first("endDate")),
            }
        )
        for sanction in around.by("Sanction", entity.id)
    ]  # fmt: skip


def relation_out(id_: str, relation: Relation, names: Names) -> Entity:
    """Return the entity of a link: an unknown one where an end has no place in that schema."""
    schema, who, whom = _LINKS.get(relation.kind, _UNKNOWN)
    for end, ref in ((who, relation.from_actor), (whom, relation.to_actor)):
        range_ = the_schema(schema).properties[end].range
        there = names.schema(ref) or "Thing"
        if range_ and not the_schema(there).is_a(range_):
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


def relation_in(entity: Entity, around: Around) -> Fields:
    """Return the fields of a link."""
    kind, who, whom = ENDS[entity.schema]
    if entity.schema == _UNKNOWN[0] and entity.first("role") in _ROLES:
        kind = entity.first("role")
    percent = entity.first("percentage").rstrip("% ").strip()
    says: Callable[[Entity], str] = _SAYS.get(entity.schema, lambda one: one.first("summary"))
    return given(
        {
            "from_actor": ref_in(entity, who, around),
            "kind": kind,
            "to_actor": ref_in(entity, whom, around),
            "confidence": confidence_in(entity),
            "percent": percent if percent.replace(".", "", 1).isdigit() else "",
            "says": says(entity),
            "from_date": day_in(entity.first("startDate", "date")),
            "to_date": day_in(entity.first("endDate")),
            "evidence": evidence_in(entity, around),
        }
    )


def _told(*names: str) -> Callable[[Entity], str]:
    """Return a reader of a link of which we have no kind: what it is, and what it says."""

    def says(entity: Entity) -> str:
        amount = " ".join(filter(None, (entity.first("amount"), entity.first("currency"))))
        texts = [amount, *(line(one) for name in names for one in entity.all(name))]
        return f"{entity.schema}: " + "; ".join(dict.fromkeys(text for text in texts if text))

    return says


_SAYS = {
    "Employment": _told("role", "status", "summary"),
    "Payment": _told("purpose", "programme", "summary"),
    "Debt": _told("summary"),
    "Succession": _told("role", "summary"),
}
