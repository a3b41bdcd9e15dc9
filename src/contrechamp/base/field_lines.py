"""The fields of a record in JSON, as lines of text."""

from collections.abc import Callable, Iterator
from typing import Any

from contrechamp.base.shown_text import shown

#: Before the lines below a field.
INDENT = "  "


def field_lines(
    value: Any, indent: str = "", *, named: Callable[[str], str] = str
) -> Iterator[str]:
    """Yield the fields of a record in JSON, each on lines of its own.

    Args:
        value: field -> content.
        indent: before each line.
        named: returns what is printed for a text, such as a reference with a title.
    """
    for name, content in value.items():
        yield from _lines(name, content, indent, named)


def _lines(name: str, value: Any, indent: str, named: Callable[[str], str]) -> Iterator[str]:
    if isinstance(value, dict):
        yield f"{indent}{name}:"
        yield from field_lines(value, indent + INDENT, named=named)
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for number, part in enumerate(value, start=1):
            yield f"{indent}{name}[{number}]:"
            yield from field_lines(part, indent + INDENT, named=named)
    elif isinstance(value, list):
        texts = [named(str(part)) for part in value]
        if texts != [str(part) for part in value]:  # with titles: one per line
            yield f"{indent}{name}:"
            yield from (f"{indent}{INDENT}{shown(text)}" for text in texts)
        else:
            yield f"{indent}{name}: {', '.join(shown(text) for text in texts)}"
    elif isinstance(value, str) and "\n" in value:
        yield f"{indent}{name}:"
        yield from (f"{indent}{INDENT}{shown(line)}" for line in value.split("\n"))
    else:
        text = str(value).lower() if isinstance(value, bool) else named(str(value))
        yield f"{indent}{name}: {shown(text)}"
