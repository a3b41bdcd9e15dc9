"""FollowTheMoney entities: how record values become properties and back, and how changes merge."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from contrechamp.dossier.formats.followthemoney import vocabulary
from contrechamp.dossier.formats.read.drafts import THIS_FILE, one_line
from contrechamp.dossier.records.field_types import (
    Confidence,
    Evidence,
    Money,
    OutsideId,
    Record,
    Text,
)
from contrechamp.dossier.records.schema import to_json
from contrechamp.wording.confidence import confidence_explained

#: Scheme of entity ids in `Record.ids`.
SCHEME = "ftm"
#: Marks the confidence of a link in its description, as there is no property for it.
_CONFIDENCE = "confidence: "
_CONFIDENCES = ("confirmed", "corroborated", "single-source", "alleged", "inferred")
#: The language of a text in an unknown one.
UNKNOWN_LANGUAGE = "und"

Properties = dict[str, list[tuple[str, str | None]]]
Fields = dict[str, Any]


@dataclass(frozen=True)
class Entity:
    """An entity to write, or one that was read.

    Args:
        id: without a namespace signature.
        schema: of FollowTheMoney.
        properties: by name, each value with its language or None.
        inside: ids of entities that were written out inside this one.
    """

    id: str
    schema: str
    properties: Properties
    inside: tuple[str, ...] = ()

    def first(self, *names: str) -> str:
        """Return the first value of the first of these properties that has one; "" if none has."""
        for name in names:
            for value, _language in self.properties.get(name, ()):
                return value
        return ""

    def all(self, name: str) -> list[str]:
        """Return the values of a property."""
        return [value for value, _language in self.properties.get(name, ())]

    def with_languages(self, *names: str) -> list[tuple[str, str | None]]:
        """Return the values of these properties with their languages."""
        return [value for name in names for value in self.properties.get(name, ())]


@dataclass(frozen=True)
class EntityNames:
    """How entities that are written refer to others.

    Args:
        of: returns the entity id of a reference.
        schema: returns the schema of a reference's entity; "" unless it is an actor.
        proofs: returns the ids of the documents among some evidence that may leave.
    """

    of: Callable[[str], str]
    schema: Callable[[str], str]
    proofs: Callable[[Sequence[Evidence]], list[str]]


@dataclass(frozen=True)
class Resolver:
    """How references of entities that are read are resolved.

    Args:
        ref: returns the reference to the record of an entity id.
        ref_if_known: likewise; "" if neither the file nor the case has such a record.
        naming: returns the entities of a schema that name another one, such as the awards of a
            contract.
    """

    ref: Callable[[str], str]
    ref_if_known: Callable[[str], str]
    naming: Callable[[str, str], Sequence[Entity]]


def built(id_: str, schema: str, properties: Mapping[str, Any]) -> Entity:
    """Return an entity with those values that FollowTheMoney accepts, cleaned.

    A property has a value or a list of them; each may be a pair with its language.
    """
    kept: Properties = {}
    for name, listed in properties.items():
        values = listed if isinstance(listed, list) else [listed]
        type_ = vocabulary.the_schema(schema).properties[name].type
        for value in values:
            text, language = value if isinstance(value, tuple) else (value, None)
            # A value that cannot be cleaned, such as an unknown country, is left out. A text stays
            # as it is, for clean would remove its line breaks.
            clean = text if type_ in {"text", "string", "entity", "number"} else (
                vocabulary.clean(type_, text) if text else None
            )  # fmt: skip
            if clean and (clean, language) not in kept.get(name, []):
                kept.setdefault(name, []).append((clean, language))
    return Entity(id_, schema, kept)


def names_out(names: Sequence[Text]) -> Fields:
    """Return names as properties: the first is the name, the others are aliases."""
    first, *others = names
    return {
        "name": [(first.text, first.language)],
        "alias": [(one.text, one.language) for one in others],
    }


def names_in(entity: Entity, *properties: str) -> list[dict[str, str]]:
    """Return the names of an entity, each with its language if a statement gives one."""
    values = entity.with_languages(*(properties or ("name", "alias", "previousName")))
    names: dict[tuple[str, str], dict[str, str]] = {}
    for value, language in values:
        if text := one_line(value):
            one = {"language": language or UNKNOWN_LANGUAGE, "text": text}
            names.setdefault((one["language"], text), one)
    return list(names.values())


def lang_out(language: str) -> str | None:
    """Return the code of a language in statements: three letters, without a region.

    >>> lang_out("en-GB"), lang_out("und")
    ('eng', None)
    """
    return vocabulary.language(language)


def lang_in(code: str) -> str | None:
    """Return the language of a statement as records write it; None if it is unknown.

    >>> lang_in("eng"), lang_in("mis")
    ('en', None)
    """
    known = vocabulary.language(code)
    return (vocabulary.two_letters(known) or known) if known and known != "mul" else None


def confidence_out(confidence: Confidence) -> list[str]:
    """Return the confidence of a link as descriptions: one that is read back, one in words."""
    return [_CONFIDENCE + confidence, confidence_explained()[confidence]]


def with_standing(entity: Entity, lines: Sequence[str]) -> Entity:
    """Return an entity that says what its record lacks, where people read it and we do not."""
    name = "notes" if "notes" in vocabulary.the_schema(entity.schema).properties else "description"
    told = [*entity.properties.get(name, []), *((line, None) for line in lines)]
    return replace(entity, properties={**entity.properties, name: told}) if lines else entity


def confidence_in(entity: Entity) -> Confidence:
    """Return the confidence in a link's description; a foreign file by itself is one source."""
    for text in entity.all("description"):
        for known in _CONFIDENCES:
            if text == _CONFIDENCE + known:
                return known  # type: ignore[return-value]
    return "single-source"


