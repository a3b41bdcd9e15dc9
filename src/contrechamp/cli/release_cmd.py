"""``contrechamp release``: give leave to publish a record or an item."""

from pathlib import Path
from typing import Any

import click

from contrechamp.base.i18n import _
from contrechamp.cli.case_access import case_argument, now, open_case
from contrechamp.cli.record_text import ref_argument, why_option
from contrechamp.cli.secret_input import secret_options, secret_source


def command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "release",
        callback=_release,
        help=_(
            "Give leave for the newest version of a record, or an item, to be published. Refused "
            "where its evidence does not stand, or consent does not cover a use: with the list."
        ),
        epilog=_("Example: contrechamp release checkpoint-north record/0123"),
        params=[
            case_argument(),
            ref_argument(),
            click.Option(
                ["--on"], default="", metavar="DATE",
                help=_("Day from which it holds; by default today."),
            ),
            why_option(),
            *secret_options(),
        ],
    )  # fmt: skip


def _release(*, folder: Path, ref: str, on: str, why: str, **secret: Any) -> None:
    from contrechamp.dossier.permission import reviews
    from contrechamp.dossier.reading import short_names

    with open_case(folder, secret_source(**secret), write=True) as case:
        full = short_names.full_ref(case, ref)
        day = on or now().date().isoformat()
        stored = reviews.release(case, full, on=day, why=why, now=now())
        named = short_names.lines_of(case, [full])[full]
    click.echo(f"{stored.ref}  release  {named}  {day}")
