"""Places by squares: each thing is counted once, and never fewer than may be told."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from contrechamp.publish.report.drawing.squares import DOUBLED, Square, counted, square_of

SIDE = 500
NEAR = st.floats(-20_000, 20_000, allow_nan=False)
POINTS = st.lists(st.tuples(NEAR, NEAR), max_size=60)


def holds(square: Square, point: tuple[float, float]) -> bool:
    return (
        square.west <= point[0] < square.west + square.side
        and square.south <= point[1] < square.south + square.side
    )


@given(POINTS, st.integers(2, 8))
def test_each_is_counted_in_one_square_and_none_below_the_least(
    points: list[tuple[float, float]], k: int
) -> None:
    found = counted(points, SIDE, k)
    inside = [sum(holds(one.square, point) for point in points) for one in found]
    assert sum(inside) == len(points)
    for one, many in zip(found, inside, strict=True):
        if one.count is None:
            assert 0 < many < k
            assert one.square.side == SIDE * 2**DOUBLED
        else:
            assert one.count == many >= k
        assert one.square.side in [SIDE * 2**n for n in range(DOUBLED + 1)]
        assert one.square.west % one.square.side == one.square.south % one.square.side == 0


@given(POINTS, st.integers(2, 8))
def test_no_count_follows_from_the_difference_of_two(
    points: list[tuple[float, float]], k: int
) -> None:
    """Squares of any size that are counted lie beside each other, never within another."""
    squares = [one.square for one in counted(points, SIDE, k)]
    for one in squares:
        for other in squares:
            assert one == other or not holds(other, one.middle)


@given(st.tuples(NEAR, NEAR), POINTS)
def test_a_square_does_not_depend_on_what_else_there_is(
    point: tuple[float, float], others: list[tuple[float, float]]
) -> None:
    assert holds(square_of(point, SIDE), point)
    alone = Counter(one.square.west % SIDE for one in counted([point, *others], SIDE, 2))
    assert set(alone) <= {0}


def test_a_square_with_few_is_put_together_with_those_around_it() -> None:
    crowd = [(100.0 + n, 100.0) for n in range(5)]
    assert [(one.square, one.count) for one in counted(crowd, SIDE, 5)] == [(Square(0, 0, SIDE), 5)]
    # One more, alone in the square beside it: neither is told, but both together.
    found = counted([*crowd, (900.0, 100.0)], SIDE, 5)
    assert [(one.square, one.count) for one in found] == [(Square(0, 0, 2 * SIDE), 6)]
