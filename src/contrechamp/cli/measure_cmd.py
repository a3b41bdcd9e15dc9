"""``contrechamp measure``: files in; figures, map and report out."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from contrechamp.base.errors import UsageError
from contrechamp.base.i18n import _
from contrechamp.cli.options import (
    FiniteRange,
    areas_option,
    crs_option,
    declination_option,
    draws_option,
    inputs_argument,
    json_option,
    levels_option,
    models_option,
    report_option,
    seed_option,
    skip_bad_rows_option,
    target_height_option,
    threads_option,
    unconfined_option,
    without_option,
)
from contrechamp.cli.telling import measure_and_tell
from contrechamp.measure.own_way.asked import GPS_ERROR_M
from contrechamp.publish.measure_job import HOMES, PIECE_M, SAME_CAMERA_M, MeasureJob
from contrechamp.scene.map_cell import MapReader, map_cell

if TYPE_CHECKING:
    from contrechamp.base.progress import Progress
    from contrechamp.publish.measuring import Published

#: Options that are of a walk, or of a bundle.
_NOT_OF_A_MAP = frozenset({"track", "gps_error_m", "again"})


def command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "measure",
        callback=_measure,
        help=_(
            "Measure what mapped cameras can see of streets and ways, with its uncertainty.\n\n"
            "INPUT: OpenStreetMap extracts (.osm, .osm.gz, .osm.bz2, .osm.pbf), surveys (.csv, "
            ".xlsx, .geojson, .gpkg, .parquet, .kml, .kmz, photos with a place), walks (.gpx, "
            ".kml) and height models (.tif); several are put together. What is understood of "
            "them: contrechamp check"
        ),
        epilog=_("Example: contrechamp measure city.osm.pbf survey.csv -o report --lang fr"),
        params=[
            inputs_argument(required=False),
            report_option(required=False),
            areas_option(),
            click.Option(
                ["--whole"],
                is_flag=True,
                help=_(
                    "The input is cut to an area that means something: give shares of all its "
                    "street too."
                ),
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
            models_option(),
            click.Option(
                ["--completeness"],
                type=click.Path(path_type=Path),
                metavar="FILE",
                help=_(
                    "The completeness.json of a survey of the same files (completeness --in-view): "
                    "the report then tells of all cameras, those that nobody found as well."
                ),
            ),
            crs_option(),
            skip_bad_rows_option(),
            declination_option(),
            click.Option(
                ["--same-camera", "same_camera_m"],
                type=FiniteRange(0, 1000),
                default=SAME_CAMERA_M,
                show_default=True,
                metavar="M",
                help=_("List cameras of two sources that are this near each other."),
            ),
            click.Option(
                ["--piece", "piece_m"],
                type=FiniteRange(1, 1000),
                default=PIECE_M,
                show_default=True,
                metavar="M",
                help=_("Length of the pieces of street that the map colours."),
            ),
            click.Option(
                ["--homes"],
                type=click.IntRange(0),
                default=HOMES,
                show_default=True,
                metavar="N",
                help=_("Walk from at most this many homes; 0: no walks."),
            ),
            click.Option(
                ["--open", "open_ground"],
                is_flag=True,
                help=_(
                    "The place has no buildings: views are free within range and field of view. "
                    "The report says so first."
                ),
            ),
            without_option(),
            click.Option(
                ["--track"],
                type=click.Path(path_type=Path),
                metavar="FILE",
                help=_(
                    "Your own way (GPX): how long and how far it was in view, by level and "
                    "camera. It "
                    "is printed and kept nowhere; -o writes what may be handed on."
                ),
            ),
            click.Option(
                ["--gps-error", "gps_error_m"],
                type=FiniteRange(0, 100),
                default=GPS_ERROR_M,
                show_default=True,
                metavar="M",
                help=_("How far off the fixes of --track are, in each direction (standard error)."),
            ),
            threads_option(),
            click.Option(
                ["--again"],
                type=click.Path(path_type=Path),
                metavar="BUNDLE",
                help=_(
                    "In the place of INPUT: run the measurements of a publication's bundle anew, "
                    "and compare their figures byte for byte."
                ),
            ),
            unconfined_option(),
            json_option(),
        ],
    )


def _measure(
    *,
    as_json: bool,
    unconfined: bool,
    again: Path | None,
    track: Path | None,
    gps_error_m: float,
    **options: Any,
) -> None:
    if (again is None) == (not options["inputs"]):
        raise UsageError(_("name what is to be measured: INPUT, or --again with a bundle"))
    if track is not None:
        from contrechamp.cli.own_way import measure_track

        options["gps_error_m"] = gps_error_m
        measure_track(track, options, unconfined=unconfined, as_json=as_json)
        return
    context = click.get_current_context()
    if options["out"] is None:  # only a walk needs no folder
        folder = next(one for one in context.command.params if one.name == "out")
        raise click.MissingParameter(ctx=context, param=folder)
    if again is not None:
        from contrechamp.cli.measured_again import measure_again

        measure_again(again, options["out"], unconfined=unconfined, as_json=as_json)
        return
    measure_and_tell(MeasureJob(**options), map_cell(unconfined=unconfined), as_json=as_json)


def answered(
    options: Mapping[str, Any], *, again: Sequence[str], cell: MapReader, progress: "Progress"
) -> "Published":
    """Measure as the options of the command ask for, without those of a walk."""
    from contrechamp.publish.measuring import measure_and_publish

    asked = {name: options[name] for name in options.keys() - _NOT_OF_A_MAP}
    return measure_and_publish(MeasureJob(**asked), again=again, cell=cell, progress=progress)
