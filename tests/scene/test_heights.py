"""Height models as files have them: read as they are, and told where something is wrong."""

from pathlib import Path

import numpy as np
import pyproj
import pytest
import shapely
from PIL import Image

from contrechamp.base.errors import InputError
from contrechamp.scene.height_grid import AROUND_M, HeightGrid
from contrechamp.scene.read import read_scene
from contrechamp.scene.relief import relief_of
from scene.geotiffs import write_heights
from scene.in_process import tables
from scene.worlds import LAT, LON, World, town

HERE = Path(__file__).parent / "heights"
UTM = pyproj.CRS.from_epsg(32626)
#: Where the town of `worlds` begins, on the plane.
EAST, NORTH = pyproj.Transformer.from_crs(4326, UTM, always_xy=True).transform(LON, LAT)


def hill(rows: int = 64, columns: int = 64) -> np.ndarray:
    r, c = np.mgrid[:rows, :columns]
    return 50.0 + 10.0 * np.exp(-((c - 32) ** 2 + (r - 20) ** 2) / 200.0)


def of(path: Path) -> HeightGrid:
    (found,) = tables(path).heights
    return found


def test_what_another_program_wrote_is_read_as_it_is() -> None:
    metres = of(HERE / "hill-deflate.tif")
    assert (metres.epsg, metres.step_x, metres.step_y) == (32626, 1.0, -1.0)
    assert (metres.x, metres.y) == (500_000.5, 4_982_999.5)
    gap = np.zeros((64, 64), bool)
    gap[5:8, 5:9] = True
    assert (np.isnan(metres.height_m) == gap).all()
    assert np.allclose(metres.height_m[~gap], hill()[~gap], atol=1e-5)
    assert tables(HERE / "hill-deflate.tif").notices == []
    seconds = of(HERE / "hill-lzw.tif")
    assert seconds.epsg == 4326
    assert (seconds.x, seconds.y) == pytest.approx((-27 + 0.5 / 3600, 45 - 0.5 / 3600), abs=1e-12)
    assert np.array_equal(seconds.height_m, np.floor(hill().astype(np.float32)))
    assert np.allclose(of(HERE / "hill-big.tif").height_m, hill(), atol=1e-5)


def test_a_cell_may_be_an_area_or_a_point_and_rows_may_begin_in_the_south(tmp_path: Path) -> None:
    given = {"west": 500_000.0, "north": 5_000_000.0, "cell": 2.0}
    ground = hill(8, 9).astype(np.float32)
    area = of(write_heights(tmp_path / "a.tif", ground, **given))
    assert (area.x, area.y) == (500_001.0, 4_999_999.0)
    point = of(write_heights(tmp_path / "p.tif", ground, **given, point=True))
    assert (point.x, point.y) == (500_000.0, 5_000_000.0)
    assert np.array_equal(area.height_m, ground)
    whole = of(write_heights(tmp_path / "w.tif", ground.astype(np.uint16), **given))
    assert np.array_equal(whole.height_m, np.floor(ground))


def test_what_stands_for_no_height_is_none(tmp_path: Path) -> None:
    given = {"west": 500_000.0, "north": 5_000_000.0, "cell": 1.0}
    ground = hill(20, 20).astype(np.float32)
    ground[3, 4:6] = -9999.0
    found = tables(write_heights(tmp_path / "u.tif", ground, **given))
    assert np.isnan(found.heights[0].height_m).sum() == 2
    assert [(one.kind, one.where) for one in found.notices] == [("heights-void", "u.tif")]
    told = tables(write_heights(tmp_path / "t.tif", ground, **given, nodata="-9999"))
    assert np.isnan(told.heights[0].height_m).sum() == 2
    assert not told.notices
    # Cells of 0 m, where all else lies at 50 m, are no sea.
    ground[10:] = 0.0
    zeros = tables(write_heights(tmp_path / "z.tif", ground, **given, nodata="-9999"))
    assert np.isnan(zeros.heights[0].height_m).sum() == 2 + 200
    assert [one.kind for one in zeros.notices] == ["heights-void"]
    shore = np.maximum(hill(20, 20) - 55.0, 0.0).astype(np.float32)
    assert not np.isnan(of(write_heights(tmp_path / "s.tif", shore, **given)).height_m).any()


