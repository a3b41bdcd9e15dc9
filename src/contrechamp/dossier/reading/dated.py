"""When what a record tells of happened: its dates, with how exact and how sure they are."""

import functools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, TypeAlias

from contrechamp.dossier.records.field_types import DATE, Record, earliest, latest
from contrechamp.dossier.records.schema import below, members

#: First and last day of one thing; every other date stands for itself.
PERIODS = {"from_date": "to_date", "first_seen": "last_seen", "first_known": "last_known"}
_ENDS = {last: first for first, last in PERIODS.items()}
Precision: TypeAlias = Literal["day", "month", "year"]


@dataclass(frozen=True)
class DatedFact:
    """Something with a day, a month, a year or a period.

    Args:
        path: of the date in the record; of a period that of its first day, or of its last if there
            is no other. List indices count from 1.
        begin: as it is written; "" if only the end is known.
        end: of a period, as it is written; "" if it is not known.
        is_period: it lasted from `begin` to `end`.
        confidence: how sure the statement is; "" where none is said.
        says: what the part of the record says that has the date; "" if that is all of the record.
    """

    path: str
    begin: str
    end: str
    is_period: bool
    confidence: str = ""
    says: str = field(default="", repr=False)

    @property
    def first(self) -> date:
        """The first day that may be meant."""
        return earliest(self.begin) if self.begin else date.min

    @property
    def last(self) -> date:
        """The last day that may be meant."""
        if self.end:
            return latest(self.end)
        return date.max if self.is_period else latest(self.begin)

    @property
    def name(self) -> str:
        """The field that has the date, without its place in the record."""
        return self.path.rpartition(".")[2]


def precision_of(text: str) -> Precision:
    """Return how exact a date is."""
    exact: tuple[Precision, ...] = ("year", "month", "day")
    return exact[text.count("-")]


def dated(record: Record) -> Iterator[DatedFact]:
    """Yield what has a date in a record, in the order of its fields; nothing that is closed."""
    yield from _dated(record, "", "", whole=True)


def _dated(part: Any, path: str, confidence: str, *, whole: bool) -> Iterator[DatedFact]:
    if getattr(part, "closed", False):
        return
    confidence = getattr(part, "confidence", "") or confidence
    for member in _with_dates(part.__class__):
        value = getattr(part, member.name)
        place = below(path, member.name)
        if value is None or value == ():
            continue
        if isinstance(value, tuple):
            for number, one in enumerate(value, start=1):
                yield from _dated(one, f"{place}[{number}]", confidence, whole=False)
        elif not isinstance(value, str):
            yield from _dated(value, place, confidence, whole=False)
        elif member.name not in _ENDS or getattr(part, _ENDS[member.name]) is None:
            yield _fact(part, member.name, place, confidence, whole=whole)


def _fact(part: Any, name: str, path: str, confidence: str, *, whole: bool) -> DatedFact:
    value, says = getattr(part, name), "" if whole else _says(part)
    if name in _ENDS:
        return DatedFact(path, "", value, True, confidence, says)
    end = getattr(part, PERIODS[name]) or "" if name in PERIODS else ""
    return DatedFact(path, value, end, name in PERIODS, confidence, says)


def _says(part: Any) -> str:
    for name in ("says", "what", "text"):
        said = getattr(part, name, "")
        if isinstance(said, str) and said:
            return said
    return ""


@functools.cache
def _with_dates(cls: Any) -> tuple[Any, ...]:
    """Return the open fields of a class that are dates, or parts with dates."""
    return tuple(
        member
        for member in members(cls)
        if not member.shape.closed
        and (
            (inner := member.shape.inner or member.shape).form is DATE
            or (inner.cls is not None and _with_dates(inner.cls))
        )
    )
