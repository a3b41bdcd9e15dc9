"""Proposals of which actors are entities in reference data on this machine, by name alone.

The names of actors are compared with those of the entities in a FollowTheMoney export, such as
OpenSanctions'. Persons are skipped on both sides, and nothing but names is looked at. Nothing is
written until a person confirms or rejects a proposal.
"""

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from typing import Literal, TypeAlias

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.base.json_text import json_text
from contrechamp.dossier.formats.followthemoney import statements
from contrechamp.dossier.formats.read.source_file import SourceFile
from contrechamp.dossier.names import name_keys
from contrechamp.dossier.names.name_keys import How
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.lookup import Stored
from contrechamp.dossier.records.actors import Actor
from contrechamp.dossier.records.field_types import Evidence, OutsideId
from contrechamp.dossier.writing import store
from contrechamp.vault import adding
from contrechamp.vault.adding import Content
from contrechamp.vault.case import Case, Random

#: The schemata of the entities that are compared: an actor that is not a person.
SCHEMATA = frozenset({"Company", "Organization", "PublicBody", "LegalEntity"})
#: The least likeness of names, of 100, that is proposed by default.
AT_LEAST = 90.0
#: The default name of the reference data.
SCHEME = "opensanctions"

#: What a person decided about a proposal; "" if nobody has yet.
Decision: TypeAlias = Literal["", "confirmed", "rejected"]


@dataclass(frozen=True)
class Proposal:
    """An entity that an actor of the case may be.

    Args:
        actor: the record.
        name: the actor's name that was compared.
        entity: id of the entity.
        schema: of the entity.
        called: the entity's name that is most like the actor's.
        alike: likeness of the two names, from 0 to 100.
        how: the form in which the names are alike.
        countries: of the entity.
        topics: of the entity, in the words of the reference data.
        decided: what a person decided before.
        line: the entity as the reference data have it.
    """

    actor: Stored
    name: str = field(repr=False)
    entity: str
    schema: str
    called: str
    alike: float
    how: How
    countries: tuple[str, ...]
    topics: tuple[str, ...]
    decided: Decision
    line: str = field(repr=False)

    @property
    def key(self) -> str:
        """Names the proposal to the user, by actor and entity."""
        return f"{self.actor.id}={self.entity}"


@dataclass(frozen=True)
class _Alike:
    """A name of an entity that is like a name of an actor."""

    alike: float
    how: How
    name: str
    called: str
    actor: Stored


class _ActorNames:
    """The names of the actors of a case, in each form in which they are compared."""

    def __init__(self, case: Case, at_least: float) -> None:
        self._at_least = at_least
        self._written: dict[str, list[tuple[Stored, str]]] = {}
        self._latin: tuple[dict[str, list[tuple[Stored, str]]], ...] = ({}, {})
        self._consonants: tuple[dict[str, list[tuple[Stored, str]]], ...] = ({}, {})
        for stored in lookup.every(case, "actor"):
            if isinstance(stored.record, Actor) and stored.record.kind != "person":
                for one in stored.record.names:
                    self._add(stored, one.text)

    def _add(self, stored: Stored, name: str) -> None:
        abjad = name_keys.is_abjad(name)
        named = (stored, name)
        self._written.setdefault(name_keys.written(name), []).append(named)
        if not abjad:
            foreign = name_keys.is_foreign(name)
            self._latin[foreign].setdefault(name_keys.latin(name), []).append(named)
        self._consonants[abjad].setdefault(name_keys.consonants(name), []).append(named)

    def like(self, called: str) -> Iterator[_Alike]:
        """Yield the actors' names that are like a name of an entity."""
        yield from self._among(called, "written", name_keys.written, self._written)
        abjad = name_keys.is_abjad(called)
        if not abjad:  # at least one of the two is in another alphabet, such as Cyrillic
            foreign = name_keys.is_foreign(called)
            for wanted in (False, True) if foreign else (True,):
                yield from self._among(called, "latin", name_keys.latin, self._latin[wanted])
        # One of the two is in a script without most vowels; if both are, they compare as written.
        yield from self._among(
            called, "consonants", name_keys.consonants, self._consonants[not abjad]
        )

    def _among(
        self,
        called: str,
        how: How,
        key_of: Callable[[str], str],
        names: dict[str, list[tuple[Stored, str]]],
    ) -> Iterator[_Alike]:
        from rapidfuzz import fuzz, process

        if not names or not (key := key_of(called)):
            return
        for known, alike, _place in process.extract(
            key, names.keys(), scorer=fuzz.ratio, score_cutoff=self._at_least, limit=None
        ):
            for stored, name in names[known] if known else ():
                yield _Alike(alike, how, name, called, stored)


def proposals(
    case: Case, reference: SourceFile, *, at_least: float = AT_LEAST, scheme: str = SCHEME
) -> Iterator[Proposal]:
    """Yield the entities whose names are like those of actors of a case.

    The file is read once, and one entity is in memory at a time. In a table of statements, those
    about an entity have to follow one another, as the library writes them.

    Args:
        case: open.
        reference: entities, one a line, or a table of statements.
        at_least: the least likeness of two names, of 100.
        scheme: name of the reference data, by which earlier decisions are found.

    Raises:
        InputError: if a line is not an entity.
    """
    names = _ActorNames(case, at_least)
    proposed: set[tuple[str, str]] = set()
    for line, entity in statements.of_schemata(reference, SCHEMATA):
        best: dict[str, _Alike] = {}
        for called in dict.fromkeys(entity.all("name") + entity.all("alias")):
            for found in names.like(called):
                if found.actor.id not in best or best[found.actor.id].alike < found.alike:
                    best[found.actor.id] = found
        for found in best.values():
            if (found.actor.id, entity.id) in proposed:  # its statements were in two places
                continue
            proposed.add((found.actor.id, entity.id))
            yield Proposal(
                found.actor, found.name, entity.id, entity.schema, found.called,
                round(found.alike, 1), found.how,
                tuple(dict.fromkeys(entity.all("country") + entity.all("jurisdiction"))),
                tuple(dict.fromkeys(entity.all("topics"))),
                _decided(found.actor, entity.id, scheme),
                line or statements.plain_line(entity),
            )  # fmt: skip


