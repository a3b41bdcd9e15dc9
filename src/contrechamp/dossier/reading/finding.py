"""Finding records by words, by what their fields say, and by when."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from contrechamp.dossier.reading import lookup, search
from contrechamp.dossier.reading.conditions import Condition
from contrechamp.dossier.reading.dated import dated
from contrechamp.dossier.reading.field_paths import values_at
from contrechamp.dossier.reading.lookup import ListedRecord, Stored
from contrechamp.dossier.records.schema import to_json
from contrechamp.vault.case import Case

#: More records than any case has: all that hold the words.
_ALL = 1 << 40


@dataclass(frozen=True)
class Found:
    """A record that was found.

    Args:
        record: which.
        excerpt: words around the first match; "" if no words were looked for.
        said: path -> what the record says there, for each field that was asked for.
    """

    record: ListedRecord
    excerpt: str = field(default="", repr=False)
    said: dict[str, list[object]] = field(default_factory=dict, repr=False)


def find(
    case: Case,
    words: str = "",
    *,
    kind: str = "",
    conditions: Sequence[Condition] = (),
    since: date | None = None,
    until: date | None = None,
    limit: int = 50,
) -> tuple[list[Found], bool]:
    """Return the records for which everything holds, and whether there are more.

    Args:
        case: open.
        words: see `search.query_of`; with words the best come first, otherwise the oldest record.
        kind: of records; "" for all.
        conditions: on fields.
        since: what a date of the record tells of may have been on or after this day.
        until: on or before this day; both of one date.
        limit: at most this many.
    """
    asked = bool(conditions or since or until)
    found: list[Found] = []
    for stored, excerpt in _candidates(case, words, kind, conditions, limit if not asked else _ALL):
        if len(found) == limit:
            return found, True
        if not all(one.holds(stored.kind, stored.record) for one in conditions):
            continue
        if (since or until) and not _was_between(stored, since or date.min, until or date.max):
            continue
        said = {one.path: [to_json(value) for value in values_at(stored.record, one.path)]
                for one in conditions}  # fmt: skip
        title = stored.record.title()
        found.append(
            Found(ListedRecord(stored.id, stored.kind, stored.version, title), excerpt, said)
        )
    return found, False


def _candidates(
    case: Case, words: str, kind: str, conditions: Sequence[Condition], limit: int
) -> Iterator[tuple[Stored, str]]:
    """Yield the records that may be meant, with an excerpt if words are looked for."""
    cites = [one.cites for one in conditions if one.cites]
    if words:
        for hit in search.find(case, words, kind=kind, limit=limit + 1):
            yield lookup.get(case, hit.record.id), hit.excerpt
    elif cites:
        citing = (one.citing for one in lookup.cited_by(case, cites[0]))
        yield from ((stored, "") for stored in lookup.those(case, citing))
    else:
        yield from ((stored, "") for stored in lookup.every(case, kind))


def _was_between(stored: Stored, since: date, until: date) -> bool:
    return any(one.first <= until and one.last >= since for one in dated(stored.record))
