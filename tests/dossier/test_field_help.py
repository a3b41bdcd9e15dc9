"""The help of every field: a whole sentence, whoever reads it, wherever it is shown."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from contrechamp.base import i18n
from contrechamp.dossier.formats.write import table_files
from contrechamp.dossier.records.field_help import every_class, extract, field_text
from contrechamp.dossier.records.field_types import Record
from contrechamp.dossier.records.json_schema import json_schema
from contrechamp.dossier.records.kinds import KINDS
from contrechamp.dossier.records.schema import Member, members
from contrechamp.dossier.writing import toml_form

CLASSES = every_class()
#: "What the link rests on." tells something; "how sure.", "at what cost." do not.
FEWEST_WORDS = 5
#: What ends like this is half of a question: the name of the field was the other half.
_TORN = re.compile(r"\b(who|whom|what|when|where|which|how|why|likewise)\W*$", re.I)
_SENTENCE = re.compile(r"[A-Z][^\n]*[^\s.,;:]\.")
#: Prints the help of every field and class, as another Python has it.
_ELSEWHERE = """
import json
from contrechamp.dossier.records.field_help import every_class
from contrechamp.dossier.records.schema import members
print(json.dumps({c.__name__: [c.__doc__, {m.name: m.help for m in members(c)}]
                  for c in every_class()}))
"""


@pytest.fixture
def in_french() -> Iterator[None]:
    i18n.activate("fr")
    yield
    i18n.activate("en")


@pytest.mark.parametrize("cls", [*CLASSES, Record])
def test_the_help_of_a_field_is_a_whole_sentence_of_its_own(cls: type) -> None:
    assert _SENTENCE.fullmatch(cls.__doc__ or "")
    texts = [member.help for member in members(cls)]
    for text in texts:
        assert _SENTENCE.fullmatch(text), text
        assert len(text.split()) >= FEWEST_WORDS, text
        assert not _TORN.search(text), text
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("cls", [*CLASSES, Record])
def test_help_does_not_repeat_the_name_of_its_field_and_no_more(cls: type) -> None:
    for member in members(cls):
        said = re.findall(r"[a-z0-9]+", member.help.lower())
        told = set(said) - set(member.name.split("_")) - {"the", "a", "an", "of", "it", "in", "is"}
        assert len(told) >= 2, member.help


@pytest.mark.parametrize("cls", [*CLASSES, Record])
def test_the_help_of_what_is_closed_says_so_and_of_nothing_else(cls: type) -> None:
    for member in members(cls):
        assert member.shape.closed == member.help.endswith("Closed: never published."), member.name


def test_help_does_not_go_with_the_docstrings() -> None:
    done = subprocess.run(
        [sys.executable, "-OO", "-c", _ELSEWHERE], check=True, capture_output=True, text=True
    )
    wanted = {c.__name__: [c.__doc__, {m.name: m.help for m in members(c)}] for c in CLASSES}
    assert json.loads(done.stdout) == wanted


@pytest.mark.parametrize("kind", KINDS)
def test_the_schema_describes_every_field_and_every_object(kind: str) -> None:
    schema = json_schema(KINDS[kind], kind=kind)
    by_name: dict[str, Any] = {cls.__name__: cls for cls in CLASSES}
    objects = {KINDS[kind]: schema} | {by_name[n]: one for n, one in schema["$defs"].items()}
    for cls, described in objects.items():
        assert described["description"] == cls.__doc__
        found = {name: one["description"] for name, one in described["properties"].items()}
        assert found == {member.name: member.help for member in members(cls)}


@pytest.mark.parametrize("kind", KINDS)
def test_a_form_shows_the_help_of_every_field_that_it_has(kind: str) -> None:
    def below(cls: type) -> Iterator[Member]:
        for member in members(cls):
            yield member
            inner = (member.shape.inner or member.shape).cls
            if inner is not None:
                yield from below(inner)

    blank = toml_form.blank(kind)
    for member in below(KINDS[kind]):
        assert re.search(rf"\b{member.name}\b.*  # {re.escape(member.help)}", blank), member.context


def test_the_data_dictionary_explains_every_column_in_a_whole_sentence() -> None:
    for row in table_files.dictionary():
        assert _SENTENCE.fullmatch(row[5]), row


@pytest.mark.usefixtures("in_french")
def test_every_field_is_explained_in_french_in_a_whole_sentence() -> None:
    for cls in CLASSES:
        texts = [field_text(member) for member in members(cls)]
        assert len(set(texts)) == len(texts), cls
        for member, text in zip(members(cls), texts, strict=True):
            assert text != member.help
            assert re.fullmatch(r"[A-ZÀÉÊ][^\n]*[^\s.,;:]\.", text), text
            assert member.shape.closed == text.endswith("Fermé\u00a0: jamais publié."), text


def test_translators_get_every_text_once_with_the_field_that_it_is_of() -> None:
    found = [message for _line, _function, message, _comments in extract()]
    assert len(set(found)) == len(found)
    assert ("Record.note", members(Record)[0].help) in found
    assert set(found) == {(m.context, m.help) for cls in CLASSES for m in members(cls)}
