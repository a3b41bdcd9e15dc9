"""The fields of a camera are specified once: what tables and records make of the specification."""

import csv
import dataclasses
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from samples import camera, desk

from contrechamp.base.errors import InputError
from contrechamp.dossier.formats.write.scene_tables import camera_rows
from contrechamp.dossier.reading.lookup import Stored
from contrechamp.dossier.records.fieldwork import Camera
from contrechamp.dossier.records.schema import members, to_json
from contrechamp.measure.priors import BOUNDS
from contrechamp.scene.camera_fields import BY_NAME, FIELDS, RECORDED
from contrechamp.scene.table_fields import TableField
from scene.in_process import tables

NUMBERS = [one for one in RECORDED if one.is_number]


def test_a_record_has_every_field_that_is_recorded_of_its_kind_and_with_its_help() -> None:
    of_record = {member.name: member for member in members(Camera)}
    what = {"line": "text", "date": "text"}
    for one in RECORDED:
        member = of_record[one.name]
        assert member.shape.holds == what.get(one.holds, one.holds), one.name
        assert member.help == one.help
    hints = get_type_hints(Camera)
    assert set(get_args(hints["kind"])) == set(BY_NAME["kind"].words)
    assert [m.name for m in members(Camera) if m.name in BY_NAME and m.name != "operator"] == [
        one.name for one in RECORDED
    ]
    assert all(one.help.endswith(".") for one in FIELDS)


def edges(one: TableField) -> list[Decimal]:
    """Numbers at the bounds of a field, beyond them and between them."""
    low, high = Decimal(repr(one.low)), Decimal(repr(one.high))
    middle = (low + high) // 2
    found = [low - 1, low, middle, middle + Decimal("0.5"), high, high + 1]
    # The table reads -1 as a direction too: 359.
    return [n for n in found if one.name != "heading_deg" or n >= 0]


def test_a_table_and_a_record_take_the_same_numbers(tmp_path: Path) -> None:
    table, taken = tmp_path / "c.csv", {True: 0, False: 0}
    with desk(tmp_path) as at:
        for one, number in [(field, number) for field in NUMBERS for number in edges(field)]:
            case = f"{one.name} {number:f}"
            table.write_text(f"id,lon,lat,{one.name}\nSAMPLE,35.1,31.5,{number:f}\n")
            good = one.low <= number <= one.high and not (one.low_excluded and number == one.low)
            good = good and not (one.holds == "whole" and number % 1)
            taken[good] += 1
            whole = one.holds == "whole" and number % 1 == 0
            record = camera(**{one.name: int(number) if whole else number})
            if good:
                read = tables(table).cameras
                expected = number % 360 if one.name == "heading_deg" else number
                assert read[one.name].tolist() == [float(expected)], case
                at.put(record)
                stored = Stored("0" * 16, "camera", record, 1, 0, "", "", "")
                (row,) = camera_rows(at.case, [stored])  # type: ignore[arg-type]
                assert Decimal(row[one.name]) == number, case
            else:
                with pytest.raises(InputError, match=one.name):
                    tables(table)
                with pytest.raises(
                    InputError, match=f"{one.name}: ({one.expected()}|expected a whole number)"
                ):
                    at.put(record)
    assert min(taken.values()) > 10


def test_what_priors_take_as_meant_a_camera_can_have() -> None:
    for name, (low, high, unit) in BOUNDS.items():
        if name in BY_NAME:
            assert BY_NAME[name].allows(low)
            assert BY_NAME[name].allows(high)
            assert BY_NAME[name].unit == unit


MADE_UP = """
import sys
from pathlib import Path
from contrechamp.scene import camera_fields

new = camera_fields.TableField(
    name="ir_range_m", holds="number", help="How far its lamps reach, in metres.", label="lamps",
    measured_in="metres", low=0.0, high=300.0, low_excluded=True, absent=float("nan"),
    tags=(camera_fields.Tag("camera:ir_range"),), to_osm=True, question="Lamps",
)
at = [one.name for one in camera_fields.FIELDS].index("range_m") + 1
camera_fields.FIELDS = (*camera_fields.FIELDS[:at], new, *camera_fields.FIELDS[at:])
camera_fields.BY_NAME = {one.name: one for one in camera_fields.FIELDS}
camera_fields.RECORDED = tuple(one for one in camera_fields.FIELDS if one.recorded)
camera_fields.ASKED = tuple(one for one in camera_fields.FIELDS if one.question)
sys.path[:0] = sys.argv[1:3]
import test_camera_fields
test_camera_fields.follow_the_made_up_field(Path(sys.argv[3]))
"""


def follow_the_made_up_field(folder: Path) -> None:
    """Take a table with a field that the specification was given, all the way."""
    import geopandas as gpd
    import openpyxl
    from fuzz import readers
    from samples import DAY, take

    from contrechamp.dossier.formats.write import exporting, osm_changes, survey_form
    from contrechamp.dossier.reading import lookup
    from contrechamp.publish.unknowns import unknown_label
    from contrechamp.scene.camera_tags import read_camera

    table = folder / "survey.csv"
    table.write_text("id,lon,lat,kind,ir_range_m\nSAMPLE,35.1,31.5,dome,42.5\n")
    read = tables(table).cameras
    assert read["ir_range_m"].tolist() == [42.5]
    with desk(folder) as at:
        take(at, table, cell=readers.Direct())  # the cell's own process knows no made-up field
        (stored,) = lookup.every(at.case, "camera")
        assert to_json(stored.record)["ir_range_m"] == "42.5"
        with pytest.raises(InputError, match="ir_range_m: expected metres, more than 0, up"):
            at.put(dataclasses.replace(stored.record, ir_range_m=Decimal(301)))
        exporting.write(at.case, folder / "out", "cameras", day=DAY)
        tags = osm_changes.tags_of(stored.record, at.case)
        submission = {
            "KEY": "uuid:11111111-1111-4111-8111-111111111111", "what": "camera",
            "date": "2026-05-01", "language": "en", "camera-camera_ir_range_m": "7",
            "camera-camera_position-Latitude": "31.5", "camera-camera_position-Longitude": "35.1",
        }  # fmt: skip
        export = folder / "export.csv"
        with export.open("w", newline="") as target:
            csv.writer(target).writerows([submission, submission.values()])
        direct = readers.Direct()
        (new,) = [one for one in take(at, export, cell=direct).new if one.kind == "camera"]
        assert lookup.get(at.case, new.id).record.ir_range_m == 7
    assert tags["camera:ir_range"] == "42.5"
    found = read_camera({"man_made": "surveillance", "camera:ir_range": "40 m"}, "n")
    assert (found.rows[0]["ir_range_m"], found.unreadable, found.unused) == (40.0, [], [])
    out = gpd.read_file(folder / "out" / "cameras.geojson")
    assert out["ir_range_m"].tolist() == [42.5]
    form = folder / "form.xlsx"
    survey_form.write(form)
    names = [cells[1] for cells in openpyxl.load_workbook(form)["survey"].values]
    assert names.index("camera_ir_range_m") > names.index("camera_tilt_deg")
    assert unknown_label("ir_range_m") == "lamps"


def test_a_field_that_is_added_to_the_specification_goes_all_the_way(tmp_path: Path) -> None:
    here = Path(__file__).parent
    done = subprocess.run(
        [sys.executable, "-c", MADE_UP, str(here), str(here.parent), str(tmp_path)],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
