"""The case as it will be once records that are about to be written are in it."""

from collections.abc import Collection, Mapping

from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.lookup import Citation
from contrechamp.dossier.records.contents import references
from contrechamp.dossier.records.field_types import Record
from contrechamp.dossier.records.kinds import kind_of
from contrechamp.vault.case import Case

#: Records that are kept in memory at a time.
KEPT = 5_000


class View:
    """The case as it will be once a batch of records is written.

    What was read once is kept: a view does not outlive the next change of the case.

    Args:
        case: open.
        batch: records by id.
        coming: ids of items that come in with it.
        merging: what was erased may be cited by who cited it in the other copy.
    """

    def __init__(
        self,
        case: Case,
        batch: Mapping[str, Record] | None = None,
        *,
        coming: Collection[str] = (),
        merging: bool = False,
    ) -> None:
        self.case = case
        self.batch = batch or {}
        self.coming = coming
        self.merging = merging
        self._kinds: dict[str, str | None] = {}
        self._records: dict[str, Record | None] = {}
        self._citing: dict[str, list[Citation]] | None = None

    @property
    def member(self) -> str:
        """Who writes."""
        return self.case.unlocked.member

    def kind(self, record: str) -> str | None:
        """Return the kind of a record; None if there is none, or it was erased."""
        if record in self.batch:
            return kind_of(self.batch[record])
        if record not in self._kinds:
            row = self.case.database.execute(
                "SELECT kind FROM dossier WHERE id = ?", (record,)
            ).fetchone()
            self._kinds[record] = None if row is None else str(row[0])
        return self._kinds[record]

    def record(self, record: str) -> Record | None:
        """Return what a record will say; None if there is none, or it was erased."""
        if record in self.batch:
            return self.batch[record]
        if record not in self._records:
            if len(self._records) >= KEPT:
                self._records.clear()
            found = lookup.find(self.case, record)
            self._records[record] = None if found is None else found.record
        return self._records[record]

    def remember(self, record_id: str, record: Record) -> None:
        """Keep a record that was read already."""
        if len(self._records) < KEPT:
            self._records[record_id] = record

    def has_item(self, item: str) -> bool:
        """Return whether the vault holds an item that is not erased."""
        if item in self.coming:
            return True
        state = lookup.item_state(self.case, item)
        return state is not None and "erased_at" not in state

    def cited_by(self, ref: str) -> list[Citation]:
        """Return who will name a record, a part of it, or an item."""
        staying = [one for one in lookup.cited_by(self.case, ref) if one.citing not in self.batch]
        return staying + self._cited_by_batch(ref)

    def _cited_by_batch(self, ref: str) -> list[Citation]:
        """Return who in the batch names it; the batch is looked through once for all of it."""
        if self._citing is None:
            self._citing = {}
            for citing, record in self.batch.items():
                for held in references(record):
                    whole = str(held.value).partition("#")[0]
                    citation = Citation(citing, held.path, str(held.value))
                    self._citing.setdefault(whole, []).append(citation)
        coming = self._citing.get(ref.partition("#")[0], [])
        return [one for one in coming if one.cited == ref or "#" not in ref]
