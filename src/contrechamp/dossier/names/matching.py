"""Names of companies and public bodies against reference data on this machine: proposals only.

What is compared is what actors of the dossier are called with what entities of a FollowTheMoney
export, such as one of OpenSanctions, are called. Persons are passed over on both sides, and nothing
but names is looked at. Nothing is written before a person says that the two are one, or are not.
"""

import dataclasses
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from typing import Literal, TypeAlias

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.dossier.formats.followthemoney import statements
from contrechamp.dossier.formats.read.source_file import Given
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

#: Of reference data: what an actor that is no person can be.
SCHEMATA = frozenset({"Company", "Organization", "PublicBody", "LegalEntity"})
#: Names that are less alike than this, of 100, are not proposed.
AT_LEAST = 90.0
#: Name of the reference data, unless another is told.
SCHEME = "opensanctions"

#: What a person said of a proposal; "" if nobody did.
Decision: TypeAlias = Literal["", "confirmed", "rejected"]


@dataclass(frozen=True)
class Proposal:
    """An entity that an actor of the dossier may be.

    Args:
        actor: record of the case.
        name: of the actor, that was compared.
        entity: id there.
        schema: of the entity.
        called: its name that is most like it.
        alike: 0 to 100.
        how: in which form the two names are alike.
        countries: of the entity.
        topics: what the reference data say of it, as they call it.
        decided: what a person said of it before; "" if nobody did.
        line: the entity as it stands there.
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
        """Actor and entity: by it a person says which proposal is meant."""
        return f"{self.actor.id}={self.entity}"


@dataclass(frozen=True)
class _Alike:
    """How alike two names are."""

    alike: float
    how: How
    name: str
    called: str
    actor: Stored


class _Names:
    """The names of the actors of a case, in every form in which they are compared."""

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
        of = (stored, name)
        self._written.setdefault(name_keys.written(name), []).append(of)
        if not abjad:
            foreign = name_keys.is_foreign(name)
            self._latin[foreign].setdefault(name_keys.latin(name), []).append(of)
        self._consonants[abjad].setdefault(name_keys.consonants(name), []).append(of)

    def like(self, called: str) -> Iterator[_Alike]:
        """Yield the names that are like one of an entity."""
        yield from self._among(called, "written", name_keys.written, self._written)
        abjad = name_keys.is_abjad(called)
        if not abjad:  # one of the two in another alphabet, such as Cyrillic
            foreign = name_keys.is_foreign(called)
            for wanted in (False, True) if foreign else (True,):
                yield from self._among(called, "latin", name_keys.latin, self._latin[wanted])
        # One of the two without most vowels; both so are compared as written.
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
    case: Case, reference: Given, *, at_least: float = AT_LEAST, scheme: str = SCHEME
) -> Iterator[Proposal]:
    """Yield entities whose names are like those of actors of a case; the file is read once.

    One entity is in memory at a time. In a table of statements those of an entity stand together,
    as the library writes them.

    Args:
        case: open.
        reference: entities, one a line, or a table of statements.
        at_least: how alike two names have to be, of 100.
        scheme: name of the reference data, by which it is known what was decided before.

    Raises:
        InputError: if a line is no entity.
    """
    names = _Names(case, at_least)
    told: set[tuple[str, str]] = set()
    for line, entity in statements.of_schemata(reference, SCHEMATA):
        best: dict[str, _Alike] = {}
        for called in dict.fromkeys(entity.all("name") + entity.all("alias")):
            for found in names.like(called):
                if found.actor.id not in best or best[found.actor.id].alike < found.alike:
                    best[found.actor.id] = found
        for found in best.values():
            if (found.actor.id, entity.id) in told:  # its statements stand in two places
                continue
            told.add((found.actor.id, entity.id))
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
    """Write down that an actor is an entity; the entity, as it stood there, stays as evidence.

    Args:
        case: open for writing.
        proposal: that a person looked at.
        scheme: name of the reference data.
        reason: why, in the user's words.
        now: for the log.
        random: source of ids.
    """
    content = proposal.line.strip().encode()
    name = f"{scheme}-{proposal.entity}.json"
    (item,) = adding.add_contents(
        case, [Content(name, lambda: BytesIO(content))], now=now, random=random, reason=reason
    )
    stored = lookup.get(case, proposal.actor.id)  # as it is by now: there may be two of it
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
    """Write down that an actor is not an entity, though their names are alike.

    Args:
        case: open for writing.
        proposal: that a person looked at.
        scheme: name of the reference data.
        reason: why, in the user's words.
        now: for the log.

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
    """Write down what a person decided of proposals; return all, as they are decided by now.

    Args:
        case: open; for writing where anything is decided.
        found: proposals.
        decisions: whether the two are one, by `Proposal.key`.
        scheme: name of the reference data.
        reason: why, in the user's words.
        now: for the log.
        random: source of ids.

    Raises:
        InputError: if there is no such proposal, or one that is rejected was confirmed before;
            then nothing is written.
    """
    by_key = {one.key: one for one in found}
    for key in sorted(decisions.keys() - by_key.keys()):
        raise InputError(_("no such proposal: {text}").format(text=key))
    for key, same in decisions.items():
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
    return json.dumps(
        {
            "actor": proposal.actor.ref,
            "name": proposal.name,
            "entity": proposal.entity,
            "schema": proposal.schema,
            "called": proposal.called,
            "alike": proposal.alike,
            "how": proposal.how,
            "countries": list(proposal.countries),
            "topics": list(proposal.topics),
            "decided": proposal.decided,
        },
        ensure_ascii=False,
    )
