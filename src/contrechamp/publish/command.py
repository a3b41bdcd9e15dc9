"""The command that repeats a measurement, without the folders of the machine it ran on."""

import re
import shlex
from collections.abc import Sequence

_FOLDERS = re.compile(r"^.*[/\\](?=[^/\\]+[/\\]*$)")


def without_folders(command: Sequence[str]) -> tuple[str, ...]:
    r"""Return the words of `command` with file names in place of paths.

    >>> without_folders(["contrechamp", "measure", "/home/someone/a b.pbf", "--priors=../p.toml"])
    ('contrechamp', 'measure', 'a b.pbf', '--priors=p.toml')
    """
    shown = []
    for word in command:
        option, equals, value = word.partition("=")
        if equals and option.startswith("-"):
            shown.append(f"{option}={_file_name(value)}")
        else:
            shown.append(_file_name(word))
    return tuple(shown)


def as_typed(command: Sequence[str]) -> str:
    """Return `command` as one line for a shell."""
    return shlex.join(command)


def _file_name(word: str) -> str:
    return _FOLDERS.sub("", word).rstrip("/\\") or word
