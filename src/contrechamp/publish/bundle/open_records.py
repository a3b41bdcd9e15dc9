"""Open data of a publication: the records that it cites, as far as they may leave the case.

The writers of exports write them, from a door that is narrower than theirs: nothing that is not
cited, nothing of what a source said or gave, no position, no place in a file.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from contrechamp.base.errors import InputError
from contrechamp.base.files import write_json
from contrechamp.base.i18n import _
from contrechamp.dossier.formats.followthemoney import files as followthemoney
from contrechamp.dossier.formats.write import json_lines, table_files
from contrechamp.dossier.formats.write.outgoing import Outgoing
from contrechamp.dossier.formats.write.scene_tables import area_features
from contrechamp.dossier.permission import consent
from contrechamp.dossier.reading.lookup import Stored
from contrechamp.dossier.reading.view import View
from contrechamp.dossier.records.contents import has_closed, open_json
from contrechamp.dossier.records.field_types import ITEM, Evidence, Position, Record
from contrechamp.dossier.records.fieldwork import Area
from contrechamp.publish.bundle import open_lines
from contrechamp.vault import subjects
from contrechamp.vault.bags.proved import text_of
from contrechamp.vault.case import Case

FOLDER = "data/open"
SCHEMA = "records.schema.json"
#: Kinds that are no more than a position, or what somebody told.
_NEVER = frozenset({"camera", "testimony", "source", "observation", "consent"})


class _CitedView(View):
    """A case that has the records that are published, and no others."""

    def __init__(self, case: Case, view: View, cited: Collection[str]) -> None:
        super().__init__(case)
        self._view, self._cited = view, cited

    def record(self, record: str) -> Record | None:
        """Return what a record says; None unless it is published."""
        return self._view.record(record) if record in self._cited else None

    def kind(self, record: str) -> str | None:
        """Return the kind of a record; None unless it is published."""
        return self._view.kind(record) if record in self._cited else None


class OpenRecords(Outgoing):
    """The records of a publication that may leave.

    Args:
        case: open.
        day: on which consent has to hold.
        cited: references to the records that the publication shows.
        is_sealed: tells of what nothing is shown but that it is there.
        files: with evidence that is a file; else nothing in the records leads to one.
    """

    def __init__(
        self,
        case: Case,
        day: date,
        cited: Collection[str],
        is_sealed: Callable[[str], bool],
        *,
        files: bool = True,
    ) -> None:
        super().__init__(case, day)
        self._given, self._files = (case, day, tuple(cited), is_sealed), files
        self._cited = {ref.partition("/")[2] for ref in cited if not is_sealed(ref)}
        self._is_sealed = lambda ref: is_sealed(ref) or (not files and ref.startswith(f"{ITEM}/"))
        self.view = _CitedView(case, self.view, self._cited)

    def without_files(self) -> "OpenRecords":
        """Return the same without what would be told of files: their names are nobody's business.

        FollowTheMoney has a document for each file that is named, and that document has its name.
        """
        return OpenRecords(*self._given, files=False)

    def records(self, kind: str = "") -> Iterator[Stored]:
        """Yield the newest version of each, without what is not published."""
        for stored in super().records(kind):
            if not self._files and stored.kind == "exhibit":
                continue
            if stored.id in self._cited and stored.kind not in _NEVER:
                bare = _without_places(stored.record, self._is_sealed)
                yield stored if bare is stored.record else replace(stored, record=bare, whole=False)


def write(outgoing: OpenRecords, folder: Path) -> None:
    """Write the records as lines, as tables with a dictionary, and as FollowTheMoney.

    Args:
        outgoing: the records.
        folder: an empty one.
    """
    with (folder / open_lines.NAME).open("wb") as target:
        for stored in outgoing.records():
            target.write(open_lines.line_of(_as_object(outgoing.case, stored)))
    write_json(folder / SCHEMA, _schema())
    table_files.write_csv(outgoing, folder)
    there = {stored.kind for stored in outgoing.records()}
    rows = (row for row in table_files.dictionary() if row[0] in there)
    table_files.write_table(folder / "dictionary.csv", table_files.DICTIONARY, rows)
    followthemoney.write(outgoing.without_files(), folder)
    _write_areas(outgoing, folder)


def _write_areas(outgoing: OpenRecords, folder: Path) -> None:
    """Write the boundaries of the areas whose file nobody gave, as GeoJSON and GeoParquet."""
    import geopandas as gpd
    import shapely

    from contrechamp.publish.open_data import write_layer

    areas = [
        one
        for one in outgoing.records("area")
        if isinstance(one.record, Area)
        and one.record.boundary
        and not consent.sources_of(outgoing.full_view, one.record.boundary)
    ]
    document, _without = area_features(outgoing.case, areas)
    if not document["features"]:
        return
    try:
        table = gpd.GeoDataFrame.from_features(document["features"], crs=4326)
    except (ValueError, TypeError, shapely.errors.ShapelyError) as error:
        raise InputError(
            _("the boundary of an area that is cited is no polygon that can be read")
        ) from error
    write_layer(table, folder, "areas")


def _as_object(case: Case, stored: Stored) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": stored.id,
        "kind": stored.kind,
        "entry": stored.entry,
        "fields": open_json(stored.record),
    }
    state = subjects.newest(case, stored.ref)
    # Who has all of it learns nothing from its salt, and can check the digest in the log.
    if stored.whole and not has_closed(stored.record) and state is not None:
        found |= {"salt": text_of(state.salt), "state": text_of(state.content)}
    return found


def _schema() -> dict[str, Any]:
    """Return the JSON Schema of a line: that of exported records, with entry and salt."""
    schema = json_lines.schema()
    base64 = {"type": "string", "pattern": "^[A-Za-z0-9+/]*={0,2}$"}
    kept = {name: schema["properties"][name] for name in ("id", "kind", "fields")}
    entry = {"type": "integer", "minimum": 0}
    schema["title"] = "A record that a publication shows, a line of JSON Lines"
    schema["properties"] = {**kept, "entry": entry, "salt": base64, "state": base64}
    schema["required"] = ["id", "kind", "entry", "fields"]
    schema["dependentRequired"] = {"salt": ["state"], "state": ["salt"]}
    return schema


def _without_places(value: Any, is_sealed: Callable[[str], bool]) -> Any:
    """Return a record without positions, where in a file it was read from, and what is sealed."""
    if isinstance(value, tuple):
        thin = tuple(
            _without_places(one, is_sealed)
            for one in value
            if not (isinstance(one, Evidence) and is_sealed(one.ref))
        )
        same = len(thin) == len(value) and all(a is b for a, b in zip(thin, value, strict=True))
        return value if same else thin
    if not is_dataclass(value) or isinstance(value, type):
        return value
    changed: dict[str, Any] = {}
    for field in fields(value):
        before = getattr(value, field.name)
        hidden = isinstance(before, Position) or (field.name == "read_from" and before)
        after = None if hidden else _without_places(before, is_sealed)
        if after is not before:
            changed[field.name] = after
    return replace(value, **changed) if changed else value
