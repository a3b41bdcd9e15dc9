"""The files of a run: taken out of the case into memory to be read, and kept in it once it is done.

What a run came to is items of the case in a folder of their own, ``runs/<moment> <kind> <title>/``.
They are written in one transaction: of a run that was stopped or killed there is nothing.
"""

import io
import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from contrechamp.base.errors import InputError
from contrechamp.base.files import too_large
from contrechamp.base.i18n import _
from contrechamp.base.json_text import json_text
from contrechamp.dossier.formats.write import scene_tables
from contrechamp.dossier.formats.write.outgoing import Outgoing
from contrechamp.dossier.reading import lookup
from contrechamp.publish import answers
from contrechamp.publish.access import writing as access
from contrechamp.publish.change import writing as change
from contrechamp.publish.files import FIGURES_JSON, INDEX_HTML
from contrechamp.publish.survey import writing as survey
from contrechamp.scene.file_kinds import by_name
from contrechamp.vault import adding, masked_copies, object_keys, objects, subjects
from contrechamp.vault.adding import Added, Coming
from contrechamp.vault.case import Case
from contrechamp.web.runs.asked import (
    ACCESS,
    AREAS,
    CHANGE,
    COMPLETENESS,
    INPUT,
    MEASURE,
    MODELS,
    Asked,
    Given,
)  # fmt: skip
from contrechamp.web.runs.worker import DRAWS_JSON

#: What a run was asked and said: the last of its files.
RUN_JSON: Final = "run.json"
SCHEMA: Final = "contrechamp/run-1"
SEEN: Final = "seen.geojson"
#: The figures of each run, for programs; and what else is kept of it.
FIGURES: Final[Mapping[str, str]] = {
    MEASURE: FIGURES_JSON, COMPLETENESS: answers.COMPLETENESS.file, ACCESS: answers.ACCESS.file,
    CHANGE: answers.CHANGE.file,
}  # fmt: skip
_KEPT: Final[Mapping[str, tuple[str, ...]]] = {
    MEASURE: (SEEN, DRAWS_JSON), COMPLETENESS: (survey.NEXT,), ACCESS: (access.FIGURES,),
    CHANGE: (change.CAMERAS,),
}  # fmt: skip
#: Tables of the case's own records, by what they are for.
_OF_RECORDS: Final[Mapping[str, str]] = {
    scene_tables.CAMERAS_CSV: INPUT, scene_tables.BARRIERS: INPUT, scene_tables.AREAS: AREAS,
    scene_tables.MODELS: MODELS,
}  # fmt: skip
#: Items that are offered to be measured, and most bytes of those of one run: they lie in memory.
MOST_OFFERED: Final = 200
MOST_BYTES: Final = 2 << 30
_MOST_TITLE: Final = 80
_SIDECAR: Final = f'"{masked_copies.SIDECAR_OF}":'
_FOLDER: Final = "runs/"
_NAME: Final = re.compile(r"runs/(\d{8}T\d{6}Z) ([a-z]+) ([^/]*)/([^/]+)")


@dataclass(frozen=True)
class Kept:
    """A run that is in the case.

    Args:
        folder: the beginning of the names of its items.
        moment: when it was done, as 20261201T182000Z.
        kind: of `asked.KINDS`.
        title: by which people know it.
        items: of its files, by their names.
    """

    folder: str
    moment: str
    kind: str
    title: str
    items: Mapping[str, str]

    @property
    def id(self) -> str:
        """The digits of the item that says what was asked."""
        return self.items[RUN_JSON].partition("/")[2]

    @property
    def figures(self) -> str:
        """The item that has its figures, item/ and digits."""
        return self.items.get(FIGURES[self.kind], "")


