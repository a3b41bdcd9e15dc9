"""The tables of the page, and the list of where to go next for a spreadsheet."""

import csv
import io
from collections.abc import Sequence
from typing import Final

from contrechamp.base.i18n import _
from contrechamp.base.spreadsheets import as_cell
from contrechamp.measure.survey.run import Completeness
from contrechamp.measure.survey.strata import BESIDE_M, STRATA
from contrechamp.publish.numbers import Numbers
from contrechamp.publish.ranged import ranged
from contrechamp.publish.table import ReportTable, columns
from contrechamp.wording.survey import stratum_label

#: Places in the table of the page, all of which are in the list, and streets named of each.
LISTED, NAMED = 40, 3
CSV_COLUMNS: Final = (
    *("rank", "streets", "left_m", "hours", "expected_cameras"),
    *("narrows_by_cameras", "narrows_by_cameras_an_hour"),
)


def next_table(told: Completeness, numbers: Numbers) -> ReportTable:
    """Return where to go next, the places that tell most in an hour first."""
    rank, left, minutes = _("Rank"), _("Left"), _("Minutes")
    expected, narrows = _("Cameras expected"), _("Narrows the brackets by, an hour")
    table = told.next.head(LISTED)
    rows = tuple(
        (
            numbers.plain(i + 1),
            _streets(table["streets"].iloc[i], numbers),
            numbers.quantity(table["left_m"].iloc[i], "m", 10.0),
            numbers.plain(table["hours"].iloc[i] * 60.0),
            numbers.plain(table["expected"].iloc[i], 0.1),
            numbers.plain(table["narrows_per_hour"].iloc[i], 0.1),
        )
        for i in range(len(table))
    )
    note = _("All of them are in where-to-go.csv.") if len(told.next) > len(table) else ""
    return ReportTable(
        _("Where to go next"),
        columns(
            *(rank, _("Streets"), left, minutes, expected, narrows),
            numeric=(rank, left, minutes, expected, narrows),
        ),
        rows,
        note=note,
    )


def _streets(names: Sequence[str], numbers: Numbers) -> str:
    if not names:
        return _("ways without a name")
    more = [_("others")] if len(names) > NAMED else []
    return numbers.all_of([*names[:NAMED], *more])


def strata_table(told: Completeness, numbers: Numbers) -> ReportTable:
    """Return what was looked over of each kind of street, and found there."""
    looked, left, found = _("Looked over"), _("Left"), _("Cameras found")
    per_km, there = _("To a kilometre"), told.km + told.km_left > 0.0
    rows = tuple(
        (
            stratum_label(code),
            numbers.quantity(float(told.km[i]) * 1000.0, "m", 10.0),
            numbers.quantity(float(told.km_left[i]) * 1000.0, "m", 10.0),
            numbers.plain(int(told.found[i])),
            "–" if told.everywhere is None else ranged(told.everywhere.per_km[i], numbers, 0.1),
        )
        for i, code in enumerate(STRATA)
        if there[i]
    )
    return ReportTable(
        _("By kind of street"),
        columns(
            *(_("Kind of street"), looked, left, found, per_km),
            numeric=(looked, left, found, per_km),
        ),
        rows,
        note=_(
            "A public place is a school, a clinic, a shop, a stop and the like within {n} m."
        ).format(n=numbers.plain(BESIDE_M)),
    )


def next_csv(told: Completeness) -> bytes:
    """Return where to go next as CSV; no spreadsheet finds a formula in it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    figures = told.next[["left_m", "hours", "expected", "narrows", "narrows_per_hour"]].round(3)
    for i, names in enumerate(told.next["streets"]):
        writer.writerow((i + 1, as_cell("; ".join(names)), *figures.iloc[i].tolist()))
    return text.getvalue().encode()
