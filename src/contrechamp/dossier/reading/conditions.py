"""What a field of a record has to say: FIELD OP VALUE, read by the type of the field.

What is known as a span (a date known to the month, a lens from 2.8 to 12 mm) is compared as one:
an operator holds if it may, but `before` and `after` of dates only if they must. The marks ~ and ?
of a date change nothing.
"""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.base.search_words import normalised
from contrechamp.dossier.reading.field_paths import closed_paths, paths, values_at
from contrechamp.dossier.records.field_types import (
    CURRENCY,
    DATE,
    SPAN,
    TIME,
    Money,
    Record,
    check_form,
    earliest,
    latest,
)
from contrechamp.dossier.records.kinds import KINDS, class_of
from contrechamp.dossier.records.schema import Shape
from contrechamp.scene.lengths import parse_length_m

#: What a value is tested with.
Test = Callable[[Any], bool]

GIVEN = "given"
TEXT = ("is", "is-not", "contains", "lacks", "begins", GIVEN)
CHOICE = ("is", "is-not", GIVEN)
NUMBER = ("is", "is-not", "at-least", "at-most", "above", "below", GIVEN)
DAY = ("is", "since", "until", "before", "after", GIVEN)
PART = (GIVEN,)
#: Operators that may also be written as signs, in quotation marks: a shell reads < and > itself.
_SIGNS = {
    "=": ("is",), "!=": ("is-not",), "~": ("contains",), ">=": ("at-least", "since"),
    "<=": ("at-most", "until"), ">": ("above", "after"), "<": ("below", "before"),
}  # fmt: skip
#: These hold if no value of the field does what they deny, and also where there is none.
_DENY = {"is-not": "is", "lacks": "contains"}
_NUMBER = re.compile(r"[-+]?\d{1,18}(\.\d{1,12})?")
_AMOUNT = re.compile(
    r"(?P<before>[A-Za-z]{3})?\s*(?P<number>[-+]?[\d.]+)\s*(?P<after>[A-Za-z]{3})?"
)


@dataclass(frozen=True)
class Condition:
    """What a field has to say, by kind of record.

    Args:
        path: of the field.
        tests: kind -> what one of its values has to pass.
        denies: no value may pass it.
        cites: the reference that has to stand there, so that not every record need be read.
    """

    path: str
    tests: Mapping[str, Test]
    denies: bool = False
    cites: str = ""

    def holds(self, kind: str, record: Record) -> bool:
        """Return whether a record says so."""
        test = self.tests.get(kind)
        if test is None:
            return False
        return any(map(test, values_at(record, self.path))) != self.denies


def condition(
    path: str, op: str, value: str, *, kind: str, full_ref: Callable[[str], str]
) -> Condition:
    """Return a condition as it was typed.

    Args:
        path: of a field, such as value, names.text, evidence.ref.
        op: an operator, or its sign.
        value: in the form that the field has.
        kind: of records; "" for all that have the field.
        full_ref: returns the reference that a text stands for.

    Raises:
        InputError: if there is no such field or operator, with those that there are, or the value
            is of another type.
    """
    classes = {kind: class_of(kind)} if kind else dict(KINDS)
    having = {name: paths(cls)[path] for name, cls in classes.items() if path in paths(cls)}
    if not having:
        raise InputError(_no_field(path, kind, classes))
    tests, problem, denies, cites = {}, None, False, ""
    for name, shape in having.items():
        field = _Field(path, shape)
        try:
            found = _operator(field, op)
            tests[name] = _test(field, _DENY.get(found, found), value, full_ref)
            denies = found in _DENY or (found == GIVEN and not _flag(value, path))
            if shape.refers_to is not None and found == "is":
                cites = full_ref(value)
        except InputError as error:
            problem = problem or error
    if not tests and problem is not None:
        raise problem
    return Condition(path, tests, denies, cites)


@dataclass(frozen=True)
class _Field:
    path: str
    shape: Shape

    @property
    def name(self) -> str:
        return self.path.rpartition(".")[2]

    @property
    def operators(self) -> tuple[str, ...]:
        """The operators that its type has."""
        shape = self.shape
        if shape.cls is Money or shape.holds in {"whole", "number"} or shape.form is SPAN:
            return NUMBER
        if shape.cls is not None:
            return TEXT if _texts_of(shape.cls) else PART
        if shape.form in {DATE, TIME}:
            return DAY
        plain = shape.holds == "text" and shape.refers_to is None
        return TEXT if plain else CHOICE


def _no_field(path: str, kind: str, classes: Mapping[str, type[Record]]) -> str:
    if any(path in closed_paths(cls) for cls in classes.values()):
        return _("{field} is closed: it is not searched").format(field=path)
    if not kind:
        return _(
            "no kind of record has the field {field}; with --kind, the fields of that kind are told"
        ).format(field=path)
    told = ", ".join(paths(classes[kind]))
    return _("{kind} has no field {field}; there are: {fields}").format(
        kind=kind, field=path, fields=told
    )


