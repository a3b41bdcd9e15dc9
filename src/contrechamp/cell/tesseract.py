"""Reading pictures of text with Tesseract, where it is installed, as a program in the cell."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from contrechamp.base.errors import InputError
from contrechamp.cell import programs

PROGRAM: Final = "tesseract"
#: Languages that are read if their data is there, as Tesseract names them.
LANGUAGES: Final = ("eng", "fra", "ara", "heb")
#: Where a Tesseract elsewhere than in the system's folders has its data: none that we name.
_ONE_THREAD: Final = {"OMP_THREAD_LIMIT": "1"}
#: Shorter words of a picture without text are noise; so many letters in all are text.
_LEAST = 8
#: What one picture may take.
_SECONDS = 60
#: Finds what text there is, in whatever order: names on plans, in photos, beside one another.
_SPARSE = "11"
#: A row of its table: level, page, block, paragraph, line, word, left, top, width, height,
#: confidence and text; and the level of words.
_COLUMNS, _WORD_LEVEL = 12, 5


@dataclass(frozen=True)
class ReadWord:
    """A word that was read.

    Args:
        text: of it.
        line: words of one line have the same.
        box: left, top, right, bottom, in pixels.
    """

    text: str
    line: tuple[int, ...]
    box: tuple[int, int, int, int]


@dataclass(frozen=True)
class Reader:
    """A Tesseract that is there.

    Args:
        program: its path.
        languages: those of `LANGUAGES` that it has data for.
    """

    program: str
    languages: tuple[str, ...]

    @property
    def lacking(self) -> tuple[str, ...]:
        """Those of `LANGUAGES` that it has no data for."""
        return tuple(one for one in LANGUAGES if one not in self.languages)

    def text_of(self, picture: bytes, *, unconfined: bool) -> str:
        """Return the text in a picture (PGM), drawn by ourselves; "" if there is hardly any.

        Raises:
            NoAnswerError: if it gives no answer.
            InputError: if it cannot be confined.
        """
        answer = self._asked(picture, [], unconfined=unconfined)
        text = answer.decode("utf-8", "replace").replace("\f", "\n")
        return text if sum(letter.isalnum() for letter in text) >= _LEAST else ""

    def words_in(self, picture: bytes, *, unconfined: bool) -> list[ReadWord]:
        """Return the words in a picture (PGM) with their places, as far as they are read.

        Raises:
            NoAnswerError: if it gives no answer.
            InputError: if it cannot be confined.
        """
        asking = ["--psm", _SPARSE, "-c", "tessedit_create_tsv=1"]
        answer = self._asked(picture, asking, unconfined=unconfined)
        return list(_words(answer.decode("utf-8", "replace")))

    def _asked(self, picture: bytes, asking: Sequence[str], *, unconfined: bool) -> bytes:
        return programs.ask_with_input(
            self.program,
            ["stdin", "stdout", "-l", "+".join(self.languages), *asking],
            picture,
            PROGRAM,
            variables=_ONE_THREAD,
            seconds=_SECONDS,
            unconfined=unconfined,
        )


def _words(table: str) -> Iterator[ReadWord]:
    for row in table.splitlines():
        cells = row.split("\t")
        if len(cells) != _COLUMNS or not all(map(str.isdecimal, cells[:10])):
            continue  # what heads the table, and what it says else
        level, *line, _number, left, top, width, height = map(int, cells[:10])
        if level == _WORD_LEVEL and cells[-1].strip():
            box = left, top, left + width, top + height
            yield ReadWord(cells[-1].strip(), tuple(line), box)


def found(*, unconfined: bool = False) -> Reader | None:
    """Return the Tesseract of this machine; None if there is none, or none with our languages."""
    program = shutil.which(PROGRAM)
    return None if program is None else _asked(program, unconfined=unconfined)


@lru_cache(maxsize=4)
def _asked(program: str, *, unconfined: bool) -> Reader | None:
    try:
        answer = programs.ask_with_input(
            program, ["--list-langs"], b"", PROGRAM, unconfined=unconfined
        )
    except (programs.NoAnswerError, InputError):
        return None
    there = {Path(line).name for line in answer.decode("utf-8", "replace").split()}
    languages = tuple(one for one in LANGUAGES if one in there)
    return Reader(program, languages) if languages else None
