"""Reference data: names of companies and bodies, proposals only, persons never."""

import dataclasses
import json
import os
from pathlib import Path
from typing import Any

import pytest
from followthemoney import Dataset, StatementEntity
from followthemoney.statement.serialize import get_statement_writer
from samples import NOW, Desk, actor, cell, desk, source, telling, text

from contrechamp.base.errors import InputError
from contrechamp.dossier.formats.read.source_file import open_source
from contrechamp.dossier.names import matching
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.records.actors import Actor
from contrechamp.dossier.records.field_types import Text
from contrechamp.vault.verifying import verify


def entity(id_: str, schema: str, *names: str, **more: Any) -> dict[str, Any]:
    return {"id": id_, "schema": schema, "properties": {"name": list(names), **more}}


def reference(folder: Path, *entities: dict[str, Any]) -> Path:
    file = folder / "entities.ftm.json"
    file.write_text("".join(json.dumps(one) + "\n" for one in entities))
    return file


def found(at: Desk, file: Path, **more: Any) -> list[matching.Proposal]:
    return list(matching.proposals(at.case, open_source(file, cell()), **more))


def test_names_are_proposed_whatever_their_accents_and_order(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        french = at.put(actor(names=text("Société EXEMPLE de Caméras", "fr")))
        arabic = at.put(actor(names=(Text(language="ar", text="شركة الأمثلة"),)))
        at.put(actor(names=text("SAMPLE Unlike")))
        file = reference(
            tmp_path,
            entity(
                "a", "Company", "Cameras EXEMPLE de, Societe", country=["fr"], topics=["debarment"]
            ),
            entity("b", "Organization", "شَرِكَة الامثلة"),
            entity("c", "Company", "Something else"),
        )
        size = at.case.size
        told = found(at, file)
        assert [(one.actor.ref, one.entity) for one in told] == [(french, "a"), (arabic, "b")]
        assert (told[0].countries, told[0].topics, told[0].alike) == (("fr",), ("debarment",), 100)
        assert at.case.size == size


def test_persons_are_passed_over_on_both_sides(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        at.put(actor(names=text("SAMPLE Chief"), kind="person", public_role="SAMPLE minister"))
        at.put(actor(names=text("SAMPLE Heron")))
        file = reference(
            tmp_path,
            entity("a", "Company", "SAMPLE Chief"),
            entity("b", "Person", "SAMPLE Heron", alias=["Company"]),
        )
        assert found(at, file) == []


def test_a_confirmed_match_is_traced_and_written_once(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        ref = at.put(actor(names=text("SAMPLE Cameras")))
        file = reference(tmp_path, entity("NK-1", "Company", "SAMPLE Camera"))
        for _time in range(2):
            (one,) = found(at, file)
            matching.confirm(
                at.case, one, scheme="opensanctions", now=lambda: NOW, random=os.urandom
            )
        now = lookup.get(at.case, ref)
        assert now.version == 2
        assert [(one.scheme, one.id) for one in now.record.ids] == [("opensanctions", "NK-1")]
        state = lookup.item_state(at.case, lookup.id_of(now.record.evidence[0].ref))
        assert state is not None
        assert state["name"] == "opensanctions-NK-1.json"
        assert not verify(at.case)


def test_less_alike_names_only_where_asked(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        at.put(actor(names=text("SAMPLE Cameras Holding")))
        file = reference(tmp_path, entity("a", "Company", "SAMPLE Cameras"))
        assert found(at, file) == []
        assert len(found(at, file, at_least=70)) == 1


def test_what_was_rejected_is_remembered_and_may_be_confirmed_later(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        ref = at.put(actor(names=text("SAMPLE Cameras")))
        file = reference(
            tmp_path,
            entity("NK-1", "Company", "SAMPLE Cameras"),
            entity("NK-2", "Company", "SAMPLE Camera"),
        )
        first, second = found(at, file)
        confirming = {"scheme": "opensanctions", "now": lambda: NOW, "random": os.urandom}
        for _time in range(2):
            matching.reject(at.case, first, scheme="opensanctions", now=NOW)
            matching.confirm(at.case, second, **confirming)  # of the same actor
        record = lookup.get(at.case, ref).record
        assert isinstance(record, Actor)
        assert [one.id for one in record.is_not] == ["NK-1"]
        assert [one.id for one in record.ids] == ["NK-2"]
        first, second = found(at, file)
        assert (first.decided, second.decided) == ("rejected", "confirmed")
        # Other reference data may use the same id for something else.
        assert {one.decided for one in found(at, file, scheme="other")} == {""}
        with pytest.raises(InputError, match="take that out of its ids first"):
            matching.reject(at.case, second, scheme="opensanctions", now=NOW)
        matching.confirm(at.case, first, **confirming)
        record = lookup.get(at.case, ref).record
        assert isinstance(record, Actor)
        assert (record.is_not, len(record.ids)) == ((), 2)
        assert not verify(at.case)


def test_statements_are_read_one_entity_at_a_time_and_say_the_same(tmp_path: Path) -> None:
    entities = [
        entity("a", "Company", "SAMPLE Cameras", country=["fr"], topics=["sanction"]),
        entity("p", "Person", "SAMPLE Cameras"),
        entity("b", "PublicBody", "Unlike", alias=["SAMPLE, Cameras"]),
    ]
    with desk(tmp_path) as at:
        at.put(actor(names=text("SAMPLE Cameras")))
        table = tmp_path / "statements.csv"
        sample = Dataset.make({"name": "sample", "title": "SAMPLE"})
        with table.open("wb") as target, get_statement_writer(target, "csv") as rows:
            for one in entities:
                for statement in StatementEntity(sample, one).statements:
                    rows.write(statement)
        lines = found(at, reference(tmp_path, *entities))
        stated = found(at, table)
        assert [one.entity for one in stated] == ["a", "b"]
        for one, other in zip(stated, lines, strict=True):
            assert dataclasses.replace(one, line="") == dataclasses.replace(other, line="")
            assert json.loads(one.line)["properties"].keys() == (
                json.loads(other.line)["properties"].keys()
            )
        table.write_text(table.read_text()[:-40])  # cut in the middle of a row
        with pytest.raises(InputError, match=r"^statements\.csv:\d+: cannot be read"):
            found(at, table)


def test_names_in_other_scripts_are_proposed_and_say_how(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        bank = at.put(actor(names=text("Bank Hapoalim")))
        oil = at.put(actor(names=(Text(language="ru", text="ПАО «Роснефть»"),)))
        file = reference(
            tmp_path,
            entity("a", "Company", "בנק הפועלים בע״מ"),
            entity("b", "Company", "PJSC Rosneft"),
        )
        told = [(one.actor.ref, one.entity, one.how, one.alike) for one in found(at, file)]
        assert told == [(bank, "a", "consonants", 100), (oil, "b", "latin", 100)]


def test_nobody_who_tells_is_ever_compared(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        at.put(source(pseudonym="SAMPLE Heron"))
        at.put(telling(at.put(source(pseudonym="SAMPLE Stork")), summary="SAMPLE Heron"))
        at.put(actor(names=text("SAMPLE Heron"), kind="person", public_role="SAMPLE minister"))
        names = ("SAMPLE Heron", "SAMPLE Stork")
        file = reference(
            tmp_path,
            *(entity(schema, schema, *names) for schema in sorted(matching.SCHEMATA)),
            entity("p", "Person", *names),
        )
        assert found(at, file, at_least=50) == []


@pytest.mark.parametrize("line", ['"Company"', '{"schema": "Company"', '{"schema": "Company"}'])
def test_what_is_no_entity_is_refused_by_its_line(tmp_path: Path, line: str) -> None:
    with desk(tmp_path) as at:
        (tmp_path / "e.json").write_text("\n" + line + "\n")
        with pytest.raises(InputError, match=r"^e\.json:2: "):
            found(at, tmp_path / "e.json")


def test_decisions_of_a_person_are_all_written_or_none(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        ref = at.put(actor(names=text("SAMPLE Cameras")))
        file = reference(
            tmp_path,
            entity("NK-1", "Company", "SAMPLE Cameras"),
            entity("NK-2", "Company", "SAMPLE Camera"),
        )
        how = {"scheme": "opensanctions", "now": lambda: NOW, "random": os.urandom}
        one, two = (f"{lookup.id_of(ref)}={name}" for name in ("NK-1", "NK-2"))
        size = at.case.size
        with pytest.raises(InputError, match="no such proposal"):
            matching.decide(at.case, found(at, file), {one: True, f"{one[:-1]}3": True}, **how)
        assert at.case.size == size
        decided = matching.decide(at.case, found(at, file), {one: True, two: False}, **how)
        assert [proposal.decided for proposal in decided] == ["confirmed", "rejected"]
        size = at.case.size
        with pytest.raises(InputError, match="take that out of its ids first"):
            matching.decide(at.case, found(at, file), {one: False, two: True}, **how)
        assert at.case.size == size
