"""``contrechamp erase``: destroy what must not be kept, and say that it was."""

from pathlib import Path
from typing import Any

import click

from contrechamp.base.i18n import _, ngettext
from contrechamp.cli.case_access import case_argument, now, open_case, reason_option, shown
from contrechamp.cli.options import language_option, verbose_option
from contrechamp.cli.secret_input import secret_options, secret_source


def erase_command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "erase",
        callback=_erase,
        short_help=_("Destroy items of a case, and say in its log that it was done."),
        help=_(
            "Destroy the key and the content of items, and what their records say. The log keeps "
            "that, when and why they were erased."
        ),
        epilog=_(
            "Example: contrechamp erase checkpoint-north 0123456789abcdef --reason "
            '"consent withdrawn"'
        ),
        params=[
            case_argument(),
            click.Argument(["items"], metavar="ITEM...", nargs=-1, required=True),
            reason_option(required=True),
            *secret_options(),
            language_option(),
            verbose_option(),
        ],
    )


def _erase(*, folder: Path, items: tuple[str, ...], reason: str, **secret: Any) -> None:
    from contrechamp.vault.erasing import erase
    from contrechamp.vault.exporting import copies

    with open_case(folder, secret_source(**secret), write=True) as case:
        gone = erase(case, items, reason=reason, now=now())
        handed_out = copies(case, items)
    click.echo(
        ngettext("{count} object is erased.", "{count} objects are erased.", len(gone)).format(
            count=len(gone)
        )
    )
    for copy in handed_out:
        click.echo(
            _("A copy of {item} was exported at {at} as {bag}, readable to: {to}").format(
                item=copy.item,
                at=copy.at,
                bag=shown(copy.bag),
                to=", ".join(copy.to) or _("everybody (in the clear)"),
            )
        )
    click.echo(
        _(
            "Backups, copies that were handed out, and worn cells of a disk may still hold it: "
            "erase those too."
        )
    )
