"""What a FollowTheMoney entity is here, and how its values are written, read and laid over."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contrechamp.dossier.formats.followthemoney import vocabulary
from contrechamp.dossier.formats.read.drafts import THIS_FILE
from contrechamp.dossier.records.field_types import (
    Confidence,
    Evidence,
    Money,
    OutsideId,
    Record,
    Text,
)
from contrechamp.dossier.records.schema import to_json

#: By which entities of others are named in ids of elsewhere.
SCHEME = "ftm"
#: Written before the confidence of a link, for which there is no property.
_CONFIDENCE = "confidence: "
_CONFIDENCES = ("confirmed", "corroborated", "single-source", "alleged", "inferred")
#: A text whose language nobody told.
UNTOLD = "und"

Properties = dict[str, list[tuple[str, str | None]]]
Fields = dict[str, Any]


@dataclass(frozen=True)
class Entity:
    """An entity as it is written or was read.

    Args:
        id: without the signature of a namespace.
        schema: of FollowTheMoney.
        properties: values with their language, where one is told.
    """

    id: str
    schema: str
    properties: Properties

    def first(self, *names: str) -> str:
        """Return the first value of the first of these properties that has one."""
        for name in names:
            for value, _language in self.properties.get(name, ()):
                return value
        return ""

    def all(self, name: str) -> list[str]:
        """Return the values of a property."""
        return [value for value, _language in self.properties.get(name, ())]

    def told(self, *names: str) -> list[tuple[str, str | None]]:
        """Return the values of these properties with their languages."""
        return [told for name in names for told in self.properties.get(name, ())]


@dataclass(frozen=True)
class Names:
    """What else of a case is called there, for what is written.

    Args:
        of: what the entity of a reference is called.
        schema: what the entity of a reference is; "" if it is none.
        proofs: which documents stand for evidence: those that may leave.
    """

    of: Callable[[str], str]
    schema: Callable[[str], str]
    proofs: Callable[[Sequence[Evidence]], list[str]]


@dataclass(frozen=True)
class Around:
    """What else a file says, for what is read.

    Args:
        ref: reference to the record of an entity.
        optional: likewise; "" if there is no record of it, in the file or in the case.
        by: entities of a schema that name another one, such as the awards of a contract.
    """

    ref: Callable[[str], str]
    optional: Callable[[str], str]
    by: Callable[[str, str], Sequence[Entity]]


def built(id_: str, schema: str, properties: Mapping[str, Any]) -> Entity:
    """Return an entity with the values that FollowTheMoney takes; a language may come with each."""
    kept: Properties = {}
    for name, given in properties.items():
        values = given if isinstance(given, list) else [given]
        type_ = vocabulary.the_schema(schema).properties[name].type
        for value in values:
            text, language = value if isinstance(value, tuple) else (value, None)
            # What cannot be cleaned, such as a country that is none there, is no value there.
            # A text stays as it is: clean would take its line breaks.
            clean = text if type_ in {"text", "string", "entity", "number"} else (
                vocabulary.clean(type_, text) if text else None
            )  # fmt: skip
            if clean and (clean, language) not in kept.get(name, []):
                kept.setdefault(name, []).append((clean, language))
    return Entity(id_, schema, kept)


def names_out(names: Sequence[Text]) -> Fields:
    """Return names as they are written: the first is the name, the others are aliases."""
    first, *others = names
    return {
        "name": [(first.text, first.language)],
        "alias": [(one.text, one.language) for one in others],
    }


def names_in(entity: Entity, *properties: str) -> list[dict[str, str]]:
    """Return the names of an entity, each in its language where a statement tells it."""
    told = entity.told(*(properties or ("name", "alias", "previousName")))
    names: dict[tuple[str, str], dict[str, str]] = {}
    for value, language in told:
        if text := line(value):
            one = {"language": language or UNTOLD, "text": text}
            names.setdefault((one["language"], text), one)
    return list(names.values())


def lang_out(language: str) -> str | None:
    """Return the code that a statement has for a language: of three letters, without a region.

    >>> lang_out("en-GB"), lang_out("und")
    ('eng', None)
    """
    return vocabulary.language(language)


def lang_in(code: str) -> str | None:
    """Return the language of a statement as records write it.

    >>> lang_in("eng"), lang_in("mis")
    ('en', None)
    """
    known = vocabulary.language(code)
    return (vocabulary.two_letters(known) or known) if known and known != "mul" else None


def confidence_out(confidence: Confidence) -> str:
    """Return how sure a link is, in words."""
    return _CONFIDENCE + confidence


def confidence_in(entity: Entity) -> Confidence:
    """Return how sure a link is; what somebody's table says, and nothing else, is one source."""
    for text in entity.all("description"):
        for known in _CONFIDENCES:
            if text == _CONFIDENCE + known:
                return known  # type: ignore[return-value]
    return "single-source"


