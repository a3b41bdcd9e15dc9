"""Words of what was understood of a table: what its columns become, and how they are written."""

from collections.abc import Mapping

from contrechamp.base.i18n import _, ngettext


def column_label(becomes: str, holds: str, written: str, cells: Mapping[str, int]) -> str:
    """Return what was understood of a column; "" if nothing is known of it.

    Args:
        becomes: path in the record, or key of the mapping; "" if it is not used.
        holds: what is read there; "" if the column is not read as a field.
        written: the sign before decimals, or the form of dates; "" if it is not needed.
        cells: number of its cells by what they are: text, number, day.
    """
    if not becomes:
        counted = ", ".join(_counted(cells))
        not_used = _("not used")
        return f"{not_used} ({counted})" if counted else ""
    parts = [becomes]
    if label := _kinds().get(holds):
        parts.append(label)
    if holds in {"number", "whole"}:
        parts += [_("{sign} before decimals").format(sign=written)] if written else []
    elif holds == "date" and (cells.get("text") or cells.get("number")):
        parts.append(_("written as {form}").format(form=written or "2025-12-31"))
    counted = ", ".join(_counted(cells)) or _("empty")
    return f"{' · '.join(parts)} ({counted})"


def same_before(count: int) -> str:
    """Return how many records an import leaves as they are, to be put behind; "" for none."""
    if not count:
        return ""
    return "; " + ngettext(
        "{count} says the same as in the case", "{count} say the same as in the case", count
    ).format(count=count)


def _kinds() -> dict[str, str]:
    return {
        "number": _("number"),
        "whole": _("whole number"),
        "date": _("date"),
        "time": _("time of day"),
        "choice": _("one of a list"),
        "flag": _("true or false"),
    }


def _counted(cells: Mapping[str, int]) -> list[str]:
    words = {
        "number": ngettext("{count} number", "{count} numbers", cells.get("number", 0)),
        "day": ngettext("{count} date", "{count} dates", cells.get("day", 0)),
        "text": ngettext("{count} text", "{count} texts", cells.get("text", 0)),
    }
    return [words[sort].format(count=cells[sort]) for sort in words if cells.get(sort)]
