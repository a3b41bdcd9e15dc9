"""FollowTheMoney files: a case opens in OpenAleph, and what was done there comes back."""

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.dossier.formats.followthemoney import actors, papers, vocabulary
from contrechamp.dossier.formats.followthemoney.entities import (
    WITH,
    from_entity,
    is_document,
    is_read,
    to_entities,
)
from contrechamp.dossier.formats.followthemoney.model import (
    SCHEME,
    Around,
    Entity,
    Fields,
    Names,
    from_this_file,
    outside,
    overlaid,
)
from contrechamp.dossier.formats.followthemoney.statements import (
    COLUMNS,
    as_line,
    entities,
    fits,
    statements,
)
from contrechamp.dossier.formats.read.drafts import Desk, Draft, Format, Notice, Problem, Read
from contrechamp.dossier.formats.read.source_file import Given
from contrechamp.dossier.formats.write.outgoing import Outgoing
from contrechamp.dossier.permission import consent, releasing
from contrechamp.dossier.permission.standing import Standings
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.lookup import SUBJECT, Stored
from contrechamp.dossier.reading.view import View
from contrechamp.dossier.records.actors import Actor, Relation
from contrechamp.dossier.records.field_types import ITEM, Evidence, Record
from contrechamp.dossier.records.kinds import class_of
from contrechamp.dossier.records.schema import from_json
from contrechamp.dossier.records.testimony import Exhibit
from contrechamp.dossier.writing import index

ENTITIES, STATEMENTS = "entities.ftm.json", "statements.csv"
_OWN_ID = re.compile(r"[0-9a-f]{16}")
#: What was refuted or withdrawn as a whole, or is held without consent.
_FALLEN = frozenset({"refuted", "withdrawn", "no-consent", "consent-withdrawn"})
_LICENCE_ROLES = (papers.EXPORTER, papers.END_USER)


class _Survey:
    """What of a file has to be known before its entities can be read one by one."""

    def __init__(self, given: Given, desk: Desk) -> None:
        self.view = View(desk.case)
        self._desk = desk
        self._by: dict[tuple[str, str], list[Entity]] = defaultdict(list)
        self.here: set[str] = set()  # will be records
        self.left: set[str] = set()  # will be none
        self._actors: set[str] = set()
        self._people: set[str] = set()
        self.of_licences: set[str] = set()
        self.lost: Counter[str] = Counter()
        licences: set[str] = set()
        ends: list[Entity] = []
        homes: set[str] = set()
        for _where, found in entities(given):
            if isinstance(found, InputError):
                continue
            if found.schema in WITH:
                for name in found.all(WITH[found.schema]):
                    self._by[found.schema, name].append(found)
            elif found.schema == "Position":
                self._by[found.schema, found.id].append(found)
            elif is_read(found):
                self.here.add(found.id)
            else:
                self.left.add(found.id)
            if found.schema in actors.ACTOR_SCHEMATA:
                (self._people if found.schema == "Person" else self._actors).add(found.id)
            if found.schema == "License":
                licences.add(found.id)
            elif found.schema == "Person":  # where a person lives is nobody's business
                homes.update(found.all("addressEntity"))
            elif found.schema == "UnknownLink" and found.first("role") in _LICENCE_ROLES:
                ends.append(found)
        for link in ends:
            if link.first("object") in licences:
                self._by["License", link.first("object")].append(link)
                self.of_licences.add(link.id)
        self.here -= homes
        self.left |= homes
        self.around = Around(self.ref, self.optional, self.by)

    def id_of(self, name: str) -> str:
        return name if _OWN_ID.fullmatch(name) else self._desk.id(SCHEME, name)

    def ref(self, name: str) -> str:
        return SUBJECT + self.id_of(name)

    def optional(self, name: str) -> str:
        if self.is_item(name):
            return f"{ITEM}/{name}"
        id_ = self.id_of(name)
        if name in self.here or self.view.kind(id_) is not None:
            return SUBJECT + id_
        self.lost[name] += 1
        return ""

    def by(self, schema: str, name: str) -> Sequence[Entity]:
        return self._by.get((schema, name), ())

    def is_item(self, name: str) -> bool:
        """Return whether an entity stands for an item of this case."""
        return _OWN_ID.fullmatch(name) is not None and self.view.has_item(name)

    def is_left(self, entity: Entity) -> bool:
        """Return whether an entity is left out: itself, or with what it is about."""
        if entity.schema in WITH:
            about = entity.first(WITH[entity.schema])
            if entity.schema == "Sanction":  # of persons none is taken
                return about not in self._actors
            return about not in self.here
        if entity.schema in actors.LINK_SCHEMATA:
            _kind, *ends = actors.ENDS[entity.schema]
            named = [entity.first(end) for end in ends]
            return (
                any(
                    name in self.left
                    or (name in self.here and name not in self._actors and name not in self._people)
                    for name in named
                )
                and entity.id not in self.of_licences
            )
        return entity.id in self.left and entity.schema != "Position"


