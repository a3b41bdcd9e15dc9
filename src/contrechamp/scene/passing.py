"""Who may pass a barrier, and when: by which permit, in which hours of the week."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from contrechamp.scene.opening_hours import HOURS, OPEN, week_of

#: Words for everyone and for nobody in the column `permits`; between permits; before their hours.
EVERYONE, NOBODY = "all", "none"
BETWEEN, AT = "|", "@"
#: Most permits of a barrier, and most letters of each.
MOST_PERMITS, MOST_LETTERS = 20, 80
_ALWAYS = OPEN * HOURS
#: What tables hold: nothing if nothing is known, "-" if nobody may pass, else a line for each
#: permit: its name (none for everyone), a tab, the hours of the week.
_LINE = rf"[^\t\n]{{0,{MOST_LETTERS}}}\t[01?]{{{HOURS}}}"
WRITTEN = re.compile(rf"-?|{_LINE}(?:\n{_LINE}){{0,{MOST_PERMITS - 1}}}")
_NOBODY = "-"


@dataclass(frozen=True)
class Passes:
    """Who passes by one permit.

    Args:
        permit: in lower case; "" if none is asked for.
        week: the hours of a week from Monday 00:00 (`opening_hours.week_of`).
    """

    permit: str
    week: str


class UnreadableHoursError(ValueError):
    """Hours that are not in the grammar; its text is what was read."""


class UnreadablePermitsError(ValueError):
    """Permits that cannot be read; its text is what was read."""


def passing_of(permits: str, hours: str) -> str:
    """Return who may pass, as tables hold it.

    Args:
        permits: ``all``, ``none``, or names with ``|`` between them, each with ``@`` and hours of
            its own if there are some: ``resident | worker @ Mo-Fr 06:00-18:00``. Empty: everyone,
            if there are hours, else nothing is known.
        hours: of everyone who may pass and has no hours of their own.

    Raises:
        UnreadableHoursError: if hours cannot be read.
        UnreadablePermitsError: if permits cannot be.
    """
    if not permits and not hours:
        return ""
    if permits.casefold() == NOBODY:
        return _NOBODY
    usual = _week(hours) if hours else _ALWAYS
    lines: dict[str, str] = {}
    for name, own in entries(permits or EVERYONE):
        lines[name] = _week(own) if own else usual
    return "\n".join(f"{name}\t{week}" for name, week in lines.items())


def entries(permits: str) -> list[tuple[str, str]]:
    """Return the permits of the column `permits`, "" for everyone, each with its own hours or "".

    Raises:
        UnreadablePermitsError: if it is not written so.
    """
    found = []
    for entry in permits.split(BETWEEN):
        name, at, own = entry.partition(AT)
        name = " ".join(name.casefold().split())
        if not name or name == NOBODY or len(name) > MOST_LETTERS or (at and not own.strip()):
            raise UnreadablePermitsError(entry.strip() or permits)
        found.append(("" if name == EVERYONE else name, own.strip()))
    if len(found) > MOST_PERMITS:
        raise UnreadablePermitsError(permits)
    return found


def _week(hours: str) -> str:
    try:
        return week_of(hours)
    except ValueError as error:
        raise UnreadableHoursError(hours) from error


def passes(passing: str) -> tuple[Passes, ...] | None:
    """Return who passes, of what tables hold; None if nothing is known."""
    if not passing:
        return None
    if passing == _NOBODY:
        return ()
    return tuple(Passes(*line.split("\t")) for line in passing.split("\n"))


def permits_of(passing: Sequence[str]) -> tuple[str, ...]:
    """Return the names of all permits that some barriers ask for, in alphabetical order."""
    named = {one.permit for text in passing for one in passes(text) or ()}
    return tuple(sorted(named - {""}))
