"""``contrechamp review`` and ``release``: a second person's view, and leave to publish."""

from pathlib import Path
from typing import Any

import click

from contrechamp.base.i18n import _
from contrechamp.cli.case_access import case_argument, now, open_case
from contrechamp.cli.options import language_option, verbose_option
from contrechamp.cli.record_text import ref_argument
from contrechamp.cli.secret_input import secret_options, secret_source


def _why_option() -> click.Option:
    return click.Option(
        ["--why"], default="", metavar="TEXT", help=_("Why, in your words; it stands in the case.")
    )


def review_command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "review",
        callback=_review,
        short_help=_("Say what you think of a record that somebody else wrote."),
        help=_(
            "Say what you, as a second person, think of the newest version of a record. Whoever "
            "wrote a version cannot review it; a later version needs another review."
        ),
        epilog=_("Example: contrechamp review checkpoint-north record/0123 agreed"),
        params=[
            case_argument(),
            ref_argument(),
            click.Argument(["verdict"], type=click.Choice(["agreed", "changes", "not-agreed"])),
            _why_option(),
            *secret_options(),
            language_option(),
            verbose_option(),
        ],
    )


def release_command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "release",
        callback=_release,
        short_help=_("Give leave for a record or an item to be published."),
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
                help=_("Day from which on; by default today."),
            ),
            _why_option(),
            *secret_options(),
            language_option(),
            verbose_option(),
        ],
    )  # fmt: skip


def _review(*, folder: Path, ref: str, verdict: Any, why: str, **secret: Any) -> None:
    from contrechamp.dossier.permission import reviews
    from contrechamp.dossier.reading import lookup

    with open_case(folder, secret_source(**secret), write=True) as case:
        full = lookup.by_beginning(case, ref)
        stored = reviews.review(case, full, verdict, why=why, now=now())
    click.echo(f"{stored.ref}  review  {full}  {verdict}")


def _release(*, folder: Path, ref: str, on: str, why: str, **secret: Any) -> None:
    from contrechamp.dossier.permission import reviews
    from contrechamp.dossier.reading import lookup

    with open_case(folder, secret_source(**secret), write=True) as case:
        full = lookup.by_beginning(case, ref)
        day = on or now().date().isoformat()
        stored = reviews.release(case, full, on=day, why=why, now=now())
    click.echo(f"{stored.ref}  release  {full}  {day}")
