"""Measurements that a publication rests on: their figures, and the inputs that may leave.

``contrechamp measure --again BUNDLE`` runs them anew, whichever command of `publish.answers` they
are of: the same inputs, seed and version give the same bytes. An input is here only if its item is
released and no source gave it.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from contrechamp.base.errors import InputError
from contrechamp.dossier.permission import releasing
from contrechamp.dossier.reading.lookup import id_of
from contrechamp.dossier.records.field_types import ITEM
from contrechamp.publish.answers import Answer, answer_of
from contrechamp.publish.report.showing import Showing
from contrechamp.vault import object_keys, subjects
from contrechamp.vault.bags import bag
from contrechamp.vault.subjects import State

FOLDER = "data/measurements"
INPUTS = "inputs"
#: Larger inputs are left to whoever wants them from where they are from.
MAX_BYTES = 64 << 20


@dataclass(frozen=True)
class Ran:
    """A measurement, as the file with its figures says.

    Args:
        answer: the command that made it.
        command: the words that repeat it.
        language: of its messages.
        software: name and version of the program.
        inputs: name and SHA-256 of each file that it read, in order.
    """

    answer: Answer
    command: tuple[str, ...]
    language: str
    software: str
    inputs: tuple[tuple[str, str], ...]


def ran(figures: bytes) -> Ran | None:
    """Return what a file says of its measurement; None if it is none of ours."""
    try:
        told = json.loads(figures)
        answer = answer_of(told["schema"])
        if answer is None:
            return None
        software = told["software"]
        return Ran(
            answer,
            tuple(map(str, told["command"])),
            str(told["language"]),
            f"{software['name']} {software['version']}",
            tuple((str(one["name"]), str(one["sha256"])) for one in told["inputs"]),
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def files(showing: Showing, evidence: Iterable[str]) -> dict[str, bytes]:
    """Return the measurements that a publication rests on, with their inputs, by path.

    Args:
        showing: what it shows.
        evidence: references to what it rests on.
    """
    found: dict[str, bytes] = {}
    by_digest: Mapping[str, State] | None = None
    number = 0
    for item in _items(showing, evidence):
        figures = _content(showing, item) if _may_leave(showing, item) else None
        told = None if figures is None else ran(figures)
        if figures is None or told is None:
            continue
        number += 1
        found[f"{FOLDER}/{number}/{told.answer.file}"] = figures
        by_digest = by_digest or _by_digest(showing)
        for name, digest in told.inputs:
            state = by_digest.get(digest)
            if state is None or bag.safe_name(name) != name:
                continue
            if _may_leave(showing, state.subject):
                content = _content(showing, state.subject)
                if content is not None:
                    found[f"{FOLDER}/{number}/{INPUTS}/{name}"] = content
    return found


def _items(showing: Showing, evidence: Iterable[str]) -> Iterator[str]:
    """Yield the items that are cited, and those that cited records name as their file, once."""
    seen: dict[str, None] = {}
    for ref in (*evidence, *showing.publication.cites):
        file = ref if ref.startswith(f"{ITEM}/") else getattr(showing.record(ref), "file", None)
        if isinstance(file, str):
            seen[file] = None
    yield from seen


def _may_leave(showing: Showing, item: str) -> bool:
    return not showing.is_given(item) and releasing.is_released(showing.standings, item)


def _content(showing: Showing, item: str) -> bytes | None:
    """Return the content of an item; None if it is too large, or not there any more."""
    case = showing.view.case
    state = subjects.newest(case, f"{ITEM}/{id_of(item)}")
    if state is None or state.object is None:
        return None
    key = object_keys.by_name(case, [state.object]).get(state.object)
    if key is None or key.size > MAX_BYTES:
        return None
    try:
        return object_keys.read(case, key)
    except InputError:
        return None


def _by_digest(showing: Showing) -> Mapping[str, Any]:
    """Return the items of the case by the SHA-256 of their content."""
    states = subjects.below(showing.view.case, f"{ITEM}/")
    return {str(one.parsed["sha256"]): one for one in states if not one.is_erased}
