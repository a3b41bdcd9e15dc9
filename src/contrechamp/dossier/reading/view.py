"""The case as it will be once the records about to be written are in it."""

from collections.abc import Collection, Iterable, Mapping
from itertools import islice

from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.lookup import Citation
from contrechamp.dossier.records.contents import references
from contrechamp.dossier.records.field_types import Record
from contrechamp.dossier.records.kinds import kind_of
from contrechamp.vault.case import Case

#: At most this many records are kept in memory: a publication goes through what it cites many
#: times. 6,000 places take 3 MB, and 2 s to read anew.
KEPT = 20_000


class View:
    """The case as it will be once a batch of records is written.

    Records that were read are cached, so a view must not outlive the next change to the case.

    Args:
        case: open.
        batch: records to be written, by id.
        coming: ids of items that come in with the batch.
        merging: records may cite what was erased, as they did in the other copy.
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
        self._items: dict[str, bool] = {}
        self._knows_all = False
        #: Ids of the sources of items, as `permission.consent.sources_of` found them.
        self.sources: dict[str, frozenset[str]] = {}
        self._cited_from: dict[tuple[str, str], dict[str, list[Citation]]] = {}

    def expect_many(self) -> None:
        """Read at once of which kind records are and which items are there.

        For whoever looks at every record: what is then asked of each of them costs no query.
        """
        if not self._knows_all:
            self._kinds = dict(lookup.kinds_of_all(self.case))
            self._items = dict.fromkeys(lookup.items_there(self.case), True)
            self._knows_all = True

    @property
    def member(self) -> str:
        """The id of the member who is writing."""
        return self.case.unlocked.member

    def kind(self, record: str) -> str | None:
        """Return the kind of a record; None if there is none, or it was erased."""
        if record in self.batch:
            return kind_of(self.batch[record])
        if record not in self._kinds:
            if self._knows_all:
                return None
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
            found = lookup.find(self.case, record)
            self.remember(record, None if found is None else found.record)
        return self._records[record]

    def remember(self, record_id: str, record: Record | None) -> None:
        """Cache a record that was already read; None for one that is not there."""
        if len(self._records) >= KEPT:  # those that were read first go, and what is near stays
            for old in list(islice(self._records, KEPT // 2)):
                del self._records[old]
        self._records[record_id] = record

    def read_ahead(self, records: Iterable[str]) -> None:
        """Read records that will be asked for, all of them by a few queries."""
        wanted = {one for one in records if one not in self._records and one not in self.batch}
        for record_id, stored in lookup.known(self.case, sorted(wanted)[:KEPT]).items():
            if stored is not None:
                self.remember(record_id, stored.record)

    def has_item(self, item: str) -> bool:
        """Return whether the vault holds an item that is not erased."""
        if item in self.coming:
            return True
        if item not in self._items and not self._knows_all:
            state = lookup.item_state(self.case, item)
            self._items[item] = state is not None and "erased_at" not in state
        return self._items.get(item, False)

    def cited_by(self, ref: str) -> list[Citation]:
        """Return the citations that a record, a part of it, or an item will have."""
        staying = [one for one in lookup.cited_by(self.case, ref) if one.citing not in self.batch]
        return staying + self._cited_by_batch(ref)

    def cited_from(self, ref: str, kind: str, field: str) -> list[Citation]:
        """Return those of `cited_by` that stand in one field (or list) of records of a kind.

        What all records of that kind name there is read once, when it is first asked for: of a file
        that thousands of records were read from, `cited_by` would go through all of these.
        """
        if (kind, field) not in self._cited_from:
            found: dict[str, list[Citation]] = {}
            for one in lookup.citations_in(self.case, kind, field):
                found.setdefault(one.cited.partition("#")[0], []).append(one)
            self._cited_from[kind, field] = found
        there = self._cited_from[kind, field].get(ref.partition("#")[0], ())
        staying = [one for one in there if one.citing not in self.batch]
        coming = [
            one
            for one in self._cited_by_batch(ref)
            if one.field.partition("[")[0] == field and self.kind(one.citing) == kind
        ]
        return [one for one in staying if one.cited == ref or "#" not in ref] + coming

    def _cited_by_batch(self, ref: str) -> list[Citation]:
        """Return the citations in the batch, which is indexed when first needed."""
        if self._citing is None:
            self._citing = {}
            for citing, record in self.batch.items():
                for reference in references(record):
                    cited = str(reference.value)
                    citation = Citation(citing, reference.path, cited)
                    self._citing.setdefault(cited.partition("#")[0], []).append(citation)
        coming = self._citing.get(ref.partition("#")[0], [])
        return [one for one in coming if one.cited == ref or "#" not in ref]