def test_feet_are_turned_into_metres_and_told(tmp_path: Path) -> None:
    given = {"west": 500_000.0, "north": 5_000_000.0, "cell": 1.0}
    found = tables(write_heights(tmp_path / "f.tif", np.full((4, 4), 100.0, np.float32),
                                 **given, unit=9002))  # fmt: skip
    assert found.heights[0].height_m[0, 0] == pytest.approx(30.48)
    assert [one.kind for one in found.notices] == ["heights-in-feet"]


FLAT = np.full((6, 6), 10.0, np.float32)


@pytest.mark.parametrize(
    ("ground", "changed", "said"),
    [
        (FLAT, {"epsg": 32767}, "no number of EPSG"),
        (FLAT, {"placed": False}, "is turned, or has no place"),
        (FLAT, {"keys": [1, 1]}, "no place on earth"),
        (FLAT, {"unit": 9036}, "unit that is not known"),
        (FLAT + 20_000.0, {}, "which the earth has not"),
        (np.full((6, 6), np.nan, np.float32), {}, "no cell of it has a height"),
        (FLAT[:1], {}, "expected 2 by 2 cells"),
        (np.zeros((6, 6, 3), np.uint8), {}, "a picture"),
        (np.zeros((6, 6), np.uint8), {}, "a picture"),
    ],
)
def test_what_cannot_be_used_is_told(
    tmp_path: Path, ground: np.ndarray, changed: dict[str, object], said: str
) -> None:
    given = {"west": 500_000.0, "north": 5_000_000.0, "cell": 1.0}
    path = write_heights(tmp_path / "bad.tif", ground, **{**given, **changed})
    with pytest.raises(InputError, match=said) as error:
        tables(path)
    assert "bad.tif" in str(error.value)


def test_a_photo_saved_as_tiff_and_a_damaged_file_are_told(tmp_path: Path) -> None:
    photo = tmp_path / "photo.tif"
    Image.new("L", (8, 8)).save(photo)
    with pytest.raises(InputError, match=r"photo\.tif"):
        tables(photo)
    cut = tmp_path / "cut.tif"
    cut.write_bytes((HERE / "hill-deflate.tif").read_bytes()[:3000])
    with pytest.raises(InputError, match="cannot be read as a height model"):
        tables(cut)


def grid(height_m: np.ndarray, *, cell: float = 1.0, west: float = -500.0, north: float = 500.0,
         name: str = "ground.tif") -> HeightGrid:  # fmt: skip
    """Return heights around the town, `west` and `north` from its corner."""
    return HeightGrid(
        name, height_m.astype(np.float32), 32626, EAST + west + cell / 2, NORTH + north - cell / 2,
        cell, -cell,
    )  # fmt: skip


def slope(cell: float = 1.0, size: float = 1000.0) -> np.ndarray:
    """Return ground that rises by 1 m in 10 m to the east, and by 1 m in 20 m to the north."""
    n = int(size / cell)
    x = (np.arange(n) + 0.5) * cell
    return 100.0 + 0.1 * x[None, :] + 0.05 * (size - x[:, None])


CAMERA = np.array([shapely.Point(EAST + 20.0, NORTH + 10.0)])
HOUSE = np.array([shapely.box(EAST + 40, NORTH + 40, EAST + 60, NORTH + 60)])


def test_a_plane_comes_out_as_a_plane_whatever_the_cells(tmp_path: Path) -> None:
    for cell in (1.0, 2.0, 30.0):
        relief, notices = relief_of([grid(slope(cell, 1200.0), cell=cell)], UTM, CAMERA, HOUSE)
        assert relief is not None
        rows, columns = relief.height_m.shape
        x = relief.west + np.arange(columns) * relief.cell_m - EAST + 500.0
        y = relief.south + np.arange(rows) * relief.cell_m - NORTH + 700.0
        wanted = 100.0 + 0.1 * x[None, :] + 0.05 * y[:, None]
        assert np.abs(relief.height_m - wanted).max() < 0.01
        assert relief.cell_m == pytest.approx(cell, abs=0.02)
        assert relief.model_cell_m == pytest.approx(cell, rel=0.01)
        assert [one.kind for one in notices] == (["heights-coarse"] if cell > 10.0 else [])
        assert columns * relief.cell_m >= 2 * AROUND_M


