"""Memory follows what is in view, not draws times all pieces of street."""

import subprocess
import sys

#: A camera in the middle of a grid of streets 12 km wide, most of which it does not reach.
PROGRAM = """
import resource
import numpy as np
import shapely
from contrechamp.measure.exposure import CameraDraws, Pieces, expose
from contrechamp.sight.levels import parse_levels
from contrechamp.sight.walls import prepare

def peak_mb(draws):
    along, across = np.meshgrid(np.arange(-6e3, 6e3, 10.0), np.arange(-6e3, 6e3, 200.0))
    x, y = along.ravel(), across.ravel()
    pieces = Pieces(x, y, x + 10.0, y, np.arange(len(x)), len(x))
    one = np.ones((draws, 1))
    heading = np.linspace(0, 360, draws)[:, None]
    cameras = CameraDraws(
        np.zeros(1), np.full(1, 5.0), 4 * one, heading, 15 * one, 90 * one, 60 * one, 1920 * one,
        100 * one, 90 * one,
    )
    house = prepare(np.array([shapely.box(20, 10, 40, 30)]))
    found = expose(cameras, house, 8 * one, pieces, parse_levels("25"), threads=2)
    assert found.seen[0].nnz > 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

print(peak_mb(16), peak_mb(1600), 8e-6 * 1600 * 72_000)
"""


def test_a_hundred_times_the_draws_hardly_take_more_memory():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )
    few, many, table_mb = map(float, done.stdout.split())
    assert table_mb > 900  # all draws, levels and pieces as a table
    assert many - few < 30
