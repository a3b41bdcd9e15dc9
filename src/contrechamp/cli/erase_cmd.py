"""``contrechamp erase``: destroy what must not be kept, and log that it was destroyed."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from contrechamp.base.errors import UsageError
from contrechamp.base.i18n import _, ngettext
from contrechamp.cli.case_access import case_argument, now, open_case, reason_option
from contrechamp.cli.remains_text import (
    keep_reasons_option,
    named_in,
    show_remains,
    source_file_option,
)
from contrechamp.cli.secret_input import secret_options, secret_source
from contrechamp.wording.remains import out_of_reach

if TYPE_CHECKING:
    from contrechamp.dossier.writing.erasing import Erased

#: How references to records and items begin.
RECORD, ITEM = "record/", "item/"


def command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "erase",
        callback=_erase,
        help=_(
            "Destroy the key and the content of items, and what their records say; or records "
            "(by id or short name, not by its beginning), with every version of them. The log "
            "keeps that, when and why they were erased. What still holds the same words in the "
            "case, and which copies were exported, is told."
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
            keep_reasons_option(),
            reason_option(required=True, stays=True),
            *secret_options(),
        ],
    )


def _erase(
    *,
    folder: Path,
    items: tuple[str, ...],
    earlier_versions: bool,
    with_source_file: bool,
    keep_reasons: bool,
    reason: str,
    **secret: Any,
) -> None:
    from contrechamp.dossier.reading import short_names
    from contrechamp.dossier.writing import erasing

    typed = [name if short_names.is_typed(name) else ITEM + name for name in items]
    if earlier_versions and any(ref.startswith(ITEM) for ref in typed):
        raise UsageError(_("--earlier-versions is for records: record/ and 16 digits"))
    with open_case(folder, secret_source(**secret), write=True) as case:
        full = short_names.in_full(case)
        refs = [full(one) for one in typed]
        named = [ref for ref, one in zip(refs, typed, strict=True) if ref != one]
        going = short_names.lines_of(case, named)
        staying: dict[str, str] = {}
        if earlier_versions:
            versions = sum(
                erasing.forget_versions(
                    case,
                    ref.removeprefix(RECORD),
                    reason=reason,
                    keep_reasons=keep_reasons,
                    now=now(),
                )
                for ref in refs
            )
        else:
            done = erasing.erase_refs(
                case,
                refs,
                with_source_files=with_source_file,
                reason=reason,
                keep_reasons=keep_reasons,
                now=now(),
            )
            staying = short_names.lines_of(case, named_in(done.remains))
    for line in going.values():  # a name may mean another record than the user had in mind
        click.echo(line)
    if earlier_versions:
        click.echo(
            ngettext("{count} version is erased.", "{count} versions are erased.", versions).format(
                count=versions
            )
        )
    else:
        _tell(done, staying)
    click.echo(out_of_reach())


def _tell(done: "Erased", called: dict[str, str]) -> None:
    if done.records:
        click.echo(
            ngettext(
                "{count} record is erased.", "{count} records are erased.", len(done.records)
            ).format(count=len(done.records))
        )
    if done.items:
        click.echo(
            ngettext(
                "{count} object is erased.", "{count} objects are erased.", len(done.objects)
            ).format(count=len(done.objects))
        )
    show_remains(done.remains, called)
