"""What stands free and hides, as maps and tables tell it: kinds, heights, grounds, gates."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import shapely

from contrechamp.base.errors import InputError
from contrechamp.scene.read import read_cameras_and_buildings, read_scene
from contrechamp.scene.screen_fields import (
    OPEN_FENCES,
    OPEN_MATERIALS,
    SCREENS,
    SOLID_FENCES,
    SOLID_MATERIALS,
    screen_label,
)
from contrechamp.scene.screen_tags import fills_area, read_screen, screen
from scene.in_process import tables
from scene.worlds import LAT, LAT_M, LON, LON_M, World, town


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({"barrier": "wall"}, "wall"),
        ({"barrier": "wall", "wall": "noise_barrier"}, "noise_barrier"),
        ({"barrier": "city_wall"}, "city_wall"),
        ({"barrier": "retaining_wall"}, "retaining_wall"),
        ({"barrier": "hedge"}, "hedge"),
        ({"barrier": "fence"}, "fence"),
        ({"barrier": "gate"}, "gate"),
        ({"barrier": "gate_open"}, "gate"),
        ({"barrier": "kerb"}, ""),
        ({"barrier": "guard_rail"}, ""),
        ({"barrier": "bollard"}, ""),
        ({"barrier": "wall", "building": "yes"}, ""),
        ({"barrier": "wall", "location": "underground"}, ""),
        ({}, ""),
    ],
)
def test_kinds_by_tags(tags: dict[str, str], kind: str) -> None:
    assert screen(tags) == kind
    assert not kind or screen_label(kind)


@pytest.mark.parametrize(
    ("tags", "share"),
    [
        ({"barrier": "wall"}, 1.0),
        ({"barrier": "wall", "material": "glass"}, 0.0),
        ({"barrier": "hedge"}, 1.0),
        ({"barrier": "fence"}, 0.5),
        ({"barrier": "fence", "fence_type": "chain_link"}, 0.0),
        ({"barrier": "fence", "fence_type": "wood"}, 1.0),
        ({"barrier": "fence", "fence_type": "metal"}, 0.5),
        ({"barrier": "fence", "material": "concrete"}, 1.0),
        ({"barrier": "fence", "fence_type": "railing", "material": "wood"}, 0.0),
        ({"barrier": "gate"}, 0.25),
        ({"barrier": "gate", "locked": "yes"}, 0.5),
        ({"barrier": "gate", "locked": "yes", "material": "wood"}, 1.0),
        ({"barrier": "gate_open"}, 0.0),
    ],
)
def test_what_can_be_seen_through(tags: dict[str, str], share: float) -> None:
    assert read_screen(tags).row["hides_share"] == share


def test_no_kind_of_fence_is_both_solid_and_open() -> None:
    assert not SOLID_FENCES & OPEN_FENCES
    assert not SOLID_MATERIALS & OPEN_MATERIALS
    assert all(one.width_m > 0.0 for one in SCREENS.values())


def test_heights_by_tags_and_what_cannot_be_read() -> None:
    row = read_screen({"barrier": "wall", "height": "6 ft", "min_height": "0.5"}).row
    assert (row["height_m"], row["min_height_m"]) == (pytest.approx(1.8288), 0.5)
    assert math.isnan(read_screen({"barrier": "wall"}).row["height_m"])
    odd = read_screen({"barrier": "wall", "height": "high", "min_height": "-1", "width": "900 km"})
    assert [tag for tag, _message in odd.unreadable] == ["height", "min_height", "width"]
    assert math.isnan(odd.row["height_m"])
    assert odd.row["width_m"] == SCREENS["wall"].width_m
    upside_down = read_screen({"barrier": "wall", "height": "1", "min_height": "2"})
    assert [tag for tag, _message in upside_down.unreadable] == ["min_height"]
    assert upside_down.row["min_height_m"] == 0.0
    # What a retaining wall holds is no height above the higher ground.
    assert math.isnan(read_screen({"barrier": "retaining_wall", "height": "4"}).row["height_m"])


def test_an_area_is_what_it_says_and_otherwise_what_goes_round() -> None:
    assert fills_area({"barrier": "wall", "area": "yes"}, relation=False)
    assert not fills_area({"barrier": "hedge"}, relation=False)
    assert fills_area({"barrier": "city_wall"}, relation=True)
    assert not fills_area({"barrier": "hedge", "landuse": "cemetery"}, relation=True)
    assert not fills_area({"barrier": "fence"}, relation=True)


def walled_town() -> World:
    world = town()
    gate = world.node(150.0, 5.0, barrier="gate", locked="yes", material="wood")
    ends = [world.node(x, 5.0) for x in (120.0, 180.0)]
    world.way([ends[0], gate, ends[1]], barrier="wall", height="2 m")
    world.box(20, -80, 40, 20, barrier="fence", fence_type="wood", leisure="park")
    world.box(100, -80, 10, 2, barrier="hedge", area="yes")
    world.way([world.node(0, 60), world.node(50, 60)], barrier="retaining_wall", height="3")
    outer = world.box(150, -80, 30, 30)
    inner = world.box(155, -75, 20, 20)
    world.multipolygon([outer], [inner], barrier="city_wall", height="9")
    world.node(60.0, -20.0, barrier="gate")  # in no wall
    world.node(61.0, -20.0, barrier="wall")  # nobody can tell in which direction
    return world


def test_an_extract_becomes_bodies(tmp_path: Path) -> None:
    scene = read_scene([walled_town().write(tmp_path / "walled.osm")])
    found = dict(list(scene.screens.groupby("kind")))
    area = {kind: float(rows.area.sum()) for kind, rows in found.items()}
    # 57 m of wall, 0.3 m thick: the gate takes the other 3 m, as high as the wall.
    assert area == pytest.approx(
        {
            "wall": 57 * 0.3, "gate": 3 * 0.3, "fence": 120 * 0.05, "hedge": 20.0,
            "retaining_wall": 50 * 0.3, "city_wall": 900.0 - 400.0,
        },
        rel=6e-3,
    )  # fmt: skip
    assert len(found["wall"]) == 2  # both sides of the gate, which draw alike
    assert found["wall"]["id"].nunique() == 1
    assert found["gate"]["height_m"].tolist() == [2.0]
    assert found["gate"]["hides_share"].tolist() == [1.0]
    assert found["city_wall"]["height_m"].tolist() == [9.0]
    assert np.isnan(found["retaining_wall"]["height_m"]).all()
    assert scene.screens.crs == scene.crs
    assert scene.screens.is_valid.all()
    assert (scene.screens.geom_type == "Polygon").all()
    # An extract with none of it has none.
    assert not len(read_scene([town().write(tmp_path / "town.osm")]).screens)


def feature(geometry: object, **properties: object) -> dict[str, object]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def at(x: float, y: float) -> list[float]:
    return [LON + x * LON_M, LAT + y * LAT_M]


def collection(tmp_path: Path, *features: object, name: str = "walls.geojson") -> Path:
    path = tmp_path / name
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


LINE = {"type": "LineString", "coordinates": [at(0, 0), at(40, 0)]}
SQUARE = {"type": "Polygon", "coordinates": [[at(0, 9), at(9, 9), at(9, 18), at(0, 18), at(0, 9)]]}
MIDDLE = {"type": "Point", "coordinates": at(20, 0)}


def test_a_table_tells_walls_by_its_columns(tmp_path: Path) -> None:
    several = {"type": "MultiLineString", "coordinates": [LINE["coordinates"]]}
    path = collection(
        tmp_path,
        feature(LINE, id="w", barrier="wall", height_m=2.5, width_m=0.4),
        feature(LINE, id="g", barrier="wall", height_m=2.5, transparent="yes"),
        feature(several, id="h", barrier="Hedge"),
        feature(SQUARE, id="t", barrier="city_wall", height_m=8, min_height_m=1),
        feature(SQUARE, id="f", barrier="fence", fence_type="chain_link"),
        feature(MIDDLE, id="p", barrier="gate_closed", transparent="no"),
        feature(MIDDLE, id="b", barrier="roadblock"),
        feature(LINE, id="r", barrier="retaining_wall", height_m=3),
    )
    found = tables(path)
    rows = found.screens.set_index("id")
    assert rows["kind"].to_dict() == {
        "w": "wall", "g": "wall", "h": "hedge", "t": "city_wall", "f": "fence", "p": "gate",
        "r": "retaining_wall",
    }  # fmt: skip
    assert rows["hides_share"].to_dict() == {
        "w": 1.0, "g": 0.0, "h": 1.0, "t": 1.0, "f": 0.0, "p": 1.0, "r": 1.0,
    }  # fmt: skip
    assert rows.loc["w", ["height_m", "width_m"]].tolist() == [2.5, 0.4]
    assert rows.loc["t", ["height_m", "min_height_m"]].tolist() == [8.0, 1.0]
    assert rows.geometry.geom_type.to_dict() == {
        "w": "LineString", "g": "LineString", "h": "LineString", "t": "Polygon",
        "f": "LinearRing", "p": "Point", "r": "LineString",
    }  # fmt: skip
    assert ("height-not-used", "walls.geojson") in [(n.kind, n.where) for n in found.notices]
    # What keeps people from passing is a barrier as well; hedges and the like are not.
    assert set(found.barriers["id"]) == {"w", "g", "t", "f", "p", "b"}
    assert not len(found.cameras)
    assert not len(found.footprints)
    told = {one.name: one.used_as for one in found.understood}
    assert all(told[name] for name in ("barrier", "height_m", "width_m", "transparent"))


@pytest.mark.parametrize(
    ("properties", "said"),
    [
        ({"barrier": "wall", "height_m": "high"}, "expected metres, from 0 to 200"),
        ({"barrier": "hedge", "height_m": -1}, "expected metres, from 0 to 200"),
        ({"barrier": "hedge", "transparent": "perhaps"}, "expected yes or no"),
        ({"barrier": "wall", "height_m": 1, "min_height_m": 2}, "the top above min_height_m"),
    ],
)
def test_a_cell_that_cannot_be_read_is_told(
    tmp_path: Path, properties: dict[str, object], said: str
) -> None:
    path = collection(tmp_path, feature(LINE, **properties), feature(LINE, barrier="hedge"))
    with pytest.raises(InputError, match=said) as error:
        tables(path)
    assert "walls.geojson:1" in str(error.value)
    left = tables(path, skip_bad_rows=True)
    assert left.screens["kind"].tolist() == ["hedge"]
    assert left.counts["rows_left_out"] == 1


def test_a_hedge_without_a_line_is_told(tmp_path: Path) -> None:
    path = collection(tmp_path, feature(MIDDLE, barrier="hedge"))
    with pytest.raises(InputError, match="expected a line or an area"):
        tables(path)


def test_walls_among_the_buildings_count_for_the_engine_alone(tmp_path: Path) -> None:
    survey = tmp_path / "survey.csv"
    lon, lat = at(10, 3)
    survey.write_text(f"id,lon,lat\na,{lon},{lat}\n")
    houses = collection(
        tmp_path,
        feature(SQUARE, id="house", height_m=9),
        feature(LINE, id="wall", barrier="wall", height_m=2),
    )
    scene = read_cameras_and_buildings(survey, houses)
    assert scene.screens["id"].tolist() == ["wall"]
    assert scene.buildings["id"].tolist() == ["house"]


def test_a_line_that_turns_back_on_itself_is_a_body_all_the_same(tmp_path: Path) -> None:
    corners = [at(0, 0), at(20, 0), at(0, 0.05), at(20, 10), at(20, 10), at(10, -5)]
    path = collection(
        tmp_path,
        feature({"type": "LineString", "coordinates": corners}, id="w", barrier="wall"),
        feature(
            {"type": "LineString", "coordinates": [at(5, 5), at(5, 5)]}, id="x", barrier="wall"
        ),
        feature(SQUARE, id="house", height_m=9),
        feature({"type": "Point", "coordinates": at(50, 50)}, id="camera", kind="dome"),
    )
    scene = read_scene([path])
    assert scene.screens.is_valid.all()
    assert set(scene.screens["id"]) == {"w"}
    assert shapely.union_all(scene.screens.geometry.to_numpy()).area > 10.0
