"""The maps of several days, read onto one plane."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from contrechamp.base.errors import InputError, UsageError
from contrechamp.base.i18n import _
from contrechamp.base.progress import Progress, silent
from contrechamp.measure.change.dates import When, when
from contrechamp.measure.change.history import Dated
from contrechamp.scene.map_cell import MapReader
from contrechamp.scene.read import read_scene


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
