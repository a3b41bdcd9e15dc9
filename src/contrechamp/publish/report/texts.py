"""Texts of records as a publication shows them: in its language, or in the original and marked."""

import re

from contrechamp.base.i18n import _, active_language, language_name
from contrechamp.base.written import written_date, written_interval
from contrechamp.dossier.records.field_types import Text, Translated
from contrechamp.publish.report.document import Inline, Label, Tone, Words
from contrechamp.wording.confidence import confidence_labels

_LINES = re.compile(r"\s*\n\s*")
_TONES: dict[str, Tone] = {
    "confirmed": "good", "corroborated": "good", "single-source": "doubtful", "alleged": "doubtful",
}  # fmt: skip


def said(text: str, language: str = "", *, strong: bool = False) -> Words:
    """Return words of a record; of what is written in one language, that language."""
    shown = "" if is_here(language) else language
    return Words(_LINES.sub("\n", text.strip()), shown, own=False, strong=strong)


def called(name: Words) -> Words:
    """Return a name of which something is said next."""
    return Words(f"{name.text}:", name.language, own=False, strong=True)


def in_language(texts: tuple[Text, ...], *, strong: bool = False) -> tuple[Inline, ...]:
    """Return a text in the language of the publication; else the original, and which it is.

    A machine's translation gives way to every other one, and is called what it is.
    """
    here = [one for one in texts if is_here(one.language)]
    here.sort(key=lambda one: one.made == "machine")
    if here:
        notes = (Label(_("translated by a machine"), "doubtful"),) if _is_machine(here[0]) else ()
        return (said(here[0].text, here[0].language, strong=strong), *notes)
    for one in sorted(texts, key=lambda text: text.made != "original")[:1]:
        return (said(one.text, one.language, strong=strong), not_translated(one.language))
    return ()


def as_said(part: Translated) -> tuple[Inline, ...]:
    """Return what a part says in the language of the publication; else the original, marked."""
    text = getattr(part, part.translated)
    if not text:
        return ()
    here = tuple(one for one in part.translations if is_here(one.language))
    if here and not (part.language and is_here(part.language)):
        return in_language(here)
    mark = () if is_here(part.language or "") else (not_translated(part.language or ""),)
    return (said(text, part.language or ""), *mark)


def name_of(texts: tuple[Text, ...]) -> Words:
    """Return a name in the language of the publication, or as it is."""
    found = next((one for one in in_language(texts) if isinstance(one, Words)), None)
    return found or said("")


def not_translated(language: str) -> Label:
    """Return the mark of a text that stands in another language than the publication."""
    return Label(_("in {language}").format(language=language_name(language, active_language())))


def confidence(code: str) -> Label:
    """Return how sure something is."""
    return Label(confidence_labels()[code], _TONES.get(code, "plain"))


def period(from_date: str | None, to_date: str | None) -> tuple[Words, ...]:
    """Return from when to when something holds, as far as it is known."""
    if from_date and to_date:
        return (Words(written_interval(from_date, to_date)),)
    if from_date:
        return (Words(_("since {day}").format(day=written_date(from_date))),)
    if to_date:
        return (Words(_("until {day}").format(day=written_date(to_date))),)
    return ()


def _is_machine(text: Text) -> bool:
    return text.made == "machine"


def is_here(language: str) -> bool:
    """Return whether a text is in the language of the publication; one that is not told counts."""
    return not language or language.split("-")[0] == active_language().split("-")[0]
