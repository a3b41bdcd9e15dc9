"""Print what still holds the words of what was erased."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from contrechamp.base.i18n import _
from contrechamp.base.shown_text import shown
from contrechamp.wording import remains

if TYPE_CHECKING:
    from contrechamp.dossier.writing.remains import Remains


def source_file_option() -> click.Option:
    """``--with-source-file``: erase what records were read from along with them."""
    return click.Option(
        ["--with-source-file"],
        is_flag=True,
        help=_(
            "Erase the files that the records were read from as well; other records that were "
            "read from them stay, and show it. Without it, these files still hold the words."
        ),
    )


def keep_reasons_option() -> click.Option:
    """``--keep-reasons``: keep why the erased things were done, and from whom they came."""
    return click.Option(
        ["--keep-reasons"],
        is_flag=True,
        help=_(
            "Keep the reasons that were given when it was added or changed; otherwise they are "
            "erased with it, since they may say from whom it came."
        ),
    )


def named_in(left: "Remains") -> tuple[str, ...]:
    """Return the records that `show_remains` names."""
    return (*left.repeated, *left.reasons, *left.citing)


def show_remains(left: "Remains", called: Mapping[str, str]) -> None:
    """Print what still holds the words, one item per line.

    Args:
        left: what does.
        called: reference -> the same with its name, for those of `named_in`.
    """
    for file in left.files:
        name = shown(file.name)
        click.echo(remains.source_file(file.ref, name, how=file.how, others=file.others))
    for ref in left.masked:
        click.echo(remains.masked_copy(ref))
    for ref in left.repeated:
        click.echo(remains.repeated(called[ref]))
    for ref in left.reasons:
        click.echo(remains.kept_reason(called[ref]))
    for ref in left.citing:
        click.echo(remains.citing(called[ref]))
    for copy in left.outside:
        for ref in copy.of:
            click.echo(
                remains.handed_out(
                    ref, at=copy.at, bag=shown(copy.name), to=shown(copy.to), team=copy.team
                )
            )
    if left.unread:
        click.echo(remains.not_looked_into(left.unread))