def evidence_in(entity: Entity, around: Around) -> list[dict[str, str]]:
    """Return the documents that an entity names as proof."""
    refs = (around.optional(name) for name in entity.all("proof"))
    return [{"ref": ref} for ref in dict.fromkeys(refs) if ref]


def ref_in(entity: Entity, name: str, around: Around) -> str:
    """Return the reference that stands in a property; "" if none."""
    found = entity.first(name)
    return around.ref(found) if found else ""


def optional_in(entity: Entity, name: str, around: Around) -> str:
    """Return the reference that stands in a property, if there is a record of it."""
    found = entity.first(name)
    return around.optional(found) if found else ""


def day_out(date: str | None) -> str | None:
    """Return a date as FollowTheMoney writes it: how sure it is has no place there."""
    return date.rstrip("~?") if date else None


def day_in(text: str) -> str:
    """Return the day of a point in time."""
    return text[:10]


def line(text: str) -> str:
    """Return a text on one line."""
    return " ".join(text.split())


def money_out(value: Money | None) -> dict[str, str]:
    """Return an amount and its currency as properties."""
    return {"amount": f"{value.amount:f}", "currency": value.currency} if value else {}


def money_in(entity: Entity) -> dict[str, str] | None:
    """Return an amount, where its currency is told."""
    amount, currency = entity.first("amount"), entity.first("currency").upper()
    return {"amount": amount, "currency": currency} if amount and len(currency) == 3 else None


def given(fields: Fields) -> Fields:
    """Return the fields that say something."""
    return {name: value for name, value in fields.items() if value not in (None, "", [], ())}


#: By what an entry of a list is known again: what it says more stays, and so does its place.
_KNOWN_BY: dict[str, Callable[[Fields], Any]] = {
    "names": lambda one: as_name(one["text"]),
    "evidence": lambda one: one["ref"],
    "ids": lambda one: (one["scheme"], one["id"]),
    "statements": lambda one: one["says"],
    "operators": lambda one: (one["actor"], one["role"]),
}


#: What changes in an entry of a list that is there already.
_CHANGING = ("confidence", "from_date", "to_date")


def overlaid(current: Record, was: Fields, told: Fields) -> Fields:
    """Return the fields of a record with what an entity tells otherwise than the record itself.

    Args:
        current: as it stands in the case.
        was: fields that its own entity would give.
        told: fields that the entity gives that was read.
    """
    fields = dict(to_json(current))
    for name in was.keys() | told.keys():
        if _same(was.get(name), told.get(name)):
            continue
        if name in _KNOWN_BY:
            entries = _together(
                fields.get(name, []), was.get(name, []), told.get(name, []),
                _KNOWN_BY[name], only_more=name == "evidence",
            )  # fmt: skip
            if entries:
                fields[name] = entries
            else:
                fields.pop(name, None)
        elif name in told:
            fields[name] = told[name]
        else:
            fields.pop(name, None)
    return fields


def _same(one: Any, other: Any) -> bool:
    """Return whether two values say the same: programs put the lines of a text together."""
    if isinstance(one, str) and isinstance(other, str):
        return line(one) == line(other)
    return bool(one == other)


def _together(
    current: list[Fields],
    was: list[Fields],
    told: list[Fields],
    key: Callable[[Fields], Any],
    *,
    only_more: bool,
) -> list[Fields]:
    """Return a list without what is not told any more, and with what is told anew at its end.

    Evidence is never taken away: what may leave, and so what was told there, changes with the day.
    """
    before, now = {key(one): one for one in was}, {key(one): one for one in told}
    gone = set() if only_more else before.keys() - now.keys()
    kept = [
        _updated(one, before.get(key(one), {}), now.get(key(one), {}))
        for one in current
        if key(one) not in gone
    ]
    have = {key(one) for one in current} | before.keys()
    return kept + [one for known, one in now.items() if known not in have]


def _updated(one: Fields, was: Fields, told: Fields) -> Fields:
    """Return an entry with what changed of it, and in a language where none was known."""
    changed = {name: told[name] for name in _CHANGING
               if told.get(name) and was and told[name] != was.get(name)}  # fmt: skip
    if one.get("language") == UNTOLD and told.get("language"):
        changed["language"] = told["language"]
    return one | changed


def as_name(text: str) -> str:
    """Return a name as FollowTheMoney writes it; "" if it is none there."""
    return vocabulary.clean("name", text) or ""


def outside(record: Record, scheme: str) -> list[str]:
    """Return what a record is called in a scheme."""
    return [one.id for one in record.ids if one.scheme == scheme]


def from_this_file(entity: Entity) -> dict[str, str]:
    """Return the file itself as evidence, at the entity."""
    return {"ref": THIS_FILE, "at": entity.id[:200]}


def ids_in(entity: Entity, scheme: str, name: str) -> list[Fields]:
    """Return an identifier of elsewhere."""
    return [to_json(OutsideId(scheme=scheme, id=line(one))) for one in entity.all(name)]
