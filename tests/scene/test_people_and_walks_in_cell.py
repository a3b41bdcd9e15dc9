"""Tables of people and walks with their times on their way out of the cell: made-up content."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from contrechamp.base.errors import InputError
from contrechamp.cell.failures import CellError
from contrechamp.cell.reading import Cell
from contrechamp.scene.crossing import received_census, received_walk
from contrechamp.scene.foreign_file import opened_file
from contrechamp.scene.input_files import MAX_UNPACKED_BYTES
from contrechamp.scene.map_cell import map_cell, own_maps

GRID = """{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"ID":"a","People":12,"District":"north"},"geometry":
{"type":"Polygon","coordinates":[[[1,1],[2,1],[2,2],[1,1]]]}},
{"type":"Feature","properties":{"ID":"b","People":null,"District":"south"},"geometry":
{"type":"Polygon","coordinates":[[[2,1],[3,1],[3,2],[2,1]]]}}]}"""
TABLE = "id,people,district\na,12,north\nb,,south\n"
WALK = """<gpx version="1.1"><trk><trkseg>
<trkpt lat="1" lon="2"><time>2026-05-01T07:00:00Z</time></trkpt>
<trkpt lat="1.5" lon="2"><time>2026-05-01T09:00:30+02:00</time></trkpt></trkseg><trkseg>
<trkpt lat="1" lon="3"/><trkpt lat="1" lon="4"/></trkseg></trk></gpx>"""


@pytest.fixture(scope="module")
def cell() -> Iterator[Cell]:
    with map_cell() as warm:
        yield warm


def written(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text)
    return folder / name


@pytest.mark.parametrize(("name", "text"), [("grid.geojson", GRID), ("table.csv", TABLE)])
def test_people_are_read_alike_in_the_cell_and_here(
    cell: Cell, tmp_path: Path, name: str, text: str
) -> None:
    path = written(tmp_path, name, text)
    found = []
    with own_maps() as here:
        for reads in (cell, here):
            with opened_file(path, [], MAX_UNPACKED_BYTES) as file:
                found.append(file.read_census(reads, ["People"], "District", skip_bad_rows=False))
    (entry, census, _notices), (other_entry, other, _told) = found
    assert entry == other_entry
    assert census.rows["id"].tolist() == other.rows["id"].tolist() == ["a", "b"]
    assert census.rows["group"].tolist() == ["north", "south"]
    np.testing.assert_array_equal(census.numbers["People"], [12.0, np.nan])
    np.testing.assert_array_equal(other.numbers["People"], [12.0, np.nan])
    assert census.has_shapes == other.has_shapes == name.endswith("geojson")
    assert census.rows.geometry.geom_equals(other.rows.geometry).all()


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("walk.gpx", WALK, "expected people by area as CSV"),
        ("table.csv", TABLE.replace("people", "persons"), "no column People; found id, persons"),
        ("table.csv", TABLE.replace("a,12", ",12"), "expected the id of an area"),
        ("table.csv", TABLE.replace("12", "1e99"), "expected a number"),
    ],
)
def test_a_table_that_cannot_be_used_says_why(
    cell: Cell, tmp_path: Path, name: str, text: str, says: str
) -> None:
    with (
        opened_file(written(tmp_path, name, text), [], MAX_UNPACKED_BYTES) as file,
        pytest.raises(InputError, match=says),
    ):
        file.read_census(cell, ["People"], "", skip_bad_rows=False)


def test_rows_that_cannot_be_read_are_left_out_where_that_was_asked_for(
    cell: Cell, tmp_path: Path
) -> None:
    path = written(tmp_path, "table.csv", TABLE.replace("12", "many"))
    with opened_file(path, [], MAX_UNPACKED_BYTES) as file:
        _entry, census, notices = file.read_census(cell, ["people"], "", skip_bad_rows=True)
    assert census.rows["id"].tolist() == ["b"]
    assert [notice.kind for notice in notices] == ["row-left-out"]


def test_a_walk_keeps_its_times_in_whatever_zone_they_are_written(
    cell: Cell, tmp_path: Path
) -> None:
    with opened_file(written(tmp_path, "walk.gpx", WALK), [], MAX_UNPACKED_BYTES) as file:
        segments, _notices = file.read_timed_walk(cell)
    assert [len(one.time_s) for one in segments] == [2, 2]
    assert np.diff(segments[0].time_s).tolist() == [30.0]
    assert np.isnan(segments[1].time_s).all()
    np.testing.assert_array_equal(segments[0].lonlat, [[2.0, 1.0], [2.0, 1.5]])


def packed(*numbers: float) -> bytes:
    return np.array(numbers, "<f8").tobytes()


def counts(*numbers: int) -> bytes:
    return np.array(numbers, "<i8").tobytes()


@pytest.mark.parametrize(
    "answers",
    [
        [],
        [{"segments": 0}, b"", b"", b""],
        [{"segments": -1}],
        [{"segments": 1}, counts(1), packed(1, 1), packed(0)],
        [{"segments": 1}, counts(2), packed(1, 1, 1, 91), packed(0, 1)],
        [{"segments": 1}, counts(2), packed(1, 1, 1, np.nan), packed(0, 1)],
        [{"segments": 1}, counts(2), packed(1, 1, 1, 2), packed(0, np.inf)],
        [{"segments": 1}, counts(2), packed(1, 1, 1, 2), packed(0, 1), {"more": 1}],
        [{"segments": 1}, counts(2**62), packed(1, 1)],
    ],
)
def test_what_no_reader_sends_of_a_walk_is_refused(answers: list[Any]) -> None:
    with pytest.raises(CellError):
        received_walk(iter(answers), "walk.gpx")


GOOD = [{"rows": 1}, ["a"], ["north"], packed(5.0), {"shapes": 0}, {"notices": 0}]


def test_what_a_reader_sends_of_people_is_taken() -> None:
    census, notices = received_census(iter(GOOD), "people.csv", ["people"])
    assert (census.rows["id"].tolist(), notices) == (["a"], [])


@pytest.mark.parametrize(
    "change",
    [
        lambda a: [{"rows": True}, *a[1:]],
        lambda a: [a[0], ["a", "b"], *a[2:]],
        lambda a: [a[0], [7], *a[2:]],
        lambda a: [*a[:3], packed(1e99), *a[4:]],
        lambda a: [*a[:3], packed(1.0, 2.0), *a[4:]],
        lambda a: [*a, {"more": 1}],
        lambda a: a[:-1],
        lambda a: [{"rows": 2}, ["a", "a"], ["x", "y"], packed(1, 2), *a[4:]],
    ],
)
def test_what_no_reader_sends_of_people_is_refused(
    change: Callable[[list[Any]], list[Any]],
) -> None:
    with pytest.raises(CellError):
        received_census(iter(change(GOOD)), "people.csv", ["people"])
