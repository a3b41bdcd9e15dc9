"""``contrechamp new``: make a case."""

from pathlib import Path

import click

from contrechamp.base.files import refuse_existing
from contrechamp.base.i18n import _
from contrechamp.base.machine import keep_memory_private
from contrechamp.cli.case_access import case_argument, know_own_case, now
from contrechamp.cli.secret_input import SecretSource, passphrase_fd_option, read_new_passphrase
from contrechamp.cli.text_input import Line


def command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "new",
        callback=_new,
        help=_(
            "Make a case: a folder that holds evidence encrypted, and a log in which every change "
            "shows. Prints a recovery key, once: write it down, and keep it apart from the machine."
        ),
        epilog=_("Example: contrechamp new checkpoint-north"),
        params=[
            case_argument(),
            click.Option(
                ["--name"],
                default="",
                type=Line(_("Your name")),
                metavar="NAME",
                help=_("Your name in the log of the case; it stands in it encrypted."),
            ),
            passphrase_fd_option(),
        ],
    )


def _new(*, folder: Path, name: str, passphrase_fd: int | None) -> None:
    from contrechamp.dossier.index_tables import TABLES
    from contrechamp.vault.new_case import make_case

    keep_memory_private()
    refuse_existing(folder)
    passphrase = read_new_passphrase(SecretSource(passphrase_fd))
    recovery = make_case(
        folder, passphrase, tables=TABLES, name=name or _("first member"), now=now()
    )
    know_own_case(folder)
    click.echo(_("Case: {folder}").format(folder=folder))
    click.echo(_("Recovery key, shown this once: {key}").format(key=recovery))
    click.echo(
        _(
            "Whoever has it can open the case. Without it and without the passphrase, nobody can, "
            "and nobody can help."
        )
    )
