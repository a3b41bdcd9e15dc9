"""The titles of what references point to, for lists and for showing who cites what."""

from dataclasses import dataclass, field

from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.lookup import SUBJECT
from contrechamp.vault.case import Case


@dataclass(frozen=True)
class CitingRecord:
    """A record that names another record, a part of it, or an item.

    Args:
        ref: of the record that names it.
        kind: of that record.
        title: of that record.
        part: key of the part that is named; "" for all of it.
    """

    ref: str
    kind: str
    title: str = field(repr=False)
    part: str = ""


def title_of(case: Case, ref: str) -> str:
    """Return the title of a record, or the name of an item; "" if it has none or was erased."""
    if ref.startswith("item/"):
        return str((lookup.item_state(case, lookup.id_of(ref)) or {}).get("name", ""))
    found = lookup.find(case, lookup.id_of(ref))
    return "" if found is None else found.record.title()


def citing(case: Case, ref: str) -> list[CitingRecord]:
    """Return the records that name a record (or a part of it) or an item; each once per part."""
    citations = lookup.cited_by(case, ref)
    known = lookup.listed_of(case, {one.citing for one in citations})
    found = [
        CitingRecord(SUBJECT + one.id, one.kind, one.title, citation.cited.partition("#")[2])
        for citation in citations
        if (one := known.get(citation.citing)) is not None
    ]
    return list(dict.fromkeys(found))  # a record may cite the same part in many places
