"""``contrechamp withdraw``: somebody takes back a consent."""

from pathlib import Path
from typing import Any

import click

from contrechamp.base.i18n import _
from contrechamp.cli.case_access import case_argument, now, open_case, reason_option
from contrechamp.cli.options import language_option, verbose_option
from contrechamp.cli.record_text import ref_argument
from contrechamp.cli.secret_input import secret_options, secret_source


def withdraw_command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "withdraw",
        callback=_withdraw,
        short_help=_("Write down that a consent was withdrawn, and erase what was given."),
        help=_(
            "Write down that a consent was withdrawn. From that day on it shows wherever what was "
            "said or given is used. With --erase, testimonies, exhibits and their items that no "
            "other consent covers are destroyed, and with the last consent the sealed identity."
        ),
        epilog=_("Example: contrechamp withdraw checkpoint-north record/0123 --reason asked"),
        params=[
            case_argument(),
            ref_argument(metavar="CONSENT"),
            click.Option(
                ["--on"], default="", metavar="DATE",
                help=_("Day from which on; by default today."),
            ),
            click.Option(["--how"], default="", metavar="TEXT", help=_("How the person said so.")),
            click.Option(["--erase"], is_flag=True, help=_("Erase what was given under it.")),
            reason_option(required=True),
            *secret_options(),
            language_option(),
            verbose_option(),
        ],
    )  # fmt: skip


def _withdraw(
    *, folder: Path, ref: str, on: str, how: str, erase: bool, reason: str, **secret: Any
) -> None:
    from contrechamp.dossier import erasing, reading
    from contrechamp.vault.exporting import copies

    with open_case(folder, secret_source(**secret), write=True) as case:
        done = erasing.withdraw(
            case,
            reading.by_beginning(case, ref).removeprefix("record/"),
            on=on or now().date().isoformat(),
            how=how,
            erase_given=erase,
            reason=reason,
            now=now(),
        )
        items = [one.removeprefix("item/") for one in done.given if one.startswith("item/")]
        handed_out = copies(case, items)
    groups = (
        (_("given under it: {ref}"), done.given),
        (_("uses it: {ref}"), done.used_by),
        (_("erased: {ref}"), done.erased),
        (_("stays, for another consent covers it: {ref}"), done.kept),
        (
            _("a copy was exported: {ref}"),
            [f"item/{copy.item} ({copy.bag})" for copy in handed_out],
        ),
    )
    for line, refs in groups:
        for one in refs:
            click.echo(line.format(ref=one))
