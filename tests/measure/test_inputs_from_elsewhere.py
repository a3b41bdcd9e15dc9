"""Small inputs as people write them, each with the figure that is right, worked out by hand.

The town is a crossing of two streets, 200 m each way, at 45 degrees north; the camera stands at it.
Nobody and no place in the inputs is real.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from contrechamp.measure.priors import Priors, from_toml
from contrechamp.measure.run import measure
from contrechamp.scene.read import read_scene
from contrechamp.scene.tables import Notice, Scene
from contrechamp.sight.levels import parse_levels

INPUTS = Path(__file__).parent / "inputs"
TOWN = "plain-town.osm"


def scene_of(*names: str) -> Scene:
    return read_scene([INPUTS / name for name in names])


#: The tilt for which lengths were worked out, where the input says nothing of it.
TILT = from_toml('[tilt_deg]\nvalue = 15\nsource = "worked out for it"\n', name="p.toml")


def seen_m(
    scene: Scene, draws: int = 20, priors: Priors | None = None
) -> tuple[float, float, float]:
    """The length of street within view: median, 5 and 95 % quantiles."""
    done = measure(scene, levels=parse_levels("dori2014"), draws=draws, most_homes=0, priors=priors)
    (figure,) = (f for f in done.figures if (f.key, f.level, f.group) ==
                 ("streets.seen_m", "visible", "all"))  # fmt: skip
    return figure.estimate.median, figure.estimate.q05, figure.estimate.q95


def known(scene: Scene) -> float:
    done = measure(scene, levels=parse_levels("dori2014"), draws=2, most_homes=0)
    return done.figures[0].known_share


def notices_of_walls(scene: Scene) -> tuple[Notice, ...]:
    return measure(scene, levels=parse_levels("dori2014"), draws=1, most_homes=0).notices


def kinds(scene: Scene) -> set[str]:
    return {notice.kind for notice in scene.notices}


def headings(scene: Scene) -> list[float]:
    return [float(one) for one in scene.cameras["heading_deg"]]


@pytest.mark.parametrize("name", ["dir-360-0.osm", "dir-0-360.osm"])
def test_all_round_is_all_round_whichever_way_it_is_written(name: str) -> None:
    scene = scene_of(name)
    assert scene.cameras["hfov_deg"].tolist() == [360.0]
    assert seen_m(scene) == pytest.approx((400.0, 400.0, 400.0), abs=0.5)


@pytest.mark.parametrize(
    ("names", "expected", "told"),
    [
        (["dir-90,180.osm"], [90.0, 180.0], set()),
        (["dir-list-bad-entry.osm"], [90.0, 270.0], {"unreadable-tag"}),
        ([TOWN, "list.csv"], [90.0, 270.0], set()),
    ],
)
def test_a_list_is_a_camera_for_each_entry_that_can_be_read(
    names: Sequence[str], expected: list[float], told: set[str]
) -> None:
    scene = scene_of(*names)
    assert headings(scene) == expected
    assert kinds(scene) == told


def test_columns_under_other_names_are_used_and_told() -> None:
    scene = scene_of(TOWN, "columns.csv")
    row = scene.cameras.iloc[0]
    assert (row["kind"], row["heading_deg"], row["height_m"], row["hfov_deg"], row["range_m"]) == (
        "fixed", 90.0, 4.0, 60.0, 50.0,
    )  # fmt: skip
    assert kinds(scene) == {"column-read-as"}


def test_an_export_of_everything_keeps_the_cameras_with_their_tags() -> None:
    scene = scene_of(TOWN, "overpass-turbo-mixed.geojson")
    assert scene.cameras["id"].tolist() == ["node/1", "node/4"]
    assert scene.cameras["indoor"].tolist() == [False, True]
    first = scene.cameras.iloc[0]
    assert (first["heading_deg"], first["height_m"], first["mount"]) == (90.0, 4.0, "pole")
    assert first["operator_class"] == "public"
    assert kinds(scene) == {"no-camera", "column-not-used"}
    assert any("amenity" in notice.message for notice in scene.notices)


def test_a_lens_that_looks_all_round_needs_no_direction_to_be_known() -> None:
    assert known(scene_of(TOWN, "full360.csv")) == 1.0


def test_what_josm_has_deleted_is_not_measured() -> None:
    scene = scene_of("josm.osm")
    assert (len(scene.cameras), len(scene.buildings)) == (1, 1)


def test_cameras_drawn_as_ways_count_and_those_out_of_use_do_not() -> None:
    scene = scene_of("ways.osm")
    assert {"way/16", "way/19"} <= set(scene.cameras["id"])
    assert not {"node/20", "node/21"} & set(scene.cameras["id"])
    assert kinds(scene) == {"camera-drawn-as-a-way"}
    assert scene.counts["cameras_not_in_use"] == 2


def test_two_nodes_in_one_place_are_proposed_as_the_same() -> None:
    (pair,) = scene_of("dup.osm").same_cameras
    assert {pair.id_a, pair.id_b} == {"node/13", "node/14"}


def test_where_the_tags_contradict_each_other_both_are_drawn() -> None:
    """Outdoors it sees 96 m; indoors nothing. Each in half of the draws, and told."""
    scene = scene_of("cam-under.osm")
    _median, low, high = seen_m(scene, draws=100)
    assert low == 0.0
    assert high == pytest.approx(96.0, abs=1.0)
    assert kinds(scene) == {"unreadable-tag"}
    assert known(scene) < known(scene_of("inside.osm"))


@pytest.mark.parametrize("name", ["inside.osm", "inside-backwall.osm"])
def test_the_wall_is_the_one_that_the_direction_leaves_free(name: str) -> None:
    scene = scene_of(name)
    assert seen_m(scene, priors=TILT) == pytest.approx((87.89, 87.89, 87.89), abs=0.05)
    # With a tilt that is drawn, part of the street is above or below the picture in some draws.
    assert seen_m(scene) == pytest.approx(seen_m(scene_of("inside.osm")), abs=0.05)
    assert seen_m(scene)[2] == pytest.approx(87.89, abs=0.05)
    assert notices_of_walls(scene) == ()


def test_a_direction_into_the_wall_is_told_and_counts_as_not_known() -> None:
    scene = scene_of("intowall.osm")
    (notice,) = notices_of_walls(scene)
    assert notice.where == "intowall.osm: node/18"
    _median, low, high = seen_m(scene, draws=100)
    assert 0.0 <= low < high
    assert known(scene) < known(scene_of("inside.osm"))
    done = measure(scene, levels=parse_levels("dori2014"), draws=100, most_homes=0)
    assert {"place", "heading_deg"} <= set(done.cameras["assumed"][0].split(","))
    assert {"place", "heading_deg"} <= {driver.unknown for driver in done.drivers}
    (prior,) = (one for one in done.priors if one.unknown == "place")
    assert prior.n_cameras == 1


@pytest.mark.parametrize("place", ["bergen", "none"])
def test_headings_are_from_true_north(place: str) -> None:
    """90 m of the street due true north, seen through 2 degrees: 90 * 2 * tan(1 deg) = 3.14 m."""
    scene = scene_of(f"convergence-{place}.osm", f"convergence-{place}.csv")
    assert seen_m(scene)[0] == pytest.approx(90.0 * 2.0 * np.tan(np.radians(1.0)), rel=0.003)


def test_the_scale_error_across_the_antimeridian_is_that_of_the_plane() -> None:
    assert scene_of("antimeridian.osm").scale_error < 1e-3
