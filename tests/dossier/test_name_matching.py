"""Reference data: names of companies and bodies, proposals only, persons never."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from samples import NOW, Desk, actor, desk, text

from contrechamp.base.errors import InputError
from contrechamp.dossier import name_matching, reading
from contrechamp.dossier.fields import Text
from contrechamp.dossier.formats.given import given
from contrechamp.vault.verifying import verify


def entity(id_: str, schema: str, *names: str, **more: Any) -> dict[str, Any]:
    return {"id": id_, "schema": schema, "properties": {"name": list(names), **more}}


def reference(folder: Path, *entities: dict[str, Any]) -> Path:
    file = folder / "entities.ftm.json"
    file.write_text("".join(json.dumps(one) + "\n" for one in entities))
    return file


def found(at: Desk, file: Path, **more: Any) -> list[name_matching.Proposal]:
    return list(name_matching.proposals(at.case, given(file), **more))


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
            name_matching.confirm(
                at.case, one, scheme="opensanctions", now=lambda: NOW, random=os.urandom
            )
        now = reading.get(at.case, ref)
        assert now.version == 2
        assert [(one.scheme, one.id) for one in now.record.ids] == [("opensanctions", "NK-1")]
        state = reading.item_state(at.case, reading.id_of(now.record.evidence[0].ref))
        assert state is not None
        assert state["name"] == "opensanctions-NK-1.json"
        assert not verify(at.case)


def test_less_alike_names_only_where_asked(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        at.put(actor(names=text("SAMPLE Cameras Holding")))
        file = reference(tmp_path, entity("a", "Company", "SAMPLE Cameras"))
        assert found(at, file) == []
        assert len(found(at, file, at_least=70)) == 1


@pytest.mark.parametrize("line", ['"Company"', '{"schema": "Company"', '{"schema": "Company"}'])
def test_what_is_no_entity_is_refused_by_its_line(tmp_path: Path, line: str) -> None:
    with desk(tmp_path) as at:
        (tmp_path / "e.json").write_text("\n" + line + "\n")
        with pytest.raises(InputError, match=r"^e\.json:2: "):
            found(at, tmp_path / "e.json")
