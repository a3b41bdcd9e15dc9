"""Records as JSON and back, checked field by field; and the JSON Schema of each."""

import dataclasses
import functools
import inspect
import re
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.dossier.fields import Closed, Form, Points, check_form

#: A reference, as text.
REF = re.compile(r"(record|item)/([0-9a-f]{16})(?:#([a-z0-9][a-z0-9-]{0,39}))?")
#: Lone surrogates, and what ends texts in C.
_NO_TEXT = re.compile("[\ud800-\udfff\0]")
#: What JSON can hold exactly whoever reads it.
MAX_WHOLE = 2**53 - 1
MAX_DIGITS = 30

_Record = TypeVar("_Record")


@dataclass(frozen=True)
class Shape:
    """What one place of a record holds.

    Args:
        what: text, flag, whole, number, choice, list or object.
        required: there must be something.
        optional: it may be None.
        form: of a text.
        points: of a reference.
        closed: see `Closed`.
        choices: that there are.
        inner: of each element of a list.
        cls: of an object.
    """

    what: str
    required: bool = False
    optional: bool = False
    form: Form | None = None
    points: Points | None = None
    closed: bool = False
    choices: tuple[str, ...] = ()
    inner: "Shape | None" = None
    cls: type | None = None


@dataclass(frozen=True)
class Member:
    """A field of a record or of a part of one.

    Args:
        name: as in the class.
        shape: what it holds.
        default: where nothing is said.
        says: what it is, in English.
        context: class and field that say so, for those who translate it.
    """

    name: str
    shape: Shape
    default: Any
    says: str
    context: str


def members(cls: type) -> tuple[Member, ...]:
    """Return the fields of a class, those of every record last."""
    return _members(cls)


@functools.cache
def _members(cls: Any) -> tuple[Member, ...]:
    hints = get_type_hints(cls, include_extras=True)
    says = _said(cls)
    own: list[Member] = []
    common: list[Member] = []
    for field in dataclasses.fields(cls):
        required = field.default is dataclasses.MISSING
        shape = dataclasses.replace(_shape(hints[field.name]), required=required)
        default = None if required else field.default
        inherited = field.name not in inspect.get_annotations(cls)
        owner = next(b for b in cls.__mro__ if field.name in inspect.get_annotations(b))
        context = f"{owner.__name__}.{field.name}"
        member = Member(field.name, shape, default, says.get(field.name, ""), context)
        (common if inherited else own).append(member)
    return (*own, *common)


def to_json(value: Any) -> Any:
    """Return a record, or a part of one, as JSON; what is empty is left out."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            member.name: to_json(getattr(value, member.name))
            for member in members(type(value))
            if member.shape.required or getattr(value, member.name) != member.default
        }
    if isinstance(value, tuple):
        return [to_json(one) for one in value]
    return _decimal_text(value) if isinstance(value, Decimal) else value


def from_json(cls: type[_Record], given: Any, *, where: str = "") -> _Record:
    """Return the record that JSON stands for.

    Args:
        cls: of the record.
        given: an object, as `to_json` makes it; numbers may stand as numbers or as text.
        where: the place to name in errors.

    Raises:
        InputError: if a field is missing, unknown, or not of its form; the message never repeats
            what stood there.
    """
    if not isinstance(given, Mapping):
        raise InputError(_("expected fields and their values"), where=where)
    known = {member.name: member for member in members(cls)}
    for name in given:
        if name not in known:
            raise InputError(
                _("there is no such field; there are: {fields}").format(fields=", ".join(known)),
                where=_below(where, _printable(name)),
            )
    values = {}
    for name, member in known.items():
        place = _below(where, name)
        value = given.get(name)
        if value is None or (member.shape.required and value in ("", [], ())):
            if member.shape.required:
                raise InputError(_("this must be given"), where=place)
            continue
        values[name] = _value(member.shape, value, place)
    return cls(**values)


def _value(shape: Shape, value: Any, where: str) -> Any:
    if shape.what == "object":
        assert shape.cls is not None  # noqa: S101
        return from_json(shape.cls, value, where=where)
    if shape.what == "list":
        assert shape.inner is not None  # noqa: S101
        if not isinstance(value, list | tuple):
            raise InputError(_("expected a list"), where=where)
        inner = shape.inner
        return tuple(_value(inner, one, f"{where}[{n}]") for n, one in enumerate(value, start=1))
    if shape.what == "flag":
        if not isinstance(value, bool):
            raise InputError(_("expected true or false"), where=where)
        return value
    if shape.what == "whole":
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) > MAX_WHOLE:
            raise InputError(_("expected a whole number"), where=where)
        return value
    if shape.what == "number":
        return _decimal(value, where)
    return _text(shape, value, where)


def _text(shape: Shape, value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise InputError(_("expected text"), where=where)
    if _NO_TEXT.search(value) is not None:
        raise InputError(_("some text in it is not valid Unicode"), where=where)
    if shape.what == "choice" and value not in shape.choices:
        expected = ", ".join(shape.choices)
        raise InputError(_("expected one of: {words}").format(words=expected), where=where)
    if shape.form is not None:
        check_form(value, shape.form, where)
    if shape.points is not None:
        found = REF.fullmatch(value)
        if found is None or (found[3] and not shape.points.places):
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
    """Return a number the one way that it is written here: 3.50 and 35E-1 are 3.5."""
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
            elif isinstance(mark, Points):
                shape = dataclasses.replace(shape, points=mark)
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


_ARGUMENT = re.compile(r"^        (\w+): (.*(?:\n            .*)*)", re.M)


def _said(cls: type) -> dict[str, str]:
    """Return what the docstrings of a class say of its fields."""
    found: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        for name, text in _ARGUMENT.findall(base.__doc__ or ""):
            found[name] = " ".join(text.split())
    return found


def _below(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


def _printable(name: object) -> str:
    """Return the name of an unknown field, if it can be one: content may have slipped there."""
    text = str(name)
    return text if re.fullmatch(r"[a-z_]{1,30}", text) else "?"


# JSON Schema


def json_schema(cls: type, *, kind: str) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the fields of a kind of record."""
    definitions: dict[str, Any] = {}
    schema = _object_schema(cls, definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": kind,
        **schema,
        "$defs": dict(sorted(definitions.items())),
    }


