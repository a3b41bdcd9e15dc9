"""The texts in JSON, in their order, and JSON with others in their place."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.redact.text.chats import ACCOUNTS


def parsed(text: str) -> Any:
    """Return what JSON, or JSON line by line, holds.

    Raises:
        InputError: it is neither.
    """
    try:
        try:
            return json.loads(text)
        except json.JSONDecodeError:
            lines = [line for line in text.splitlines() if line.strip()]
            if len(lines) < 2:
                raise
            return Lines(json.loads(line) for line in lines)
    except (ValueError, RecursionError) as error:
        raise InputError(
            _("is no complete JSON ({reason}); export it again").format(reason=str(error)[:100])
        ) from error


def respelt(data: Any) -> Any:
    """Return data with texts whose letters are the bytes of UTF-8 read anew, as some exports are.

    Raises:
        InputError: values lie in each other deeper than any export's.
    """
    texts = list(texts_in(data))
    return with_texts(data, iter([_respelt(text) for text in texts]))


def _respelt(text: str) -> str:
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


class Lines(list[Any]):
    """Values of which each had a line of its own."""


def texts_in(data: Any) -> Iterator[str]:
    """Yield every text and number, in their order, then every name of a field.

    Raises:
        InputError: values lie in each other deeper than any export's.
    """
    names: list[str] = []
    try:
        yield from _values(data, names)
    except RecursionError as error:
        raise _too_deep() from error
    yield from names


def _values(data: Any, names: list[str]) -> Iterator[str]:
    if isinstance(data, dict):
        for name, value in data.items():
            names.append(name)
            yield from _values(value, names)
    elif isinstance(data, list):
        for value in data:
            yield from _values(value, names)
    elif isinstance(data, str):
        yield data
    elif type(data) in (int, float):
        yield json.dumps(data)


def with_texts(data: Any, texts: Iterator[str]) -> Any:
    """Return data with other texts in the order of `texts_in`; a changed number becomes a text."""
    names: list[Callable[[str], None]] = []
    changed = _replaced(data, texts, names)
    for rename, name in zip(names, texts, strict=True):
        rename(name)
    return _renamed(changed)


class _Fields(list[tuple[list[str], Any]]):
    """The fields of an object, whose names are not known yet."""


def _replaced(data: Any, texts: Iterator[str], names: list[Callable[[str], None]]) -> Any:
    if isinstance(data, dict):
        fields = _Fields()
        for value in data.values():
            holder: list[str] = []
            names.append(holder.append)
            fields.append((holder, _replaced(value, texts, names)))
        return fields
    if isinstance(data, list):
        return type(data)(_replaced(value, texts, names) for value in data)
    if isinstance(data, str):
        return next(texts)
    if type(data) in (int, float):
        text = next(texts)
        return data if text == json.dumps(data) else text
    return data


def _renamed(data: Any) -> Any:
    if isinstance(data, _Fields):
        found: dict[str, Any] = {}
        for [name], value in data:
            unique, number = name, 1
            while unique in found:
                number += 1
                unique = f"{name} {number}"
            found[unique] = _renamed(value)
        return found
    if isinstance(data, list):
        return type(data)(_renamed(value) for value in data)
    return data


def without_accounts(data: Any) -> tuple[Any, int]:
    """Return data with the numbers of accounts replaced, one for one, and how many there are."""
    known: dict[str, str] = {}

    def replaced(one: Any) -> Any:
        if isinstance(one, dict):
            return {
                name: known.setdefault(str(value), f"account {len(known) + 1}")
                if name in ACCOUNTS and type(value) in (str, int)
                else replaced(value)
                for name, value in one.items()
            }
        if isinstance(one, list):
            return type(one)(replaced(value) for value in one)
        return one

    try:
        return replaced(data), len(known)
    except RecursionError as error:
        raise _too_deep() from error


def text_of(data: Any, like: str) -> str:
    """Return data as JSON, in lines where `like` had lines."""
    if isinstance(data, Lines):
        return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in data)
    indent = 1 if "\n" in like.strip() else None
    return json.dumps(data, ensure_ascii=False, indent=indent) + "\n"


def _too_deep() -> InputError:
    return InputError(_("has values in values, deeper than any export"))
