"""The specification of one field of a table, of which those of cameras and barriers are made."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from contrechamp.base.i18n import _

#: What a field holds: a number, a whole number, a word from a list, yes or no, a line of text, or a
#: date, which may be partly known.
Holds = Literal["number", "whole", "choice", "flag", "line", "date"]


@dataclass(frozen=True)
class Tag:
    """A tag of OpenStreetMap that a field is read from.

    Args:
        key: of the tag.
        sign: -1 if the tag has the opposite sign of the field.
    """

    key: str
    sign: int = 1


@dataclass(frozen=True, kw_only=True)
class TableField:
    """The specification of one field. Texts are in English.

    Args:
        name: of the column, and of the field of the record; ends in the unit.
        holds: see `Holds`.
        help: whole sentences for whoever fills it in.
        label: a few words for it.
        measured_in: the unit in words, with what it is measured from.
        low: lowest number that is possible.
        high: highest number that is possible.
        low_excluded: whether `low` itself is too low.
        choices: word, in lower case -> word of the list that it stands for.
        absent: value in a table where nothing is known; in a record that is None or empty.
        tags: of OpenStreetMap; the first that can be read counts.
        aliases: other names for the column, in the same unit; used where all of its cells fit.
        to_osm: whether the first of `tags` is written as well.
        drawn: whether `measure` draws it where it is not known.
        recorded: whether a record has it, under the same name and with the same content.
        question: of the field form, explained by `help`; a field without one is not asked for.
        offered: word -> what the form calls it, for questions that offer a list.
        asked_with: the field without which the question makes no sense.
    """

    name: str
    holds: Holds
    help: str
    label: str = ""
    measured_in: str = ""
    low: float = -math.inf
    high: float = math.inf
    low_excluded: bool = False
    choices: Mapping[str, str] = field(default_factory=dict)
    absent: float | str | bool = ""
    tags: tuple[Tag, ...] = ()
    aliases: tuple[str, ...] = ()
    to_osm: bool = False
    drawn: bool = False
    recorded: bool = True
    question: str = ""
    offered: Mapping[str, str] = field(default_factory=dict)
    asked_with: str = ""

    @property
    def is_number(self) -> bool:
        """Whether it holds a number, whole or not."""
        return self.holds in ("number", "whole")

    @property
    def unit(self) -> str:
        """Its unit as the end of its name has it; "" if it has none."""
        return self.name.rpartition("_")[2] if self.is_number else ""

    @property
    def dtype(self) -> str:
        """Type of the column; whole numbers are floats, because unknown ones are NaN."""
        return {"number": "float64", "whole": "float64", "flag": "bool"}.get(self.holds, "str")

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the list, without repetitions."""
        return tuple(dict.fromkeys(self.choices.values()))

    def allows(self, number: Any) -> Any:
        """Return whether a number is possible, or which numbers of an array are."""
        within = (number > self.low if self.low_excluded else number >= self.low) & (
            number <= self.high
        )
        return within & (number % 1 == 0) if self.holds == "whole" else within

    def expected(self) -> str:
        """Return what the field can hold, for messages about anything else."""
        if self.holds == "choice":
            return _("expected one of: {words}").format(words=", ".join(self.words))
        if self.holds == "flag":
            return _("expected yes or no")
        low, high = f"{self.low:g}", f"{self.high:.15g}"
        if self.holds == "whole":
            text = _("expected {unit}, a whole number from {low} to {high}")
        elif self.low_excluded:
            text = _("expected {unit}, more than {low}, up to {high}")
        else:
            text = _("expected {unit}, {low} to {high}")
        return text.format(unit=_(self.measured_in), low=low, high=high)
