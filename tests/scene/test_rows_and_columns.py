"""What is wrong with rows of a table, and what of it is not used, is told with its place."""

import pytest

from contrechamp.base.errors import InputError
from contrechamp.scene.file_kinds import CSV
from contrechamp.scene.input_files import OpenedFile
from contrechamp.scene.input_rows import read_input
from contrechamp.scene.source_tables import SourceTables

HEADER = b"id,lon,lat,heading_deg"
SQUARE = b'"POLYGON((0 0,0 1,1 1,0 0))"'


def read(content: bytes, *, skip: bool = False) -> SourceTables:
    return read_input(OpenedFile("t.csv", CSV, content), skip_bad_rows=skip)


def test_a_row_with_too_many_cells_can_be_left_out() -> None:
    content = HEADER + b"\na,1,2,3,4\nb,1,2,3\n"
    with pytest.raises(
        InputError, match=r"^t\.csv:2: 5 cells under 4 columns; expected as many\n1 row"
    ):
        read(content)
    found = read(content, skip=True)
    assert found.cameras["id"].tolist() == ["b"]
    assert found.cameras["source"].tolist() == ["t.csv:3"]
    [notice] = found.notices
    assert (notice.kind, notice.where) == ("row-left-out", "t.csv:2")
    assert found.counts == {"rows_left_out": 1}


def test_a_row_of_several_lines_has_the_number_of_its_first() -> None:
    with pytest.raises(InputError, match=r'^t\.csv:3: heading_deg: "x"'):
        read(HEADER + b',source\na,1,2,3,\nb,1,2,x,"two\nlines"\n')


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (HEADER + b",heading\na,1,2,,90\n", "column that is not used: heading"),
        (
            b"wkt,name,floors,height_m\n" + SQUARE + b",n,3,9\n",
            "columns that are not used: name, floors",
        ),
        (HEADER + b",\na,1,2,,x\n", "column 5 has no name: 1 cell in it is not used"),
    ],
)
def test_columns_that_mean_nothing_are_told(content: bytes, message: str) -> None:
    [notice] = read(content).notices
    assert (notice.kind, notice.where, notice.message) == ("column-not-used", "t.csv", message)


@pytest.mark.parametrize(
    "content",
    [
        HEADER + b",tilt_deg,source,operator,first_seen,zone,indoor,width_px\na,1,2,,,,,,,,\n",
        b"longitude,LATITUDE,id\n1,2,a\n",
        b"geom,id,height_m,min_height_m\n" + SQUARE + b",a,9,1\n",
        b"wkt,id,height,building:levels\n" + SQUARE + b",a,9,\n",
    ],
)
def test_of_columns_that_are_used_nothing_is_said(content: bytes) -> None:
    assert list(read(content).notices) == []
