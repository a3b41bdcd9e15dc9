"""``contrechamp erase``: destroy what must not be kept, and say that it was."""

from pathlib import Path
from typing import Any

import click

from contrechamp.base.errors import UsageError
from contrechamp.base.i18n import _, ngettext
from contrechamp.cli.case_access import case_argument, now, open_case, reason_option, shown
from contrechamp.cli.options import language_option, verbose_option
from contrechamp.cli.secret_input import secret_options, secret_source

#: How records are named beside items.
RECORD = "record/"


def erase_command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "erase",
        callback=_erase,
        short_help=_("Destroy items of a case, and say in its log that it was done."),
        help=_(
            "Destroy the key and the content of items, and what their records say; or records "
            "(record/...), with every version of them. The log keeps that, when and why they "
            "were erased."
        ),
        epilog=_(
            "Example: contrechamp erase checkpoint-north 0123456789abcdef --reason "
            '"consent withdrawn"'
        ),
        params=[
            case_argument(),
            click.Argument(["items"], metavar="ITEM-or-RECORD...", nargs=-1, required=True),
            click.Option(
                ["--earlier-versions"],
                is_flag=True,
                help=_("Erase the earlier versions of records, and keep the newest."),
            ),
            reason_option(required=True),
            *secret_options(),
            language_option(),
            verbose_option(),
        ],
    )


def _erase(
    *, folder: Path, items: tuple[str, ...], earlier_versions: bool, reason: str, **secret: Any
) -> None:
    from contrechamp.dossier import erasing
    from contrechamp.vault.erasing import erase
    from contrechamp.vault.exporting import copies

    records = [one.removeprefix(RECORD) for one in items if one.startswith(RECORD)]
    rest = [one.removeprefix("item/") for one in items if not one.startswith(RECORD)]
    if earlier_versions and rest:
        raise UsageError(_("--earlier-versions is for records: record/ and 16 digits"))
    gone: list[str] = []
    with open_case(folder, secret_source(**secret), write=True) as case:
        if earlier_versions:
            versions = sum(
                erasing.forget_versions(case, one, reason=reason, now=now()) for one in records
            )
        else:
            # Items first: they may be refused, because others hold the same content.
            gone = erase(case, rest, reason=reason, now=now()) if rest else []
            records = erasing.erase(case, records, reason=reason, now=now())
        handed_out = copies(case, rest)
    if earlier_versions:
        click.echo(
            ngettext("{count} version is erased.", "{count} versions are erased.", versions).format(
                count=versions
            )
        )
    elif records:
        click.echo(
            ngettext(
                "{count} record is erased.", "{count} records are erased.", len(records)
            ).format(count=len(records))
        )
    if rest:
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
