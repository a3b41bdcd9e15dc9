"""``contrechamp tiles``: streets in view of a place that is too large for one look."""

import json
import os
from pathlib import Path
from typing import Any

import click

from contrechamp.base.i18n import _
from contrechamp.cli.options import (
    FiniteRange,
    crs_option,
    draws_option,
    inputs_argument,
    json_option,
    levels_option,
    seed_option,
    skip_bad_rows_option,
    target_height_option,
    unconfined_option,
)
from contrechamp.scene.map_cell import map_cell

#: Width of a tile where nothing else is said; `measure.tiles.plan.TILE_M`, which imports much.
TILE_M = 2000.0


def command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "tiles",
        callback=_tiles,
        help=_(
            "Measure how much street is in view in a place that is too large for one look, such as "
            "a country: tile by tile, by several processes or a Dask cluster. The figures are the "
            "same whoever works, and a run that was stopped goes on where it was.\n\n"
            "INPUT: OpenStreetMap extracts and lists of cameras, as for contrechamp measure"
        ),
        epilog=_("Example: contrechamp tiles country.osm.pbf -o country --workers 2"),
        params=[
            inputs_argument(),
            click.Option(
                ["-o", "--out"],
                required=True,
                metavar="FOLDER",
                help=_(
                    "A folder for the tiles and their figures, or the address of a store, such as "
                    "s3://bucket/run, with its keys in the environment."
                ),
            ),
            click.Option(
                ["--workers"],
                type=click.IntRange(1, 1024),
                metavar="N",
                help=_("Processes of this machine; by default one a processor."),
            ),
            click.Option(
                ["--scheduler"],
                default="",
                metavar="ADDRESS",
                help=_(
                    "Work on a Dask cluster of your own, such as tcp://10.0.0.5:8786. Its machines "
                    "run what is sent there and are believed."
                ),
            ),
            click.Option(
                ["--tile", "tile_m"],
                type=FiniteRange(100, 1_000_000),
                default=TILE_M,
                show_default=True,
                metavar="M",
                help=_("Width of a tile."),
            ),
            levels_option(),
            target_height_option(),
            draws_option(),
            seed_option(),
            click.Option(
                ["--priors", "priors_file"],
                type=click.Path(path_type=Path),
                metavar="FILE",
                help=_("TOML file with what to assume where nothing is mapped."),
            ),
            crs_option(),
            skip_bad_rows_option(),
            unconfined_option(),
            json_option(),
        ],
    )


def _tiles(*, workers: int | None, unconfined: bool, as_json: bool, **options: Any) -> None:
    with map_cell(unconfined=unconfined) as cell:  # gets warm during the imports
        from contrechamp.cli.bars import progress_for
        from contrechamp.cli.telling import tell_answer
        from contrechamp.publish.tiles.running import TilesJob, run_tiles

        job = TilesJob(**options, workers=workers or os.cpu_count() or 1)
        done = run_tiles(job, cell=cell, progress=progress_for(as_json=as_json))
    if as_json:
        click.echo(json.dumps(done.for_machines, default=str))
        return
    tell_answer(done.sentences, done.scene.notices, done.scene.counts)
    click.echo(_("Figures, and each piece of street: {out}").format(out=options["out"]))
