"""The command `contrechamp` and its subcommands, in the language that is active."""

import click

from contrechamp import __version__
from contrechamp.base.i18n import _
from contrechamp.cli.add_cmd import add_command
from contrechamp.cli.demo_cmd import demo_command
from contrechamp.cli.edit_cmd import edit_command
from contrechamp.cli.erase_cmd import erase_command
from contrechamp.cli.export_cmd import export_command
from contrechamp.cli.export_records_cmd import export_records_command
from contrechamp.cli.find_cmd import find_command
from contrechamp.cli.identity_cmd import identity_command
from contrechamp.cli.import_cmd import import_command
from contrechamp.cli.link_cmd import link_command
from contrechamp.cli.log_cmd import log_command
from contrechamp.cli.mask_cmd import mask_command
from contrechamp.cli.match_cmd import match_command
from contrechamp.cli.measure_cmd import measure_command
from contrechamp.cli.merge_cmd import merge_command
from contrechamp.cli.new_cmd import new_command
from contrechamp.cli.options import language_option
from contrechamp.cli.review_cmd import release_command, review_command
from contrechamp.cli.share_cmd import share_command, unshare_command
from contrechamp.cli.show_cmd import show_command
from contrechamp.cli.sight_cmd import sight_command
from contrechamp.cli.status_cmd import status_command
from contrechamp.cli.survey_form_cmd import survey_form_command
from contrechamp.cli.unlock_cmd import unlock_command
from contrechamp.cli.verify_cmd import verify_command
from contrechamp.cli.withdraw_cmd import withdraw_command

COMMANDS = (
    measure_command,
    sight_command,
    demo_command,
    mask_command,
    new_command,
    add_command,
    import_command,
    show_command,
    find_command,
    edit_command,
    link_command,
    review_command,
    release_command,
    status_command,
    withdraw_command,
    identity_command,
    merge_command,
    log_command,
    verify_command,
    export_command,
    export_records_command,
    survey_form_command,
    match_command,
    erase_command,
    share_command,
    unshare_command,
    unlock_command,
)


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
        commands=[command() for command in COMMANDS],
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    add_version = click.version_option(
        __version__, prog_name="contrechamp", help=_("Show the version.")
    )
    return add_version(group)
