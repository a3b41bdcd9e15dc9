"""Copies of records and items that left the case, as far as the case knows."""

from collections.abc import Sequence
from dataclasses import dataclass

from contrechamp.dossier.reading.lookup import SUBJECT
from contrechamp.dossier.records.field_types import ITEM
from contrechamp.vault import subjects
from contrechamp.vault.bags import exporting
from contrechamp.vault.case import Case


@dataclass(frozen=True)
class HandedOut:
    """A copy that was handed out.

    Args:
        name: of the folder that was written.
        at: when, UTC, ISO 8601.
        to: the recipients as logged: names, references, age recipients; "" if unknown.
        team: whether it was for those who work on the case.
        of: references to what it contains.
    """

    name: str
    at: str
    to: str
    team: bool
    of: tuple[str, ...]


def handed_out(case: Case, refs: Sequence[str]) -> list[HandedOut]:
    """Return the copies of records and items that were handed out, the oldest first."""
    wanted = set(refs)
    found = []
    for state in (one.parsed for one in subjects.below(case, exporting.SUBJECT)):
        contents = [f"{ITEM}/{one}" for one in state.get("items", [])]
        contents += [SUBJECT + one for one in state.get("records", [])]
        inside = tuple(one for one in contents if one in wanted)
        if inside:
            to = str(state.get("for", "")) or ", ".join(state.get("to", []))
            team = bool(state.get("team", False))
            found.append(HandedOut(str(state["name"]), str(state["at"]), to, team, inside))
    return sorted(found, key=lambda one: (one.at, one.name))
