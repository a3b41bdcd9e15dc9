import geopandas as gpd
import numpy as np
import pytest
from shapely import LineString

from contrechamp.measure.exposure import CameraDraws, expose
from contrechamp.measure.tracks import cut_tracks, track_figures
from contrechamp.sight import walls
from contrechamp.sight.levels import VISIBLE
from towns import CRS


def tracks(*lines):
    return gpd.GeoDataFrame(
        {
            "id": [f"track/{i}" for i in range(len(lines))],
            "name": [""] * len(lines),
            "source": ["walk.gpx"] * len(lines),
        },
        geometry=[LineString(line) for line in lines],
        crs=CRS,
    )


def domes(*at, draws=2):
    """Domes 3 m up that see 10 m far, every way, in the first draw, and nothing in the others."""
    n = len(at)
    full = np.full((draws, n), 1.0)
    range_m = np.where(np.arange(draws)[:, None] == 0, 10.0, 1e-3) * full
    x, y = np.array(at, float).T.copy()
    return CameraDraws(
        x, y, 3 * full, 0 * full, 0 * full, 90 * full, 60 * full, 1920 * full, range_m, 360 * full
    )


def exposed(cameras, pieces, walks):
    none = walls.prepare(np.empty(0, object), np.empty(0))
    tops = np.empty((len(cameras.height_m), 0))
    return expose(cameras, none, tops, pieces, (VISIBLE,), walks=walks)


def values(figures):
    return {(figure.key, figure.group): figure.values for figure in figures}


# Two fixes, 300 m apart; fifteen cameras 6 m beside the line between them, none near a fix.
SPARSE = tracks([(0, 0), (300, 0)])
BESIDE = domes(*((20 * i + 10, 6) for i in range(15)))


def test_a_sparse_track_meets_the_cameras_between_its_fixes():
    cut = cut_tracks(SPARSE)
    found = values(track_figures(SPARSE, cut, exposed(BESIDE, cut.pieces, cut.walks), (VISIBLE,)))
    # Of each circle of 10 m a chord of 2 sqrt(100 - 36) = 16 m.
    np.testing.assert_allclose(found["tracks.seen_m", "track:track/0"], [240, 0], rtol=1e-6)
    np.testing.assert_allclose(found["tracks.seen_share", "all"], [0.8, 0], rtol=1e-6)
    assert found["tracks.cameras", "track:track/0"].tolist() == [15, 0]


def test_all_tracks_together_count_each_camera_once_and_each_metre_walked():
    two = tracks([(0, 0), (300, 0)], [(0, 8), (0, 0), (100, 0)])
    cut = cut_tracks(two)
    np.testing.assert_allclose(cut.length_m, [300, 108])
    found = values(track_figures(two, cut, exposed(BESIDE, cut.pieces, cut.walks), (VISIBLE,)))
    assert found["tracks.cameras", "track:track/1"].tolist() == [5, 0]
    assert found["tracks.cameras", "all"].tolist() == [15, 0]
    second = found["tracks.seen_m", "track:track/1"][0]
    # Five chords along the street; the way down to it only touches the first circle.
    assert second == pytest.approx(80, rel=1e-6)
    assert found["tracks.seen_m", "all"][0] == pytest.approx(240 + second)


def test_somebody_who_stands_still_and_nobody_at_all():
    still = tracks([(10, 6), (10, 6)])
    cut = cut_tracks(still)
    found = values(track_figures(still, cut, exposed(BESIDE, cut.pieces, cut.walks), (VISIBLE,)))
    assert found["tracks.seen_share", "all"].tolist() == [0, 0]
    none = tracks([(0, 0), (1, 1)]).iloc[:0]
    cut = cut_tracks(none)
    assert track_figures(none, cut, exposed(BESIDE, cut.pieces, cut.walks), (VISIBLE,)) == ()
