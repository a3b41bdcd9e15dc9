"""``contrechamp change``: what changed between maps of several days, and what cannot be told."""

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
    json_option,
    levels_option,
    report_option,
    seed_option,
    skip_bad_rows_option,
    target_height_option,
    threads_option,
    unconfined_option,
)
from contrechamp.measure.change.asked import Asked
from contrechamp.measure.survey.asked import ERROR_M, WITHIN_M
from contrechamp.scene.map_cell import MapReader, map_cell

if TYPE_CHECKING:
    from contrechamp.base.progress import Progress
    from contrechamp.publish.change.writing import Written

#: Options that say what is asked, and not of which files.
_ASKED = ("draws", "seed", "target_height_m", "error_m", "within_m", "threads")


def command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "change",
        callback=_change,
        help=_(
            "Say what changed between maps or surveys of several days: cameras that were put up "
            "or taken down where that can be told, and otherwise what the map's own growth "
            "explains; what is in view at each date, with the same draws for all of them."
        ),
        epilog=_(
            "Example: contrechamp change --map 2021-04 old.osm.pbf --map 2025-02 new.osm.pbf "
            "-o change"
        ),
        params=[
            click.Option(
                ["--map", "maps"],
                type=(str, click.Path(path_type=Path)),
                multiple=True,
                required=True,
                metavar="DATE FILE",
                help=_(
                    "A map, a list of cameras or a walk of a day (2021-04-21, 2021-04 or 2021); "
                    "several of one day are put together. A day with a walk (GPX) is a survey."
                ),
            ),
            report_option(),
            click.Option(
                ["--events"],
                type=click.Path(path_type=Path),
                metavar="FILE",
                help=_(
                    "CSV of what happened: date, title and, if you like, source and confidence; or "
                    "the timeline.csv of a case (contrechamp timeline CASE -o DIR)."
                ),
            ),
            click.Option(
                ["--found"],
                type=FiniteRange(0.01, 1),
                nargs=2,
                metavar="LOW HIGH",
                help=_(
                    "Between which shares of the cameras on its streets a survey finds, in nine of "
                    "ten cases; without it, change cannot be told from what surveys miss."
                ),
            ),
            click.Option(
                ["--within", "within_m"],
                type=FiniteRange(1, 500),
                default=WITHIN_M,
                show_default=True,
                metavar="M",
                help=_("How far from their way people notice a camera."),
            ),
            click.Option(
                ["--error", "error_m"],
                type=FiniteRange(0.1, 100),
                default=ERROR_M,
                show_default=True,
                metavar="M",
                help=_("How far off lists put cameras, in each direction (standard error)."),
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


def _change(*, unconfined: bool, as_json: bool, **options: Any) -> None:
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
    tell_answer((done.headline, *done.sentences), done.notices, {})
    click.echo(_("Report: {index}").format(index=done.index))


def answered(
    options: Mapping[str, Any], *, again: Sequence[str], cell: MapReader, progress: "Progress"
) -> "Written":
    """Say what changed, as the options of the command ask for."""
    found = checked_found(options["found"])
    from contrechamp.publish.change.writing import ChangeJob, change_and_write

    asked = Asked(**{name: options[name] for name in _ASKED}, found=found)
    of_files = options.keys() - {*_ASKED, "found"}
    job = ChangeJob(asked=asked, **{name: options[name] for name in of_files})
    return change_and_write(job, again=again, cell=cell, progress=progress)
