"""What single OSM values mean: expected results are worked out by hand from the OSM wiki."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contrechamp.scene.building_tags import dwelling, off_the_ground, vertical_extent
from contrechamp.scene.camera_tags import is_camera, read_camera
from contrechamp.scene.directions import Directions, parse_directions
from contrechamp.scene.foot_access import under_ground, walkable
from contrechamp.scene.lengths import parse_length_m
from contrechamp.scene.osm_places import home_door, service
from contrechamp.scene.service_names import service_label
from contrechamp.scene.services import SERVICES


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("5", 5.0),
        ("0", 0.0),
        ("3,5 m", 3.5),
        ("3.5m", 3.5),
        ("12 ft", 3.6576),
        ("5'", 1.524),
        ("6'2\"", 1.8796),
        ("  4 m ", 4.0),
        ("250 cm", 2.5),
        ("-2", -2.0),
    ],
)
def test_lengths(text: str, metres: float) -> None:
    assert parse_length_m(text) == pytest.approx(metres)


@pytest.mark.parametrize("text", ["yes", "", "high", "3-5", "1 parsec", "nan", "inf", "1e400", "m"])
def test_what_is_no_length(text: str) -> None:
    assert parse_length_m(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", [(0.0, math.nan)]),
        ("N", [(0.0, math.nan)]),
        ("n", [(0.0, math.nan)]),
        ("north", [(0.0, math.nan)]),
        ("NNE", [(22.5, math.nan)]),
        ("NW", [(315.0, math.nan)]),
        ("360", [(0.0, math.nan)]),
        ("-90", [(270.0, math.nan)]),
        ("45°", [(45.0, math.nan)]),
        ("90-180", [(135.0, 90.0)]),
        ("270-90", [(0.0, 180.0)]),
        ("350-10", [(0.0, 20.0)]),
        ("0-360", [(180.0, 360.0)]),
        ("N-E", [(45.0, 90.0)]),
        ("90;270", [(90.0, math.nan), (270.0, math.nan)]),
        ("90-180; 270", [(135.0, 90.0), (270.0, math.nan)]),
        ("12,5", [(12.5, math.nan)]),
        ("360-0", [(180.0, 360.0)]),
        ("-180-180", [(0.0, 360.0)]),
        ("90,180", [(90.0, math.nan), (180.0, math.nan)]),
        ("N, SE", [(0.0, math.nan), (135.0, math.nan)]),
        ("NB", [(0.0, math.nan)]),
        ("Westbound", [(270.0, math.nan)]),
        ("northeast", [(45.0, math.nan)]),
        ("South-West", [(225.0, math.nan)]),
        ("north-northeast", [(22.5, math.nan)]),
        ("112,5-157,5", [(135.0, 45.0)]),
    ],
)
def test_directions(text: str, expected: list[tuple[float, float]]) -> None:
    found = parse_directions(text).read
    assert [d.heading_deg for d in found] == pytest.approx([e[0] for e in expected])
    assert [d.hfov_deg for d in found] == pytest.approx([e[1] for e in expected], nan_ok=True)
    assert parse_directions(text).unread == ()


@pytest.mark.parametrize("text", ["street", "1000", "90-90", "90,18", "112,50", "N-", "O", "-"])
def test_what_is_no_direction(text: str) -> None:
    """O is east in German and west in French; a comma before two digits may part two directions."""
    assert parse_directions(text) == Directions((), (text,))


def test_what_cannot_be_read_of_a_list_leaves_the_rest() -> None:
    found = parse_directions("90; somewhere; 270")
    assert [one.heading_deg for one in found.read] == [90.0, 270.0]
    assert found.unread == ("somewhere",)
    assert parse_directions(";") == parse_directions("") == Directions((), ())


@pytest.mark.parametrize(
    ("text", "expected"), [("forward", [30.0]), ("backward", [210.0]), ("both", [30.0, 210.0])]
)
def test_directions_along_a_way(text: str, expected: list[float]) -> None:
    found = parse_directions(text).read
    assert [one.on_way(30.0).heading_deg for one in found] == expected
    assert all(math.isnan(one.on_way(math.nan).heading_deg) for one in found)


@given(st.integers(0, 359), st.integers(1, 359))
def test_a_range_runs_clockwise_from_its_first_end(start: int, width: int) -> None:
    found = parse_directions(f"{start}-{(start + width) % 360}").read
    assert found[0].hfov_deg == pytest.approx(width)
    first = (found[0].heading_deg - found[0].hfov_deg / 2) % 360
    assert math.cos(math.radians(first - start)) == pytest.approx(1.0)


@given(st.text(max_size=30))
def test_no_text_breaks_the_readers(text: str) -> None:
    for found in parse_directions(text).read:
        assert 0.0 <= found.heading_deg < 360.0
    length = parse_length_m(text)
    assert length is None or math.isfinite(length)
    tags = {
        "man_made": "surveillance",
        "camera:direction": text,
        "height": text,
        "camera:tilt": text,
    }
    assert all(not row["height_m"] < 0.0 for row in read_camera(tags, "node/1").rows)


def camera(**tags: str) -> tuple[list[dict[str, object]], list[str]]:
    found = read_camera({k.replace("__", ":"): v for k, v in tags.items()}, "node/7")
    return found.rows, [one.tag for one in found.unreadable]


def test_a_list_of_directions_is_as_many_cameras_on_one_mast() -> None:
    rows, unreadable = camera(camera__direction="90;270", height="5'", camera__mount="Pole")
    assert [(row["id"], row["heading_deg"]) for row in rows] == [
        ("node/7#1", 90.0),
        ("node/7#2", 270.0),
    ]
    assert [row["height_m"] for row in rows] == pytest.approx([1.524, 1.524])
    assert {row["mount"] for row in rows} == {"pole"}
    assert unreadable == []


def test_plain_direction_and_est_height_stand_in() -> None:
    rows, _none = camera(direction="S", est_height="4")
    assert (rows[0]["heading_deg"], rows[0]["height_m"]) == (180.0, 4.0)
    both, _none = camera(camera__direction="E", direction="S")
    assert both[0]["heading_deg"] == 90.0


@pytest.mark.parametrize(
    ("tags", "height_m", "unreadable"),
    [
        ({"height": "1000"}, 1000.0, []),
        ({"height": "2 km"}, math.nan, ["height"]),
        ({"height": "-1"}, math.nan, ["height"]),
        ({"height": "yes", "est_height": "4"}, 4.0, ["height"]),
    ],
)
def test_heights_keep_to_the_bounds_of_the_table(
    tags: dict[str, str], height_m: float, unreadable: list[str]
) -> None:
    rows, told = camera(**tags)
    assert rows[0]["height_m"] == pytest.approx(height_m, nan_ok=True)
    assert told == unreadable


@pytest.mark.parametrize(
    ("tags", "tilt_deg", "unreadable"),
    [
        ({"camera__tilt": "-15"}, 15.0, []),
        ({"camera__angle": "15"}, 15.0, []),
        ({"camera__tilt": "0"}, 0.0, []),
        ({"camera__tilt": "-15", "camera__angle": "40"}, 15.0, []),
        ({"camera__tilt": "-120"}, math.nan, ["camera:tilt"]),
        ({"camera__angle": "steep"}, math.nan, ["camera:angle"]),
    ],
)
def test_tilt_is_positive_below_the_horizon(
    tags: dict[str, str], tilt_deg: float, unreadable: list[str]
) -> None:
    rows, said = camera(**tags)
    assert rows[0]["tilt_deg"] == pytest.approx(tilt_deg, nan_ok=True)
    assert said == unreadable


def test_what_cannot_be_read_is_told_and_taken_as_not_known() -> None:
    rows, unreadable = camera(camera__direction="street", height="yes", camera__type="odd")
    assert math.isnan(rows[0]["heading_deg"])
    assert math.isnan(rows[0]["height_m"])
    assert rows[0]["kind"] == "unknown"
    assert set(unreadable) == {"camera:direction", "camera:type", "height"}


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({"camera__type": "dome"}, "dome"),
        ({"camera__type": "Panning"}, "panning"),
        ({"revolving": "yes"}, "panning"),
        ({}, "unknown"),
    ],
)
def test_kind(tags: dict[str, str], kind: str) -> None:
    assert camera(**tags)[0][0]["kind"] == kind


def test_operator_class_is_never_read_from_what_is_looked_at() -> None:
    assert camera(surveillance="public", operator="X")[0][0]["operator_class"] == "unknown"
    assert camera(operator__type="government")[0][0]["operator_class"] == "public"
    assert camera(operator__type="private")[0][0]["operator_class"] == "private"


def test_indoor() -> None:
    assert camera(surveillance="indoor")[0][0]["indoor"] is True
    assert camera(indoor="yes")[0][0]["indoor"] is True
    assert camera(indoor="no")[0][0]["indoor"] is False


@pytest.mark.parametrize(
    ("tags", "answer"),
    [
        ({"man_made": "surveillance"}, True),
        ({"man_made": "surveillance", "surveillance:type": "camera"}, True),
        ({"man_made": "surveillance", "surveillance:type": "ALPR"}, True),
        ({"man_made": "surveillance", "surveillance:type": "guard"}, False),
        ({"man_made": "surveillance", "surveillance:type": "camera;guard"}, True),
        ({"man_made": "mast"}, False),
    ],
)
def test_what_is_a_camera(tags: dict[str, str], answer: bool) -> None:
    assert is_camera(tags) is answer


@pytest.mark.parametrize(
    ("tags", "answer"),
    [
        ({"highway": "footway"}, True),
        ({"highway": "steps"}, True),
        ({"highway": "residential"}, True),
        ({"highway": "motorway"}, False),
        ({"highway": "trunk"}, False),
        ({"highway": "trunk", "foot": "yes"}, True),
        ({"highway": "cycleway"}, False),
        ({"highway": "cycleway", "foot": "designated"}, True),
        ({"highway": "residential", "foot": "no"}, False),
        ({"highway": "residential", "foot": "use_sidepath"}, False),
        ({"highway": "service", "access": "private"}, False),
        ({"highway": "service", "access": "private", "foot": "permissive"}, True),
        ({"highway": "primary", "motorroad": "yes"}, False),
        ({"highway": "proposed"}, False),
        ({"highway": "construction"}, False),
    ],
)
def test_foot_access(tags: dict[str, str], answer: bool) -> None:
    assert walkable(tags) is answer


@pytest.mark.parametrize(
    ("tags", "answer"),
    [
        ({"highway": "footway", "tunnel": "yes"}, True),
        ({"highway": "footway", "tunnel": "building_passage"}, False),
        ({"highway": "corridor"}, True),
        ({"highway": "footway", "indoor": "yes"}, True),
        ({"highway": "footway", "layer": "1", "bridge": "yes"}, False),
        ({"highway": "footway"}, False),
    ],
)
def test_under_ground(tags: dict[str, str], answer: bool) -> None:
    assert under_ground(tags) is answer


@pytest.mark.parametrize(
    ("tags", "top", "bottom", "source"),
    [
        ({"height": "12"}, 12.0, 0.0, "height"),
        ({"height": "40 ft"}, 12.192, 0.0, "height"),
        ({"building:levels": "4"}, 12.0, 0.0, "levels"),
        ({"height": "10", "building:levels": "9"}, 10.0, 0.0, "height"),
        ({"height": "tall", "building:levels": "2,5"}, 7.5, 0.0, "levels"),
        ({"height": "9", "min_height": "3"}, 9.0, 3.0, "height"),
        ({"building:levels": "5", "building:min_level": "1"}, 15.0, 3.0, "levels"),
        ({"height": "3", "min_height": "5"}, 3.0, 0.0, "height"),
        ({}, math.nan, 0.0, ""),
        ({"height": "-4"}, math.nan, 0.0, ""),
    ],
)
def test_bodies(tags: dict[str, str], top: float, bottom: float, source: str) -> None:
    found = vertical_extent(tags)
    assert found.height_m == pytest.approx(top, nan_ok=True)
    assert found.min_height_m == bottom
    assert found.height_source == source


@pytest.mark.parametrize(
    ("tags", "why"),
    [
        ({"building": "yes"}, ""),
        ({"building": "roof"}, "roof"),
        ({"building": "roof", "min_height": "3"}, ""),
        ({"building": "yes", "location": "underground"}, "underground"),
        ({"building": "yes", "layer": "-1"}, "underground"),
        ({"building": "yes", "indoor": "yes"}, "underground"),
    ],
)
def test_off_the_ground(tags: dict[str, str], why: str) -> None:
    assert off_the_ground(tags) == why


def test_dwellings_and_doors() -> None:
    assert dwelling({"building": "apartments"}) == "residential"
    assert dwelling({"building": "yes", "addr:housenumber": "3"}) == "address"
    assert dwelling({"building": "yes", "addr:housenumber": "3", "office": "company"}) == ""
    assert dwelling({"building": "retail", "addr:housenumber": "3"}) == ""
    assert home_door({"addr:housenumber": "3"}) == "address"
    assert home_door({"addr:housenumber": "3", "shop": "bakery"}) == ""
    assert home_door({"entrance": "staircase"}) == "entrance"
    assert home_door({"entrance": "emergency"}) == ""


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({"amenity": "school"}, "school"),
        ({"amenity": "kindergarten"}, "kindergarten"),
        ({"amenity": "clinic"}, "clinic"),
        ({"amenity": "hospital"}, "hospital"),
        ({"amenity": "doctors"}, "doctors"),
        ({"amenity": "pharmacy"}, "pharmacy"),
        ({"amenity": "place_of_worship"}, "place_of_worship"),
        ({"amenity": "marketplace"}, "marketplace"),
        ({"shop": "supermarket"}, "supermarket"),
        ({"amenity": "drinking_water"}, "drinking_water"),
        ({"highway": "bus_stop"}, "transit_stop"),
        ({"railway": "tram_stop"}, "transit_stop"),
        ({"shop": "bakery"}, ""),
    ],
)
def test_services(tags: dict[str, str], kind: str) -> None:
    assert service(tags) == kind


def test_every_service_is_read_from_each_of_its_tags_and_has_a_word() -> None:
    kinds = [one.kind for one in SERVICES]
    assert len(set(kinds)) == len(kinds)
    for one in SERVICES:
        for key, value in one.tags:
            assert service({key: value, "name": "SAMPLE"}) == one.kind
        assert service_label(one.kind) == one.label
        assert one.goal in ("", *kinds)
    assert service({"amenity": "bench"}) == ""


@pytest.mark.parametrize(
    ("tags", "indoor"),
    [
        ({"surveillance": "outdoor"}, False),
        ({"indoor": "no"}, False),
        ({"indoor": "room"}, True),
        ({"location": "underground"}, True),
        ({"location": "outdoor"}, False),
        ({"level": "-1"}, True),
        ({"level": "0;-1"}, True),
        ({"level": "2"}, False),
        ({"layer": "-1"}, True),
        ({"tunnel": "yes"}, True),
        ({"covered": "yes"}, False),
    ],
)
def test_what_hangs_indoors_or_underground_sees_no_street(
    tags: dict[str, str], indoor: bool
) -> None:
    (row,) = camera(**tags)[0]
    assert (row["indoor"], row["indoor_doubtful"]) == (indoor, False)


def test_tags_that_contradict_each_other_leave_it_in_doubt() -> None:
    rows, told = camera(surveillance="public;indoor")
    assert (rows[0]["indoor"], rows[0]["indoor_doubtful"]) == (False, True)
    assert told == ["surveillance"]


@pytest.mark.parametrize("word", ["panorama", "Fisheye", "360"])
def test_lenses_that_look_all_round(word: str) -> None:
    rows, told = camera(camera__type=word, camera__direction="90")
    assert (rows[0]["kind"], rows[0]["hfov_deg"], told) == ("fixed", 360.0, [])


@pytest.mark.parametrize(
    ("tags", "answer"),
    [
        ({"man_made": "surveillance;mast"}, True),
        ({"man_made": "surveillance", "disused": "yes"}, False),
        ({"man_made": "surveillance", "disused": "no"}, True),
        ({"man_made": "surveillance", "abandoned": "yes"}, False),
        ({"disused:man_made": "surveillance"}, False),
        ({"was:man_made": "surveillance", "man_made": "mast"}, False),
        ({"man_made": "surveillance", "surveillance:type": "guard;camera"}, True),
    ],
)
def test_what_is_out_of_use_is_no_camera(tags: dict[str, str], answer: bool) -> None:
    assert is_camera(tags) is answer


def test_a_second_tag_stands_in_for_one_that_cannot_be_read() -> None:
    rows, told = camera(camera__direction="street", direction="90")
    assert rows[0]["heading_deg"] == 90.0
    assert told == ["camera:direction"]


#: Keys of cameras as they stand in the map (after taginfo's list of camera:* and surveillance*).
KEYS = (
    *("camera:type", "camera:mount", "camera:direction", "camera:angle", "camera:tilt"),
    *("camera:count", "camera:model", "camera:brand", "camera:range", "camera:focal_length"),
    *("camera:height", "camera:status", "camera:url", "camera:pole", "camera:ir", "camera_type"),
    *("camera:direction:1", "camera:type:2", "camera:zoom", "camera:resolution", "camera:webcam"),
    *("surveillance", "surveillance:type", "surveillance:zone", "surveillance:operator"),
    *("surveillance:camera", "surveillance:number", "surveillance_type", "surveillance:target"),
    *("height", "est_height", "direction", "operator:type", "indoor", "level", "layer", "location"),
    *("tunnel", "revolving", "start_date", "check_date"),
)


@given(
    st.dictionaries(
        st.sampled_from(KEYS),
        st.sampled_from(
            ["yes", "no", "90", "N", "dome", "wall", "public", "indoor", "camera", "-1", "fixed",
             "4 m", "odd value", "360", "2021-05-01", "police", "traffic", "1;2", "forward"]
        ),
        max_size=6,
    )
)  # fmt: skip
def test_every_tag_is_used_or_told(tags: dict[str, str]) -> None:
    """A tag counts as used if the camera comes out otherwise without it, or with it alone.

    Two tags may say the same, such as location=indoor and level=-1.
    """
    bare = {"man_made": "surveillance"}
    tags = {"man_made": "surveillance", **tags}
    whole = read_camera(tags, "node/1")
    told = {one.tag for one in whole.unreadable} | {key for key, _value in whole.unused}
    for key in set(tags) - {"man_made", "surveillance:type"} - told:
        without = read_camera({k: v for k, v in tags.items() if k != key}, "node/1")
        says_default = tags[key] in {"no", "public", "unknown", "90", "360", "1;2", "4 m", "-1"}
        alone = read_camera({**bare, key: tags[key]}, "node/1")
        makes_a_difference = (repr(without.rows), repr(alone.rows)) != (
            repr(whole.rows),
            repr(read_camera(bare, "node/1").rows),
        )
        assert makes_a_difference or says_default, key
