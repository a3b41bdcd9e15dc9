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
        help=_("Give access to a case to the holder of an age key (age-keygen makes one)."),
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
            reason_option(),
            *secret_options(),
        ],
    )


def _share(*, folder: Path, name: str, recipient: str, reason: str, **secret: Any) -> None:
    from contrechamp.vault.access.members import share

    with open_case(folder, secret_source(**secret), write=True) as case:
        share(case, recipient, name=name, reason=reason, now=now(), random=secrets.token_bytes)
    click.echo(_("{name} can open the case now.").format(name=name))
