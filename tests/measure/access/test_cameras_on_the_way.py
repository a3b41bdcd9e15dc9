"""Cameras beside the ways: who cannot avoid them, and the fewest that see every way."""

import pytest
import shapely

from contrechamp.base.errors import UsageError
from contrechamp.measure.access.between import NO_CAMERAS, NO_STREET, NO_WAY, TOUCH, UNSEEN
from contrechamp.measure.access.run import access
from contrechamp.scene.tables import AREA_COLUMNS
from measure.access.test_access import LINE, ROUND, asked, town
from measure.small_scenes import buildings, cameras, table

#: Far from every street: buildings must be there, or views would be free.
HOUSE = buildings((shapely.box(-900, -900, -880, -880), 9.0))


def dome(x, y, range_m):
    """A camera that sees all round, everything of which is known."""
    return {
        "x": x, "y": y, "kind": "dome", "height_m": 5.0, "hfov_deg": 360.0, "vfov_deg": 90.0,
        "tilt_deg": 30.0, "width_px": 4000.0, "range_m": range_m, "heading_deg": 0.0,
    }  # fmt: skip


def areas(*boxes):
    rows = [{"id": name, "name": f"SAMPLE {name}"} for name in "abc"[: len(boxes)]]
    return table(AREA_COLUMNS, rows, [shapely.box(*box) for box in boxes])


WEST_EAST = areas((-9, -9, 20, 9), (380, -9, 410, 9))


def told(*some, ways=(LINE, ROUND), zones=WEST_EAST, house=HOUSE, rows=(), between=("a", "b")):
    here = town(*rows, ways=ways, cameras=cameras(*some), buildings=house, areas=zones)
    return access(here, asked(draws=4, between=between))


def test_a_camera_on_the_only_way_cannot_be_avoided():
    (only,) = told(dome(200, 2, 20), ways=(LINE,)).exposure.levels
    assert (only.forced[0].share[:, 0] == 1.0).all()
    (least,) = only.least
    assert least.shortest_m == least.least_m == pytest.approx(400.0)
    assert (least.seen_m > 20.0).all()
    assert (least.seen_m <= 40.0).all()


def test_one_on_the_shorter_way_can():
    (only,) = told(dome(200, 2, 20)).exposure.levels
    assert (only.forced[0].share[:, 0] == 0.0).all()
    assert only.least[0].least_m == pytest.approx(800.0)
    assert (only.least[0].least_seen_m == 0.0).all()


def test_without_buildings_or_cameras_it_is_told():
    free = told(dome(200, 2, 20), house=buildings())
    assert free.exposure.without_buildings
    assert free.exposure.levels == ()
    assert free.between.reason == NO_CAMERAS
    none = told()
    assert (none.exposure.cameras, none.exposure.levels) == (0, ())
    checkpoint = ("checkpoint", shapely.Point(200, 0), "all", "", 0, 0)
    only = told(ways=(LINE,), rows=(checkpoint,)).exposure
    assert only.checkpoints == 1
    assert (only.levels[0].forced[0].share[:, 0] == 1.0).all()


def test_two_cameras_are_needed_for_two_ways_and_one_if_it_sees_both():
    two = told(dome(200, 2, 20), dome(200, 198, 20)).between
    assert two.cameras == ("camera/0", "camera/1")
    assert two.found.known
    assert told(dome(200, 2, 20), dome(200, 100, 150), dome(200, 198, 20)).between.cameras == (
        "camera/1",
    )


@pytest.mark.parametrize(
    ("ways", "zones", "reason"),
    [
        ((LINE, ROUND), WEST_EAST, UNSEEN),
        ((LINE,), areas((-9, -9, 20, 9), (-9, -9, 410, 9)), TOUCH),
        ((LINE,), areas((-9, -9, 20, 9), (900, 900, 910, 910)), NO_STREET),
        (([(0, 0), (100, 0)], [(300, 0), (400, 0)]), WEST_EAST, NO_WAY),
    ],
)
def test_where_there_is_no_such_set_the_reason_is_told(ways, zones, reason):
    assert told(dome(50, 2, 20), ways=ways, zones=zones).between.reason == reason


def test_an_area_that_is_not_there_is_named():
    with pytest.raises(UsageError, match="no single area x; there are SAMPLE a, SAMPLE b"):
        told(dome(50, 2, 20), between=("a", "x"))
