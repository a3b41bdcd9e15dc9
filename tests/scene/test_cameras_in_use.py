"""Tables of cities say of each camera whether it works; those that do not are not measured."""

from pathlib import Path

import pytest

from contrechamp.scene.map_cell import own_maps
from contrechamp.scene.read import read_scene

PLACES = [f"60.1{i},24.9{i}" for i in range(6)]


def read(folder: Path, column: str, words: list[str], name: str = "status"):
    path = folder / "city.csv"
    rows = [f"SAMPLE-{i},{place},{word}" for i, (place, word) in enumerate(zip(PLACES, words))]  # noqa: B905
    path.write_text(f"{column},latitude,longitude,{name}\n" + "\n".join(rows) + "\n", "utf-8")
    with own_maps() as cell:
        return read_scene([path], cell=cell)


def test_cameras_that_are_off_or_planned_are_left_out_and_told(tmp_path: Path) -> None:
    words = ["Active", "Inactive", "", "planned", "ACTIVE", "Removed"]
    found = read(tmp_path, "camera_id", words)
    assert found.cameras["id"].tolist() == ["SAMPLE-0", "SAMPLE-2", "SAMPLE-4"]
    (told,) = [one for one in found.notices if one.kind == "camera-not-in-use"]
    assert "3 cameras are not in use by their column status (Inactive, Removed, planned)" in (
        told.message
    )
    assert not any("status" in one.message for one in found.notices if one is not told)


@pytest.mark.parametrize("name", ["active", "operational"])
def test_yes_and_no_are_words_too(tmp_path: Path, name: str) -> None:
    assert len(read(tmp_path, "id", ["1", "0", "1", "0", "1", "1"], name).cameras) == 4


def test_a_column_with_other_words_is_not_guessed(tmp_path: Path) -> None:
    found = read(tmp_path, "id", ["active", "inactive", "see remarks", "", "", ""])
    assert len(found.cameras) == 6
    assert any("not used: status" in one.message for one in found.notices)


def test_names_of_others_are_ids_only_where_no_two_are_the_same(tmp_path: Path) -> None:
    path = tmp_path / "city.csv"
    path.write_text("cam_id,lat,lon,install_date\nA,60.1,24.9,2020-03-15\nA,60.2,24.8,2021\n")
    with own_maps() as cell:
        found = read_scene([path], cell=cell)
    assert found.cameras["id"].tolist() == ["city.csv:2", "city.csv:3"]
    assert found.cameras["first_seen"].tolist() == ["2020-03-15", "2021"]
    assert any("cam_id" in one.message for one in found.notices)


def test_a_date_that_is_none_stays_unused(tmp_path: Path) -> None:
    path = tmp_path / "city.csv"
    path.write_text("id,lat,lon,install_date\nA,60.1,24.9,3/15/2020\n")
    with own_maps() as cell:
        found = read_scene([path], cell=cell)
    assert found.cameras["first_seen"].tolist() == [""]
    assert any("install_date" in one.message for one in found.notices)
