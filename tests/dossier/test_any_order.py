"""The rules of reference hold under any order of edits: Hypothesis looks for one that breaks them.

The machine knows nothing of the rules. After each step it reads the whole case and checks that
everything that is cited exists or is told to be erased, that the index says what the records say,
and that the log verifies.
"""

import contextlib
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from samples import DAY, NOW, camera, consent, exhibit, finding, publication, source, telling, text

from contrechamp.base.errors import CheckFailedError, InputError
from contrechamp.dossier.index_tables import TABLES
from contrechamp.dossier.permission import reviews
from contrechamp.dossier.permission.gates import GATES
from contrechamp.dossier.permission.standing import Standings
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.view import View
from contrechamp.dossier.records import testimony
from contrechamp.dossier.records.contents import field_values
from contrechamp.dossier.records.findings import Recommendation
from contrechamp.dossier.records.letters import Letter
from contrechamp.dossier.records.schema import REF
from contrechamp.dossier.records.testimony import Challenge, Passage
from contrechamp.dossier.writing import erasing, store
from contrechamp.dossier.writing.index_check import problems
from contrechamp.vault import opening
from contrechamp.vault.verifying import verify
from vault import cases

pytestmark = pytest.mark.slow

REFUSED = (InputError, CheckFailedError)
KEYS = ("", "#p1", "#p2", "#p3")


class AnyOrder(RuleBasedStateMachine):
    """Somebody who writes, edits, cites and erases without any plan."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="contrechamp-any-order-"))
        cases.new(self.folder / "case")
        photo = self.folder / "sample.jpg"
        photo.write_bytes(b"SAMPLE")
        self.item = f"item/{cases.add(self.folder / 'case', photo)[0].item}"
        self.open = opening.opened(
            self.folder / "case", cases.PASSPHRASE, tables=TABLES, write=True
        )
        self.case = self.open.__enter__()
        self.refs: list[str] = []
        self.steps = 0

    def teardown(self) -> None:
        if hasattr(self, "open"):
            assert not verify(self.case)
            self.open.__exit__(None, None, None)
            shutil.rmtree(self.folder)

    def some(self, data: st.DataObject) -> str:
        refs = [*self.refs, self.item, "record/0123456789abcdef"]
        return data.draw(st.sampled_from(refs)) + data.draw(st.sampled_from(KEYS))

    def write(self, record, data: st.DataObject) -> None:
        """Write a new record, or in the place of one that is there."""
        ref = data.draw(st.sampled_from(["", *self.refs]))
        with contextlib.suppress(*REFUSED):
            stored = store.put(self.case, record, record_id=ref[7:], now=NOW)
            if stored.ref not in self.refs:
                self.refs.append(stored.ref)

    @rule(data=st.data(), kind=st.integers(0, 9))
    def put(self, data: st.DataObject, kind: int) -> None:
        one, two = self.some(data), self.some(data)
        record = (
            lambda: source(),
            lambda: telling(one, recordings=(two,) if two.startswith("item/") else ()),
            lambda: consent(one, "quoted", about=(two,)),
            lambda: exhibit(self.item, given_by=one),
            lambda: finding(one, two),
            lambda: camera(evidence=finding(one).evidence),
            lambda: publication(one, two),
            lambda: Challenge(about=one, kind="contested", on="2026", why="SAMPLE"),
            lambda: Recommendation(what=text("SAMPLE"), to_kind="state", findings=(one,)),
            lambda: Letter(to=one, language="en", subject="SAMPLE", about=(two,)),
        )[kind]()
        self.write(record, data)

    @rule(data=st.data(), keys=st.sets(st.sampled_from(["p1", "p2", "p3"])))
    def edit_passages(self, data: st.DataObject, keys: set[str]) -> None:
        told = [ref for ref in self.refs if isinstance(self.record(ref), testimony.Testimony)]
        if told:
            ref = data.draw(st.sampled_from(told))
            passages = tuple(Passage(key=key, text="SAMPLE") for key in sorted(keys))
            with contextlib.suppress(*REFUSED):
                changed = replace(self.record(ref), passages=passages)
                store.put(self.case, changed, record_id=ref[7:], now=NOW)

    @rule(data=st.data())
    def erase(self, data: st.DataObject) -> None:
        if self.refs:
            ref = data.draw(st.sampled_from(self.refs))
            with contextlib.suppress(*REFUSED):
                erasing.erase(self.case, [ref[7:]], reason="SAMPLE", now=NOW)

    @rule(data=st.data())
    def forget(self, data: st.DataObject) -> None:
        if self.refs:
            with contextlib.suppress(*REFUSED):
                ref = data.draw(st.sampled_from(self.refs))
                erasing.forget_versions(self.case, ref[7:], reason="SAMPLE", now=NOW)

    @rule(data=st.data(), erase_given=st.booleans())
    def withdraw(self, data: st.DataObject, erase_given: bool) -> None:
        if self.refs:
            ref = data.draw(st.sampled_from(self.refs))
            with contextlib.suppress(*REFUSED):
                erasing.withdraw(
                    self.case, ref[7:], on="2026-05-01", erase_given=erase_given,
                    reason="SAMPLE", now=NOW,
                )  # fmt: skip

    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        with contextlib.suppress(*REFUSED):
            passed = data.draw(st.sets(st.sampled_from(list(GATES))))
            given = reviews.release(
                self.case, self.some(data), on="2026-05-01",
                overrides=dict.fromkeys(passed, "SAMPLE"), now=NOW,
            )  # fmt: skip
            self.refs.append(given.ref)

    @rule(data=st.data())
    def revoke(self, data: st.DataObject) -> None:
        with contextlib.suppress(*REFUSED):
            reviews.revoke(self.case, self.some(data), on="2026-05-01", reason="SAMPLE", now=NOW)

    def record(self, ref: str):
        found = lookup.find(self.case, ref)
        return None if found is None else found.record

    @invariant()
    def what_is_cited_exists_or_is_told_to_be_erased(self) -> None:
        if not hasattr(self, "case"):
            return
        standings = Standings(View(self.case), DAY)
        for stored in lookup.every(self.case):
            told = {flag.because for flag in standings.of(stored.ref)}
            for held in field_values(stored.record):
                if held.shape.refers_to is None:
                    continue
                room, target, key = REF.fullmatch(held.value).groups()
                if room == "item":
                    assert "size" in lookup.item_state(self.case, target) or held.value in told
                    continue
                cited = lookup.find(self.case, target)
                if cited is None:
                    assert lookup.is_erased(self.case, target)
                    assert held.value in told
                    continue
                assert cited.kind in held.shape.refers_to.kinds
                if key:
                    assert key in {passage.key for passage in cited.record.passages}

    @invariant()
    def the_index_says_what_the_records_say(self) -> None:
        if hasattr(self, "case"):
            assert not problems(self.case)


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(
    max_examples=25,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
