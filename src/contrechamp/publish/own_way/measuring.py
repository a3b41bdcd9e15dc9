"""An own way from files to sentences, and to a page that may be handed on if somebody wants one.

Nothing is written but that page, which has no place, no day and no camera in it. The walk is no
input that is listed: its digest would tell whose it was.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np

from contrechamp import __version__
from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _, active_language
from contrechamp.base.json_text import json_text
from contrechamp.base.progress import Progress, silent
from contrechamp.measure.engine import compile_engine
from contrechamp.measure.own_way.asked import Asked
from contrechamp.measure.own_way.fixes import FAST, GAP, JUMP, Walk, walk_of
from contrechamp.measure.own_way.run import OwnWay, own_way
from contrechamp.publish import folder
from contrechamp.publish.measuring import priors_of
from contrechamp.publish.numbers import Numbers
from contrechamp.publish.own_way import sentences
from contrechamp.publish.ranged import quantiles, span_for_machines
from contrechamp.publish.single_page import SinglePage, rendered
from contrechamp.scene.camera_models import scene_with_models
from contrechamp.scene.foreign_file import opened_file
from contrechamp.scene.input_files import MAX_UNPACKED_BYTES
from contrechamp.scene.map_cell import MapReader, given_or_opened
from contrechamp.scene.missing import Amounts, one_message, what_is_missing
from contrechamp.scene.read import read_scene
from contrechamp.scene.screens import without_screens
from contrechamp.scene.tables import Notice, Scene
from contrechamp.sight.levels import parse_levels

#: Marks the folder as ours.
MANIFEST: Final = "own-way.json"
SCHEMA: Final = "contrechamp/own-way-1"
INDEX: Final = "index.html"
#: A walk farther from all cameras and buildings than this is of another place.
_ELSEWHERE_M: Final = 2000.0
DECIMALS: Final = 3


@dataclass(frozen=True)
class OwnWayJob:
    """What is asked, of which files; the options of ``contrechamp measure --track``."""

    inputs: tuple[Path, ...]
    track: Path
    out: Path | None
    level_set: str
    crs: str | None
    skip_bad_rows: bool
    declination_deg: float | None
    priors_file: Path | None
    models_file: Path | None
    open_ground: bool
    without: str
    asked: Asked


@dataclass(frozen=True)
class Told:
    """What came out.

    Args:
        notices: of the maps.
        sentences: for the walker.
        for_machines: what ``--json`` prints.
        index: the page that may be handed on; None if none was asked for.
    """

    notices: Sequence[Notice]
    sentences: Sequence[str]
    for_machines: Mapping[str, Any]
    index: Path | None


def measure_own_way(
    job: OwnWayJob, *, cell: MapReader | None = None, progress: Progress = silent
) -> Told:
    """Read, measure, and write what was asked for, in the active language.

    Args:
        job: what is asked.
        cell: reads the inputs, and is closed then.
        progress: one bar per step.

    Raises:
        ContrechampError: if an input, an option or the output folder cannot be used.
    """
    levels = parse_levels(job.level_set)
    if job.out is not None:
        folder.check_writable(job.out, refuse_foreign)
    priors, _entry = priors_of(job.priors_file)
    with given_or_opened(cell) as reads:
        scene = read_scene(
            job.inputs, crs=job.crs, skip_bad_rows=job.skip_bad_rows,
            declination_deg=job.declination_deg, cell=reads, progress=progress,
        )  # fmt: skip
        scene = without_screens(scene, job.without.split(","))
        if job.models_file is not None:
            scene = scene_with_models(
                scene, job.models_file, skip_bad_rows=job.skip_bad_rows, cell=reads
            )
        walk, told_of_walk = _walk(job.track, scene, reads)
    if cell is not None:
        cell.close()  # it would only hold memory from here on
    _check(scene, walk, open_ground=job.open_ground, track=job.track.name)
    compile_engine(progress)
    told = own_way(scene, walk, levels, job.asked, priors=priors, progress=progress)
    numbers = Numbers(active_language())
    said = [*sentences.sentences(told, numbers), *sentences.method(told, numbers)]
    index = None if job.out is None else _write(job.out, told, numbers)
    return Told((*scene.notices, *told_of_walk), said, _for_machines(told), index)


def refuse_foreign(out: Path) -> None:
    """Raise unless a folder is missing, empty, or one that we wrote and nobody added to.

    Raises:
        OutputError: if it holds anything else.
    """
    folder.refuse_foreign(out, MANIFEST, SCHEMA)


def _walk(track: Path, scene: Scene, cell: MapReader) -> tuple[Walk, list[Notice]]:
    with opened_file(track, [], MAX_UNPACKED_BYTES) as file:
        segments, notices = file.read_timed_walk(cell)
    on_plane = [
        gpd.GeoSeries.from_xy(*one.lonlat.T, crs=4326).to_crs(scene.crs) for one in segments
    ]
    return walk_of(
        [
            (np.column_stack((points.x, points.y)), one.time_s)
            for points, one in zip(on_plane, segments, strict=True)
        ]
    ), notices


def _check(scene: Scene, walk: Walk, *, open_ground: bool, track: str) -> None:
    """Refuse what would make a walk look free of cameras for want of a map."""
    there = Amounts(
        cameras=len(scene.cameras), buildings=len(scene.buildings), streets=0, tracks=1, areas=0
    )
    if missing := what_is_missing(there, open_ground=open_ground):
        raise InputError(one_message(missing), where=", ".join(file.name for file in scene.inputs))
    if not len(walk.fix):
        raise InputError(
            _(
                "nothing of it can be measured: between all of its fixes there are gaps, or it was "
                "faster than on foot"
            ),
            where=track,
        )
    bounds = np.array([scene.cameras.total_bounds, scene.buildings.total_bounds])
    low, high = np.nanmin(bounds[:, :2], axis=0), np.nanmax(bounds[:, 2:], axis=0)
    away = np.maximum(low - walk.xy, walk.xy - high).max(axis=1)
    if (away > _ELSEWHERE_M).all():
        raise InputError(
            _("the walk is not in the place that the maps show: no camera of it could be known"),
            where=track,
        )


def _for_machines(told: OwnWay) -> dict[str, Any]:
    walk = told.walk
    of_piece = walk.segment[walk.fix]
    return {
        "schema": SCHEMA,
        "software": {"name": "contrechamp", "version": __version__},
        "draws": told.asked.draws,
        "seed": told.asked.seed,
        "gps_error_m": told.asked.gps_error_m,
        "measured_m": round(float(walk.metres.sum()), DECIMALS),
        "measured_s": round(float(np.nansum(walk.seconds)), DECIMALS),
        "left_out": {
            name: {
                "n": n,
                "metres": round(metres, DECIMALS),
                "seconds": None if np.isnan(seconds) else round(seconds, DECIMALS),
            }
            for name, sort in (("gaps", GAP), ("faster_than_on_foot", FAST), ("jumps", JUMP))
            for n, metres, seconds in [walk.of_sort(sort)]
        },
        "levels": {
            level.name: {
                "metres": quantiles(told.metres[:, :, i].sum(axis=0), DECIMALS),
                "metres_span": span_for_machines(told.metres_spans[i], DECIMALS),
                "seconds": _seconds(told.seconds[:, :, i]),
                "seconds_span": span_for_machines(told.seconds_spans[i], DECIMALS),
                "cameras": quantiles(told.cameras[:, i], DECIMALS),
            }
            for i, level in enumerate(told.levels)
        },
        "segments": [
            {
                "metres": round(float(walk.metres[of_piece == number].sum()), DECIMALS),
                "no_seconds_since": reason,
                "levels": {
                    level.name: {
                        "metres": quantiles(told.metres[number, :, i], DECIMALS),
                        "seconds": _seconds(told.seconds[[number], :, i]),
                    }
                    for i, level in enumerate(told.levels)
                },
            }
            for number, reason in enumerate(walk.why)
        ],
        "cameras": [
            {
                "id": one.camera,
                "levels": {
                    level.name: {
                        "metres": quantiles(one.metres[:, i], DECIMALS),
                        "seconds": None
                        if all(walk.why)
                        else quantiles(one.seconds[:, i], DECIMALS),
                    }
                    for i, level in enumerate(told.levels)
                },
            }
            for one in told.of_cameras
        ],
        "more_cameras": told.more_cameras,
    }


def _seconds(values: Any) -> dict[str, float] | None:
    timed = ~np.isnan(values).any(axis=1)
    return quantiles(values[timed].sum(axis=0), DECIMALS) if timed.any() else None


def _write(out: Path, told: OwnWay, numbers: Numbers) -> Path:
    """Write the page that may be handed on."""
    said = sentences.coarse(told, numbers)
    page = SinglePage(
        kicker=_("One's own way"),
        headline=_("How far a walk was in view of mapped cameras"),
        sentences=said,
        asides=[
            _(
                "Rounded to {metres} and minutes, without places, days and cameras: it says of "
                "somebody that they walked about so far, and not where."
            ).format(metres=numbers.quantity(sentences.COARSE_M, "m")),
            *sentences.reasons(told),
        ],
        method=sentences.method(told, numbers),
    )
    manifest = {
        "schema": SCHEMA,
        "software": {"name": "contrechamp", "version": __version__},
        "sentences": said,
        "files": [INDEX, MANIFEST],
    }
    with folder.new_folder(out, refuse_foreign) as partial:
        (partial / INDEX).write_bytes(rendered(page, numbers.language))
        text = json_text(manifest, indent=1, sort_keys=True) + "\n"
        (partial / MANIFEST).write_text(text, encoding="utf-8")
    return out / INDEX
