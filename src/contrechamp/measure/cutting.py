"""Cutting lines at distances along them: many lines and many cuts at once, without a loop."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]
Lines = NDArray[Any]

#: A cut this close to an end of its line is ignored. Distances are summed over all lines at once;
#: over 100,000 km the error stays below this.
NO_CUT_M = 1e-6


@dataclass(frozen=True)
class LineParts:
    """The parts of lines that were cut: line by line, from the first vertex to the last.

    Two neighbouring parts share the coordinates of the cut exactly, and every vertex of a line is
    in its parts, so the lengths of the parts add up to the length of the line.

    Args:
        line: (n_parts,) the line that each part belongs to, ascending.
        geometry: (n_parts,) LineStrings in the direction of their line.
        length_m: (n_parts,) metres.
        x0: (n_segments,) first end of each straight segment, metres east. No segment has length
            zero, except the only segment of a part that is a single point.
        y0: its first end, metres north.
        x1: its second end, metres east.
        y1: its second end, metres north.
        part: (n_segments,) the part that each segment belongs to, ascending.
    """

    line: I8
    geometry: Lines
    length_m: F8
    x0: F8
    y0: F8
    x1: F8
    y1: F8
    part: I8


def cut_lines(lines: Lines, at_line: I8, at_m: F8) -> LineParts:
    """Cut each of `lines` at distances from its first vertex.

    Args:
        lines: (n,) LineStrings with two vertices or more, metric.
        at_line: (k,) int64, the line of each cut, in any order.
        at_m: (k,) float64, metres along the line. A cut within `NO_CUT_M` of an end, or beyond
            it, is ignored.

    Returns:
        The parts; a line with c cuts has c + 1 of them.
    """
    xy, vertex_line = shapely.get_coordinates(lines, return_index=True)
    along = _along(xy, vertex_line)
    last = np.cumsum(np.bincount(vertex_line, minlength=len(lines))) - 1
    inside = (at_m > NO_CUT_M) & (at_m < along[last[at_line]] - NO_CUT_M)
    at_line, at_m = at_line[inside], at_m[inside]

    # The vertices and cuts of each line together, in the order in which they come along it.
    is_cut = np.repeat([False, True], [len(xy), len(at_m)])
    point_line = np.concatenate([vertex_line, at_line])
    order = np.lexsort((is_cut, np.concatenate([along, at_m]), point_line))
    is_cut, point_line = is_cut[order], point_line[order]
    before = (np.cumsum(~is_cut) - 1)[is_cut]  # the vertex that each cut comes after
    fraction = (np.concatenate([along, at_m])[order][is_cut] - along[before]) / (
        along[before + 1] - along[before]
    )
    points = np.empty((len(order), 2))
    points[~is_cut] = xy
    points[is_cut] = xy[before] + fraction[:, None] * (xy[before + 1] - xy[before])

    segment = np.flatnonzero(point_line[:-1] == point_line[1:])
    # Every line begins a part, and so does every cut.
    part = np.cumsum(is_cut)[segment] + point_line[segment]
    return _parts(points[segment], points[segment + 1], part, point_line[segment])


def _along(xy: F8, line: I8) -> F8:
    """Return the distance of each vertex from the first of its line."""
    step = np.zeros(len(xy))
    step[1:] = np.hypot(*(xy[1:] - xy[:-1]).T) * (line[1:] == line[:-1])
    total = np.cumsum(step)
    first = np.flatnonzero(np.r_[True, line[1:] != line[:-1]][: len(line)])
    return total - np.repeat(total[first], np.diff(np.r_[first, len(line)]))


def _parts(start: F8, end: F8, part: I8, line: I8) -> LineParts:
    length = np.hypot(*(end - start).T)
    opens = np.r_[True, part[1:] != part[:-1]][: len(part)]
    part_line = line[opens]
    n_parts = len(part_line)
    part_length = np.bincount(part, weights=length, minlength=n_parts).astype(np.float64)
    # A cut at a vertex leaves a segment of length zero; a part that is a single point keeps one.
    keep = (length > 0) | (opens & (part_length[part] == 0))
    start, end, part = start[keep], end[keep], part[keep]
    n_segments = np.bincount(part, minlength=n_parts)

    points = np.empty((len(part) + n_parts, 2))
    owner = np.repeat(np.arange(n_parts), n_segments + 1)
    points[np.arange(len(part)) + part] = start
    final = np.cumsum(n_segments) - 1
    points[final + np.arange(n_parts) + 1] = end[final]
    return LineParts(
        line=part_line,
        geometry=shapely.linestrings(points, indices=owner) if n_parts else np.empty(0, object),
        length_m=part_length,
        x0=start[:, 0].copy(),
        y0=start[:, 1].copy(),
        x1=end[:, 0].copy(),
        y1=end[:, 1].copy(),
        part=part,
    )
