"""Finding parts of true names that appear in the open, outside the compartment."""

from collections.abc import Iterator

from contrechamp.base.search_words import normalised
from contrechamp.dossier.identities.compartment import sealed_identities, spaced, unsealed, words_of
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.records.contents import field_values
from contrechamp.vault import subjects
from contrechamp.vault.access.slots import AgeIdentities
from contrechamp.vault.bags import exporting
from contrechamp.vault.case import Case
from contrechamp.vault.log import custody


def mentions(case: Case, *, own: AgeIdentities | None = None) -> dict[str, set[str]]:
    """Return where parts of true names appear in the open: in records, item names, reasons.

    Args:
        case: open, by a member of the compartment.
        own: see `compartment.reveal`.

    Returns:
        places by source id: references, or entry/<number> for a reason; never the words.

    Raises:
        InputError: if the compartment is closed to the caller.
    """
    wanted: dict[str, set[str]] = {}
    for _subject, state in sealed_identities(case):
        words = words_of(unsealed(case, state, own).name)
        wanted.setdefault(str(state["source"]), set()).update(words)
    found: dict[str, set[str]] = {}
    for where, text in _open_texts(case):
        there = set(normalised(text).split())
        for source, words in wanted.items():
            if words & there:
                found.setdefault(source, set()).add(where)
    return found


def _open_texts(case: Case) -> Iterator[tuple[str, str]]:
    for stored in lookup.every(case):
        for field in field_values(stored.record):
            if field.shape.holds == "text" and field.shape.refers_to is None:
                yield stored.ref, spaced(str(field.value))
    for prefix in ("item/", exporting.SUBJECT):
        for state in subjects.below(case, prefix):
            yield state.subject, spaced(str(state.parsed.get("name", "")))
    for number, text in custody.reasons(case.database).items():
        yield f"entry/{number}", spaced(text)