def test_two_tiles_make_one_ground_and_the_finer_one_counts() -> None:
    ground = slope()
    west, east = grid(ground[:, :540]), grid(ground[:, 500:], west=0.0, name="east.tif")
    relief, notices = relief_of([west, east], UTM, CAMERA, HOUSE)
    whole, _none = relief_of([grid(ground)], UTM, CAMERA, HOUSE)
    assert relief is not None
    assert whole is not None
    assert np.abs(relief.height_m - whole.height_m).max() < 1e-4
    assert set(relief.names) == {"ground.tif", "east.tif"}
    assert not notices
    coarse = grid(np.full((50, 50), 7.0), cell=20.0, name="coarse.tif")
    finer, told = relief_of([coarse, grid(ground)], UTM, CAMERA, HOUSE)
    assert finer is not None
    assert np.array_equal(finer.height_m, whole.height_m)
    assert [(one.kind, one.where) for one in told] == [("heights-not-used", "coarse.tif")]


def test_what_lacks_heights_is_told_and_a_camera_without_is_an_error() -> None:
    half = slope()
    half[:, 560:] = np.nan
    relief, notices = relief_of([grid(half)], UTM, CAMERA, HOUSE)
    assert relief is not None
    assert not np.isnan(relief.height_m).any()
    assert 0.3 < relief.filled_share < 0.5
    assert [one.kind for one in notices] == ["heights-missing"]
    half[:, 515:] = np.nan
    with pytest.raises(InputError, match="1 of 1 cameras lies where the height model has no"):
        relief_of([grid(half)], UTM, CAMERA, HOUSE)


def test_houses_that_stand_out_are_told_and_taken_out() -> None:
    ground = slope()
    corners = [(a, b) for a in range(-200, 200, 60) for b in range(-200, 200, 60)]
    houses = np.array(
        [shapely.box(EAST + a, NORTH + b, EAST + a + 15, NORTH + b + 12) for a, b in corners]
    )
    surface = ground.copy()
    for a, b in corners:
        surface[500 - b - 12 : 500 - b, 500 + a : 500 + a + 15] += 9.0
    at = np.array([shapely.Point(EAST + 30.0, NORTH + 30.0)])
    bare, none = relief_of([grid(ground)], UTM, at, houses)
    relief, told = relief_of([grid(surface)], UTM, at, houses)
    assert bare is not None
    assert relief is not None
    assert (bare.cleared, none) == (False, [])
    assert relief.cleared
    assert [one.kind for one in told] == ["houses-in-heights"]
    # What is taken from beside a house is off by its slope, not by its height.
    assert np.abs(relief.height_m - bare.height_m).max() < 2.0


def test_a_scene_has_its_ground(tmp_path: Path) -> None:
    world = town().write(tmp_path / "town.osm")
    model = write_heights(
        tmp_path / "ground.tif", slope().astype(np.float32), west=EAST - 500, north=NORTH + 500,
        cell=1.0,
    )  # fmt: skip
    scene = read_scene([world, model])
    assert scene.relief is not None
    assert scene.relief.names == ("ground.tif",)
    assert [(one.name, one.format) for one in scene.inputs][1] == ("ground.tif", "GeoTIFF")
    assert read_scene([world]).relief is None
    far = World()
    far.node(0, 0, man_made="surveillance")
    away = write_heights(
        tmp_path / "away.tif", slope().astype(np.float32), west=EAST + 9_000, north=NORTH,
        cell=1.0,
    )  # fmt: skip
    with pytest.raises(InputError, match=r"away\.tif"):
        read_scene([world, away])


def test_the_ground_reaches_as_far_as_the_camera_that_sees_furthest() -> None:
    wide = grid(slope(2.0, 3000.0), cell=2.0, west=-1500.0, north=1500.0)
    near, _none = relief_of([wide], UTM, CAMERA, HOUSE)
    far, _nothing = relief_of([wide], UTM, CAMERA, HOUSE, 800.0)
    assert near is not None
    assert far is not None
    assert (near.around_m, far.around_m) == (AROUND_M, 800.0)
    assert far.height_m.shape[1] * far.cell_m >= 1600.0
    assert far.filled_share == 0.0
