"""Whatever two members did to two copies, merging them leaves a sound case and loses nothing.

Each side is a list of steps that Hypothesis makes up: writing, editing, citing, erasing. Some are
refused by the rules; what came of the others is compared with what the merged case holds.
"""

import contextlib
import os
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from samples import DAY, NOW, Desk, camera, finding, source, telling

from contrechamp.base.errors import CheckFailedError, InputError
from contrechamp.dossier.merge import merging
from contrechamp.dossier.permission.standing import Standings
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.view import View
from contrechamp.dossier.records import testimony as told_room
from contrechamp.dossier.records.contents import field_values
from contrechamp.dossier.records.fieldwork import Camera
from contrechamp.dossier.records.schema import REF, to_json
from contrechamp.dossier.writing import erasing, store
from contrechamp.dossier.writing.index_check import problems
from contrechamp.vault.case import Case
from contrechamp.vault.verifying import verify
from vault import cases

pytestmark = pytest.mark.slow

SHARED = 4  # records that both copies begin with: a source, a testimony, two cameras
steps = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=8
)


def work(case: Case, shared: list[str], side: str, wanted: list[tuple[int, int, int]]) -> None:
    """Do what the steps say, as far as the rules let it be done."""
    refs = list(shared)
    for what, one, two in wanted:
        ref = refs[one % len(refs)]
        with contextlib.suppress(InputError, CheckFailedError):
            refs += _step(case, what, ref, refs[two % len(refs)], f"{side} {one} {two}")


def _step(case: Case, what: int, ref: str, other: str, words: str) -> list[str]:
    if what == 0:
        return [store.put(case, camera(name=f"SAMPLE {words}"), now=NOW).ref]
    if what == 1:
        key = "#p1" if isinstance(lookup.get(case, ref).record, told_room.Testimony) else ""
        return [store.put(case, finding(ref + key), now=NOW).ref]
    if what == 2:
        erasing.erase(case, [ref], reason="SAMPLE", now=NOW)
        return []
    record: Any = lookup.get(case, ref).record
    if isinstance(record, Camera):
        field = {3: "name", 4: "mount", 5: "note"}[what]
        record = replace(record, **{field: f"SAMPLE {words}"})
    elif isinstance(record, told_room.Testimony):
        kept = record.passages[1:] if what == 5 else record.passages
        record = replace(record, passages=kept, summary=f"SAMPLE {words}")
    else:
        record = replace(record, note=f"SAMPLE {words}")
    store.put(case, record, record_id=ref.removeprefix("record/"), now=NOW)
    return []


def fields(case: Case) -> dict[str, dict[str, Any]]:
    """Return what every record says, by its reference."""
    return {stored.ref: to_json(stored.record) for stored in lookup.every(case)}


@given(mine=steps, theirs=steps)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_was_done_to_two_copies_nothing_is_lost(
    mine: list[tuple[int, int, int]], theirs: list[tuple[int, int, int]]
) -> None:
    folder = Path(tempfile.mkdtemp(prefix="contrechamp-any-merge-"))
    try:
        _merge_and_look(folder, mine, theirs)
    finally:
        shutil.rmtree(folder)


def _merge_and_look(folder: Path, mine: list[Any], theirs: list[Any]) -> None:
    cases.new(folder / "case")
    with cases.opened(folder / "case", write=True) as case:
        at = Desk(case, folder)
        who = at.put(source())
        shared = [who, at.put(telling(who)), at.put(camera()), at.put(camera(name="SAMPLE"))]
        begun = fields(case)
    shutil.copytree(folder / "case", folder / "other")
    with cases.opened(folder / "other", write=True) as other:
        work(other, shared, "theirs", theirs)
        # Each side has at least one entry of its own: else there is nothing to merge.
        store.put(other, source(pseudonym="SAMPLE theirs"), now=NOW)
        there = fields(other)
    with cases.opened(folder / "case", write=True) as case:
        work(case, shared, "mine", mine)
        store.put(case, source(pseudonym="SAMPLE mine"), now=NOW)
        here = fields(case)
        with cases.opened(folder / "other") as other:
            merging.merge(case, other, now=NOW, random=os.urandom)
        assert verify(case) == []
        assert problems(case) == []
        _nothing_dangles(case)
        _nothing_is_lost(case, begun, here, there)


def _nothing_dangles(case: Case) -> None:
    standings = Standings(View(case), DAY)
    for stored in lookup.every(case):
        told = {flag.because for flag in standings.of(stored.ref)}
        for held in field_values(stored.record):
            if held.shape.refers_to is None:
                continue
            _room, target, key = REF.fullmatch(held.value).groups()  # type: ignore[union-attr]
            cited = lookup.find(case, target)
            if cited is None:
                assert lookup.is_erased(case, target)
                assert held.value in told or stored.kind == "conflict"
            elif key:
                assert key in {passage.key for passage in cited.record.passages}  # type: ignore[attr-defined]


def _nothing_is_lost(case: Case, begun: dict, here: dict, there: dict) -> None:
    now = fields(case)
    conflicts = {
        (one["about"], one["field"]) for one in now.values() if {"about", "field"} <= one.keys()
    }
    for ref in here.keys() | there.keys():
        erased = (ref in begun) and (ref not in here or ref not in there)
        if erased:
            assert ref not in now
            continue
        for side, other in ((here, there), (there, here)):
            for name, value in side.get(ref, {}).items():
                changed = value != begun.get(ref, {}).get(name)
                if changed and now[ref].get(name) != value:
                    # Only a change that stands against another one is not what it was.
                    assert (ref, name) in conflicts
                    assert other.get(ref, {}).get(name) != value
