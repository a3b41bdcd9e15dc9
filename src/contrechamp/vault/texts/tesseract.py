"""Reading pictures of text with Tesseract, where it is installed, as a program in the cell."""

import shutil
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
        answer = programs.ask_with_input(
            self.program,
            ["stdin", "stdout", "-l", "+".join(self.languages)],
            picture,
            PROGRAM,
            variables=_ONE_THREAD,
            seconds=_SECONDS,
            unconfined=unconfined,
        )
        text = answer.decode("utf-8", "replace").replace("\f", "\n")
        return text if sum(letter.isalnum() for letter in text) >= _LEAST else ""


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
