"""The objects in Bayanat export files, without the persons and users that they name."""

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
from contrechamp.base.spreadsheets import with_formula
from contrechamp.dossier.formats.read.drafts import objects_in, one_line, without_empty
from contrechamp.dossier.formats.read.source_file import SourceFile
from contrechamp.vault.adding import Content

BULLETIN, ACTOR, INCIDENT = "bulletin", "actor", "incident"
#: Columns by which an export of bulletins, or of actors, is recognised: only it has all of them.
_BULLETINS = {"id", "title", "origin_id", "source_link", "sjac_title", "documentation_date"}
_ACTORS = {"id", "name", "name_ar", "mother_name", "civilian", "type"}
_TOP = re.compile(rb'\s*\{\s*"(bulletin|actor|incident)s"\s*:\s*\[')
#: The fields that are read and kept of an object; the only names among them are those of entities.
_TEXTS = {
    BULLETIN: ("title", "title_ar", "sjac_title", "sjac_title_ar", "description", "source_link",
               "publish_date", "documentation_date"),
    ACTOR: ("type", "name", "name_ar", "comments"),
    INCIDENT: ("title", "title_ar", "description"),
}  # fmt: skip
_PLACES = {"locations": ("id", "title", "full_string", "lat", "lng"),
           "geoLocations": ("id", "title", "lat", "lng", "main")}  # fmt: skip
#: The field that holds the relations of an object to objects of a kind.
_RELATIONS = {BULLETIN: "bulletin_relations", ACTOR: "actor_relations",
              INCIDENT: "incident_relations"}  # fmt: skip
_COLUMN = re.compile(r"related_(bulletin|actor|incident)s\.\1-\d+")


@dataclass(frozen=True)
class BayanatObject:
    """One bulletin, actor or incident, reduced to the fields that are read.

    Args:
        kind: which of the three it is.
        id: from Bayanat.
        where: file and place in it, for errors.
        fields: as exported, but relations hold ids and no names.
    """

    kind: str
    id: str
    where: str
    fields: dict[str, Any] = field(repr=False)

    @property
    def name(self) -> str:
        """The name that it has in no other kind: kind and id."""
        return f"{self.kind}/{self.id}"

    @property
    def is_person(self) -> bool:
        """Whether it is an actor that is not said to be an entity, and so may be a person."""
        return self.kind == ACTOR and self.fields.get("type") != "Entity"

    def related(self, kind: str) -> list[dict[str, Any]]:
        """Return its relations to objects of a kind."""
        return list(self.fields.get(_RELATIONS[kind], ()))

    def text(self, name: str) -> str:
        """Return a text field on one line."""
        return one_line(self.fields.get(name))


def fits(source: SourceFile) -> bool:
    """Return whether a file looks like a Bayanat export: CSV, JSON, or an archive of them."""
    if source.is_archive:
        return any(map(fits, source.table_files()))
    if any(set(source.header()) >= columns for columns in (_BULLETINS, _ACTORS)):
        return True
    head = source.head.removeprefix(b"\xef\xbb\xbf")
    return b'"class"' in head and (_TOP.match(head) is not None or b'"sjac_title"' in head)


def objects(source: SourceFile) -> Iterator[BayanatObject | InputError | None]:
    """Yield the objects of an export, an error for a bad one, None for a restricted one.

    Raises:
        InputError: if the file is not an export.
    """
    if source.is_archive:
        for part in filter(fits, source.table_files()):
            yield from objects(part)
        return
    if header := set(source.header()):
        kind = BULLETIN if header >= _BULLETINS else ACTOR
        for row in source.rows():
            yield row if isinstance(row, InputError) else _of_row(kind, row.where, row.cells)
        return
    for kind, listed in _lists(source):
        for number, one in enumerate(listed, start=1):
            where = f"{source.name}: {kind}s[{number}]"
            if not isinstance(one, dict):
                yield InputError(_("expected fields and their values"), where=where)
            elif one.get("restricted"):
                yield None
            else:
                yield _found(str(one.get("class") or kind).lower(), where, one)


def excerpt(found: list[BayanatObject], name: str) -> Content:
    """Return the file that the case keeps in place of an export: only what was read of it."""
    listed = [{"class": one.kind, "id": one.id, **one.fields} for one in found if not one.is_person]
    content = json.dumps(listed, ensure_ascii=False, indent=1, default=_plain).encode()
    return Content(f"{PurePosixPath(name).stem}.excerpt.json", lambda: io.BytesIO(content))


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else str(value)


def _lists(source: SourceFile) -> Iterator[tuple[str, list[Any]]]:
    found = source.json(lenient=True)
    if isinstance(found, dict) and "class" not in found:
        for kind in (BULLETIN, ACTOR, INCIDENT):
            listed = found.get(f"{kind}s")
            if isinstance(listed, list):
                yield kind, listed
    elif isinstance(found, dict | list):
        yield BULLETIN, found if isinstance(found, list) else [found]
    else:
        raise InputError(_("expected fields and their values"), where=source.name)


def _found(kind: str, where: str, one: dict[str, Any]) -> BayanatObject | InputError:
    id_ = str(one.get("id") or "")
    if kind not in _TEXTS:
        return InputError(
            _("expected one of: {words}").format(words=", ".join(_TEXTS)), where=f"{where}: class"
        )
    if not re.fullmatch(r"\d{1,18}", id_):
        return InputError(_("expected a whole number"), where=f"{where}: id")
    fields: dict[str, Any] = {name: one[name] for name in _TEXTS[kind] if one.get(name)}
    for name, members in _PLACES.items():
        fields[name] = [_only(place, members) for place in objects_in(one.get(name))]
    fields["medias"] = [_only(one, ("filename", "title")) for one in objects_in(one.get("medias"))]
    for other, name in _RELATIONS.items():
        fields[name] = [
            {**_only(relation, ("related_as", "probability")), "id": str(_inner(relation, other))}
            for relation in objects_in(one.get(name))
            if _inner(relation, other)
        ]
    return BayanatObject(kind, id_, where, without_empty(fields))


def _inner(relation: dict[str, Any], kind: str) -> Any:
    other = relation.get(kind)
    return other.get("id") if isinstance(other, dict) else None


def _only(found: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: found[name] for name in names if found.get(name) is not None}


def _of_row(kind: str, where: str, cells: dict[str, str]) -> BayanatObject | InputError:
    """Return the object in a row of a table, which has neither positions nor file names."""
    # Since 2026 Bayanat puts an apostrophe before what a spreadsheet would run.
    one: dict[str, Any] = {
        name: with_formula(cells[name]) for name in _TEXTS[kind] if name in cells
    }
    for column, text in cells.items():
        if found := _COLUMN.fullmatch(column):
            other = {found[1]: {"id": text.partition("-")[0]}}
            one.setdefault(_RELATIONS[found[1]], []).append(other)
    return _found(kind, where, {**one, "id": cells.get("id", "").removesuffix(".0")})
