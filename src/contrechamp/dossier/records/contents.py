"""Walks through a record: its values with their paths, references, parts, and what is closed."""

import dataclasses
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from contrechamp.dossier.records.schema import Member, Shape, below, members, to_json


@dataclass(frozen=True)
class FieldValue:
    """One value in a record.

    Args:
        path: such as passages[2].text; list indices count from 1.
        shape: of the field or list element.
        value: of the field or list element.
        closed: the field, or a part that it is in, is closed.
    """

    path: str
    shape: Shape
    value: Any
    closed: bool


def field_values(record: Any, path: str = "", *, closed: bool = False) -> Iterator[FieldValue]:
    """Yield every value of a record other than lists and objects.

    A part whose field ``closed`` is true is closed as a whole.
    """
    closed = closed or bool(getattr(record, "closed", False))
    for member in members(type(record)):
        value = getattr(record, member.name)
        is_closed = closed or member.shape.closed
        yield from _values(member.shape, value, below(path, member.name), closed=is_closed)


def _values(shape: Shape, value: Any, path: str, *, closed: bool) -> Iterator[FieldValue]:
    if value is None:
        return
    if shape.holds == "list":
        assert shape.inner is not None  # noqa: S101
        for number, one in enumerate(value, start=1):
            yield from _values(shape.inner, one, f"{path}[{number}]", closed=closed)
    elif shape.holds == "object":
        yield from field_values(value, path, closed=closed)
    else:
        yield FieldValue(path, shape, value, closed or shape.closed)


def references(record: Any, path: str = "", *, closed: bool = False) -> Iterator[FieldValue]:
    """Yield every reference in a record, as `field_values` does, but without visiting the rest."""
    closed = closed or bool(getattr(record, "closed", False))
    cls: Any = type(record)
    for member in _with_references(cls):
        value = getattr(record, member.name)
        if not value:
            continue
        is_closed, place = closed or member.shape.closed, below(path, member.name)
        shape, inner = member.shape, member.shape.inner
        placed = [(value, place)]
        if inner is not None:
            shape = inner
            placed = [(one, f"{place}[{number}]") for number, one in enumerate(value, start=1)]
        for one, where in placed:
            if shape.cls is not None:
                yield from references(one, where, closed=is_closed)
            else:
                yield FieldValue(where, shape, one, is_closed or shape.closed)


@functools.cache
def _with_references(cls: Any) -> tuple[Member, ...]:
    """Return the fields of a class that hold references, at any depth."""

    def has_reference(shape: Shape) -> bool:
        inner = shape.inner or shape
        return inner.refers_to is not None or bool(inner.cls and _with_references(inner.cls))

    return tuple(member for member in members(cls) if has_reference(member.shape))


def parts(value: Any, path: str = "") -> Iterator[tuple[Any, str]]:
    """Yield a record and every part of it, each with its path after a colon."""
    yield value, path
    cls: Any = type(value)
    for member in _with_parts(cls):
        inside = getattr(value, member.name)
        if not inside:
            continue
        place = f"{path}.{member.name}" if path else f": {member.name}"
        if member.shape.holds == "object":
            yield from parts(inside, place)
        else:
            for number, one in enumerate(inside, start=1):
                yield from parts(one, f"{place}[{number}]")


@functools.cache
def _with_parts(cls: Any) -> tuple[Member, ...]:
    """Return the fields of a class that hold parts."""
    return tuple(
        member for member in members(cls) if (member.shape.inner or member.shape).cls is not None
    )


def has_closed(value: Any) -> bool:
    """Return whether a record, or a part of one, holds anything closed."""
    if getattr(value, "closed", False):
        return True
    cls: Any = type(value)
    for member in _closable(cls):
        inside = getattr(value, member.name)
        if inside == member.default:
            continue
        elements = inside if member.shape.holds == "list" else (inside,)
        if member.shape.closed or any(map(has_closed, elements)):
            return True
    return False


@functools.cache
def _closable(cls: Any) -> tuple[Member, ...]:
    """Return the fields of a class that are closed, or hold parts that may be closed."""

    def may_be(member: Member) -> bool:
        part: Any = (member.shape.inner or member.shape).cls
        if member.shape.closed or part is None:
            return member.shape.closed
        return bool(_closable(part)) or any(one.name == "closed" for one in members(part))

    return tuple(filter(may_be, members(cls)))


def open_json(value: Any, *, closed: bool = False) -> Any:
    """Return a record as JSON without closed fields and closed parts.

    Only the key of a closed part is kept, so that citations of it still resolve.
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        is_closed = closed or bool(getattr(value, "closed", False))
        kept = {}
        for member in members(type(value)):
            one = getattr(value, member.name)
            wanted = member.shape.required or one != member.default
            if (
                not wanted
                or member.shape.closed
                or (is_closed and member.name not in {"key", "closed"})
            ):
                continue
            kept[member.name] = open_json(one, closed=is_closed)
        return kept
    if isinstance(value, tuple):
        return [open_json(one, closed=closed) for one in value]
    return to_json(value)
