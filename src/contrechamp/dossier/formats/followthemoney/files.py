"""Import and export of FollowTheMoney files: a case opens in OpenAleph, and changes come back."""

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _, ngettext
from contrechamp.base.spreadsheets import visible
from contrechamp.dossier.formats.followthemoney import actors, papers, vocabulary
from contrechamp.dossier.formats.followthemoney.entities import (
    PART_OF,
    from_entity,
    is_document,
    is_read,
    to_entities,
)
from contrechamp.dossier.formats.followthemoney.model import (
    SCHEME,
    Entity,
    EntityNames,
    Fields,
    Resolver,
    from_this_file,
    outside_ids,
    overlaid,
    with_standing,
)
from contrechamp.dossier.formats.followthemoney.statements import (
    COLUMNS,
    as_line,
    entities,
    fits,
    statements,
)
from contrechamp.dossier.formats.read.drafts import (
    Draft,
    ImportContext,
    ImportNotice,
    Read,
    Reader,
    attempt,
)
from contrechamp.dossier.formats.read.source_file import SourceFile
from contrechamp.dossier.formats.write.outgoing import Outgoing
from contrechamp.dossier.formats.write.standing_text import StandingText
from contrechamp.dossier.permission import consent, releasing
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.lookup import SUBJECT, Stored
from contrechamp.dossier.reading.view import View
from contrechamp.dossier.records.actors import Actor, Relation
from contrechamp.dossier.records.field_types import ITEM, Evidence, Record
from contrechamp.dossier.records.kinds import class_of, kind_of
from contrechamp.dossier.records.schema import from_json
from contrechamp.dossier.records.testimony import Exhibit
from contrechamp.dossier.writing import index

ENTITIES, STATEMENTS = "entities.ftm.json", "statements.csv"
_OWN_ID = re.compile(r"[0-9a-f]{16}")
#: Flags of what was refuted or withdrawn as a whole, or has no consent.
_FALLEN = frozenset({"refuted", "withdrawn", "no-consent", "consent-withdrawn"})
_LICENCE_ROLES = (papers.EXPORTER, papers.END_USER)


class _FirstPass:
    """What has to be known of a whole file before its entities can be read one by one."""

    def __init__(self, source: SourceFile, context: ImportContext) -> None:
        self.view = context.view()
        self._context = context
        self._entities_naming: dict[tuple[str, str], list[Entity]] = defaultdict(list)
        self.records: set[str] = set()  # ids of the entities that become records
        self.not_read: set[str] = set()  # ids of those that do not
        self._actors: set[str] = set()
        self._people: set[str] = set()
        self.licence_links: set[str] = set()
        self.unresolved: Counter[str] = Counter()
        self.inside: set[str] = set()  # ids of entities that stand only inside others
        every: set[str] = set()
        licences: set[str] = set()
        ends: list[Entity] = []
        homes: set[str] = set()
        for _where, found in entities(source):
            if isinstance(found, InputError):
                continue
            self.inside.update(found.inside)
            every.add(found.id)
            if found.schema in PART_OF:
                for name in found.all(PART_OF[found.schema]):
                    self._entities_naming[found.schema, name].append(found)
            elif found.schema == "Position":
                self._entities_naming[found.schema, found.id].append(found)
            elif is_read(found):
                self.records.add(found.id)
            else:
                self.not_read.add(found.id)
            if found.schema in actors.ACTOR_SCHEMATA:
                self._actors.add(found.id)
            if found.schema == "License":
                licences.add(found.id)
            elif found.schema == "Person":  # where a person lives is nobody's business
                homes.update(found.all("addressEntity"))
                self._people.add(found.id)
            elif found.schema == "UnknownLink" and found.first("role") in _LICENCE_ROLES:
                ends.append(found)
        for link in ends:
            if link.first("object") in licences:
                self._entities_naming["License", link.first("object")].append(link)
                self.licence_links.add(link.id)
        self.inside -= every
        self.records -= homes
        self.not_read |= homes
        self.resolver = Resolver(self.ref, self.ref_if_known, self.naming)

    def id_of(self, name: str) -> str:
        return name if _OWN_ID.fullmatch(name) else self._context.id(SCHEME, name)

    def ref(self, name: str) -> str:
        return SUBJECT + self.id_of(name)

    def ref_if_known(self, name: str) -> str:
        if self.is_item(name):
            return f"{ITEM}/{name}"
        id_ = self.id_of(name)
        if name in self.records or self.view.kind(id_) is not None:
            return SUBJECT + id_
        self.unresolved[name] += 1
        return ""

    def naming(self, schema: str, name: str) -> Sequence[Entity]:
        return self._entities_naming.get((schema, name), ())

    def is_item(self, name: str) -> bool:
        """Return whether an entity is the document of an item of this case."""
        return _OWN_ID.fullmatch(name) is not None and self.view.has_item(name)

    def is_left(self, entity: Entity) -> bool:
        """Return whether an entity is left out, for itself or because what it is about is."""
        if entity.schema in PART_OF:
            about = entity.first(PART_OF[entity.schema])
            if entity.schema == "Sanction":  # those on persons are left out
                return about not in self._actors or about in self._people
            return about not in self.records
        if entity.schema in actors.LINK_SCHEMATA:
            _kind, *ends = actors.ENDS[entity.schema]
            is_left = any(
                name in self.not_read or (name in self.records and name not in self._actors)
                for name in map(entity.first, ends)
            )
            return is_left and entity.id not in self.licence_links
        return entity.id in self.not_read and entity.schema != "Position"