def _decided(actor: Stored, entity: str, scheme: str) -> Decision:
    record = actor.record
    assert isinstance(record, Actor)  # noqa: S101
    if any(one.id == entity and one.scheme in {scheme, "ftm"} for one in record.ids):
        return "confirmed"
    return "rejected" if OutsideId(scheme=scheme, id=entity) in record.is_not else ""


def confirm(
    case: Case,
    proposal: Proposal,
    *,
    scheme: str,
    reason: str = "",
    now: Callable[[], datetime],
    random: Random,
) -> Stored:
    """Record that an actor is an entity, and keep the entity as it is now as evidence.

    Args:
        case: open for writing.
        proposal: that a person confirms.
        scheme: name of the reference data.
        reason: for the log, in the user's words.
        now: for the log.
        random: source of ids.
    """
    content = proposal.line.strip().encode()
    name = f"{scheme}-{proposal.entity}.json"
    (item,) = adding.add_contents(
        case, [Content(name, lambda: BytesIO(content))], now=now, random=random, reason=reason
    )
    stored = lookup.get(case, proposal.actor.id)  # another proposal may have changed it since
    actor = stored.record
    assert isinstance(actor, Actor)  # noqa: S101
    outside = OutsideId(scheme=scheme, id=proposal.entity)
    rests = Evidence(ref=f"item/{item}", at=proposal.entity, says=proposal.called)
    changed = dataclasses.replace(
        actor,
        ids=actor.ids if outside in actor.ids else (*actor.ids, outside),
        is_not=tuple(one for one in actor.is_not if one != outside),
        evidence=actor.evidence if rests in actor.evidence else (*actor.evidence, rests),
    )
    if changed == actor:
        return stored
    return store.put(
        case, changed, record_id=stored.id, version=stored.version, reason=reason, now=now(),
    )  # fmt: skip


def reject(
    case: Case, proposal: Proposal, *, scheme: str, reason: str = "", now: datetime
) -> Stored:
    """Record that an actor is not an entity, though their names are alike.

    See `confirm` for the arguments.

    Raises:
        InputError: if it was confirmed before.
    """
    check_rejecting(proposal)
    stored = lookup.get(case, proposal.actor.id)
    actor = stored.record
    assert isinstance(actor, Actor)  # noqa: S101
    outside = OutsideId(scheme=scheme, id=proposal.entity)
    if outside in actor.is_not:
        return stored
    return store.put(
        case, dataclasses.replace(actor, is_not=(*actor.is_not, outside)),
        record_id=stored.id, version=stored.version, reason=reason, now=now,
    )  # fmt: skip


def decide(
    case: Case,
    found: Iterable[Proposal],
    decisions: Mapping[str, bool],
    *,
    scheme: str,
    reason: str = "",
    now: Callable[[], datetime],
    random: Random,
) -> list[Proposal]:
    """Record what a person decided about proposals; return all proposals with their decisions.

    Args:
        case: open; for writing if anything is decided.
        found: proposals.
        decisions: whether actor and entity are the same, by `Proposal.key`.
        scheme, reason, now, random: see `confirm`.

    Raises:
        InputError: if there is no such proposal, or one that is rejected was confirmed before;
            nothing is written then.
    """
    by_key = {one.key: one for one in found}
    for key in sorted(decisions.keys() - by_key.keys()):
        raise InputError(_("no such proposal: {text}").format(text=key))
    for key, same in decisions.items():
        one = by_key[key]  # the case may have been changed since it was proposed
        decided = _decided(lookup.get(case, one.actor.id), one.entity, scheme)
        by_key[key] = dataclasses.replace(one, decided=decided)
        if not same:
            check_rejecting(by_key[key])
    for key, same in sorted(decisions.items(), key=lambda one: (not one[1], one[0])):
        proposal = by_key[key]
        if same:
            confirm(case, proposal, scheme=scheme, reason=reason, now=now, random=random)
        else:
            reject(case, proposal, scheme=scheme, reason=reason, now=now())
        by_key[key] = dataclasses.replace(proposal, decided="confirmed" if same else "rejected")
    return list(by_key.values())


def check_rejecting(proposal: Proposal) -> None:
    """Check that a proposal may be rejected.

    Raises:
        InputError: if it was confirmed before.
    """
    if proposal.decided == "confirmed":
        raise InputError(
            _("{record} is said to be {entity}: take that out of its ids first").format(
                record=proposal.actor.ref, entity=proposal.entity
            )
        )


def as_json(proposal: Proposal) -> str:
    """Return a proposal as a line of JSON."""
    names = ("name", "entity", "schema", "called", "alike", "how", "countries", "topics", "decided")
    fields = {name: getattr(proposal, name) for name in names}
    return json_text({"actor": proposal.actor.ref, **fields})
