"""The main job: files in; figures, map and report out."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from contrechamp.base.files import check_name_and_rights, not_utf8, read_bounded
from contrechamp.base.i18n import _, active_language, ngettext
from contrechamp.base.progress import Progress, silent, timed
from contrechamp.measure.engine import compile_engine
from contrechamp.measure.priors import Priors, default, from_toml
from contrechamp.measure.results import Figure, Measurement
from contrechamp.measure.run import measure
from contrechamp.publish.all_cameras import survey_of
from contrechamp.publish.files import ReportFolder
from contrechamp.publish.folder import check_writable
from contrechamp.publish.measure_job import MeasureJob
from contrechamp.publish.numbers import Numbers
from contrechamp.publish.publication import write
from contrechamp.publish.summary import first_figure, sentences
from contrechamp.publish.without_streets import open_ground_told
from contrechamp.scene.camera_models import scene_with_models
from contrechamp.scene.map_cell import MapReader
from contrechamp.scene.read import Needs, read_scene
from contrechamp.scene.screens import without_screens
from contrechamp.scene.tables import InputFile, Scene
from contrechamp.sight.levels import parse_levels
from contrechamp.wording.figures import is_near

#: Largest file of priors, which the user wrote.
_MOST_PRIORS = 1 << 20


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

    def how_fast(self) -> list[str]:
        """Return how long each step took, and how many draws that was a second."""
        numbers = Numbers(active_language())
        steps = (
            _("{step} {seconds} s").format(step=label, seconds=numbers.plain(spent, 0.1))
            for label, spent in self.seconds.items()
        )
        draws, rate = int(self.measurement.methods["draws_in_all"]), self.draws_a_second()
        pace = ngettext(
            "{draws} draw in all, {rate} a second", "{draws} draws in all, {rate} a second", draws
        ).format(draws=numbers.plain(draws), rate=numbers.plain(rate) if rate else "–")
        return [", ".join(steps), pace]

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
            "figures": [
                asdict(item)
                for item in measurement.figures
                if item.group == "all" or is_near(item.group)
            ],
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
    cell: MapReader | None = None,
    progress: Progress = silent,
    first: Callable[[str], None] | None = None,
) -> Published:
    """Read, measure and publish, in the active language.

    Args:
        job: what is to be measured, and how.
        again: the words of the command that repeats the result; they stand in the report.
        cell: reads the inputs, as `scene.read.read_scene` has it, and is closed then.
        progress: one bar per step.
        first: called with the main figure, as a sentence, as soon as it is known.

    Raises:
        ContrechampError: if an input, an option or the output folder cannot be used.
    """
    levels = parse_levels(job.level_set)
    check_writable(job.out)
    priors, priors_entry = priors_of(job.priors_file)
    progress, seconds = timed(progress)
    scene = read_scene(
        job.inputs,
        crs=job.crs,
        areas=job.areas,
        skip_bad_rows=job.skip_bad_rows,
        same_camera_m=job.same_camera_m,
        declination_deg=job.declination_deg,
        cell=cell,
        needs=Needs(open_ground=job.open_ground),
        progress=progress,
    )
    scene = without_screens(scene, job.without.split(","))
    measured = scene.inputs
    if job.models_file is not None:
        scene = scene_with_models(
            scene, job.models_file, skip_bad_rows=job.skip_bad_rows, cell=cell
        )
    if cell is not None:
        cell.close()  # it would only hold memory from here on
    survey = None
    if job.completeness is not None:
        survey = survey_of(job.completeness, measured)
        scene = replace(scene, inputs=(*scene.inputs, survey.entry))
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
        open_ground=job.open_ground,
        whole=job.whole,
        progress=progress,
        threads=job.threads,
        first_figure=None if first is None else partial(_tell_first, first, scene),
    )
    if survey is not None:
        measurement = survey.with_all_cameras(measurement)
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
    """Tell the main figure, as far as it is known."""
    told = first_figure(seen, len(scene.cameras), Numbers(active_language()))
    first(told if len(scene.buildings) else f"{open_ground_told()} {told}")


def priors_of(file: Path | None) -> tuple[Priors, tuple[InputFile, ...]]:
    """Return the priors, and the entry of their file for the list of inputs.

    Args:
        file: TOML; None for the defaults.

    Raises:
        InputError: if it cannot be used.
    """
    if file is None:
        return default(), ()
    content = read_bounded(file, _MOST_PRIORS, where=file.name, advice=check_name_and_rights())
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise not_utf8(file.name) from error
    entry = InputFile(file.name, hashlib.sha256(content).hexdigest(), len(content), "TOML")
    return from_toml(text, name=file.name), (entry,)
