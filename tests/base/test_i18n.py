"""The user's language: which one is chosen, and what an untranslated message becomes."""

from collections.abc import Iterator

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
        ({"LANG": "he-IL"}, "he"),
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


def test_only_languages_with_a_catalogue_are_offered() -> None:
    assert "en" in i18n.available_languages()
    assert "fr" in i18n.available_languages()
    assert "ar" not in i18n.available_languages()
