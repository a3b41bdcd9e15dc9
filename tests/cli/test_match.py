"""``contrechamp match``: actors of the case beside entities of others, confirmed one by one."""

import json
from pathlib import Path

import pytest

from cli import forms
from cli.commands import CaseRun, one_line


@pytest.fixture
def ref(case: CaseRun, tmp_path: Path) -> str:
    """An actor that is much like the entity."""
    file = tmp_path / "r.jsonl"
    file.write_text(forms.lines(forms.actor_row("SAMPLE Cameras")))
    (found,) = case("import", file, "--json").json()["new"]
    return str(found)


@pytest.fixture
def reference(tmp_path: Path) -> Path:
    file = tmp_path / "entities.ftm.json"
    entity = {"id": "NK-1", "schema": "Company", "properties": {"name": ["Cameras SAMPLE"]}}
    file.write_text(json.dumps(entity) + "\n")
    return file


def test_matches_are_proposed_and_confirmed_one_by_one(
    case: CaseRun, ref: str, reference: Path
) -> None:
    done = case("match", reference)
    line = f"100.0  {ref}=NK-1  actor/sample-cameras  SAMPLE Cameras ~ Cameras SAMPLE (Company)"
    assert (done.status, done.out.splitlines()) == (
        0, [line, "1 proposal, 0 confirmed, 0 rejected."]
    )  # fmt: skip
    assert "NK-1" not in case("show", ref).out
    assert case("match", reference, "--confirm", f"{ref}=NK-2").status == 2
    both = ("--confirm", f"{ref}=NK-1", "--reject", f"{ref}=NK-1")
    assert "at once" in case("match", reference, *both).err
    assert case("match", reference, "--reject", f"{ref}=NK-1").status == 0
    done = case("match", reference)
    assert done.out.splitlines() == [
        "0 proposals, 0 confirmed, 0 rejected.", "1 was decided before; --all shows it."
    ]  # fmt: skip
    done = case("match", reference, "--all")
    assert done.out.splitlines()[0] == line.removesuffix(")") + ", rejected)"
    assert case("match", reference, "--confirm", f"{ref}=NK-1").status == 0
    assert "NK-1" in case("show", ref).out
    told = case("match", reference, "--reject", f"{ref}=NK-1")
    assert (told.status, "take that out of its ids first" in told.err) == (2, True)


def test_machines_are_told_a_proposal_a_line(case: CaseRun, ref: str, reference: Path) -> None:
    told = case("match", reference, "--json").json()
    assert "NK-1" in str(told)
    assert ref.removeprefix("record/") in str(told)


def test_what_cannot_be_read_and_a_likeness_out_of_bounds_are_told(
    case: CaseRun, reference: Path
) -> None:
    one_line(case("match", reference.with_name("nowhere")), "nowhere")
    one_line(case("match", reference, "--at-least", "40"), "--at-least")
    one_line(case("match", reference, "--confirm", "a=b"), "no such proposal: a=b")
