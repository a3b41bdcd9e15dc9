"""What references of a case point to, in a few words: for lists, and for who cites what."""

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
    """Return the title of a record, or the name of an item; "" where it has none, or is gone."""
    if ref.startswith("item/"):
        return str((lookup.item_state(case, lookup.id_of(ref)) or {}).get("name", ""))
    found = lookup.find(case, lookup.id_of(ref))
    return "" if found is None else found.record.title()


def citing(case: Case, ref: str) -> list[CitingRecord]:
    """Return who names a record (or a part of it) or an item; each once a part."""
    known: dict[str, lookup.Stored] = {}
    told = []
    for citation in lookup.cited_by(case, ref):
        if citation.citing not in known:
            known[citation.citing] = lookup.get(case, citation.citing)
        one = known[citation.citing]
        part = citation.cited.partition("#")[2]
        told.append(CitingRecord(SUBJECT + one.id, one.kind, one.record.title(), part))
    return list(dict.fromkeys(told))  # one record may cite it in many places
