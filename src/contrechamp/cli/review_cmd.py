"""``contrechamp review``: a second person's view of a record."""

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
        "review",
        callback=_review,
        help=_(
            "Say what you, as a second person, think of the newest version of a record. Whoever "
            "wrote a version cannot review it; a later version needs another review."
        ),
        epilog=_("Example: contrechamp review checkpoint-north record/0123 agreed"),
        params=[
            case_argument(),
            ref_argument(),
            click.Argument(["verdict"], type=click.Choice(["agreed", "changes", "not-agreed"])),
            why_option(),
            *secret_options(),
        ],
    )


def _review(*, folder: Path, ref: str, verdict: Any, why: str, **secret: Any) -> None:
    from contrechamp.dossier.permission import reviews
    from contrechamp.dossier.reading import short_names

    with open_case(folder, secret_source(**secret), write=True) as case:
        full = short_names.full_ref(case, ref)
        stored = reviews.review(case, full, verdict, why=why, now=now())
        named = short_names.lines_of(case, [full])[full]
    click.echo(f"{stored.ref}  review  {named}  {verdict}")
