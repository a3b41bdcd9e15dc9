"""How long and how far a recorded walk was in view of mapped cameras."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from contrechamp.base.progress import Progress, silent
from contrechamp.base.seeds import stream
from contrechamp.measure.assumed import by_alternatives
from contrechamp.measure.draws import Uniforms
from contrechamp.measure.exposure import CameraDraws, Exposure, Pieces, Walks, expose
from contrechamp.measure.own_way.asked import CLOCK_ERROR_S, Asked
from contrechamp.measure.own_way.drawn_ways import drawn_fixes, drawn_seconds, pieces_of
from contrechamp.measure.own_way.fixes import Walk
from contrechamp.measure.priors import Priors, default
from contrechamp.measure.results import Span
from contrechamp.measure.span import SPAN_DRAWS, span_between
from contrechamp.measure.stage import Stage, set_stage
from contrechamp.scene.tables import Scene
from contrechamp.sight.arrays import Level

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]
Mask = NDArray[np.bool_]

#: Ways that are drawn; the draws of the cameras are divided between them.
WAYS: Final = 25
#: Ways on which alternatives to what is assumed are taken, which have a few draws of each.
SPAN_WAYS: Final = 6
#: Draws of each way in which single cameras are asked, and how many cameras are told.
BY_CAMERA_DRAWS, CAMERAS_TOLD = 4, 20


@dataclass(frozen=True)
class OfCamera:
    """What one camera had in view.

    Args:
        camera: id.
        metres: (n_draws, n_levels).
        seconds: (n_draws, n_levels) of the segments that have times.
    """

    camera: str
    metres: F8
    seconds: F8


@dataclass(frozen=True)
class OwnWay:
    """How long and how far a walk was in view.

    Args:
        asked: what was asked.
        levels: pixel densities.
        walk: what was recorded.
        metres: (n_segments, n_draws, n_levels) in view.
        seconds: the same; NaN for segments without times.
        metres_spans: (n_levels,) what all segments together come to by what is assumed; None where
            nothing is.
        seconds_spans: the same, of the segments that have times.
        cameras: (n_draws, n_levels) different cameras.
        of_cameras: those with most in view first, `CAMERAS_TOLD` at most.
        more_cameras: that had any of it in view in some draw, beside those.
    """

    asked: Asked
    levels: tuple[Level, ...]
    walk: Walk
    metres: F8
    seconds: F8
    metres_spans: tuple[Span | None, ...]
    seconds_spans: tuple[Span | None, ...]
    cameras: F8
    of_cameras: tuple[OfCamera, ...]
    more_cameras: int


def own_way(
    scene: Scene,
    walk: Walk,
    levels: Sequence[Level],
    asked: Asked,
    *,
    priors: Priors | None = None,
    progress: Progress = silent,
) -> OwnWay:
    """Measure how long and how far a walk was in view.

    Args:
        scene: with cameras, and buildings.
        walk: on its plane, with a piece or more.
        levels: pixel densities.
        asked: what is asked.
        priors: for what is not mapped; by default those of `priors.default`.
        progress: advanced with every draw.
    """
    stage = set_stage(
        scene, priors or default(), levels, target_height_m=asked.target_height_m,
        seed=asked.seed, threads=asked.threads,
    )  # fmt: skip
    ways = min(WAYS, asked.draws)
    rng = stream(asked.seed, "own way")
    fixes = drawn_fixes(walk, asked.gps_error_m, scene.buildings.geometry.to_numpy(), ways, rng)
    numbers = stage.uniforms(asked.draws)
    bounds = np.linspace(0, asked.draws, ways + 1).astype(int)
    seconds = drawn_seconds(walk, CLOCK_ERROR_S, asked.draws, rng)
    asking = _Asking(stage, walk, np.array([level.ppm for level in levels]))
    everybody = np.ones(len(stage.cameras), bool)
    parts, lines, by_camera = [], [], np.zeros(len(stage.cameras))
    for way in range(ways):
        some = slice(int(bounds[way]), int(bounds[way + 1]))
        lines.append(pieces_of(walk, fixes[way]))
        exposure = asking.exposure(numbers.rows(some), lines[-1], everybody, progress)
        by_camera += exposure.by_camera_m.sum(axis=(0, 1), dtype=np.float64)
        parts.append((*asking.by_segment(exposure, lines[-1], seconds[some]), exposure))
    metres, lasted = (np.concatenate([part[i] for part in parts], axis=1) for i in (0, 1))
    spans = _spans(asking, scene, (metres, lasted), numbers, bounds, lines, seconds)
    order = np.argsort(-by_camera, kind="stable")
    order = order[by_camera[order] > 0.0]
    return OwnWay(
        asked=asked,
        levels=tuple(levels),
        walk=walk,
        metres=metres,
        seconds=lasted,
        metres_spans=spans[0],
        seconds_spans=spans[1],
        cameras=np.concatenate([part[2].walk_cameras[:, :, 0] for part in parts]).astype(
            np.float64
        ),
        of_cameras=tuple(
            _of_camera(int(camera), asking, numbers, bounds, lines, seconds)
            for camera in order[:CAMERAS_TOLD]
        ),
        more_cameras=max(len(order) - CAMERAS_TOLD, 0),
    )


def _spans(
    asking: "_Asking",
    scene: Scene,
    usual: tuple[F8, F8],
    numbers: Uniforms,
    bounds: NDArray[np.int_],
    lines: Sequence[Pieces],
    seconds: F8,
) -> tuple[tuple[Span | None, ...], tuple[Span | None, ...]]:
    """Return what metres and seconds come to by what is assumed, on a few of the drawn ways."""
    stage = asking.stage
    rows = [
        np.arange(bounds[way], min(bounds[way] + SPAN_DRAWS // SPAN_WAYS, bounds[way + 1]))
        for way in range(min(SPAN_WAYS, len(lines)))
    ]
    everybody = np.ones(len(stage.cameras), bool)

    def few(by: Stage) -> tuple[F8, F8]:
        # With another range other buildings are in reach, each with numbers of its own.
        asked, own = replace(asking, stage=by), by.uniforms(numbers.n_draws)
        parts = []
        for way, of in enumerate(rows):
            some = slice(int(of[0]), int(of[-1]) + 1)
            exposure = asked.exposure(own.rows(some), lines[way], everybody, silent)
            parts.append(asked.by_segment(exposure, lines[way], seconds[some]))
        metres, lasted = (np.concatenate(one, axis=1) for one in zip(*parts, strict=True))
        return metres.sum(axis=0), np.nansum(lasted, axis=0)

    by = by_alternatives(stage, scene.buildings, few)
    same = np.concatenate(rows)
    found = []
    for which, most in enumerate((float(asking.walk.metres.sum()), np.inf)):
        whole = np.nansum(usual[which], axis=0)
        found.append(
            tuple(
                span_between(
                    float(np.median(whole[:, i])),
                    [whole[same, i]] * len(by.others),
                    [one[which][:, i] for one in by.others],
                    by.names,
                    most=most,
                )
                for i in range(whole.shape[1])
            )
        )
    return found[0], found[1]


def _of_camera(
    camera: int,
    asking: "_Asking",
    numbers: Uniforms,
    bounds: NDArray[np.int_],
    lines: Sequence[Pieces],
    seconds: F8,
) -> OfCamera:
    alone = np.arange(len(asking.stage.cameras)) == camera
    parts = []
    for way, pieces in enumerate(lines):
        first = int(bounds[way])
        some = slice(first, min(first + BY_CAMERA_DRAWS, int(bounds[way + 1])))
        exposure = asking.exposure(numbers.rows(some), pieces, alone, silent)
        parts.append(asking.by_segment(exposure, pieces, seconds[some]))
    metres, lasted = (np.concatenate(one, axis=1) for one in zip(*parts, strict=True))
    # Segments without times have no seconds: the others count.
    return OfCamera(
        str(asking.stage.cameras["id"].iloc[camera]), metres.sum(axis=0), np.nansum(lasted, axis=0)
    )


@dataclass(frozen=True)
class _Asking:
    """A stage, a walk, and how what is in view of pieces becomes metres and seconds."""

    stage: Stage
    walk: Walk
    ppm: F8

    def exposure(
        self, numbers: Uniforms, pieces: Pieces, cameras: Mask, progress: Progress
    ) -> Exposure:
        """Return what some cameras have in view of one way in some draws."""
        stage = self.stage
        drawn: CameraDraws = stage.draw(numbers)
        there = cameras[stage.places.camera]
        whole = Walks(np.array([0, pieces.n_pieces]), np.arange(pieces.n_pieces))
        found = expose(
            replace(drawn, range_m=np.where(there, drawn.range_m, 0.0)),
            stage.walls,
            stage.tops(numbers),
            pieces,
            stage.levels,
            target_height_m=stage.target_height_m,
            walks=whole,
            standing=stage.standing,
            progress=progress,
            threads=stage.threads,
        )
        return stage.several.by_camera(found)

    def by_segment(self, exposure: Exposure, pieces: Pieces, seconds: F8) -> tuple[F8, F8]:
        """Return metres and seconds in view, (n_segments, n_draws, n_levels) each."""
        length = np.hypot(pieces.x1 - pieces.x0, pieces.y1 - pieces.y0)
        n = int(self.walk.segment[-1]) + 1
        of_piece = self.walk.segment[self.walk.fix]
        into = np.zeros((len(of_piece), n))
        into[np.arange(len(of_piece)), of_piece] = 1.0
        metres, lasted = [], []
        for seen in exposure.seen:
            share = np.minimum(seen.toarray() / length, 1.0)
            metres.append((share * self.walk.metres) @ into)
            # A segment without times has none at all: NaN, not nothing.
            lasted.append((share * np.nan_to_num(seconds)) @ into)
        found = np.array(lasted).transpose(2, 1, 0)
        found[[bool(reason) for reason in self.walk.why]] = np.nan
        return np.array(metres).transpose(2, 1, 0), found
