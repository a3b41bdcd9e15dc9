"""``contrechamp disparity``: who bears it, by comparisons that were stated beforehand."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from contrechamp.base.i18n import _
from contrechamp.cli.options import (
    FiniteRange,
    checked_found,
    crs_option,
    draws_option,
    inputs_argument,
    json_option,
    levels_option,
    report_option,
    seed_option,
    skip_bad_rows_option,
    target_height_option,
    threads_option,
    unconfined_option,
)
from contrechamp.measure.disparity.asked import Asked
from contrechamp.scene.map_cell import MapReader, map_cell

if TYPE_CHECKING:
    from contrechamp.base.progress import Progress
    from contrechamp.publish.disparity.writing import Written

#: Options that say what is asked, and not of which files.
_ASKED = ("draws", "seed", "target_height_m", "threads")


def command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "disparity",
        callback=_disparity,
        help=_(
            "Say who bears it: compare what cameras have in view where different people live, by "
            "comparisons that a plan states beforehand, with what is not known of cameras, of "
            "those "
            "that were missed and of the people counted.\n\n"
            "INPUT: an OpenStreetMap extract of the place, and lists of cameras, as for measure"
        ),
        epilog=_(
            "Example: contrechamp disparity city.osm.pbf --areas tracts.gpkg --plan plan.toml -o "
            "who"
        ),
        params=[
            inputs_argument(),
            report_option(),
            click.Option(
                ["--areas"],
                type=click.Path(path_type=Path),
                required=True,
                metavar="FILE",
                help=_("Tracts, districts or grid cells (polygons) that do not overlap."),
            ),
            click.Option(
                ["--people"],
                type=click.Path(path_type=Path),
                metavar="FILE",
                help=_(
                    "Table of people: CSV by the ids of areas, or polygons of its own, which are "
                    "divided between the areas; by default the columns of the areas."
                ),
            ),
            click.Option(
                ["--plan"],
                type=click.Path(path_type=Path),
                required=True,
                metavar="FILE",
                help=_("TOML file with the columns that count, and what is compared."),
            ),
            click.Option(
                ["--found"],
                type=FiniteRange(0.01, 1),
                nargs=2,
                metavar="LOW HIGH",
                help=_(
                    "Between which shares of all cameras the lists have, in nine of ten cases, as "
                    "completeness tells; by default figures are of the mapped cameras."
                ),
            ),
            click.Option(
                ["--changed"],
                default="",
                metavar="REASON",
                help=_("Why the plan differs from that of the figures in the folder."),
            ),
            levels_option(),
            target_height_option(),
            draws_option(),
            seed_option(),
            crs_option(),
            skip_bad_rows_option(),
            threads_option(),
            unconfined_option(),
            json_option(),
        ],
    )


def _disparity(*, unconfined: bool, as_json: bool, **options: Any) -> None:
    with map_cell(unconfined=unconfined) as cell:  # gets warm during the imports
        from contrechamp.cli.again import command_again
        from contrechamp.cli.bars import progress_for
        from contrechamp.cli.telling import tell_answer

        done = answered(
            options,
            again=command_again(click.get_current_context()),
            cell=cell,
            progress=progress_for(as_json=as_json),
        )
    if as_json:
        click.echo(json.dumps({"report": str(done.index), **done.for_machines}))
        return
    tell_answer((done.headline, *done.sentences), done.scene.notices, done.scene.counts)
    click.echo(_("Report: {index}").format(index=done.index))


def answered(
    options: Mapping[str, Any], *, again: Sequence[str], cell: MapReader, progress: "Progress"
) -> "Written":
    """Say who bears it, as the options of the command ask for."""
    found = checked_found(options["found"])
    from contrechamp.publish.disparity.writing import DisparityJob, compare_and_write

    asked = Asked(**{name: options[name] for name in _ASKED}, found=found)
    of_files = options.keys() - {*_ASKED, "found"}
    job = DisparityJob(asked=asked, **{name: options[name] for name in of_files})
    return compare_and_write(job, again=again, cell=cell, progress=progress)