def evidence_in(entity: Entity, resolver: Resolver) -> list[dict[str, str]]:
    """Return the documents that an entity names as proof."""
    refs = (resolver.ref_if_known(name) for name in entity.all("proof"))
    return [{"ref": ref} for ref in dict.fromkeys(refs) if ref]


def ref_in(entity: Entity, name: str, resolver: Resolver) -> str:
    """Return the reference in a property; "" if there is none."""
    found = entity.first(name)
    return resolver.ref(found) if found else ""


def optional_in(entity: Entity, name: str, resolver: Resolver) -> str:
    """Return the reference in a property; "" if there is none, or no record of it."""
    found = entity.first(name)
    return resolver.ref_if_known(found) if found else ""


def day_out(date: str | None) -> str | None:
    """Return a date as FollowTheMoney writes it, without the mark of an uncertain one."""
    return date.rstrip("~?") if date else None


def day_in(text: str) -> str:
    """Return the day of a point in time."""
    return text[:10]


def money_out(value: Money | None) -> dict[str, str]:
    """Return an amount and its currency as properties."""
    return {"amount": f"{value.amount:f}", "currency": value.currency} if value else {}


def money_in(entity: Entity) -> dict[str, str] | None:
    """Return an amount with its currency; None if either is missing."""
    amount, currency = entity.first("amount"), entity.first("currency").upper()
    return {"amount": amount, "currency": currency} if amount and len(currency) == 3 else None


#: The key by which an entry of a list is recognised: the rest of it, and its position, are kept.
_KEYS: dict[str, Callable[[Fields], Any]] = {
    "names": lambda one: as_name(one["text"]),
    "evidence": lambda one: one["ref"],
    "ids": lambda one: (one["scheme"], one["id"]),
    "statements": lambda one: one["says"],
    "operators": lambda one: (one["actor"], one["role"]),
}


#: The fields that are updated in an entry that is in the list already.
_UPDATED = ("confidence", "from_date", "to_date")


def overlaid(current: Record, exported: Fields, imported: Fields) -> Fields:
    """Return the fields of a record with the changes that were made to its entity elsewhere.

    Args:
        current: the record in the case.
        exported: fields of the entity that it would be exported as.
        imported: fields of the entity that was read.
    """
    fields = dict(to_json(current))
    for name in exported.keys() | imported.keys():
        if _same(exported.get(name), imported.get(name)):
            continue
        if name in _KEYS:
            entries = _merged_list(
                fields.get(name, []), exported.get(name, []), imported.get(name, []),
                _KEYS[name], only_add=name == "evidence",
            )  # fmt: skip
            if entries:
                fields[name] = entries
            else:
                fields.pop(name, None)
        elif name in imported:
            fields[name] = imported[name]
        else:
            fields.pop(name, None)
    return fields


def _same(one: Any, other: Any) -> bool:
    """Return whether two values are the same, up to line breaks, which other programs remove."""
    if isinstance(one, str) and isinstance(other, str):
        return one_line(one) == one_line(other)
    return bool(one == other)


def _merged_list(
    current: list[Fields],
    exported: list[Fields],
    imported: list[Fields],
    key: Callable[[Fields], Any],
    *,
    only_add: bool,
) -> list[Fields]:
    """Return a list without the entries that were removed elsewhere, and with new ones at its end.

    Evidence is only ever added: what may leave changes from day to day, and so does what an
    entity cites.
    """
    before, now = {key(one): one for one in exported}, {key(one): one for one in imported}
    gone = set() if only_add else before.keys() - now.keys()
    kept = [
        _updated(one, before.get(key(one), {}), now.get(key(one), {}))
        for one in current
        if key(one) not in gone
    ]
    have = {key(one) for one in current} | before.keys()
    return kept + [one for known, one in now.items() if known not in have]


def _updated(one: Fields, exported: Fields, imported: Fields) -> Fields:
    """Return an entry with what changed in it, and with its language if that was unknown."""
    changed = {
        name: imported[name]
        for name in _UPDATED
        if imported.get(name) and exported and imported[name] != exported.get(name)
    }
    if one.get("language") == UNKNOWN_LANGUAGE and imported.get("language"):
        changed["language"] = imported["language"]
    return one | changed


def as_name(text: str) -> str:
    """Return a name as FollowTheMoney writes it; "" if it is not a valid name there."""
    return vocabulary.clean("name", text) or ""


def outside_ids(record: Record, scheme: str) -> list[str]:
    """Return the ids of a record in a scheme."""
    return [one.id for one in record.ids if one.scheme == scheme]


def from_this_file(entity: Entity) -> dict[str, str]:
    """Return the imported file as evidence, with the entity as the place in it."""
    return {"ref": THIS_FILE, "at": entity.id[:200]}


def ids_in(entity: Entity, scheme: str, name: str) -> list[Fields]:
    """Return the values of a property as ids in a scheme."""
    return [to_json(OutsideId(scheme=scheme, id=one_line(one))) for one in entity.all(name)]
