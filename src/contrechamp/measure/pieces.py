"""Streets cut into pieces a few metres long, for which the exposure is measured."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from contrechamp.base.ragged import ragged_ranges
from contrechamp.measure.cutting import LineParts, Lines, cut_lines
from contrechamp.measure.exposure import Pieces
from contrechamp.measure.network import FootNetwork, foot_network, snap

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

#: No piece is longer than this.
PIECE_M = 10.0


@dataclass(frozen=True)
class StreetPieces:
    """The walkable streets in pieces, edge by edge of the foot network, from u to v.

    Args:
        pieces: their straight segments, for the engine.
        table: row i is piece i. Columns: id ("<street>:<number along it>"), street (id), name,
            edge (index in the network), length_m, geometry (LineString).
        street: (n_pieces,) int64, row of the street table, ascending.
        edge_first: (n_edges + 1,) int64: edge e has the pieces edge_first[e]..edge_first[e+1]-1,
            one or more.
    """

    pieces: Pieces
    table: gpd.GeoDataFrame
    street: I8
    edge_first: I8


def cut_streets(
    network: FootNetwork, streets: gpd.GeoDataFrame, piece_m: float = PIECE_M
) -> StreetPieces:
    """Cut every edge of the network into equal pieces of at most `piece_m`.

    Args:
        network: of `streets`.
        streets: `STREET_COLUMNS`, metric.
        piece_m: greatest length of a piece, metres, above zero.
    """
    parts = equal_parts(network.geometry, network.length_m, piece_m)
    street = network.street[parts.line]
    first_of_street = np.searchsorted(street, street)
    ids = streets["id"].astype("str").take(street).reset_index(drop=True)
    number = np.arange(len(street)) - first_of_street
    table = gpd.GeoDataFrame(
        {
            "id": ids + ":" + number.astype(str),
            "street": ids,
            "name": streets["name"].take(street).reset_index(drop=True),
            "edge": parts.line,
            "length_m": parts.length_m,
        },
        geometry=parts.geometry,
        crs=streets.crs,
    )
    edges = np.arange(len(network.edge_u) + 1)
    return StreetPieces(
        pieces=as_pieces(parts),
        table=table,
        street=street,
        edge_first=np.searchsorted(parts.line, edges).astype(np.int64),
    )


def walkable_pieces(streets: gpd.GeoDataFrame) -> StreetPieces:
    """Cut the walkable streets where nothing but their own junctions parts them.

    Args:
        streets: `STREET_COLUMNS`, metric.
    """
    nowhere = snap(streets, gpd.GeoSeries([], crs=streets.crs))
    return cut_streets(foot_network(streets, nowhere), streets)


def equal_parts(lines: Lines, length_m: F8, piece_m: float) -> LineParts:
    """Cut each line into the fewest equal parts of at most `piece_m`."""
    # A line of exactly three times piece_m makes three parts, whatever its last bit says.
    count = np.maximum(np.ceil(length_m / piece_m - 1e-9), 1).astype(np.int64)
    line = np.repeat(np.arange(len(lines)), count - 1)
    nth = ragged_ranges(np.ones_like(count), count - 1)
    return cut_lines(lines, line, nth * (length_m / count)[line])


def as_pieces(parts: LineParts) -> Pieces:
    """Return the segments of `parts` as the engine takes them, each part as one piece."""
    return Pieces(parts.x0, parts.y0, parts.x1, parts.y1, parts.part, len(parts.line))
