"""The main job, of ``measure`` and of ``demo``: read, measure, publish, tell."""

import json
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import click

from contrechamp.base.i18n import _, active_language
from contrechamp.cli.again import command_again
from contrechamp.cli.bars import progress_for, timed
from contrechamp.cli.compiling import compile_engine
from contrechamp.cli.options import DRAWS, HOMES, LEVELS, PIECE_M, SAME_CAMERA_M, SEED, TARGET_M
from contrechamp.cli.telling import (
    steps_of_measure,
    tell_figures,
    tell_first_figure,
    tell_notices,
    tell_rows_left_out,
    tell_speed,
    tell_warnings,
)
from contrechamp.measure.priors import Priors, default, from_toml
from contrechamp.measure.results import Measurement
from contrechamp.measure.run import measure
from contrechamp.publish import check_writable, write
from contrechamp.publish.files import Written
from contrechamp.scene.input_files import open_toml
from contrechamp.scene.read import read_scene
from contrechamp.scene.tables import InputFile, Scene
from contrechamp.sight.levels import parse_levels


@dataclass(frozen=True)
class Job:
    """What is to be measured and how; the options of ``contrechamp measure``."""

    inputs: tuple[Path, ...]
    out: Path
    areas: Path | None = None
    level_set: str = LEVELS
    target_height_m: float = TARGET_M
    draws: int = DRAWS
    seed: int = SEED
    priors_file: Path | None = None
    crs: str | None = None
    skip_bad_rows: bool = False
    same_camera_m: float = SAME_CAMERA_M
    piece_m: float = PIECE_M
    homes: int = HOMES
    threads: int | None = None


def measure_and_publish(job: Job, *, as_json: bool) -> None:
    """Read, measure and publish, and tell what came out.

    Raises:
        ContrechampError: if an input, an option or the output folder cannot be used.
    """
    again = command_again(click.get_current_context())
    levels = parse_levels(job.level_set)
    check_writable(job.out)
    priors, priors_entry = _priors(job.priors_file)
    progress, seconds = timed(progress_for(as_json=as_json))
    scene = read_scene(
        job.inputs,
        crs=job.crs,
        areas=job.areas,
        skip_bad_rows=job.skip_bad_rows,
        same_camera_m=job.same_camera_m,
        progress=progress,
    )
    scene = replace(scene, inputs=(*scene.inputs, *priors_entry))
    compile_engine(progress)
    measurement = measure(
        scene,
        levels=levels,
        draws=job.draws,
        seed=job.seed,
        target_height_m=job.target_height_m,
        priors=priors,
        piece_m=job.piece_m,
        most_homes=job.homes,
        progress=progress,
        threads=job.threads,
        first_figure=None if as_json else partial(tell_first_figure, scene),
    )
    written = write(
        measurement,
        scene,
        job.out,
        command=again,
        language=active_language(),
        progress=progress,
    )
    if as_json:
        spent = {name: seconds.get(label) for name, label in steps_of_measure().items()}
        click.echo(json.dumps({**_counts(measurement, scene, written), "seconds": spent}))
        return
    tell_notices(scene.notices)
    tell_rows_left_out(scene.counts)
    tell_warnings(measurement.warnings)
    tell_speed(measurement.methods["draws_in_all"], seconds)
    tell_figures(measurement, scene)
    click.echo(_("Report: {index}").format(index=written.index))


def _priors(file: Path | None) -> tuple[Priors, tuple[InputFile, ...]]:
    """Return the priors, and the file that they came from for the list of inputs."""
    if file is None:
        return default(), ()
    opened = open_toml(file)
    return from_toml(opened.content.decode(), name=opened.name), (opened.entry,)


def _counts(measurement: Measurement, scene: Scene, written: Written) -> dict[str, Any]:
    """Return what ``--json`` prints."""
    return {
        "report": str(written.index),
        "files": [file.name for file in written.files],
        "counts": {
            "cameras": len(scene.cameras),
            "buildings": len(scene.buildings),
            "streets": len(scene.streets),
            **scene.counts,
        },
        "figures": [asdict(one) for one in measurement.figures if one.group == "all"],
        "notices": len(scene.notices),
        "warnings": list(measurement.warnings),
    }
