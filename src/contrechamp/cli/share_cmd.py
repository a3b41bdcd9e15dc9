"""``contrechamp share`` and ``unshare``: who has access to a case."""

import secrets
from pathlib import Path
from typing import Any

import click

from contrechamp.base.i18n import _
from contrechamp.cli.case_access import case_argument, now, open_case, reason_option
from contrechamp.cli.options import language_option, verbose_option
from contrechamp.cli.secret_input import secret_options, secret_source


def _name_option() -> click.Option:
    return click.Option(
        ["--name"],
        required=True,
        metavar="NAME",
        help=_("Of the member; it stands in the case encrypted."),
    )


def share_command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "share",
        callback=_share,
        short_help=_("Give somebody access to a case."),
        help=_("Give access to a case to the holder of an age key (age-keygen makes one)."),
        epilog=_("Example: contrechamp share checkpoint-north --name Amal --recipient age1..."),
        params=[
            case_argument(),
            _name_option(),
            click.Option(
                ["--recipient"],
                required=True,
                metavar="KEY",
                help=_("Public age key of the new member: age1..."),
            ),
            reason_option(),
            *secret_options(),
            language_option(),
            verbose_option(),
        ],
    )


def unshare_command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "unshare",
        callback=_unshare,
        short_help=_("Take away somebody's access to a case."),
        help=_(
            "Take away a member's access: the key of the case is changed. A copy that the member "
            "made before stays readable to the member."
        ),
        epilog=_("Example: contrechamp unshare checkpoint-north --name Amal"),
        params=[
            case_argument(),
            _name_option(),
            reason_option(),
            *secret_options(),
            language_option(),
            verbose_option(),
        ],
    )


def _share(*, folder: Path, name: str, recipient: str, reason: str, **secret: Any) -> None:
    from contrechamp.vault.members import share

    with open_case(folder, secret_source(**secret), write=True) as case:
        share(case, recipient, name=name, reason=reason, now=now(), random=secrets.token_bytes)
    click.echo(_("{name} can open the case now.").format(name=name))


def _unshare(*, folder: Path, name: str, reason: str, **secret: Any) -> None:
    from contrechamp.vault.members import unshare

    with open_case(folder, secret_source(**secret), write=True) as case:
        unshare(case, name, reason=reason, now=now(), random=secrets.token_bytes)
    click.echo(_("{name} can no longer open the case.").format(name=name))
