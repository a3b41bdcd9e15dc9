"""Records of barriers say what the table of barriers says, and come out as such a table."""

from decimal import Decimal
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from samples import DAY, desk, item, take, text

from contrechamp.base.errors import InputError
from contrechamp.dossier.formats.write import exporting
from contrechamp.dossier.records.field_types import Evidence, Position
from contrechamp.dossier.records.fieldwork import Barrier, Hours, Passing
from contrechamp.dossier.records.schema import members
from contrechamp.scene.barrier_fields import ASKED, BY_NAME, RECORDED
from contrechamp.scene.passing import passes
from scene.in_process import tables

COURSE = b'{"type": "LineString", "coordinates": [[-27.0, 45.0], [-27.0, 45.001]]}'
AT = Position(lon=Decimal("-27"), lat=Decimal("45"))


def barrier(**more: object) -> Barrier:
    found = {"names": text("SAMPLE"), "kind": "gate", "sample": True, **more}
    return Barrier(**found)  # type: ignore[arg-type]


def test_a_record_has_the_fields_and_words_of_the_table() -> None:
    of_record = {member.name: member for member in members(Barrier)}
    for one in RECORDED:
        assert of_record[one.name].help == one.help
    assert get_args(get_type_hints(Barrier)["kind"]) == BY_NAME["kind"].words
    assert {one.name for one in ASKED} <= set(of_record)


@pytest.mark.parametrize(("name", "value"), [("wait_minutes", "-1"), ("wait_most_minutes", "1441")])
def test_a_wait_that_cannot_be_is_refused(tmp_path: Path, name: str, value: str) -> None:
    with desk(tmp_path) as at, pytest.raises(InputError, match="expected minutes, 0 to 1440"):
        at.put(barrier(position=AT, **{name: Decimal(value)}))


def test_records_come_out_as_a_table_that_is_read_again(tmp_path: Path) -> None:
    course = item(tmp_path, COURSE, "course.geojson")
    evidence = (Evidence(ref=course),)
    with desk(tmp_path) as at:
        at.put(
            barrier(
                kind="checkpoint_always",
                position=AT,
                hours=(Hours(days=("mon", "tue"), from_time="05:30", to_time="22:00"),),
                passing=(
                    Passing(who="SAMPLE residents", allowed="yes", permit="Resident | card"),
                    Passing(who="SAMPLE others", allowed="no"),
                ),
                wait_minutes=Decimal(10),
                wait_most_minutes=Decimal(45),
            )
        )
        at.put(barrier(kind="wall", course=course, evidence=evidence))
        at.put(barrier(kind="gate_closed", position=AT, passing=(
            Passing(who="SAMPLE all", allowed="no"),
        )))  # fmt: skip
        at.put(barrier(kind="gate", position=AT, hours=(Hours(note="SAMPLE: by chance"),)))
        at.put(barrier(kind="roadblock"))
        exporting.write(at.case, tmp_path / "out", "cameras", day=DAY)
    found = tables(tmp_path / "out" / "barriers.geojson").barriers.set_index("kind")
    assert len(found) == 4, "the roadblock has no place"
    (one,) = passes(found.loc["checkpoint_always", "passing"]) or ()
    assert (one.permit, one.week.count("1")) == ("resident card", 34)
    assert found.loc["checkpoint_always", "wait_most_minutes"] == 45.0
    assert passes(found.loc["gate_closed", "passing"]) == ()
    assert passes(found.loc["gate", "passing"]) is None
    assert found.loc["wall", "geometry"].geom_type == "LineString"
    assert "SAMPLE" in found.loc["wall", "source"]


def test_a_table_of_barriers_goes_into_a_case_and_comes_out(tmp_path: Path) -> None:
    sample = Path(__file__).parents[2] / "docs/examples/sample-barriers.geojson"
    with desk(tmp_path) as at:
        assert len(take(at, sample).new) == 4
        assert take(at, sample).unchanged == 4
        exporting.write(at.case, tmp_path / "out", "cameras", day=DAY)
    first, back = (tables(path).barriers for path in (sample, tmp_path / "out/barriers.geojson"))
    before, after = (found.set_index("name").sort_index() for found in (first, back))
    assert list(before.index) == list(after.index)
    assert list(before["kind"]) == list(after["kind"])
    assert list(before["hours"]) == list(after["hours"])
    assert before["wait_minutes"].equals(after["wait_minutes"])
    assert list(before["passing"]) == list(after["passing"])
