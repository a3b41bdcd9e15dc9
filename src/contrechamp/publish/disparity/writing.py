"""Who bears it from files to a folder: read, worked out, written whole or not at all."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np

from contrechamp.base.errors import InputError, OutputError
from contrechamp.base.files import check_name_and_rights, not_utf8, read_bounded
from contrechamp.base.i18n import _, active_language
from contrechamp.base.progress import Progress, silent
from contrechamp.measure.disparity.asked import Asked
from contrechamp.measure.disparity.plan import Plan, from_toml
from contrechamp.measure.disparity.run import Disparity, disparity
from contrechamp.measure.engine import compile_engine
from contrechamp.publish import methods
from contrechamp.publish.answer_folder import AnswerFolder, head
from contrechamp.publish.answers import DISPARITY
from contrechamp.publish.command import as_typed, without_folders
from contrechamp.publish.disparity import sentences, tables
from contrechamp.publish.disparity.citable import citable
from contrechamp.publish.numbers import Numbers
from contrechamp.publish.open_data import OSM_ATTRIBUTION, OSM_LICENCE, is_from_osm
from contrechamp.publish.single_page import SinglePage, rendered
from contrechamp.scene.census import Census
from contrechamp.scene.foreign_file import opened_file
from contrechamp.scene.input_files import MAX_UNPACKED_BYTES
from contrechamp.scene.map_cell import MapReader, given_or_opened
from contrechamp.scene.read import read_scene
from contrechamp.scene.tables import InputFile, Scene
from contrechamp.sight.levels import parse_levels

INDEX, COMPARISONS = "index.html", "comparisons.csv"
#: A layer, as GeoJSON and as GeoParquet.
AREAS: Final = "areas"
_FOLDER: Final = AnswerFolder(
    DISPARITY, (INDEX, DISPARITY.file, f"{AREAS}.geojson", f"{AREAS}.parquet", COMPARISONS)
)
_MOST_PLAN: Final = 1 << 20


@dataclass(frozen=True)
class DisparityJob:
    """What is asked, of which files; the options of ``contrechamp disparity``."""

    inputs: tuple[Path, ...]
    out: Path
    areas: Path
    people: Path | None
    plan: Path
    changed: str
    level_set: str
    crs: str | None
    skip_bad_rows: bool
    asked: Asked


@dataclass(frozen=True)
class Written:
    """What came out.

    Args:
        scene: what was read.
        index: the page.
        headline: of the page.
        sentences: of the page, with what does not count.
        for_machines: what ``--json`` prints.
    """

    scene: Scene
    index: Path
    headline: str
    sentences: Sequence[str]
    for_machines: Mapping[str, Any]


def compare_and_write(
    job: DisparityJob,
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
        ContrechampError: if an input, an option or the output folder cannot be used; also if the
            comparisons are others than those of an earlier run in the same folder, and nobody said
            why.
    """
    levels = parse_levels(job.level_set)
    _FOLDER.check_writable(job.out)
    plan, entry = _plan(job.plan)
    before = _stated_before(job.out, plan, job.changed)
    with given_or_opened(cell) as reads:
        scene = read_scene(
            job.inputs, crs=job.crs, areas=job.areas, skip_bad_rows=job.skip_bad_rows,
            cell=reads, progress=progress,
        )  # fmt: skip
        scene, census, name = _people(job, plan, scene, reads)
    if cell is not None:
        cell.close()  # it would only hold memory from here on
    scene = replace(scene, inputs=(*scene.inputs, entry))
    _check(scene)
    compile_engine(progress)
    told = disparity(scene, census, plan, levels, job.asked, census_file=name, progress=progress)
    numbers = Numbers(active_language())
    machine = _for_machines(told, scene, before)
    page = _page(told, scene, before, numbers, again)
    contents: dict[str, Callable[[], bytes]] = {
        INDEX: lambda: rendered(page, numbers.language),
        COMPARISONS: lambda: tables.comparisons_csv(told),
    }
    _FOLDER.write(
        job.out,
        machine,
        again,
        contents,
        {AREAS: _layer(told, scene)},
        from_osm=is_from_osm(scene),
        progress=progress,
    )
    said = [*page.sentences, *page.warnings, *page.asides]
    return Written(scene, job.out / INDEX, page.headline, said, machine)


def _plan(path: Path) -> tuple[Plan, InputFile]:
    content = read_bounded(path, _MOST_PLAN, where=path.name, advice=check_name_and_rights())
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise not_utf8(path.name) from error
    digest = hashlib.sha256(content).hexdigest()
    entry = InputFile(path.name, digest, len(content), "TOML")
    return from_toml(text, name=path.name), entry


def _stated_before(out: Path, plan: Plan, reason: str) -> list[dict[str, str]]:
    """Return the plans that were run in this folder before, each with why it was changed.

    Raises:
        OutputError: if the plan differs from the last one, and no reason is given.
    """
    try:
        told = json.loads((out / DISPARITY.file).read_bytes())
        last, earlier = str(told["plan"]["sha256"]), list(told["plan"]["before"])
    except (OSError, ValueError, KeyError, TypeError):
        return []
    if last == plan.digest:
        return earlier
    if not reason:
        raise OutputError(
            _(
                "{out}: holds figures of another plan ({digest}). Comparisons that are changed "
                "after "
                "figures were seen prove less. Put the plan back, or say why it changed with "
                "--changed: the page tells it"
            ).format(out=out, digest=last[:12])
        )
    return [*earlier, {"sha256": last, "changed": reason}]