def read(source: SourceFile, context: ImportContext) -> Iterator[Read]:
    """Yield the records of entities, and notices of how many have no kind of record."""
    first_pass = _FirstPass(source, context)
    left: Counter[str] = Counter()
    for where, found in entities(source):
        if isinstance(found, InputError):
            yield found
        elif vocabulary.schema(found.schema) is None:
            problem = _("there is no such schema in FollowTheMoney")
            yield InputError(problem, where=where)
        elif first_pass.is_left(found):
            left[found.schema] += 1
        elif found.id in first_pass.records and found.id not in first_pass.licence_links:
            if is_document(found.schema) and first_pass.is_item(found.id):
                continue  # the case has its item
            yield attempt(_draft, found, where, context, first_pass)
    for schema, many in sorted(left.items()):
        message = _("left out: {count} of {schema}, for which there is no kind of record")
        yield ImportNotice(source.name, message.format(count=many, schema=schema))
    if first_pass.inside:
        message = ngettext(
            "left out: {count} that is written only inside another; where there is a file with "
            "each on a line of its own (entities.ftm.json), import that",
            "left out: {count} that are written only inside others; where there is a file with "
            "each on a line of its own (entities.ftm.json), import that",
            len(first_pass.inside),
        )
        yield ImportNotice(source.name, message.format(count=len(first_pass.inside)))
    if first_pass.unresolved:
        message = ngettext(
            "left out: {count} that the file names, but that is neither in it nor in the case",
            "left out: {count} that the file names, but that are neither in it nor in the case",
            len(first_pass.unresolved),
        )
        yield ImportNotice(source.name, message.format(count=len(first_pass.unresolved)))


FORMAT = Reader(fits, read)


def _draft(entity: Entity, where: str, context: ImportContext, first_pass: _FirstPass) -> Draft:
    kind, imported = from_entity(entity, first_pass.resolver)
    id_ = first_pass.id_of(entity.id)
    current = first_pass.view.record(id_)
    if current is None:
        if not _OWN_ID.fullmatch(entity.id):
            lossy = entity.schema in actors.LOSSY_SCHEMATA
            # Kept under another scheme, so that it is not exported under its old id: it would be
            # of another schema then, and the two would clash.
            scheme = f"{SCHEME}-{entity.schema.lower()}" if lossy else SCHEME
            imported["ids"] = [{"scheme": scheme, "id": entity.id}, *imported.get("ids", [])]
        needs = "evidence" in class_of(kind).rests_on and not imported.get("evidence")
        if kind == "relation" or needs:
            imported["evidence"] = [from_this_file(entity), *imported.get("evidence", [])]
    elif kind_of(current) == kind:
        imported = _patched(id_, current, imported, first_pass)
    record = from_json(class_of(kind), imported, where=f"{where}: {entity.schema}")
    return Draft(record, id_, where, entity.id)


def _patched(id_: str, current: Record, imported: Fields, first_pass: _FirstPass) -> Fields:
    """Return the fields of a record with the changes that were made to its entity elsewhere."""
    if isinstance(current, Exhibit):  # the case alone decides its item and its place
        own = papers.document_out(id_, current, "", "")
        _kind, exported = from_entity(own, first_pass.resolver)
        for fields in (exported, imported):
            for name in ("item", "place"):
                fields.pop(name, None)
        return overlaid(current, exported, imported)
    names = EntityNames(
        lambda ref: entity_id_of(first_pass.view, ref),
        lambda ref: schema_of(first_pass.view, ref),
        lambda _: [],
    )
    own, *others = to_entities(entity_id_of(first_pass.view, SUBJECT + id_), current, names)
    mine: dict[tuple[str, str], list[Entity]] = defaultdict(list)
    for other in others:
        about = other.first(PART_OF.get(other.schema, "object"))
        mine[other.schema if other.schema in PART_OF else "License", about].append(other)
    resolver = Resolver(
        first_pass.ref, first_pass.ref_if_known, lambda schema, name: mine.get((schema, name), [])
    )
    _kind, exported = from_entity(own, resolver)
    cited = {ref for _path, ref in index.references(current)}  # pictures of a visit, too
    evidence = [one for one in imported.get("evidence", []) if one["ref"] not in cited]
    return overlaid(current, exported, imported | {"evidence": evidence})


