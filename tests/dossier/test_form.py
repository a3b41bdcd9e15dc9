"""A form holds what the record holds, whatever its text is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contrechamp.base.errors import InputError
from contrechamp.dossier import form
from contrechamp.dossier.fields import Record
from contrechamp.dossier.kinds import kind_of
from contrechamp.dossier.schema import from_json, to_json
from dossier.made_up import records


def without_empty(value):
    """Return JSON as a form keeps it: what is empty is not there."""
    if isinstance(value, dict):
        kept = {name: without_empty(one) for name, one in value.items()}
        return {name: one for name, one in kept.items() if one not in ("", {}, [])}
    if isinstance(value, list):
        return [one for one in map(without_empty, value) if one not in ("", {})]
    return value


@given(records())
def test_a_form_gives_back_the_record(record: Record) -> None:
    wanted = without_empty(to_json(record))
    read = form.read(kind_of(record), form.filled(record))
    assert without_empty(to_json(read)) == wanted
    assert read == from_json(type(record), wanted)


@given(st.text())
def test_whatever_is_typed_is_a_record_or_one_error_that_repeats_nothing(typed: str) -> None:
    caught = None
    try:
        form.read("source", f'note = "SECRET"\n{typed}')
    except InputError as error:
        caught = error
    if caught is not None:
        assert "SECRET" not in str(caught)
        assert (caught.__cause__, caught.__context__) == (None, None)


def test_dates_and_times_may_stand_without_quotation_marks() -> None:
    read = form.read("observation", 'date = 2026-05-01\nfrom_time = 08:30:00\nseen = "SAMPLE"')
    assert (read.date, read.from_time) == ("2026-05-01", "08:30")  # type: ignore[attr-defined]


def test_the_place_of_a_mistake_is_named() -> None:
    with pytest.raises(InputError, match=r"^form.toml: source\.risk\.level: "):
        form.read("source", 'pseudonym = "a"\n[risk]\nlevel = "huge"', name="form.toml")