def _people(
    job: DisparityJob, plan: Plan, scene: Scene, cell: MapReader
) -> tuple[Scene, Census, str]:
    """Read the table of people: a file of its own, or the columns of the areas."""
    path = job.people or job.areas
    taken = [] if job.people is None else [entry.name for entry in scene.inputs]
    with opened_file(path, taken, MAX_UNPACKED_BYTES) as file:
        entry, census, notices = file.read_census(
            cell, plan.columns, plan.cluster, skip_bad_rows=job.skip_bad_rows
        )
        name = file.name
    if job.people is None:
        # The areas are their own rows: by their ids, without cutting them with themselves.
        census = replace(census, has_shapes=False)
        return scene, census, name
    if census.has_shapes:
        census = replace(census, rows=census.rows.to_crs(scene.crs))
    scene = replace(scene, inputs=(*scene.inputs, entry), notices=(*scene.notices, *notices))
    return scene, census, name


def _check(scene: Scene) -> None:
    """Refuse a scene that lacks what a figure needs."""
    where = ", ".join(file.name for file in scene.inputs)
    if not scene.streets["walkable"].any():
        raise InputError(
            _("no walkable street found: give an OpenStreetMap extract of the place"), where=where
        )
    if not len(scene.cameras):
        raise InputError(
            _(
                "no camera found: without a list of cameras nobody can tell a place without any "
                "from one where nobody looked"
            ),
            where=where,
        )


def _layer(told: Disparity, scene: Scene) -> gpd.GeoDataFrame:
    """Return the areas with what was found, without people where they are few."""
    low, median, high = np.quantile(told.exposed.share[0], (0.05, 0.5, 0.95), axis=0)
    living = np.median(told.people.all_of_them, axis=0)
    street = told.exposed.street_m
    km = np.where(street > 0.0, street / 1000.0, np.nan)
    return gpd.GeoDataFrame(
        {
            "id": scene.areas["id"],
            "name": scene.areas["name"],
            "people": np.where(living >= told.plan.fewest, np.round(living), np.nan),
            "street_m": street,
            "seen_share_q05": np.where(street > 0.0, low, np.nan),
            "seen_share_median": np.where(street > 0.0, median, np.nan),
            "seen_share_q95": np.where(street > 0.0, high, np.nan),
            "cameras": told.exposed.cameras,
            "cameras_per_km": told.exposed.cameras / km,
        },
        geometry=scene.areas.geometry.to_numpy(),
        crs=scene.areas.crs,
    )


def _for_machines(told: Disparity, scene: Scene, before: list[dict[str, str]]) -> dict[str, Any]:
    return {
        **head(
            DISPARITY,
            scene.inputs,
            {**asdict(told.asked), "threads": None},
            citable(told),
            told.levels,
        ),
        "plan": {"sha256": told.plan.digest, "before": before},
        "areas": len(scene.areas),
        "people_outside": round(told.people.outside, 3),
        "areas_without_people": told.people.without,
        "rows_of_people_unknown": told.people.unknown,
        "cameras_outside": told.exposed.outside,
        "comparisons": [tables.for_machines(one) for one in told.compared],
    }


def _page(
    told: Disparity,
    scene: Scene,
    before: list[dict[str, str]],
    numbers: Numbers,
    again: Sequence[str],
) -> SinglePage:
    drawn = tables.area_map(told, scene)
    ratios = tables.ratios_chart(told, numbers)
    notices = methods.notices_table(scene, numbers)
    credit = f" {OSM_ATTRIBUTION}, {OSM_LICENCE}." if is_from_osm(scene) else ""
    changed = [
        _(
            "The comparisons were changed after figures had been seen ({digest} before). The "
            "reason "
            "given: {reason}"
        ).format(digest=one["sha256"][:12], reason=one["changed"])
        for one in before
    ]
    return SinglePage(
        kicker=_("Who bears it"),
        headline=sentences.headline(told),
        sentences=sentences.sentences(told, numbers),
        warnings=[*changed, *sentences.warnings(told, numbers)],
        asides=sentences.left_aside(told, numbers),
        charts=[*([ratios] if ratios else []), *tables.sides_charts(told, numbers)],
        curves=tables.curves(told, numbers),
        maps_title=_("Where it is"),
        maps=[drawn],
        key=tables.map_key(numbers),
        caption=_("Scale bar: {n} m. North is up.").format(n=drawn.bar // 10) + credit,
        tables=[tables.areas_table(told, scene, numbers)],
        method=sentences.method(told, numbers),
        method_tables=[
            methods.inputs_table(scene, numbers), *([notices] if notices.rows else [])
        ],
        command=as_typed(without_folders(again)),
    )  # fmt: skip
