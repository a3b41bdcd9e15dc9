"""What a word of a command line may become: commands, options, choices, kinds, names, files."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from contrechamp.cli.app import OF_A_CASE

if TYPE_CHECKING:
    from contrechamp.vault.case import Case

#: No more are proposed.
MOST = 2000


def candidates(
    app: click.Group,
    words: Sequence[str],
    typed: str,
    names: Callable[[], Iterable[str]],
    *,
    inside: bool = False,
) -> list[str]:
    """Return what a word may become, in order.

    Args:
        app: the command line.
        words: before it; the command is the first.
        typed: the beginning of the word.
        names: returns the short names of records, if they can be had.
        inside: of a session, where the case is not named.
    """
    if not words:
        known = [*OF_A_CASE, "exit", "help", "lock"] if inside else list(app.commands)
        return _beginning(known, typed)
    if words[0] not in app.commands or (inside and words[0] not in OF_A_CASE):
        return []
    command = app.commands[words[0]]
    parameter, place = expected(command, words[1:], inside=inside)
    if isinstance(parameter, click.Argument | None) and typed.startswith("-"):
        options = [one for one in command.params if isinstance(one, click.Option)]
        return _beginning((opt for one in options for opt in one.opts if opt[:2] == "--"), typed)
    if parameter is None:
        return []
    return _beginning(_values(parameter, place, typed, names), typed)


def short_names(case: "Case") -> Iterator[str]:
    """Yield the short name of every record of a case."""
    from contrechamp.dossier.reading import lookup
    from contrechamp.dossier.reading.short_names import ShortNames

    known = ShortNames(case)
    return (known.of_row(one.id, one.kind, one.title) for one in lookup.listed(case))


def expected(
    command: click.Command, words: Sequence[str], *, inside: bool = False
) -> tuple[click.Parameter | None, int]:
    """Return the option whose value, or the argument, comes next, and which of its values."""
    options = {opt: one for one in command.params if isinstance(one, click.Option)
               for opt in one.opts}  # fmt: skip
    arguments = [one for one in command.params if isinstance(one, click.Argument)
                 and not (inside and one.name == "folder")]  # fmt: skip
    place, given = 0, list(words)
    while given:
        option = options.get(given.pop(0))
        if option is None:
            place += 1
        elif not (option.is_flag or option.count):
            if len(given) < option.nargs:
                return option, len(given)
            del given[: option.nargs]
    for argument in arguments:
        if argument.nargs == -1 or place < argument.nargs:
            return argument, place
        place -= argument.nargs
    return None, 0


def _values(
    parameter: click.Parameter, place: int, typed: str, names: Callable[[], Iterable[str]]
) -> Iterable[str]:
    from contrechamp.dossier.reading.conditions import DAY, NUMBER, TEXT
    from contrechamp.dossier.reading.field_paths import paths
    from contrechamp.dossier.records.kinds import KINDS

    if isinstance(parameter.type, click.Choice):
        return map(str, parameter.type.choices)
    if isinstance(parameter.type, click.Path):
        return _files(typed)
    if parameter.name == "kind":
        return KINDS
    if parameter.name == "fields" and place < 2:
        return (
            (TEXT + NUMBER + DAY)
            if place
            else (path for one in KINDS.values() for path in paths(one))
        )
    if parameter.name == "what":
        return [*KINDS, *names()]
    is_ref = isinstance(parameter, click.Argument) or parameter.name in {"fields", "whom", "to"}
    return names() if is_ref else ()


def _files(typed: str) -> Iterator[str]:
    """Yield the files and folders in the folder that is typed; hidden ones if a dot is."""
    name = typed.rpartition("/")[2]
    lead = typed[: len(typed) - len(name)]
    try:
        with os.scandir(Path(lead or ".").expanduser()) as found:
            for one in found:
                if one.name.startswith(".") <= name.startswith("."):
                    yield f"{lead}{one.name}{'/' if one.is_dir() else ''}"
    except OSError:
        return


def _beginning(texts: Iterable[str], typed: str) -> list[str]:
    found = sorted({text for text in texts if text.startswith(typed)})
    # A control character of a file's name would steer the terminal.
    return [text for text in found if text.isprintable()][:MOST]
