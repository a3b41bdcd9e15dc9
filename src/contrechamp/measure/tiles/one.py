"""The figures of one tile, draw by draw, so that those of all tiles can be added up."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from contrechamp.measure.exposure import Exposure
from contrechamp.measure.groups import AreaGroups, area_groups
from contrechamp.measure.known import known_share
from contrechamp.measure.pieces import StreetPieces, walkable_pieces
from contrechamp.measure.stage import Stage, greatest_range_m, set_stage, with_priors
from contrechamp.measure.street_figures import area_figures, piece_table
from contrechamp.measure.tiles.plan import Setting
from contrechamp.scene.tables import Scene

F8 = NDArray[np.float64]


@dataclass(frozen=True)
class TileFigures:
    """What is in view of the streets of one tile.

    Args:
        walkable_m: length of its walkable streets.
        near_walkable_m: of those near a mapped camera (`groups.NEAR_M`).
        seen_m: (n_draws, n_levels) in view of any camera.
        near_seen_m: (n_draws, n_levels) of those near one.
        alternatives_m: (n_alternatives, n_span_draws, n_levels) as `seen_m`, with other priors.
        near_alternatives_m: (n_alternatives, n_span_draws, n_levels) as `near_seen_m`.
        known: (n_levels,) what the cameras have in view, each by the share that is known of it.
        weight: (n_levels,) what the cameras have in view, each counted for itself.
    """

    walkable_m: float
    near_walkable_m: float
    seen_m: F8
    near_seen_m: F8
    alternatives_m: F8
    near_alternatives_m: F8
    known: F8
    weight: F8


def measure_tile(
    scene: Scene, setting: Setting, *, threads: int | None = 1
) -> tuple[TileFigures, gpd.GeoDataFrame]:
    """Return the figures of a tile and the table of its pieces of street (`piece_table`).

    Args:
        scene: of the tile (`Tile.of`).
        setting: of all tiles.
        threads: greatest number of threads; the figures are the same.
    """
    pieces = walkable_pieces(scene.streets)
    length_m = pieces.table["length_m"].to_numpy(np.float64)
    stage = set_stage(
        scene,
        setting.priors,
        setting.levels,
        target_height_m=setting.target_height_m,
        seed=setting.seed,
        threads=threads,
    )
    # What is assumed hangs on the cameras of all tiles, not on those of this one.
    stage = with_priors(stage, setting.priors, scene.buildings)
    near = area_groups(
        scene.areas,
        pieces.table.geometry,
        stage.placed.x,
        stage.placed.y,
        greatest_range_m(stage.cameras, stage.priors),
    )
    exposure = _exposure(stage, pieces, setting.draws)
    others = [
        _exposure(with_priors(stage, priors, scene.buildings), pieces, setting.span_draws)
        for priors in setting.alternatives.priors
    ]
    # A mean over draws, camera by camera: sums of 32-bit numbers would hang on their order.
    weight = exposure.by_camera_m.mean(axis=0, dtype=np.float64)
    figures = TileFigures(
        walkable_m=float(length_m.sum()),
        near_walkable_m=float((near.piece @ length_m)[0]),
        seen_m=exposure.total_m,
        near_seen_m=_near(exposure, length_m, near, setting),
        alternatives_m=_stacked([one.total_m for one in others], setting),
        near_alternatives_m=_stacked(
            [_near(one, length_m, near, setting) for one in others], setting
        ),
        known=weight @ known_share(stage.cameras),
        weight=weight.sum(axis=1),
    )
    return figures, piece_table(pieces, exposure, setting.levels)


def _exposure(stage: Stage, pieces: StreetPieces, draws: int) -> Exposure:
    return stage.expose(stage.uniforms(draws), pieces.pieces, with_groups=False)


def _near(exposure: Exposure, length_m: F8, near: AreaGroups, setting: Setting) -> F8:
    """Return what is in view of the streets near cameras, (n_draws, n_levels)."""
    found = {
        one.level: one.values
        for one in area_figures(exposure, length_m, setting.levels, near)
        if one.key == "streets.seen_m"
    }
    nothing = np.zeros(len(exposure.total_m))
    return np.column_stack([found.get(level.name, nothing) for level in setting.levels])


def _stacked(tables: list[F8], setting: Setting) -> F8:
    shape = (0, setting.span_draws, len(setting.levels))
    return np.stack(tables) if tables else np.zeros(shape)
