"""Names of companies and public bodies against reference data on this machine: proposals only.

What is compared is what actors of the dossier are called with what entities of a FollowTheMoney
export, such as one of OpenSanctions, are called. Persons are passed over on both sides, and nothing
but names is looked at. Nothing is written before a person says that the two are one.
"""

import dataclasses
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.dossier import reading, store
from contrechamp.dossier.actors import Actor
from contrechamp.dossier.fields import Evidence, OutsideId
from contrechamp.dossier.formats.given import Given, parsed
from contrechamp.dossier.reading import Stored
from contrechamp.dossier.search import normalised
from contrechamp.vault import adding
from contrechamp.vault.adding import Content
from contrechamp.vault.case import Case, Random

#: Of reference data: what an actor that is no person can be.
SCHEMATA = frozenset({"Company", "Organization", "PublicBody", "LegalEntity"})
#: Names that are less alike than this, of 100, are not proposed.
AT_LEAST = 90.0


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
        countries: of the entity.
        topics: what the reference data say of it, as they call it.
        line: the entity as it stands there.
    """

    actor: Stored
    name: str = field(repr=False)
    entity: str
    schema: str
    called: str
    alike: float
    countries: tuple[str, ...]
    topics: tuple[str, ...]
    line: str = field(repr=False)


def proposals(case: Case, reference: Given, *, at_least: float = AT_LEAST) -> Iterator[Proposal]:
    """Yield entities whose names are like those of actors of a case; the file is read once.

    Args:
        case: open.
        reference: entities, one a line.
        at_least: how alike two names have to be, of 100.

    Raises:
        InputError: if a line is no entity.
    """
    from rapidfuzz import fuzz, process

    names: list[str] = []
    actors: list[tuple[Stored, str]] = []
    for stored in reading.every(case, "actor"):
        if isinstance(stored.record, Actor) and stored.record.kind != "person":
            for one in stored.record.names:
                if key := _key(one.text):
                    names.append(key)
                    actors.append((stored, one.text))
    for where, line in reference.lines():
        if not any(f'"{schema}"' in line for schema in SCHEMATA):
            continue  # most of such data are persons: they are not even parsed
        entity = parsed(line, where)
        properties = entity.get("properties") if isinstance(entity, dict) else None
        if not isinstance(properties, dict) or not isinstance(entity.get("id"), str):
            raise InputError(_("expected an entity: id, schema and properties"), where=where)
        if entity.get("schema") not in SCHEMATA:
            continue
        best: dict[str, tuple[float, str, str, Stored]] = {}
        for called in _texts(properties, "name") + _texts(properties, "alias"):
            key = _key(called)
            for _name, alike, place in process.extract(
                key, names, scorer=fuzz.token_sort_ratio, score_cutoff=at_least, limit=None
            ):
                stored, name = actors[place]
                if stored.id not in best or best[stored.id][0] < alike:
                    best[stored.id] = (alike, name, called, stored)
        for alike, name, called, stored in best.values():
            yield Proposal(
                stored, name, entity["id"], entity["schema"], called, round(alike, 1),
                tuple(_texts(properties, "country") + _texts(properties, "jurisdiction")),
                tuple(_texts(properties, "topics")), line,
            )  # fmt: skip


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
    actor = proposal.actor.record
    assert isinstance(actor, Actor)  # noqa: S101
    outside = OutsideId(scheme=scheme, id=proposal.entity)
    rests = Evidence(ref=f"item/{item}", at=proposal.entity, says=proposal.called)
    changed = dataclasses.replace(
        actor,
        ids=actor.ids if outside in actor.ids else (*actor.ids, outside),
        evidence=actor.evidence if rests in actor.evidence else (*actor.evidence, rests),
    )
    if changed == actor:
        return proposal.actor
    return store.put(
        case, changed, record_id=proposal.actor.id, version=proposal.actor.version,
        reason=reason, now=now(),
    )  # fmt: skip


def _key(name: str) -> str:
    """Return a name as it is compared: without accents, vowel signs and punctuation."""
    return " ".join(re.findall(r"\w+", normalised(name)))


def _texts(properties: dict[str, object], name: str) -> list[str]:
    found = properties.get(name)
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []


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
            "countries": list(proposal.countries),
            "topics": list(proposal.topics),
        },
        ensure_ascii=False,
    )
