"""The catalogues: every text that a user can meet is in them, translated, with nothing lost."""

import ast
import re
from collections.abc import Iterator
from gettext import GNUTranslations
from pathlib import Path
from string import Formatter

import click
import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from contrechamp.base import i18n

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "src" / "contrechamp"
#: click's own texts are translated with ours, so that help and errors speak one language.
FOLDERS = (SOURCES, Path(click.__file__).parent)
LANGUAGES = [language for language in i18n.available_languages() if language != "en"]

#: A text, or its singular and plural.
Text = str | tuple[str, ...]

OPTION = re.compile(r"(?<![\w-])--?[a-z][a-z-]*")
FILE_NAME = re.compile(r"[\w.]*\.(?:csv|geojson|gpkg|gpx|html|json|osm|parquet|pbf|toml|txt)\b")
PERCENT_FIELD = re.compile(r"%\(\w+\)\w")

#: Blanks at the ends, such as that of a prompt.
EDGES = re.compile(r"^[ \n]+|[ \n]+$")

TEMPLATE = i18n.LOCALE_DIR / "contrechamp.pot"
#: No word in them changes with the number.
SAID_OF_A_NUMBER = {
    "left out: {count} of {schema}, for which there is no kind of record",
    "... and {count} more",
    "left out: {count} that Bayanat hides from whoever exported them",
}

#: What French must not say of anybody where English does not.
SAID_OF_PEOPLE = {
    r"surveillé": r"watched",
    r"reconnue?s?\b": r"recognised",
    r"identifié": r"identified",
    r"film(é|e|ait)": r"filmed",
    r"suivie?s?\b": r"tracked",
    r"\bfichée?s?\b": r"listed",
}


def in_sources() -> Iterator[tuple[Path, str | None, Text]]:
    """Yield file, context and text of every message, read as `make messages` reads them."""
    with (ROOT / "babel.cfg").open() as mapping:
        methods, options = parse_mapping_cfg(mapping)
    for folder in FOLDERS:
        for name, _line, text, _comments, context in extract_from_dir(folder, methods, options):
            yield folder / name, context, text


def catalogue(path: Path, language: str | None = None) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=language)


def messages(language: str) -> list[Message]:
    found = catalogue(folder_of(language) / f"{i18n.DOMAIN}.po", language)
    return [message for message in found if message.id]


def folder_of(language: str) -> Path:
    return i18n.LOCALE_DIR / language / "LC_MESSAGES"


def forms(text: Text) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def pairs(language: str) -> Iterator[tuple[str, str]]:
    """Yield English (singular and plural in one) and each form of its translation."""
    for message in messages(language):
        for form in forms(message.string):
            yield "\n".join(forms(message.id)), form


def fields(text: str) -> set[str]:
    """Return the fields that a text has filled in: name, conversion and format."""
    braces = {
        f"{{{name}!{conversion}:{spec}}}"
        for _literal, name, spec, conversion in Formatter().parse(text)
        if name is not None
    }
    return braces | set(PERCENT_FIELD.findall(text))


def test_french_is_there() -> None:
    assert "fr" in LANGUAGES


def test_no_source_with_a_message_is_passed_over() -> None:
    read = {path for path, _context, _text in in_sources()}
    calls = re.compile(r"(?<!\w)(?:_|n?gettext)\(\s*[\"'r]")
    with_calls = {
        path
        for path in SOURCES.rglob("*")
        if path.suffix in {".py", ".jinja", ".html", ".js", ".txt"}
        and "vendor" not in path.parts
        and calls.search(path.read_text(encoding="utf-8"))
    }
    assert len(with_calls) > 10
    assert with_calls <= read


def test_no_message_stands_within_an_f_string() -> None:
    """Before Python 3.12 an f-string is one token, and what is called in it is not extracted."""
    found = [
        (path.name, call.lineno)
        for path in SOURCES.rglob("*.py")
        for string in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(string, ast.JoinedStr)
        for call in ast.walk(string)
        if isinstance(call, ast.Call)
        and ast.unparse(call.func).rpartition(".")[2] in {"_", "gettext", "ngettext", "pgettext"}
    ]
    assert found == []


