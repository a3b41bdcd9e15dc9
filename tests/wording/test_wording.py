"""Codes to words: each code that a room can give has words, in English and in every catalogue."""

import ast
import re
from collections.abc import Callable, Iterator
from gettext import NullTranslations
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest

from contrechamp.base import i18n
from contrechamp.cell import failures
from contrechamp.dossier import status
from contrechamp.dossier.names import matching as name_matching
from contrechamp.dossier.names import name_keys
from contrechamp.dossier.permission import consent, gates, releasing, standing
from contrechamp.dossier.records import letters as dossier_letters
from contrechamp.dossier.shipped import rights as shipped_rights
from contrechamp.measure import known, priors, run
from contrechamp.measure.results import Figure
from contrechamp.publish.unknowns import unknown_label
from contrechamp.redact import outcome, request
from contrechamp.scene.camera_fields import BY_NAME
from contrechamp.sight.levels import LEVEL_SETS, VISIBLE
from contrechamp.vault import discrepancies
from contrechamp.vault.captures import findings
from contrechamp.vault.log import custody
from contrechamp.wording import (
    cameras,
    captures,
    figures,
    levels,
    log,
    masking,
    matching,
    notices,
    reading,
    rights,
    verifying,
)
from contrechamp.wording.consent import refusal_labels
from contrechamp.wording.gates import ended_labels, gate_labels, remedies, unmet_labels
from contrechamp.wording.letters import letter_labels
from contrechamp.wording.standing import flag_labels
from contrechamp.wording.status import lack_headings, lack_labels

SOURCES = Path(i18n.__file__).parents[1]
MARK = "«{}»"


class Marked(NullTranslations):
    """Marks what is translated: a code that is given back as it is has no words."""

    def gettext(self, message: str) -> str:
        return MARK.format(message)

    def pgettext(self, context: str, message: str) -> str:
        return MARK.format(message)


class Missing(NullTranslations):
    """Behind a catalogue: is asked for what that has not."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def gettext(self, message: str) -> str:
        self.asked.append(message)
        return message

    def pgettext(self, context: str, message: str) -> str:
        return self.gettext(message)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    yield
    i18n.activate("en")


def words(alias: Any) -> set[str]:
    """Return the words of a Literal, or of a union of such."""
    if get_origin(alias) is Literal:
        return set(get_args(alias))
    return set().union(*(words(one) for one in get_args(alias)))


def notice_kinds() -> set[str]:
    """Return the kinds of notices that readers of maps write, from their sources."""
    return {
        call.args[0].value
        for path in (SOURCES / "scene").glob("*.py")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call)
        and getattr(call.func, "id", "") == "Notice"
        and isinstance(call.args[0], ast.Constant)
    }


def of(labels: Callable[[], dict[str, str]]) -> Callable[[str], str]:
    return lambda code: labels()[code]


CASES: dict[str, tuple[Callable[[str], str], set[str]]] = {
    "actions of the log": (log.action_label, words(custody.Action)),
    "flags": (of(flag_labels), words(standing.Code)),
    "states of letters": (of(letter_labels), words(dossier_letters.LetterState)),
    "refusals": (of(refusal_labels), words(consent.Why)),
    "gates": (of(gate_labels), words(gates.Gate)),
    "remedies of gates": (of(remedies), words(gates.Gate)),
    "what gates find": (of(unmet_labels), words(gates.Why)),
    "ends of releases": (of(ended_labels), words(releasing.Ended)),
    "headings of status": (of(lack_headings), words(status.What)),
    "reasons of status": (of(lack_labels), words(status.Why)),
    "verdicts on captures": (captures.verdict_label, words(findings.Verdict)),
    "checks of captures": (of(captures.check_labels), set(findings.ALL)),
    "findings of verify": (verifying.finding_label, words(discrepancies.Kind)),
    "forms of names": (matching.how_label, words(name_keys.How) - {"written"}),
    "standings of texts": (rights.standing_label, words(shipped_rights.Standing) - {"authentic"}),
    "decisions on names": (matching.decision_label, words(name_matching.Decision) - {""}),
    "kinds of masked files": (masking.kind_label, words(outcome.Kind)),
    "reasons of covering": (masking.covered_by_label, words(outcome.CoveredBy)),
    "styles of covering": (masking.style_label, words(request.Style)),
    "requests for sound": (masking.sound_label, words(request.SoundRequest)),
    "levels": (
        levels.level_label,
        {VISIBLE.name, "25px_m", *(one.name for names in LEVEL_SETS.values() for one in names)},
    ),
    "figures": (
        figures.figure_label,
        set(re.findall(r'"((?:streets|area|trips|tracks)\.\w+)"', str(Figure.__doc__))),
    ),
    "groups": (
        figures.group_label,
        {"all", "operator:unknown", "kind:unknown"}
        | {f"operator:{one}" for one in BY_NAME["operator_class"].choices.values()}
        | {f"kind:{one}" for one in BY_NAME["kind"].choices.values()},
    ),
    "scenarios": (of(figures.scenario_labels), set(run.SCENARIOS)),
    "unknowns": (unknown_label, {*known.PARAMETERS, "building_height_m", "lens"}),
    "kinds of cameras": (cameras.kind_label, {*priors.KINDS, "unknown"}),
    "operators": (cameras.operator_label, {*BY_NAME["operator_class"].choices.values(), "unknown"}),
    "reasons of not reading": (reading.unread_label, words(failures.Reason)),
    "notices": (notices.notice_label, notice_kinds()),
}


@pytest.mark.parametrize("what", CASES)
def test_each_code_has_words(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    label, codes = CASES[what]
    monkeypatch.setattr(i18n, "_active", Marked())
    assert codes
    assert [code for code in sorted(codes) if not label(code).startswith(MARK[0])] == []


@pytest.mark.parametrize("language", [one for one in i18n.available_languages() if one != "en"])
@pytest.mark.parametrize("what", CASES)
def test_the_words_are_in_every_catalogue(what: str, language: str) -> None:
    label, codes = CASES[what]
    i18n.activate(language)
    missing = Missing()
    i18n._active.add_fallback(missing)
    for code in codes:
        label(code)
    assert missing.asked == []


def test_what_a_later_version_or_the_user_named_keeps_its_name() -> None:
    assert log.action_label("what-comes") == "what-comes"
    assert levels.level_label("of-my-own") == "of-my-own"
    assert levels.level_label("62.5px_m") == "62.5 px/m"
