"""The commands that answer a question with figures, and the file in which each puts them.

A publication cites figures out of these files, a bundle carries them, and `measure --again` runs
their commands anew: all of them know the files from here. What `measure --track` finds is not among
them: it is the walker's own, and its file has no figure.
"""

from collections.abc import Container
from dataclasses import dataclass
from typing import Final

from contrechamp.publish.files import FIGURES_JSON, SCHEMA_ID

#: Where a file lists what can be cited, in the shape of the figures of figures.json.
CITABLE: Final = "citable"


@dataclass(frozen=True)
class Answer:
    """A command that answers with figures.

    Args:
        command: its name.
        file: that has all its figures.
        schema: of this file.
        listed: the name under which the file lists figures that can be cited.
        goes_on: the file tells of what was run in its folder before.
    """

    command: str
    file: str
    schema: str
    listed: str = CITABLE
    goes_on: bool = False


MEASURE: Final = Answer("measure", FIGURES_JSON, SCHEMA_ID, "figures")
COMPLETENESS: Final = Answer("completeness", "completeness.json", "contrechamp/completeness-1")
ACCESS: Final = Answer("access", "access.json", "contrechamp/access-1")
DISPARITY: Final = Answer("disparity", "disparity.json", "contrechamp/disparity-1", goes_on=True)
CHANGE: Final = Answer("change", "change.json", "contrechamp/change-1")
_ALL: Final = (MEASURE, COMPLETENESS, ACCESS, DISPARITY, CHANGE)


def answer_of(told: object) -> Answer | None:
    """Return the command whose file says `told` where it names its schema; None for any other."""
    return next((one for one in _ALL if one.schema == told), None)


def answer_in(names: Container[str]) -> Answer | None:
    """Return the command of which a folder with files of these names holds the figures."""
    return next((one for one in _ALL if one.file in names), None)
