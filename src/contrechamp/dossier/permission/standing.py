"""How a record stands: whether its evidence is present, contested, withdrawn or erased.

None of this is stored. It is computed from what is cited, so it shows everywhere and nobody can
forget to update it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, TypeAlias

from contrechamp.dossier.permission import consent
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.lookup import SUBJECT
from contrechamp.dossier.reading.view import View
from contrechamp.dossier.records.conflicts import Conflict
from contrechamp.dossier.records.contents import parts, references
from contrechamp.dossier.records.field_types import ITEM, Evidence, Record, earliest
from contrechamp.dossier.records.findings import Recommendation
from contrechamp.dossier.records.publications import Publication
from contrechamp.dossier.records.schema import REF
from contrechamp.dossier.records.testimony import Challenge, Exhibit, Testimony
from contrechamp.vault.captures import findings

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
    "erased-itself": "evidence-erased",
    "evidence-erased": "evidence-erased",
    "no-consent": "evidence-without-consent",
    "evidence-without-consent": "evidence-without-consent",
    "no-evidence": "evidence-lacking",
    "evidence-lacking": "evidence-lacking",
    "capture-failed": "evidence-capture-failed",
    "evidence-capture-failed": "evidence-capture-failed",
}
#: Evidence with one of these no longer supports anything.
_FALLEN = frozenset({"evidence-refuted", "evidence-withdrawn", "evidence-erased"})


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
    """How records stand on a day; answers are cached.

    Args:
        view: the case.
        day: challenges and withdrawals of later days do not count yet.
    """

    def __init__(self, view: View, day: date) -> None:
        self.view = view
        self.day = day
        self._found: dict[str, tuple[Flag, ...]] = {}
        self._disputed = _disputed(view)
        self._open: set[str] = set()

    def of(self, ref: str) -> tuple[Flag, ...]:
        """Return the problems with a record, a part of it, or an item."""
        if ref in self._found:
            return self._found[ref]
        if ref in self._open:  # records that rest on each other add nothing of their own
            return ()
        self._open.add(ref)
        flags = tuple(dict.fromkeys(self._flags(ref)))
        self._open.discard(ref)
        if not self._open:  # within a cycle the answer is incomplete: do not cache it
            self._found[ref] = flags
        return flags

    def _flags(self, ref: str) -> Iterator[Flag]:
        yield from self._challenges(ref)
        if ref.startswith(f"{ITEM}/"):
            yield from self._consents(ref)
            state = lookup.item_state(self.view.case, lookup.id_of(ref)) or {}
            if findings.verdict(state) in findings.FAILED:
                yield Flag("capture-failed")
            return
        record = self.view.record(lookup.id_of(ref))
        if record is None:
            return
        yield from self._conflicts(ref)
        if isinstance(record, Testimony | Exhibit):
            yield from self._consents(ref)
        evidence_refs = {
            f"{path.removeprefix(': ')}.ref"
            for part, path in parts(record)
            if isinstance(part, Evidence)
        }
        for reference in references(record):
            target = str(reference.value)
            if reference.path not in evidence_refs and self._is_erased(target):
                yield Flag("erased", reference.path, target)
        yield from self._evidence(record)

    def _challenges(self, ref: str) -> Iterator[Flag]:
        whole = ref.partition("#")[0]
        about = {ref, whole, *self._same_thing(whole)}
        for one in sorted(about):
            if one not in self._disputed:
                continue
            for citation in self.view.cited_by(one):
                record = self.view.record(citation.citing)
                if not isinstance(record, Challenge) or citation.field != "about":
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
            record = self.view.record(lookup.id_of(ref))
            if isinstance(record, Exhibit):
                yield record.item
            return
        for citation in self.view.cited_by(ref):
            if citation.field == "item" and self.view.kind(citation.citing) == "exhibit":
                yield SUBJECT + citation.citing

    def _conflicts(self, ref: str) -> Iterator[Flag]:
        if ref not in self._disputed:
            return
        for citation in self.view.cited_by(ref):
            if self.view.kind(citation.citing) == "conflict" and citation.field == "about":
                record: Any = self.view.record(citation.citing)
                if record.outcome == "open":
                    yield Flag("conflict", record.field, SUBJECT + citation.citing)

    def _consents(self, ref: str) -> Iterator[Flag]:
        for refusal in consent.lacking(self.view, ref, "held", self.day):
            withdrawn = refusal.why == "withdrawn"
            yield Flag("consent-withdrawn" if withdrawn else "no-consent", "", refusal.consent)

    def _evidence(self, record: Record) -> Iterator[Flag]:
        for part, path in parts(record):
            at = path.removeprefix(": ")
            evidence = getattr(part, "evidence", None)
            if (
                evidence is not None
                and hasattr(part, "confidence")
                and all(self._has_fallen(one.ref) for one in evidence)
            ):
                yield Flag("no-evidence", at)
            if isinstance(part, Evidence):
                yield from self._of_cited(part.ref, at)
        if isinstance(record, Recommendation):
            for number, ref in enumerate(record.findings, start=1):
                yield from self._of_cited(ref, f"findings[{number}]")
        if isinstance(record, Publication):
            for number, ref in enumerate(record.cites, start=1):
                yield from self._of_cited(ref, f"cites[{number}]")

    def _of_cited(self, ref: str, at: str) -> Iterator[Flag]:
        if self._is_erased(ref):
            yield Flag("evidence-erased", at, ref)
        for flag in self.of(ref):
            if flag.code in _OF_EVIDENCE:
                yield Flag(_OF_EVIDENCE[flag.code], at, ref)

    def _has_fallen(self, ref: str) -> bool:
        own = (_OF_EVIDENCE.get(flag.code, "") for flag in self.of(ref) if not flag.at)
        return self._is_erased(ref) or any(code in _FALLEN for code in own)

    def _is_erased(self, ref: str) -> bool:
        found = REF.fullmatch(ref)
        if found is None:
            return False
        if found[1] == ITEM:
            return not self.view.has_item(found[2])
        if self.view.kind(found[2]) is None:
            return True
        record = self.view.record(found[2])
        return isinstance(record, Exhibit) and self._is_erased(record.item)


def _disputed(view: View) -> set[str]:
    """Return what challenges and conflicts are about, with and without the part."""
    found = lookup.targets_of(view.case, "challenge", "conflict")
    for record in view.batch.values():
        if isinstance(record, Challenge | Conflict):
            found.add(record.about)
    return found | {ref.partition("#")[0] for ref in found}


def standing(view: View, ref: str, day: date) -> tuple[Flag, ...]:
    """Return how one record stands; for many, use one `Standings`."""
    return Standings(view, day).of(ref)
