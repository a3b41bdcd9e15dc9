"""Cameras drawn and corrected on the map: what the form shows is written, all else stays."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from contrechamp.base.errors import InputError
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.records.schema import to_json
from contrechamp.measure.one_camera import degrees_around, view
from contrechamp.scene.columns import empty, table
from contrechamp.scene.source_tables import FOOTPRINT_COLUMNS
from contrechamp.sight.levels import VISIBLE
from vault import cases
from web.test_workbench_map import EXAMPLES, HOSTILE, LAT, LON, camera_row, read, script, written
from web.test_workbench_records import inputs_of
from web.workbenches import Hand, text, told

ONE = f"{1:016x}"


def said(place: Path, record: str = ONE) -> dict[str, Any]:
    with cases.opened(place / "case") as case:
        found: dict[str, Any] = to_json(lookup.get(case, f"record/{record}").record)
        return found


def form(page: str) -> dict[str, str]:
    """Return what the form of a camera would send."""
    sent = inputs_of(page.replace('action="camera" class', 'action="edit" class'))
    return {name: one for name, one in sent.items() if name != "key"}


def test_a_camera_is_drawn_where_the_map_was_clicked(opened: Hand, place: Path) -> None:
    page = text(opened.post("camera-new", lon="-26.998500", lat="45.000400"))
    sent = form(page)
    assert sent["f.position.lon"] == "-26.998500"
    sent |= {"f.name": "SAMPLE drawn", "f.kind": "fixed", "f.heading_deg": "45"}
    answered = opened.post("camera", **sent)
    assert answered.status == 303
    record = str(answered.to).partition("=")[2]
    assert said(place, record) == {
        "position": {"lon": "-26.9985", "lat": "45.0004"}, "name": "SAMPLE drawn",
        "kind": "fixed", "heading_deg": "45",
    }  # fmt: skip
    assert "SAMPLE drawn" in text(opened.get("map", at=record))


def test_a_correction_is_a_new_version_and_leaves_what_it_does_not_show(
    opened: Hand, place: Path
) -> None:
    row = camera_row(1, heading_deg="90", note="SAMPLE note", ids=[{"scheme": "osm", "id": "n/1"}])
    row["fields"]["position"]["within_m"] = "5"  # type: ignore[index]
    written(opened, row)
    before = said(place)
    page = text(opened.get("camera", id=ONE))
    assert "SAMPLE note" not in page
    sent = form(page)
    assert opened.post("camera", **{**sent, "f.heading_deg": "180"}).to == f"map?at={ONE}"
    assert said(place) == {**before, "heading_deg": "180"}
    # Another tab has the earlier version still.
    conflict = opened.post("camera", **{**sent, "f.heading_deg": "270"})
    assert conflict.status == 422
    assert "Somebody has changed this record since you opened it." in text(conflict)
    assert "heading_deg: 180" in text(conflict)
    assert said(place)["heading_deg"] == "180"
    again = form(text(conflict))
    assert opened.post("camera", **again).status == 303
    assert said(place)["heading_deg"] == "270"


def test_a_form_that_says_nonsense_is_told_and_not_written(opened: Hand, place: Path) -> None:
    written(opened, camera_row(1))
    sent = form(text(opened.get("camera", id=ONE)))
    for name, wrong in (("f.heading_deg", "north"), ("f.position.lat", "91"),
                        ("f.position.lon", ""), ("f.height_m", "-3"),
                        ("f.kind", HOSTILE)):  # fmt: skip
        answered = opened.post("camera", **{**sent, name: wrong, "f.name": HOSTILE})
        assert answered.status == 422, name
        assert "<b>" not in text(answered)
    assert said(place)["name"] == "SAMPLE 1"


def test_a_view_is_shown_as_it_is_drawn_and_stops_at_walls(opened: Hand) -> None:
    opened.send("upload", ("town.osm", (EXAMPLES / "sample-town.osm").read_bytes()))
    read(opened)
    sent = {"f.position.lon": f"{LON}", "f.position.lat": f"{LAT}", "f.kind": "fixed",
            "f.heading_deg": "90", "f.hfov_deg": "60", "f.height_m": "4"}  # fmt: skip
    found = told(script(opened, "map/view.json", **sent))
    assert len(found["regions"]["features"]) == 4
    assert found["lines"][0] == "What the record says leaves nothing of its view open."
    walls = [shapely.geometry.shape(one["geometry"]) for one in found["regions"]["features"]]
    assert opened.desk.map is not None
    houses = shapely.union_all(opened.desk.map.ground.footprints.geometry.to_numpy())
    assert walls[0].area > 0
    assert walls[0].intersection(houses).area < 0.02 * walls[0].area
    assert walls[0].contains(walls[3].representative_point()) or walls[3].is_empty
    turned = told(script(opened, "map/view.json", **{**sent, "f.heading_deg": "270"}))
    assert turned["regions"] != found["regions"]
    open_ = told(script(opened, "map/view.json", **{**sent, "f.heading_deg": ""}))
    assert open_["lines"][0].startswith("Part of this")
    with pytest.raises(InputError):
        script(opened, "map/view.json", **{**sent, "f.heading_deg": "<b>"})
    with pytest.raises(InputError):
        script(opened, "map/view.json")


def test_a_view_over_open_ground_is_the_sector_that_geometry_says() -> None:
    nothing = empty(FOOTPRINT_COLUMNS)
    known = {"kind": "dome", "range_m": 30.0, "height_m": 4.0, "tilt_deg": 15.0, "vfov_deg": 60.0,
             "hfov_deg": 90.0, "width_px": 1920.0}  # fmt: skip
    found = view(24.94, 60.17, known, lambda _lon, _lat, _reach: nothing, [VISIBLE])
    assert found.is_mapped
    # A dome that turns sees a disc of 30 m, but not what lies steeper below it than it tilts.
    assert 0.9 * np.pi * 30.0**2 < found.area_m2[0] <= np.pi * 30.0**2
    around = found.regions[0].bounds
    assert (around[3] - around[1]) * 111_400 == pytest.approx(60.0, rel=0.01)


def test_a_wall_beyond_the_reach_is_near_by_degrees_and_one_around_the_pole_too() -> None:
    for lat in (0.0, 45.0, -60.0, 89.9):
        east, north = degrees_around(lat, 1000.0)
        assert north * 110_574 >= 1000.0
        assert east * 111_320 * np.cos(np.radians(min(abs(lat), 89.0))) >= 999.0
    house = shapely.box(24.9402, 60.169, 24.9403, 60.171)
    wall = table(
        FOOTPRINT_COLUMNS, {"id": ["a"], "height_m": [9.0]}, [house]
    )  # fmt: skip
    known = {"kind": "fixed", "heading_deg": 90.0, "hfov_deg": 60.0, "height_m": 4.0,
             "tilt_deg": 5.0, "vfov_deg": 50.0, "width_px": 1920.0, "range_m": 60.0}  # fmt: skip
    free = view(24.94, 60.17, known, lambda *_: wall.iloc[:0], [VISIBLE])
    shut = view(24.94, 60.17, known, lambda *_: wall, [VISIBLE])
    # The wall is 11 m away: of 60 m about a thirtieth of the area is before it.
    assert shut.area_m2[0] < 0.1 * free.area_m2[0]
    assert shut.regions[0].bounds[2] <= 24.94021
    assert json.dumps(shapely.geometry.mapping(shut.regions[0]))


def test_no_address_of_these_pages_holds_a_word_or_a_place(opened: Hand) -> None:
    written(opened, camera_row(1))
    assert opened.get("camera", id="x").status == 422
    assert opened.get("camera", id="f" * 16).status == 422
    assert opened.get("camera-new").status == 200
    page = text(opened.get("map"))
    assert "lon=" not in page
    assert "camera?id=" in page
