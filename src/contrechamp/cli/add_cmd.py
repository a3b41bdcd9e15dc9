"""``contrechamp add``: take files into a case."""

import json
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from contrechamp.base.i18n import _, ngettext
from contrechamp.base.shown_text import shown
from contrechamp.cli.case_access import case_argument, now, open_case, reason_option
from contrechamp.cli.item_texts import read_texts
from contrechamp.cli.options import json_option, unconfined_option
from contrechamp.cli.secret_input import secret_options, secret_source
from contrechamp.wording.captures import verdict_label
from contrechamp.wording.reading import unread_label

if TYPE_CHECKING:
    from contrechamp.vault.adding import Added


def command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "add",
        callback=_add,
        help=_(
            "Take files, and all files of folders, into a case. They are read, never changed or "
            "moved. An interrupted run goes on when the same folder is added again; what is in the "
            "case under the same name already is told, and not doubled. Then their text is read, "
            "for find."
        ),
        epilog=_("Example: contrechamp add checkpoint-north photos/ letter.pdf"),
        params=[
            case_argument(),
            click.Argument(
                ["files"],
                metavar="FILE...",
                nargs=-1,
                required=True,
                type=click.Path(path_type=Path),
            ),
            reason_option(),
            click.Option(
                ["--no-texts"],
                is_flag=True,
                help=_("Do not read their text now; contrechamp find CASE --read-texts does."),
            ),
            unconfined_option(),
            *secret_options(),
            json_option(),
        ],
    )


def _warn(added: "Added") -> None:
    """Say what has to be known of a file that was taken in."""
    from contrechamp.vault.captures.findings import FAILED

    if added.unread:
        click.echo(f"{shown(added.path)}: {unread_label(added.unread)}", err=True)
    if added.capture in FAILED:
        where = f": {added.where}" if added.where else ""
        told = f"{verdict_label(added.capture)}{where}"
        click.echo(f"! {shown(added.path)}: {shown(told)}", err=True)


def _add(
    *,
    folder: Path,
    files: tuple[Path, ...],
    reason: str,
    no_texts: bool,
    unconfined: bool,
    as_json: bool,
    **secret: Any,
) -> None:
    from contrechamp.cli.bars import progress_for
    from contrechamp.cli.captures_text import tell_said
    from contrechamp.vault.adding import Added, add
    from contrechamp.vault.captures import belonging

    counts = {"added": 0, "duplicates": 0, "passed_over": 0, "unread": 0, "again": 0}
    items: list[dict[str, object]] = []
    came: set[str] = set()
    with open_case(folder, secret_source(**secret), write=True) as case:
        for outcome in add(
            case,
            files,
            now=now,
            random=secrets.token_bytes,
            reason=reason,
            unconfined=unconfined,
            progress=progress_for(as_json=as_json),
        ):
            if isinstance(outcome, Added):
                counts["again"] += outcome.again
                counts["added"] += not outcome.again
                counts["duplicates"] += outcome.duplicate and not outcome.again
                counts["unread"] += bool(outcome.unread)
                if not outcome.again:
                    came.add(f"item/{outcome.item}")
                _warn(outcome)
                if as_json:
                    path = shown(outcome.path)
                    told_of = {"item": outcome.item, "path": path, "duplicate": outcome.duplicate}
                    checked = {"capture": outcome.capture} if outcome.capture else {}
                    items.append({**told_of, "again": outcome.again, **checked})
                elif outcome.again:
                    told = _("is in the case already")
                    click.echo(f"{outcome.item}  {shown(outcome.path)}  {told}")
                else:
                    click.echo(f"{outcome.item}  {shown(outcome.path)}")
            else:
                counts["passed_over"] += 1
                click.echo(
                    _("{path}: passed over: {reason}").format(
                        path=shown(outcome.path), reason=outcome.reason
                    ),
                    err=True,
                )
        said = [one for one in belonging.said(case) if {one.by, one.item} & came] if came else []
        if not as_json:
            tell_said(said)
        texts = {} if no_texts else read_texts(case, unconfined=unconfined, as_json=as_json)
    if as_json:
        fits = {"said": [one._asdict() for one in said]} if said else {}
        click.echo(json.dumps({**counts, "texts": texts, "items": items, **fits}))
        return
    if counts["added"] or not counts["again"]:
        click.echo(
            ngettext(
                "{count} file is in the case ({duplicates} with content that was there before)",
                "{count} files are in the case ({duplicates} with content that was there before)",
                counts["added"],
            ).format(count=counts["added"], duplicates=counts["duplicates"])
        )
    if counts["again"]:
        click.echo(
            ngettext(
                "{count} file was there before under the same name; nothing was written for it",
                "{count} files were there before under the same names; nothing was written for "
                "them",
                counts["again"],
            ).format(count=counts["again"])
        )
