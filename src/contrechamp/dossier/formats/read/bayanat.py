"""Import of Bayanat exports: bulletins, entities, incidents and places, and their relations."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _, ngettext
from contrechamp.dossier.formats.read import bayanat_files
from contrechamp.dossier.formats.read.bayanat_files import ACTOR, BULLETIN, INCIDENT, BayanatObject
from contrechamp.dossier.formats.read.drafts import (
    THIS_FILE,
    Draft,
    ImportContext,
    ImportNotice,
    Read,
    Reader,
    all_or_error,
    one_line,
    without_empty,
)
from contrechamp.dossier.formats.read.source_file import SourceFile
from contrechamp.dossier.records.actors import Actor, Relation
from contrechamp.dossier.records.field_types import DATE, Record
from contrechamp.dossier.records.fieldwork import Place
from contrechamp.dossier.records.findings import Finding
from contrechamp.dossier.records.schema import from_json
from contrechamp.dossier.records.testimony import Exhibit

SCHEME = "bayanat"


def read(source: SourceFile, context: ImportContext) -> Iterator[Read]:
    """Yield bulletins as exhibits, entities as actors, incidents as findings; places, relations.

    Persons are left out, and the case keeps an excerpt of the file without them: only people in a
    public role are actors, and Bayanat does not say who has one.
    """
    objects: list[BayanatObject] = []
    restricted = 0
    for one in bayanat_files.objects(source):
        if isinstance(one, InputError):
            yield one
        elif one is None:
            restricted += 1
        else:
            objects.append(one)
    context.kept[THIS_FILE] = bayanat_files.excerpt(objects, source.name)
    reader = _BayanatReader(objects, context)
    for one in objects:
        if not one.is_person:
            yield from all_or_error(reader.drafts(one))
    persons = sum(one.is_person for one in objects)
    if persons:
        message = ngettext(
            "left out: {count} person. Whoever tells or gives something is a source, and has a "
            "pseudonym; whoever answers for something in a public role is an actor. Write them "
            "with contrechamp edit",
            "left out: {count} persons. Whoever tells or gives something is a source, and has a "
            "pseudonym; whoever answers for something in a public role is an actor. Write them "
            "with contrechamp edit",
            persons,
        )
        yield ImportNotice(source.name, message.format(count=persons))
    if restricted:
        message = _("left out: {count} that Bayanat hides from whoever exported them")
        yield ImportNotice(source.name, message.format(count=restricted))
    for reason, many in reader.left_out.items():
        message = _("left out: {count}: {reason}").format(count=many, reason=reason)
        yield ImportNotice(source.name, message)


FORMAT = Reader(bayanat_files.fits, read)


class _BayanatReader:
    """Makes drafts of the objects of an export."""

    def __init__(self, objects: list[BayanatObject], context: ImportContext) -> None:
        self.context = context
        self.left_out: Counter[str] = Counter()
        others = (one for one in context.beside if one is not context.source)
        everything: list[BayanatObject | InputError | None] = [*objects]
        for other in filter(bayanat_files.fits, others):
            everything += bayanat_files.objects(other)
        self.imported = {
            one.name for one in everything if isinstance(one, BayanatObject) and not one.is_person
        }
        self.media = {PurePosixPath(part.name).name: part for part in _media(context)}

    def drafts(self, found: BayanatObject) -> Iterator[Draft]:
        """Yield the record of an object, and those of its places and relations."""
        places = list(self._places(found))
        yield from places
        if found.kind == BULLETIN:
            yield from self._exhibits(found, places)
        elif found.kind == INCIDENT:
            yield self._finding(found, places)
        else:
            yield self._actor(found)
            for relation in found.related(ACTOR):
                # Both ends have the relation; it is read from the one with the lower id.
                if int(found.id) < _whole(relation["id"], found.where):
                    yield from self._relation(found, relation)

    def _refs(self, found: BayanatObject, kind: str) -> list[str]:
        """Return the references to the objects of a kind that an object is related to."""
        names = [f"{kind}/{relation['id']}" for relation in found.related(kind)]
        return [
            self.context.ref(SCHEME, name) for name in dict.fromkeys(names) if self._is_here(name)
        ]

    def _is_here(self, name: str) -> bool:
        known = self.context.id(SCHEME, name)
        return name in self.imported or self.context.is_there(known)

    def _exhibits(self, found: BayanatObject, places: list[Draft]) -> Iterator[Draft]:
        titles = ("title", "title_ar", "sjac_title", "sjac_title_ar")
        dates = {name: found.text(name)[:10] for name in ("publish_date", "documentation_date")}
        note = [str(found.fields.get("description") or "")]
        note += [f"{name}: {text}" for name, text in dates.items() if text]
        if others := [f"bulletin {one['id']}" for one in found.related(BULLETIN)]:
            note.append(f"related: {', '.join(others)}")
        day = dates["publish_date"]
        media = [self.media[name] for one in found.fields.get("medias", ())
                 if (name := str(one.get("filename"))) in self.media]  # fmt: skip
        parts: list[SourceFile | None] = [*media] or [None]
        for number, part in enumerate(parts):
            fields = {
                "item": THIS_FILE if part is None else self.context.keep(part.content),
                "what": " / ".join(dict.fromkeys(filter(None, map(found.text, titles)))),
                "made_on": day if re.fullmatch(DATE.pattern, day) else "",
                "origin": "Bayanat",
                "address": found.text("source_link"),
                "place": self._place(found, places),
                "note": "\n".join(filter(None, note)),
            }
            name = PurePosixPath(part.name).name if part else ""
            yield self._draft(found, Exhibit, fields, f"{found.name}/{name}" if number else "")

    def _actor(self, found: BayanatObject) -> Draft:
        bulletins = [{"ref": ref} for ref in self._refs(found, BULLETIN)]
        fields = {
            "names": _texts(found, "name"),
            "kind": "organisation",
            "note": str(found.fields.get("comments") or ""),
            "evidence": [{"ref": THIS_FILE, "at": found.name}, *bulletins],
        }
        return self._draft(found, Actor, fields)

    def _relation(self, found: BayanatObject, relation: dict[str, Any]) -> Iterator[Draft]:
        other = f"{ACTOR}/{relation['id']}"
        if not self._is_here(other):
            self.left_out[_("a relation to an actor that is not in the case")] += 1
            return
        certain = relation.get("probability") == 2
        fields = {
            "from_actor": self.context.ref(SCHEME, found.name),
            "kind": "linked",
            "to_actor": self.context.ref(SCHEME, other),
            "confidence": "single-source" if certain else "alleged",
            "says": f"Bayanat: related_as {relation.get('related_as', '?')}",
            "evidence": [{"ref": THIS_FILE, "at": found.name}],
        }
        yield self._draft(found, Relation, fields, f"atoa/{found.id}-{relation['id']}")

    def _finding(self, found: BayanatObject, places: list[Draft]) -> Draft:
        bulletins = [{"ref": ref} for ref in self._refs(found, BULLETIN)]
        fields = {
            "claim": _texts(found, "title"),
            "confidence": "alleged",
            "note": str(found.fields.get("description") or ""),
            "evidence": [{"ref": THIS_FILE, "at": found.name}, *bulletins],
            "about": [*self._refs(found, ACTOR), *(f"record/{place.id}" for place in places)],
        }
        return self._draft(found, Finding, fields)

    def _places(self, found: BayanatObject) -> Iterator[Draft]:
        """Yield the places of an object: markers, which are exact, before towns and quarters."""
        for kind in ("geoLocations", "locations"):
            for place in found.fields.get(kind, ()):
                title = one_line(place.get("title") or found.text("title"))
                if not title or not place.get("id"):
                    self.left_out[_("a place without a name")] += 1
                    continue
                lon, lat = place.get("lng"), place.get("lat")
                known = lon is not None and lat is not None
                name = f"{kind.removesuffix('s').lower()}/{place['id']}"
                fields = {
                    "names": [{"language": "und", "text": title}],
                    "position": {"lon": lon, "lat": lat} if known else "",
                    "evidence": [{"ref": THIS_FILE, "at": found.name}],
                    "note": one_line(place.get("full_string")),
                }
                yield self._draft(found, Place, fields, name, shared=True)

    def _place(self, found: BayanatObject, places: list[Draft]) -> str:
        """Return an object's main place, or its only one; "" if there are several or none."""
        marks = found.fields.get("geoLocations", ())
        main = [self.context.ref(SCHEME, f"geolocation/{mark.get('id')}")
                for mark in marks if mark.get("main") is True]  # fmt: skip
        known = [f"record/{place.id}" for place in places]
        one = [ref for ref in main if ref in known] or known
        return one[0] if len(one) == 1 else ""

    def _draft(self, found: BayanatObject, cls: type[Record], fields: dict[str, Any],
               name: str = "", *, shared: bool = False) -> Draft:  # fmt: skip
        name = name or found.name
        fields = {**without_empty(fields), "ids": [{"scheme": SCHEME, "id": name[:200]}]}
        record = from_json(cls, fields, where=found.where)
        at = f"{found.kind} {found.id}"
        return Draft(record, self.context.id(SCHEME, name), found.where, at, shared=shared)


def _texts(found: BayanatObject, name: str) -> list[dict[str, str]]:
    """Return a text and its Arabic version; Bayanat does not say what language the first is in."""
    texts = {"und": found.text(name), "ar": found.text(f"{name}_ar")}
    return [{"language": language, "text": text} for language, text in texts.items() if text]


def _whole(text: str, where: str) -> int:
    if not re.fullmatch(r"\d{1,18}", text):
        raise InputError(_("expected a whole number"), where=where)
    return int(text)


def _media(context: ImportContext) -> Iterator[SourceFile]:
    """Yield the media of an export: in archives, its own included, and among the files."""
    for one in context.beside:
        if one.is_archive:
            yield from (part for part in one.parts() if not part.is_named_as_table)
        elif one is not context.source:
            yield one
