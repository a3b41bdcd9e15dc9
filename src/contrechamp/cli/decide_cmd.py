"""``contrechamp decide``: whose words stand where two copies of a case differed."""

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
        "decide",
        callback=_decide,
        help=_(
            "Decide conflicts that a merge left open: mine leaves the record as it is here, theirs "
            "writes what the other copy said, other is for a record that you edited because both "
            "were wrong. Several are decided at once, all of them or none."
        ),
        epilog=_(
            "Example: contrechamp decide checkpoint-north theirs conflict/open-registered "
            '--why "the register says so"'
        ),
        params=[
            case_argument(),
            click.Argument(["outcome"], type=click.Choice(["mine", "theirs", "other"])),
            ref_argument("conflicts", "CONFLICT...", nargs=-1, required=True),
            why_option(),
            *secret_options(),
        ],
    )


def _decide(
    *, folder: Path, outcome: Any, conflicts: tuple[str, ...], why: str, **secret: Any
) -> None:
    from contrechamp.dossier.merge import deciding
    from contrechamp.dossier.reading import short_names

    with open_case(folder, secret_source(**secret), write=True) as case:
        refs = [short_names.full_ref(case, one) for one in conflicts]
        done = deciding.decide(case, refs, outcome, why=why, now=now())
        written = [*done.changed, *done.conflicts]
        lines = short_names.lines_of(case, [one.ref for one in written])
    for one in written:
        click.echo(f"{lines[one.ref]}  " + _("version {number}").format(number=one.version))
