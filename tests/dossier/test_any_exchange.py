"""However often copies of a case are handed about, no edit is lost, and they come to say the same.

Hypothesis makes up who writes what in three copies, and who merges whose; at last each merges with
the others until none has anything new. What was written is compared with what the copies hold.
"""

import itertools
import json
import os
import shutil
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from samples import NOW, Desk, camera, source

from contrechamp.base.errors import InputError
from contrechamp.dossier.merge import merging
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.records.conflicts import Conflict
from contrechamp.dossier.records.fieldwork import Camera
from contrechamp.dossier.records.schema import to_json
from contrechamp.dossier.writing import erasing, store
from contrechamp.dossier.writing.index_check import problems
from contrechamp.vault.case import Case
from contrechamp.vault.verifying import verify
from vault import cases

pytestmark = pytest.mark.slow

COPIES = 3
FIELDS = ("name", "mount", "note")
edit = st.tuples(st.integers(0, COPIES - 1), st.integers(0, 2), st.sampled_from(FIELDS))
merge = st.tuples(st.integers(0, COPIES - 1), st.integers(0, COPIES - 1))
rarely = st.tuples(st.integers(0, COPIES - 1), st.sampled_from(("new", "erase")), st.integers(0, 9))
steps = st.lists(st.one_of(edit, edit, merge, merge, rarely), min_size=2, max_size=14)


def merged(case: Case, other: Case) -> bool:
    """Merge, and return whether there was anything to merge; else nothing was written."""
    size = case.size
    try:
        merging.merge(case, other, now=NOW, random=os.urandom)
    except InputError as error:
        if "nothing that this one does not" not in str(error):
            raise
    return case.size > size


def said(case: Case) -> dict[str, dict[str, Any]]:
    """Return what every record says, by its reference."""
    return {stored.ref: to_json(stored.record) for stored in lookup.every(case)}


def held(case: Case) -> set[tuple[str, str, Any]]:
    """Return record, field and value of all that a case still holds, in any version or conflict."""
    found = set()
    states = case.database.execute(
        "SELECT subject, state FROM records WHERE subject LIKE 'record/%' UNION ALL "
        "SELECT subject, state FROM versions"
    ).fetchall()
    for subject, state in states:
        for field, value in json.loads(bytes(state)).get("fields", {}).items():
            found.add((str(subject), field, str(value)))
    return found


def told(case: Case) -> set[tuple[str, str, Any]]:
    """Return record, field and value of what a conflict names."""
    return {
        (record.about, record.field, json.loads(value))
        for record in (stored.record for stored in lookup.every(case, "conflict"))
        if isinstance(record, Conflict)
        for value in (record.mine, record.theirs, record.before)
        if value
    }


@given(wanted=steps)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_however_copies_are_exchanged_nothing_is_lost_and_they_agree(wanted: list[Any]) -> None:
    folder = Path(tempfile.mkdtemp(prefix="contrechamp-any-exchange-"))
    try:
        _exchange(folder, wanted)
    finally:
        shutil.rmtree(folder)


def _exchange(folder: Path, wanted: list[Any]) -> None:
    cases.new(folder / "0")
    with cases.opened(folder / "0", write=True) as case:
        at = Desk(case, folder)
        refs = [at.put(camera(name=f"SAMPLE {place}")) for place in range(3)]
        at.put(source())
    for place in range(1, COPIES):
        shutil.copytree(folder / "0", folder / str(place))
    with ExitStack() as stack:
        copies = [
            stack.enter_context(cases.opened(folder / str(place), write=True))
            for place in range(COPIES)
        ]
        wrote, superseded = _work(copies, refs, wanted)
        _settle(copies)
        _look(copies, wrote, superseded)


def _work(
    copies: list[Case], refs: list[str], wanted: list[Any]
) -> tuple[set[tuple[str, str, str]], set[tuple[str, str, str]]]:
    """Do what the steps say; return what was written, and what was changed by whoever saw it."""
    wrote, superseded = set(), set()
    for number, step in enumerate(wanted):
        case, value = copies[step[0]], f"SAMPLE edit {number}"
        if len(step) == 2:
            if step[0] != step[1]:
                merged(case, copies[step[1]])
        elif step[1] == "new":
            refs.append(store.put(case, camera(name=value), now=NOW).ref)
            wrote.add((refs[-1], "name", value))
        else:
            place = step[1] if step[1] != "erase" else step[2]
            found = lookup.find(case, refs[place % len(refs)])
            if found is None or not isinstance(found.record, Camera):
                continue
            if step[1] == "erase":
                erasing.erase(case, [found.ref], reason="SAMPLE", now=NOW)
                continue
            was = getattr(found.record, step[2])
            superseded.add((found.ref, step[2], was))
            store.put(case, replace(found.record, **{step[2]: value}), record_id=found.id, now=NOW)
            wrote.add((found.ref, step[2], value))
    return wrote, superseded


def _settle(copies: list[Case]) -> None:
    """Merge all with all until nobody has anything new; it has to end."""
    for _round in range(4):
        pairs = list(itertools.permutations(copies, 2))
        if sum(merged(case, other) for case, other in pairs) == 0:
            return
    raise AssertionError("the copies go on and on")


def _look(copies: list[Case], wrote: set[Any], superseded: set[Any]) -> None:
    first = said(copies[0])
    for case in copies:
        assert verify(case) == []
        assert problems(case) == []
        assert said(case) == first
        erased = {ref for ref, _field, _value in wrote if lookup.is_erased(case, ref[7:])}
        there, conflicts = held(case), told(case)
        for ref, field, value in wrote:
            if ref in erased:
                assert (ref, field, value) not in there | conflicts
                assert ref not in first
                continue
            assert (ref, field, value) in there
            # What is no longer said was changed by somebody who saw it, or is told in a conflict.
            if first[ref].get(field) != value:
                assert (ref, field, value) in superseded | conflicts
        # What was erased in any copy is erased in all, and no conflict says it.
        for ref, _field, _value in conflicts:
            assert not lookup.is_erased(case, ref[7:])
