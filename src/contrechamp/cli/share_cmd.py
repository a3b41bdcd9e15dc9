"""``contrechamp share``: give somebody access to a case."""

import secrets
from pathlib import Path
from typing import Any

import click

from contrechamp.base.i18n import _
from contrechamp.cli.case_access import (
    case_argument,
    member_name_option,
    now,
    open_case,
    reason_option,
)
from contrechamp.cli.secret_input import secret_options, secret_source


def command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "share",
        callback=_share,
        help=_(
            "Give access to a case to the holder of an age key (contrechamp keygen makes one). "
            "Compare the words that are shown with the holder, over another channel."
        ),
        epilog=_("Example: contrechamp share checkpoint-north --name Amal --recipient age1..."),
        params=[
            case_argument(),
            member_name_option(),
            click.Option(
                ["--recipient"],
                required=True,
                metavar="KEY",
                help=_("Public age key of the new member: age1..."),
            ),
            click.Option(
                ["--replace-key"],
                is_flag=True,
                help=_(
                    "The member lost their key: give access to this one in its place. The log, "
                    "members and verify show that for ever."
                ),
            ),
            reason_option(),
            *secret_options(),
        ],
    )


def _share(
    *, folder: Path, name: str, recipient: str, replace_key: bool, reason: str, **secret: Any
) -> None:
    from contrechamp.vault.access.members import replace_key as replace
    from contrechamp.vault.access.members import share
    from contrechamp.vault.access.roster import words_of_recipient

    give = replace if replace_key else share
    with open_case(folder, secret_source(**secret), write=True) as case:
        give(case, recipient, name=name, reason=reason, now=now(), random=secrets.token_bytes)
    click.echo(_("{name} can open the case now.").format(name=name))
    click.echo(
        _("Compare the key in words with {name}, over another channel: {words}").format(
            name=name, words=words_of_recipient(recipient)
        )
    )
