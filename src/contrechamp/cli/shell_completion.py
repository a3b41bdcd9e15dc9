"""Completion for bash, zsh and fish: click's scripts, which call the program for what may follow.

The program is then called at each tab key: it asks nothing, prints nothing but answers, and ends
soon, whatever is the matter.
"""

import os
import re
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import NoReturn

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
)

PROGRAM, VARIABLE = "contrechamp", "_CONTRECHAMP_COMPLETE"
_CLASSES: dict[str, type[ShellComplete]] = {
    "bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete
}  # fmt: skip
SHELLS = tuple(_CLASSES)
#: Nobody waits longer for a tab key.
_SECONDS = 3
#: What a script of click hands on to the shell as it is: nothing that the shell would expand.
_PLAIN = re.compile(r"[A-Za-z0-9_.,/-]+")


def script(shell: str) -> str:
    """Return what is to be run by a shell."""
    from contrechamp.cli.app import application

    # BashComplete.source would start bash to ask for its version.
    return ShellComplete.source(_CLASSES[shell](application(), {}, PROGRAM, VARIABLE))


def answer(instruction: str) -> int:
    """Print what the word at the cursor may become, and return the exit status.

    Args:
        instruction: such as bash_complete.
    """
    signal.signal(signal.SIGALRM, _end)
    signal.alarm(_SECONDS)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 2):
        os.dup2(nowhere, descriptor)
    shell = instruction.removesuffix("_complete")
    if shell in _CLASSES:
        with suppress(Exception):
            sys.stdout.write("".join(f"{line}\n" for line in _answers(_CLASSES[shell])))
            sys.stdout.flush()
    return 0


def _answers(cls: type[ShellComplete]) -> Iterator[str]:
    from contrechamp.cli.app import application
    from contrechamp.cli.completing import candidates, expected

    app = application()
    shell = cls(app, {}, PROGRAM, VARIABLE)
    words, typed = shell.get_completion_args()
    command = app.commands[words[0]] if words and words[0] in app.commands else None
    parameter = expected(command, words[1:])[0] if command is not None else None
    if isinstance(parameter and parameter.type, click.Path) and not typed.startswith("-"):
        yield shell.format_completion(CompletionItem(typed, type="file"))
        return
    for one in candidates(app, words, typed, lambda: _names(words)):
        if _PLAIN.fullmatch(one):
            yield shell.format_completion(CompletionItem(one))


def _names(words: Sequence[str]) -> list[str]:
    """Return the names of the records of a case that a key file opens without a question."""
    from contrechamp.base.machine import keep_memory_private
    from contrechamp.cli.completing import short_names
    from contrechamp.dossier.index_tables import TABLES
    from contrechamp.vault import opening
    from contrechamp.vault.access.identity_files import read_identities

    if "--identity" not in words[:-1] or words[1].startswith("-"):
        return []
    key = Path(words[list(words).index("--identity") + 1]).expanduser()
    keep_memory_private()
    own = read_identities(key, _nobody_is_asked)
    with opening.opened(Path(words[1]).expanduser(), own, tables=TABLES, write=False) as case:
        return list(short_names(case))


def _nobody_is_asked() -> NoReturn:
    raise LookupError


def _end(_number: int, _frame: FrameType | None) -> NoReturn:
    os._exit(0)