def _object_schema(cls: type, definitions: dict[str, Any]) -> dict[str, Any]:
    doc = (cls.__doc__ or "").split("\n\n")[0]
    required = [member.name for member in members(cls) if member.shape.required]
    closable = any(member.name == "closed" for member in members(cls))
    shut = {"properties": {"closed": {"const": True}}, "required": ["closed"]}
    return {
        "type": "object",
        "description": " ".join(doc.split()),
        "properties": {
            member.name: {
                **_place_schema(member.shape, definitions),
                **({"description": member.says} if member.says else {}),
            }
            for member in members(cls)
        },
        # Of a closed part only the key is exported.
        **(
            {"required": ["key"], "anyOf": [{"required": required}, shut]}
            if closable
            else {"required": required}
        ),
        "additionalProperties": False,
    }


def _place_schema(shape: Shape, definitions: dict[str, Any]) -> dict[str, Any]:
    schema: dict[str, Any]
    if shape.what == "object":
        assert shape.cls is not None  # noqa: S101
        name = shape.cls.__name__
        if name not in definitions:
            definitions[name] = {}  # before its fields: a part may hold parts of its own kind
            definitions[name] = _object_schema(shape.cls, definitions)
        schema = {"$ref": f"#/$defs/{name}"}
    elif shape.what == "list":
        assert shape.inner is not None  # noqa: S101
        schema = {"type": "array", "items": _place_schema(shape.inner, definitions)}
        if shape.required:
            schema["minItems"] = 1
    elif shape.what == "choice":
        schema = {"enum": list(shape.choices)}
    elif shape.what == "flag":
        schema = {"type": "boolean"}
    elif shape.what == "whole":
        schema = {"type": "integer"}
    elif shape.what == "number":
        schema = {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}
    else:
        schema = {"type": "string"}
        if shape.form is not None:
            schema["pattern"] = f"^(?:{shape.form.pattern})$"
        if shape.points is not None:
            key = "(#[a-z0-9][a-z0-9-]{0,39})?" if shape.points.places else ""
            schema["pattern"] = f"^(record|item)/[0-9a-f]{{16}}{key}$"
            schema["x-points-to"] = list(shape.points.kinds)
        elif shape.required:
            schema["minLength"] = 1
    if shape.closed:
        schema["x-closed"] = True
    return schema


# Walks over what a record holds


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
        yield from _values(member.shape, value, _below(path, member.name), closed=shut)


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
        shut, place = closed or member.shape.closed, _below(path, member.name)
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
        below = getattr(value, member.name)
        if not below:
            continue
        place = f"{path}.{member.name}" if path else f": {member.name}"
        if member.shape.what == "object":
            yield from parts(below, place)
        else:
            for number, one in enumerate(below, start=1):
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
        below = getattr(value, member.name)
        if below == member.default:
            continue
        some = below if member.shape.what == "list" else (below,)
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
