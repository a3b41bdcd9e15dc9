"""FollowTheMoney: out and back through the library itself, losing nothing of the record."""

import csv
import dataclasses
import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from followthemoney import model
from followthemoney.namespace import Namespace
from followthemoney.statement import Statement
from followthemoney.statement.serialize import get_statement_writer, read_path_statements
from followthemoney.types import registry
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import of_class
from samples import (
    DAY,
    NOW,
    Desk,
    actor,
    cell,
    consent,
    desk,
    exhibit,
    item,
    released,
    source,
    take,
    telling,
    text,
)

from contrechamp.base.errors import InputError
from contrechamp.dossier.formats.followthemoney.entities import from_entity, to_entities
from contrechamp.dossier.formats.followthemoney.model import Entity, EntityNames, Resolver, overlaid
from contrechamp.dossier.formats.followthemoney.statements import COLUMNS, DATASET
from contrechamp.dossier.formats.followthemoney.statements import entities as entities_in
from contrechamp.dossier.formats.followthemoney.statements import statements as statements_of
from contrechamp.dossier.formats.read.source_file import SourceFile
from contrechamp.dossier.formats.write import exporting
from contrechamp.dossier.permission.sharing import Recipient
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.records.actors import Actor, Relation
from contrechamp.dossier.records.contracts import Contract, Licence, Tender
from contrechamp.dossier.records.field_types import (
    DATE,
    CoarsePlace,
    Evidence,
    Money,
    Position,
    Text,
)
from contrechamp.dossier.records.fieldwork import Observation, Place
from contrechamp.dossier.records.kinds import class_of
from contrechamp.dossier.records.schema import from_json
from contrechamp.dossier.records.systems import Deployment, Operator
from contrechamp.dossier.records.testimony import Challenge, Exhibit
from contrechamp.vault.adding import Content
from contrechamp.vault.verifying import verify
from contrechamp.wording.standing import flag_labels


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as opened:
        yield opened


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


def exported(at: Desk, folder: Path, **more: Any) -> list[dict[str, Any]]:
    exporting.write(at.case, folder, "ftm", day=DAY, now=NOW, **more)
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
        (lookup.id_of(refs["buyer"]), "eng", f"{refs['buyer']} version 1")
    ]
    assert all(one.first_seen == "2026-05-01T12:00:00Z" for one in statements)


@pytest.mark.parametrize("file", ["entities.ftm.json", "statements.csv"])
def test_what_went_out_comes_back_unchanged(at: Desk, tmp_path: Path, file: str) -> None:
    filled(at)
    exported(at, tmp_path / "out")
    size = at.case.size
    done = take(at, tmp_path / "out" / file)
    assert (done.new, done.changed, done.unchanged, at.case.size) == ([], [], 12, size)


def as_told(entity: dict[str, Any]) -> str:
    """Return an entity without what says how its record stands."""
    values = dict(entity["properties"])
    values.pop("notes", None)
    lacking = set(flag_labels().values())
    values["description"] = [one for one in values.get("description", []) if one not in lacking]
    return repr({**entity, "properties": values})


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
        # How they stand follows from the case: in the other one, the file is evidence of the links.
        assert sorted(map(as_told, again)) == sorted(map(as_told, first))
    assert take(at, tmp_path / "back.ftm.json").unchanged == 12


