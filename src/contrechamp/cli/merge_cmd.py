"""``contrechamp merge``: bring the work of another copy of a case into this one."""

import json
import secrets
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from contrechamp.base.i18n import _
from contrechamp.base.shown_text import shown
from contrechamp.cli.case_access import (
    case_argument,
    check_is_case,
    now,
    open_case,
    reason_option,
)
from contrechamp.cli.item_texts import read_texts
from contrechamp.cli.options import json_option
from contrechamp.cli.secret_input import read_own_keys, secret_options, secret_source


def command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "merge",
        callback=_merge,
        help=_(
            "Merge another copy of the same case, on which somebody else went on, into this one. "
            "The log of the other copy is kept whole. Of a field that both changed in different "
            "ways this copy's value stays, and a conflict with both is to be decided: contrechamp "
            "status. What either copy erased is erased. The other copy is only read; the same "
            "passphrase or key opens both; with --passphrase-fd, a line each, or one for a key."
        ),
        epilog=_("Example: contrechamp merge checkpoint-north usb/checkpoint-north"),
        params=[
            case_argument(),
            click.Argument(["other"], metavar="OTHER", type=click.Path(path_type=Path)),
            reason_option(),
            *secret_options(),
            json_option(),
        ],
    )


def _merge(*, folder: Path, other: Path, reason: str, as_json: bool, **secret: Any) -> None:
    from contrechamp.cli.bars import progress_for
    from contrechamp.dossier.merge import merging

    source = secret_source(**secret)
    for one in (folder, other):
        check_is_case(one)  # before anything is asked
    own = read_own_keys(source)  # asked once: the same key opens both, and seals again
    with (
        open_case(folder, source, write=True, own=own) as case,
        open_case(other, source, own=own) as theirs,
    ):
        done = merging.merge(
            case,
            theirs,
            reason=reason,
            own=own,
            now=now(),
            random=secrets.token_bytes,
            progress=progress_for(as_json=as_json),
        )
        conflicts = [_conflict_line(case, ref) for ref in done.conflicts]
        # Made again, of the items that came: a text that the other copy has need not be theirs.
        read_texts(case, as_json=as_json)
    if as_json:
        click.echo(json.dumps(asdict(done)))
        return
    if not done.news:
        click.echo(_("Nothing new: this copy has all that the other one holds."))
        return
    groups = (
        (_("taken: {what}"), done.taken),
        (_("joined field by field: {what}"), done.joined),
        (_("to be decided: {what}"), conflicts),
        (_("erased, for the other copy had erased it: {what}"), done.erased),
        (_("earlier versions erased, for the other copy had erased them: {what}"), done.forgotten),
        (_("stays erased, though the other copy changed it: {what}"), done.stays_erased),
        (_("stays as it is here, though the other copy changed it: {what}"), done.kept),
        (_("member of the other copy, without access to this one: {what}"), done.members),
        (_("stays in the other copy, whose log does not prove it: {what}"), done.unproven),
        (_("can no longer read identities, for one copy changed the key: {what}"), done.dismissed),
    )
    for line, items in groups:
        for item in items:
            click.echo(line.format(what=shown(item)))
    if done.old_key:
        click.echo(
            _("Identities are still sealed to a key that one copy had changed, which only members "
              "of the compartment can open. One of them should run: contrechamp identity CASE "
              "--renew")
        )  # fmt: skip


def _conflict_line(case: Any, ref: str) -> str:
    from contrechamp.dossier.reading import lookup
    from contrechamp.dossier.reading.short_names import lines_of

    record: Any = lookup.get(case, ref).record
    return f"{ref}  {lines_of(case, [record.about])[record.about]}  {record.field}"
