"""A form holds what the record holds, whatever its text is."""

import re
import tomllib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contrechamp.base import i18n
from contrechamp.base.errors import InputError
from contrechamp.dossier.records.field_types import Record
from contrechamp.dossier.records.kinds import KINDS, kind_of
from contrechamp.dossier.records.schema import from_json, members, to_json
from contrechamp.dossier.shipped import assessments
from contrechamp.dossier.writing import toml_form
from dossier.made_up import records


def paths(value: object, below: str = "") -> Iterator[str]:
    """Yield every path in JSON, places of lists left out."""
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict):
            for name, inner in one.items():
                yield f"{below}{name}"
                yield from paths(inner, f"{below}{name}.")


def without_empty(value):
    """Return JSON as a form keeps it: what is empty is not there."""
    if isinstance(value, dict):
        kept = {name: without_empty(one) for name, one in value.items()}
        return {name: one for name, one in kept.items() if one not in ("", {}, [])}
    if isinstance(value, list):
        return [one for one in map(without_empty, value) if one not in ("", {})]
    return value


@pytest.mark.parametrize("kind", KINDS)
def test_a_blank_form_shows_every_field_however_deep_and_what_each_may_hold(kind: str) -> None:
    def wanted(cls: type, below: str = "") -> Iterator[tuple[str, tuple[str, ...]]]:
        for member in members(cls):
            shape = member.shape.inner or member.shape
            yield f"{below}{member.name}", shape.choices
            if shape.cls is not None:
                yield from wanted(shape.cls, f"{below}{member.name}.")

    blank = toml_form.blank(kind)
    tomllib.loads(blank)
    opened = re.sub(r"^# (?=\[?\[?[a-z_.]+(\]| = ))", "", blank, flags=re.M)
    shape = dict(wanted(KINDS[kind]))
    assert set(paths(tomllib.loads(opened))) == set(shape)
    for choices in shape.values():
        assert " | ".join(choices) in blank


def test_a_form_explains_its_fields_in_the_language_of_whoever_fills_it_in() -> None:
    english = toml_form.blank("source")
    i18n.activate("fr")
    try:
        french = toml_form.blank("source")
    finally:
        i18n.activate("en")
    name = "The name by which the person goes in the case; never the true one. [must be given]"
    assert f'pseudonym = ""  # {name}' in english
    assert 'pseudonym = ""  # Le nom sous lequel la personne figure dans le dossier' in french
    assert "by which" not in french


def test_an_assessment_begins_with_every_question_of_its_template() -> None:
    for key, template in assessments.templates().items():
        begun = assessments.new_assessment(key)
        text = toml_form.filled(begun)
        assert toml_form.read("assessment", text) == begun
        for question in template.questions:
            asked, name = question.text["en"], question.key
            assert re.search(
                rf'^# {re.escape(asked)}\n\[\[responses\]\].*\nquestion = "{name}"', text, re.M
            ), name
        assert len(assessments.gaps(begun)) == len(template.questions)


@pytest.mark.slow
@given(records())
def test_a_form_gives_back_the_record(record: Record) -> None:
    wanted = without_empty(to_json(record))
    read = toml_form.read(kind_of(record), toml_form.filled(record))
    assert without_empty(to_json(read)) == wanted
    assert read == from_json(type(record), wanted)


@given(st.text())
def test_whatever_is_typed_is_a_record_or_one_error_that_repeats_nothing(typed: str) -> None:
    caught = None
    try:
        toml_form.read("source", f'note = "SECRET"\n{typed}')
    except InputError as error:
        caught = error
    if caught is not None:
        assert "SECRET" not in str(caught)
        assert (caught.__cause__, caught.__context__) == (None, None)


def test_dates_and_times_may_stand_without_quotation_marks() -> None:
    read = toml_form.read("observation", 'date = 2026-05-01\nfrom_time = 08:30:00\nseen = "SAMPLE"')
    assert (read.date, read.from_time) == ("2026-05-01", "08:30")  # type: ignore[attr-defined]


def test_the_place_of_a_mistake_is_named() -> None:
    with pytest.raises(InputError, match=r"^form.toml: source\.risk\.level: "):
        toml_form.read("source", 'pseudonym = "a"\n[risk]\nlevel = "huge"', name="form.toml")


def test_a_name_with_hundreds_of_dots_is_refused() -> None:
    """Found by fuzzing: the parser takes it, and what it gives is nested too deep."""
    with pytest.raises(InputError, match="expected fields"):
        toml_form.read("actor", "a." * 4000 + "a = 1\n", name="f.toml")
