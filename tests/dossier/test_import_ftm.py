"""FollowTheMoney: out and back through the library itself, losing nothing of the record."""

import dataclasses
import json
import os
import re
from collections.abc import Iterator
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from followthemoney import model
from followthemoney.namespace import Namespace
from followthemoney.statement.serialize import get_statement_writer, read_path_statements
from followthemoney.types import registry
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import of_class
from samples import DAY, NOW, Desk, actor, consent, desk, source, telling, text

from contrechamp.base.errors import InputError
from contrechamp.dossier import reading
from contrechamp.dossier.actors import Actor, Contract, Licence, Relation, Tender
from contrechamp.dossier.fields import DATE, CoarsePlace, Money, Position, Text
from contrechamp.dossier.fieldwork import Observation, Place
from contrechamp.dossier.formats import leaving
from contrechamp.dossier.formats.door import Imported, import_files
from contrechamp.dossier.formats.ftm_entities import from_entity, to_entities
from contrechamp.dossier.formats.ftm_model import Around, Entity, Names, overlaid
from contrechamp.dossier.formats.ftm_statements import entities as entities_in
from contrechamp.dossier.formats.ftm_statements import statements as statements_of
from contrechamp.dossier.formats.given import Given
from contrechamp.dossier.kinds import class_of
from contrechamp.dossier.schema import from_json
from contrechamp.dossier.systems import Deployment, Operator
from contrechamp.vault.adding import Content
from contrechamp.vault.verifying import verify


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as opened:
        yield opened


def take(at: Desk, *paths: Path, **more: Any) -> Imported:
    return import_files(at.case, paths, now=lambda: NOW, random=os.urandom, **more)


def filled(at: Desk) -> dict[str, str]:
    buyer = at.put(actor(names=text("SAMPLE Ministry"), kind="public-body", country="NL"))
    names = (Text(language="en-GB", text="SAMPLE Cameras"), Text(language="ar", text="عَيِّنة"))
    maker = at.put(
        actor(names=names, registered="SAMPLE-1", contact="SAMPLE desk",
              address="https://a.example/")
    )  # fmt: skip
    unit = at.put(actor(names=text("SAMPLE unit"), kind="unit"))
    chief = at.put(actor(names=text("SAMPLE Chief"), kind="person", public_role="SAMPLE minister"))
    owns = Relation(from_actor=buyer, kind="owns", to_actor=maker, confidence="alleged",
                    percent=Decimal("12.5"), from_date="2020~", sample=True)  # fmt: skip
    supplies = Relation(from_actor=maker, kind="supplies", to_actor=unit, confidence="confirmed")
    gate = at.put(
        Place(
            names=text("בדיקה", "he"), position=Position(lon=Decimal("35.1"), lat=Decimal("31.5"))
        )
    )
    system = Deployment(
        names=text("SAMPLE system"),
        first_known="2021~",
        last_known="2026",
        operators=(Operator(actor=unit, role="orders", confidence="alleged"),),
    )
    seen = at.put(system)
    licence = Licence(
        name="SAMPLE licence",
        authority=buyer,
        exporter=maker,
        end_user=unit,
        to_country="PS",
        law="SAMPLE law",
        decision="refused",
        decided_on="2022",
    )
    tender = at.put(Tender(name="SAMPLE call", buyer=buyer, number="T-1", published_on="2021-02"))
    contract = Contract(name="SAMPLE contract", buyer=buyer, suppliers=(maker,), tender=tender,
                        signed_on="2022-05-01", value=Money(amount=Decimal("10.5"), currency="EUR"),
                        says="SAMPLE cameras\nand more", deployment=seen, sample=True)  # fmt: skip
    return {
        "buyer": buyer, "maker": maker, "unit": unit, "chief": chief, "owns": at.put(owns),
        "supplies": at.put(supplies), "contract": at.put(contract), "tender": tender,
        "gate": gate, "system": seen, "licence": at.put(licence),
        "visit": at.put(Observation(date="2026-05-01", seen="SAMPLE: seen", observers=("HERON",),
                                    place=gate)),
    }  # fmt: skip


