"""Sheets for a survey on foot: squares with their streets, and each known camera on one of them."""

import re

import pytest

from contrechamp.web.map import sheets
from web.test_workbench_map import EXAMPLES, HOSTILE, camera_row, read, written
from web.workbenches import Hand, text


@pytest.fixture
def town(opened: Hand) -> Hand:
    written(opened, *(camera_row(number * 5, heading_deg="90") for number in (1, 2, 3, 4)),
            camera_row(2, name=HOSTILE))  # fmt: skip
    opened.send("upload", ("town.osm", (EXAMPLES / "sample-town.osm").read_bytes()))
    read(opened)
    return opened


@pytest.mark.parametrize("edge", ["100", "200", "400", "7", ""])
def test_each_camera_is_on_one_sheet_with_its_number(town: Hand, edge: str) -> None:
    page = text(town.post("sheets", of="all", edge=edge))
    rows = re.findall(r'<tr><td>(\d+)</td><th scope="row"><bdi>(.*?)</bdi>', page)
    assert len(rows) == 5
    assert len({title for _number, title in rows}) == 5
    assert page.count("<circle") == 5
    assert 'class="buildings"' in page
    assert "<b>" not in page
    names = re.findall(r"<h2>Square ([A-Z]+\d+)", page)
    assert len(names) == len(set(names)) > 0


def test_a_camera_lies_where_it_is_in_its_square(town: Hand) -> None:
    case_map = town.desk.map
    assert case_map is not None
    box = case_map.bounds()
    assert box is not None
    found, count = sheets.made(case_map, box, 200.0)
    assert count == len(found)
    placed = {camera.id: (one.name, x, y, turned)
              for one in found for x, y, turned, camera in one.cameras}  # fmt: skip
    assert len(placed) == 5
    for _name, x, y, turned in placed.values():
        assert 0 <= x <= 1000
        assert 0 <= y <= 1000
        assert turned != turned or abs(turned - 90) < 3  # the plane's north is near the true one
    # Cameras 5 and 10 are 5e-4 of a degree apart: 39 m to the east, 197 units of 200 m.
    (a, ax, ay, _), (b, bx, by, _) = (placed[f"{number:016x}"] for number in (5, 10))
    assert (bx - ax) % 1000 == pytest.approx(197, abs=2)
    assert (a == b) == (bx > ax)
    assert abs(by - ay) < 12


def test_sheets_are_made_of_what_is_selected_or_shown_and_never_too_many(town: Hand) -> None:
    assert "nothing to make sheets of" in text(town.post("sheets", of="selected", edge="200"))
    assert town.desk.map is not None
    town.desk.map.select([f"{5:016x}"], "only")
    page = text(town.post("sheets", of="selected", edge="100"))
    assert f"SAMPLE {5}</bdi>" in page
    assert page.count("<circle") < 5
    town.desk.map.view.box = (-60.0, -50.0, 60.0, 50.0)
    answered = text(town.post("sheets", of="seen", edge="100"))
    assert "choose larger squares or a smaller area" in answered
    assert "<svg" not in answered
    assert town.get("sheets").status == 200


def test_columns_are_named_as_in_spreadsheets() -> None:
    assert [sheets._letters(one) for one in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
