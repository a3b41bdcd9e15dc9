"""Directions of a table that were read from a compass, turned to true north."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from babel.numbers import format_decimal

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _, active_language, ngettext
from contrechamp.scene.columns import kept_rows
from contrechamp.scene.magnetic_north import Declination, declination
from contrechamp.scene.source_tables import SourceTables
from contrechamp.scene.table_rows import SHOWN
from contrechamp.scene.tables import Notice

#: How a declination by the user is called where others name their model.
GIVEN = "given"


def with_true_headings(
    tables: SourceTables, file: str, *, declination_deg: float | None, skip_bad_rows: bool
) -> SourceTables:
    """Return the tables of a file with all directions from true north, and how far they turned.

    A direction counts as from true north unless its row says that it is from magnetic north. The
    declination is that of the World Magnetic Model where the camera hangs, on the day in
    ``last_seen``, else in ``first_seen``.

    Args:
        tables: of one file, in WGS 84.
        file: its name.
        declination_deg: by the user, for all cameras; None for the model.
        skip_bad_rows: leave out cameras whose direction cannot be turned.

    Raises:
        InputError: if the day of a reading is missing, or no model is for it.
    """
    cameras = tables.cameras
    heading = cameras["heading_deg"].to_numpy(np.float64).copy()
    magnetic = cameras["heading_north"].to_numpy(str) == "magnetic"
    rows = np.flatnonzero(magnetic & ~np.isnan(heading))
    if not magnetic.any():
        return tables
    found: list[Declination] = []
    days: list[str] = []
    bad: list[tuple[int, str]] = []
    for row in rows.tolist():
        camera = cameras.iloc[row]
        day = str(camera["last_seen"] or camera["first_seen"])
        try:
            one = _of_camera(camera.geometry.x, camera.geometry.y, day, declination_deg)
        except InputError as error:
            bad.append((row, str(error)))
            continue
        heading[row] = (heading[row] + one.east_deg) % 360.0
        found.append(one)
        days.append(day)
    source = cameras["source"].to_numpy(str)
    # A row that lists several directions is several cameras, and one row to correct.
    bad_rows = list(dict.fromkeys((str(source[row]), why) for row, why in bad))
    if bad and not skip_bad_rows:
        raise InputError(_refusal(bad_rows, len(bad)))
    left_out = [
        Notice("row-left-out", where, _("{what}; the row is left out").format(what=why))
        for where, why in bad_rows
    ]
    # What is turned is from true north from here on, wherever it goes.
    north = np.where(magnetic, np.where(np.isnan(heading), "unknown", "true"),
                     cameras["heading_north"].to_numpy(str))  # fmt: skip
    good = np.ones(len(cameras), bool)
    good[[row for row, _why in bad]] = False
    counts = dict(tables.counts)
    counts["rows_left_out"] = counts.get("rows_left_out", 0) + len(bad_rows)
    counts["directions_from_magnetic_north"] = len(found)
    return replace(
        tables,
        cameras=kept_rows(cameras.assign(heading_deg=heading, heading_north=north), good),
        notices=[*tables.notices, *left_out, *_told(file, found, days)],
        counts=counts,
    )


def _of_camera(lon: float, lat: float, day: str, given_deg: float | None) -> Declination:
    if given_deg is not None:
        return Declination(given_deg, GIVEN)
    if not day:
        raise InputError(
            _("no day of the reading: give it in last_seen, such as 2026-05-12, or the declination")
        )
    return declination(lon, lat, day)


def _refusal(bad: Sequence[tuple[str, str]], directions: int) -> str:
    lines = [f"{where}: heading_deg: {message}" for where, message in bad[:SHOWN]]
    if len(bad) > SHOWN:
        lines.append(_("... and {count} more").format(count=len(bad) - SHOWN))
    lines.append(
        ngettext(
            "{count} direction from magnetic north cannot be turned to true north: correct its "
            "row, give --declination, or leave it out with --skip-bad-rows",
            "{count} directions from magnetic north cannot be turned to true north: correct their "
            "rows, give --declination, or leave them out with --skip-bad-rows",
            directions,
        ).format(count=directions)
    )
    return "\n".join(lines)


def _told(file: str, found: Sequence[Declination], days: Sequence[str]) -> list[Notice]:
    if not found:
        return []
    turns = [one.east_deg for one in found]
    low, high = _degrees(min(turns)), _degrees(max(turns))
    by = low if low == high else _("{low} to {high}").format(low=low, high=high)
    models = sorted({one.model for one in found})
    if models == [GIVEN]:
        how = _("the declination that was given")
    else:
        first, last = min(days), max(days)
        when = first if first == last else _("{low} to {high}").format(low=first, high=last)
        how = _("{models}, {days}").format(models=", ".join(models), days=when)
    text = ngettext(
        "{count} direction is from magnetic north; turned by {by} to true north ({how})",
        "{count} directions are from magnetic north; turned by {by} to true north ({how})",
        len(found),
    ).format(count=len(found), by=by, how=how)
    return [Notice("magnetic-north", file, text)]


def _degrees(turn: float) -> str:
    return f"{format_decimal(turn, '+0.0;-0.0', locale=active_language())}°"