def exported(at: Desk, folder: Path) -> list[dict[str, Any]]:
    leaving.write(at.case, folder, "ftm", day=DAY)
    lines = (folder / "entities.ftm.json").read_text().splitlines()
    return [json.loads(line) for line in lines]


def test_entities_are_what_the_library_takes_for_whole(at: Desk, tmp_path: Path) -> None:
    refs = filled(at)
    entities = exported(at, tmp_path / "out")
    by_id = {one["id"]: model.get_proxy(one, cleaned=False) for one in entities}
    for proxy, one in ((by_id[one["id"]], one) for one in entities):
        proxy.schema.validate(one)
        for prop, value in proxy.itervalues():
            assert prop.type.validate(value), (prop, value)
            if prop.type.name == "entity":
                assert by_id[value].schema.is_a(prop.range), (prop, value)
    schemata = sorted(proxy.schema.name for proxy in by_id.values())
    assert schemata == ["Address", "CallForTenders", "Company", "Contract", "ContractAward",
                        "Event", "License", "Organization", "Ownership", "Person", "Project",
                        "ProjectParticipant", "PublicBody", "UnknownLink", "UnknownLink",
                        "UnknownLink"]  # fmt: skip
    statements = list(read_path_statements(tmp_path / "out" / "statements.csv", "csv"))
    named = [one for one in statements if one.prop == "name" and one.value == "SAMPLE Ministry"]
    assert [(one.entity_id, one.lang, one.origin) for one in named] == [
        (reading.id_of(refs["buyer"]), "eng", f"{refs['buyer']} version 1")
    ]
    assert all(one.first_seen == "2026-05-01T12:00:00Z" for one in statements)


@pytest.mark.parametrize("file", ["entities.ftm.json", "statements.csv"])
def test_what_went_out_comes_back_unchanged(at: Desk, tmp_path: Path, file: str) -> None:
    filled(at)
    exported(at, tmp_path / "out")
    size = at.case.size
    done = take(at, tmp_path / "out" / file)
    assert (done.new, done.changed, done.unchanged, at.case.size) == ([], [], 12, size)


def test_a_case_opens_elsewhere_and_says_the_same_there(at: Desk, tmp_path: Path) -> None:
    filled(at)
    first = exported(at, tmp_path / "out")
    namespace = Namespace("SAMPLE collection")  # as OpenAleph signs the ids of what it holds
    signed = [namespace.apply(model.get_proxy(one)).to_dict() for one in first]
    assert all("." in one["id"] for one in signed)
    (tmp_path / "back.ftm.json").write_text("".join(json.dumps(one) + "\n" for one in signed))
    with desk(tmp_path / "second") as other:
        done = take(other, tmp_path / "back.ftm.json")
        assert len(done.new) == 12
        assert not verify(other.case)
        again = exported(other, tmp_path / "again")
        assert sorted(map(repr, again)) == sorted(map(repr, first))
    assert take(at, tmp_path / "back.ftm.json").unchanged == 12


def test_an_edit_made_there_changes_that_and_nothing_else(at: Desk, tmp_path: Path) -> None:
    refs = filled(at)
    at.put(dataclasses.replace(reading.get(at.case, refs["maker"]).record, note="kept"),
           refs["maker"])  # fmt: skip
    entities = exported(at, tmp_path / "out")
    (maker,) = (one for one in entities if one["schema"] == "Company")
    maker["properties"]["country"] = ["fr"]
    before = reading.get(at.case, refs["maker"]).record
    (tmp_path / "e.json").write_text(json.dumps(maker) + "\n")
    done = take(at, tmp_path / "e.json")
    # It was written by a person here, and an entity came later: told, not written over.
    assert [one.message.partition("in: ")[2] for one in done.notices] == ["country"]
    assert reading.get(at.case, refs["maker"]).record == before
    done = take(at, tmp_path / "e.json", overwrite=True)
    assert len(done.changed) == 1
    assert reading.get(at.case, refs["maker"]).record == dataclasses.replace(
        before, country="FR", read_from=reading.get(at.case, done.changed[0].id).record.read_from
    )


