"""The language of a run, chosen before click builds its texts."""

import gettext
import os
from collections.abc import Sequence

from contrechamp.base.i18n import DOMAIN, LOCALE_DIR, activate, available_languages, language_of

OPTION = "--lang"


def speak(arguments: Sequence[str]) -> str:
    """Activate the language that ``--lang`` or the environment asks for; return its code.

    Of several, such as those of a publication, the first that has a catalogue counts. A language
    without one is ignored here; click then refuses the option's value where it has to have one.
    """
    spoken = (one for one in _asked_for(arguments).split(",") if one in available_languages())
    language = next(spoken, None) or language_of()
    activate(language)
    # click translates its own texts by way of the process's default domain: ours holds them.
    os.environ["LANGUAGE"] = language
    gettext.bindtextdomain(DOMAIN, str(LOCALE_DIR))
    gettext.textdomain(DOMAIN)
    return language


def _asked_for(arguments: Sequence[str]) -> str:
    """Return the value of the last ``--lang``, or nothing."""
    asked = ""
    for number, word in enumerate(arguments):
        if word == "--":
            break
        if word == OPTION and number + 1 < len(arguments):
            asked = arguments[number + 1]
        elif word.startswith(OPTION + "="):
            asked = word.removeprefix(OPTION + "=")
    return asked
