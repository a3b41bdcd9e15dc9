"""The fields of records as paths without numbers, such as names.text, and the values at them."""

import functools
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from contrechamp.dossier.records.schema import Shape, below, members


def paths(cls: type) -> Mapping[str, Shape]:
    """Return path -> shape of every field of a class that is not closed, parts before their fields.

    The shape of a list is that of its elements.
    """
    return _all_paths(cls)


@functools.cache
def _all_paths(cls: Any) -> Mapping[str, Shape]:
    return MappingProxyType(dict(_paths(cls, "")))


def _paths(cls: type, path: str) -> Iterator[tuple[str, Shape]]:
    for member in members(cls):
        shape = member.shape.inner or member.shape
        if member.shape.closed or shape.closed:
            continue
        place = below(path, member.name)
        yield place, shape
        if shape.cls is not None:
            yield from _paths(shape.cls, place)


def closed_paths(cls: type) -> frozenset[str]:
    """Return the paths of the fields of a class that are closed."""
    return frozenset(_closed(cls, ""))


def _closed(cls: type, path: str) -> Iterator[str]:
    for member in members(cls):
        shape = member.shape.inner or member.shape
        place = below(path, member.name)
        if member.shape.closed or shape.closed:
            yield place
        elif shape.cls is not None:
            yield from _closed(shape.cls, place)


def values_at(record: Any, path: str) -> Iterator[Any]:
    """Yield the values of a record at a path; none of a part that is closed, and none left empty.

    Args:
        record: of a class that has the path.
        path: as in `paths`.
    """
    yield from _values(record, path.split("."))


def _values(value: Any, steps: list[str]) -> Iterator[Any]:
    if isinstance(value, tuple):
        for one in value:
            yield from _values(one, steps)
    elif not steps:
        if value is not None and value != "":
            yield value
    elif value is not None and not getattr(value, "closed", False):
        yield from _values(getattr(value, steps[0]), steps[1:])
