"""Records to JSON and back, checked field by field."""

import dataclasses
import functools
import inspect
import re
import types
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.dossier.records.field_types import Closed, Doc, Form, RefersTo, check_form

#: A reference to a record or item, and perhaps to a part of it.
REF = re.compile(r"(record|item)/([0-9a-f]{16})(?:#([a-z0-9][a-z0-9-]{0,39}))?")
#: What text cannot hold: lone surrogates, and the character that ends strings in C.
_NO_TEXT = re.compile("[\ud800-\udfff\0]")
#: The largest whole number that every JSON reader keeps exact.
MAX_WHOLE = 2**53 - 1
#: The most characters of a decimal number.
MAX_DIGITS = 30

_Record = TypeVar("_Record")


@dataclass(frozen=True)
class Shape:
    """What a field, or an element of a list, may hold.

    Args:
        holds: text, flag, whole, number, choice, list or object.
        required: a value must be given.
        optional: the value may be None.
        form: of a text.
        refers_to: what a reference may refer to.
        closed: see `Closed`.
        choices: the values of a choice.
        inner: the shape of a list's elements.
        cls: the class of an object.
    """

    holds: str
    required: bool = False
    optional: bool = False
    form: Form | None = None
    refers_to: RefersTo | None = None
    closed: bool = False
    choices: tuple[str, ...] = ()
    inner: "Shape | None" = None
    cls: type | None = None


@dataclass(frozen=True)
class Member:
    """A field of a record or of a part of one.

    Args:
        name: in the class.
        shape: what it may hold.
        default: its value if none is given.
        help: in English, from its `Doc`.
        context: class and field, such as Source.role: the message context in the catalogues.
    """

    name: str
    shape: Shape
    default: Any
    help: str
    context: str


def members(cls: type) -> tuple[Member, ...]:
    """Return the fields of a class; those that it inherits from `Record` come last."""
    return _members(cls)


@functools.cache
def _by_name(cls: Any) -> Mapping[str, Member]:
    """Return the fields of a class by name: hundred thousands of records are read one by one."""
    return types.MappingProxyType({member.name: member for member in members(cls)})


@functools.cache
def _members(cls: Any) -> tuple[Member, ...]:
    hints = get_type_hints(cls, include_extras=True)
    own: list[Member] = []
    common: list[Member] = []
    for field in dataclasses.fields(cls):
        required = field.default is dataclasses.MISSING
        shape = dataclasses.replace(_shape(hints[field.name]), required=required)
        default = None if required else field.default
        inherited = field.name not in inspect.get_annotations(cls)
        owner = next(b for b in cls.__mro__ if field.name in inspect.get_annotations(b))
        context = f"{owner.__name__}.{field.name}"
        (doc,) = (mark for mark in get_args(hints[field.name]) if isinstance(mark, Doc))
        member = Member(field.name, shape, default, doc.text, context)
        (common if inherited else own).append(member)
    return (*own, *common)


