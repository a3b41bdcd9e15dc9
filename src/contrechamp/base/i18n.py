"""The user's language: gettext catalogues that lie in ``contrechamp/locale``."""

import gettext as _gettext
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DOMAIN = "contrechamp"
LOCALE_DIR = Path(__file__).parent.parent / "locale"

#: Languages that have, or will have, a catalogue; the source language is English.
LANGUAGES = ("en", "fr", "ar", "he")
RIGHT_TO_LEFT = frozenset({"ar", "he"})

_active: _gettext.NullTranslations = _gettext.NullTranslations()
_language = "en"


def available_languages() -> tuple[str, ...]:
    """Return the codes of the languages that there is a catalogue for, and English."""
    return tuple(
        language
        for language in LANGUAGES
        if language == "en" or _gettext.find(DOMAIN, str(LOCALE_DIR), [language])
    )


def language_of(environment: dict[str, str] | None = None) -> str:
    """Return the language that the environment asks for.

    The first that is set of ``CONTRECHAMP_LANG``, ``LC_ALL``, ``LC_MESSAGES`` and ``LANG`` counts.

    >>> language_of({"LANG": "fr_FR.UTF-8"})
    'fr'
    >>> language_of({"LANG": "tlh"})
    'en'
    """
    env = os.environ if environment is None else environment
    for name in ("CONTRECHAMP_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        code = env.get(name, "").replace("-", "_").split(".")[0].split("_")[0].lower()
        if code in LANGUAGES:
            return code
        if code:
            return "en"
    return "en"


def activate(language: str) -> None:
    """Use `language` for every message from now on (English where nothing is translated)."""
    global _active, _language
    _active = _gettext.translation(DOMAIN, LOCALE_DIR, languages=[language], fallback=True)
    _language = language


def active_language() -> str:
    """Return the code of the language in use."""
    return _language


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Use `language` for a while, and then the one that was in use before."""
    before = active_language()
    activate(language)
    try:
        yield
    finally:
        activate(before)


def _(message: str) -> str:
    """Translate a message (nothing stays nothing: its translation would be the file's header)."""
    return "" if not message else _active.gettext(message)


def pgettext(context: str, message: str) -> str:
    """Translate a message that says different things in different places."""
    return _active.pgettext(context, message)


def ngettext(singular: str, plural: str, n: int) -> str:
    """Translate a message whose form depends on a count."""
    return _active.ngettext(singular, plural, n)
