"""``contrechamp new``: make a case."""

import secrets
from pathlib import Path
from typing import Any

import click

from contrechamp.base.i18n import _
from contrechamp.cli.case_access import case_argument, no_core_dumps, now
from contrechamp.cli.options import language_option, verbose_option
from contrechamp.cli.secret_input import (
    SecretSource,
    passphrase_fd_option,
    read_new_passphrase,
    seconds_of,
)

#: As long as opening a case may take on the machine that it is made on.
SECONDS = 1.0


def new_command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "new",
        callback=_new,
        short_help=_("Make a case: an encrypted folder for evidence."),
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
                metavar="NAME",
                help=_("Your name in the log of the case; it stands in it encrypted."),
            ),
            passphrase_fd_option(),
            language_option(),
            verbose_option(),
        ],
    )


def _new(*, folder: Path, name: str, passphrase_fd: int | None) -> None:
    from contrechamp.vault import case

    no_core_dumps()
    case.refuse_existing(folder)
    passphrase = read_new_passphrase(SecretSource(passphrase_fd))
    recovery = make_case(folder, passphrase, name or _("first member"))
    click.echo(_("Case: {folder}").format(folder=folder))
    click.echo(_("Recovery key, shown this once: {key}").format(key=recovery))
    click.echo(
        _(
            "Whoever has it can open the case. Without it and without the passphrase, nobody can, "
            "and nobody can help."
        )
    )


def make_case(folder: Path, passphrase: str, name: str) -> str:
    """Make a case with one member; return its recovery key.

    Args:
        folder: to be made; there must be nothing yet.
        passphrase: of the member.
        name: of the member.

    Raises:
        OutputError: if the folder is there already or cannot be made.
    """
    from contrechamp.dossier import index_tables
    from contrechamp.vault import case
    from contrechamp.vault.access import keys, slots

    parameters = keys.tuned(SECONDS, seconds_of)
    recovery = keys.new_recovery_key(secrets.token_bytes)

    def make_slots(unlocked: keys.Unlocked) -> list[slots.Slot]:
        common: dict[str, Any] = {"random": secrets.token_bytes}
        return [
            slots.make_passphrase_slot(passphrase, parameters, unlocked, **common),
            slots.make_passphrase_slot(
                recovery,
                parameters,
                unlocked,
                kind="recovery",
                slot_id=secrets.token_hex(8),
                **common,
            ),
        ]

    case.create(
        folder,
        make_slots,
        tables=index_tables.TABLES,
        member_name=name,
        now=now(),
        random=secrets.token_bytes,
    )
    return recovery
