"""OCDS out: what the standard's own checker takes, and what comes back is what went out."""

import copy
import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from typing import Any

import ocdsmerge
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from ocds_checker import SCHEMA, complaints
from samples import DAY, Desk, desk, source, take, telling, text

from contrechamp.base.errors import InputError
from contrechamp.dossier.formats.write import exporting
from contrechamp.dossier.formats.write.outgoing import Publisher
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.records.actors import Actor
from contrechamp.dossier.records.contracts import Contract, Tender
from contrechamp.dossier.records.field_types import Money, OutsideId, Text
from contrechamp.dossier.records.schema import to_json

PREFIX = "ocds-a1b2c3"
PUBLISHER = Publisher("SAMPLE publisher", PREFIX, "https://sample.example/p",
                      "https://creativecommons.org/publicdomain/zero/1.0/")  # fmt: skip


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path / "a") as opened:
        yield opened


def exported(at: Desk, folder: Path, publisher: Publisher = PUBLISHER) -> dict[str, Any]:
    exporting.write(at.case, folder, "ocds", day=DAY, publisher=publisher)
    found: dict[str, Any] = json.loads((folder / "releases.json").read_text())
    return found


def euros(amount: str) -> Money:
    return Money(amount=Decimal(amount), currency="EUR")


def filled(at: Desk) -> dict[str, str]:
    town = at.put(Actor(names=(*text("SAMPLE Town"), *text("SAMPLE Ville", "fr")),
                        kind="public-body", country="NL", registered="NL-KVK 1"))  # fmt: skip
    state = at.put(Actor(names=text("SAMPLE State"), kind="public-body"))
    maker = at.put(
        Actor(names=text("SAMPLE Cameras"), kind="company", address="https://a.example/")
    )
    call = at.put(Tender(name="SAMPLE call", buyer=state, number="T-1", closes_on="2021-03",
                         published_on="2021-02-03", value=euros("1000.5"), says="-"))  # fmt: skip
    signed = at.put(Contract(name="SAMPLE contract", buyer=town, suppliers=(maker,), tender=call,
                             number="C-1", signed_on="2022-05-01", from_date="2022-06-01",
                             to_date="2023-06-01", value=euros("900"), note="SECRET"))  # fmt: skip
    other = at.put(Contract(name="SAMPLE other", buyer=town, suppliers=(maker,)))
    return {"town": town, "state": state, "maker": maker, "call": call, "signed": signed,
            "other": other}  # fmt: skip


def test_the_checker_of_ocds_has_nothing_to_say_of_either_package(at: Desk, tmp_path: Path) -> None:
    refs = filled(at)
    package = exported(at, tmp_path / "out")
    records = json.loads((tmp_path / "out" / "records.json").read_text())
    assert not complaints(package, tmp_path)
    assert not complaints(records, tmp_path)
    broken = copy.deepcopy(package)
    del broken["releases"][0]["tender"]["id"]
    broken["releases"][0]["invented"] = 1
    assert set(complaints(broken, tmp_path)) == {"validation_errors", "additional_fields"}
    first, second = package["releases"]
    assert first["ocid"] == f"{PREFIX}-{lookup.id_of(refs['call'])}"
    assert (first["tag"], second["tag"]) == (["tender", "award", "contract"], ["award", "contract"])
    assert first["tender"]["tenderPeriod"] == {"startDate": "2021-02-03T00:00:00Z"}
    assert first["tender"]["value"] == {"amount": 1000.5, "currency": "EUR"}
    roles = {party["name"]: party["roles"] for party in first["parties"]}
    assert roles == {"SAMPLE Town": ["buyer"], "SAMPLE State": ["procuringEntity"],
                     "SAMPLE Cameras": ["supplier"]}  # fmt: skip
    assert "SECRET" not in json.dumps(package)


def test_a_compiled_release_is_what_the_tools_of_ocds_compile(at: Desk, tmp_path: Path) -> None:
    filled(at)
    exported(at, tmp_path / "out")
    records = json.loads((tmp_path / "out" / "records.json").read_text())["records"]
    merger = ocdsmerge.Merger(json.loads((SCHEMA / "release-schema.json").read_text()))
    assert len(records) == 2
    for record in records:
        assert merger.create_compiled_release(record["releases"]) == record["compiledRelease"]


