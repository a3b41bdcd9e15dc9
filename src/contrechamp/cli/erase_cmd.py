"""``contrechamp erase``: destroy what must not be kept, and say that it was."""

from pathlib import Path
from typing import Any

import click

from contrechamp.base.errors import UsageError
from contrechamp.base.i18n import _, ngettext
from contrechamp.cli.case_access import case_argument, now, open_case, reason_option
from contrechamp.cli.options import language_option, verbose_option
from contrechamp.cli.remains_text import (
    show_remains,
    source_file_option,
    tell_what_erasing_cannot,
)
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
            "were erased. What still holds the same words in the case, and which copies were "
            "exported, is told."
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
            source_file_option(),
            reason_option(required=True),
            *secret_options(),
            language_option(),
            verbose_option(),
        ],
    )


def _erase(
    *,
    folder: Path,
    items: tuple[str, ...],
    earlier_versions: bool,
    with_source_file: bool,
    reason: str,
    **secret: Any,
) -> None:
    from contrechamp.dossier.writing import erasing
    from contrechamp.dossier.writing.remains import Remains, remains
    from contrechamp.vault.erasing import erase

    records = [one.removeprefix(RECORD) for one in items if one.startswith(RECORD)]
    rest = [one.removeprefix("item/") for one in items if not one.startswith(RECORD)]
    if earlier_versions and rest:
        raise UsageError(_("--earlier-versions is for records: record/ and 16 digits"))
    gone: list[str] = []
    left = Remains()
    with open_case(folder, secret_source(**secret), write=True) as case:
        if earlier_versions:
            versions = sum(
                erasing.forget_versions(case, one, reason=reason, now=now()) for one in records
            )
        else:
            refs = [*(RECORD + one for one in records), *(f"item/{one}" for one in rest)]
            left = remains(case, refs)
            if with_source_file:
                more = [one for one in erasing.source_files(case, left) if one not in refs]
                rest += [one.removeprefix("item/") for one in more]
                refs += more
            left = left.without(refs)
            # Items first: they may be refused, because others hold the same content.
            gone = erase(case, rest, reason=reason, now=now()) if rest else []
            records = erasing.erase(case, records, reason=reason, now=now())
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
    show_remains(left)
    tell_what_erasing_cannot()