def entity_id_of(view: View, ref: str) -> str:
    """Return the entity id of a record: the one that it came with, or else the record's own."""
    record = view.record(lookup.id_of(ref))
    names = outside_ids(record, SCHEME) if record is not None else []
    return next(iter(names), lookup.id_of(ref))


def schema_of(view: View, ref: str) -> str:
    """Return the schema of an actor; "" if there is no such actor."""
    record = view.record(lookup.id_of(ref))
    return actors.schema_of(record) if isinstance(record, Actor) else ""


class _EntityWriter:
    """Makes the entities of an export, and the documents that stand for exhibits and items."""

    def __init__(self, outgoing: Outgoing) -> None:
        self._outgoing, self._view = outgoing, outgoing.view
        self._standing = StandingText(outgoing)
        self._standings = self._standing.standings
        self._may: dict[str, bool] = {}
        self._items: dict[str, None] = {}
        self._names = EntityNames(
            lambda ref: entity_id_of(self._view, ref),
            lambda ref: schema_of(self._view, ref),
            self._proofs,
        )

    def each(self, records: Iterable[Stored]) -> Iterator[Stored]:
        """Yield records that are about to be written, see `Standings.each`."""
        return self._standing.each(records)

    def entities(self, stored: Stored) -> tuple[list[Entity], str]:
        """Return the entities of a record, and why there are none, with a gap for its kind."""
        record, id_ = stored.record, entity_id_of(self._view, stored.ref)
        if not self._stands(stored.ref):
            return [], _("{kind}: refuted or withdrawn")
        ends = (record.from_actor, record.to_actor) if isinstance(record, Relation) else ()
        if not all(map(self._goes, ends)):
            return [], _("{kind}: one of its ends stays in the case")
        if isinstance(record, Exhibit):
            place = self._names.of(record.place) if record.place else ""
            name = self._file_name(record.item)
            document = papers.document_out(id_, record, name, place)
            return [with_standing(document, self._standing.lines(stored))], ""
        found = list(to_entities(id_, record, self._names))
        if found:  # the first is the record's own
            found[0] = with_standing(found[0], self._standing.lines(stored))
        return found, _("{kind}: FollowTheMoney has no place for it, or it may not leave this way")

    def items(self) -> Iterator[tuple[str, Entity]]:
        """Yield the documents of the items that were named as proof."""
        for ref in self._items:
            yield ref, papers.document_out(lookup.id_of(ref), None, self._file_name(ref), "")

    def _stands(self, ref: str) -> bool:
        return not any(flag.code in _FALLEN and not flag.at for flag in self._standings.of(ref))

    def _goes(self, ref: str) -> bool:
        return self._view.record(lookup.id_of(ref)) is not None and self._stands(ref)

    def _may_leave(self, item: str) -> bool:
        if item not in self._may:
            # What a source gave leaves as its exhibit or not at all, because exhibits are logged.
            source = consent.sources_of(self._outgoing.full_view, item)
            self._may[item] = not source and releasing.is_released(self._standings, item)
        return self._may[item]

    def _proofs(self, evidence: Sequence[Evidence]) -> list[str]:
        """Return the ids of the documents for some evidence, remembering the items among them."""
        found = []
        for one in evidence:
            if one.ref.startswith(f"{ITEM}/"):
                if self._may_leave(one.ref):
                    self._items[one.ref] = None
                    found.append(lookup.id_of(one.ref))
            elif self._view.kind(lookup.id_of(one.ref)) == "exhibit" and self._goes(one.ref):
                found.append(self._names.of(one.ref))
        return found

    def _file_name(self, item: str) -> str:
        state = lookup.item_state(self._outgoing.case, lookup.id_of(item))
        return str(state.get("name", "")) if state is not None and self._may_leave(item) else ""


def write(outgoing: Outgoing, folder: Path) -> None:
    """Write entities, one a line, and a table of statements with their origins.

    Sources, consents, testimonies and observers do not leave. Exhibits and released items leave as
    documents without content or hash. What was refuted or withdrawn stays, because nothing in the
    format would say so.
    """
    writer = _EntityWriter(outgoing)
    with (
        (folder / ENTITIES).open("w", encoding="utf-8") as lines,
        (folder / STATEMENTS).open("w", encoding="utf-8", newline="") as table,
    ):
        rows = csv.writer(table, dialect=csv.unix_dialect)
        rows.writerow(COLUMNS)

        def put(entity: Entity, origin: str, first_seen: str | None) -> None:
            lines.write(as_line(entity) + "\n")
            for row in statements(entity, origin=origin, first_seen=first_seen):
                rows.writerow([visible(text) for text in row])

        for stored in writer.each(outgoing.records()):
            found, reason = writer.entities(stored)
            if not found:
                outgoing.left_out[reason.format(kind=stored.kind)] += 1
                outgoing.from_sources.pop(stored.id, None)
            for entity in found:
                put(entity, f"{stored.ref} version {stored.version}", stored.at)
        for ref, entity in writer.items():
            put(entity, ref, None)