def test_statements_bring_languages_to_another_case_and_lines_do_not(
    at: Desk, tmp_path: Path
) -> None:
    refs = filled(at)
    exported(at, tmp_path / "out")
    languages = {}
    for file in ("entities.ftm.json", "statements.csv"):
        with desk(tmp_path / file) as other:
            take(other, tmp_path / "out" / file)
            maker = reading.get(other.case, refs["maker"]).record
            assert isinstance(maker, Actor)
            languages[file] = [(one.language, one.text) for one in maker.names]
            if file == "statements.csv":  # lines take away no language that is known
                assert take(other, tmp_path / "out" / "entities.ftm.json").unchanged == 12
            else:  # and statements tell it where it was not known
                done = take(other, tmp_path / "out" / "statements.csv")
                languages["told later"] = [
                    (one.language, one.text)
                    for stored in done.changed if stored.ref == refs["maker"]
                    for one in reading.get(other.case, stored.id).record.names
                ]  # fmt: skip
    names = ("SAMPLE Cameras", "عَيِّنة")
    assert languages["entities.ftm.json"] == [("und", one) for one in names]
    assert languages["statements.csv"] == languages["told later"] == [
        ("en", names[0]), ("ar", names[1])
    ]  # fmt: skip


def test_a_name_that_was_added_there_leaves_what_is_known_of_the_others(
    at: Desk, tmp_path: Path
) -> None:
    names = (Text(language="ar", text="عَيِّنة", by="SAMPLE Translator", made="translated"),
             Text(language="en", text="SAMPLE one"))  # fmt: skip
    ref = at.put(actor(names=names))
    (one,) = exported(at, tmp_path / "out")
    one["properties"]["alias"] = ["SAMPLE added"]  # and one taken away
    (tmp_path / "e.json").write_text(json.dumps(one) + "\n")
    take(at, tmp_path / "e.json", overwrite=True)
    changed = reading.get(at.case, ref).record
    assert isinstance(changed, Actor)
    assert changed.names == (names[0], Text(language="und", text="SAMPLE added"))


def test_entities_of_others_get_ids_and_are_traced(at: Desk, tmp_path: Path) -> None:
    lines = [
        {"id": "NK-a", "schema": "Company", "properties": {
            "name": ["SAMPLE One"], "alias": ["SAMPLE 1"], "country": ["fr"]}},
        {"id": "NK-b", "schema": "LegalEntity", "properties": {"name": ["SAMPLE Two"]}},
        {"id": "NK-l", "schema": "Ownership", "properties": {
            "owner": ["NK-b"], "asset": ["NK-a"], "percentage": ["51%"]}},
        {"id": "NK-v", "schema": "Vessel", "properties": {"name": ["SAMPLE boat"]}},
    ]  # fmt: skip
    file = tmp_path / "others.json"
    file.write_text("".join(json.dumps(one) + "\n" for one in lines))
    done = take(at, file)
    assert reading.count(at.case) == {"actor": 2, "relation": 1}
    assert "1 of Vessel" in done.notices[0].message
    (link,) = reading.every(at.case, "relation")
    assert isinstance(link.record, Relation)
    assert (link.record.confidence, link.record.percent) == ("single-source", 51)
    assert link.record.evidence[0].ref == f"item/{done.items['others.json']}"
    owner = reading.get(at.case, link.record.from_actor)
    assert (owner.record.title(), owner.record.ids[0].id) == ("SAMPLE Two", "NK-b")
    assert take(at, file).unchanged == 3
    ids = {one["id"] for one in exported(at, tmp_path / "out")}
    assert ids == {"NK-a", "NK-b", "NK-l"}


