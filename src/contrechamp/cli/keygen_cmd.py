"""``contrechamp keygen``: make a key to be let into a case with."""

from pathlib import Path

import click

from contrechamp.base.i18n import _
from contrechamp.cli.case_access import now
from contrechamp.cli.secret_input import (
    passphrase_fd_option,
    read_new_passphrase,
    secret_source,
)


def command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "keygen",
        callback=_keygen,
        help=_(
            "Make an age key in a new file, under a passphrase, and print its public half: give "
            "that to a member of the case, who lets you in with it. Keep the file: --identity "
            "opens the case with it, and nobody can make it again."
        ),
        epilog=_("Example: contrechamp keygen my-key.txt"),
        params=[
            click.Argument(["file"], type=click.Path(path_type=Path), metavar="FILE"),
            click.Option(
                ["--plain"],
                is_flag=True,
                help=_("Write the key without a passphrase: whoever finds the file has the key."),
            ),
            passphrase_fd_option(),
        ],
    )


def _keygen(*, file: Path, plain: bool, passphrase_fd: int | None) -> None:
    from contrechamp.vault.access.identity_files import write_identity
    from contrechamp.vault.access.roster import words_of_recipient

    source = secret_source(passphrase_fd, keyring=False, identity=None, recovery=False)
    passphrase = None if plain else read_new_passphrase(source)
    recipient = write_identity(file, passphrase, now())
    click.echo(_("Public key: {key}").format(key=recipient))
    click.echo(
        _("In words, to compare by voice: {words}").format(words=words_of_recipient(recipient))
    )
