"""Records as FollowTheMoney entities and back: what stands where in both.

What FollowTheMoney has no place for stays in the record: of a record that is in the case, an entity
changes no more than what the record itself says as an entity.
"""

from collections.abc import Iterator

from contrechamp.dossier.formats.followthemoney import actors, papers, things, vocabulary
from contrechamp.dossier.formats.followthemoney.model import Around, Entity, Fields, Names
from contrechamp.dossier.records.actors import Actor, Contract, Licence, Relation, Tender
from contrechamp.dossier.records.field_types import Record
from contrechamp.dossier.records.fieldwork import Observation, Place
from contrechamp.dossier.records.systems import Deployment

#: Entities that are read with the one that a property of theirs names.
WITH = {
    "ContractAward": "contract",
    "ProjectParticipant": "project",
    "Sanction": "entity",
    "Occupancy": "holder",
}
#: Containers of documents, and what says nothing by itself.
_NO_DOCUMENTS = frozenset({"Folder", "Package"})
_PLAIN = {
    "CallForTenders": ("tender", papers.tender_in),
    "Contract": ("contract", papers.contract_in),
    "License": ("licence", papers.licence_in),
    "Address": ("place", things.place_in),
    "Event": ("observation", things.observation_in),
    "Project": ("deployment", things.deployment_in),
}


def to_entities(id_: str, record: Record, names: Names) -> Iterator[Entity]:
    """Yield the entities that a record is; none if FollowTheMoney has no place for it.

    Args:
        id_: what the entity is called.
        record: what it says. Observers, contacts, notes and all that is closed stay behind.
        names: what else is called there.
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
        yield things.place_out(id_, record, names)
    elif isinstance(record, Observation):
        yield things.observation_out(id_, record, names)
    elif isinstance(record, Deployment):
        yield from things.deployment_out(id_, record, names)


def from_entity(entity: Entity, around: Around) -> tuple[str, Fields]:
    """Return the kind, and the fields as JSON, that an entity stands for.

    Args:
        entity: to be read, one of which `is_read` says so.
        around: what else the file says.

    Raises:
        InputError: if it is a person without a public role; see `rules`.
    """
    if entity.schema in actors.ACTOR_SCHEMATA:
        return "actor", actors.actor_in(entity, around)
    if entity.schema in actors.LINK_SCHEMATA:
        return "relation", actors.relation_in(entity, around)
    if entity.schema in _PLAIN:
        kind, read = _PLAIN[entity.schema]
        return kind, read(entity, around)
    assert is_document(entity.schema)  # noqa: S101
    return "exhibit", papers.document_in(entity, around)


def is_read(entity: Entity) -> bool:
    """Return whether an entity is read as a record of its own."""
    if entity.schema == "Address":
        return things.is_place(entity)
    if entity.schema == "Project":
        return things.is_system(entity)
    return (
        entity.schema in actors.ACTOR_SCHEMATA
        or entity.schema in actors.LINK_SCHEMATA
        or entity.schema in _PLAIN
        or is_document(entity.schema)
    )


def is_document(schema: str) -> bool:
    """Return whether entities of a schema are documents."""
    found = vocabulary.schema(schema)
    return found is not None and found.is_a("Document") and schema not in _NO_DOCUMENTS
