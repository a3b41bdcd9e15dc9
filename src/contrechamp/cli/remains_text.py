"""What still holds the words of what was erased, as text."""

from typing import TYPE_CHECKING

import click

from contrechamp.base.i18n import _, ngettext
from contrechamp.cli.case_access import shown

if TYPE_CHECKING:
    from contrechamp.dossier.writing.remains import Outside, Remains


def source_file_option() -> click.Option:
    """``--with-source-file``: what records were read from goes with them."""
    return click.Option(
        ["--with-source-file"],
        is_flag=True,
        help=_(
            "Erase the files that the records were read from as well; other records that were "
            "read from them stay, and show it. Without it, these files still hold the words."
        ),
    )


def show_remains(left: "Remains") -> None:
    """Print what still holds words, one a line."""
    for file in left.files:
        if file.how == "given":
            told = _("still in the case: {ref}  {name}: what was given, or its recording")
        else:
            told = ngettext(
                "still in the case: {ref}  {name}: it was read from this file, as {count} other "
                "record was; --with-source-file erases it",
                "still in the case: {ref}  {name}: it was read from this file, as {count} other "
                "records were; --with-source-file erases it",
                file.others,
            )
        click.echo(told.format(ref=file.ref, name=shown(file.name), count=file.others))
    for ref in left.repeated:
        click.echo(_("still in the case: {ref}: words of it stand there").format(ref=ref))
    for ref in left.citing:
        told = _("names it, and may say it in other words: {ref}")
        click.echo(told.format(ref=ref))
    show_outside(left.outside)
    if left.unread:
        click.echo(
            ngettext(
                "{count} file of the case is no text, or very large, and was not looked into.",
                "{count} files of the case are no text, or very large, and were not looked into.",
                left.unread,
            ).format(count=left.unread)
        )


def show_outside(copies: "tuple[Outside, ...] | list[Outside]") -> None:
    """Print which copies were handed out."""
    for copy in copies:
        whom = _("those who work on the case") if copy.team else shown(copy.to)
        for ref in copy.of:
            click.echo(
                _("A copy of {item} was exported at {at} as {bag}, readable to: {to}").format(
                    item=ref, at=copy.at, bag=shown(copy.name),
                    to=whom or _("everybody (in the clear)"),
                )
            )  # fmt: skip


def tell_what_erasing_cannot() -> None:
    """Print what no program can reach."""
    click.echo(
        _(
            "Backups, copies that were handed out, and worn cells of a disk may still hold it: "
            "erase those too."
        )
    )
