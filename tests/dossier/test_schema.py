"""Records become JSON and come back; what does not fit is named by its place, never repeated."""

import json
from decimal import Decimal

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contrechamp.base.errors import InputError
from contrechamp.dossier.records.contents import field_values, has_closed, open_json, references
from contrechamp.dossier.records.field_types import EVIDENCE_KINDS, ITEM, Record, earliest, latest
from contrechamp.dossier.records.json_schema import json_schema
from contrechamp.dossier.records.kinds import KINDS, class_of, kind_of
from contrechamp.dossier.records.schema import from_json, members, to_json
from contrechamp.dossier.records.testimony import MARKABLE
from contrechamp.vault.log import canonical
from dossier.made_up import dates, records
from dossier.samples import camera, source, telling

REF = "record/0123456789abcdef"


def test_of_each_kind_it_is_decided_what_may_point_to_it() -> None:
    marks = {"challenge", "review", "release", "conflict"}
    assert {*MARKABLE} == {ITEM, *KINDS} - {"source", *marks}
    ours = {"consent", "actor", "right", "finding", "recommendation", "assessment", "publication"}
    assert {*EVIDENCE_KINDS} == {*MARKABLE} - ours, "what we say is no evidence for what we say"


@given(records())
def test_a_record_comes_back_as_it_was(record: Record) -> None:
    raw = canonical.dumps(to_json(record))
    again = from_json(type(record), canonical.loads(raw))
    assert again == record
    assert canonical.dumps(to_json(again)) == raw


@pytest.mark.slow
@given(records())
def test_what_is_written_fits_the_schema_of_its_kind(record: Record) -> None:
    kind = kind_of(record)
    schema = json_schema(KINDS[kind], kind=kind)
    jsonschema.validate(to_json(record), schema)
    jsonschema.validate(open_json(record), schema)


def test_the_schemas_are_schemas_and_say_what_every_field_is() -> None:
    for kind, cls in KINDS.items():
        jsonschema.Draft202012Validator.check_schema(json_schema(cls, kind=kind))
        assert all(member.help for member in members(cls)), kind


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=10,
    ),
    st.sampled_from(sorted(KINDS)),
)
def test_whatever_else_is_given_is_an_error_and_nothing_else(given_: object, kind: str) -> None:
    try:
        record = from_json(class_of(kind), given_)
    except InputError:
        return
    assert from_json(class_of(kind), to_json(record)) == record


@pytest.mark.parametrize(
    ("kind", "fields", "place"),
    [
        ("source", {}, "pseudonym"),
        ("source", {"pseudonym": ""}, "pseudonym"),
        ("source", {"pseudonym": "two\nlines"}, "pseudonym"),
        ("source", {"pseudonym": "A", "name": "SECRET"}, "name"),
        ("source", {"pseudonym": "A", "SECRET name": 1}, "?"),
        ("source", {"pseudonym": "A", "languages": ["SECRET"]}, "languages[1]"),
        ("source", {"pseudonym": "A", "risk": {"level": "SECRET"}}, "risk.level"),
        ("consent", {"source": "SECRET", "grants": [{"use": "held"}], "given_on": "2022",
                     "given_how": "spoken"}, "source"),
        ("consent", {"source": REF, "grants": [], "given_on": "2022", "given_how": "spoken"},
         "grants"),
        ("observation", {"date": "2022-02-30", "seen": "A"}, "date"),
        ("observation", {"date": "2022", "seen": "A", "counts": [{"what": "b", "found": "SECRET"}]},
         "counts[1].found"),
        ("camera", {"position": {"lon": "SECRET", "lat": 1}}, "position.lon"),
        ("camera", {"position": {"lon": "1e400", "lat": 1}}, "position.lon"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named_by_its_place(kind: str, fields: dict, place: str) -> None:
    with pytest.raises(InputError) as caught:
        from_json(class_of(kind), fields, where=kind)
    assert str(caught.value).startswith(f"{kind}.{place}: ")
    assert "SECRET" not in str(caught.value)


def test_a_kind_that_is_none_is_refused_with_those_that_are() -> None:
    with pytest.raises(InputError, match="finding"):
        class_of("suspect")


def test_numbers_are_exact_and_written_in_one_way() -> None:
    for written in (35.1, "35.10", "351e-1", Decimal("35.1")):
        read = from_json(KINDS["camera"], {"position": {"lon": written, "lat": 0}})
        assert read.position.lon == Decimal("35.1")
        assert to_json(read)["position"] == {"lon": "35.1", "lat": "0"}


@given(dates())
def test_a_partial_date_means_days_from_the_first_to_the_last(text: str) -> None:
    first, last = earliest(text), latest(text)
    assert first <= last
    written = text.rstrip("~?")
    assert f"{first:%Y-%m-%d}".rjust(10, "0").startswith(written)
    assert f"{last:%Y-%m-%d}".rjust(10, "0").startswith(written)
    assert (last - first).days + 1 in {10: (1,), 7: (28, 29, 30, 31), 4: (365, 366)}[len(written)]


def test_what_is_closed_is_left_out_of_what_leaves() -> None:
    told = json.dumps(open_json(telling(REF, note="CLOSED note")))
    assert "turnstile" in told
    assert "picture of me" not in told
    assert "CLOSED" not in told
    assert {"key": "p2", "closed": True} in open_json(telling(REF))["passages"]
    assert "contact_rules" not in open_json(source(contact_rules="CLOSED"))
    assert open_json(camera(height_m=Decimal("3.5")))["height_m"] == "3.5"


@given(records())
def test_a_record_holds_something_closed_where_its_open_form_lacks_something(
    record: Record,
) -> None:
    lacks = to_json(record) != open_json(record)
    shut = any(held.closed and held.value not in ("", None) for held in field_values(record))
    assert lacks <= has_closed(record) <= (lacks or shut)


@pytest.mark.slow
@given(records())
def test_references_are_the_values_that_point(record: Record) -> None:
    wanted = [
        held for held in field_values(record) if held.shape.refers_to is not None and held.value
    ]
    assert list(references(record)) == wanted