def read(given: Given, desk: Desk) -> Iterator[Read]:
    """Yield the records of entities; what the dossier has no kind for is told by count."""
    survey = _Survey(given, desk)
    left: Counter[str] = Counter()
    for where, found in entities(given):
        if isinstance(found, InputError):
            yield Problem(found)
        elif vocabulary.schema(found.schema) is None:
            yield Problem(InputError(_("there is no such schema in FollowTheMoney"), where=where))
        elif survey.is_left(found):
            left[found.schema] += 1
        elif found.id in survey.here and found.id not in survey.of_licences:
            if is_document(found.schema) and survey.is_item(found.id):
                continue  # it stands for an item that is here
            try:
                yield _draft(found, where, desk, survey)
            except InputError as error:
                yield Problem(error)
    for schema, many in sorted(left.items()):
        told = _("left out: {count} of {schema}, for which there is no kind of record")
        yield Notice(given.name, told.format(count=many, schema=schema))
    if survey.lost:
        told = _("left out: {count} that are named, and are neither in the file nor in the case")
        yield Notice(given.name, told.format(count=len(survey.lost)))


FORMAT = Format(fits, read)


def _draft(entity: Entity, where: str, desk: Desk, survey: _Survey) -> Draft:
    kind, told = from_entity(entity, survey.around)
    id_ = survey.id_of(entity.id)
    current = lookup.find(desk.case, id_)
    if current is None:
        if not _OWN_ID.fullmatch(entity.id):
            lossy = entity.schema in actors.LOSSY_SCHEMATA
            # Not its name when it goes out: it is something else then, and the two would clash.
            scheme = f"{SCHEME}-{entity.schema.lower()}" if lossy else SCHEME
            told["ids"] = [{"scheme": scheme, "id": entity.id}, *told.get("ids", [])]
        if kind == "relation":
            told["evidence"] = [from_this_file(entity), *told.get("evidence", [])]
    elif current.kind == kind:
        told = _patched(current.id, current.record, told, survey)
    record = from_json(class_of(kind), told, where=f"{where}: {entity.schema}")
    return Draft(record, id_, where, entity.id)


def _patched(id_: str, current: Record, told: Fields, survey: _Survey) -> Fields:
    """Return a record that is here with what an entity tells otherwise than its own entity."""
    if isinstance(current, Exhibit):  # its item and its place here are not the file's to say
        own = papers.document_out(id_, current, "", "")
        _kind, was = from_entity(own, survey.around)
        for fields in (was, told):
            for name in ("item", "place"):
                fields.pop(name, None)
        return overlaid(current, was, told)
    names = Names(
        lambda ref: name_of(survey.view, ref), lambda ref: schema_of(survey.view, ref), lambda _: []
    )
    own, *others = to_entities(name_of(survey.view, SUBJECT + id_), current, names)
    mine: dict[tuple[str, str], list[Entity]] = defaultdict(list)
    for other in others:
        about = other.first(WITH.get(other.schema, "object"))
        mine[(WITH.get(other.schema) and other.schema) or "License", about].append(other)
    around = Around(survey.ref, survey.optional, lambda schema, name: mine.get((schema, name), []))
    _kind, was = from_entity(own, around)
    cited = {ref for _path, ref in index.references(current)}  # pictures of a visit, too
    evidence = [one for one in told.get("evidence", []) if one["ref"] not in cited]
    return overlaid(current, was, told | {"evidence": evidence})


