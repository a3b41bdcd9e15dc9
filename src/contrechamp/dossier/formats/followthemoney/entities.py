"""Records as FollowTheMoney entities and back: which kind corresponds to which schema.

What FollowTheMoney has no place for stays in the record: an entity changes in a record of the case
only what the record would be exported with.
"""

from collections.abc import Iterator

from contrechamp.dossier.formats.followthemoney import (
    actors,
    papers,
    places_and_systems,
    vocabulary,
)
from contrechamp.dossier.formats.followthemoney.model import Entity, EntityNames, Fields, Resolver
from contrechamp.dossier.formats.read.drafts import without_empty
from contrechamp.dossier.records.actors import Actor, Relation
from contrechamp.dossier.records.contracts import Contract, Licence, Tender
from contrechamp.dossier.records.field_types import Record
from contrechamp.dossier.records.fieldwork import Observation, Place
from contrechamp.dossier.records.systems import Deployment

#: Schemata that are read as part of another entity -> the property that names it.
PART_OF = {
    "ContractAward": "contract",
    "ProjectParticipant": "project",
    "Sanction": "entity",
    "Occupancy": "holder",
}
#: Kinds of documents that only hold others.
_CONTAINERS = frozenset({"Folder", "Package"})
_PLAIN = {
    "CallForTenders": ("tender", papers.tender_in),
    "Contract": ("contract", papers.contract_in),
    "License": ("licence", papers.licence_in),
    "Address": ("place", places_and_systems.place_in),
    "Event": ("observation", places_and_systems.observation_in),
    "Project": ("deployment", places_and_systems.deployment_in),
}


def to_entities(id_: str, record: Record, names: EntityNames) -> Iterator[Entity]:
    """Yield the entities of a record; none if FollowTheMoney has no place for it.

    Args:
        id_: of the first entity.
        record: whose observers, contacts, notes and closed fields are left out.
        names: of what it refers to.
    """
    if isinstance(record, Actor):
        yield actors.actor_out(id_, record, names)
    elif isinstance(record, Relation):
        yield actors.relation_out(id_, record, names)
    elif isinstance(record, Tender):
        yield papers.tender_out(id_, record, names)
    elif isinstance(record, Contract):
        yield from papers.contract_out(id_, record, names)
    elif isinstance(record, Licence):
        yield from papers.licence_out(id_, record, names)
    elif isinstance(record, Place):
        yield places_and_systems.place_out(id_, record, names)
    elif isinstance(record, Observation):
        yield places_and_systems.observation_out(id_, record, names)
    elif isinstance(record, Deployment):
        yield from places_and_systems.deployment_out(id_, record, names)


def from_entity(entity: Entity, resolver: Resolver) -> tuple[str, Fields]:
    """Return the kind of record that an entity becomes, and its fields as JSON.

    Args:
        entity: one that `is_read`.
        resolver: of its references.

    Raises:
        InputError: if it is a person without a public role; see `rules`.
    """
    if entity.schema in actors.ACTOR_SCHEMATA:
        return "actor", without_empty(actors.actor_in(entity, resolver))
    if entity.schema in actors.LINK_SCHEMATA:
        return "relation", without_empty(actors.relation_in(entity, resolver))
    if entity.schema in _PLAIN:
        kind, read = _PLAIN[entity.schema]
        return kind, without_empty(read(entity, resolver))
    assert is_document(entity.schema)  # noqa: S101
    return "exhibit", without_empty(papers.document_in(entity, resolver))


def is_read(entity: Entity) -> bool:
    """Return whether an entity becomes a record of its own."""
    if entity.schema == "Address":
        return places_and_systems.is_place(entity)
    if entity.schema == "Project":
        return places_and_systems.is_system(entity)
    return (
        entity.schema in actors.ACTOR_SCHEMATA
        or entity.schema in actors.LINK_SCHEMATA
        or entity.schema in _PLAIN
        or is_document(entity.schema)
    )


def is_document(schema: str) -> bool:
    """Return whether entities of a schema are documents, and not only containers of them."""
    found = vocabulary.schema(schema)
    return found is not None and found.is_a("Document") and schema not in _CONTAINERS
