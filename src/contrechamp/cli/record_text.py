"""Records on the command line: options that name them, and how they are printed."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import click

from contrechamp.base.i18n import _
from contrechamp.base.shown_text import shown
from contrechamp.wording.standing import flag_labels

if TYPE_CHECKING:
    from contrechamp.dossier.permission.standing import Flag

#: Before the lines below a field.
INDENT = "  "


def ref_argument(name: str = "ref", metavar: str = "RECORD", **more: Any) -> click.Argument:
    """``RECORD``: a reference to a record, or its beginning."""
    return click.Argument([name], metavar=metavar, **more)


def kind_option() -> click.Option:
    """``--kind``: which records."""
    return click.Option(
        ["--kind"], default="", metavar="KIND", help=_("Only records of this kind.")
    )


def why_option() -> click.Option:
    """``--why``: the reason for a judgement, kept in the case."""
    return click.Option(
        ["--why"], default="", metavar="TEXT", help=_("Why, in your words; it stands in the case.")
    )


def flag_line(flag: "Flag") -> str:
    """Return a flag as one line."""
    line = f"! {flag_labels()[flag.code]}"
    if flag.at:
        line += f" ({flag.at})"
    return f"{line}  {flag.because}" if flag.because else line


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
