"""The completeness of a survey from files to a folder: read, worked out, written whole or not."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import geopandas as gpd

from contrechamp.base.errors import InputError, UsageError
from contrechamp.base.i18n import _, active_language
from contrechamp.base.progress import Progress, silent
from contrechamp.measure.engine import compile_engine
from contrechamp.measure.survey.asked import Asked
from contrechamp.measure.survey.in_view import InView
from contrechamp.measure.survey.run import Completeness, completeness
from contrechamp.measure.survey.strata import STRATA
from contrechamp.publish import methods
from contrechamp.publish.answer_folder import AnswerFolder, head
from contrechamp.publish.answers import COMPLETENESS
from contrechamp.publish.command import as_typed, without_folders
from contrechamp.publish.numbers import Numbers
from contrechamp.publish.open_data import OSM_ATTRIBUTION, OSM_LICENCE, is_from_osm
from contrechamp.publish.page import without_scripts
from contrechamp.publish.ranged import quantiles
from contrechamp.publish.survey import in_view, pictures
from contrechamp.publish.survey.citable import citable
from contrechamp.publish.survey.drawing import drawing
from contrechamp.publish.survey.sentences import headline, left_aside, method, sentences
from contrechamp.publish.survey.tables import next_csv, next_table, strata_table
from contrechamp.scene.foreign_file import opened_file
from contrechamp.scene.input_files import MAX_UNPACKED_BYTES
from contrechamp.scene.map_cell import MapReader, given_or_opened
from contrechamp.scene.picture_answers import PictureAnswer
from contrechamp.scene.read import read_scene
from contrechamp.scene.tables import Scene

INDEX, NEXT = "index.html", "where-to-go.csv"
#: A layer, as GeoJSON and as GeoParquet.
STREETS: Final = "streets"
_FOLDER: Final = AnswerFolder(
    COMPLETENESS, (INDEX, COMPLETENESS.file, f"{STREETS}.geojson", f"{STREETS}.parquet", NEXT)
)
#: Digits of numbers for programs.
DECIMALS: Final = 6


@dataclass(frozen=True)
class SurveyJob:
    """What is asked, of which files; the options of ``contrechamp completeness``."""

    inputs: tuple[Path, ...]
    out: Path
    areas: Path | None
    crs: str | None
    skip_bad_rows: bool
    pictures: Path | None
    asked: Asked


@dataclass(frozen=True)
class Written:
    """What came out.

    Args:
        scene: what was read.
        told: what was found out.
        index: the page.
        sentences: of the page, with what does not count.
        for_machines: what ``--json`` prints.
    """

    scene: Scene
    told: Completeness
    index: Path
    sentences: Sequence[str]
    for_machines: Mapping[str, Any]


def survey_and_write(
    job: SurveyJob,
    *,
    again: Sequence[str],
    cell: MapReader | None = None,
    progress: Progress = silent,
) -> Written:
    """Read, work out and write, in the active language.

    Args:
        job: what is asked.
        again: the words of the command that repeats it.
        cell: reads the inputs, and is closed then.
        progress: one bar per step.

    Raises:
        ContrechampError: if an input, an option or the output folder cannot be used.
    """
    _FOLDER.check_writable(job.out)
    scene = read_scene(
        job.inputs,
        crs=job.crs,
        areas=job.areas,
        skip_bad_rows=job.skip_bad_rows,
        cell=cell,
        progress=progress,
    )
    scene, answers = _with_pictures(scene, job, cell)
    if cell is not None:
        cell.close()  # it would only hold memory from here on
    if not scene.streets["walkable"].any():
        raise InputError(
            _(
                "no walkable street found: give an OpenStreetMap extract of the place beside the "
                "walks and the cameras"
            ),
            where=", ".join(file.name for file in scene.inputs),
        )
    compile_engine(progress)
    told = completeness(scene, job.asked, answers, progress=progress)
    numbers = Numbers(active_language())
    said = sentences(told, numbers)
    machine = _for_machines(told, scene)
    contents: dict[str, Callable[[], bytes]] = {
        INDEX: lambda: _page(told, scene, said, again, numbers),
        NEXT: lambda: next_csv(told),
    }
    _FOLDER.write(
        job.out,
        machine,
        again,
        contents,
        {STREETS: _layer(told)},
        from_osm=is_from_osm(scene),
        progress=progress,
    )
    said = [*said, *left_aside(told, numbers)]
    return Written(scene, told, job.out / INDEX, said, machine)


def _with_pictures(
    scene: Scene, job: SurveyJob, cell: MapReader | None
) -> tuple[Scene, Sequence[PictureAnswer]]:
    """Return what people saw on pictures of streets, and a scene that lists their table."""
    if job.pictures is None:
        if job.asked.checked is not None:
            raise UsageError(_("--recall says how much pictures show; it needs --pictures"))
        return scene, ()
    taken = [entry.name for entry in scene.inputs]
    with (
        given_or_opened(cell) as reads,
        opened_file(job.pictures, taken, MAX_UNPACKED_BYTES) as file,
    ):
        entry, answers, notices = file.read_picture_answers(reads, skip_bad_rows=job.skip_bad_rows)
    listed = replace(scene, inputs=(*scene.inputs, entry), notices=(*scene.notices, *notices))
    return listed, answers


def _layer(told: Completeness) -> gpd.GeoDataFrame:
    names = ["id", "street", "name", "stratum", "length_m", "looked_m", "looked"]
    return gpd.GeoDataFrame(told.pieces[[*names, "geometry"]])


def _for_machines(told: Completeness, scene: Scene) -> dict[str, Any]:
    compared, everywhere = told.compared, told.everywhere
    levels = told.in_view.levels if isinstance(told.in_view, InView) else ()
    return {
        **head(COMPLETENESS, scene.inputs, asdict(told.asked), citable(told), levels),
        "walked_m": round(told.walked_m, 3),
        "looked_share": round(told.looked_share, DECIMALS),
        "strata": {
            code: {
                "looked_km": round(float(told.km[i]), DECIMALS),
                "left_km": round(float(told.km_left[i]), DECIMALS),
                "found": int(told.found[i]),
                "per_km": None if everywhere is None else quantiles(everywhere.per_km[i], DECIMALS),
            }
            for i, code in enumerate(STRATA)
        },
        "found": int(told.found.sum()),
        "known_elsewhere": told.known_elsewhere,
        "left_out": {"beyond": told.beyond, "indoor": told.indoor},
        "per_km": None if told.rate is None else quantiles(told.rate.per_km, DECIMALS),
        "overdispersion": None if told.rate is None else round(told.rate.overdispersion, DECIMALS),
        "lists": None
        if compared is None
        else {
            "names": list(compared.names),
            "lengths": list(compared.both.lengths),
            "in_both": quantiles(compared.both.in_both, DECIMALS),
            "total": quantiles(compared.both.total, DECIMALS),
            "chapman": compared.both.chapman and round(compared.both.chapman, DECIMALS),
            "pairs_left_out": compared.left_out,
            "not_compared": told.more_lists,
        },
        "missed": None if everywhere is None else quantiles(everywhere.missed, DECIMALS),
        "elsewhere": None if everywhere is None else quantiles(everywhere.elsewhere, DECIMALS),
        "total": None if everywhere is None else quantiles(everywhere.total, DECIMALS),
        "noticed_within": _noticed(told),
        "pictures": pictures.for_machines(told.pictures, DECIMALS),
        "in_view": in_view.for_machines(told.in_view, DECIMALS),
        "streets_left": len(told.next),
    }


def _noticed(told: Completeness) -> dict[str, Any]:
    """Return which share of cameras is noticed, of all and by kind; empty where not known."""
    of_all = {} if told.detection is None else {"all": told.detection}
    return {
        name: {"n": found.n, "share": quantiles(found.found_share, DECIMALS)}
        for name, found in {**of_all, **told.detection_by_kind}.items()
    }


def _page(
    told: Completeness,
    scene: Scene,
    said: Sequence[str],
    again: Sequence[str],
    numbers: Numbers,
) -> bytes:
    notices = methods.notices_table(scene, numbers)
    return without_scripts(
        "survey.html.jinja",
        "survey.css",
        numbers.language,
        headline=headline(told, numbers),
        sentences=said,
        left_aside=left_aside(told, numbers),
        method=method(told, numbers),
        drawing=drawing(told, scene),
        where_next=next_table(told, numbers),
        tables=[
            one
            for one in (
                strata_table(told, numbers),
                in_view.table(told.in_view, numbers),
                methods.inputs_table(scene, numbers),
                notices,
            )
            if one is not None and one.rows
        ],
        attribution=OSM_ATTRIBUTION if is_from_osm(scene) else "",
        licence=OSM_LICENCE,
        command=as_typed(without_folders(again)),
    )