def to_json(value: Any) -> Any:
    """Return a record, or a part of one, as JSON without the fields that have their default."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            member.name: to_json(getattr(value, member.name))
            for member in members(type(value))
            if member.shape.required or getattr(value, member.name) != member.default
        }
    if isinstance(value, tuple):
        return [to_json(one) for one in value]
    return _decimal_text(value) if isinstance(value, Decimal) else value


def from_json(cls: type[_Record], fields: Any, *, where: str = "") -> _Record:
    """Return the record that a JSON object holds.

    Args:
        cls: of the record.
        fields: an object, as `to_json` returns it; numbers may be numbers or text.
        where: the place to name in errors.

    Raises:
        InputError: if a field is missing, unknown, or has a wrong value; the message never repeats
            the value.
    """
    if not isinstance(fields, Mapping):
        raise InputError(_("expected fields and their values"), where=where)
    anything: Any = cls  # a class of ours, and hashable
    known = _by_name(anything)
    for name in fields:
        if name not in known:
            raise InputError(
                _("there is no such field; there are: {fields}").format(fields=", ".join(known)),
                where=below(where, _printable(name)),
            )
    values = {}
    for name, member in known.items():
        value = fields.get(name)
        if value is None or (member.shape.required and value in ("", [], ())):
            if member.shape.required:
                raise InputError(_("this must be given"), where=below(where, name))
            continue
        values[name] = _value(member.shape, value, below(where, name))
    return cls(**values)


def _value(shape: Shape, value: Any, where: str) -> Any:
    if shape.holds == "object":
        assert shape.cls is not None  # noqa: S101
        return from_json(shape.cls, value, where=where)
    if shape.holds == "list":
        assert shape.inner is not None  # noqa: S101
        if not isinstance(value, list | tuple):
            raise InputError(_("expected a list"), where=where)
        inner = shape.inner
        return tuple(_value(inner, one, f"{where}[{n}]") for n, one in enumerate(value, start=1))
    if shape.holds == "flag":
        if not isinstance(value, bool):
            raise InputError(_("expected true or false"), where=where)
        return value
    if shape.holds == "whole":
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) > MAX_WHOLE:
            raise InputError(_("expected a whole number"), where=where)
        return value
    if shape.holds == "number":
        return _decimal(value, where)
    return _text(shape, value, where)


def _text(shape: Shape, value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise InputError(_("expected text"), where=where)
    if _NO_TEXT.search(value) is not None:
        raise InputError(_("some text in it is not valid Unicode"), where=where)
    if shape.holds == "choice" and value not in shape.choices:
        expected = ", ".join(shape.choices)
        raise InputError(_("expected one of: {words}").format(words=expected), where=where)
    if shape.form is not None:
        check_form(value, shape.form, where)
    if shape.refers_to is not None:
        found = REF.fullmatch(value)
        if found is None or (found[3] and not shape.refers_to.parts):
            raise InputError(
                _("expected a reference: record/ or item/ and its 16 digits"), where=where
            )
    return value


def _decimal(value: Any, where: str) -> Decimal:
    number = None
    if isinstance(value, int | float | str | Decimal) and not isinstance(value, bool):
        try:
            number = Decimal(str(value)) if len(str(value)) <= MAX_DIGITS else None
        except InvalidOperation:
            number = None
    if number is None or not number.is_finite() or abs(number.adjusted()) > MAX_DIGITS:
        raise InputError(_("expected a number"), where=where)
    return Decimal(_decimal_text(number))


def _decimal_text(number: Decimal) -> str:
    """Return the canonical form of a number: 3.5 for 3.50 and 35E-1."""
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", ""} else text


def _shape(hint: Any) -> Shape:
    if get_origin(hint) is Annotated:
        base, *marks = get_args(hint)
        shape = _shape(base)
        for mark in marks:
            if isinstance(mark, Form):
                shape = dataclasses.replace(shape, form=mark)
            elif isinstance(mark, RefersTo):
                shape = dataclasses.replace(shape, refers_to=mark)
            elif isinstance(mark, Closed):
                shape = dataclasses.replace(shape, closed=True)
        return shape
    origin = get_origin(hint)
    if origin in {Union, types.UnionType}:
        (inner,) = (one for one in get_args(hint) if one is not type(None))
        return dataclasses.replace(_shape(inner), optional=True)
    if origin is tuple:
        return Shape("list", inner=_shape(get_args(hint)[0]))
    if origin is Literal:
        return Shape("choice", choices=get_args(hint))
    if dataclasses.is_dataclass(hint):
        return Shape("object", cls=hint if isinstance(hint, type) else None)
    return Shape({str: "text", bool: "flag", int: "whole", Decimal: "number"}[hint])


def below(where: str, name: str) -> str:
    """Return the path of a field, given the path of the object that has it."""
    return f"{where}.{name}" if where else name


def _printable(name: object) -> str:
    """Return the name of an unknown field, or "?" if it looks like content that slipped there."""
    text = str(name)
    return text if re.fullmatch(r"[a-z_]{1,30}", text) else "?"
