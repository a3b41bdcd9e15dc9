"""The tables of the page."""

from typing import Final

import numpy as np

from contrechamp.base.i18n import _
from contrechamp.measure.access.people import ALL
from contrechamp.measure.access.run import Access
from contrechamp.publish.access.sentences import (
    amounts,
    barrier_name,
    counted,
    group_label,
    shares,
)
from contrechamp.publish.numbers import Numbers
from contrechamp.publish.table import ReportTable, columns
from contrechamp.scene.barrier_fields import barrier_label
from contrechamp.scene.barrier_fields import counted as counted_as_ocha
from contrechamp.scene.service_names import service_label

#: Barriers in the table of the page; all are in figures.csv.
LISTED: Final = 40


def groups_table(told: Access, numbers: Numbers) -> ReportTable:
    """Return what each group reaches at the hour that was asked."""
    free, barred, cut, day = (
        _("Minutes without barriers"), _("Minutes with them"), _("Cut off"),
        _("Cut off, on average over the day"),
    )  # fmt: skip
    hour = told.asked.hour
    rows = tuple(
        (
            service_label(one.place),
            group_label(held, numbers),
            amounts(one.free_minutes[:, group, hour, 0], numbers),
            amounts(one.minutes[:, group, hour, 0], numbers),
            shares(one.cut[:, group, hour, 0], numbers),
            shares(one.cut[:, group, :, 0].mean(axis=1), numbers),
        )
        for one in told.reached.reach
        for group, held in enumerate(told.states.groups)
    )
    return ReportTable(
        _("By group, at {hour}:00").format(hour=f"{hour:02d}"),
        columns(
            *(_("To the nearest"), _("People"), free, barred, cut, day),
            numeric=(free, barred, cut, day),
        ),
        rows,
    )


def areas_table(told: Access, numbers: Numbers) -> ReportTable:
    """Return what those of each area reach, of the first group at the hour that was asked."""
    free, barred, cut = _("Minutes without barriers"), _("Minutes with them"), _("Cut off")
    hour = told.asked.hour
    rows = tuple(
        (
            called,
            service_label(one.place),
            amounts(one.free_minutes[:, 0, hour, area], numbers),
            amounts(one.minutes[:, 0, hour, area], numbers),
            shares(one.cut[:, 0, hour, area], numbers),
        )
        for area, called in enumerate(told.people.names)
        if called != ALL
        for one in told.reached.reach
    )
    return ReportTable(
        _("By area"),
        columns(*(_("Area"), _("To the nearest"), free, barred, cut), numeric=(free, barred, cut)),
        rows,
    )


def barriers_table(told: Access, numbers: Numbers) -> ReportTable:
    """Return the barriers that cut off most if they shut, those first."""
    place, lost, most = _("From every"), _("Cut off if it shuts"), []
    for name, values in told.cut_off.items():
        middle = np.quantile(values, 0.5, axis=0) if values.size else np.empty(0)
        most += [(float(middle[i]), i, name) for i in np.flatnonzero(middle > 0.0).tolist()]
    most.sort(key=lambda one: (-one[0], one[1]))
    rows = tuple(
        (
            barrier_name(told, barrier),
            barrier_label(str(told.barriers["kind"].iloc[barrier])),
            service_label(name),
            counted(told, told.cut_off[name][:, barrier], numbers),
        )
        for _middle, barrier, name in most[:LISTED]
    )
    note = _("All of them are in figures.csv.") if len(most) > LISTED else ""
    return ReportTable(
        _("What is lost if one barrier shuts"),
        columns(*(_("Barrier"), _("Kind"), place, lost), numeric=(lost,)),
        rows,
        note=note,
    )


def kinds_table(told: Access, numbers: Numbers) -> ReportTable:
    """Return how many barriers of each kind cross a street, and how OCHA would count them."""
    kinds = told.barriers["kind"].to_numpy(str)
    n = _("Number")
    rows = tuple(
        (barrier_label(kind), numbers.plain(int((kinds == kind).sum())))
        for kind in dict.fromkeys(kinds.tolist())
    )
    total = sum(counted_as_ocha(kinds.tolist()).values())
    return ReportTable(
        _("Barriers that cross a walkable street"),
        columns(_("Kind"), n, numeric=(n,)),
        rows,
        note=_("Of them, OCHA counts as movement obstacles: {total}.").format(
            total=numbers.plain(total)
        ),
    )
