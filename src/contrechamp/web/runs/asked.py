"""What a run is asked: by a form, handed on to the process that measures, kept with its result."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final, TypeVar

from contrechamp.base.errors import ContrechampError, InputError
from contrechamp.base.i18n import _
from contrechamp.measure.access.asked import DAYS
from contrechamp.measure.access.asked import Asked as OfAccess
from contrechamp.measure.change.asked import Asked as OfChange
from contrechamp.measure.survey.asked import ERROR_M, WITHIN_M
from contrechamp.publish.measure_job import DRAWS, HOMES, LEVELS, SEED, TARGET_M, check_levels

MEASURE, COMPLETENESS, ACCESS, CHANGE = KINDS = ("measure", "completeness", "access", "change")
#: What an input is for: measured, or read beside what is measured.
INPUT, AREAS, PRIORS, MODELS = ROLES = ("input", "areas", "priors", "models")
#: Roles of one file at most, and the runs that have them.
BESIDE: Final[Mapping[str, tuple[str, ...]]] = {
    AREAS: (MEASURE, COMPLETENESS, ACCESS), PRIORS: (MEASURE,), MODELS: (MEASURE,),
}  # fmt: skip
MOST_DRAWS: Final = 20_000
_MOST_DIGITS: Final = 12

_Number = TypeVar("_Number", int, float)


@dataclass(frozen=True)
class Option:
    """An option of a run that a form asks for.

    Args:
        name: of the input.
        word: on the command line that repeats the run.
        default: what counts if nothing is said; that of the command.
        least: smallest number.
        most: largest number.
        choices: what can be chosen, where it is a choice.
    """

    name: str
    word: str
    default: Any
    least: float = 0
    most: float = 0
    choices: tuple[str, ...] = ()

    def read(self, text: str) -> Any:
        """Return what a form says.

        Raises:
            InputError: if it is nothing that the option takes.
        """
        if isinstance(self.default, bool):
            return text == "yes"
        text = text.strip()
        if not text:
            return self.default
        if isinstance(self.default, str):
            if self.choices and text not in self.choices:
                raise self._refused(text)
            if not self.choices:
                check_levels(text)
            return text
        return self._number(text, int if isinstance(self.default, int) else float)

    def _number(self, text: str, kind: Callable[[str], _Number]) -> _Number:
        try:
            number = kind(text) if text.isascii() and len(text) <= _MOST_DIGITS else None
        except ValueError:
            number = None
        if number is None or not self.least <= number <= self.most:
            raise self._refused(text)
        return number

    def _refused(self, text: str) -> InputError:
        if self.choices:
            return InputError(
                _("{option}: {text} is none of {choices}").format(
                    option=self.name, text=text, choices=", ".join(self.choices)
                )
            )
        return InputError(
            _("{option}: {text} is no number from {least} to {most}").format(
                option=self.name, text=text, least=f"{self.least:g}", most=f"{self.most:g}"
            )
        )


def _draws(default: int) -> Option:
    return Option("draws", "--draws", default, 1, MOST_DRAWS)


_LEVELS: Final = Option("levels", "--levels", LEVELS)
_SEED: Final = Option("seed", "--seed", SEED, 0, 2**31 - 1)
_TARGET: Final = Option("target_height_m", "--target-height", TARGET_M, 0, 100)
_WITHIN: Final = Option("within_m", "--within", WITHIN_M, 1, 500)
_ERROR: Final = Option("error_m", "--error", ERROR_M, 0.1, 100)
_WHOLE: Final = Option("whole", "--whole", default=False)
#: The options of each run; their names are those of its job.
OPTIONS: Final[Mapping[str, tuple[Option, ...]]] = {
    MEASURE: (
        _LEVELS, _TARGET, Option("open_ground", "--open", default=False), _WHOLE,
        Option("homes", "--homes", HOMES, 0, 100_000), _draws(DRAWS), _SEED,
    ),
    COMPLETENESS: (
        _WITHIN, _ERROR, _WHOLE, Option("in_view", "--in-view", default=False), _LEVELS,
        _draws(DRAWS), _SEED,
    ),
    ACCESS: (
        Option("day", "--day", OfAccess.day, choices=DAYS),
        Option("hour", "--hour", OfAccess.hour, 0, 23),
        Option("links_share", "--paths", OfAccess.links_share, 0, 1),
        _LEVELS, _draws(OfAccess.draws), _SEED,
    ),
    CHANGE: (_LEVELS, _TARGET, _WITHIN, _ERROR, _draws(OfChange.draws), _SEED),
}  # fmt: skip


@dataclass(frozen=True)
class Given:
    """A file that a run reads.

    Args:
        item: it, item/ and its digits; "" for a table that is made of the records of the case.
        name: that the run knows it by, which is that of no other.
        role: one of `ROLES`.
        on: the day that it shows, for what changed; else "".
    """

    item: str
    name: str
    role: str = INPUT
    on: str = ""


@dataclass(frozen=True)
class Asked:
    """A run.

    Args:
        kind: one of `KINDS`.
        title: by which people know it.
        given: its files.
        options: by name.
        records: tables of the case's own records are measured as well.
    """

    kind: str
    title: str
    given: tuple[Given, ...]
    options: Mapping[str, Any] = field(default_factory=dict)
    records: bool = False

    def command(self, language: str) -> tuple[str, ...]:
        """Return the words of the command that repeats it beside its files."""
        words = ["contrechamp", self.kind]
        for one in self.given:
            if self.kind == CHANGE:
                words += ["--map", one.on, one.name]
            elif one.role == INPUT:
                words.append(one.name)
        words += ["-o", "report"]
        for one in self.given:
            words += [] if one.role == INPUT else [f"--{one.role}", one.name]
        for option in OPTIONS[self.kind]:
            value = self.options[option.name]
            if value is True:
                words.append(option.word)
            elif value != option.default:
                words += [option.word, str(value)]
        return (*words, "--lang", language)

    def told(self) -> dict[str, Any]:
        """Return the same as JSON has it."""
        return asdict(self)


def options_of(kind: str, fields: Mapping[str, str]) -> dict[str, Any]:
    """Return the options that a form says.

    Raises:
        ContrechampError: if one is nothing that it takes.
    """
    return {one.name: one.read(fields.get(one.name, "")) for one in OPTIONS[kind]}


def named(items: Sequence[tuple[str, str]]) -> list[str]:
    """Return the names by which a run knows files: without folders, and each of one file only.

    >>> named([("item/1", "a/walk.gpx"), ("item/2", "b/walk.gpx"), ("item/3", "-o")])
    ['walk.gpx', '2-walk.gpx', '_-o']

    Args:
        items: reference and name of each.
    """
    found: list[str] = []
    for number, (_item, name) in enumerate(items, start=1):
        last = name.rpartition("/")[2].replace("\\", "_")[-150:] or "unnamed"
        last = f"_{last}" if last.startswith(("-", ".")) else last
        found.append(f"{number}-{last}" if last in found else last)
    return found


def check(asked: Asked) -> None:
    """Check what can be told before anything is read.

    Raises:
        ContrechampError: if there is nothing to measure, or a day is missing.
    """
    if asked.kind not in KINDS:
        raise InputError(_("there is no such run"))
    if not asked.records and not any(one.role == INPUT for one in asked.given):
        raise InputError(_("choose what is to be measured: a map of the place at least"))
    if asked.kind == CHANGE:
        _check_days(asked)


def _check_days(asked: Asked) -> None:
    from contrechamp.measure.change.dates import when

    days = set()
    for one in asked.given:
        day = when(one.on)
        if day is None:
            raise InputError(
                _("say of which day it is: 2021-04-21, 2021-04 or 2021"), where=one.name
            )
        days.add(day.text)
    if len(days) < 2:
        raise ContrechampError(_("choose maps of two days or more, and say of which"))
