"""Running commands as they are typed; SAMPLE content, made-up names."""

import json
import os
import re
import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from contrechamp.base.i18n import activate
from contrechamp.cli.app import application
from vault import cases

PASSPHRASE = cases.PASSPHRASE
OTHER_PASSPHRASE = "lampe citron rivage tambour"
LETTER = b"SAMPLE letter, made up: nobody wrote it."

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
TOWN = EXAMPLES / "sample-town.osm"
SURVEY = EXAMPLES / "sample-survey.csv"
BARRIERS = EXAMPLES / "sample-barriers.geojson"
DISTRICTS = EXAMPLES / "sample-districts.geojson"
HOUSES = EXAMPLES / "sample-houses.geojson"
WALK = EXAMPLES / "sample-walk.gpx"


@dataclass(frozen=True)
class Done:
    """What a command left: its exit status and what it printed."""

    status: int
    out: str
    err: str

    def json(self) -> Any:
        """Return what a command printed for machines: this and nothing else."""
        assert (self.status, self.err) == (0, ""), self
        return json.loads(self.out)


Run = Callable[..., Done]


@contextmanager
def read_from(*lines: str) -> Iterator[tuple[str, int]]:
    """Give the option for a descriptor that has these lines, as a shell's ``3<`` does."""
    reading, writing = os.pipe()
    os.write(writing, "".join(f"{line}\n" for line in lines).encode())
    os.close(writing)
    try:
        yield "--passphrase-fd", reading
    finally:
        os.close(reading)


@dataclass(frozen=True)
class CaseRun:
    """Runs commands of a case, with its passphrase or with other lines to read.

    Args:
        run: runs a command.
        folder: of the case.
        recovery: its recovery key.
    """

    run: Run
    folder: Path
    recovery: str

    def __call__(
        self, command: str, *arguments: object, lines: tuple[str, ...] = (PASSPHRASE,)
    ) -> Done:
        with read_from(*lines) as option:
            return self.run(command, self.folder, *arguments, *option)

    def with_key(self, command: str, *arguments: object, key: Path) -> Done:
        """Run a command as the member who has an age key."""
        return self.run(command, self.folder, *arguments, "--identity", key)


def one_line(done: Done, *said: str) -> None:
    """Wrong use, or bad input: status 2, nothing printed but one line that says so."""
    assert (done.status, done.out) == (2, ""), done
    assert re.fullmatch(r"contrechamp: [^\n]+\n", done.err), done.err
    for words in said:
        assert words in done.err, done.err


def first_word(done: Done) -> str:
    """Return the first word that a command printed: the reference of what it wrote."""
    assert done.status == 0, done.err
    return done.out.split()[0]


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Return the content of every file below a folder."""
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def commands(language: str = "en") -> dict[str, click.Command]:
    """Return every command that there is, in a language."""
    activate(language)
    found = dict(application().commands)
    activate("en")
    return found


def example_of(command: click.Command) -> list[str]:
    """Return the words of the example below the help of a command, without the program's name."""
    assert command.epilog, command.name
    words = shlex.split(command.epilog)
    return words[words.index("contrechamp") + 1 :]
