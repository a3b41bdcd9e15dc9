"""``contrechamp completeness``: how much of a place a survey looked over, and where to go next."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
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
    unconfined_option,
)
from contrechamp.measure.survey.asked import ERROR_M, WITHIN_M, Asked, Recall
from contrechamp.scene.map_cell import MapReader, map_cell

if TYPE_CHECKING:
    from contrechamp.base.progress import Progress
    from contrechamp.publish.survey.writing import Written

#: Nobody counts more cameras by hand.
MOST_COUNTED = 1_000_000


class FoundOf(click.ParamType[Recall]):
    """A check, as FOUND/OF."""

    name = "found/of"

    def convert(
        self, value: object, param: click.Parameter | None, context: click.Context | None
    ) -> Recall:
        """Return the check, or refuse what is none."""
        match str(value).split("/"):
            case [found, of] if found.isdecimal() and of.isdecimal():
                if 0 < int(of) <= MOST_COUNTED and int(found) <= int(of):
                    return Recall(int(found), int(of))
        self.fail(
            _(
                "{value}: expected how many were found, of how many there are, such as 63/100"
            ).format(value=value),
            param,
            context,
        )


def command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "completeness",
        callback=_completeness,
        help=_(
            "Say how complete a survey is: which streets were looked over, how many cameras "
            "there are on them and everywhere, how sure that is, and where to go next.\n\n"
            "INPUT: an OpenStreetMap extract of the place, the recorded walks (.gpx, .kml) and "
            "one list of cameras or two that were made apart from each other (.csv, .xlsx, "
            ".geojson, .kml, photos with a place)"
        ),
        epilog=_(
            "Example: contrechamp completeness city.osm.pbf walk.gpx mine.csv yours.csv -o next"
        ),
        params=[
            inputs_argument(),
            report_option(),
            areas_option(),
            click.Option(
                ["--whole"],
                is_flag=True,
                help=_("All streets of the input are to be surveyed, not those near the walks."),
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
            click.Option(
                ["--in-view"],
                is_flag=True,
                help=_(
                    "Also say how much street is in view of all cameras, those that nobody found "
                    "as well."
                ),
            ),
            levels_option(),
            click.Option(
                ["--pictures"],
                type=click.Path(path_type=Path),
                metavar="FILE",
                help=_(
                    "A CSV of what people saw on pictures of streets: picture, length_m (of street "
                    "that it shows), cameras, and sides (of the street, 1 or 2) and person."
                ),
            ),
            click.Option(
                ["--recall"],
                type=FoundOf(),
                metavar="FOUND/OF",
                help=_(
                    "Of the cameras of a closer count of the same places, how many were found on "
                    "the pictures, such as 63/100."
                ),
            ),
            draws_option(),
            seed_option(),
            crs_option(),
            skip_bad_rows_option(),
            unconfined_option(),
            json_option(),
        ],
    )


def _completeness(*, unconfined: bool, as_json: bool, **options: Any) -> None:
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
    click.echo(_("Where to go next, and a map: {index}").format(index=done.index))


def answered(
    options: Mapping[str, Any], *, again: Sequence[str], cell: MapReader, progress: "Progress"
) -> "Written":
    """Say how complete a survey is, as the options of the command ask for."""
    from contrechamp.publish.survey.writing import SurveyJob, survey_and_write

    asked = Asked(
        within_m=options["within_m"],
        error_m=options["error_m"],
        draws=options["draws"],
        seed=options["seed"],
        whole=options["whole"],
        levels=options["level_set"] if options["in_view"] else "",
        checked=options["recall"],
    )
    of_files = ("inputs", "out", "areas", "crs", "skip_bad_rows", "pictures")
    job = SurveyJob(asked=asked, **{name: options[name] for name in of_files})
    return survey_and_write(job, again=again, cell=cell, progress=progress)
