"""Editions of a publication: which one it is, and what is another since the one before."""

from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

from contrechamp.publish.bundle.statement import Stated, Statement, statement_of
from contrechamp.vault import subjects
from contrechamp.vault.case import Case
from contrechamp.vault.log import canonical
from contrechamp.vault.subjects import State

#: Statements are logged under the subject publication/<id>.
SUBJECT = "publication/"
#: What can have become of a claim; `wording.publications` has words for each.
Change: TypeAlias = Literal["added", "withdrawn", "revised", "rests", "kept-back"]
#: Kind of the claims that tell what changed.
CORRECTION = "corrections"
#: What people said: which of it is no longer shown, and why, is not told.
_QUOTE = "quote"


def newest(case: Case, publication: str) -> tuple[State, Statement] | None:
    """Return the newest statement of a publication, as the log has it; None if there is none.

    Args:
        case: open.
        publication: its id in statements.
    """
    found: tuple[State, Statement] | None = None
    for state in subjects.below(case, SUBJECT):
        if state.is_erased:
            continue
        one = statement_of(canonical.loads(state.content))
        if one.publication.id == publication and (found is None or found[0].entry < state.entry):
            found = state, one
    return found


def changes(last: Statement, new: Statement) -> list[dict[str, Any]]:
    """Return what became of the claims of an edition, in the order of the report.

    Words are compared in the languages that both editions have. Corrections are no claims here.
    """
    before, after = _claims(last.claims), _claims(new.claims)
    found: list[dict[str, Any]] = []
    for identity, one in after.items():
        if identity not in before:
            found.append(_change("added", one))
        elif _words_differ(before[identity], one):
            found.append(_change("revised", one))
        elif before[identity].rests != one.rests:
            found.append(_change("rests", one))
    gone = [one for identity, one in before.items() if identity not in after]
    found += [_change("withdrawn", one) for one in gone if one.kind != _QUOTE]
    if silent := sum(one.kind == _QUOTE for one in gone):
        found.append({"change": "kept-back", "count": silent})
    return found


def _claims(claims: Sequence[Stated]) -> dict[str, Stated]:
    return {one.id: one for one in claims if one.kind != CORRECTION}


def _words_differ(one: Stated, other: Stated) -> bool:
    both = one.words.keys() & other.words.keys()
    return any(one.words[language] != other.words[language] for language in both)


def _change(change: Change, one: Stated) -> dict[str, Any]:
    return {"change": change, "kind": one.kind, "id": one.id}
