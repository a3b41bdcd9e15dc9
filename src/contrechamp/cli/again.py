"""The command that repeats a result, wherever the result was put."""

from typing import Any

import click

from contrechamp.base.i18n import active_language
from contrechamp.cli.language import OPTION

#: Options that change how a command runs or where it writes, but not what: the command stands in
#: the report, and the same input, seed and version give the same bytes.
NOT_IN_THE_RESULT = ("out", "threads", "unconfined", "as_json")
OUT = ("-o", "report")


def command_again(context: click.Context) -> tuple[str, ...]:
    """Return the words of the running command, without what does not change its result.

    Args:
        context: of the command.
    """
    words = ["contrechamp", str(context.info_name)]
    options = []
    for parameter in context.command.params:
        name = parameter.name or ""
        value = context.params.get(name)
        if name in NOT_IN_THE_RESULT or not _is_set(context, name):
            continue
        if isinstance(parameter, click.Argument):
            words += [str(argument) for argument in context.params[name]]
        elif value is True:
            options.append(parameter.opts[-1])
        else:
            given: Any = value
            for one in given if getattr(parameter, "multiple", False) else [given]:
                options += [parameter.opts[0], *map(str, one if parameter.nargs > 1 else [one])]
    return (*words, *OUT, *options, OPTION, active_language())


def _is_set(context: click.Context, name: str) -> bool:
    """Return whether the user gave a parameter a value other than its default."""
    if name not in context.params:
        return False
    defaults = {known.name: known.get_default(context) for known in context.command.params}
    value = context.params[name]
    return value is not None and value is not False and value != defaults.get(name)
