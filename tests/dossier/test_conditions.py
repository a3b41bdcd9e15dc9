"""What fields have to say, by their type; SAMPLE content, made-up names."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from samples import actor, camera, desk, source, telling, text

from contrechamp.base.errors import InputError
from contrechamp.dossier.reading import finding
from contrechamp.dossier.reading.conditions import condition
from contrechamp.dossier.reading.short_names import full_ref
from contrechamp.dossier.records.actors import Optics, Product
from contrechamp.dossier.records.contracts import Contract
from contrechamp.dossier.records.field_types import Money, Record, Statement
from contrechamp.dossier.records.kinds import kind_of
from contrechamp.dossier.records.systems import Deployment


def holds(record: Record, field: str, op: str, value: str) -> bool:
    kind = kind_of(record)
    return condition(field, op, value, kind=kind, full_ref=lambda ref: ref).holds(kind, record)


def contract(**more: Any) -> Contract:
    return Contract(name="SAMPLE Caméras de la ville", sample=True, **more)


@pytest.mark.parametrize(
    ("field", "op", "value", "wanted"),
    [
        ("name", "contains", "cameras", True),
        ("name", "~", "VILLE", True),
        ("name", "is", "sample cameras  de la ville", True),
        ("name", "is", "sample", False),
        ("name", "begins", "sample cam", True),
        ("name", "lacks", "gate", True),
        ("name", "is-not", "sample cameras de la ville", False),
        ("number", "given", "no", True),
        ("number", "is-not", "7", True),
        ("number", "is", "7", False),
        ("name", "given", "yes", True),
        ("sample", "is", "yes", True),
        ("sample", "is", "no", False),
    ],
)
def test_texts_are_compared_as_search_does_and_flags_as_yes_or_no(
    field: str,
    op: str,
    value: str,
    wanted: bool,
) -> None:
    assert holds(contract(), field, op, value) is wanted


@pytest.mark.parametrize(
    ("op", "value", "wanted"),
    [
        ("at-least", "12000.5 EUR", True),
        ("at-least", "EUR12000.51", False),
        (">", "12000 eur", True),
        ("below", "1000000 ILS", False),  # of another currency nothing is known
        ("is", "12000.50 EUR", True),
        ("is-not", "12000.50 EUR", False),
    ],
)
def test_money_is_compared_in_its_currency(
    op: str,
    value: str,
    wanted: bool,
) -> None:
    one = contract(value=Money(amount=Decimal("12000.5"), currency="EUR"))
    assert holds(one, "value", op, value) is wanted
    assert holds(one, "value.amount", "above", "12000")
    assert holds(one, "value.currency", "is", "eur")


@pytest.mark.parametrize("value", ["12000", "12.000,50 EUR", "EUR 5 EUR", "EUR", "1e9 EUR", ""])
def test_money_without_currency_or_in_another_writing_is_refused(value: str) -> None:
    with pytest.raises(InputError, match=r"value: expected a"):
        holds(contract(), "value", "is", value)


#: A date as it stands, and which of is, since, until, before, after hold for 2021-05.
DATES = {
    "2021-05-14": (True, True, True, False, False),
    "2021~": (True, True, True, False, False),
    "2021-04": (False, False, True, True, False),
    "2021-06-01?": (False, True, False, False, True),
    "2020": (False, False, True, True, False),
    "2022": (False, True, False, False, True),
}


@pytest.mark.parametrize("stands", DATES)
def test_dates_are_compared_as_far_as_they_are_known(stands: str) -> None:
    one = contract(signed_on=stands)
    found = [
        holds(one, "signed_on", op, "2021-05") for op in ("is", "since", "until", "before", "after")
    ]
    assert tuple(found) == DATES[stands]


def test_numbers_have_the_unit_of_their_field_and_spans_their_ends() -> None:
    one = camera(height_m=Decimal("4.5"), heading_deg=Decimal(90))
    for value in ("4.5", "4.5 m", "450 cm", "0.0045 km"):
        assert holds(one, "height_m", "is", value), value
    assert holds(one, "height_m", "above", "14 ft")
    assert holds(one, "heading_deg", "at-most", "90 deg")
    lens = Product(make="SAMPLE", model="1", optics=Optics(focal_mm="2.8-12"))
    for op, value, wanted in (
        ("is", "4", True), ("is", "13", False), ("at-least", "12 mm", True),
        ("above", "12", False), ("below", "2.8", False), ("at-most", "0.28 cm", True),
    ):  # fmt: skip
        assert holds(lens, "optics.focal_mm", op, value) is wanted, (op, value)
    for value in ("4,5", "4 EUR", "four"):
        with pytest.raises(InputError, match="expected a number"):
            holds(one, "heading_deg", "is", value)


def test_any_element_of_a_list_may_say_it_and_parts_are_asked_for_their_words() -> None:
    said = (
        Statement(says="SAMPLE one", confidence="alleged"),
        Statement(says="SAMPLE two", confidence="confirmed", from_date="2020"),
    )
    one = actor(names=text("Sample Cameras Ltd"), statements=said)
    assert holds(one, "statements.confidence", "is", "confirmed")
    assert holds(one, "statements.from_date", "before", "2021")
    assert holds(one, "names", "contains", "cameras")
    assert holds(one, "statements", "contains", "two")
    assert not holds(one, "statements.confidence", "is-not", "confirmed")
    assert holds(one, "evidence", "given", "no")


def test_what_is_closed_is_no_answer(tmp_path: Path) -> None:
    told = telling("record/" + "0" * 16)
    kept = [one for one in told.passages if one.closed]
    assert kept
    assert not holds(told, "passages.text", "contains", kept[0].text)
    assert not holds(told, "passages", "contains", kept[0].text)
    with pytest.raises(InputError, match="note is closed"):
        holds(told, "note", "contains", "x")


@pytest.mark.parametrize(
    ("kind", "field", "op", "value", "said"),
    [
        ("contract", "price", "is", "1", r"contract has no field price; there are: name, buyer, "),
        ("", "price", "is", "1", "no kind of record has the field price"),
        ("contract", "value", "contains", "1", "expected one of: is, is-not, at-least, at-most"),
        ("contract", "signed_on", "at-least", "2021", "expected one of: is, since, until"),
        ("contract", "signed_on", "is", "May", "signed_on: expected a date"),
        ("actor", "kind", "is", "firm", "kind: expected one of: company, "),
        ("contract", "sample", "is", "maybe", "sample: expected yes or no"),
        ("suspect", "name", "is", "x", "there is no such kind of record"),
    ],
)
def test_what_is_asked_wrongly_is_told_with_what_there_is(
    kind: str, field: str, op: str, value: str, said: str
) -> None:
    with pytest.raises(InputError, match=said):
        condition(field, op, value, kind=kind, full_ref=lambda ref: ref)


@pytest.fixture
def asked(tmp_path: Path) -> Callable[..., list[str]]:
    """A case with a few contracts; returns what is found of it by title."""
    with desk(tmp_path) as at:
        who = at.put(actor())
        for year, buyer in (("2019", None), ("2020-03", who), ("2021-07-01", who)):
            at.put(contract(signed_on=year, buyer=buyer))
        at.put(Deployment(names=text("SAMPLE gates"), first_known="2018", sample=True))
        at.put(telling(at.put(source())))

        def find(*fields: tuple[str, str, str], words: str = "", **more: Any) -> list[str]:
            conditions = [
                condition(*one, kind=more.get("kind", ""), full_ref=lambda t: full_ref(at.case, t))
                for one in fields
            ]
            found, _more = finding.find(at.case, words, conditions=conditions, **more)
            return [one.record.title for one in found]

        yield find


def test_all_conditions_words_and_days_have_to_hold(asked: Callable[..., list[str]]) -> None:
    ours = ("buyer", "is", "actor/sample-cameras-ltd")
    assert len(asked(ours)) == 2
    assert len(asked(ours, ("signed_on", "after", "2020"))) == 1
    assert len(asked(ours, words="ville", kind="contract")) == 2
    assert asked(ours, words="nothing") == []
    assert asked(("kind", "is", "company")) == ["Sample Cameras Ltd"]
    assert len(asked(kind="contract", since=date(2020, 4, 1))) == 1
    assert len(asked(kind="contract", until=date(2020, 3, 1))) == 2
    # Of what began in 2018 nobody has said that it ended.
    assert asked(kind="deployment", since=date(2024, 1, 1)) == ["SAMPLE gates"]
    assert asked(kind="deployment", until=date(2017, 1, 1)) == []


def test_no_more_than_asked_for_is_found_and_it_is_said(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        for _number in range(3):
            at.put(contract())
        assert [len(found) for found in (finding.find(at.case, limit=3)[0],)] == [3]
        assert finding.find(at.case, limit=3)[1] is False
        assert finding.find(at.case, limit=2)[1] is True
