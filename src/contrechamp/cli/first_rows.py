"""Rows of cameras, buildings, walks and areas in words, rounded to what can be meant."""

from collections.abc import Mapping
from typing import Any

from contrechamp.base.i18n import _
from contrechamp.base.written import written_date, written_number
from contrechamp.scene.camera_fields import BY_NAME
from contrechamp.scene.understood import meaning_label
from contrechamp.wording.cameras import kind_label, mount_label

#: Places are kept with a point before decimals, to be pasted into a map.
_COORDINATES = ("lon", "lat")
#: Decimals of other numbers: centimetres, and hundredths of a degree.
_DECIMALS = 2


def row_line(row: Mapping[str, Any], table: str) -> str:
    """Return a row as one line.

    Args:
        row: name of the column -> value; what is not known is left out.
        table: cameras, buildings, tracks or areas.
    """
    return ", ".join(f"{_label(name, table)} {_value(name, value)}" for name, value in row.items())


def _label(name: str, table: str) -> str:
    words = {
        "source": _("read from"),
        "first_seen": _("first seen"),
        "last_seen": _("last seen"),
        "height_source": _("height known from"),
        "dwelling": _("dwelling"),
        "name": _("name"),
        "population": _("number of people"),
    }
    if name in words:
        return words[name]
    if table == "buildings" and name == "height_m":
        return meaning_label("height_m of a building")
    return meaning_label(name)


def _value(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int | float):
        return str(value) if name in _COORDINATES else written_number(round(value, _DECIMALS))
    if name == "kind":
        return kind_label(str(value))
    if name == "mount":
        return mount_label(str(value))
    if name == "heading_north":
        return {"true": _("true north"), "magnetic": _("magnetic north")}.get(
            str(value), str(value)
        )
    if name == "height_source":
        return {"height": _("height"), "levels": _("levels")}.get(str(value), str(value))
    field = BY_NAME.get(name)
    return written_date(str(value)) if field and field.holds == "date" else str(value)
