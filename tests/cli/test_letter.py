"""``contrechamp letter``: the words of a letter in its language, to be sent by the user."""

import itertools
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from cli import forms
from cli.commands import CaseRun, one_line
from contrechamp.dossier.records.letters import Letter, Question
from contrechamp.dossier.shipped import letter_templates


def test_a_letter_is_printed_with_what_is_still_open_and_shows_how_it_stands(
    case: CaseRun, put: Callable[..., str]
) -> None:
    actor = put("actor", forms.ACTOR)
    ref = put("letter", forms.letter(actor))
    printed = case("letter", ref, "--on", "2026-04-03").out
    assert "au plus tard le 17 avril 2026." in printed
    assert printed.startswith("Droit de réponse : EXEMPLE de portail\n")
    assert "Société Exemple Caméras" in printed
    assert "1. EXEMPLE : à quoi servent-elles {vraiment} ?" in printed
    assert (
        "= no reply by the day that it was due (asked for by 17 April 2026)"
        in case("show", ref).out
    )

    put(ref, forms.letter(actor) + forms.ANSWER)
    assert "= answered in part (after the day that was asked for)" in case("show", ref).out
    reminder = case("letter", ref, "--reminder").out
    assert "à qui sont-elles vendues" in reminder
    assert "à quoi servent" not in reminder
    earlier = case("letter", ref, "--reminder", "--on", "2026-04-20").out
    assert "à quoi servent" in earlier


ISO = re.compile(r"\d{4}-\d{2}")


@pytest.mark.parametrize("kind", ["letter", "reminder"])
@pytest.mark.parametrize("on", ["2026-04-16", "2026-04-17", "2026-04-18", "2027-01-01"])
def test_a_letter_asks_for_a_day_that_is_still_to_come(
    case: CaseRun, put: Callable[..., str], kind: str, on: str
) -> None:
    ref = put("letter", forms.letter(put("actor", forms.ACTOR)))
    more = ["--reminder"] if kind == "reminder" else []
    text = case("letter", ref, "--on", on, *more).out
    asked = "17 avril 2026" if on == "2026-04-16" else "[…]"
    assert f"au plus tard le {asked}." in text


@pytest.mark.parametrize(
    ("language", "due", "sent"),
    [
        ("en", "by 17 April 2026.", "On 3 April 2026 we asked"),
        ("en-US", "by April 17, 2026.", "On April 3, 2026 we asked"),
        ("fr", "le 17 avril 2026.", "Le 3 avril 2026, nous"),
        ("ar", "17 أبريل 2026", "بتاريخ 3 أبريل 2026 طلبنا"),
        ("ar-PS", "١٧ نيسان ٢٠٢٦", "بتاريخ ٣ نيسان ٢٠٢٦ طلبنا"),
        ("he", "17 באפריל 2026", "ביום 3 באפריל 2026 ביקשנו"),
    ],
)
def test_a_letter_writes_days_as_its_reader_does(
    case: CaseRun, put: Callable[..., str], language: str, due: str, sent: str
) -> None:
    form = forms.letter(put("actor", forms.ACTOR)).replace("fr-CH", language)
    ref = put("letter", form)
    first = case("letter", ref, "--on", "2026-04-10").out
    again = case("letter", ref, "--reminder", "--on", "2026-04-10").out
    for text in (first, again):
        assert due in text
        assert ISO.search(text) is None
    assert sent in again
    if language[:2] in {"ar", "he"}:  # a French subject takes no full stop or colon along
        assert "\u2068EXEMPLE de portail\u2069" in first


@pytest.mark.parametrize("template", ["request", "reminder"])
@pytest.mark.parametrize("language", letter_templates.languages())
def test_no_letter_has_a_date_for_machines(template: Any, language: str) -> None:
    sent_on = ("2026-04-03", "2026-04", "2026", "2026-04~", "2026-04-03?", None)
    due_on = ("2026-05-01", "2026-05", "2026", "2027?", None)
    for sent, due in itertools.product(sent_on, due_on):
        letter = Letter(
            to=f"record/{16 * 'a'}",
            language=language,
            subject="SAMPLE",
            sent_on=sent,
            due_on=due,
            questions=(Question(key="q1", text="SAMPLE ?"),),
        )
        text = letter_templates.text(letter, "SAMPLE Ltd", template=template, on=date(2026, 4, 10))
        assert ISO.search(text) is None
        assert not re.search(r"[~{}]|\d\?", text)


def test_what_is_known_of_the_day_is_said_with_the_right_word(
    case: CaseRun, put: Callable[..., str]
) -> None:
    actor = put("actor", forms.ACTOR)
    for sent, told in (
        ("2026-04", "En avril 2026, nous"),
        ("2026", "En 2026, nous"),
        ("2026-04~", "Vers avril 2026, nous"),
    ):
        form = forms.letter(actor).replace("sent_on = 2026-04-03", f'sent_on = "{sent}"')
        assert told in case("letter", put("letter", form), "--reminder", "--on", "2027-01-01").out


def test_what_is_no_letter_is_told(case: CaseRun, put: Callable[..., str]) -> None:
    done = case("letter", put("actor", forms.ACTOR))
    one_line(done)
    assert done.err.endswith("expected a letter, but this is of the kind actor\n")
