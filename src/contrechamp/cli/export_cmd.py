"""``contrechamp export``: hand out items of a case, with proofs that recipients can check."""

import json
import secrets
from pathlib import Path
from typing import Any

import click

from contrechamp.base.i18n import _, ngettext
from contrechamp.cli.case_access import case_argument, now, open_case, reason_option
from contrechamp.cli.options import json_option
from contrechamp.cli.secret_input import secret_options, secret_source
from contrechamp.cli.text_input import Line


def command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "export",
        callback=_export,
        help=_(
            "Write items of a case into a folder (a bag: BagIt, RFC 8493), encrypted to whoever "
            "shall read them, with what shows that they are those that the log of the case says. "
            "The log says what went to whom."
        ),
        epilog=_(
            "Example: contrechamp export checkpoint-north 0123456789abcdef -o for-the-court "
            "--recipient age1..."
        ),
        params=[
            case_argument(),
            click.Argument(["items"], metavar="ITEM...", nargs=-1, required=True),
            click.Option(
                ["-o", "--out"],
                type=click.Path(path_type=Path),
                required=True,
                metavar="BAG",
                help=_("Folder to make."),
            ),
            click.Option(
                ["--recipient", "recipients"],
                multiple=True,
                metavar="KEY",
                help=_("Public age key of who shall read it: age1...; can be given several times."),
            ),
            click.Option(
                ["--plain"],
                is_flag=True,
                help=_("Do not encrypt: whoever finds the folder can read it."),
            ),
            click.Option(
                ["--open-records"],
                is_flag=True,
                help=_(
                    "Leave names, metadata and digests readable, so that they can be checked "
                    "without a key; only the content is encrypted."
                ),
            ),
            click.Option(
                ["--to"],
                default="",
                type=Line(_("Handed to")),
                metavar="NAME-or-ACTOR",
                help=_(
                    "Whom it goes to, by name or by record/...: what a source gave leaves the case "
                    "only to whom the source consented to."
                ),
            ),
            reason_option(),
            *secret_options(),
            json_option(),
        ],
    )


def _export(
    *,
    folder: Path,
    items: tuple[str, ...],
    out: Path,
    recipients: tuple[str, ...],
    plain: bool,
    open_records: bool,
    to: str,
    reason: str,
    as_json: bool,
    **secret: Any,
) -> None:
    from contrechamp.cli.bars import progress_for
    from contrechamp.cli.masked_text import tell_unreviewed
    from contrechamp.dossier.permission.handing_out import hand_out
    from contrechamp.vault.bags.exporting import check_audience

    check_audience(recipients, plain=plain)  # before anybody is asked for a passphrase
    with open_case(folder, secret_source(**secret), write=True) as case:
        tell_unreviewed(case, items)
        done = hand_out(
            case,
            items,
            out,
            to=to,
            recipients=recipients,
            plain=plain,
            open_records=open_records,
            reason=reason,
            now=now(),
            random=secrets.token_bytes,
            progress=progress_for(as_json=as_json),
        )
    if as_json:
        click.echo(
            json.dumps(
                {
                    "items": list(done.items),
                    "entry": done.entry,
                    "keys": [done.key],
                    "digest": done.digest,
                }
            )
        )
        return
    click.echo(
        ngettext(
            "{count} item is in {folder}; the log says so in entry {entry}.",
            "{count} items are in {folder}; the log says so in entry {entry}.",
            len(done.items),
        ).format(count=len(done.items), folder=out, entry=done.entry)
    )
    click.echo(
        _("It is signed with the key {key}: pass it on by another channel.").format(key=done.key)
    )
    click.echo(
        _("Everything in it is under the digest {digest}: pass it on as well.").format(
            digest=done.digest
        )
    )
