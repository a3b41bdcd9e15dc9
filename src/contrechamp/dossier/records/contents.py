"""What a record holds: every value with its place, references, parts, and what of it is closed."""

import dataclasses
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from contrechamp.dossier.records.schema import Member, Shape, below, members, to_json


@dataclass(frozen=True)
class Held:
    """One value in a record.

    Args:
        path: such as passages[2].text; places of a list count from 1.
        shape: of the place.
        value: that stands there.
        closed: the place, or one that it lies in, is closed.
    """

    path: str
    shape: Shape
    value: Any
    closed: bool


def values(record: Any, path: str = "", *, closed: bool = False) -> Iterator[Held]:
    """Yield every value of a record that is no list and no object, with its place.

    A part with a field ``closed`` that is true is closed as a whole.
    """
    closed = closed or bool(getattr(record, "closed", False))
    for member in members(type(record)):
        value = getattr(record, member.name)
        shut = closed or member.shape.closed
        yield from _values(member.shape, value, below(path, member.name), closed=shut)


def _values(shape: Shape, value: Any, path: str, *, closed: bool) -> Iterator[Held]:
    if value is None:
        return
    if shape.what == "list":
        assert shape.inner is not None  # noqa: S101
        for number, one in enumerate(value, start=1):
            yield from _values(shape.inner, one, f"{path}[{number}]", closed=closed)
    elif shape.what == "object":
        yield from values(value, path, closed=closed)
    else:
        yield Held(path, shape, value, closed or shape.closed)


def references(record: Any, path: str = "", *, closed: bool = False) -> Iterator[Held]:
    """Yield every reference of a record, as `values` does; other fields are not looked at."""
    closed = closed or bool(getattr(record, "closed", False))
    cls: Any = type(record)
    for member in _pointing(cls):
        value = getattr(record, member.name)
        if not value:
            continue
        shut, place = closed or member.shape.closed, below(path, member.name)
        shape, inner = member.shape, member.shape.inner
        placed = [(value, place)]
        if inner is not None:
            shape = inner
            placed = [(one, f"{place}[{number}]") for number, one in enumerate(value, start=1)]
        for one, where in placed:
            if shape.cls is not None:
                yield from references(one, where, closed=shut)
            else:
                yield Held(where, shape, one, shut or shape.closed)


@functools.cache
def _pointing(cls: Any) -> tuple[Member, ...]:
    """Return the fields of a class that hold a reference, however deep."""

    def leads_there(shape: Shape) -> bool:
        inner = shape.inner or shape
        return inner.points is not None or (inner.cls is not None and bool(_pointing(inner.cls)))

    return tuple(member for member in members(cls) if leads_there(member.shape))


def parts(value: Any, path: str = "") -> Iterator[tuple[Any, str]]:
    """Yield a record and every part of it, with its place behind a colon."""
    yield value, path
    cls: Any = type(value)
    for member in _parted(cls):
        inside = getattr(value, member.name)
        if not inside:
            continue
        place = f"{path}.{member.name}" if path else f": {member.name}"
        if member.shape.what == "object":
            yield from parts(inside, place)
        else:
            for number, one in enumerate(inside, start=1):
                yield from parts(one, f"{place}[{number}]")


@functools.cache
def _parted(cls: Any) -> tuple[Member, ...]:
    """Return the fields of a class that hold parts."""
    return tuple(
        member for member in members(cls) if (member.shape.inner or member.shape).cls is not None
    )


def has_closed(value: Any) -> bool:
    """Return whether a record, or a part of it, holds anything that is closed."""
    if getattr(value, "closed", False):
        return True
    cls: Any = type(value)
    for member in _closable(cls):
        inside = getattr(value, member.name)
        if inside == member.default:
            continue
        some = inside if member.shape.what == "list" else (inside,)
        if member.shape.closed or any(map(has_closed, some)):
            return True
    return False


@functools.cache
def _closable(cls: Any) -> tuple[Member, ...]:
    """Return the fields of a class that are closed, or hold parts that may be."""

    def may_be(member: Member) -> bool:
        part: Any = (member.shape.inner or member.shape).cls
        if member.shape.closed or part is None:
            return member.shape.closed
        return bool(_closable(part)) or any(one.name == "closed" for one in members(part))

    return tuple(filter(may_be, members(cls)))


def open_json(value: Any, *, closed: bool = False) -> Any:
    """Return a record as JSON without what is closed: closed fields, and parts marked closed.

    Of a closed part its short text fields that are not prose stay out too; only its key is kept,
    so that a citation of it still points somewhere.
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        shut = closed or bool(getattr(value, "closed", False))
        kept = {}
        for member in members(type(value)):
            one = getattr(value, member.name)
            wanted = member.shape.required or one != member.default
            if not wanted or member.shape.closed or (shut and member.name not in {"key", "closed"}):
                continue
            kept[member.name] = open_json(one, closed=shut)
        return kept
    if isinstance(value, tuple):
        return [open_json(one, closed=closed) for one in value]
    return to_json(value)
