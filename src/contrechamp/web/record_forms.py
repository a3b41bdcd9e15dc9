"""A form of a record, made from the specification of its fields, and what is read from it.

Each input is named by its path: ``names.0.text``. A list shows what it holds and one empty entry
more; what is left empty is not written.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from contrechamp.base.i18n import _
from contrechamp.dossier.records.field_help import field_text
from contrechamp.dossier.records.schema import Member, Shape, members

#: What every input of a record is named by, before its path.
PREFIX: Final = "f."
#: Parts of parts of parts: no record has more.
_DEEPEST: Final = 6
#: Longest of a line; prose has room for more.
_LINE: Final = 500


@dataclass(frozen=True)
class Input:
    """One input, or a group of them.

    Args:
        name: of the input; "" for a group.
        label: for people.
        help: what to write there, in the user's language; "" in the entries of a list.
        holds: ``line``, ``prose``, ``flag``, ``choice``, ``group`` or ``list``.
        value: as text; of a flag, "yes" or "".
        required: something must stand there, if anything does in its group.
        choices: of a choice.
        example: of what is written there; of a choice, what counts if nothing is chosen.
        called: title of what a reference names.
        inner: inputs of a group, entries of a list.
    """

    name: str
    label: str
    help: str
    holds: str
    value: str = ""
    required: bool = False
    choices: tuple[str, ...] = ()
    example: str = ""
    called: str = ""
    inner: tuple["Input", ...] = field(default=())


def inputs(cls: type, content: Mapping[str, Any], titles: Mapping[str, str]) -> tuple[Input, ...]:
    """Return the inputs of a record.

    Args:
        cls: its class.
        content: as `schema.to_json` returns it; {} for a new one.
        titles: reference -> title of what it names.
    """
    return tuple(
        _of_member(member, content.get(member.name), PREFIX + member.name, titles, 0)
        for member in members(cls)
    )


def _of_member(
    member: Member, value: Any, name: str, titles: Mapping[str, str], depth: int
) -> Input:
    made = _of_shape(
        member.shape, value, name, member.name.replace("_", " "), field_text(member), titles, depth
    )
    if made.holds == "choice" and isinstance(member.default, str):
        return replace(made, example=member.default)  # which counts if nothing is chosen
    return made


def _of_shape(
    shape: Shape,
    value: Any,
    name: str,
    label: str,
    says: str,
    titles: Mapping[str, str],
    depth: int,
) -> Input:
    if shape.holds == "list" and shape.inner is not None and depth < _DEEPEST:
        there = [*(value or []), None]
        entries = tuple(
            _of_shape(shape.inner, one, f"{name}.{number}", str(number + 1), "", titles, depth + 1)
            for number, one in enumerate(there)
        )
        return Input("", label, says, "list", inner=entries)
    if shape.holds == "object" and shape.cls is not None and depth < _DEEPEST:
        content = value or {}
        parts = tuple(
            _of_member(one, content.get(one.name), f"{name}.{one.name}", titles, depth + 1)
            for one in members(shape.cls)
        )
        return Input("", label, says, "group", inner=parts)
    if shape.holds == "flag":
        return Input(name, label, says, "flag", "yes" if value else "")
    text = "" if value is None else str(value)
    if shape.holds == "choice":
        return Input(name, label, says, "choice", text, shape.required, shape.choices)
    one_line = shape.holds in ("number", "whole") or shape.form is not None or shape.refers_to
    return Input(
        name,
        label,
        says,
        "line" if one_line else "prose",
        text,
        shape.required,
        example=_example(shape),
        called=titles.get(text, ""),
    )


def _example(shape: Shape) -> str:
    if shape.refers_to is not None:
        return _("names {kinds}").format(kinds=", ".join(shape.refers_to.kinds))
    return shape.form.example if shape.form is not None else ""


def read(cls: type, fields: Mapping[str, str]) -> dict[str, Any]:
    """Return what a form says, as `schema.from_json` takes it; nothing is checked yet.

    Args:
        cls: of the record.
        fields: of the form.
    """
    given = {name: text for name, text in fields.items() if name.startswith(PREFIX)}
    content = _object(cls, given, PREFIX.rstrip("."), 0)
    return content or {}


def _object(cls: type, given: Mapping[str, str], name: str, depth: int) -> dict[str, Any] | None:
    content: dict[str, Any] = {}
    said = False
    for member in members(cls):
        value = _value(member.shape, given, f"{name}.{member.name}", depth)
        if value is not None:
            content[member.name] = value
            # What is chosen already says nothing by itself: an empty entry has it too.
            said = said or value != member.default
    return content if said else None


def _value(shape: Shape, given: Mapping[str, str], name: str, depth: int) -> Any:
    if depth > _DEEPEST:
        return None
    if shape.holds == "list" and shape.inner is not None:
        found = [
            _value(shape.inner, given, f"{name}.{number}", depth + 1)
            for number in _numbers(given, name)
        ]
        return [one for one in found if one is not None] or None
    if shape.holds == "object" and shape.cls is not None:
        return _object(shape.cls, given, name, depth + 1)
    text = given.get(name, "")
    if shape.holds == "flag":
        return text == "yes" or None
    if shape.holds == "whole":
        return _whole(text)
    # A browser ends lines of prose as mail does.
    return text.replace("\r\n", "\n").strip() or None


def _whole(text: str) -> int | str | None:
    """Return a whole number; what is none is left for the check, which says what was expected."""
    told = text.strip()
    digits = told.removeprefix("-")
    return int(told) if digits.isascii() and digits.isdigit() and len(told) < 16 else told or None


def _numbers(given: Mapping[str, str], name: str) -> Iterator[int]:
    """Yield the numbers of the entries of a list that the form has, in order."""
    found = set()
    for path in given:
        if path.startswith(f"{name}."):
            step = path[len(name) + 1 :].partition(".")[0]
            if step.isascii() and step.isdigit() and len(step) < 5:
                found.add(int(step))
    yield from sorted(found)
