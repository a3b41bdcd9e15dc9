"""``contrechamp unlock``: try a key, or replace it."""

import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from contrechamp.base.i18n import _, ngettext
from contrechamp.cli.case_access import case_argument, now, open_case, reason_option
from contrechamp.cli.secret_input import read_new_passphrase, secret_options, secret_source

if TYPE_CHECKING:
    from contrechamp.vault.access.slots import PassphraseKind


def command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "unlock",
        callback=_unlock,
        help=_(
            "Open a case and say whose it is. With --new-passphrase, a new passphrase takes the "
            "place of the old one; with --new-recovery-key, a new recovery key is made and shown "
            "once."
        ),
        epilog=_("Example: contrechamp unlock checkpoint-north --recovery --new-passphrase"),
        params=[
            case_argument(),
            click.Option(
                ["--new-passphrase"], is_flag=True, help=_("Ask for a new passphrase, and set it.")
            ),
            click.Option(
                ["--new-recovery-key"],
                is_flag=True,
                help=_("Make a new recovery key; the old one no longer opens anything."),
            ),
            click.Option(
                ["--new-signing-key"],
                is_flag=True,
                help=_(
                    "Make a key of your own to sign the log with, in the place of the one that "
                    "came with your access."
                ),
            ),
            click.Option(
                ["--remember"],
                is_flag=True,
                help=_("Put the passphrase into the keyring of the system, for --keyring."),
            ),
            reason_option(),
            *secret_options(),
        ],
    )


def _unlock(
    *,
    folder: Path,
    new_passphrase: bool,
    new_recovery_key: bool,
    new_signing_key: bool,
    remember: bool,
    reason: str,
    **secret: Any,
) -> None:
    from contrechamp.vault.access import members, recovery_keys, system_keyring

    source = secret_source(**secret)
    with open_case(
        folder,
        source,
        write=new_passphrase or new_recovery_key or new_signing_key,
        remember=remember and not new_passphrase,
    ) as case:

        def replace_slot(text: str, kind: "PassphraseKind") -> None:
            members.set_passphrase(
                case, text, kind=kind, reason=reason, now=now(), random=secrets.token_bytes
            )

        if new_passphrase:
            passphrase = read_new_passphrase(source)
            replace_slot(passphrase, "passphrase")
            click.echo(_("The new passphrase opens the case; the old one no longer does."))
            if remember:
                system_keyring.keep(passphrase, log_origin=case.file.log_origin)
        if new_recovery_key:
            recovery = recovery_keys.new_recovery_key(secrets.token_bytes)
            replace_slot(recovery, "recovery")
            click.echo(_("Recovery key, shown this once: {key}").format(key=recovery))
        if new_signing_key:
            key = members.renew_signing_key(
                case, reason=reason, now=now(), random=secrets.token_bytes
            )
            click.echo(
                _("You sign with the key {key} from now on: pass it on by another channel.").format(
                    key=key.hex()
                )
            )
        elif members.has_a_key_of_others(case):
            click.echo(
                _(
                    "Whoever gave you access could sign in your name: --new-signing-key makes a "
                    "key that only you have."
                )
            )
        if remember:
            click.echo(_("The keyring of the system has the passphrase now: use --keyring."))
        names = {member: name for member, name, _left in members.members(case)}
        click.echo(
            ngettext(
                "Open, as {name}; {count} entry in the log.",
                "Open, as {name}; {count} entries in the log.",
                case.size,
            ).format(name=names[case.unlocked.member], count=case.size)
        )