CARRIED = {
    "actor": ("names", "country", "registered", "address"),
    "tender": ("name", "number", "published_on", "value", "says"),
    "contract": ("name", "number", "signed_on", "from_date", "to_date", "value", "says"),
}


def carried(at: Desk) -> dict[str, list[dict[str, Any]]]:
    """Return what the format carries of the records of a case, references by name."""
    found: dict[str, list[dict[str, Any]]] = {}
    for stored in lookup.every(at.case):
        fields = to_json(stored.record)
        kept = {name: fields.get(name) for name in CARRIED[stored.kind]}
        for name in ("buyer", "tender"):
            if ref := fields.get(name):
                kept[name] = lookup.get(at.case, ref).record.title()
        kept["suppliers"] = [lookup.get(at.case, ref).record.title()
                             for ref in fields.get("suppliers", [])]  # fmt: skip
        found.setdefault(stored.kind, []).append(kept)
    return {kind: sorted(records, key=repr) for kind, records in found.items()}


def plain(package: dict[str, Any]) -> dict[str, Any]:
    """Return a package without what says when it was written."""
    releases = [{name: value for name, value in release.items() if name not in {"id", "date"}}
                for release in package["releases"]]  # fmt: skip
    releases.sort(key=lambda one: str(one["ocid"]))
    for release in releases:
        for part in ("parties", "awards", "contracts"):
            release.get(part, []).sort(key=lambda one: str(one["id"]))
    return {**package, "publishedDate": "", "releases": releases}


def test_what_went_out_comes_back_in_another_case(at: Desk, tmp_path: Path) -> None:
    filled(at)
    package = exported(at, tmp_path / "out")
    with desk(tmp_path / "b") as other:
        take(other, tmp_path / "out" / "releases.json")
        assert carried(other) == carried(at)
        assert plain(exported(other, tmp_path / "again")) == plain(package)
        assert take(other, tmp_path / "again" / "releases.json").unchanged == 6
        assert take(other, tmp_path / "again" / "records.json").unchanged == 6


def test_what_was_written_from_a_case_is_not_doubled_in_it(at: Desk, tmp_path: Path) -> None:
    filled(at)
    exported(at, tmp_path / "out")
    done = take(at, tmp_path / "out" / "releases.json")
    assert (done.new, done.changed) == ([], [])
    assert ["exported from this case" in one.message for one in done.notices] == [True, True]


def test_ids_of_ocds_stay_what_they_were(at: Desk, tmp_path: Path) -> None:
    ocid = "ocds-213czf-SAMPLE-1"
    party = {"id": "m", "name": "SAMPLE Cameras", "roles": ["supplier"]}
    release = {
        "ocid": ocid, "id": "1", "date": "2022-01-01T00:00:00Z", "tag": ["award", "contract"],
        "initiationType": "tender", "parties": [party],
        "awards": [{"id": "a1", "suppliers": [{"id": "m", "name": "SAMPLE Cameras"}]},
                   {"id": "a2", "title": "SAMPLE lot",
                    "suppliers": [{"id": "m", "name": "SAMPLE Cameras"}]}],
        "contracts": [{"id": "c1", "awardID": "a1", "title": "SAMPLE one"},
                      {"id": "c2", "awardID": "a1", "title": "SAMPLE two"}],
    }  # fmt: skip
    (tmp_path / "p.json").write_text(json.dumps({"releases": [release]}))
    take(at, tmp_path / "p.json")
    (out,) = exported(at, tmp_path / "out", Publisher("SAMPLE"))["releases"]
    out["contracts"].sort(key=lambda one: one["id"])
    for name in ("ocid", "parties", "awards", "contracts"):
        assert out[name] == release[name], name


names = st.text(st.characters(categories=["L", "N", "Zs"]), max_size=9).map(
    lambda word: " ".join(f"SAMPLE {word}".split())
)
days = st.dates().map(lambda day: f"{day:%Y-%m-%d}".rjust(10, "0")) | st.none()
spans = st.lists(days.filter(bool), min_size=2, max_size=2)
money = (
    st.builds(
        Money,
        amount=st.decimals(0, 10**9, places=2).map(lambda one: one.normalize() + 0),
        currency=st.sampled_from(["EUR", "ILS", "USD"]),
    )
    | st.none()
)


# A case is made for each example, so that shrinking one takes minutes.
@pytest.mark.slow
@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck),
          phases=[Phase.explicit, Phase.reuse, Phase.generate])  # fmt: skip
