"""References in a record as JSON, before it is checked."""

from collections.abc import Callable
from typing import Any

from contrechamp.base.errors import InputError
from contrechamp.dossier.records.schema import Shape, below, members


def with_references(cls: type, fields: Any, full: Callable[[str], str], where: str = "") -> Any:
    """Return the fields of a record with every reference replaced; what fits no field stays.

    Args:
        cls: of the record.
        fields: as JSON.
        full: returns what is put in the place of a reference.
        where: the place to name in errors.

    Raises:
        InputError: as `full` raises it, with the place.
    """
    return _replaced(Shape("object", cls=cls), fields, full, where)


def _replaced(shape: Shape, value: Any, full: Callable[[str], str], where: str) -> Any:
    if shape.cls is not None and isinstance(value, dict):
        known = {member.name: member.shape for member in members(shape.cls)}
        return {
            name: _replaced(known[name], one, full, below(where, name)) if name in known else one
            for name, one in value.items()
        }
    if shape.inner is not None and isinstance(value, list):
        inner = shape.inner
        return [
            _replaced(inner, one, full, f"{where}[{n}]") for n, one in enumerate(value, start=1)
        ]
    if shape.refers_to is None or not isinstance(value, str):
        return value
    try:
        return full(value)
    except InputError as error:
        raise InputError(str(error), where=where) from None
