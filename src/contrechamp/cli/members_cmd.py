"""``contrechamp members``: who has access to a case, with what to check their keys by."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from contrechamp.base.i18n import _
from contrechamp.base.shown_text import shown
from contrechamp.cli.case_access import case_argument, open_case
from contrechamp.cli.options import json_option
from contrechamp.cli.secret_input import secret_options, secret_source

if TYPE_CHECKING:
    from contrechamp.vault.access.roster import Listed


def command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "members",
        callback=_members,
        help=_(
            "Show the members of a case, as the log says: their keys in words, to be compared with "
            "them over another channel, who let them in, who reads identities, and what the log "
            "does not prove."
        ),
        epilog=_("Example: contrechamp members checkpoint-north"),
        params=[
            case_argument(),
            click.Option(
                ["--accept"],
                is_flag=True,
                help=_(
                    "From now on, this is the case at its place: after you put another there, or "
                    "an older copy. Compare the keys first."
                ),
            ),
            *secret_options(),
            json_option(),
        ],
    )


def _members(*, folder: Path, accept: bool, as_json: bool, **secret: Any) -> None:
    from contrechamp.vault.access.roster import roster

    with open_case(folder, secret_source(**secret), accept=accept) as case:
        found = roster(case)
    if as_json:
        click.echo(json.dumps([asdict(one) for one in found]))
        return
    for one in found:
        click.echo(shown(one.name))
        for line in _lines(one):
            click.echo(f"  {shown(line)}")


def _lines(one: "Listed") -> Iterator[str]:
    if one.key:
        yield _("opens with the key   {words}").format(words=one.key)
        yield _("signs with the key   {words}").format(words=one.signs)
    if one.since >= 0 and one.by and not one.unproven:
        text = _("let in by {name}, entry {number}")
        yield text.format(name=one.by, number=one.since)
    if one.left:
        yield _("has no access")
    if one.reads_identities:
        yield _("reads identities")
    if one.unproven and one.since >= 0:
        text = _("taken over in entry {number} by {name}: what was before is not proven")
        yield text.format(number=one.since, name=one.by)
    elif one.unproven:
        yield _("not proven: the log is of an older form")
    if one.key_made_by:
        yield _("signs with a key that {name} made, who could sign in the member's name").format(
            name=one.key_made_by
        )
    for number in one.replaced:
        yield _("WARNING: somebody else replaced the member's keys in entry {number}: ask").format(
            number=number
        )
