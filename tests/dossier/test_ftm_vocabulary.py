"""The vocabulary of FollowTheMoney that is shipped, beside the library's own."""

import json
import runpy
from pathlib import Path

import pytest
from followthemoney import model
from followthemoney.namespace import Namespace
from followthemoney.types import registry
from hypothesis import example, given, settings
from hypothesis import strategies as st

from contrechamp.dossier.formats.followthemoney import vocabulary
from contrechamp.dossier.formats.followthemoney.model import Entity
from contrechamp.dossier.formats.followthemoney.statements import as_line, plain_id

ROOT = Path(__file__).parents[2]
SCRIPT = runpy.run_path(str(ROOT / "requirements/ftm_vocabulary.py"))


def test_the_file_is_what_the_library_says() -> None:
    assert SCRIPT["FILE"].read_text(encoding="utf-8") == SCRIPT["text"](), "make figures"


@pytest.mark.parametrize("name", sorted(model.schemata))
def test_a_schema_has_what_it_inherits(name: str) -> None:
    theirs, ours = model[name], vocabulary.the_schema(name)
    assert ours.ancestors == {one.name for one in theirs.schemata}
    assert {key: (one.type, one.range) for key, one in ours.properties.items()} == {
        key: (one.type.name, one.range.name if one.range else "")
        for key, one in theirs.properties.items()
        if not one.stub  # the other ends of references: nobody writes them
    }
    assert all(ours.is_a(other) == theirs.is_a(other) for other in model.schemata)


def test_there_is_no_schema_of_another_name() -> None:
    assert vocabulary.schema("Camera") is None


#: What addresses, names and dates are made of, and what spoils them.
PIECES = st.lists(
    st.sampled_from(
        ["http://", "HTTPS:", "://", "//", "mailto:", "www.", "a.example", "user@", "é",
         "пример.рф", "[::1]", "127.0.0.1", ":80", ":x", "/x y", "?q=a b", "#f", ";p",
         "3.4", "N.A.", "..", "_", ".", ",", ";", "-", "\n", " ", "\u200b", "\u3000", "\x85",
         "<BR>", '"', "'", "Ł", "e\u0301", "2026", "-2", "-03", "-0", "-13", "-31", "~", "12"]
    ),
    max_size=8,
).map("".join)  # fmt: skip


@pytest.mark.parametrize("type_", ["name", "address", "date", "url", "identifier"])
@settings(max_examples=400, deadline=None)
@given(text=st.one_of(PIECES, st.text(max_size=12), st.dates().map(str)))
@example(text="1000-0-40")
@example(text="2026-02-30")
def test_a_value_stands_as_the_library_would_have_it(type_: str, text: str) -> None:
    assert vocabulary.clean(type_, text) == getattr(registry, type_).clean(text)


@given(st.text(alphabet="abdefgilmnrsuzENU", min_size=2, max_size=3))
def test_languages_are_called_as_the_library_calls_them(code: str) -> None:
    assert vocabulary.language(code) == registry.language.clean(code)


@given(st.text(alphabet="AFGNPRSUK", min_size=2, max_size=2))
def test_countries_are_called_as_the_library_calls_them(code: str) -> None:
    assert vocabulary.clean("country", code) == registry.country.clean(code)


def test_what_has_a_language_is_what_has_one_there() -> None:
    from followthemoney.statement.util import NON_LANG_TYPE_NAMES

    assert {*vocabulary.WITHOUT_LANGUAGE, "id"} == NON_LANG_TYPE_NAMES


@given(st.from_regex(r"[A-Za-z0-9 _.:-]{1,12}(\.[0-9a-f]{40})?", fullmatch=True))
@example(f" 0.{40 * '0'}")
@example(f"  .{40 * '0'}")
def test_the_signature_of_a_collection_goes_as_the_library_takes_it(name: str) -> None:
    bare = name.strip()
    signed = bare[-41:-40] == "." and len(bare) > 41
    assert plain_id(name) == ((Namespace.strip(name) or bare) if signed else bare)


def test_a_line_is_what_the_library_writes() -> None:
    entity = Entity("a", "Company", {"name": [("B", "en"), ("B", "fr"), ("c", None)],
                                     "country": [("fr", None)]})  # fmt: skip
    told = {name: entity.all(name) for name in entity.properties}
    proxy = model.get_proxy({"id": "a", "schema": "Company", "properties": told})
    assert json.loads(as_line(entity)) == proxy.to_dict()
