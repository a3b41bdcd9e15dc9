"""Exports of Bayanat: bulletins, entities, incidents and places, and how they hang together."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _, ngettext
from contrechamp.dossier.formats.read import bayanat_files
from contrechamp.dossier.formats.read.attachments import is_archive, is_table
from contrechamp.dossier.formats.read.bayanat_files import ACTOR, BULLETIN, INCIDENT, Found
from contrechamp.dossier.formats.read.drafts import (
    THIS_FILE,
    Desk,
    Draft,
    Format,
    Notice,
    Problem,
    Read,
)
from contrechamp.dossier.formats.read.source_file import Given
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.records.actors import Actor, Relation
from contrechamp.dossier.records.field_types import DATE, Record
from contrechamp.dossier.records.fieldwork import Place
from contrechamp.dossier.records.findings import Finding
from contrechamp.dossier.records.schema import from_json
from contrechamp.dossier.records.testimony import Exhibit

SCHEME = "bayanat"


def read(given: Given, desk: Desk) -> Iterator[Read]:
    """Yield exhibits of bulletins, actors of entities, findings of incidents, places, relations.

    Persons are left out, and the file is kept without them: nobody is an actor here but in a
    public role, and Bayanat does not say who has one.
    """
    everything: list[Found] = []
    restricted = 0
    for one in bayanat_files.objects(given):
        if isinstance(one, InputError):
            yield Problem(one)
        elif one is None:
            restricted += 1
        else:
            everything.append(one)
    desk.kept[THIS_FILE] = bayanat_files.kept(everything, given.name)
    reader = _Reader(everything, desk)
    for found in everything:
        if found.is_person:
            continue
        try:
            made = list(reader.drafts(found))
        except InputError as error:
            yield Problem(error)
        else:
            yield from made
    persons = sum(found.is_person for found in everything)
    if persons:
        told = ngettext(
            "left out: {count} person. Whoever tells or gives something is a source, and has a "
            "pseudonym; whoever answers for something in a public role is an actor. Write them "
            "with contrechamp edit",
            "left out: {count} persons. Whoever tells or gives something is a source, and has a "
            "pseudonym; whoever answers for something in a public role is an actor. Write them "
            "with contrechamp edit",
            persons,
        )
        yield Notice(given.name, told.format(count=persons))
    if restricted:
        told = _("left out: {count} that Bayanat keeps from who exported")
        yield Notice(given.name, told.format(count=restricted))
    for told, many in reader.left_out.items():
        yield Notice(given.name, _("left out: {count}: {reason}").format(count=many, reason=told))


FORMAT = Format(bayanat_files.fits, read)


class _Reader:
    """Makes records of what is in an export."""

    def __init__(self, everything: list[Found], desk: Desk) -> None:
        self.desk = desk
        self.left_out: Counter[str] = Counter()
        self.here = {one.name for one in everything if not one.is_person}
        for other in desk.beside:
            if other is not desk.given and bayanat_files.fits(other):
                self.here |= {one.name for one in bayanat_files.objects(other)
                              if isinstance(one, Found) and not one.is_person}  # fmt: skip
        self.media = {PurePosixPath(part.name).name: part for part in _media(desk)}

    def drafts(self, found: Found) -> Iterator[Draft]:
        """Yield the record of a thing, and those of its places and relations."""
        places = list(self._places(found))
        yield from places
        if found.kind == BULLETIN:
            yield from self._exhibits(found, places)
        elif found.kind == INCIDENT:
            yield self._finding(found, places)
        else:
            yield self._actor(found)
            for relation in found.related(ACTOR):
                # Both ends say it; the one with the lower id is read.
                if int(found.id) < _whole(relation["id"], found.where):
                    yield from self._relation(found, relation)

    def _refs(self, found: Found, kind: str) -> list[str]:
        """Return references to things of a kind that a thing hangs together with."""
        names = [f"{kind}/{relation['id']}" for relation in found.related(kind)]
        return [self.desk.ref(SCHEME, name) for name in dict.fromkeys(names) if self._is_here(name)]

    def _is_here(self, name: str) -> bool:
        known = self.desk.id(SCHEME, name)
        return name in self.here or lookup.is_there(self.desk.case, known)

    def _exhibits(self, found: Found, places: list[Draft]) -> Iterator[Draft]:
        titles = ("title", "title_ar", "sjac_title", "sjac_title_ar")
        dates = {name: found.text(name)[:10] for name in ("publish_date", "documentation_date")}
        told = [str(found.says.get("description") or "")]
        told += [f"{name}: {text}" for name, text in dates.items() if text]
        if others := [f"bulletin {one['id']}" for one in found.related(BULLETIN)]:
            told.append(f"related: {', '.join(others)}")
        day = dates["publish_date"]
        media = [self.media[name] for one in found.says.get("medias", ())
                 if (name := str(one.get("filename"))) in self.media]  # fmt: skip
        parts: list[Given | None] = [*media] or [None]
        for number, part in enumerate(parts):
            fields = {
                "item": THIS_FILE if part is None else self.desk.keep(part.content),
                "what": " / ".join(dict.fromkeys(filter(None, map(found.text, titles)))),
                "made_on": day if re.fullmatch(DATE.pattern, day) else "",
                "origin": "Bayanat",
                "address": found.text("source_link"),
                "place": self._place(found, places),
                "note": "\n".join(line for line in told if line),
            }
            name = PurePosixPath(part.name).name if part else ""
            yield self._draft(found, Exhibit, fields, f"{found.name}/{name}" if number else "")

    def _actor(self, found: Found) -> Draft:
        bulletins = [{"ref": ref} for ref in self._refs(found, BULLETIN)]
        fields = {
            "names": _texts(found, "name"),
            "kind": "organisation",
            "note": str(found.says.get("comments") or ""),
            "evidence": [{"ref": THIS_FILE, "at": found.name}, *bulletins],
        }
        return self._draft(found, Actor, fields)

    def _relation(self, found: Found, relation: dict[str, Any]) -> Iterator[Draft]:
        other = f"{ACTOR}/{relation['id']}"
        if not self._is_here(other):
            self.left_out[_("a relation to an actor that is not in the case")] += 1
            return
        certain = relation.get("probability") == 2
        fields = {
            "from_actor": self.desk.ref(SCHEME, found.name),
            "kind": "linked",
            "to_actor": self.desk.ref(SCHEME, other),
            "confidence": "single-source" if certain else "alleged",
            "says": f"Bayanat: related_as {relation.get('related_as', '?')}",
            "evidence": [{"ref": THIS_FILE, "at": found.name}],
        }
        yield self._draft(found, Relation, fields, f"atoa/{found.id}-{relation['id']}")

    def _finding(self, found: Found, places: list[Draft]) -> Draft:
        bulletins = [{"ref": ref} for ref in self._refs(found, BULLETIN)]
        fields = {
            "claim": _texts(found, "title"),
            "confidence": "alleged",
            "note": str(found.says.get("description") or ""),
            "evidence": [{"ref": THIS_FILE, "at": found.name}, *bulletins],
            "about": [*self._refs(found, ACTOR), *(f"record/{place.id}" for place in places)],
        }
        return self._draft(found, Finding, fields)

    def _places(self, found: Found) -> Iterator[Draft]:
        """Yield the places of a thing; markers, which are exact, before towns and quarters."""
        for kind in ("geoLocations", "locations"):
            for place in found.says.get(kind, ()):
                title = " ".join(str(place.get("title") or found.text("title")).split())
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
                    "note": " ".join(str(place.get("full_string") or "").split()),
                }
                yield self._draft(found, Place, fields, name, shared=True)

    def _place(self, found: Found, places: list[Draft]) -> str:
        """Return the one place of a thing, or the one marked as the main one; "" of several."""
        marks = found.says.get("geoLocations", ())
        main = [self.desk.ref(SCHEME, f"geolocation/{mark.get('id')}")
                for mark in marks if mark.get("main") is True]  # fmt: skip
        known = [f"record/{place.id}" for place in places]
        one = [ref for ref in main if ref in known] or known
        return one[0] if len(one) == 1 else ""

    def _draft(self, found: Found, cls: type[Record], fields: dict[str, Any], name: str = "", *,
               shared: bool = False) -> Draft:  # fmt: skip
        name = name or found.name
        given = {key: value for key, value in fields.items() if value not in ("", [], None)}
        given["ids"] = [{"scheme": SCHEME, "id": name[:200]}]
        record = from_json(cls, given, where=found.where)
        at = f"{found.kind} {found.id}"
        return Draft(record, self.desk.id(SCHEME, name), found.where, at, shared=shared)


def _texts(found: Found, name: str) -> list[dict[str, str]]:
    """Return a text, and what it is in Arabic; what language the other is in is not said."""
    texts = {"und": found.text(name), "ar": found.text(f"{name}_ar")}
    return [{"language": language, "text": text} for language, text in texts.items() if text]


def _whole(text: str, where: str) -> int:
    if not re.fullmatch(r"\d{1,18}", text):
        raise InputError(_("expected a whole number"), where=where)
    return int(text)


def _media(desk: Desk) -> Iterator[Given]:
    """Yield the files beside an export, in its own archive too."""
    for one in desk.beside:
        if is_archive(one):
            yield from (part for part in one.parts() if not is_table(part))
        elif one is not desk.given:
            yield one
