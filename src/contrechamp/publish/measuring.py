"""The main job: files in; figures, map and report out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from contrechamp.base.i18n import _, active_language
from contrechamp.base.progress import Progress, silent, timed
from contrechamp.measure.engine import compile_engine
from contrechamp.measure.priors import Priors, default, from_toml
from contrechamp.measure.results import Figure, Measurement
from contrechamp.measure.run import measure
from contrechamp.publish.files import ReportFolder
from contrechamp.publish.folder import check_writable
from contrechamp.publish.measure_job import MeasureJob
from contrechamp.publish.numbers import Numbers
from contrechamp.publish.publication import write
from contrechamp.publish.summary import length_in_view, sentences
from contrechamp.scene.camera_models import scene_with_models
from contrechamp.scene.input_files import open_toml
from contrechamp.scene.read import read_scene
from contrechamp.scene.tables import InputFile, Scene
from contrechamp.sight.levels import parse_levels


@dataclass(frozen=True)
class Published:
    """What came out of a job.

    Args:
        scene: what was read.
        measurement: what was measured of it.
        report: what was written of it.
        seconds: that each piece of work took, by the label of its bar.
    """

    scene: Scene
    measurement: Measurement
    report: ReportFolder
    seconds: Mapping[str, float]

    def sentences(self) -> list[str]:
        """Return the main figures, in the sentences of the report."""
        return sentences(self.measurement, self.scene, Numbers(active_language()))

    def draws_a_second(self) -> float:
        """Return the rate of draws; 0 where they took no time."""
        spent = self.seconds[steps()["draws"]]
        return float(self.measurement.methods["draws_in_all"]) / spent if spent else 0.0

    def for_machines(self) -> dict[str, Any]:
        """Return what ``--json`` prints."""
        measurement, scene = self.measurement, self.scene
        return {
            "report": str(self.report.index),
            "files": [file.name for file in self.report.files],
            "counts": {
                "cameras": len(scene.cameras),
                "buildings": len(scene.buildings),
                "streets": len(scene.streets),
                **scene.counts,
            },
            "figures": [asdict(item) for item in measurement.figures if item.group == "all"],
            "notices": len(scene.notices),
            "warnings": list(measurement.warnings),
            "seconds": {name: self.seconds.get(label) for name, label in steps().items()},
        }


def steps() -> dict[str, str]:
    """Return the steps of a job, and the labels of their progress bars."""
    return {
        "reading": _("Reading"),
        "preparing": _("Preparing"),
        "draws": _("Draws"),
        "writing": _("Writing"),
    }


def measure_and_publish(
    job: MeasureJob,
    *,
    again: Sequence[str],
    progress: Progress = silent,
    first: Callable[[str], None] | None = None,
) -> Published:
    """Read, measure and publish, in the active language.

    Args:
        job: what is to be measured, and how.
        again: the words of the command that repeats the result; they stand in the report.
        progress: one bar per step.
        first: called with the main figure, as a sentence, as soon as it is known.

    Raises:
        ContrechampError: if an input, an option or the output folder cannot be used.
    """
    levels = parse_levels(job.level_set)
    check_writable(job.out)
    priors, priors_entry = _priors(job.priors_file)
    progress, seconds = timed(progress)
    scene = read_scene(
        job.inputs,
        crs=job.crs,
        areas=job.areas,
        skip_bad_rows=job.skip_bad_rows,
        same_camera_m=job.same_camera_m,
        declination_deg=job.declination_deg,
        progress=progress,
    )
    if job.models_file is not None:
        scene = scene_with_models(scene, job.models_file, skip_bad_rows=job.skip_bad_rows)
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
        first_figure=None if first is None else partial(_tell_first, first, scene),
    )
    scene = replace(scene, notices=(*scene.notices, *measurement.notices))
    report = write(
        measurement,
        scene,
        job.out,
        command=again,
        language=active_language(),
        progress=progress,
    )
    return Published(scene, measurement, report, seconds)


def _tell_first(first: Callable[[str], None], scene: Scene, seen: Figure) -> None:
    """Tell the main figure as a sentence of the report."""
    first(length_in_view(seen, len(scene.cameras), Numbers(active_language())))


def _priors(file: Path | None) -> tuple[Priors, tuple[InputFile, ...]]:
    """Return the priors, and the entry of their file for the list of inputs."""
    if file is None:
        return default(), ()
    opened = open_toml(file)
    return from_toml(opened.content.decode(), name=opened.name), (opened.entry,)
