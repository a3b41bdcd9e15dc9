"""How a record stands: whether its evidence is present, contested, withdrawn or erased.

None of this is stored. It is computed from what is cited, so it shows everywhere and nobody can
forget to update it.
"""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from contrechamp.dossier.permission import consent
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.lookup import SUBJECT, Stored
from contrechamp.dossier.reading.masked import with_originals
from contrechamp.dossier.reading.view import View
from contrechamp.dossier.records.conflicts import Conflict
from contrechamp.dossier.records.contents import parts, references
from contrechamp.dossier.records.field_types import (
    ITEM,
    Evidence,
    Record,
    earliest,
    evidence_of,
)
from contrechamp.dossier.records.findings import Recommendation
from contrechamp.dossier.records.publications import Publication
from contrechamp.dossier.records.schema import REF
from contrechamp.dossier.records.testimony import Challenge, Exhibit, Testimony
from contrechamp.vault.captures import belonging, findings

Code: TypeAlias = Literal[
    "no-evidence",  # a statement has none, or none that stands
    "contested",
    "refuted",  # a challenge was upheld
    "withdrawn",
    "no-consent",
    "consent-withdrawn",
    "erased",  # something that it refers to was erased
    "conflict",  # two copies of the case differ
    "evidence-contested",
    "evidence-refuted",
    "evidence-withdrawn",
    "evidence-erased",
    "evidence-lacking",  # what it rests on has none itself
    "evidence-without-consent",
    "capture-failed",  # an item: what it says of itself does not hold, see `vault.captures`
    "evidence-capture-failed",
    "another-hash",  # an item: a file of the case says another hash of it, see `captures.belonging`
    "evidence-another-hash",
    "release-taken-back",  # it was released, and that holds no longer
]

#: What a flag on something cited means for the record that cites it.
_OF_EVIDENCE: dict[str, Code] = {
    "contested": "evidence-contested",
    "evidence-contested": "evidence-contested",
    "refuted": "evidence-refuted",
    "evidence-refuted": "evidence-refuted",
    "withdrawn": "evidence-withdrawn",
    "consent-withdrawn": "evidence-withdrawn",
    "evidence-withdrawn": "evidence-withdrawn",
    "evidence-erased": "evidence-erased",
    "no-consent": "evidence-without-consent",
    "evidence-without-consent": "evidence-without-consent",
    "no-evidence": "evidence-lacking",
    "evidence-lacking": "evidence-lacking",
    "capture-failed": "evidence-capture-failed",
    "evidence-capture-failed": "evidence-capture-failed",
    "another-hash": "evidence-another-hash",
    "evidence-another-hash": "evidence-another-hash",
}
#: Evidence with one of these no longer supports anything.
_FALLEN = frozenset({"evidence-refuted", "evidence-withdrawn", "evidence-erased"})
#: Kinds of what people said or gave.
_GIVEN = frozenset({"testimony", "exhibit"})
_NOTHING: frozenset[Code] = frozenset()
#: Records whose evidence is read at a time.
_AHEAD = 500


@dataclass(frozen=True)
class Flag:
    """One problem with a record.

    Args:
        code: which problem.
        at: field of the record; "" for the record as a whole.
        because: reference to its cause; "" where that is the record itself.
    """

    code: Code
    at: str = ""
    because: str = ""