def _operator(field: _Field, op: str) -> str:
    for one in _SIGNS.get(op, (op,)):
        if one in field.operators:
            return one
    raise InputError(
        _("there is no such operator for {field}; expected one of: {operators}").format(
            field=field.path, operators=", ".join(field.operators)
        )
    )


def _test(field: _Field, op: str, value: str, full_ref: Callable[[str], str]) -> Test:
    shape = field.shape
    if op == GIVEN:
        _flag(value, field.path)
        return lambda _value: True
    if shape.refers_to is not None:
        ref = full_ref(value)
        return lambda one: one == ref or (one.startswith(ref + "#"))
    if shape.cls is Money:
        return _money(field, op, value)
    if shape.holds == "flag":
        wanted = _flag(value, field.path)
        return lambda one: one is wanted
    if shape.form is DATE:
        return _day(op, value, field.path)
    if shape.form is TIME:
        check_form(value, TIME, field.path)
        return lambda one: _COMPARE[op](one, value)
    if field.operators == NUMBER:
        return _number_test(field, op, value)
    if shape.holds == "choice" and value not in shape.choices:
        expected = ", ".join(shape.choices)
        raise InputError(_("expected one of: {words}").format(words=expected), where=field.path)
    return _text(field, op, value)


_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "is": operator.eq, "at-least": operator.ge, "at-most": operator.le, "above": operator.gt,
    "below": operator.lt, "since": operator.ge, "until": operator.le, "after": operator.gt,
    "before": operator.lt,
}  # fmt: skip


def _text(field: _Field, op: str, value: str) -> Test:
    wanted = " ".join(normalised(value).split())
    inner = _texts_of(field.shape.cls) if field.shape.cls is not None else ("",)

    def says(text: str) -> bool:
        found = " ".join(normalised(text).split())
        if op == "is":
            return found == wanted
        return found.startswith(wanted) if op == "begins" else wanted in found

    def test(one: Any) -> bool:
        return any(
            says(str(text)) for path in inner for text in (values_at(one, path) if path else (one,))
        )

    return test


def _texts_of(cls: type) -> tuple[str, ...]:
    """Return the paths of what a part says in words."""
    return tuple(
        path
        for path, shape in paths(cls).items()
        if shape.holds == "text"
        and shape.refers_to is None
        and (shape.form is None or shape.form.name == "line")
    )


def _day(op: str, value: str, where: str) -> Test:
    check_form(value, DATE, where)
    first, last = earliest(value), latest(value)

    def test(one: str) -> bool:
        begin, end = earliest(one), latest(one)
        return {
            "is": begin <= last and end >= first,
            "since": end >= first,
            "until": begin <= last,
            "before": end < first,
            "after": begin > last,
        }[op]

    return test


def _number(text: str, where: str) -> Decimal:
    if _NUMBER.fullmatch(text) is None:
        raise InputError(_("expected a number, such as 1250.5"), where=where)
    try:
        return Decimal(text)
    except InvalidOperation:  # pragma: no cover  the pattern lets nothing else through
        raise InputError(_("expected a number, such as 1250.5"), where=where) from None


def _number_test(field: _Field, op: str, value: str) -> Test:
    wanted = _in_unit_of(field, value)
    compare = _COMPARE[op]

    def test(one: Any) -> bool:
        low, high = _ends(one)
        if op == "is":
            return low <= wanted <= high
        return compare(high if op in {"at-least", "above"} else low, wanted)

    return test


def _ends(value: Any) -> tuple[Decimal, Decimal]:
    """Return the lowest and the highest number that a value stands for."""
    if isinstance(value, str):  # a span
        low, _sign, high = value.partition("-")
        return Decimal(low), Decimal(high or low)
    return Decimal(value), Decimal(value)


def _in_unit_of(field: _Field, value: str) -> Decimal:
    """Return a number in the unit of a field, which ends its name; a unit may be said."""
    plain = re.sub(r"\s*(deg|°)$" if field.name.endswith("_deg") else r"\s*px$", "", value)
    if field.name.endswith("percent"):
        plain = value.removesuffix("%").strip()
    if _NUMBER.fullmatch(plain) is None and field.name.endswith(("_m", "_mm")):
        metres = parse_length_m(value)
        if metres is not None:
            found = Decimal(str(metres)) * (1000 if field.name.endswith("_mm") else 1)
            return found.normalize()
    return _number(plain, field.path)


def _money(field: _Field, op: str, value: str) -> Test:
    found = _AMOUNT.fullmatch(value.strip())
    currency = ((found["before"] or found["after"] or "") if found else "").upper()
    if found is None or not currency or (found["before"] and found["after"]):
        raise InputError(
            _("expected an amount and its currency, such as 1250.5 EUR"), where=field.path
        )
    check_form(currency, CURRENCY, field.path)
    wanted = _number(found["number"], field.path)
    return lambda one: one.currency == currency and _COMPARE[op](one.amount, wanted)


def _flag(value: str, where: str) -> bool:
    if value not in {"yes", "no", "true", "false"}:
        raise InputError(_("expected yes or no"), where=where)
    return value in {"yes", "true"}
