"""Canonical JSON (RFC 8785): one value, one sequence of bytes, so that its digest can be checked.

The only numbers that are written or read are whole ones that every reader holds exactly
(-(2**53 - 1) to 2**53 - 1): how some program rounds a fraction thirty years from now must not
decide whether a digest matches. Writing and reading keep the same bounds, so what is written here
can be read here. Errors never repeat content, and never carry it as their cause either.
"""

import json
import re
from typing import Any, NoReturn

import rfc8785

from contrechamp.base.errors import InputError
from contrechamp.base.files import not_json
from contrechamp.base.i18n import _

MAX_BYTES = 1 << 20
MAX_DEPTH = 16
MAX_INTEGER = 2**53 - 1

# A string counts as one piece, so that brackets in it do not count as nesting. An unterminated one
# is taken up to the last byte: starting again at each quote in it would take quadratic time.
_STRING_OR_BRACKET = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[\[{\]}]', re.DOTALL)


def dumps(value: Any, *, where: str = "", most: int = MAX_BYTES) -> bytes:
    """Return a JSON value in its canonical form, UTF-8.

    >>> dumps({"b": [1, True, None], "a": "é"}).decode()
    '{"a":"é","b":[1,true,null]}'

    Args:
        value: None, bool, whole number, str, list or tuple, dict with str keys, nested up to
            `MAX_DEPTH`. A float is taken if it stands for a whole number.
        where: the place to name in errors.
        most: bytes that it may have.

    Raises:
        InputError: if it holds anything else, text that is not Unicode (a lone surrogate, as
            file names can have) or a number out of bounds, or is too deep or too long.
    """
    flat = _is_flat(value)
    if not flat and (problem := _problem(value, MAX_DEPTH)):
        raise InputError(problem, where=where)
    raw = _encoded(value, flat=flat)
    if raw is None:
        raise InputError(_("some text in it is not valid Unicode"), where=where)
    if len(raw) > most:
        raise InputError(_too_long(most), where=where)
    return raw


def loads(raw: bytes, *, where: str = "", most: int = MAX_BYTES) -> Any:
    """Return the value that canonical JSON stands for; nothing but the canonical form is read.

    >>> loads(b'{"a":"x","b":[1,true,null]}')
    {'a': 'x', 'b': [1, True, None]}

    Args:
        raw: the bytes.
        where: the place to name in errors.
        most: bytes that it may have.

    Raises:
        InputError: if it is not JSON, too long or nested deeper than `MAX_DEPTH`, has a name
            twice in one object or a number that is not whole or out of bounds, or is not in
            canonical form (spaces, order of names, escapes).
    """
    if len(raw) > most:
        raise InputError(_too_long(most), where=where)
    # Nothing nests deeper than there are brackets, and those are counted faster.
    if raw.count(b"[") + raw.count(b"{") > MAX_DEPTH and _nesting(raw) > MAX_DEPTH:
        raise InputError(_too_deep(), where=where)
    try:
        value = _DECODER.decode(raw.decode("utf-8"))
    except _RefusedError as refused:
        problem = str(refused)
    except ValueError:  # not UTF-8, not JSON; the error itself carries the content
        problem = not_json()
    else:
        same = _encoded(value, flat=_is_flat(value)) == raw
        problem = "" if same else _("it is not in canonical form (RFC 8785)")
    if problem:  # raised out here, so that what was caught is not kept as its context
        raise InputError(problem, where=where)
    return value


class _RefusedError(Exception):
    """Raised for well-formed JSON that is refused; the message is for the user."""


#: Writes plain values exactly as RFC 8785 does, with the same escapes and order of names, but ten
#: times as fast; nearly everything that is written is plain.
_PLAIN = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _encoded(value: Any, *, flat: bool) -> bytes | None:
    try:
        if flat or _is_plain(value):
            return _PLAIN.encode(value).encode("utf-8")
        return rfc8785.dumps(value)
    except ValueError:  # surrogates: CanonicalizationError in text, UnicodeEncodeError in names
        return None


def _is_flat(value: Any) -> bool:
    """Return whether a value is one object of texts and whole numbers, as nearly all are."""
    if type(value) is not dict:
        return False
    for name, each in value.items():
        kind = type(each)
        if kind is not str and (kind is not int or not -MAX_INTEGER <= each <= MAX_INTEGER):
            return False
        if type(name) is not str or not name.isascii():
            return False
    return True


def _problem(value: Any, depth: int) -> str:
    """Return what keeps a value from being written, or "" if nothing does."""
    if value is None or isinstance(value, bool | str):
        return ""
    if isinstance(value, int | float):
        # A comparison with NaN or infinity is false as well.
        whole = abs(value) <= MAX_INTEGER and value == int(value)
        return "" if whole else _number_refused()
    if isinstance(value, dict | list | tuple):
        if depth == 0:
            return _too_deep()
        if isinstance(value, dict) and not all(isinstance(name, str) for name in value):
            return _("a name in it is not text")
        inner = value.values() if isinstance(value, dict) else value
        return next(filter(None, (_problem(each, depth - 1) for each in inner)), "")
    return _("JSON cannot hold a value of type {kind}").format(kind=type(value).__name__)


def _is_plain(value: Any) -> bool:
    """Return whether a value has no float, and no name that UTF-16 and Unicode sort differently."""
    if isinstance(value, dict):
        return all(name.isascii() and _is_plain(each) for name, each in value.items())
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    return not isinstance(value, float)


def _nesting(raw: bytes) -> int:
    """Return how deep objects and lists nest, counting no further than one past `MAX_DEPTH`."""
    depth = deepest = 0
    for piece in _STRING_OR_BRACKET.finditer(raw):
        opener = raw[piece.start()]
        if opener in b"[{":
            depth += 1
            deepest = max(deepest, depth)
            if deepest > MAX_DEPTH:
                break
        elif opener in b"]}":
            depth -= 1
    return deepest


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _RefusedError(_("a name occurs twice in one object"))
    return members


def _integer(digits: str) -> int:
    # The length is checked first: conversion takes time quadratic in it.
    if len(digits) > len(str(-MAX_INTEGER)) or abs(int(digits)) > MAX_INTEGER:
        raise _RefusedError(_number_refused())
    return int(digits)


def _no_number(_digits: str) -> NoReturn:
    raise _RefusedError(_number_refused())


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=_integer,
    parse_float=_no_number,
    parse_constant=_no_number,
)


def _number_refused() -> str:
    return _("a number in it is not whole, or is beyond 2**53 - 1")


def _too_long(most: int) -> str:
    return _("it is longer than {limit} bytes").format(limit=most)


def _too_deep() -> str:
    return _("it is nested deeper than {limit} levels").format(limit=MAX_DEPTH)
