"""``contrechamp withdraw``: record that somebody took back a consent."""

from pathlib import Path
from typing import Any

import click

from contrechamp.base.errors import UsageError
from contrechamp.base.i18n import _
from contrechamp.cli.case_access import case_argument, now, open_case, reason_option
from contrechamp.cli.record_text import ref_argument
from contrechamp.cli.remains_text import (
    keep_reasons_option,
    named_in,
    show_remains,
    source_file_option,
)
from contrechamp.cli.secret_input import secret_options, secret_source
from contrechamp.cli.text_input import Line
from contrechamp.wording.remains import out_of_reach


def command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "withdraw",
        callback=_withdraw,
        help=_(
            "Write down that a consent was withdrawn. From that day on it shows wherever what was "
            "said or given is used. With --erase, testimonies, exhibits and their items that no "
            "other consent covers are destroyed, and with the last consent the sealed identity; "
            "what still holds the same words is told."
        ),
        epilog=_("Example: contrechamp withdraw checkpoint-north record/0123 --reason asked"),
        params=[
            case_argument(),
            ref_argument(metavar="CONSENT"),
            click.Option(
                ["--on"], default="", metavar="DATE",
                help=_("Day from which it holds; by default today."),
            ),
            click.Option(
                ["--how"], default="", metavar="TEXT", type=Line(_("How the person said so")),
                help=_("How the person said so."),
            ),
            click.Option(["--erase"], is_flag=True, help=_("Erase what was given under it.")),
            source_file_option(),
            keep_reasons_option(),
            reason_option(required=True, stays=True),
            *secret_options(),
        ],
    )  # fmt: skip


def _withdraw(
    *,
    folder: Path,
    ref: str,
    on: str,
    how: str,
    erase: bool,
    with_source_file: bool,
    keep_reasons: bool,
    reason: str,
    **secret: Any,
) -> None:
    from contrechamp.dossier.reading import short_names
    from contrechamp.dossier.writing import erasing

    if with_source_file and not erase:
        raise UsageError(_("--with-source-file goes with --erase"))
    with open_case(folder, secret_source(**secret), write=True) as case:
        done = erasing.withdraw(
            case,
            short_names.full_ref(case, ref).removeprefix("record/"),
            on=on or now().date().isoformat(),
            how=how,
            erase_given=erase,
            with_source_files=with_source_file,
            reason=reason,
            keep_reasons=keep_reasons,
            now=now(),
        )
        told = (*done.given, *done.used_by, *done.kept, *named_in(done.remains))
        called = short_names.lines_of(case, told)
    groups = (
        (_("given under it: {ref}"), done.given),
        (_("uses it: {ref}"), [ref for ref in done.used_by if ref not in done.taken_back]),
        (_("its release no longer holds: {ref}"), done.taken_back),
        (_("erased: {ref}"), done.erased),
        (_("stays, for another consent covers it: {ref}"), done.kept),
    )
    for line, refs in groups:
        for cited in refs:
            click.echo(line.format(ref=called.get(cited, cited)))
    show_remains(done.remains, called)
    if done.erased:
        click.echo(out_of_reach())
