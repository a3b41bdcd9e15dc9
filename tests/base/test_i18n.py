"""The user's language: which one is chosen, and what an untranslated message becomes."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from contrechamp.base import i18n


@pytest.fixture(autouse=True)
def english_afterwards() -> Iterator[None]:
    yield
    i18n.activate("en")


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "C"}, "en"),
        ({"LANG": "fr_CA.UTF-8"}, "fr"),
        ({"LANG": "fr", "LC_ALL": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_GB", "LC_ALL": ""}, "en"),
        ({"LANG": "en_GB", "CONTRECHAMP_LANG": "fr"}, "fr"),
        ({"LANG": "tlh_QO.UTF-8"}, "en"),
        ({"LANG": "fr-CA"}, "fr"),
        ({"LANG": "he-IL"}, "en"),  # there is no catalogue
    ],
)
def test_the_environment_chooses_the_language(environment: dict[str, str], language: str) -> None:
    assert i18n.language_of(environment) == language


def test_a_message_is_translated_once_the_language_is_active() -> None:
    i18n.activate("fr")
    assert i18n.active_language() == "fr"
    assert i18n._("Show the version.") == "Afficher la version."


def test_a_language_without_a_catalogue_speaks_english() -> None:
    i18n.activate("ar")
    assert i18n._("Show the version.") == "Show the version."


def test_no_message_has_no_translation() -> None:
    i18n.activate("fr")
    assert i18n._("") == ""


def test_plural_forms_follow_the_language() -> None:
    def said(count: int) -> str:
        return i18n.ngettext(
            "and {count} more notice; -v prints it",
            "and {count} more notices; -v prints them",
            count,
        ).format(count=count)

    i18n.activate("fr")
    # French counts none like one.
    assert said(0) == "et 0 autre remarque\N{NO-BREAK SPACE}; -v l’affiche"
    assert said(1) == "et 1 autre remarque\N{NO-BREAK SPACE}; -v l’affiche"
    assert said(2) == "et 2 autres remarques\N{NO-BREAK SPACE}; -v les affiche"
    i18n.activate("en")
    assert said(0) == "and 0 more notices; -v prints them"


def test_a_catalogue_is_all_that_a_language_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    french = i18n.LOCALE_DIR / "fr" / "LC_MESSAGES" / "contrechamp.mo"
    for language in ("fr", "he"):
        (tmp_path / language / "LC_MESSAGES").mkdir(parents=True)
        shutil.copy(french, tmp_path / language / "LC_MESSAGES")
    (tmp_path / "empty").mkdir()
    monkeypatch.setattr(i18n, "LOCALE_DIR", tmp_path)
    assert i18n.available_languages() == ("en", "fr", "he")
    assert i18n.language_of({"LANG": "he-IL"}) == "he"
    i18n.activate("he")
    assert i18n._("Show the version.") == "Afficher la version."


@pytest.mark.parametrize(
    ("language", "name", "direction"),
    [("en", "English", "ltr"), ("fr", "Français", "ltr"), ("ar", "العربية", "rtl"),
     ("he", "עברית", "rtl")],
)  # fmt: skip
def test_a_language_has_its_own_name_and_direction(
    language: str, name: str, direction: str
) -> None:
    assert language in i18n.TEXT_LANGUAGES
    assert i18n.language_name(language, language) == name
    assert i18n.direction_of(language) == direction


def test_only_languages_with_a_catalogue_are_offered() -> None:
    whole = i18n.LOCALE_DIR.glob(f"*/LC_MESSAGES/{i18n.DOMAIN}.po")
    catalogues = {one.parent.parent.name for one in whole}
    assert "fr" in catalogues
    assert set(i18n.available_languages()) == {"en", *catalogues}


def test_words_of_publications_do_not_make_a_language_of_the_interface() -> None:
    for language in set(i18n.TEXT_LANGUAGES) - set(i18n.available_languages()):
        with i18n.speaking(language):
            assert i18n._("What we found") != "What we found"
            assert i18n._("Show this message and exit.") == "Show this message and exit."


def test_what_the_interface_speaks_texts_are_written_in() -> None:
    assert set(i18n.available_languages()) <= set(i18n.TEXT_LANGUAGES)
