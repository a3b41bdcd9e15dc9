"""``contrechamp sight``: the engine alone, visible regions by camera and level."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from contrechamp.base.i18n import _, ngettext
from contrechamp.cli.options import (
    crs_option,
    json_option,
    language_option,
    levels_option,
    skip_bad_rows_option,
    target_height_option,
    threads_option,
    verbose_option,
)

if TYPE_CHECKING:
    from contrechamp.cli.seeing import Seen


def sight_command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "sight",
        callback=_sight,
        short_help=_("What each camera has in view: the engine alone."),
        help=_(
            "Compute what each camera has in view: one region a camera and level, and one "
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
            threads_option(),
            json_option(),
            language_option(),
            verbose_option(),
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
    threads: int | None,
    as_json: bool,
) -> None:
    from contrechamp.cli.bars import progress_for
    from contrechamp.cli.seeing import Question, see
    from contrechamp.cli.telling import tell_notices, tell_rows_left_out
    from contrechamp.publish.regions_file import check_regions_file, write_regions
    from contrechamp.sight.levels import parse_levels

    levels = parse_levels(level_set)
    check_regions_file(out, (cameras_file, buildings_file))
    question = Question(
        cameras_file, buildings_file, levels, target_height_m, flat, crs, skip_bad_rows, threads
    )
    seen = see(question, progress_for(as_json=as_json))
    write_regions(seen.regions, out)
    if as_json:
        click.echo(json.dumps(_counts(seen)))
        return
    tell_notices(seen.notices)
    tell_rows_left_out(seen.counts)
    cameras = len(seen.assumed)
    click.echo(
        ngettext(
            "{out}: {regions} regions of {cameras} camera, {seconds} s in the engine",
            "{out}: {regions} regions of {cameras} cameras, {seconds} s in the engine",
            cameras,
        ).format(
            out=out,
            regions=len(seen.regions),
            cameras=cameras,
            seconds=f"{seen.engine_seconds:.3g}",
        )
    )


def _counts(seen: "Seen") -> dict[str, object]:
    """Return what ``--json`` prints."""
    return {
        "cameras": len(seen.assumed),
        "cameras_with_assumptions": sum(bool(names) for names in seen.assumed),
        "cameras_on_walls": seen.on_walls,
        "buildings": seen.buildings,
        "walls": seen.walls,
        "levels": [level.name for level in seen.levels],
        "regions": len(seen.regions),
        "empty_regions": int(seen.regions.geometry.is_empty.sum()),
        "notices": len(seen.notices),
        "rows_left_out": seen.counts.get("rows_left_out", 0),
        "crs": seen.crs,
        "engine_seconds": seen.engine_seconds,
        "index_seconds": seen.index_seconds,
        "compile_seconds": seen.compile_seconds,
    }
