"""Barriers as maps and tables tell them: kinds, who may pass when, waits, points and lines."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contrechamp.base.errors import InputError
from contrechamp.scene.barrier_fields import FIELDS, KINDS, OCHA, OF_OSM, barrier_label, counted
from contrechamp.scene.barrier_tags import barrier, read_barrier
from contrechamp.scene.opening_hours import week_of
from contrechamp.scene.passing import WRITTEN, UnreadablePermitsError, passes, passing_of
from contrechamp.scene.tables import BARRIER_COLUMNS
from scene.in_process import tables

#: OCHA, Movement and Access in the West Bank, September 2024: the obstacles of March 2024. Of the
#: road gates 122 are usually closed.
OCHA_2024 = {
    "checkpoint_always": 89, "checkpoint_partly": 149, "earth_mound": 158, "gate_closed": 122,
    "gate_open": 196 - 122, "roadblock": 104, "linear_closure": 97,
}  # fmt: skip


def test_ocha_s_count_of_obstacles_adds_up_in_our_kinds() -> None:
    kinds = np.repeat(list(OCHA_2024), list(OCHA_2024.values()))
    classes = counted([*kinds, "wall", "fence", "other"])
    assert classes == {
        "checkpoints staffed 24/7": 89, "partial checkpoints": 149, "earth mounds": 158,
        "road gates": 196, "roadblocks": 104, "linear closures": 97,
    }  # fmt: skip
    assert sum(classes.values()) == 793
    # Of June 2023, of the time until October 2023, and since then.
    assert sum(classes.values()) == 642 + 65 + 86


def test_each_kind_has_a_name_and_is_counted_once_at_most() -> None:
    members = [kind for kinds in OCHA.values() for kind in kinds]
    assert len(set(members)) == len(members)
    assert set(members) | set(OF_OSM.values()) <= set(KINDS)
    assert all(barrier_label(kind) for kind in KINDS)
    assert all(one.help.endswith(".") for one in FIELDS)
    assert list(BARRIER_COLUMNS) == [*(one.name for one in FIELDS), "passing"]


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({"barrier": "gate"}, "gate"),
        ({"barrier": "gate", "locked": "yes"}, "gate_closed"),
        ({"barrier": "checkpoint"}, "checkpoint"),
        ({"military": "checkpoint"}, "checkpoint"),
        ({"barrier": "lift_gate"}, "vehicle_barrier"),
        ({"barrier": "jersey_barrier"}, "roadblock"),
        ({"barrier": "berm"}, "earth_mound"),
        ({"barrier": "city_wall"}, "wall"),
        ({"barrier": "kerb"}, ""),
        ({}, ""),
    ],
)
def test_kinds_by_tags(tags: dict[str, str], kind: str) -> None:
    assert barrier(tags) == kind


def open_hours(tags: dict[str, str]) -> dict[str, int] | None:
    """Return permit -> how many hours of the week people pass by it."""
    found = passes(read_barrier(tags).row["passing"])
    return None if found is None else {one.permit: one.week.count("1") for one in found}


@pytest.mark.parametrize(
    ("tags", "hours"),
    [
        ({}, None),
        ({"access": "yes"}, {"": 168}),
        ({"access": "no"}, {}),
        ({"access": "no", "foot": "yes"}, {"": 168}),
        ({"access": "private"}, {"private": 168}),
        ({"access": "permit;delivery"}, {"permit": 168, "delivery": 168}),
        ({"opening_hours": "Mo-Fr 06:00-22:00"}, {"": 80}),
        ({"access": "private", "opening_hours": "06:00-18:00"}, {"private": 84}),
        ({"access": "no", "foot:conditional": "yes @ (Mo-Fr 08:00-16:00)"}, {"": 40}),
        ({"access:conditional": "no @ (22:00-06:00)"}, {"": 112}),
        ({"opening_hours": "whenever"}, None),
        ({"access:conditional": "sometimes"}, None),
    ],
)
def test_who_passes_when_by_tags(tags: dict[str, str], hours: dict[str, int] | None) -> None:
    assert open_hours({"barrier": "gate", **tags}) == hours


def test_hours_that_cannot_be_read_are_told() -> None:
    found = read_barrier({"barrier": "gate", "opening_hours": "whenever"})
    assert [tag for tag, _message in found.unreadable] == ["opening_hours"]


def test_hours_of_a_week() -> None:
    week = week_of("Mo-Sa 05:30-22:00; Su off")
    # From 05:30: the middle of that hour is open.
    assert [hour for hour in range(24) if week[hour] == "1"] == list(range(5, 22))
    assert week[144:] == "0" * 24
    assert week_of("22:00-06:00")[:24] == "1" * 6 + "0" * 16 + "11"
    assert week_of("Apr-Sep 06:00-22:00")[12] == "?"
    assert week_of("Apr-Sep 06:00-22:00")[3] == "0"
    assert week_of("08:00-10:00 unknown")[8:10] == "??"


@given(
    st.dictionaries(
        st.text("abcdefgh é", min_size=1, max_size=20).filter(
            lambda name: bool(name.strip()) and name.strip().casefold() not in {"all", "none"}
        ),
        st.sampled_from(["", "24/7", "Mo-Fr 06:00-18:00", "off"]),
        min_size=1,
        max_size=5,
    )
)
def test_what_is_written_of_permits_is_read_again(permits: dict[str, str]) -> None:
    text = "|".join(f"{name}@{hours}" if hours else name for name, hours in permits.items())
    written = passing_of(text, "")
    assert WRITTEN.fullmatch(written)
    found = {one.permit: one.week for one in passes(written) or ()}
    # Of two that differ in spaces only, the later counts.
    for name, week in {
        " ".join(name.split()): week_of(hours or "24/7") for name, hours in permits.items()
    }.items():
        assert found[name] == week


@pytest.mark.parametrize(
    "text", ["|", "a||b", "a @ ", "none | a", "x" * 81, "|".join("abcdefghijklmnopqrstu")]
)
def test_permits_that_cannot_be_read(text: str) -> None:
    with pytest.raises(UnreadablePermitsError):
        passing_of(text, "")


TABLE = """id,lon,lat,barrier,permits,hours,wait_minutes,wait_most_minutes,evidence
B1,-27.0,45.0,checkpoint_always,resident | worker @ Mo-Fr 06:00-18:00,,10,45,SAMPLE visit
B2,-27.0,45.001,gate_closed,none,,,,
B3,-27.0,45.002,jersey_barrier,,,,,
"""


def test_a_table_of_barriers(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text(TABLE)
    found = tables(tmp_path / "b.csv")
    assert not len(found.cameras)
    table = found.barriers
    assert list(table["kind"]) == ["checkpoint_always", "gate_closed", "roadblock"]
    assert table["wait_most_minutes"].iloc[0] == 45.0
    first, second, third = map(passes, table["passing"])
    assert {one.permit: one.week.count("1") for one in first or ()} == {
        "resident": 168,
        "worker": 60,
    }
    assert second == ()
    assert third is None
    assert table["source"].iloc[0] == "b.csv:2"


def test_barriers_and_services_and_cameras_in_one_file(tmp_path: Path) -> None:
    def feature(shape: str, at: object, **properties: str) -> str:
        geometry = {"type": shape, "coordinates": at}
        return json.dumps({"type": "Feature", "geometry": geometry, "properties": properties})

    features = [
        feature("LineString", [[-27, 45], [-27, 45.001]], barrier="wall", permits="none"),
        feature("Polygon", [[[-27, 45], [-26.9, 45], [-26.9, 45.1], [-27, 45]]], barrier="fence"),
        feature("Point", [-27, 45.0005], barrier="gate", opening_hours="Mo-Fr 07:00-09:00"),
        feature("Point", [-27, 45.0005], service="school", name="SAMPLE school"),
        feature("Point", [-27, 45.0007], id="C1", kind="dome"),
    ]
    path = tmp_path / "all.geojson"
    path.write_text('{"type":"FeatureCollection","features":[' + ",".join(features) + "]}")
    found = tables(path)
    assert list(found.barriers["kind"]) == ["wall", "fence", "gate"]
    assert [one.geom_type for one in found.barriers.geometry] == [
        "LineString",
        "LinearRing",
        "Point",
    ]
    assert list(found.places["kind"]) == ["school"]
    assert list(found.cameras["kind"]) == ["dome"]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("B1,-27,45,wall,,half past six,,,", "hours: "),
        ("B1,-27,45,wall,a @ half past six,,,,", "permits: "),
        ("B1,-27,45,wall,a||b,,,,", "permits: "),
        ("B1,-27,45,gate,,,-1,,", "expected minutes, 0 to 1440"),
        ("B1,-27,45,gate,,,30,10,", "expected no less than the usual wait"),
        ("B1,-27,,gate,,,,,", "lat: missing"),
    ],
)
def test_a_row_that_cannot_be_read_is_told(tmp_path: Path, row: str, told: str) -> None:
    (tmp_path / "b.csv").write_text(TABLE.splitlines()[0] + "\n" + row + "\n")
    with pytest.raises(InputError, match=told):
        tables(tmp_path / "b.csv")
    assert not len(tables(tmp_path / "b.csv", skip_bad_rows=True).barriers)


def collection(*features: tuple[list[float], dict[str, object]]) -> str:
    return json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "geometry": {"type": "Point", "coordinates": at},
                    "properties": properties,
                }
                for at, properties in features
            ],
        }
    )


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("B9,-27,45,hump,,,,,", 'b.csv:3: barrier: "hump": expected one of: checkpoint_always'),
        ("B9,-27,45,,,,,,", "b.csv:3: barrier: missing; expected what the row is"),
        ("B9,-27,45,,none,,5,,", "b.csv:3: barrier: missing; expected what the row is"),
    ],
)
def test_what_does_not_say_which_barrier_it_is_becomes_no_camera(
    tmp_path: Path, row: str, told: str
) -> None:
    lines = TABLE.splitlines()
    (tmp_path / "b.csv").write_text("\n".join([*lines[:2], row]) + "\n")
    with pytest.raises(InputError, match=re.escape(told)):
        tables(tmp_path / "b.csv")
    found = tables(tmp_path / "b.csv", skip_bad_rows=True)
    assert (len(found.barriers), len(found.cameras)) == (1, 0)


def test_barriers_without_a_column_that_says_so_become_no_cameras(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text(TABLE.replace(",barrier,", ",type,"))
    with pytest.raises(InputError, match="2: barrier: missing; expected what the row is"):
        tables(tmp_path / "b.csv")


def test_a_service_of_no_known_kind_becomes_no_camera(tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text("lon,lat,service\n-27,45,école\n")
    with pytest.raises(InputError, match='service: "école": expected one of: clinic, doctors'):
        tables(tmp_path / "s.csv")
    # Whose service a camera is of is another matter.
    (tmp_path / "s.csv").write_text("lon,lat,service,kind\n-27,45,police,dome\n")
    found = tables(tmp_path / "s.csv")
    assert list(found.cameras["kind"]) == ["dome"]
    assert [one.message for one in found.notices] == ["column that is not used: service"]


def test_objects_of_openstreetmap_are_what_their_tags_say(tmp_path: Path) -> None:
    path = tmp_path / "export.geojson"
    path.write_text(
        collection(
            ([-27, 45], {"@id": "node/1", "highway": "bus_stop", "name": "SAMPLE"}),
            ([-27, 45.1], {"@id": "node/2", "amenity": "school", "name": "SAMPLE school"}),
            ([-27, 45.2], {"@id": "node/3", "military": "checkpoint", "foot": "no"}),
            ([-27, 45.3], {"@id": "node/4", "barrier": "kerb"}),
            ([-27, 45.4], {"@id": "node/5", "amenity": "bench"}),
        )
    )
    found = tables(path)
    assert not len(found.cameras)
    assert list(found.places["kind"]) == ["transit_stop", "school"]
    assert list(found.barriers["kind"]) == ["checkpoint"]
    assert passes(found.barriers["passing"].iloc[0]) == ()
    assert "2 features are no cameras and are left out" in [one.message for one in found.notices]


@pytest.mark.parametrize(
    "other_tags",
    [
        r'"camera:direction"=>"90","camera:type"=>"dome","note"=>"a \"quoted\", b=>c",'
        '"height"=>NULL',
        '{"camera:direction": "90", "camera:type": "dome", "note": "a"}',
    ],
)
def test_tags_that_gdal_put_into_one_column_are_read(tmp_path: Path, other_tags: str) -> None:
    path = tmp_path / "points.geojson"
    of_camera = {"osm_id": "1", "man_made": "surveillance", "other_tags": other_tags}
    other = {"osm_id": "2", "man_made": None, "other_tags": "no tags"}
    path.write_text(collection(([-27, 45], of_camera), ([-27, 45.1], other)))
    found = tables(path)
    assert list(found.cameras["kind"]) == ["dome"]
    assert list(found.cameras["heading_deg"]) == [90.0]
    told = {one.message for one in found.notices}
    assert 'expected tags such as "camera:type"=>"dome"' in told
    assert "1 feature is no camera and is left out" in told


def test_a_list_of_places_that_overpass_wrote_is_one_of_cameras(tmp_path: Path) -> None:
    (tmp_path / "cameras.csv").write_text("@id\t@lat\t@lon\n17\t45.0\t-27.0\n")
    found = tables(tmp_path / "cameras.csv")
    assert [(one.x, one.y) for one in found.cameras.geometry] == [(-27.0, 45.0)]


def test_of_the_layers_of_geofabrik_only_cameras_are_cameras(tmp_path: Path) -> None:
    path = tmp_path / "gis_osm_pois_free.geojson"
    classes = ["camera_surveillance", "bench", "school", "muslim", "market_place"]
    path.write_text(
        collection(
            *(
                ([-27, 45 + n / 100], {"osm_id": f"{n}", "code": 2907, "fclass": what, "name": ""})
                for n, what in enumerate(classes)
            )
        )
    )
    found = tables(path)
    assert list(found.cameras["id"]) == ["0"]
    assert list(found.places["kind"]) == ["school", "place_of_worship", "marketplace"]
    assert "1 feature is no camera and is left out" in [one.message for one in found.notices]
