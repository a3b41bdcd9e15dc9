"""What each kind of what stands free hides of the streets, beside what buildings hide."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from contrechamp.base.progress import Progress, silent
from contrechamp.measure.drawn import DrawnFigure
from contrechamp.measure.exposure import Pieces
from contrechamp.measure.stage import Stage, with_screens
from contrechamp.scene.columns import kept_rows
from contrechamp.scene.screen_fields import SCREENS
from contrechamp.scene.tables import Scene

F8 = NDArray[np.float64]

#: Draws in which it is worked out.
HIDDEN_DRAWS = 100
#: The figure, and its groups: all kinds together, and each of them.
KEY, ALL, ONE = "streets.hidden_m", "screens:all", "screens:"


def kinds_that_stand(stage: Stage) -> tuple[str, ...]:
    """Return the kinds of what stands free within reach of some camera, in the order of kinds."""
    if stage.screens is None:
        return ()
    there = set(stage.screens.kind[stage.screens.hides_share > 0.0].tolist())
    return tuple(kind for kind in SCREENS if kind in there)


def hidden_figures(
    scene: Scene,
    stage: Stage,
    pieces: Pieces,
    seen_m: F8,
    n_draws: int,
    *,
    progress: Progress = silent,
) -> Sequence[DrawnFigure]:
    """Return how much each kind takes of what buildings alone would leave in view, draw by draw.

    What two kinds hide both counts for each: the kinds do not add up to all together.

    Args:
        scene: of the stage.
        stage: with all that stands free.
        pieces: of the walkable streets.
        seen_m: (n_draws or more, n_levels) in view with all that stands free.
        n_draws: how many draws.
        progress: advanced with every draw of each kind, and of none.
    """
    kinds = kinds_that_stand(stage)
    if not kinds:
        return ()

    def in_view(of: Sequence[str]) -> F8:
        some = kept_rows(stage.free, stage.free["kind"].isin(of))
        by = with_screens(stage, some, scene.buildings)
        return by.totals(by.uniforms(n_draws), pieces, progress=progress)

    alone = in_view(())
    groups = {ALL: seen_m[:n_draws], **{ONE + kind: in_view((kind,)) for kind in kinds}}
    return [
        # Rounding may leave a hair of view that the same draw without the screen has not.
        DrawnFigure(KEY, level.name, group, "m", np.maximum(alone[:, i] - seen[:, i], 0.0))
        for i, level in enumerate(stage.levels)
        for group, seen in groups.items()
    ]
