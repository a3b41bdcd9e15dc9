"""Every word of the workbench is in Arabic and Hebrew too; French is held to by test_catalogues."""

from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_file
from babel.messages.pofile import read_po

from contrechamp import web
from contrechamp.base import i18n
from contrechamp.base.i18n import _, activate

ROOM = Path(web.__file__).parent


def wanted() -> set[Any]:
    found: set[Any] = set()
    for path in [*ROOM.rglob("*.py"), *ROOM.rglob("templates/**/*.jinja")]:
        method = "jinja2" if path.suffix == ".jinja" else "python"
        for _line, message, _comments, _context in extract_from_file(
            method, path, keywords=DEFAULT_KEYWORDS
        ):
            found.add(message if isinstance(message, str) else tuple(message))
    return found


def fields(text: str) -> set[str]:
    return {name for _text, name, _spec, _conversion in Formatter().parse(text) if name}


@pytest.mark.parametrize("language", ["ar", "he"])
def test_every_word_is_in_the_catalogue_with_its_fields(language: str) -> None:
    po = i18n.LOCALE_DIR / language / "LC_MESSAGES" / f"{i18n.OF_THE_WORKBENCH}.po"
    with po.open("rb") as file:
        catalogue = read_po(file, locale=language)
    known = {}
    for message in catalogue:
        if not message.id:
            continue
        forms = [message.string] if isinstance(message.string, str) else list(message.string)
        assert all(forms), message.id
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        for form in forms:
            assert fields(form) == fields(ids[-1]), message.id
        known[message.id if isinstance(message.id, str) else tuple(message.id)] = forms
    assert wanted() - known.keys() == set()
    assert len(wanted()) > 100


def test_the_words_are_used_where_a_language_has_no_other_catalogue() -> None:
    before = i18n.active_language()
    try:
        activate("ar")
        assert _("Inbox") == "صندوق الوارد"
        activate("he")
        assert _("Inbox") == "תיבת נכנסים"
    finally:
        activate(before)
