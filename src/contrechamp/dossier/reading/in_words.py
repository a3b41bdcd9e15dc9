"""The content of a record as people read it: dates and amounts in words, all else as it is."""

from decimal import Decimal
from typing import Any

from contrechamp.base.written import written_date, written_money
from contrechamp.dossier.records.field_types import DATE, Money
from contrechamp.dossier.records.schema import Shape, members


def in_words(cls: type, fields: dict[str, Any]) -> dict[str, Any]:
    """Return the content of a record, or a part, with dates and amounts as the user writes them.

    Args:
        cls: of the record.
        fields: as `schema.to_json` or `contents.open_json` return them.
    """
    shapes = {member.name: member.shape for member in members(cls)}
    return {name: _words(shapes[name], value) for name, value in fields.items()}


def _words(shape: Shape, value: Any) -> Any:
    if shape.holds == "list" and shape.inner is not None:
        return [_words(shape.inner, one) for one in value]
    if shape.holds == "object" and shape.cls is Money:
        return written_money(Decimal(value["amount"]), value["currency"])
    if shape.holds == "object" and shape.cls is not None:
        return in_words(shape.cls, value)
    return written_date(value) if shape.form is DATE else value
