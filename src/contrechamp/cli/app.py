"""The command `contrechamp` and its subcommands, in the language that is active."""

import click

from contrechamp import __version__
from contrechamp.base.i18n import _
from contrechamp.cli.demo_cmd import demo_command
from contrechamp.cli.measure_cmd import measure_command
from contrechamp.cli.options import language_option
from contrechamp.cli.sight_cmd import sight_command


def application() -> click.Group:
    """Build the command line; every text is translated now, not when this module was loaded."""
    group = click.Group(
        "contrechamp",
        help=_(
            "Document surveillance from the side of the watched: what mapped cameras can "
            "see of streets and ways, and how sure that is."
        ),
        epilog=_("Every command has an example: contrechamp measure --help"),
        params=[language_option()],
        commands=[measure_command(), sight_command(), demo_command()],
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    add_version = click.version_option(
        __version__, prog_name="contrechamp", help=_("Show the version.")
    )
    return add_version(group)