def offered(case: Case, endings: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """Return reference and name of items that can be measured, the newest first.

    Args:
        case: open.
        endings: of names, where it is not maps, lists and walks that are looked for.
    """
    found = []
    for state in subjects.newest_first(case, "item/", _SIDECAR, 0, 10 * MOST_OFFERED):
        name = "" if state.is_erased else str(state.parsed["name"])
        fits = name.lower().endswith(endings) if endings else by_name(name)
        if fits and not name.startswith(_FOLDER) and not masked_copies.original(state.parsed):
            found.append((state.subject, name))
    return found[:MOST_OFFERED]


def taken_out(case: Case, asked: Asked, folder: Path, day: date) -> tuple[Asked, int]:
    """Write the files of a run to a folder in memory.

    Tables of the case's own records leave out what may not leave the case: their figures may.

    Args:
        case: open.
        asked: the run.
        folder: empty.
        day: for which consent has to hold.

    Returns:
        the run with all its files, and how many records were left out of the tables.

    Raises:
        InputError: if an item is gone, or they are too large together.
    """
    left = MOST_BYTES
    for one in asked.given:
        left -= _take_out(case, one, folder / one.name, left)
    if not asked.records:
        return asked, 0
    tables, outgoing = folder / "records", Outgoing(case, day)
    tables.mkdir()
    scene_tables.write(outgoing, tables)
    given = list(asked.given)
    for name, role in _OF_RECORDS.items():
        taken = any(one.role == role for one in given) and role != INPUT
        if (tables / name).is_file() and not taken and _is_read(asked.kind, name):
            own = f"case-{name}"
            while (folder / own).exists():  # an item of the same name was chosen
                own = f"_{own}"
            (tables / name).rename(folder / own)
            given.append(Given("", own, role))
    return replace(asked, given=tuple(given)), len(outgoing.kept_back)


def _is_read(kind: str, name: str) -> bool:
    if name == scene_tables.BARRIERS:
        return kind == ACCESS
    return kind == MEASURE if name == scene_tables.MODELS else kind != CHANGE


def _take_out(case: Case, one: Given, path: Path, most: int) -> int:
    state = subjects.newest(case, one.item)
    keys = object_keys.by_name(case, [state.object]) if state and state.object else {}
    if state is None or state.object not in keys:
        raise InputError(_("the item has no content: it was erased"), where=one.name)
    key = keys[state.object]
    if key.size > most:
        raise too_large(one.name, MOST_BYTES, _("cut out a smaller area"))
    with path.open("xb") as file:
        objects.read_object(case.folder, key.place, key.identity, file, lambda _bytes: None)
    return int(key.size)


def keep(
    case: Case,
    asked: Asked,
    result: Mapping[str, Any],
    language: str,
    inputs: Path,
    out: Path,
    now: Callable[[], datetime],
) -> Kept:
    """Make what a run came to part of the case.

    Args:
        case: open for writing.
        asked: the run.
        result: what it said.
        language: in which it said that.
        inputs: folder of its inputs.
        out: folder that it wrote.
        now: for the log.
    """
    moment = now().strftime("%Y%m%dT%H%M%SZ")
    title = re.sub(r"[/\\\s]+", " ", asked.title).strip()[:_MOST_TITLE] or asked.kind
    folder = f"{_FOLDER}{moment} {asked.kind} {title}/"
    told = {"schema": SCHEMA, "language": language, "asked": asked.told(), **result}
    own = [inputs / one.name for one in asked.given if not one.item]
    names = (FIGURES[asked.kind], *_KEPT[asked.kind], INDEX_HTML)
    written = [path for name in names if (path := out / name).is_file()]

    def coming() -> Iterable[Coming]:
        for path in (*own, *written):
            with path.open("rb") as file:
                yield Coming(folder + path.name, file)
        yield Coming(folder + RUN_JSON, io.BytesIO(json_text(told, indent=1).encode()))

    items = {
        str(one.path).rpartition("/")[2]: f"item/{one.item}"
        for one in adding.receive(case, coming(), now=now, random=secrets.token_bytes)
        if isinstance(one, Added)
    }
    return Kept(folder, moment, asked.kind, title, items)


def kept_runs(case: Case) -> list[Kept]:
    """Return the runs of a case, the newest first."""
    found: dict[str, dict[str, str]] = {}
    for state in subjects.holding(case, "item/", f'"name":"{_FOLDER}'):
        name = "" if state.is_erased else str(state.parsed["name"])
        if told := _NAME.fullmatch(name):
            found.setdefault(name.removesuffix(told[4]), {})[told[4]] = state.subject
    runs = []
    for folder, items in found.items():
        told = _NAME.fullmatch(folder + RUN_JSON)
        if told is not None and RUN_JSON in items and told[2] in FIGURES:
            runs.append(Kept(folder, told[1], told[2], told[3], items))
    return sorted(runs, key=lambda one: (one.moment, one.folder), reverse=True)


def kept_run(case: Case, run_id: str) -> Kept | None:
    """Return a run by its id; None if there is none."""
    return next((one for one in kept_runs(case) if one.id == run_id), None)


def content(case: Case, item: str, most: int) -> bytes:
    """Return the content of an item; b"" if it is gone, or larger than that."""
    state = subjects.newest(case, f"item/{lookup.id_of(item)}") if item else None
    keys = object_keys.by_name(case, [state.object]) if state and state.object else {}
    key = keys.get(state.object) if state and state.object else None
    return object_keys.read(case, key) if key is not None and key.size <= most else b""
