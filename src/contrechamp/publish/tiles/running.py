"""A run over tiles from files to a store: cut, worked on, added up, taken up where it stopped."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from contrechamp import __version__
from contrechamp.base.errors import InputError, OutputError
from contrechamp.base.i18n import _, active_language
from contrechamp.base.json_text import json_text
from contrechamp.base.progress import Progress, silent
from contrechamp.measure.priors import Priors
from contrechamp.measure.span import SPAN_DRAWS
from contrechamp.measure.stage import place_cameras
from contrechamp.measure.tiles.one import TileFigures
from contrechamp.measure.tiles.plan import Setting, Tile, setting_of, tiles
from contrechamp.measure.tiles.together import Together, together
from contrechamp.publish.figures import canonical_json, figures_csv
from contrechamp.publish.measuring import priors_of
from contrechamp.publish.numbers import Numbers
from contrechamp.publish.tiles.parcels import (
    Job,
    figures_name,
    parcel,
    parcel_name,
    unpacked,
)
from contrechamp.publish.tiles.sentences import sentences
from contrechamp.publish.tiles.store import Folder, Store, store_at
from contrechamp.publish.tiles.workers import here, on_dask
from contrechamp.scene.map_cell import MapReader
from contrechamp.scene.read import read_scene
from contrechamp.scene.tables import Scene
from contrechamp.sight.levels import parse_levels

SCHEMA: Final = "contrechamp/tiles-1"
PLAN, FIGURES, FIGURES_CSV = "run.json", "figures.json", "figures.csv"


@dataclass(frozen=True)
class TilesJob:
    """What is asked; the options of ``contrechamp tiles``.

    Args:
        inputs: files.
        out: a folder, or the address of a store.
        tile_m: width of a tile.
        workers: processes of this machine.
        scheduler: address of a Dask cluster; "" to work here.
        level_set: of the figures, in the words of `sight.levels.parse_levels`.
        draws: how many.
        seed: of all draws.
        target_height_m: of what is to be seen.
        priors_file: for what is not mapped; None for the table of priors that is shipped.
        crs: of the metric plane; None to choose one.
        skip_bad_rows: leave out rows that cannot be read.
    """

    inputs: tuple[Path, ...]
    out: str
    tile_m: float
    workers: int
    scheduler: str
    level_set: str
    draws: int
    seed: int
    target_height_m: float
    priors_file: Path | None
    crs: str | None
    skip_bad_rows: bool


@dataclass(frozen=True)
class Done:
    """What came out.

    Args:
        scene: what was read.
        told: the figures.
        taken_up: tiles that an earlier run had done.
        sentences: for people.
        for_machines: what figures.json holds.
    """

    scene: Scene
    told: Together
    taken_up: int
    sentences: Sequence[str]
    for_machines: Mapping[str, Any]


def run_tiles(job: TilesJob, *, cell: MapReader | None = None, progress: Progress = silent) -> Done:
    """Measure a place tile by tile, and write what is in view.

    Begun again with the same inputs and options, it goes on where it stopped.

    Raises:
        ContrechampError: if an input, an option or the store cannot be used.
    """
    parse_levels(job.level_set)
    _check(store_at(job.out))
    priors, priors_entry = priors_of(job.priors_file)
    scene = read_scene(
        job.inputs, crs=job.crs, skip_bad_rows=job.skip_bad_rows, cell=cell, progress=progress
    )
    if cell is not None:
        cell.close()
    scene = replace(scene, inputs=(*scene.inputs, *priors_entry))
    _check_whole(scene)
    return run_scene(scene, priors, job, progress)


def run_scene(scene: Scene, priors: Priors, job: TilesJob, progress: Progress = silent) -> Done:
    """Do the same of a scene that is read: its cameras, buildings and streets.

    Args:
        scene: with some of each.
        priors: for what is not mapped.
        job: what else is asked; its files are read already.
        progress: of the tiles.
    """
    levels, store = parse_levels(job.level_set), store_at(job.out)
    places = place_cameras(scene.cameras, scene.buildings)
    setting = setting_of(
        scene,
        places,
        priors,
        levels,
        draws=job.draws,
        span_draws=SPAN_DRAWS,
        seed=job.seed,
        target_height_m=job.target_height_m,
    )
    run = _run(job, scene)
    _begin(store, run, scene)
    with progress(_("Cutting into tiles"), None):
        plan = list(tiles(scene, places, setting, job.tile_m))
    left = [tile for tile in plan if _figures(store, tile, run, setting) is None]
    with progress(_("Tiles"), len(plan)) as advance:
        advance(len(plan) - len(left))
        jobs = [_handed_out(store, job.out, tile, scene, run, setting) for tile in left]
        for _tile in _worked_on(jobs, job):
            advance(1)
    told = together(_all(store, plan, run, setting), setting)
    numbers = Numbers(active_language())
    machine = _for_machines(told, scene, job, setting)
    store.write(FIGURES, canonical_json(machine) + b"\n")
    store.write(FIGURES_CSV, figures_csv(told.figures))
    said = sentences(told, scene, numbers)
    return Done(scene, told, len(plan) - len(left), said, machine)


def _worked_on(jobs: Sequence[Job], job: TilesJob) -> Iterator[str]:
    if not jobs:
        return iter(())
    return on_dask(jobs, job.scheduler) if job.scheduler else here(jobs, job.workers)


def _check(store: Store) -> None:
    """Refuse a folder or store that holds something else, before anything is read."""
    if not store.empty() and store.read(PLAN) is None:
        raise OutputError(
            _("it holds what this command did not write; choose another with -o"),
            where=str(store.path) if isinstance(store, Folder) else "",
        )


def _check_whole(scene: Scene) -> None:
    where = ", ".join(file.name for file in scene.inputs)
    if not len(scene.cameras):
        raise InputError(_("no camera found: nothing is in view of any"), where=where)
    if scene.relief is not None:
        raise InputError(
            _("tiles are measured on flat ground; leave the height model out, or use measure"),
            where=", ".join(scene.relief.names),
        )
    if not len(scene.buildings):
        raise InputError(_("no building found: give the extract with buildings"), where=where)
    if not scene.streets["walkable"].any():
        raise InputError(_("no walkable street found to give figures for"), where=where)


def _run(job: TilesJob, scene: Scene) -> str:
    """Return the digest of all that the figures hang on."""
    asked = replace(job, inputs=(), out="", workers=0, scheduler="", priors_file=None)
    content = {
        "software": __version__,
        "inputs": [file.sha256 for file in scene.inputs],
        "asked": repr(asked),
    }
    return hashlib.sha256(json_text(content, sort_keys=True).encode()).hexdigest()


def _begin(store: Store, run: str, scene: Scene) -> None:
    """Write what the run is, or check that the one that lies there is the same."""
    text = json_text(
        {"schema": SCHEMA, "run": run, "inputs": [asdict(file) for file in scene.inputs]},
        indent=1,
        sort_keys=True,
    )
    content = (text + "\n").encode()
    before = store.read(PLAN)
    if before is not None and before != content:
        raise OutputError(
            _(
                "there lies a run of other inputs, options or another version; choose another "
                "place with -o, or remove it"
            ),
            where=PLAN,
        )
    store.write(PLAN, content)


def _handed_out(store: Store, at: str, tile: Tile, scene: Scene, run: str, setting: Setting) -> Job:
    """Write the parcel of a tile, and return what is asked of whoever works on it."""
    part = tile.of(scene)
    digests = {}
    for name, content in parcel(part).items():
        store.write(parcel_name(tile.name, name), content)
        digests[name] = hashlib.sha256(content).hexdigest()
    where = str(Path(at).resolve()) if isinstance(store, Folder) else at
    return Job(where, run, tile.name, digests, setting, part.limits)


def _figures(store: Store, tile: Tile, run: str, setting: Setting) -> TileFigures | None:
    content = store.read(figures_name(tile.name))
    return None if content is None else unpacked(content, run, setting)


def _all(store: Store, plan: Sequence[Tile], run: str, setting: Setting) -> Iterator[TileFigures]:
    for tile in plan:
        figures = _figures(store, tile, run, setting)
        if figures is None:
            raise InputError(
                _("its figures are gone or damaged; begin the run again"),
                where=figures_name(tile.name),
            )
        yield figures


def _for_machines(told: Together, scene: Scene, job: TilesJob, setting: Setting) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "software": {"name": "contrechamp", "version": __version__},
        "inputs": [asdict(file) for file in scene.inputs],
        "crs": scene.crs.to_string(),
        "scale_error": scene.scale_error,
        "counts": {
            "cameras": len(scene.cameras),
            "buildings": len(scene.buildings),
            "streets": len(scene.streets),
            "tiles": told.tiles,
            **scene.counts,
        },
        "tile_m": job.tile_m,
        "draws": job.draws,
        "seed": job.seed,
        "target_height_m": job.target_height_m,
        "levels": [asdict(level) for level in setting.levels],
        "walkable_m": told.walkable_m,
        "near_walkable_m": told.near_walkable_m,
        "figures": [asdict(figure) for figure in told.figures],
        "notices": [asdict(notice) for notice in scene.notices],
    }
