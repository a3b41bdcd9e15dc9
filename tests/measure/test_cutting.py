import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString
from shapely.ops import substring

from contrechamp.measure.cutting import NO_CUT_M, cut_lines

coordinate = st.integers(-50, 50)  # whole numbers: repeated vertices and vertices on cuts happen
line = st.lists(st.tuples(coordinate, coordinate), min_size=2, max_size=6)
fraction = st.integers(-10, 1010).map(lambda k: k / 1000)  # beyond the ends, too


@settings(deadline=None)
@given(st.lists(st.tuples(line, st.lists(fraction, max_size=4, unique=True)), max_size=5))
def test_parts_are_what_shapely_cuts_one_by_one(drawn):
    lines = np.empty(len(drawn), object)
    lines[:] = [LineString(vertices) for vertices, _ in drawn]
    at_line = np.repeat(np.arange(len(drawn)), [len(f) for _, f in drawn]).astype(np.int64)
    fractions = np.array([f for _, fs in drawn for f in fs], float)
    at_m = fractions * shapely.length(lines)[at_line] if len(drawn) else fractions

    parts = cut_lines(lines, at_line, at_m)

    for i, whole in enumerate(lines):
        cuts = sorted(m for m in at_m[at_line == i] if NO_CUT_M < m < whole.length - NO_CUT_M)
        ends = [0.0, *cuts, whole.length]
        mine = np.flatnonzero(parts.line == i)
        assert len(mine) == len(ends) - 1
        np.testing.assert_allclose(parts.length_m[mine], np.diff(ends), atol=1e-9)
        np.testing.assert_allclose(shapely.length(parts.geometry[mine]), np.diff(ends), atol=1e-9)
        for part, a, b in zip(parts.geometry[mine], ends, ends[1:], strict=False):
            np.testing.assert_allclose(
                shapely.get_coordinates(part)[[0, -1]],
                shapely.get_coordinates(substring(whole, a, b))[[0, -1]],
                atol=1e-6,
            )
            if b > a:
                assert shapely.hausdorff_distance(part, substring(whole, a, b)) < 1e-6
        # Neighbours share the coordinates of the cut to the last bit.
        for one, next_one in zip(parts.geometry[mine], parts.geometry[mine[1:]], strict=False):
            assert one.coords[-1] == next_one.coords[0]


@settings(deadline=None)
@given(st.lists(line, min_size=1, max_size=5))
def test_segments_are_those_of_the_geometry_without_points(drawn):
    lines = np.array([*(LineString(vertices) for vertices in drawn), None], object)[:-1]
    parts = cut_lines(lines, np.empty(0, np.int64), np.empty(0))
    length = np.hypot(parts.x1 - parts.x0, parts.y1 - parts.y0)
    np.testing.assert_allclose(
        np.bincount(parts.part, weights=length, minlength=len(drawn)), shapely.length(lines)
    )
    is_point = parts.length_m == 0
    assert np.all((length > 0) | is_point[parts.part])
    assert np.all(np.bincount(parts.part, minlength=len(drawn))[is_point] == 1)


def test_a_cut_on_a_bend_goes_through_the_vertex():
    bent = np.array([LineString([(0, 0), (3, 0), (3, 4)]), None], object)[:1]
    parts = cut_lines(bent, np.array([0]), np.array([3.0]))
    assert [list(part.coords) for part in parts.geometry] == [
        [(0, 0), (3, 0)],
        [(3, 0), (3, 4)],
    ]


def test_no_line_gives_no_part():
    parts = cut_lines(np.empty(0, object), np.empty(0, np.int64), np.empty(0))
    assert len(parts.line) == len(parts.geometry) == len(parts.x0) == 0
