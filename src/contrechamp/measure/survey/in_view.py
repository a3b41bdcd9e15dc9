"""How much street is in view of all cameras: of those that were found, and of all there are.

Those that nobody found are put on the streets draw by draw (`unfound`) and measured like the
others. Both figures share their draws, so that they differ by these cameras alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from contrechamp.base.progress import Progress, silent
from contrechamp.base.seeds import stream
from contrechamp.measure.assumed import by_alternatives
from contrechamp.measure.draws import Uniforms
from contrechamp.measure.exposure import Pieces
from contrechamp.measure.priors import default
from contrechamp.measure.results import Span
from contrechamp.measure.span import SPAN_DRAWS, span_of
from contrechamp.measure.stage import Stage, set_stage, with_priors
from contrechamp.measure.survey.asked import Asked
from contrechamp.measure.survey.counting import Counted
from contrechamp.measure.survey.everywhere import Everywhere
from contrechamp.measure.survey.unfound import Unfound, draw_unfound
from contrechamp.scene.tables import Scene
from contrechamp.sight.arrays import Level
from contrechamp.sight.levels import parse_levels

F8 = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: Of a face, above the ground.
TARGET_HEIGHT_M: Final = 1.6
#: More draws change the brackets by less than they are rounded.
DRAWS: Final = 300
#: With more that nobody found, figures would be of these and not of what was found.
MOST_UNFOUND: Final = 2000

#: Numbers with which a camera that may hang indoors does, and does not (`draws.INDOOR_SHARE`).
INDOORS, OUTDOORS = 0.0, 1.0

#: Why how much is in view cannot be told.
NO_BUILDINGS, NONE_FOUND, TOO_MANY, NOT_WALKED = (
    "no-buildings",
    "none-found",
    "too-many",
    "not-walked",
)


@dataclass(frozen=True)
class InView:
    """How much of the streets of a survey is in view.

    Args:
        levels: of the figures.
        street_m: length of these streets.
        found_m: (n_draws, n_levels) in view of cameras that were found.
        all_m: (n_draws, n_levels) in view of any camera, those that nobody found as well.
        found_spans: (n_levels,) what the first comes to by what is assumed; None where nothing is.
        all_spans: (n_levels,) the same of the second.
        with_missed: whether those missed where people walked are among them.
    """

    levels: tuple[Level, ...]
    street_m: float
    found_m: F8
    all_m: F8
    found_spans: tuple[Span | None, ...]
    all_spans: tuple[Span | None, ...]
    with_missed: bool


def in_view(
    scene: Scene,
    counted: Counted,
    all_of_them: Everywhere | None,
    known_elsewhere: int,
    asked: Asked,
    *,
    progress: Progress = silent,
) -> InView | str | None:
    """Return how much of the streets of a survey is in view, or the code of why that is not known.

    None if it is not asked.

    Args:
        scene: of the survey.
        counted: its cameras and streets.
        all_of_them: how many cameras there are; None if nothing was looked over.
        known_elsewhere: cameras on streets that were not looked over.
        asked: what is asked; no more than `DRAWS` draws are taken.
        progress: advanced with every draw.
    """
    if not asked.levels:
        return None
    if all_of_them is None:
        return NOT_WALKED
    if not len(scene.buildings):
        return NO_BUILDINGS
    levels, seed, n_draws = parse_levels(asked.levels), asked.seed, min(asked.draws, DRAWS)
    most = float(np.quantile(all_of_them.total[:n_draws], 0.95))
    if most - len(counted.cameras) > MOST_UNFOUND:
        return TOO_MANY
    rng = stream(seed, "survey", "unfound")
    unfound = draw_unfound(counted, all_of_them, known_elsewhere, n_draws, rng)
    if unfound is None:
        return NONE_FOUND
    pieces = _only(counted.streets.pieces, counted.of_survey)
    found = _stage(scene, counted, None, levels, seed)
    everyone = _stage(scene, counted, unfound, levels, seed)
    # What is assumed where nothing is mapped hangs on those that were found, and on no made-up one.
    everyone = with_priors(everyone, found.priors, scene.buildings)
    street_m = float(counted.length_m[counted.of_survey].sum())

    def of_found(stage: Stage) -> Uniforms:
        return stage.uniforms(n_draws)

    def come_and_go(stage: Stage) -> Uniforms:
        return _come_and_go(stage.uniforms(n_draws), counted, unfound)

    def in_view_of(
        stage: Stage, numbers: Callable[[Stage], Uniforms]
    ) -> tuple[F8, tuple[Span | None, ...]]:
        drawn = stage.totals(numbers(stage), pieces, progress=progress)

        def few(by: Stage) -> F8:
            # With another range other buildings are in reach, each with numbers of its own.
            return by.totals(numbers(by).first(SPAN_DRAWS), pieces)

        by = by_alternatives(stage, scene.buildings, few, of=found)
        return drawn, tuple(
            span_of(drawn[:, i], [one[:, i] for one in by.others], by.names, most=street_m)
            for i in range(len(levels))
        )

    found_m, found_spans = in_view_of(found, of_found)
    all_m, all_spans = in_view_of(everyone, come_and_go)
    return InView(
        levels=levels,
        street_m=street_m,
        found_m=found_m,
        all_m=all_m,
        found_spans=found_spans,
        all_spans=all_spans,
        with_missed=all_of_them.missed is not None,
    )


def _only(pieces: Pieces, chosen: Mask) -> Pieces:
    """Return some of the pieces, numbered anew."""
    rows, number = chosen[pieces.piece], np.cumsum(chosen) - 1
    return Pieces(
        x0=pieces.x0[rows],
        y0=pieces.y0[rows],
        x1=pieces.x1[rows],
        y1=pieces.y1[rows],
        piece=number[pieces.piece[rows]].astype(np.int64),
        n_pieces=int(chosen.sum()),
    )


def _stage(
    scene: Scene, counted: Counted, unfound: Unfound | None, levels: Sequence[Level], seed: int
) -> Stage:
    """Make a scene ready with the cameras that were found, and with those that nobody found."""
    cameras, like = counted.cameras.reset_index(drop=True), counted.cameras.index.to_numpy(np.int64)
    if unfound is not None:
        # Where it is drawn whether a camera hangs indoors, it is away in some draws: so are these.
        away = unfound.cameras.assign(indoor_doubtful=True)
        cameras = gpd.GeoDataFrame(pd.concat([cameras, away], ignore_index=True), crs=scene.crs)
        like = np.concatenate((like, like[unfound.like]))
    limits = {name: ends[like] for name, ends in scene.limits.items()}
    return set_stage(
        replace(scene, cameras=cameras, limits=limits),
        default(),
        levels,
        target_height_m=TARGET_HEIGHT_M,
        seed=seed,
        threads=None,
    )


def _come_and_go(numbers: Uniforms, counted: Counted, unfound: Unfound) -> Uniforms:
    """Return the numbers behind draws in which cameras that nobody found are there, or are not."""
    if not len(unfound.like):
        return numbers
    doubtful = counted.cameras["indoor_doubtful"].to_numpy(bool)[unfound.like]
    indoor = numbers.camera["indoor"].copy()
    own = indoor[:, len(counted.cameras) :]
    indoor[:, len(counted.cameras) :] = np.where(
        unfound.present, np.where(doubtful, own, OUTDOORS), INDOORS
    )
    return replace(numbers, camera={**numbers.camera, "indoor": indoor})