class Standings:
    """How records stand on a day; answers are kept, so it must not outlive a change to the case.

    Args:
        view: the case.
        day: challenges and withdrawals of later days do not count yet.
    """

    def __init__(self, view: View, day: date) -> None:
        self.view = view
        self.day = day
        self._found: dict[str, tuple[Flag, ...]] = {}
        self._erased: dict[str, bool] = {}
        self._fallen: dict[str, bool] = {}
        self._own: dict[str, tuple[Flag, ...]] = {}
        self._codes: dict[str, frozenset[Code]] = {}
        self._other_hashes: dict[str, list[str]] | None = None

    def of(self, ref: str) -> tuple[Flag, ...]:
        """Return the problems with a record, a part of it, or an item."""
        if ref not in self._found:
            self._found[ref] = tuple(dict.fromkeys(self._flags(ref)))
        return self._found[ref]

    def each(self, records: Iterable[Stored]) -> Iterator[Stored]:
        """Yield records whose standing is about to be asked, and read what they rest on ahead."""
        self.view.expect_many()
        waiting = iter(records)
        while some := list(itertools.islice(waiting, _AHEAD)):
            for stored in some:
                if stored.whole:
                    self.view.remember(stored.id, stored.record)
            self.view.read_ahead(
                lookup.id_of(ref)
                for stored in some
                for ref, _at in _rests_on(stored.record)
                if ref.startswith(SUBJECT) and ref not in self._codes
            )
            yield from some

    def _flags(self, ref: str) -> Iterator[Flag]:
        yield from self._own_flags(ref)
        for cited, at in self._cited(ref):
            codes = self._codes_of(cited)
            for code in dict.fromkeys(_OF_EVIDENCE.values()):
                if code in codes:
                    yield Flag(code, at, cited)

    def _cited(self, ref: str) -> list[tuple[str, str]]:
        """Return what a record rests on, with the fields that name it."""
        record = self.view.record(lookup.id_of(ref)) if ref.startswith(SUBJECT) else None
        return [] if record is None else list(_rests_on(record))

    def _codes_of(self, cited: str) -> frozenset[Code]:
        """Return the flags that something cited gives to what cites it."""
        if cited not in self._codes:
            self._settle(cited)
        return self._codes[cited]

    def _settle(self, start: str) -> None:
        """Find the codes of something and of all that it rests on, at any depth.

        Records may rest on each other: all of such a circle (a strongly connected component) have
        the same codes. Tarjan, "Depth-first search and linear graph algorithms" (1972), without
        recursion: a chain may be as long as somebody makes it.
        """
        order: dict[str, int] = {}
        lowest: dict[str, int] = {}
        path: list[str] = []  # whose circle is not complete yet
        work = [(start, iter(self._entered(start, order, lowest, path)))]
        while work:
            ref, ahead = work[-1]
            one = next(ahead, None)
            if one is None:
                work.pop()
                if work:
                    above = work[-1][0]
                    lowest[above] = min(lowest[above], lowest[ref])
                if lowest[ref] == order[ref]:
                    circle = path[path.index(ref) :] if path[-1] != ref else [ref]
                    del path[-len(circle) :]
                    self._close(circle)
            elif one in self._codes:
                continue
            elif one in order:
                lowest[ref] = min(lowest[ref], order[one])
            else:
                work.append((one, iter(self._entered(one, order, lowest, path))))

    def _entered(
        self, ref: str, order: dict[str, int], lowest: dict[str, int], path: list[str]
    ) -> list[str]:
        """Number something that is met for the first time; return what it rests on."""
        order[ref] = lowest[ref] = len(order)
        path.append(ref)
        return [cited for cited, _at in self._cited(ref)]

    def _close(self, circle: list[str]) -> None:
        """Keep the codes of one record, or of several that rest on each other."""
        found = {_OF_EVIDENCE[flag.code] for ref in circle for flag in self._own_flags(ref)
                 if flag.code in _OF_EVIDENCE}  # fmt: skip
        for ref in circle:
            for cited, _at in self._cited(ref):
                found |= self._codes.get(cited, _NOTHING)
            if self._is_erased(ref):
                found.add("evidence-erased")
        codes = frozenset(found) if found else _NOTHING
        self._codes.update((ref, codes) for ref in circle)

    def _own_flags(self, ref: str) -> tuple[Flag, ...]:
        """Return the problems with something, apart from those of what it rests on."""
        if ref not in self._own:
            self._own[ref] = tuple(self._flags_of_its_own(ref))
        return self._own[ref]

    def _flags_of_its_own(self, ref: str) -> Iterator[Flag]:
        yield from self._challenges(ref)
        if ref.startswith(f"{ITEM}/"):
            yield from self._consents(ref)
            state = lookup.item_state(self.view.case, lookup.id_of(ref)) or {}
            if findings.has_failed(state):
                yield Flag("capture-failed")
            for by in self._contradicting().get(ref, ()):
                yield Flag("another-hash", "", by)
            return
        record = self.view.record(lookup.id_of(ref))
        if record is None:
            return
        yield from self._conflicts(ref)
        if isinstance(record, Testimony | Exhibit):
            yield from self._consents(ref)
        yield from self._erased_refs(record)
        yield from self._without_evidence(record)

    def _contradicting(self) -> dict[str, list[str]]:
        """Return the items that say another hash of an item than it has, by that item."""
        if self._other_hashes is None:
            self._other_hashes = {}
            for one in belonging.said(self.view.case):
                if one.how == "changed":
                    self._other_hashes.setdefault(one.item, []).append(one.by)
        return self._other_hashes

    def _erased_refs(self, record: Record) -> Iterator[Flag]:
        erased = [one for one in references(record) if self._is_erased(str(one.value))]
        if not erased:
            return
        evidence = {f"{at}.ref" for _ref, at in _rests_on(record)}  # told as evidence that is gone
        for reference in erased:
            if reference.path not in evidence:
                yield Flag("erased", reference.path, str(reference.value))

    def _challenges(self, ref: str) -> Iterator[Flag]:
        whole = ref.partition("#")[0]
        about = {ref, whole, *self._same_thing(whole)}
        if whole.startswith(f"{ITEM}/"):  # what is said against an original is of its copies too
            for original in with_originals(self.view.case, whole)[1:]:
                about |= {original, *self._same_thing(original)}
        for one in sorted(about):
            for citation in self.view.cited_from(one, "challenge", "about"):
                record = self.view.record(citation.citing)
                if not isinstance(record, Challenge):
                    continue
                # A challenge to one passage does not contest another.
                if record.about not in about and "#" in ref:
                    continue
                if record.outcome == "dismissed" or earliest(record.on) > self.day:
                    continue
                because = SUBJECT + citation.citing
                if record.kind == "withdrawn":
                    yield Flag("withdrawn", "", because)
                else:
                    upheld = record.outcome == "upheld"
                    yield Flag("refuted" if upheld else "contested", "", because)

    def _same_thing(self, ref: str) -> Iterator[str]:
        """Yield the item that an exhibit describes, or the exhibits that describe an item."""
        if ref.startswith(SUBJECT):
            if self.view.kind(lookup.id_of(ref)) == "exhibit":
                record = self.view.record(lookup.id_of(ref))
                assert isinstance(record, Exhibit)  # noqa: S101
                yield record.item
            return
        for citation in self.view.cited_from(ref, "exhibit", "item"):
            yield SUBJECT + citation.citing

    def _conflicts(self, ref: str) -> Iterator[Flag]:
        for citation in self.view.cited_from(ref, "conflict", "about"):
            record = self.view.record(citation.citing)
            if isinstance(record, Conflict) and record.outcome == "open":
                yield Flag("conflict", record.field, SUBJECT + citation.citing)

    def _consents(self, ref: str) -> Iterator[Flag]:
        for refusal in consent.lacking(self.view, ref, "held", self.day):
            withdrawn = refusal.why == "withdrawn"
            yield Flag("consent-withdrawn" if withdrawn else "no-consent", "", refusal.consent)

    def _without_evidence(self, record: Record) -> Iterator[Flag]:
        for part, path in parts(record):
            rests = evidence_of(part)
            if rests is not None and all(self._has_fallen(one) for one in rests):
                yield Flag("no-evidence", path.removeprefix(": "))

    def _has_fallen(self, ref: str) -> bool:
        """Return whether something no longer supports what cites it."""
        if ref not in self._fallen:
            self._fallen[ref] = self._is_erased(ref) or any(
                _OF_EVIDENCE.get(code) in _FALLEN for code in self._of_itself(ref)
            )
        return self._fallen[ref]

    def _of_itself(self, ref: str) -> Iterator[Code]:
        """Yield the codes of something as a whole that do not come from what it rests on."""
        yield from (flag.code for flag in self._challenges(ref))
        if self.view.kind(lookup.id_of(ref)) in _GIVEN or ref.startswith(f"{ITEM}/"):
            yield from (flag.code for flag in self._consents(ref))

    def _is_erased(self, ref: str) -> bool:
        if ref not in self._erased:
            self._erased[ref] = self._is_gone(ref)
        return self._erased[ref]

    def _is_gone(self, ref: str) -> bool:
        found = REF.fullmatch(ref)
        if found is None:
            return False
        if found[1] == ITEM:
            return not self.view.has_item(found[2])
        kind = self.view.kind(found[2])
        if kind != "exhibit":  # of others it is enough to know that they are there
            return kind is None
        record = self.view.record(found[2])
        return isinstance(record, Exhibit) and self._is_erased(record.item)


def _rests_on(record: Record) -> Iterator[tuple[str, str]]:
    """Yield what a record rests on, with the field that names it."""
    for part, path in parts(record):
        if isinstance(part, Evidence):
            yield part.ref, path.removeprefix(": ")
    if isinstance(record, Recommendation):
        for number, ref in enumerate(record.findings, start=1):
            yield ref, f"findings[{number}]"
    if isinstance(record, Publication):
        for number, ref in enumerate(record.cites, start=1):
            yield ref, f"cites[{number}]"


def standing(view: View, ref: str, day: date) -> tuple[Flag, ...]:
    """Return how one record stands; for many, use one `Standings`."""
    return Standings(view, day).of(ref)
