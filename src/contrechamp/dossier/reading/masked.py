"""Masked copies of items, as the records of a case see them."""

from contrechamp.dossier.reading import lookup
from contrechamp.vault import masked_copies
from contrechamp.vault.case import Case

#: A copy of a copy of a copy... is followed so far.
_DEEP = 20


def with_originals(case: Case, item: str) -> list[str]:
    """Return an item and, if it is a masked copy, what it was made from: the original last."""
    found = [item]
    while len(found) < _DEEP:
        original = masked_copies.original(lookup.item_state(case, lookup.id_of(found[-1])))
        if not original or original in found:
            break
        found.append(original)
    return found


def is_copy(case: Case, item: str) -> bool:
    """Return whether an item is a masked copy."""
    return bool(masked_copies.original(lookup.item_state(case, lookup.id_of(item))))