def test_the_template_is_up_to_date() -> None:
    template = catalogue(i18n.LOCALE_DIR / "contrechamp.pot")
    found = {(message.context, message.id) for message in template if message.id}
    assert found == {(context, text) for _path, context, text in in_sources()}, "make messages"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_sources_say_is_in_the_catalogue(language: str) -> None:
    found = {(message.context, message.id) for message in messages(language)}
    assert found == {(context, text) for _path, context, text in in_sources()}, "make messages"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_translated_in_every_plural_form(language: str) -> None:
    number = catalogue(folder_of(language) / f"{i18n.DOMAIN}.po", language).num_plurals
    missing = [
        message.id
        for message in messages(language)
        if not all(forms(message.string))
        or len(forms(message.string)) != (number if message.pluralizable else 1)
    ]
    assert missing == []


def test_what_is_counted_has_a_singular() -> None:
    """A noun or verb after a number that may be one: also where English has the same word twice.

    Two numbers in one message are two messages: one form cannot agree with both.
    """
    never_one = re.compile(
        r"more than \{(?:count|size)\}|at least \{count\}|the \{count\} nearest|its \{count\} slots"
        r"|there are \{count\}|has \{count\} pages|\{count\} things are in the way"
    )
    of_a_unit = re.compile(r"\{count\} [kM]B|\{n\} m\b|\{size\} (?:px|bytes)")
    found = []
    for path, _context, text in in_sources():
        if path.is_relative_to(SOURCES) and isinstance(text, str):
            plain = of_a_unit.sub("", never_one.sub("", text))
            if re.search(r"\{(?:count|n|many|size)\}(?: more)? [a-z]{2,}", plain):
                found.append(text)
    assert sorted(set(found) - SAID_OF_A_NUMBER) == []


def test_no_form_says_both_at_once() -> None:
    for language in ("en", *LANGUAGES):
        said = messages(language) if language != "en" else catalogue(TEMPLATE)
        for message in said:
            for form in (*forms(message.id or ""), *forms(message.string or "")):
                assert not re.search(r"\w\((?:s|e|es|x)\)", form), form


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_fuzzy(language: str) -> None:
    assert [message.id for message in messages(language) if message.fuzzy] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_fills_in_what_english_fills_in(language: str) -> None:
    for message in messages(language):
        english = [fields(form) for form in forms(message.id)]
        # "1 was given" has no field where "{len} were given" has one; what both have must stay.
        must, may = set.intersection(*english), set.union(*english)
        for form in forms(message.string):
            assert must <= fields(form) <= may, message.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_lines_options_and_file_names_stay(language: str) -> None:
    for english, translated in pairs(language):
        assert set(OPTION.findall(translated)) == set(OPTION.findall(english)), english
        assert set(FILE_NAME.findall(translated)) == set(FILE_NAME.findall(english)), english
        assert EDGES.findall(translated) == EDGES.findall(english), english
    for message in messages(language):
        if not message.pluralizable:
            assert message.string.count("\n") == message.id.count("\n"), message.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_babel_finds_nothing_wrong(language: str) -> None:
    found = catalogue(folder_of(language) / f"{i18n.DOMAIN}.po", language)
    assert [(message.id, errors) for message, errors in found.check()] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_compiled_says_what_the_catalogue_says(language: str) -> None:
    with (folder_of(language) / f"{i18n.DOMAIN}.mo").open("rb") as file:
        compiled = GNUTranslations(file)
    # GNUTranslations keeps singulars under their text and plurals under (singular, form).
    said = {key: text for key, text in compiled._catalog.items() if key}  # type: ignore[attr-defined]
    written: dict[str | tuple[str, int], str] = {}
    for message in messages(language):
        if message.pluralizable:
            written |= {(message.id[0], i): form for i, form in enumerate(message.string)}
        else:
            # What has a context stands behind it and an "end of transmission".
            key = f"{message.context}\x04{message.id}" if message.context else message.id
            written[key] = message.string
    assert said == written, "make messages"


def test_french_spaces_do_not_break() -> None:
    for english, french in pairs("fr"):
        words = re.sub(r"{[^}]*}", "x", french)
        assert not re.search(r" [:;!?»]|« | %(?!\()", words), english
        assert not re.search(r"\S[;!?%»]|«\S|\S:(?=\s)", words), english
        assert not re.search(r"[“”]|\w'\w", french), english


def test_french_counts_none_like_one() -> None:
    french = catalogue(folder_of("fr") / f"{i18n.DOMAIN}.po", "fr")
    assert french.num_plurals == 2
    for message in french:
        # A form that stands for none and for one cannot say "1".
        if message.id and message.pluralizable:
            assert not re.search(r"\b1\b", message.string[0]), message.id


def test_french_says_of_nobody_what_english_does_not() -> None:
    for english, french in pairs("fr"):
        for said, original in SAID_OF_PEOPLE.items():
            if re.search(said, french):
                assert re.search(original, english), french
