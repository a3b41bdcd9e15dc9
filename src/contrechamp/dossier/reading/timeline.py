"""What happened when: everything in records that has a date, in the order of the dates."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, TypeAlias

from contrechamp.dossier.reading.dated import DatedFact, dated, precision_of
from contrechamp.dossier.reading.lookup import Stored

#: Whether a date is approximate (2022~) or uncertain (2022?); "" if it is neither.
Qualified: TypeAlias = Literal["", "approximate", "uncertain"]
_QUALIFIED: dict[str, Qualified] = {"~": "approximate", "?": "uncertain"}


@dataclass(frozen=True)
class Event:
    """A dated fact, and the record that tells of it.

    Args:
        id: of the record.
        kind: of the record.
        title: of the record.
        fact: its date, and what the part of the record says that has it.
    """

    id: str
    kind: str
    title: str = field(repr=False)
    fact: DatedFact

    @property
    def first_day(self) -> date:
        """The first day that may be meant; where only an end is known, that of the end."""
        return self.fact.first if self.fact.begin else self.last_day

    @property
    def last_day(self) -> date:
        """The last day that may be meant; where no end is known, that of the beginning."""
        one = self.fact
        if one.end or not one.is_period:
            return one.last
        return DatedFact(one.path, one.begin, "", False).last


def events(
    records: Iterable[Stored], *, since: date | None = None, until: date | None = None
) -> list[Event]:
    """Return what records tell of, the earliest first; what is closed is left out.

    Args:
        records: in the order that those of one day keep.
        since: it may have been on this day or later; a period without an end goes on.
        until: on this day or earlier.
    """
    first, last = since or date.min, until or date.max
    found = [
        Event(stored.id, stored.kind, stored.record.title(), fact)
        for stored in records
        for fact in dated(stored.record)
        if fact.first <= last and fact.last >= first
    ]
    return sorted(found, key=lambda event: (event.first_day, event.last_day))


def dates_of(fact: DatedFact) -> Iterator[str]:
    """Yield the dates that a fact has, as they are written."""
    yield from filter(None, (fact.begin, fact.end))


def precision(fact: DatedFact) -> str:
    """Return how exact a fact is dated: day, month or year; of a period, the coarser end."""
    exact = ("year", "month", "day")
    return min(map(precision_of, dates_of(fact)), key=exact.index)


def qualified(fact: DatedFact) -> Qualified:
    """Return what is said of the dates of a fact; of two, what is said of the less certain one."""
    said = {_QUALIFIED.get(text[-1], "") for text in dates_of(fact)}
    order: tuple[Qualified, ...] = ("uncertain", "approximate")
    return next((one for one in order if one in said), "")
