"""Tables of what people saw on pictures of streets, read in the cell as strangers' files are."""

from pathlib import Path

import pytest

from contrechamp.base.errors import ContrechampError, InputError
from contrechamp.scene.foreign_file import opened_file
from contrechamp.scene.map_cell import own_maps
from contrechamp.scene.picture_answers import PictureAnswer, received_answers


def read(folder: Path, text: str, *, skip: bool = False):
    path = folder / "pictures.csv"
    path.write_text(text, encoding="utf-8")
    with own_maps() as cell, opened_file(path, [], 10**6) as file:
        return file.read_picture_answers(cell, skip_bad_rows=skip)


def test_every_column_is_used_or_told(tmp_path: Path) -> None:
    text = "picture,length_m,sides,person,cameras,weather\np1,20,2,a,3,rain\np1,20,2,b,2,rain\n"
    entry, answers, notices = read(tmp_path, text)
    assert entry.format == "CSV"
    assert answers == [
        PictureAnswer("p1", "a", 20.0, 2, 3),
        PictureAnswer("p1", "b", 20.0, 2, 2),
    ]
    assert any("weather" in one.message for one in notices)


def test_sides_and_person_may_be_missing(tmp_path: Path) -> None:
    _entry, answers, _notices = read(tmp_path, "picture,length_m,cameras\nx,12.5,0\n")
    assert answers == [PictureAnswer("x", "", 12.5, 1, 0)]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("p,0,1,a,1", "more than 0"),
        ("p,2000,1,a,1", "at most 1000"),
        ("p,20,3,a,1", "1 or 2 sides"),
        ("p,20,1,a,1.5", "whole number"),
        ("p,20,1,a,-1", "whole number"),
        ("p,20,1,a,", "cameras: missing"),
        (",20,1,a,1", "picture: missing"),
        ("p,,1,a,1", "length_m: missing"),
        ("first,30,1,b,1", "row 2 says otherwise"),
        ("first,20,2,b,1", "row 2 says otherwise"),
        ("first,20,1,a,1", "row 2 is by the same person"),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, row: str, said: str) -> None:
    text = f"picture,length_m,sides,person,cameras\nfirst,20,1,a,1\n{row}\n"
    with pytest.raises(InputError, match=r"pictures\.csv:3: ") as error:
        read(tmp_path, text)
    assert said in str(error.value)
    _entry, answers, notices = read(tmp_path, text, skip=True)
    assert [one.picture for one in answers] == ["first"]
    assert any(one.kind == "row-left-out" for one in notices)


def test_another_table_is_refused_with_what_is_expected(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="with the columns picture, length_m and cameras"):
        read(tmp_path, "lon,lat\n1,2\n")


@pytest.mark.parametrize(
    "answer",
    [
        {"answer": ["p", "a", 20.0, 3, 1]},
        {"answer": ["p", "a", float("nan"), 1, 1]},
        {"answer": ["p", "a", 20.0, 1, -1]},
        {"answer": ["p", "a", 20.0, 1, 1], "more": 1},
        {"other": []},
        7,
    ],
)
def test_what_a_taken_over_child_sends_is_refused(answer: object) -> None:
    with pytest.raises(ContrechampError):
        received_answers(iter([answer]), "pictures.csv")
