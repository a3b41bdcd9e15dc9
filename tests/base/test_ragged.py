import numpy as np

from contrechamp.base.ragged import ragged_ranges


def test_a_range_of_length_zero_leaves_nothing():
    ranges = ragged_ranges(np.array([4, 9, 1]), np.array([2, 0, 3]))
    assert ranges.tolist() == [4, 5, 1, 2, 3]
