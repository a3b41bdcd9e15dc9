"""Three-way merge of a record's fields, as JSON: the common version, mine and theirs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class MergedFields:
    """The outcome of a merge.

    Args:
        fields: merged; for those in conflict, mine.
        conflicts: fields that both changed in different ways, as (before, mine, theirs).
    """

    fields: dict[str, Any]
    conflicts: dict[str, tuple[Any, Any, Any]]


def merged(
    before: Mapping[str, Any] | None, mine: Mapping[str, Any], theirs: Mapping[str, Any]
) -> MergedFields:
    """Merge field by field; a missing field counts as None.

    Lists that both sides only added to are joined: mine, then what is new in theirs.

    >>> merged({"a": 1, "b": [1]}, {"a": 2, "b": [1, 2]}, {"a": 1, "b": [1, 3], "c": 4}).fields
    {'a': 2, 'b': [1, 2, 3], 'c': 4}
    """
    old = before or {}
    fields: dict[str, Any] = {}
    conflicts: dict[str, tuple[Any, Any, Any]] = {}
    for name in dict.fromkeys((*mine, *theirs)):
        was, one, two = old.get(name), mine.get(name), theirs.get(name)
        value = one
        if one != two:
            if before is not None and one == was:
                value = two
            elif before is None or two != was:
                joined = _joined(was, one, two)
                if joined is None:
                    conflicts[name] = (was, one, two)
                else:
                    value = joined
        if value is not None:
            fields[name] = value
    return MergedFields(fields, conflicts)


def _joined(was: Any, one: Any, two: Any) -> list[Any] | None:
    """Return two lists joined, if both still hold everything from before; otherwise None."""
    if not isinstance(one, list) or not isinstance(two, list):
        return None
    if not isinstance(was, list | None):
        return None
    if any(each not in one or each not in two for each in was or []):
        return None
    return [*one, *(each for each in two if each not in one)]
