"""Access from files to a folder: read, worked out, written whole or not at all."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.resources import files as package_files
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np

from contrechamp.base.i18n import active_language
from contrechamp.base.progress import Progress, silent
from contrechamp.measure.access.asked import Asked
from contrechamp.measure.access.run import Access, access, street_minutes
from contrechamp.measure.engine import compile_engine
from contrechamp.publish import methods
from contrechamp.publish.access.citable import citable
from contrechamp.publish.access.drawing import classes, drawing, mapped_place
from contrechamp.publish.access.figures import Row, as_csv, as_json, rows
from contrechamp.publish.access.method import left_aside, method
from contrechamp.publish.access.plot import plot
from contrechamp.publish.access.sentences import headline, sentences
from contrechamp.publish.access.tables import (
    areas_table,
    barriers_table,
    groups_table,
    kinds_table,
)
from contrechamp.publish.answer_folder import AnswerFolder, head
from contrechamp.publish.answers import ACCESS
from contrechamp.publish.command import as_typed, without_folders
from contrechamp.publish.numbers import Numbers
from contrechamp.publish.open_data import OSM_ATTRIBUTION, OSM_LICENCE, is_from_osm
from contrechamp.publish.page import without_scripts
from contrechamp.scene.map_cell import MapReader
from contrechamp.scene.read import read_scene
from contrechamp.scene.tables import Scene
from contrechamp.sight.arrays import Level
from contrechamp.sight.levels import parse_levels

INDEX, FIGURES = "index.html", "figures.csv"
#: Layers, as GeoJSON and as GeoParquet.
STREETS, BARRIERS = "streets", "barriers"
_FOLDER: Final = AnswerFolder(
    ACCESS,
    tuple(
        sorted(
            (
                *(INDEX, FIGURES, ACCESS.file),
                *(f"{one}.{end}" for one in (STREETS, BARRIERS) for end in ("geojson", "parquet")),
            )
        )
    ),
)


@dataclass(frozen=True)
class AccessJob:
    """What is asked, of which files; the options of ``contrechamp access``."""

    inputs: tuple[Path, ...]
    out: Path
    areas: Path | None
    crs: str | None
    skip_bad_rows: bool
    level_set: str
    threads: int | None
    asked: Asked


@dataclass(frozen=True)
class Written:
    """What came out.

    Args:
        scene: what was read.
        told: what was found out.
        index: the page.
        sentences: of the page.
        for_machines: what ``--json`` prints.
    """

    scene: Scene
    told: Access
    index: Path
    sentences: Sequence[str]
    for_machines: Mapping[str, Any]


def access_and_write(
    job: AccessJob,
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
    levels = parse_levels(job.level_set)
    scene = read_scene(
        job.inputs,
        crs=job.crs,
        areas=job.areas,
        skip_bad_rows=job.skip_bad_rows,
        cell=cell,
        progress=progress,
    )
    if cell is not None:
        cell.close()  # it would only hold memory from here on
    compile_engine(progress)
    told = access(scene, job.asked, levels=levels, progress=progress, threads=job.threads)
    numbers = Numbers(active_language())
    said = [*sentences(told, numbers), *left_aside(told, numbers)]
    figures = rows(told)
    machine = _for_machines(told, scene, figures, levels)
    contents: dict[str, Callable[[], bytes]] = {
        INDEX: lambda: _page(told, scene, again, numbers),
        FIGURES: lambda: as_csv(figures),
    }
    _FOLDER.write(
        job.out,
        machine,
        again,
        contents,
        {STREETS: _streets(told), BARRIERS: _barriers(told)},
        from_osm=is_from_osm(scene),
        progress=progress,
    )
    return Written(scene, told, job.out / INDEX, said, machine)


def access_schema() -> bytes:
    """Return the JSON Schema of access.json."""
    return (package_files("contrechamp.publish") / "schema" / "access-1.json").read_bytes()


def _streets(told: Access) -> gpd.GeoDataFrame:
    """Return the streets with minutes to each kind of place: no figure is that of one home."""
    network = told.graph.network
    columns: dict[str, Any] = {"length_m": network.length_m}
    for place in told.goals:
        free, barred = street_minutes(told, place)
        columns[f"{place}_free_minutes"] = np.where(np.isfinite(free), free, np.nan)
        columns[f"{place}_minutes"] = np.where(np.isfinite(barred), barred, np.nan)
        columns[f"{place}_access"] = classes(free, barred)
    return gpd.GeoDataFrame(columns, geometry=network.geometry, crs=told.barriers.crs)


def _barriers(told: Access) -> gpd.GeoDataFrame:
    """Return the barriers that cross a street, in the columns of the table of barriers."""
    table = told.barriers.drop(columns="passing").rename(columns={"kind": "barrier"})
    for place, lost in told.cut_off.items():
        table[f"{place}_cut_off_if_shut"] = np.quantile(lost, 0.5, axis=0)
    return gpd.GeoDataFrame(table)


def _for_machines(
    told: Access, scene: Scene, figures: Sequence[Row], levels: Sequence[Level]
) -> dict[str, Any]:
    between = told.between
    return {
        **head(ACCESS, scene.inputs, asdict(told.asked), citable(told), levels),
        "groups": [" | ".join(held) for held in told.states.groups],
        "counted": told.people.counted,
        "graphs": {"least": int(told.reached.graphs.min()), "most": int(told.reached.graphs.max())},
        "barriers": {
            "crossing": len(told.barriers),
            "not_known": told.states.n_unknown,
            "on_no_street": told.crossings.on_no_street,
        },
        "missing_places": list(told.missing),
        "mapped_place": mapped_place(told),
        "figures": as_json(figures),
        "cameras_between": None
        if between is None
        else {
            "areas": list(between.names),
            "reason": between.reason,
            "cameras": list(between.cameras),
            "bound": None if between.found is None else between.found.bound,
            "known": between.found is not None and between.found.known,
        },
    }


def _page(told: Access, scene: Scene, again: Sequence[str], numbers: Numbers) -> bytes:
    tables = (
        areas_table(told, numbers),
        kinds_table(told, numbers),
        methods.inputs_table(scene, numbers),
        methods.notices_table(scene, numbers),
    )
    return without_scripts(
        "access.html.jinja",
        "access.css",
        numbers.language,
        headline=headline(told, numbers),
        sentences=sentences(told, numbers),
        left_aside=left_aside(told, numbers),
        method=method(told, numbers),
        drawing=drawing(told, scene),
        plot=plot(told, numbers),
        first_tables=[
            one for one in (groups_table(told, numbers), barriers_table(told, numbers)) if one.rows
        ],
        tables=[one for one in tables if one.rows],
        attribution=OSM_ATTRIBUTION if is_from_osm(scene) else "",
        licence=OSM_LICENCE,
        command=as_typed(without_folders(again)),
    )
