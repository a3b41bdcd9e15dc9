"""``contrechamp unshare``: take away somebody's access to a case."""

import secrets
from pathlib import Path
from typing import Any

import click

from contrechamp.base.i18n import _
from contrechamp.base.shown_text import shown
from contrechamp.cli.case_access import (
    case_argument,
    member_name_option,
    now,
    open_case,
    reason_option,
)
from contrechamp.cli.secret_input import read_own_keys, secret_options, secret_source


def command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "unshare",
        callback=_unshare,
        help=_(
            "Take away a member's access: the key of the case is changed, and where you can open "
            "the compartment of identities, that is closed to the member as well; else it is said "
            "who can do so. A copy that the member made before stays readable to the member."
        ),
        epilog=_("Example: contrechamp unshare checkpoint-north --name Amal"),
        params=[
            case_argument(),
            member_name_option(),
            reason_option(),
            *secret_options(),
        ],
    )


def _unshare(*, folder: Path, name: str, reason: str, **secret: Any) -> None:
    from contrechamp.dossier.identities.dismissal import unshare

    where = secret_source(**secret)
    with open_case(folder, where, write=True) as case:
        own = read_own_keys(where)
        left = unshare(case, name, own=own, reason=reason, now=now(), random=secrets.token_bytes)
    click.echo(_("{name} can no longer open the case.").format(name=name))
    if left.dismissed:
        click.echo(_("{name} can no longer read identities.").format(name=shown(name)))
    elif left.still_open and left.can_dismiss:
        warning = _(
            "warning: {name} still has the key of the compartment of identities; one of {others} "
            "has to run: contrechamp identity {case} --dismiss {name}"
        )
        others = ", ".join(shown(other) for other in left.can_dismiss)
        click.echo(warning.format(name=shown(name), others=others, case=folder.name), err=True)
    elif left.still_open:
        warning = _(
            "warning: {name} was the only one who could read identities. Nobody who stays can; "
            "erase them (contrechamp identity {case} SOURCE --erase) and seal them anew."
        )
        click.echo(warning.format(name=shown(name), case=folder.name), err=True)
