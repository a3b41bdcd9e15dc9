"""The user's language: gettext catalogues in ``contrechamp/locale``."""

import gettext as _gettext
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

DOMAIN = "contrechamp"
#: The words of publications alone, for languages that the interface does not speak.
OF_PUBLICATIONS = "publication"
LOCALE_DIR = Path(__file__).parent.parent / "locale"

#: The words of the workbench, for the same languages.
OF_THE_WORKBENCH = "workbench"
#: Languages of texts for publication; the first is that of the source.
TEXT_LANGUAGES = ("en", "fr", "ar", "he")

_active: _gettext.NullTranslations = _gettext.NullTranslations()
_language = "en"


def available_languages() -> tuple[str, ...]:
    """Return the codes of the languages that the interface speaks: English, and each catalogue."""
    catalogues = LOCALE_DIR.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")
    return ("en", *sorted(path.parent.parent.name for path in catalogues))


def language_name(code: str, to: str) -> str:
    """Return the name of a language in another one, or in itself.

    >>> language_name("ar", "en"), language_name("fr", "fr")
    ('Arabic', 'Français')
    """
    from babel import Locale

    name = str(Locale.parse(code).get_display_name(to))
    return name[:1].upper() + name[1:]


def direction_of(language: str) -> Literal["ltr", "rtl"]:
    """Return the direction in which a language is written, as HTML names it.

    >>> direction_of("he")
    'rtl'
    """
    from babel import Locale

    return "rtl" if Locale.parse(language).text_direction == "rtl" else "ltr"


def language_of(environment: dict[str, str] | None = None) -> str:
    """Return the language that the environment asks for.

    The first of ``CONTRECHAMP_LANG``, ``LC_ALL``, ``LC_MESSAGES`` and ``LANG`` that is set counts.

    >>> language_of({"LANG": "fr_FR.UTF-8"})
    'fr'
    >>> language_of({"LANG": "tlh"})
    'en'
    """
    env = os.environ if environment is None else environment
    for name in ("CONTRECHAMP_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        code = env.get(name, "").replace("-", "_").split(".")[0].split("_")[0].lower()
        if code in available_languages():
            return code
        if code:
            return "en"
    return "en"


def activate(language: str) -> None:
    """Use `language` for every message from now on (English where nothing is translated)."""
    global _active, _language
    domain = DOMAIN if language in available_languages() else OF_PUBLICATIONS
    _active = _gettext.translation(domain, LOCALE_DIR, languages=[language], fallback=True)
    if domain == OF_PUBLICATIONS:
        _active.add_fallback(
            _gettext.translation(OF_THE_WORKBENCH, LOCALE_DIR, [language], fallback=True)
        )
    _language = language


def active_language() -> str:
    """Return the code of the language in use."""
    return _language


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Use `language` for the length of a ``with`` block."""
    before = active_language()
    activate(language)
    try:
        yield
    finally:
        activate(before)


def _(message: str) -> str:
    """Translate a message (an empty one would be translated to the catalogue's header)."""
    return "" if not message else _active.gettext(message)


def N_(message: str) -> str:  # noqa: N802
    """Mark a message in data for the catalogues; it is translated where it is shown."""
    return message


def pgettext(context: str, message: str) -> str:
    """Translate a message whose meaning depends on its context."""
    return _active.pgettext(context, message)


def ngettext(singular: str, plural: str, n: int) -> str:
    """Translate a message whose form depends on a count."""
    return _active.ngettext(singular, plural, n)