def test_of_a_person_only_the_public_role_is_taken(at: Desk, tmp_path: Path) -> None:
    private = {"birthDate": ["1970-01-01"], "religion": ["SAMPLE"], "passportNumber": ["X1"]}
    some = [
        {"id": "p1", "schema": "Person", "properties": {
            "name": ["SAMPLE Chief"], "position": ["SAMPLE minister"], **private}},
        {"id": "p2", "schema": "Person", "properties": {"name": ["SAMPLE Neighbour"], **private}},
    ]  # fmt: skip
    file = tmp_path / "p.json"
    file.write_text("".join(json.dumps(one) + "\n" for one in some))
    with pytest.raises(InputError, match="a public role only"):
        take(at, file)
    done = take(at, file, skip_bad_rows=True)
    (written,) = done.new
    found = reading.get(at.case, written.id)
    assert isinstance(found.record, Actor)
    assert (found.record.public_role, found.record.ids[0].id) == ("SAMPLE minister", "p1")
    assert "1970" not in repr(found.record)
    assert "Neighbour" not in done.left_out[0]


def test_nobody_who_told_or_looked_leaves(at: Desk, tmp_path: Path) -> None:
    who = at.put(source(pseudonym="SECRET Heron"))
    at.put(consent(who))
    at.put(telling(who, summary="SECRET summary"))
    filled(at)
    at.put(actor(names=text("SAMPLE Other"), note="SECRET note", contact="SECRET desk"))
    exported(at, tmp_path / "out")
    for file in (tmp_path / "out").iterdir():
        content = file.read_text()
        assert "SECRET" not in content
        assert "HERON" not in content
        assert who not in content


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"id": 1, "schema": "Company", "properties": {}}', "e.json:1: expected an entity"),
        ('{"id": "a", "schema": "Ghost", "properties": {}}', "there is no such schema"),
        ('{"id": "a", "schema": "Company", "properties": {"name": [1]}}', "e.json:1: name: "),
        ('{"id": "a", "schema": "Company", "properties": {}}', "Company.names: this must"),
        ('{"id": "a", "schema": "Ownership", "properties": {"owner": ["b"]}}', "to_actor: this"),
        ('{"id": "a", "schema": "Ownership", "properties": {"owner": ["b"], "asset": ["c"]}}',
         "no such record in the case"),
    ],
)  # fmt: skip
def test_a_bad_entity_is_refused(at: Desk, tmp_path: Path, line: str, message: str) -> None:
    (tmp_path / "e.json").write_text(line + "\n")
    with pytest.raises(InputError) as refused:
        take(at, tmp_path / "e.json")
    assert message in str(refused.value)


KINDS = {"actor": Actor, "relation": Relation, "contract": Contract, "tender": Tender,
         "observation": Observation, "licence": Licence, "place": Place,
         "deployment": Deployment}  # fmt: skip
#: Of an entity that is read with another one, which one that is.
ABOUT = {"ContractAward": "contract", "ProjectParticipant": "project", "UnknownLink": "object"}
NAMES = Names(reading.id_of, lambda _ref: "Company", lambda _evidence: [])


def out(record: Any) -> list[Entity]:
    return list(to_entities("a" * 16, record, NAMES))


def back(found: list[Entity]) -> tuple[str, dict[str, Any]]:
    def by(schema: str, name: str) -> list[Entity]:
        wanted = "UnknownLink" if schema == "License" else schema
        return [
            one for one in found[1:] if one.schema == wanted and one.first(ABOUT[wanted]) == name
        ]

    def ref(name: str) -> str:
        return f"record/{name}"

    return from_entity(found[0], Around(ref, ref, by))


def in_statements(found: list[Entity]) -> list[Entity]:
    """Through the library's own writer of statements, and the reader of ours."""
    table = BytesIO()
    with get_statement_writer(table, "csv") as rows:
        for one in found:
            for statement in statements_of(one, origin="o", first_seen=None):
                rows.write(statement)
        rows.close()
        content = table.getvalue()
    given_file = Given("s.csv", Content("s.csv", lambda: BytesIO(content)), content, len(content))
    return [one for _where, one in entities_in(given_file) if isinstance(one, Entity)]


