"""The maps of several days, read onto one plane, and what happened meanwhile."""

import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from contrechamp.base.csv_and_xlsx import read_csv
from contrechamp.base.errors import InputError, UsageError
from contrechamp.base.files import check_name_and_rights, read_bounded
from contrechamp.base.i18n import _
from contrechamp.base.progress import Progress, silent
from contrechamp.measure.change.dates import Event, When, when
from contrechamp.measure.change.history import Dated
from contrechamp.scene.map_cell import MapReader
from contrechamp.scene.read import read_scene

#: More events are no line that anybody reads.
MOST_EVENTS: Final = 500
_MOST_BYTES: Final = 1 << 22
_MOST_TITLE: Final = 500
_COLUMNS: Final = ("date", "title", "source")


def read_maps(
    given: Sequence[tuple[str, Path]],
    *,
    crs: str | None,
    skip_bad_rows: bool,
    cell: MapReader | None = None,
    progress: Progress = silent,
) -> list[Dated]:
    """Read maps, those of one day together, and return them in the order of their days.

    Args:
        given: day and file.
        crs: the plane; by default that of the last day.
        skip_bad_rows: see `scene.read.read_scene`.
        cell: see there.
        progress: advanced with every file.

    Raises:
        UsageError: if a day cannot be read, or there are fewer than two.
        InputError: if a file cannot be used, or the last map has no walkable street.
    """
    by_day: dict[str, list[Path]] = {}
    days: dict[str, When] = {}
    for text, path in given:
        on = when(text)
        if on is None:
            raise UsageError(
                _("--map: {text} is no date; expected 2021-04-21, 2021-04 or 2021").format(
                    text=text
                )
            )
        days[on.text] = on
        by_day.setdefault(on.text, []).append(path)
    if len(days) < 2:
        raise UsageError(_("--map: expected maps of two days or more"))
    order = sorted(days.values())
    found: list[Dated] = []
    for on in reversed(order):  # the last tells the plane
        scene = read_scene(
            by_day[on.text], crs=crs, skip_bad_rows=skip_bad_rows, cell=cell, progress=progress
        )
        crs = crs or scene.crs.to_string()
        if not found and not scene.streets["walkable"].any():
            raise InputError(
                _("no walkable street found: the last map must have the streets of the place"),
                where=", ".join(file.name for file in scene.inputs),
            )
        found.append(Dated(on, scene, frozenset(file.sha256 for file in scene.inputs)))
    return [replace(one) for one in reversed(found)]


def read_events(path: Path) -> list[Event]:
    """Return what happened, in the order of time.

    Args:
        path: CSV with the columns date and title, and source if there is one.

    Raises:
        InputError: naming the row that cannot be used.
    """
    content = read_bounded(path, _MOST_BYTES, where=path.name, advice=check_name_and_rights())
    table = read_csv(io.BytesIO(content), content[:4096], path.name)
    header = [name.lower() for name in table.header]
    if not {"date", "title"} <= set(header):
        raise InputError(
            _("expected a table with the columns {columns}; found {found}").format(
                columns=", ".join(_COLUMNS), found=", ".join(table.header)[:200]
            ),
            where=path.name,
        )
    at = {name: header.index(name) for name in _COLUMNS if name in header}
    found = []
    for row in table.rows:
        where = f"{path.name}:{row.number}"
        if row.problem:
            raise InputError(row.problem, where=where)
        cells = [*row.cells, *[""] * (len(header) - len(row.cells))]
        date, title = cells[at["date"]].strip(), cells[at["title"]].strip()
        on = when(date)
        if on is None:
            raise InputError(
                _("{text} is no date; expected 2021-04-21, 2021-04 or 2021").format(
                    text=date[:40] or "–"
                ),
                where=f"{where}: date",
            )
        if not title or len(title) > _MOST_TITLE:
            raise InputError(
                _("expected what happened (letters: at most {n})").format(n=_MOST_TITLE),
                where=f"{where}: title",
            )
        source = cells[at["source"]].strip()[:_MOST_TITLE] if "source" in at else ""
        found.append(Event(on, title, source))
        if len(found) > MOST_EVENTS:
            raise InputError(
                _("more than {count} events; keep those that matter here").format(
                    count=MOST_EVENTS
                ),
                where=path.name,
            )
    return sorted(found, key=lambda one: (one.on.first, one.on.last, one.title))