def name_of(view: View, ref: str) -> str:
    """Return what the entity of a record is called: as it was where it came from."""
    record = view.record(lookup.id_of(ref))
    names = outside(record, SCHEME) if record is not None else []
    return next(iter(names), lookup.id_of(ref))


def schema_of(view: View, ref: str) -> str:
    """Return what an actor is there; "" if there is no such actor."""
    record = view.record(lookup.id_of(ref))
    return actors.schema_of(record) if isinstance(record, Actor) else ""


class _Going:
    """What of a case goes out, and which documents stand for exhibits and items."""

    def __init__(self, outgoing: Outgoing) -> None:
        self._outgoing, self._view = outgoing, outgoing.view
        self._standings = Standings(outgoing.whole, outgoing.day)
        self._may: dict[str, bool] = {}
        self._items: dict[str, None] = {}
        self._names = Names(
            lambda ref: name_of(self._view, ref),
            lambda ref: schema_of(self._view, ref),
            self._proofs,
        )

    def entities(self, stored: Stored) -> tuple[list[Entity], str]:
        """Return the entities of a record; why there is none, with a place for its kind."""
        record, called = stored.record, name_of(self._view, stored.ref)
        if not self._stands(stored.ref):
            return [], _("{kind}: refuted or withdrawn")
        ends = (record.from_actor, record.to_actor) if isinstance(record, Relation) else ()
        if not all(map(self._goes, ends)):
            return [], _("{kind}: an end of it stays")
        if isinstance(record, Exhibit):
            place = self._names.of(record.place) if record.place else ""
            name = self._file_name(record.item)
            return [papers.document_out(called, record, name, place)], ""
        found = list(to_entities(called, record, self._names))
        return found, _("{kind}: FollowTheMoney has no place for it, or it does not leave so")

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
            # What a source gave goes as its exhibit or not at all: that is what is logged.
            given = consent.sources_of(self._outgoing.whole, item)
            self._may[item] = not given and releasing.may_leave(self._standings, item)
        return self._may[item]

    def _proofs(self, evidence: Sequence[Evidence]) -> list[str]:
        """Return the documents that stand for evidence; items among them are remembered."""
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
    """Write entities, one a line, and statements with where each comes from.

    Nobody who told or gave anything leaves: sources, consents and testimonies have no place here,
    and neither have observers. Exhibits leave as documents without content or hash, and so do
    items that are released. What was refuted or withdrawn stays: nothing there would say so.
    """
    going = _Going(outgoing)
    with (
        (folder / ENTITIES).open("w", encoding="utf-8") as lines,
        (folder / STATEMENTS).open("w", encoding="utf-8", newline="") as table,
    ):
        rows = csv.writer(table, dialect=csv.unix_dialect)
        rows.writerow(COLUMNS)

        def put(entity: Entity, origin: str, first_seen: str | None) -> None:
            lines.write(as_line(entity) + "\n")
            rows.writerows(statements(entity, origin=origin, first_seen=first_seen))

        for stored in outgoing.records():
            found, told = going.entities(stored)
            if not found:
                outgoing.left_out[told.format(kind=stored.kind)] += 1
                outgoing.given.pop(stored.id, None)
            for entity in found:
                put(entity, f"{stored.ref} version {stored.version}", stored.at)
        for ref, entity in going.items():
            put(entity, ref, None)