def any_record() -> st.SearchStrategy[Any]:
    return st.sampled_from(sorted(KINDS)).flatmap(lambda kind: of_class(KINDS[kind]))


@settings(max_examples=120, deadline=None)
@given(any_record())
def test_any_record_goes_out_and_comes_back_as_itself(record: Any) -> None:
    if isinstance(record, Actor) and record.kind == "person" and not record.public_role.strip():
        return
    found = out(record)
    kind, told = back(found)
    # In the case where it is: not a field is lost or changed, also where languages are not told.
    plain = [dataclasses.replace(one, properties={
        name: [(value, None) for value, _language in values]
        for name, values in one.properties.items()
    }) for one in found]  # fmt: skip
    stated = in_statements(found)  # of a name of spaces nothing is stated
    listed = [back(stated)[1]] if stated and stated[0].id == found[0].id else []
    for read in (told, back(plain)[1], *listed):
        assert from_json(class_of(kind), overlaid(record, told, read)) == record
    # Elsewhere: what can be said there is said, and goes out again as it came.
    if not told.get("names", True) or not told.get("name", True):
        return
    try:
        elsewhere = from_json(class_of(kind), told)
    except InputError:
        # A name of spaces only is none there; whatever else is missing was never there.
        lacking = {"actor": "names", "place": "names", "deployment": "names"}.get(kind, "name")
        assert lacking not in told or kind in {"observation", "deployment"}
        return
    assert out(elsewhere)[0].schema == found[0].schema
    assert back(out(elsewhere)) == (kind, told)


#: Fields that come back elsewhere as they were, in statements; dates without how sure they are.
CARRIED = {
    "actor": "kind country",
    "relation": "from_actor to_actor kind confidence says from_date to_date",
    "tender": "buyer published_on closes_on says",
    "contract": "buyer signed_on value says deployment",
    "licence": "authority exporter end_user to_country decision decided_on value",
    "place": "coarse",
    "deployment": "first_known",
    "observation": "date place",
}


def primary(language: str) -> str:
    return language.split("-")[0]


def name_texts(names: Any) -> set[tuple[str, str]]:
    cleaned = ((registry.name.clean(one.text), primary(one.language)) for one in names)
    return {(text, language) for text, language in cleaned if text}


@settings(max_examples=150, deadline=None)
@given(any_record())
def test_statements_carry_every_field_that_has_a_place_and_its_language(record: Any) -> None:
    if isinstance(record, Actor) and record.kind == "person" and not record.public_role.strip():
        return
    found = in_statements(out(record))
    if not found or found[0].id != "a" * 16:
        return  # nothing at all could be said of it, such as a name of spaces
    try:
        kind, told = back(found)
        elsewhere = from_json(class_of(kind), told)
    except InputError:
        return  # what it must have could not be said: see the test before
    assert KINDS[kind] is type(record)
    if hasattr(record, "names"):
        assert name_texts(elsewhere.names) == name_texts(record.names)
    for name in CARRIED[kind].split():
        was, now = getattr(record, name), getattr(elsewhere, name)
        if isinstance(was, str) and re.fullmatch(DATE.pattern, was):
            was = registry.date.clean(was.rstrip("~?"))  # none of the far past and future
        if isinstance(was, CoarsePlace):
            was = CoarsePlace(country=was.country, region=" ".join(was.region.split()),
                              locality=" ".join(was.locality.split()))  # fmt: skip
            was = was if was != CoarsePlace() else None
        assert now == was, name
    if isinstance(record, Contract):
        assert elsewhere.suppliers == tuple(dict.fromkeys(record.suppliers))
    if isinstance(record, Place) and record.coarse is None and record.position is not None:
        point = elsewhere.position
        assert (point.lon, point.lat) == (record.position.lon, record.position.lat)
    if isinstance(record, Deployment):
        assert [(one.actor, one.confidence) for one in elsewhere.operators] == [
            (one.actor, one.confidence) for one in record.operators
        ]