def test_an_edit_made_there_changes_that_and_nothing_else(at: Desk, tmp_path: Path) -> None:
    refs = filled(at)
    at.put(dataclasses.replace(lookup.get(at.case, refs["maker"]).record, note="kept"),
           refs["maker"])  # fmt: skip
    entities = exported(at, tmp_path / "out")
    (maker,) = (one for one in entities if one["schema"] == "Company")
    maker["properties"]["country"] = ["fr"]
    before = lookup.get(at.case, refs["maker"]).record
    (tmp_path / "e.json").write_text(json.dumps(maker) + "\n")
    done = take(at, tmp_path / "e.json")
    # It was written by a person here, and an entity came later: told, not written over.
    assert [one.message.partition("in: ")[2] for one in done.notices] == ["country"]
    assert lookup.get(at.case, refs["maker"]).record == before
    done = take(at, tmp_path / "e.json", overwrite=True)
    assert len(done.changed) == 1
    assert lookup.get(at.case, refs["maker"]).record == dataclasses.replace(
        before, country="FR", read_from=lookup.get(at.case, done.changed[0].id).record.read_from
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
            maker = lookup.get(other.case, refs["maker"]).record
            assert isinstance(maker, Actor)
            languages[file] = [(one.language, one.text) for one in maker.names]
            if file == "statements.csv":  # lines take away no language that is known
                assert take(other, tmp_path / "out" / "entities.ftm.json").unchanged == 12
            else:  # and statements tell it where it was not known
                done = take(other, tmp_path / "out" / "statements.csv")
                languages["told later"] = [
                    (one.language, one.text)
                    for stored in done.changed if stored.ref == refs["maker"]
                    for one in lookup.get(other.case, stored.id).record.names
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
    changed = lookup.get(at.case, ref).record
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
    assert lookup.count(at.case) == {"actor": 2, "relation": 1}
    assert "1 of Vessel" in done.notices[0].message
    (link,) = lookup.every(at.case, "relation")
    assert isinstance(link.record, Relation)
    assert (link.record.confidence, link.record.percent) == ("single-source", 51)
    assert link.record.evidence[0].ref == f"item/{done.items['others.json']}"
    owner = lookup.get(at.case, link.record.from_actor)
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
    found = lookup.get(at.case, written.id)
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


def written(folder: Path, *entities: dict[str, Any]) -> Path:
    file = folder / "others.json"
    file.write_text("".join(json.dumps(one) + "\n" for one in entities))
    return file


def one(id_: str, schema: str, **properties: Any) -> dict[str, Any]:
    listed = {name: [value] if isinstance(value, str) else value
              for name, value in properties.items()}  # fmt: skip
    return {"id": id_, "schema": schema, "properties": listed}


def test_exhibits_leave_as_documents_and_file_names_once_released(tmp_path: Path) -> None:
    photo = item(tmp_path)
    with desk(tmp_path) as at:
        shown = at.put(exhibit(photo, what="SAMPLE photo shown", made_on="2026-04"))
        maker = at.put(actor(evidence=(Evidence(ref=photo), Evidence(ref=shown))))
        told = at.put(telling(at.put(source())))
        body = at.put(actor(names=text("SAMPLE Body")))
        link = Relation(from_actor=maker, kind="linked", to_actor=body, confidence="alleged",
                        evidence=(Evidence(ref=shown), Evidence(ref=f"{told}#p1")))  # fmt: skip
        at.put(link)
        at.put(Observation(date="2026-04-02", seen="SAMPLE", photos=(photo,)))
        for_item, for_exhibit = lookup.id_of(photo), lookup.id_of(shown)
        about = {"title": ["SAMPLE photo shown"], "date": ["2026-04"]}
        plain = {one["id"]: one["properties"] for one in exported(at, tmp_path / "plain")}
        assert plain[for_exhibit] == about
        assert plain[lookup.id_of(maker)]["proof"] == [for_exhibit]
        assert "sample-photo" not in (tmp_path / "plain" / "statements.csv").read_text()
        released(at, photo)
        found = {one["id"]: one["properties"] for one in exported(at, tmp_path / "out")}
        assert found[for_item] == {"fileName": ["sample-photo.jpg"]}  # no content, no hash
        assert found[for_exhibit] == {"fileName": ["sample-photo.jpg"], **about}
        assert found[lookup.id_of(maker)]["proof"] == [for_item, for_exhibit]
        digest = hashlib.sha1(b"SAMPLE photo, made up.", usedforsecurity=False).hexdigest()
        assert digest not in (tmp_path / "out" / "entities.ftm.json").read_text()
        size = at.case.size
        # An export from before the release takes no evidence away.
        for folder, file in [("out", "entities.ftm.json"), ("out", "statements.csv"),
                             ("plain", "entities.ftm.json")]:  # fmt: skip
            done = take(at, tmp_path / folder / file)
            assert (done.new, done.changed, done.unchanged) == ([], [], 5)
        assert at.case.size == size
        with desk(tmp_path / "second") as other:
            take(other, tmp_path / "out" / "entities.ftm.json")
            there = lookup.get(other.case, maker).record
            assert isinstance(there, Actor)
            assert [one.ref for one in there.evidence] == [f"record/{for_item}", shown]
            assert lookup.get(other.case, shown).record.title() == "SAMPLE photo shown"


def test_what_was_refuted_or_withdrawn_stays_with_the_links_to_it(tmp_path: Path) -> None:
    photo = item(tmp_path)
    with desk(tmp_path) as at:
        shown = at.put(exhibit(photo, what="SAMPLE photo shown"))
        maker = at.put(actor(evidence=(Evidence(ref=shown),)))
        body = at.put(actor(names=text("SAMPLE Body")))
        owns, linked = (
            at.put(Relation(from_actor=maker, kind=kind, to_actor=body, confidence="alleged"))
            for kind in ("owns", "linked")
        )  # fmt: skip
        assert len(exported(at, tmp_path / "before")) == 5
        why = {"kind": "contested", "on": "2026-04-30", "why": "SAMPLE"}
        at.put(Challenge(about=linked, **why))  # only contested yet: it goes
        at.put(Challenge(about=owns, outcome="upheld", **why))
        at.put(Challenge(about=photo, **why | {"kind": "withdrawn"}))
        after = exported(at, tmp_path / "after")
        assert sorted(one["schema"] for one in after) == ["Company", "Company", "UnknownLink"]
        assert "proof" not in json.dumps(after)
        at.put(Challenge(about=body, outcome="upheld", **why))
        (left,) = exported(at, tmp_path / "last")
        assert left["id"] == lookup.id_of(maker)


def test_what_is_given_by_a_source_leaves_only_under_consent(tmp_path: Path) -> None:
    photo = item(tmp_path)
    with desk(tmp_path) as at:
        who = at.put(source())
        agreed = consent(who, "held", "image")
        given_under = at.put(agreed)
        shown = at.put(exhibit(photo, what="SAMPLE given photo", given_by=who))
        at.put(actor(evidence=(Evidence(ref=shown),)))
        released(at, photo)
        for_anyone = json.dumps(exported(at, tmp_path / "anyone"))
        assert "Document" not in for_anyone
        assert "proof" not in for_anyone
        found = exported(at, tmp_path / "out", recipient=Recipient(team=True))
        documents = [one for one in found if one["schema"] == "Document"]
        # Without its file name, released or not: exports are logged by record.
        assert [one["properties"] for one in documents] == [{"title": ["SAMPLE given photo"]}]
        at.put(dataclasses.replace(agreed, withdrawn_on="2026-05-01"), given_under)
        content = json.dumps(exported(at, tmp_path / "after", recipient=Recipient(team=True)))
        assert "Document" not in content
        assert "proof" not in content


def test_the_exact_place_stays_where_a_coarse_one_may_be_published(
    at: Desk, tmp_path: Path
) -> None:
    point = Position(lon=Decimal("35.123"), lat=Decimal("31.456"))
    coarse = CoarsePlace(country="PS", locality="SAMPLE town")
    at.put(Place(names=text("SAMPLE gate"), position=point, coarse=coarse))
    (place,) = exported(at, tmp_path / "out")
    assert place["properties"] == {"name": ["SAMPLE gate"], "full": ["SAMPLE gate, SAMPLE town"],
                                   "city": ["SAMPLE town"], "country": ["ps"]}  # fmt: skip
    assert take(at, tmp_path / "out" / "entities.ftm.json").unchanged == 1


OTHERS = (
    one("c", "Company", name="SAMPLE Maker", leiCode="5493001KJTIIGC8Y1R12", addressEntity="a2"),
    one("b", "PublicBody", name="SAMPLE Body", proof=["d", "nowhere"]),
    one("p", "Person", name="SAMPLE Chief", addressEntity="home"),
    one("post", "Position", name="SAMPLE minister"),
    one("o", "Occupancy", holder="p", post="post", startDate="2019", endDate="2021"),
    one("s", "Sanction", entity="c", authority="SAMPLE Office", reason="SAMPLE reason",
        listingDate="2020-02-03"),
    one("s2", "Sanction", entity="p", authority="SAMPLE Office"),
    one("d", "Pages", title="SAMPLE annual report", fileName="r.pdf", publishedAt="2020-01-01",
        sourceUrl="https://a.example/r.pdf", bodyText="SAMPLE body",
        publisher="SAMPLE Press", retrievedAt="2026-01-02"),
    one("f", "Folder", fileName="SAMPLE folder"),
    one("a", "Address", full="SAMPLE Gate, Town", latitude="31.5", longitude="35.1"),
    one("a2", "Address", full="SAMPLE Street 1"),
    one("home", "Address", full="SAMPLE home", latitude="31.9", longitude="35.9"),
    one("l", "License", name="SAMPLE licence", authority="b", status="granted"),
    one("lx", "UnknownLink", subject="c", object="l", role="exporter"),
    one("pr", "Project", name="SAMPLE road"),
    one("pp", "ProjectParticipant", project="pr", participant="c"),
    one("v", "Vessel", name="SAMPLE boat"),
    one("ov", "Ownership", owner="c", asset="v"),
    one("lk", "UnknownLink", subject="c", object="l", role="SAMPLE other"),
    one("e", "Employment", employee="p", employer="b", role="SAMPLE head"),
    one("pay", "Payment", payer="b", beneficiary="c", amount="1000", currency="EUR",
        purpose="SAMPLE cameras", date="2020-05-06"),
    one("fam", "Family", person="p", relative="p", relationship="SAMPLE"),
    one("ev", "Event", name="SAMPLE visit", date="2020-03-04", addressEntity="a"),
)  # fmt: skip


def test_each_entity_of_others_becomes_a_record_or_is_counted(at: Desk, tmp_path: Path) -> None:
    file = written(tmp_path, *OTHERS)
    done = take(at, file)
    assert lookup.count(at.case) == {
        "exhibit": 1, "observation": 1, "place": 1, "actor": 3, "relation": 2, "licence": 1
    }  # fmt: skip
    told = sorted(one.message.partition(",")[0] for one in done.notices)
    assert told == [
        "left out: 1 of Family", "left out: 1 of Folder",
        "left out: 1 of Ownership", "left out: 1 of Project", "left out: 1 of ProjectParticipant",
        "left out: 1 of Sanction", "left out: 1 of UnknownLink", "left out: 1 of Vessel",
        "left out: 1 that the file names",
        "left out: 2 of Address",
    ]  # fmt: skip
    stored = [lookup.get(at.case, one.ref) for one in done.new]
    records = {one.record.read_from.at: one for one in stored if one.record.read_from}
    maker, chief = records["c"].record, records["p"].record
    assert isinstance(maker, Actor)
    assert isinstance(chief, Actor)
    assert [(one.scheme, one.id) for one in maker.ids] == [
        ("ftm", "c"), ("lei", "5493001KJTIIGC8Y1R12")
    ]  # fmt: skip
    (sanction,) = maker.statements
    assert (sanction.says, sanction.confidence, sanction.from_date) == (
        "Sanction: SAMPLE Office; SAMPLE reason", "single-source", "2020-02-03"
    )  # fmt: skip
    assert sanction.evidence[0].at == "s"
    assert (chief.public_role, chief.statements) == ("SAMPLE minister (2019/2021)", ())
    licence, visit, paper = (records[at].record for at in ("l", "ev", "d"))
    assert isinstance(licence, Licence)
    assert isinstance(visit, Observation)
    assert isinstance(paper, Exhibit)
    assert (licence.exporter, licence.decision) == (records["c"].ref, "granted")
    assert visit.place == records["a"].ref
    assert (paper.what, paper.made_on, paper.address, paper.publisher, paper.consulted_on) == (
        "SAMPLE annual report", "2020-01-01", "https://a.example/r.pdf", "SAMPLE Press",
        "2026-01-02",
    )  # fmt: skip
    assert paper.item == f"item/{done.items['others.json']}"
    body = records["b"].record
    assert isinstance(body, Actor)
    assert [one.ref for one in body.evidence] == [records["d"].ref]
    job, paid = records["e"].record, records["pay"].record
    assert isinstance(job, Relation)
    assert isinstance(paid, Relation)
    assert (job.kind, job.says, job.from_actor) == (
        "part-of", "Employment: SAMPLE head", records["p"].ref
    )  # fmt: skip
    assert (paid.kind, paid.says, paid.from_date) == (
        "linked", "Payment: 1000 EUR; SAMPLE cameras", "2020-05-06"
    )  # fmt: skip
    for hidden in ("home", "35.9", "SAMPLE Street", "SAMPLE body"):
        assert all(hidden not in repr(one.record) for one in stored)
    assert not verify(at.case)
    size = at.case.size
    assert (take(at, file).unchanged, at.case.size) == (9, size)
    # A payment is a plain link here: under its own id it would clash with what it is there.
    out = {one["id"]: one["schema"] for one in exported(at, tmp_path / "out")}
    assert out.keys() >= {"c", "b", "p", "a", "l", "ev"}
    assert "pay" not in out
    assert "e" not in out
    assert take(at, tmp_path / "out" / "entities.ftm.json").changed == []


@pytest.mark.slow
def test_the_library_itself_validates_and_gathers_what_goes_out(at: Desk, tmp_path: Path) -> None:
    filled(at)
    entities = exported(at, tmp_path / "out")
    program = Path(sys.executable).with_name("ftm")

    def ftm(*arguments: str) -> list[dict[str, Any]]:
        target = tmp_path / f"{arguments[0]}.json"
        run = subprocess.run(
            [program, *arguments, "-o", target],
            cwd=tmp_path / "out", check=True, capture_output=True, text=True,
        )  # fmt: skip
        assert "error" not in run.stderr.lower()
        return [json.loads(line) for line in target.read_text().splitlines()]

    def same(found: list[dict[str, Any]]) -> list[Any]:
        return sorted(
            (one["id"], one["schema"], sorted((name, sorted(values))
                                              for name, values in one["properties"].items()))
            for one in found
        )  # fmt: skip

    assert same(ftm("validate", "-i", "entities.ftm.json")) == same(entities)
    done = take(at, tmp_path / "validate.json")  # which puts the lines of a text together
    assert (done.unchanged, done.notices) == (12, [])
    assert same(ftm("aggregate", "-i", "entities.ftm.json")) == same(entities)
    assert same(ftm("aggregate-statements", "-i", "statements.csv", "-f", "csv")) == same(entities)


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
NAMES = EntityNames(lookup.id_of, lambda _ref: "Company", lambda _evidence: [])


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

    return from_entity(found[0], Resolver(ref, ref, by))


def in_statements(found: list[Entity]) -> list[Entity]:
    """Through our writer of statements, which is to write what the library's writes, and back."""
    ours, table = StringIO(newline=""), BytesIO()
    rows = csv.writer(ours, dialect=csv.unix_dialect)
    rows.writerow(COLUMNS)
    with get_statement_writer(table, "csv") as theirs:
        for one in found:
            rows.writerows(statements_of(one, origin="o", first_seen=None))
            for prop, values in one.properties.items():
                for value, language in values:
                    lang = registry.language.clean(language.split("-")[0]) if language else None
                    told = Statement(one.id, prop, one.schema, value, DATASET, lang, origin="o")
                    theirs.write(told)
        theirs.close()
        content = table.getvalue()
    assert ours.getvalue().encode() == content
    given_file = SourceFile(
        "s.csv", Content("s.csv", lambda: BytesIO(content)), content, len(content), cell()
    )
    return [one for _where, one in entities_in(given_file) if isinstance(one, Entity)]


def any_record() -> st.SearchStrategy[Any]:
    return st.sampled_from(sorted(KINDS)).flatmap(lambda kind: of_class(KINDS[kind]))


@pytest.mark.slow
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


@pytest.mark.slow
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


def test_entities_that_stand_only_inside_others_are_told(at: Desk, tmp_path: Path) -> None:
    """As the nested files of OpenSanctions have them."""
    inner = {"id": "s1", "schema": "Sanction", "properties": {"entity": ["NK-1"]}}
    outer = {"id": "NK-1", "caption": "SAMPLE", "schema": "Company", "target": True,
             "properties": {"name": ["SAMPLE Ltd"], "sanctions": [inner]}}  # fmt: skip
    (tmp_path / "n.json").write_text(json.dumps(outer) + "\n")
    done = take(at, tmp_path / "n.json")
    assert [one.kind for one in done.new] == ["actor"]
    assert [one.message.split(";")[0] for one in done.notices] == [
        "left out: 1 that is written only inside another"
    ]
