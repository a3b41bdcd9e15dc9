"""Finds how a patch of a picture moved from one frame to the next: block matching, compiled.

Frames are small grey pictures, uint8 (height, width). Patches are compared by their zero-mean
normalised cross-correlation (ZNCC, -1 to 1), which brightness and contrast do not change.
"""

import numpy as np
from numpy.typing import NDArray

from contrechamp.base.compiled import compiled, compiled_part

U1 = NDArray[np.uint8]
F8 = NDArray[np.float64]

#: Points compared along each side of a patch.
_POINTS = 20
#: Least width and height of a patch, in pixels of the small frame: smaller ones lack texture.
LEAST_SIDE = 12.0
#: Share of the points that must lie inside both frames.
_LEAST_INSIDE = 0.3
#: Below this variance (grey levels squared) there is nothing to match, as on walls or in the sky.
_LEAST_VARIANCE = 1.0


@compiled
def _alike(
    old: U1, new: U1, rows: NDArray[np.int64], columns: NDArray[np.int64], dy: int, dx: int
) -> float:
    """Return the ZNCC of the points rows x columns of `old` with those at (dy, dx) in `new`."""
    height, width = new.shape
    n = 0
    sa = sb = saa = sbb = sab = 0.0
    for row in rows:
        if row < 0 or row >= height or row + dy < 0 or row + dy >= height:
            continue
        for column in columns:
            if column < 0 or column >= width or column + dx < 0 or column + dx >= width:
                continue
            a, b = float(old[row, column]), float(new[row + dy, column + dx])
            n += 1
            sa += a
            sb += b
            saa += a * a
            sbb += b * b
            sab += a * b
    if n < _LEAST_INSIDE * len(rows) * len(columns) or n < 9:
        return -1.0
    va, vb = saa - sa * sa / n, sbb - sb * sb / n
    if va < _LEAST_VARIANCE * n or vb < _LEAST_VARIANCE * n:
        return 0.0
    return float((sab - sa * sb / n) / np.sqrt(va * vb))


@compiled_part
def _grid(low: float, high: float) -> NDArray[np.int64]:
    """Return about `_POINTS` whole pixels spread over low..high, which is widened if too narrow."""
    if high - low < LEAST_SIDE:
        middle = (low + high) / 2
        low, high = middle - LEAST_SIDE / 2, middle + LEAST_SIDE / 2
    step = max(1, int((high - low) / _POINTS))
    first = int(np.floor(low + 0.5))
    count = max(3, int((high - low) / step))
    return first + step * np.arange(count)


@compiled_part
def _vertex(before: float, at: float, after: float) -> float:
    """Return where, from -0.5 to 0.5, the parabola through three values has its vertex."""
    bend = before - 2.0 * at + after
    if bend >= -1e-12 or before < -0.99 or after < -0.99:
        return 0.0
    return max(-0.5, min(0.5, 0.5 * (before - after) / bend))


@compiled
def follow(old: U1, new: U1, box: F8, guesses: F8, reach: int) -> tuple[float, float, float]:
    """Find where the patch of `old` under `box` is in `new`.

    Args:
        old: (height, width).
        new: likewise, of the same size.
        box: (4,), left, top, right, bottom in pixels of the small frame; may extend beyond it.
        guesses: (k, 2), movements (x, y) to search around, in pixels.
        reach: how far to search around each guess, in pixels.

    Returns:
        Movement along x and y in pixels, and the ZNCC there, -1 outside the frame.
    """
    columns, rows = _grid(box[0], box[2]), _grid(box[1], box[3])
    best, best_dx, best_dy = -2.0, 0, 0
    # Coarsely first, at every third position and second point; then finely around the best.
    some_rows, some_columns = rows[::2], columns[::2]
    for k in range(len(guesses)):
        gx, gy = int(np.round(guesses[k, 0])), int(np.round(guesses[k, 1]))
        for dy in range(gy - reach // 3 * 3, gy + reach + 1, 3):
            for dx in range(gx - reach // 3 * 3, gx + reach + 1, 3):
                value = _alike(old, new, some_rows, some_columns, dy, dx)
                if value > best:
                    best, best_dx, best_dy = value, dx, dy
        # A guess is often exact.
        value = _alike(old, new, some_rows, some_columns, gy, gx) + 1e-9
        if value > best:
            best, best_dx, best_dy = value, gx, gy
    cx, cy = best_dx, best_dy
    best = _alike(old, new, rows, columns, cy, cx)
    for dy in range(cy - 2, cy + 3):
        for dx in range(cx - 2, cx + 3):
            value = _alike(old, new, rows, columns, dy, dx)
            if value > best:
                best, best_dx, best_dy = value, dx, dy
    fx = _vertex(
        _alike(old, new, rows, columns, best_dy, best_dx - 1),
        best,
        _alike(old, new, rows, columns, best_dy, best_dx + 1),
    )
    fy = _vertex(
        _alike(old, new, rows, columns, best_dy - 1, best_dx),
        best,
        _alike(old, new, rows, columns, best_dy + 1, best_dx),
    )
    return best_dx + fx, best_dy + fy, best


@compiled
def shrunk(grey: U1, times: int) -> U1:
    """Return `grey` with each block of `times` x `times` pixels replaced by its mean."""
    height, width = grey.shape[0] // times, grey.shape[1] // times
    out = np.empty((height, width), np.uint8)
    for row in range(height):
        for column in range(width):
            total = 0
            for i in range(times):
                for j in range(times):
                    total += grey[row * times + i, column * times + j]
            out[row, column] = total // (times * times)
    return out


@compiled_part
def _moved_alike(old: U1, new: U1, dy: int, dx: int, step: int) -> float:
    """Return the ZNCC of two whole frames where they overlap once the old one is moved."""
    height, width = old.shape
    rows = np.arange(max(0, -dy), min(height, height - dy), step)
    columns = np.arange(max(0, -dx), min(width, width - dx), step)
    return _alike(old, new, rows, columns, dy, dx)


@compiled
def shift(old: U1, new: U1, reach: int) -> tuple[int, int, float]:
    """Find how the whole picture moved: a pan of the camera.

    Args:
        old: (height, width), tiny: about 100 pixels wide.
        new: likewise.
        reach: largest movement to try, in pixels.

    Returns:
        Movement along x and y in whole pixels, and the ZNCC there.
    """
    best, best_dx, best_dy = _moved_alike(old, new, 0, 0, 2), 0, 0
    for dy in range(-reach // 2, reach // 2 + 1, 2):
        for dx in range(-reach, reach + 1, 2):
            value = _moved_alike(old, new, dy, dx, 4)
            if value > best + 0.02:
                best, best_dx, best_dy = value, dx, dy
    cx, cy = best_dx, best_dy
    best = -2.0
    for dy in range(cy - 1, cy + 2):
        for dx in range(cx - 1, cx + 2):
            value = _moved_alike(old, new, dy, dx, 1)
            if value > best:
                best, best_dx, best_dy = value, dx, dy
    return best_dx, best_dy, best
