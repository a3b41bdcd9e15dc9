"""``contrechamp link``: let a record cite another record or an item."""

from pathlib import Path
from typing import Any

import click

from contrechamp.base.i18n import _
from contrechamp.cli.case_access import case_argument, now, open_case, reason_option
from contrechamp.cli.record_text import ref_argument
from contrechamp.cli.secret_input import secret_options, secret_source


def command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "link",
        callback=_link,
        help=_(
            "Add to a field of a record, such as evidence, a reference to another record, a "
            "passage of a testimony (record/...#key) or an item. References may be shortened as "
            "long as they are one record's only."
        ),
        epilog=_(
            "Example: contrechamp link checkpoint-north finding/gates evidence item/4567 "
            '--says "shows the plate"'
        ),
        params=[
            case_argument(),
            ref_argument("citing"),
            click.Argument(["field"], metavar="FIELD"),
            ref_argument("cited", "RECORD-or-ITEM"),
            click.Option(
                ["--at"], default="", metavar="TEXT",
                help=_("Where in it: page, time, row; for evidence."),
            ),
            click.Option(
                ["--says"], default="", metavar="TEXT", help=_("What it shows; for evidence."),
            ),
            reason_option(),
            *secret_options(),
        ],
    )  # fmt: skip


def _link(
    *,
    folder: Path,
    citing: str,
    field: str,
    cited: str,
    at: str,
    says: str,
    reason: str,
    **secret: Any,
) -> None:
    from contrechamp.dossier.reading import short_names
    from contrechamp.dossier.writing import linking

    with open_case(folder, secret_source(**secret), write=True) as case:
        stored = linking.link(
            case,
            short_names.full_ref(case, citing),
            field,
            short_names.full_ref(case, cited),
            at=at,
            says=says,
            reason=reason,
            now=now(),
        )
        line = short_names.lines_of(case, [stored.ref])[stored.ref]
    click.echo(f"{line}  " + _("version {number}").format(number=stored.version))
