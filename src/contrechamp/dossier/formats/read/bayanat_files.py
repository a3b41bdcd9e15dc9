"""Export files of Bayanat: what is in them, without the persons and users that they name."""

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.dossier.formats.read.attachments import is_archive, is_table
from contrechamp.dossier.formats.read.source_file import Given, parsed
from contrechamp.vault.adding import Content

BULLETIN, ACTOR, INCIDENT = "bulletin", "actor", "incident"
#: Columns that only an export of bulletins, or of actors, has all of.
_BULLETINS = {"id", "title", "origin_id", "source_link", "sjac_title", "documentation_date"}
_ACTORS = {"id", "name", "name_ar", "mother_name", "civilian", "type"}
_TOP = re.compile(rb'\s*\{\s*"(bulletin|actor|incident)s"\s*:\s*\[')
#: What is read of an object, and all that is kept of it: nobody's name but that of an entity.
_TEXTS = {
    BULLETIN: ("title", "title_ar", "sjac_title", "sjac_title_ar", "description", "source_link",
               "publish_date", "documentation_date"),
    ACTOR: ("type", "name", "name_ar", "comments"),
    INCIDENT: ("title", "title_ar", "description"),
}  # fmt: skip
_PLACES = {"locations": ("id", "title", "full_string", "lat", "lng"),
           "geoLocations": ("id", "title", "lat", "lng", "main")}  # fmt: skip
#: Of a relation, who stands at its other end; by the column of a table of such relations.
_RELATIONS = {BULLETIN: "bulletin_relations", ACTOR: "actor_relations",
              INCIDENT: "incident_relations"}  # fmt: skip
_COLUMN = re.compile(r"related_(bulletin|actor|incident)s\.\1-\d+")


@dataclass(frozen=True)
class Found:
    """One bulletin, actor or incident, cut down to what is read of it.

    Args:
        kind: which of the three.
        id: that Bayanat gave it.
        where: file and place in it, for errors.
        says: its fields; relations as ids, without names.
    """

    kind: str
    id: str
    where: str
    says: dict[str, Any] = field(repr=False)

    @property
    def name(self) -> str:
        """Return what it is called among all that comes of Bayanat."""
        return f"{self.kind}/{self.id}"

    @property
    def is_person(self) -> bool:
        """Whether it is an actor that is no entity: a person, or not said."""
        return self.kind == ACTOR and self.says.get("type") != "Entity"

    def related(self, kind: str) -> list[dict[str, Any]]:
        """Return its relations to things of a kind."""
        return list(self.says.get(_RELATIONS[kind], ()))

    def text(self, name: str) -> str:
        """Return a text on one line."""
        return " ".join(str(self.says.get(name) or "").split())


def fits(given: Given) -> bool:
    """Return whether a file looks like an export of Bayanat: CSV, JSON, or the archive of one."""
    if is_archive(given):
        return any(is_table(part) and fits(part) for part in given.parts())
    if set(given.header()) >= _BULLETINS or set(given.header()) >= _ACTORS:
        return True
    head = given.head.removeprefix(b"\xef\xbb\xbf")
    return b'"class"' in head and (_TOP.match(head) is not None or b'"sjac_title"' in head)


def objects(given: Given) -> Iterator[Found | InputError | None]:
    """Yield what is in an export; None for what its users may not see there.

    Raises:
        InputError: if the file is no export.
    """
    if is_archive(given):
        for part in given.parts():
            if is_table(part) and fits(part):
                yield from objects(part)
        return
    if header := set(given.header()):
        kind = BULLETIN if header >= _BULLETINS else ACTOR
        for row in given.rows():
            yield row if isinstance(row, InputError) else _of_row(kind, row.where, row.cells)
        return
    for kind, listed in _lists(given):
        for number, one in enumerate(listed, start=1):
            where = f"{given.name}: {kind}s[{number}]"
            if not isinstance(one, dict):
                yield InputError(_("expected fields and their values"), where=where)
            elif one.get("restricted"):
                yield None
            else:
                yield _found(str(one.get("class") or kind).lower(), where, one)


def kept(found: list[Found], name: str) -> Content:
    """Return what the case keeps in the place of an export: what was read, and no more."""
    listed = [{"class": one.kind, "id": one.id, **one.says} for one in found if not one.is_person]
    content = json.dumps(listed, ensure_ascii=False, indent=1, default=_plain).encode()
    return Content(f"{PurePosixPath(name).stem}.excerpt.json", lambda: io.BytesIO(content))


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else str(value)


def _lists(given: Given) -> Iterator[tuple[str, list[Any]]]:
    text = given.text()
    try:
        found = parsed(text, given.name)
    except InputError:
        # Bayanat (2025) writes some hundred objects at a time, and no comma between two such times;
        # objects themselves stand on one line each.
        found = parsed(re.sub(r"\}[ \r]*\n[ \r]*\{", "},\n{", text), given.name)
    if isinstance(found, dict) and "class" not in found:
        for kind in (BULLETIN, ACTOR, INCIDENT):
            listed = found.get(f"{kind}s")
            if isinstance(listed, list):
                yield kind, listed
    elif isinstance(found, dict | list):
        yield BULLETIN, found if isinstance(found, list) else [found]
    else:
        raise InputError(_("expected fields and their values"), where=given.name)


def _found(kind: str, where: str, one: dict[str, Any]) -> Found | InputError:
    id_ = str(one.get("id") or "")
    if kind not in _TEXTS:
        return InputError(
            _("expected one of: {words}").format(words=", ".join(_TEXTS)), where=f"{where}: class"
        )
    if not re.fullmatch(r"\d{1,18}", id_):
        return InputError(_("expected a whole number"), where=f"{where}: id")
    says: dict[str, Any] = {name: one[name] for name in _TEXTS[kind] if one.get(name)}
    for name, members in _PLACES.items():
        if places := [_only(place, members) for place in _objects(one.get(name))]:
            says[name] = places
    says["medias"] = [_only(media, ("filename", "title")) for media in _objects(one.get("medias"))]
    for other, name in _RELATIONS.items():
        says[name] = [
            {**_only(relation, ("related_as", "probability")), "id": str(_inner(relation, other))}
            for relation in _objects(one.get(name))
            if _inner(relation, other)
        ]
    return Found(kind, id_, where, {name: value for name, value in says.items() if value})


def _inner(relation: dict[str, Any], kind: str) -> Any:
    other = relation.get(kind)
    return other.get("id") if isinstance(other, dict) else None


def _objects(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _only(found: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: found[name] for name in names if found.get(name) is not None}


def _of_row(kind: str, where: str, cells: dict[str, str]) -> Found | InputError:
    """Return what a row says; places have no position in a table, and media no name of a file."""
    one: dict[str, Any] = {name: cells[name] for name in _TEXTS[kind] if name in cells}
    for column, text in cells.items():
        if found := _COLUMN.fullmatch(column):
            other = {found[1]: {"id": text.partition("-")[0]}}
            one.setdefault(_RELATIONS[found[1]], []).append(other)
    return _found(kind, where, {**one, "id": cells.get("id", "").removesuffix(".0")})
