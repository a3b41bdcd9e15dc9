"""Letters written from shipped templates, in the language of the addressee."""

import functools
import tomllib
from collections.abc import Sequence
from datetime import date
from importlib import resources
from typing import Any, Literal

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.base.written import isolated, written_date, written_day, written_number
from contrechamp.dossier.records.field_types import latest
from contrechamp.dossier.records.letters import Letter, state_on


def languages() -> tuple[str, ...]:
    """Return the languages of the templates."""
    return tuple(_templates()["request"])


def text(letter: Letter, to: str, *, template: Literal["request", "reminder"], on: date) -> str:
    """Return the text of a letter, to be completed and sent by a person.

    Args:
        letter: the record with its subject, questions and dates.
        to: name of the addressee, in the language of the letter.
        template: the first letter, or a reminder of the questions that are open on the day.
        on: day of writing.

    Raises:
        InputError: if there is no template in the language of the letter.
    """
    words = _templates()[template].get(letter.language.split("-")[0])
    if words is None:
        raise InputError(
            _("there is no letter in this language; there are: {languages}").format(
                languages=", ".join(languages())
            )
        )
    asked = {question.key: question.text for question in letter.questions}
    left: Sequence[str] = tuple(asked)
    if template == "reminder":
        left = state_on(letter, on).open
    filled = {
        "to": isolated(to, letter.language),
        "subject": isolated(letter.subject, letter.language),
        "due": _due(letter, on),
        "sent": _sent(letter),
    }
    # Questions are not formatted: they may contain braces.
    subject, opening, due, closing = (
        str(words[name]).format(**filled) for name in ("subject", "opening", "due", "closing")
    )
    questions = (
        f"{written_number(number, letter.language)}. {asked[key]}"
        for number, key in enumerate(left, start=1)
    )
    return "\n\n".join((subject, opening, *questions, due, closing)) + "\n"


def _due(letter: Letter, on: date) -> str:
    """Return the day by which an answer is asked for, to be filled in if it is not after `on`.

    Nobody can answer by a day that is past, nor on the day on which the letter is written. A date
    that is known to the month only is its last day, as `state_on` reads it.
    """
    due = latest(letter.due_on) if letter.due_on else None
    return written_day(due, letter.language) if due and due > on else "[…]"


def _sent(letter: Letter) -> str:
    """Return when the letter was sent, as a sentence begins with it."""
    words = _templates()["when"][letter.language.split("-")[0]]
    if letter.sent_on is None:
        return str(words["unknown"])
    known = letter.sent_on.rstrip("~?")
    sort = "about" if known != letter.sent_on else ("year", "month", "day")[known.count("-")]
    return str(words[sort]).format(date=written_date(known, letter.language))


@functools.cache
def _templates() -> dict[str, Any]:
    file = resources.files("contrechamp.dossier.shipped") / "data" / "letters.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))
