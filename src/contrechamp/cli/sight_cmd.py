"""``contrechamp sight``: the engine alone, visible regions by camera and level."""

import json
import time
from dataclasses import replace
from pathlib import Path

import click

from contrechamp.base.i18n import _, ngettext
from contrechamp.cli.options import (
    crs_option,
    declination_option,
    json_option,
    levels_option,
    models_option,
    skip_bad_rows_option,
    target_height_option,
    threads_option,
    unconfined_option,
)
from contrechamp.scene.map_cell import map_cell


def command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "sight",
        callback=_sight,
        help=_(
            "Compute what each camera has in view: one region per camera and level, and one "
            "whatever the pixel density."
        ),
        epilog=_(
            "Example: contrechamp sight --cameras survey.csv --buildings houses.geojson "
            "-o seen.geojson"
        ),
        params=[
            click.Option(
                ["--cameras", "cameras_file"],
                type=click.Path(path_type=Path),
                required=True,
                metavar="FILE",
                help=_("Cameras by the camera table: CSV, or points in GeoJSON."),
            ),
            click.Option(
                ["--buildings", "buildings_file"],
                type=click.Path(path_type=Path),
                required=True,
                metavar="FILE",
                help=_("Buildings: polygons with height_m."),
            ),
            click.Option(
                ["-o", "--out"],
                type=click.Path(path_type=Path),
                required=True,
                metavar="FILE",
                help=_("Where to write: .geojson or .parquet."),
            ),
            click.Option(
                ["--flat"],
                is_flag=True,
                help=_("Take every wall as endless, as a plan without heights does."),
            ),
            target_height_option(),
            levels_option(),
            crs_option(),
            skip_bad_rows_option(),
            models_option(),
            declination_option(),
            threads_option(),
            unconfined_option(),
            json_option(),
        ],
    )


def _sight(
    *,
    cameras_file: Path,
    buildings_file: Path,
    out: Path,
    flat: bool,
    target_height_m: float,
    level_set: str,
    crs: str | None,
    skip_bad_rows: bool,
    declination_deg: float | None,
    models_file: Path | None,
    threads: int | None,
    unconfined: bool,
    as_json: bool,
) -> None:
    with map_cell(unconfined=unconfined) as cell:  # gets warm during the imports
        from contrechamp.publish.regions_file import check_regions_file
        from contrechamp.scene.camera_models import scene_with_models
        from contrechamp.scene.read import read_cameras_and_buildings
        from contrechamp.sight.levels import parse_levels

        levels = parse_levels(level_set)
        check_regions_file(out, (cameras_file, buildings_file))
        scene = read_cameras_and_buildings(
            cameras_file,
            buildings_file,
            crs=crs,
            skip_bad_rows=skip_bad_rows,
            declination_deg=declination_deg,
            cell=cell,
        )
        if models_file is not None:
            scene = scene_with_models(scene, models_file, skip_bad_rows=skip_bad_rows, cell=cell)
    from contrechamp.cli.bars import progress_for
    from contrechamp.cli.telling import tell_notices, tell_rows_left_out
    from contrechamp.measure.engine import compile_engine
    from contrechamp.measure.known import known_names
    from contrechamp.measure.possible_regions import possible_regions, region_table
    from contrechamp.measure.priors import default
    from contrechamp.measure.stage import set_stage
    from contrechamp.publish.regions_file import write_regions

    progress = progress_for(as_json=as_json)
    compile_engine(progress)
    watch = _StopWatch()
    # Medians of the priors stand in for what is not mapped: nothing is drawn, the seed is unused.
    stage = set_stage(
        scene, default(), levels, target_height_m=target_height_m, seed=0, threads=threads
    )
    scene = replace(scene, notices=(*scene.notices, *stage.notices))
    index_seconds = watch.lap()
    next(possible_regions(stage, flat=flat, at_once=1))
    compile_seconds = watch.lap()
    seen = []
    with progress(_("cameras"), len(scene.cameras)) as advance:
        for some in possible_regions(stage, flat=flat):
            seen.append(some)
            advance(len(some.area_m2))
    engine_seconds = watch.lap()

    regions = region_table(stage, seen)
    assumed = known_names(stage.cameras)[1]
    regions["assumed"] = [names for names in assumed for _level in levels]
    regions["moved_m"] = stage.placed.moved_m.repeat(len(levels))
    write_regions(regions, out)
    if as_json:
        summary = {
            "cameras": len(scene.cameras),
            "cameras_with_assumptions": sum(bool(names) for names in assumed),
            "cameras_on_walls": int(stage.placed.on_wall.sum()),
            "buildings": len(scene.buildings),
            "walls": len(stage.walls.corners),
            "levels": [level.name for level in levels],
            "regions": len(regions),
            "empty_regions": int(regions.is_empty.sum()),
            "notices": len(scene.notices),
            "rows_left_out": scene.counts.get("rows_left_out", 0),
            "crs": scene.crs.to_string(),
            "engine_seconds": engine_seconds,
            "index_seconds": index_seconds,
            "compile_seconds": compile_seconds,
        }
        click.echo(json.dumps(summary))
        return
    tell_notices(scene.notices)
    tell_rows_left_out(scene.counts)
    click.echo(
        ngettext(
            "{out}: {regions} region ({cameras}), {seconds} s in the engine",
            "{out}: {regions} regions ({cameras}), {seconds} s in the engine",
            len(regions),
        ).format(
            out=out,
            regions=len(regions),
            cameras=ngettext("{n} camera", "{n} cameras", len(scene.cameras)).format(
                n=len(scene.cameras)
            ),
            seconds=f"{engine_seconds:.3g}",
        )
    )


class _StopWatch:
    """Measures the seconds since it was made or last read."""

    def __init__(self) -> None:
        self._since = time.perf_counter()

    def lap(self) -> float:
        before, self._since = self._since, time.perf_counter()
        return self._since - before