@given(data=st.data())
def test_any_process_comes_back(data: st.DataObject, tmp_path_factory: Any) -> None:
    folder = tmp_path_factory.mktemp("ocds")
    with ExitStack() as stack:
        at, other = (stack.enter_context(desk(folder / name)) for name in "ab")
        languages, registers = st.sampled_from(["en", "ar", "und"]), ("", "NL-KVK {}", "no {}")
        actors = [
            at.put(
                Actor(
                    names=text(f"{data.draw(names)} {number}", data.draw(languages)),
                    kind="company",
                    registered=data.draw(st.sampled_from(registers)).format(number),
                )
            )
            for number in range(3)
        ]
        who = st.sampled_from([*actors, None])
        for number in range(3):
            buyer = data.draw(who)
            call = at.put(Tender(
                name=f"{data.draw(names)} {number}", buyer=data.draw(who),
                number=data.draw(names | st.just("")), published_on=data.draw(days),
                value=data.draw(money), says=data.draw(names | st.just("")),
            )) if data.draw(st.booleans()) else None  # fmt: skip
            for place in range(data.draw(st.integers(0, 2)) if call else 1):
                at.put(Contract(
                    name=data.draw(names), buyer=buyer, tender=call, signed_on=data.draw(days),
                    suppliers=tuple(data.draw(st.lists(st.sampled_from(actors), unique=True))),
                    number=f"{number}.{place}", value=data.draw(money),
                    **dict(zip(("from_date", "to_date"), sorted(data.draw(spans)), strict=True)),
                ))  # fmt: skip
        package = exported(at, folder / "out")
        assert not complaints(package, folder)
        take(other, folder / "out" / "releases.json")
        assert plain(exported(other, folder / "again")) == plain(package)


@pytest.mark.parametrize(
    ("publisher", "told"),
    [
        (Publisher(""), "say who publishes: --publisher NAME"),
        (Publisher("SAMPLE", "a1b2c3"), "a1b2c3 is no OCID prefix"),
        (Publisher("SAMPLE", PREFIX, "here"), "here is no address"),
        (Publisher("SAMPLE"), "give it with --ocid-prefix"),
    ],
)
def test_what_the_standard_asks_for_is_asked_for(
    at: Desk, tmp_path: Path, publisher: Publisher, told: str
) -> None:
    filled(at)
    with pytest.raises(InputError, match=re.escape(told)):
        exported(at, tmp_path / "out", publisher)
    assert not (tmp_path / "out").exists()


def test_samples_and_what_is_not_sure_stay_and_are_told(at: Desk, tmp_path: Path) -> None:
    at.put(Contract(name="MADE UP", sample=True))
    at.put(telling(at.put(source())))  # no place for it, and no consent
    at.put(Contract(name="SAMPLE", signed_on="2022-05~", value=euros("12345678901234567.89")))
    done = exporting.write(at.case, tmp_path / "out", "ocds", day=DAY, publisher=PUBLISHER)
    assert sorted(done.left_out.values()) == [1, 1, 1, 2]
    assert not done.kept_back
    package = (tmp_path / "out" / "releases.json").read_text()
    assert "MADE UP" not in package
    assert not complaints(json.loads(package), tmp_path)


def test_a_party_is_called_what_it_is_called_in_each_language(at: Desk, tmp_path: Path) -> None:
    maker = at.put(
        Actor(names=(Text(language="ar", text="عينة"), *text("SAMPLE"), *text("SAMPLE", "fr")),
              kind="company", ids=(OutsideId(scheme="lei", id="x"),))
    )  # fmt: skip
    at.put(Contract(name="SAMPLE", suppliers=(maker,)))
    package = exported(at, tmp_path / "out")
    (release,) = package["releases"]
    assert release["language"] == "ar"
    assert (release["parties"][0]["name"], release["parties"][0]["name_en"]) == ("عينة", "SAMPLE")
    assert not complaints(package, tmp_path)
    nobody = at.put(Actor(names=text("SAMPLE of no language", "und"), kind="company"))
    at.put(Contract(name="SAMPLE two", suppliers=(maker, nobody)))
    assert "language" not in exported(at, tmp_path / "two")["releases"][1]
    with desk(tmp_path / "b") as other:
        take(other, tmp_path / "two" / "releases.json")
        assert carried(other) == carried(at)
