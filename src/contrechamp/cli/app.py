"""The command `contrechamp` and its subcommands, in the language that is active."""

from collections.abc import Sequence

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
from contrechamp.cli.letter_cmd import letter_command
from contrechamp.cli.link_cmd import link_command
from contrechamp.cli.log_cmd import log_command
from contrechamp.cli.mask_cmd import mask_command
from contrechamp.cli.match_cmd import match_command
from contrechamp.cli.measure_cmd import measure_command
from contrechamp.cli.merge_cmd import merge_command
from contrechamp.cli.new_cmd import new_command
from contrechamp.cli.options import language_option
from contrechamp.cli.release_cmd import release_command
from contrechamp.cli.review_cmd import review_command
from contrechamp.cli.rights_cmd import rights_command
from contrechamp.cli.sample_cmd import sample_command
from contrechamp.cli.share_cmd import share_command
from contrechamp.cli.show_cmd import show_command
from contrechamp.cli.sight_cmd import sight_command
from contrechamp.cli.status_cmd import status_command
from contrechamp.cli.survey_form_cmd import survey_form_command
from contrechamp.cli.unlock_cmd import unlock_command
from contrechamp.cli.unshare_cmd import unshare_command
from contrechamp.cli.verify_cmd import verify_command
from contrechamp.cli.withdraw_cmd import withdraw_command

Sections = Sequence[tuple[str, Sequence[click.Command]]]


def sections() -> Sections:
    """Return the commands below the headings of the help, in the order of the work."""
    return (
        (_("Measure what cameras can see"), (measure_command(), sight_command(), demo_command())),
        (
            _("Keep evidence"),
            (
                new_command(),
                add_command(),
                log_command(),
                verify_command(),
                erase_command(),
                share_command(),
                unshare_command(),
                unlock_command(),
            ),
        ),
        (
            _("Work with records"),
            (
                sample_command(),
                import_command(),
                edit_command(),
                show_command(),
                find_command(),
                link_command(),
                review_command(),
                status_command(),
                withdraw_command(),
                identity_command(),
                letter_command(),
                rights_command(),
                match_command(),
                merge_command(),
                survey_form_command(),
            ),
        ),
        (
            _("Let something out"),
            (mask_command(), release_command(), export_command(), export_records_command()),
        ),
    )


class SectionedGroup(click.Group):
    """A group whose help shows its commands under headings; click knows one list only."""

    def __init__(self, sections: Sections) -> None:
        self._sections = sections
        for _heading, commands in sections:
            for command in commands:
                # An example is copied: its line is not broken, least of all at a hyphen.
                command.epilog = f"\b\n{command.epilog}"
        super().__init__(
            "contrechamp",
            commands=[command for _heading, commands in sections for command in commands],
            help=_(
                "Document surveillance from the side of the watched: measure what cameras can see, "
                "keep evidence under lock and log, tie findings to it, and let out only what may "
                "leave."
            ),
            epilog=_("Every command has an example: contrechamp measure --help"),
            params=[language_option()],
            context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
        )

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each section; one column of names for all, so that they can be run down."""
        widest = max(len(name) for name in self.commands)
        limit = formatter.width - widest - 6
        for heading, commands in self._sections:
            with formatter.section(heading):
                formatter.write_dl(
                    [(f"{c.name:{widest}}", c.get_short_help_str(limit)) for c in commands]
                )


def application() -> click.Group:
    """Build the command line; every text is translated now, not when this module was loaded."""
    group = SectionedGroup(sections())
    add_version = click.version_option(
        __version__, prog_name="contrechamp", help=_("Show the version.")
    )
    return add_version(group)
