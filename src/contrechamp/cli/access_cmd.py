"""``contrechamp access``: who reaches what through barriers, and what stands in the way."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from contrechamp.base.i18n import _
from contrechamp.cli.options import (
    FiniteRange,
    areas_option,
    crs_option,
    draws_option,
    inputs_argument,
    json_option,
    levels_option,
    report_option,
    seed_option,
    skip_bad_rows_option,
    threads_option,
    unconfined_option,
)
from contrechamp.measure.access.asked import DAYS, LINKS_SHARE, Asked
from contrechamp.scene.map_cell import MapReader, map_cell

if TYPE_CHECKING:
    from contrechamp.base.progress import Progress
    from contrechamp.publish.access.writing import Written

#: Options that say what is asked, and not of which files.
_ASKED = ("day", "hour", "draws", "seed", "links_share", "between")
#: Between the permits that one group holds.
_AND = "+"


def command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "access",
        callback=_access,
        help=_(
            "Say what barriers leave of people's ways to schools, clinics, markets and other "
            "public places: how long it takes, by hour and permit, who is cut off, which barrier "
            "matters most, and what cannot be avoided on the way.\n\n"
            "INPUT: an OpenStreetMap extract of the place, and tables of barriers (column "
            "barrier: points or lines), of public places (column service) and of cameras (.csv, "
            ".xlsx, .geojson)"
        ),
        epilog=_("Example: contrechamp access city.osm.pbf barriers.geojson -o access"),
        params=[
            inputs_argument(),
            report_option(),
            areas_option(),
            click.Option(
                ["--group", "groups"],
                multiple=True,
                metavar="PERMITS",
                help=_(
                    "A group of people by the permits that they hold, with + between them; none "
                    "for those without. Repeatable. By default those without, and one group for "
                    "each permit that a barrier names."
                ),
            ),
            click.Option(
                ["--day"],
                type=click.Choice(DAYS),
                default=Asked.day,
                show_default=True,
                help=_("Day of the week, by which opening hours are read."),
            ),
            click.Option(
                ["--hour"],
                type=click.IntRange(0, 23),
                default=Asked.hour,
                show_default=True,
                help=_("Hour of the map, of the comparison of barriers and of exposure."),
            ),
            click.Option(
                ["--paths", "links_share"],
                type=FiniteRange(0, 1),
                default=LINKS_SHARE,
                show_default=True,
                metavar="SHARE",
                help=_(
                    "Of the foot paths that the map may lack, at most this share is there; 0: none."
                ),
            ),
            click.Option(
                ["--between"],
                nargs=2,
                metavar="AREA AREA",
                help=_("Find the fewest cameras that have every way between two areas in view."),
            ),
            levels_option(),
            draws_option(Asked.draws),
            seed_option(),
            crs_option(),
            skip_bad_rows_option(),
            threads_option(),
            unconfined_option(),
            json_option(),
        ],
    )


def _access(*, unconfined: bool, as_json: bool, **options: Any) -> None:
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
    tell_answer(done.sentences, done.scene.notices, done.scene.counts)
    click.echo(_("Map, plot and tables: {index}").format(index=done.index))


def answered(
    options: Mapping[str, Any], *, again: Sequence[str], cell: MapReader, progress: "Progress"
) -> "Written":
    """Say who reaches what through barriers, as the options of the command ask for."""
    from contrechamp.publish.access.writing import AccessJob, access_and_write

    asked = Asked(
        **{name: options[name] for name in _ASKED},
        groups=tuple(map(_permits, options["groups"])),
    )
    of_files = options.keys() - {*_ASKED, "groups"}
    job = AccessJob(asked=asked, **{name: options[name] for name in of_files})
    return access_and_write(job, again=again, cell=cell, progress=progress)


def _permits(text: str) -> tuple[str, ...]:
    """Return the permits of a group, as `scene.passing` writes them; ``none`` are none."""
    names = (" ".join(name.casefold().split()) for name in text.split(_AND))
    return tuple(name for name in names if name and name != "none")
