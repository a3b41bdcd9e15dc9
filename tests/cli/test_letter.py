"""``contrechamp letter``: the words of a letter in its language, to be sent by the user."""

from collections.abc import Callable

from cli import forms
from cli.commands import CaseRun, one_line


def test_a_letter_is_printed_with_what_is_still_open_and_shows_how_it_stands(
    case: CaseRun, put: Callable[..., str]
) -> None:
    actor = put("actor", forms.ACTOR)
    ref = put("letter", forms.letter(actor))
    printed = case("letter", ref).out
    assert printed.startswith("Droit de réponse : EXEMPLE de portail\n")
    assert "Société Exemple Caméras" in printed
    assert "1. EXEMPLE : à quoi servent-elles {vraiment} ?" in printed
    assert "2026-04-17" in printed
    assert (
        "= no reply by the day that it was due (asked for by 2026-04-17)" in case("show", ref).out
    )

    put(ref, forms.letter(actor) + forms.ANSWER)
    assert "= answered in part (after the day that was asked for)" in case("show", ref).out
    reminder = case("letter", ref, "--reminder").out
    assert "à qui sont-elles vendues" in reminder
    assert "à quoi servent" not in reminder
    earlier = case("letter", ref, "--reminder", "--on", "2026-04-20").out
    assert "à quoi servent" in earlier


def test_a_reminder_asks_for_no_day_that_is_past(case: CaseRun, put: Callable[..., str]) -> None:
    ref = put("letter", forms.letter(put("actor", forms.ACTOR)))
    reminder = case("letter", ref, "--reminder", "--on", "2026-04-18").out
    assert "au plus tard le […]." in reminder
    assert "2026-04-17" not in reminder
    assert (
        "au plus tard le 2026-04-17." in case("letter", ref, "--reminder", "--on", "2026-04-17").out
    )


def test_what_is_no_letter_is_told(case: CaseRun, put: Callable[..., str]) -> None:
    done = case("letter", put("actor", forms.ACTOR))
    one_line(done)
    assert done.err.endswith("expected a letter, but this is of the kind actor\n")
