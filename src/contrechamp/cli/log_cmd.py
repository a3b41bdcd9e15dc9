"""``contrechamp log``: what was done to a case, by whom, when and why."""

import json
import secrets
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from contrechamp.base.errors import UsageError
from contrechamp.base.i18n import _, ngettext
from contrechamp.base.shown_text import shown
from contrechamp.base.written import written_moment
from contrechamp.cli.case_access import case_argument, open_case
from contrechamp.cli.options import json_option
from contrechamp.cli.secret_input import secret_options, secret_source
from contrechamp.wording.log import action_label


def command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "log",
        callback=_log,
        help=_("Show the custody log of a case: what was done, by whom, when and why."),
        epilog=_("Example: contrechamp log checkpoint-north"),
        params=[
            case_argument(),
            click.Option(
                ["--checkpoint"],
                is_flag=True,
                help=_(
                    "Print the newest checkpoint alone: kept elsewhere, it tells later whether "
                    "the log was changed or cut off."
                ),
            ),
            click.Option(
                ["--anchor"],
                is_flag=True,
                help=_(
                    "Have the newest checkpoint dated by others, with --tsa or --ots; asks the "
                    "network. What cannot be reached is sent at the next --anchor."
                ),
            ),
            click.Option(
                ["--tsa"],
                metavar="ADDRESS",
                help=_("Timestamp authority (RFC 3161) to ask."),
            ),
            click.Option(
                ["--ots"],
                multiple=True,
                metavar="ADDRESS",
                help=_("OpenTimestamps calendar to ask; may be given several times."),
            ),
            *secret_options(),
            json_option(),
        ],
    )


def _log(
    *,
    folder: Path,
    checkpoint: bool,
    anchor: bool,
    tsa: str | None,
    ots: tuple[str, ...],
    as_json: bool,
    **secret: Any,
) -> None:
    from contrechamp.dossier.reading.short_names import ShortNames
    from contrechamp.vault.log.history import history, newest_checkpoint

    if anchor:
        _anchor(folder, tsa, ots, secret)
        return
    if tsa or ots:
        raise UsageError(_("--tsa and --ots go with --anchor"))
    with open_case(folder, secret_source(**secret)) as case:
        if checkpoint:
            click.echo(newest_checkpoint(case), nl=False)
            return
        lines = history(case)
        names = ShortNames(case)
        called = {ref: names.of(ref) for ref in {line.subject for line in lines}}
    if as_json:
        click.echo(
            json.dumps([asdict(line) | {"short_name": called[line.subject]} for line in lines])
        )
        return
    for line in lines:
        reason = f"  ({line.reason})" if line.reason else ""
        clock = "  " + _("[earlier than the entry before it]") if line.set_back else ""
        # Entries of a merged copy stand behind the entry of the merge.
        mark = "  | " if line.branch else ""
        click.echo(
            shown(
                f"{mark}{line.number:>6}  {written_moment(line.at)}  {line.member}"
                f"  {action_label(line.action)}  {line.subject}"
                f"  {line.name or called[line.subject]}{reason}{clock}"
            )
        )


def _anchor(
    folder: Path, tsa: str | None, calendars: tuple[str, ...], secret: dict[str, Any]
) -> None:
    from contrechamp.vault.anchors.anchoring import ask, upgrade_promises
    from contrechamp.vault.anchors.network import get, post, web_address

    for address in (*([tsa] if tsa else []), *calendars):
        web_address(address)
    with open_case(folder, secret_source(**secret), write=True) as case:
        sent = ask(case, authority=tsa, calendars=calendars, random=secrets.token_bytes, post=post)
        proved = upgrade_promises(case, get)
    if proved:
        click.echo(
            ngettext(
                "{count} promise of a calendar is a proof now: a Bitcoin block holds it.",
                "{count} promises of calendars are proofs now: Bitcoin blocks hold them.",
                proved,
            ).format(count=proved)
        )
    if not sent and not proved:
        raise UsageError(_("no anchor is waiting; name whom to ask with --tsa or --ots"))
    for request in sent:
        where = ", ".join(request.addresses)
        if request.problem:
            click.echo(
                _("{address}: not reached ({reason}); it waits for the next --anchor").format(
                    address=where, reason=request.problem
                ),
                err=True,
            )
        else:
            click.echo(
                ngettext(
                    "{address}: the first entry is anchored",
                    "{address}: the first {size} entries are anchored",
                    request.size,
                ).format(address=where, size=request.size)
            )
