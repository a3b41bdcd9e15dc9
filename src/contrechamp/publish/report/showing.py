"""What a publication may show of its case, and what it keeps back, with the reason.

Whatever a source said or gave is shown only in a use that the publication states, or that follows
from a finding, and that consent covers on the day. The rest is counted, never described.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from contrechamp.dossier.permission import consent
from contrechamp.dossier.permission.standing import Standings
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.lookup import SUBJECT
from contrechamp.dossier.reading.view import View
from contrechamp.dossier.records.field_types import ITEM, Record
from contrechamp.dossier.records.measurements import Measurement
from contrechamp.dossier.records.people import ConsentUse, Source
from contrechamp.dossier.records.publications import Publication
from contrechamp.dossier.records.testimony import Exhibit, Passage, Testimony
from contrechamp.publish.report.cited_figures import Figures
from contrechamp.publish.report.masked_pictures import Pictures

_Kind = TypeVar("_Kind", bound=Record)
#: Uses in which words are shown, the one that tells more of who spoke first.
_SPOKEN: tuple[ConsentUse, ...] = ("pseudonym", "quoted")


@dataclass(frozen=True)
class Quote:
    """A passage that may be shown.

    Args:
        ref: of the passage, record/...#key.
        passage: what was said.
        language: of the testimony.
        by: who said it, as far as consent goes; None if it is quoted without a name.
    """

    ref: str
    passage: Passage
    language: str
    by: Source | None


class Showing:
    """What a publication may show on a day.

    Args:
        standings: of the case on the day on which it comes out.
        ref: of the publication.
        publication: what it says.
    """

    def __init__(self, standings: Standings, ref: str, publication: Publication) -> None:
        self.standings, self.ref, self.publication = standings, ref, publication
        self._uses: dict[str, set[ConsentUse]] = {}
        for use in consent.uses_of(self.view, publication):
            self._uses.setdefault(use.of, set()).add(use.use)
        self._withheld: Counter[consent.Why] = Counter()
        self.quotes: dict[str, list[Quote]] = {}
        for of in self._uses:
            self._read(of)
        #: The figures of the measurements that it shows, and the masked copies of its pictures.
        #: What is wrong with them is told to whoever publishes: read now, in their language.
        self.figures = Figures(self.view, self.cited(Measurement))
        self.pictures = Pictures(self.view, publication, self.cited(Exhibit), self.day)

    @property
    def view(self) -> View:
        """The case."""
        return self.standings.view

    @property
    def day(self) -> date:
        """The day on which it comes out."""
        return self.standings.day

    @property
    def withheld(self) -> Mapping[consent.Why, int]:
        """How many uses are kept back, by the reason."""
        return self._withheld

    def cited(self, cls: type[_Kind]) -> list[tuple[str, _Kind]]:
        """Return the records of a kind that the publication shows, with their references."""
        found = ((ref, self.record(ref)) for ref in dict.fromkeys(self.publication.cites))
        return [(ref, one) for ref, one in found if isinstance(one, cls)]

    def record(self, ref: str) -> Record | None:
        """Return what a record says; None if it was erased, or is an item."""
        return self.view.record(lookup.id_of(ref)) if ref.startswith(SUBJECT) else None

    def spoken(self, testimony: str) -> list[Quote]:
        """Return the passages of a testimony that may be shown."""
        return self.quotes.get(testimony.partition("#")[0], [])

    def is_given(self, ref: str) -> bool:
        """Return whether a source said or gave it, so that nothing is told of it but that it is."""
        if not ref.startswith((SUBJECT, f"{ITEM}/")):
            return False
        return bool(consent.sources_of(self.view, ref.partition("#")[0]))

    def may_name(self) -> set[str]:
        """Return the ids of the sources who may go by their pseudonym here."""
        return {
            lookup.id_of(record.source)
            for testimony, quotes in self.quotes.items()
            if any(one.by for one in quotes)
            and isinstance(record := self.record(testimony), Testimony)
        }

    def _read(self, of: str) -> None:
        """Take the passages that a use is of, as far as consent covers it."""
        whole, _, key = of.partition("#")
        record = self.record(whole)
        if not isinstance(record, Testimony):
            return
        passages = [one for one in record.passages if not key or one.key == key]
        for use in _SPOKEN:
            if use not in self._uses[of]:
                continue
            if refused := self._refused(of, use):
                self._withheld[refused] += len(passages)
                continue
            speaker = self.record(record.source) if use == "pseudonym" else None
            by = speaker if isinstance(speaker, Source) else None
            for passage in passages:
                if passage.closed:
                    self._withheld["closed"] += 1
                    continue
                found = Quote(f"{whole}#{passage.key}", passage, record.language, by)
                quotes = self.quotes.setdefault(whole, [])
                if found.ref not in {one.ref for one in quotes}:
                    quotes.append(found)
            return

    def _refused(self, of: str, use: ConsentUse) -> consent.Why | None:
        for one in ("held", use):
            for refusal in consent.lacking(self.view, of, one, self.day):
                return refusal.why
        return None
