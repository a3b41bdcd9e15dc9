"""Letters written from shipped templates, in the language of the addressee."""

import functools
import tomllib
from collections.abc import Sequence
from datetime import date
from importlib import resources
from typing import Any, Literal

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
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
    due = letter.due_on
    if template == "reminder" and due and latest(due) < on:
        due = None  # nobody can answer by a day that is past: another one is to be given
    asked = {question.key: question.text for question in letter.questions}
    left: Sequence[str] = tuple(asked)
    if template == "reminder":
        left = state_on(letter, on).open
    filled = {
        "to": to,
        "subject": letter.subject,
        "due": due or "[…]",
        "sent": letter.sent_on or "[…]",
    }
    # Questions are not formatted: they may contain braces.
    subject, opening, due, closing = (
        str(words[name]).format(**filled) for name in ("subject", "opening", "due", "closing")
    )
    questions = (f"{number}. {asked[key]}" for number, key in enumerate(left, start=1))
    return "\n\n".join((subject, opening, *questions, due, closing)) + "\n"


@functools.cache
def _templates() -> dict[str, Any]:
    file = resources.files("contrechamp.dossier.shipped") / "data" / "letters.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))
