"""``contrechamp identity``: seal or read who a source is, for those who must know."""

import secrets
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from contrechamp.base.errors import InputError, UsageError
from contrechamp.base.i18n import _
from contrechamp.base.shown_text import shown
from contrechamp.cli.case_access import case_argument, now, open_case, reason_option
from contrechamp.cli.record_text import ref_argument
from contrechamp.cli.secret_input import read_line, read_own_keys, secret_options, secret_source
from contrechamp.cli.text_input import Line

if TYPE_CHECKING:
    from contrechamp.vault.access.slots import AgeIdentities
    from contrechamp.vault.case import Case


def command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "identity",
        callback=_identity,
        help=_(
            "Read who a source is, or seal it with --seal: under a key of its own, for members of "
            "its own list. It stands in no record, export, index or message. Each reading is an "
            "entry of the log. What is asked for is not shown while it is typed; with "
            "--passphrase-fd it is read from there, a line each, behind the passphrase."
        ),
        epilog=_("Example: contrechamp identity checkpoint-north record/0123 --reason safety"),
        params=[
            case_argument(),
            ref_argument("source", "SOURCE", required=False),
            click.Option(
                ["--seal"], is_flag=True, help=_("Ask for name, contact and more, and seal them.")
            ),
            click.Option(["--erase"], is_flag=True, help=_("Erase what is sealed.")),
            click.Option(
                ["--admit"],
                metavar="NAME",
                type=Line(_("Name of the member")),
                help=_("Let a member of the case read identities."),
            ),
            click.Option(
                ["--dismiss"], metavar="NAME", type=Line(_("Name of the member")),
                help=_("No longer let a member read identities: the key is changed."),
            ),
            click.Option(
                ["--renew"], is_flag=True,
                help=_("Change the key for the same members, as a merge may ask for."),
            ),
            click.Option(
                ["--mentions"], is_flag=True,
                help=_("Say where a part of a true name stands in the open."),
            ),
            reason_option(),
            *secret_options(),
        ],
    )  # fmt: skip


def _identity(
    *,
    folder: Path,
    source: str | None,
    seal: bool,
    erase: bool,
    admit: str | None,
    dismiss: str | None,
    renew: bool,
    mentions: bool,
    reason: str,
    **secret: Any,
) -> None:
    asked = [seal, erase, admit is not None, dismiss is not None, renew, mentions]
    about_source = not any(asked[2:])
    if sum(asked) > 1 or about_source != (source is not None):
        raise UsageError(
            _("name a source to read, --seal or --erase; or use one of --admit, --dismiss, "
              "--renew, --mentions alone")
        )  # fmt: skip
    where = secret_source(**secret)
    with open_case(folder, where, write=True) as case:
        own = None if seal or erase else read_own_keys(where)
        if source is not None:
            ask = partial(read_line, descriptor=where.passphrase_fd) if seal else None
            _of_source(case, source, own, ask, erase=erase, reason=reason)
        else:
            _of_members(case, own, admit, dismiss, reason, renew=renew)


def _of_source(
    case: "Case",
    source: str,
    own: "AgeIdentities | None",
    ask: Callable[[str], str] | None,
    *,
    erase: bool,
    reason: str,
) -> None:
    from contrechamp.dossier.identities import compartment
    from contrechamp.dossier.reading import short_names

    ref = short_names.full_ref(case, source)
    if ask is not None:
        _tell_readers(case)
        who = compartment.Identity(
            name=ask(_("Name: ")), contact=ask(_("Contact: ")), other=ask(_("Other: "))
        )
        compartment.seal(case, ref, who, reason=reason, now=now(), random=secrets.token_bytes)
        click.echo(_("Sealed for {ref}.").format(ref=ref))
    elif erase:
        compartment.erase(case, ref, reason=reason, now=now())
        click.echo(_("Erased what was sealed for {ref}.").format(ref=ref))
    else:
        for found in compartment.reveal(case, ref, own=own, reason=reason, now=now()):
            click.echo(shown(found.name))
            for line in (found.contact, found.other):
                if line:
                    click.echo(f"  {shown(line)}")


def _tell_readers(case: "Case") -> None:
    """Say who reads what is sealed, before anything is.

    Raises:
        InputError: if that is not settled.
    """
    from contrechamp.dossier.identities import compartment
    from contrechamp.vault.access.roster import roster

    readers = compartment.audience(case)
    click.echo(_("Who can read what is sealed, each with their key in words:"), err=True)
    for one in roster(case):
        if one.id in readers:
            click.echo(f"  {shown(one.name)}  {one.key}", err=True)
            for number in one.replaced:
                warning = _("WARNING: somebody else replaced this key in entry {number}: ask")
                click.echo(f"    {warning.format(number=number)}", err=True)


def _of_members(
    case: "Case",
    own: "AgeIdentities | None",
    admit: str | None,
    dismiss: str | None,
    reason: str,
    *,
    renew: bool,
) -> None:
    from contrechamp.dossier.identities import compartment, open_mentions
    from contrechamp.dossier.reading.short_names import lines_of

    if admit is not None:
        member = _member(case, admit)
        compartment.admit(case, member, own=own, reason=reason, now=now())
        click.echo(_("{name} can read identities now.").format(name=shown(admit)))
    elif dismiss is not None:
        member = _member(case, dismiss)
        compartment.dismiss(
            case, member, own=own, reason=reason, now=now(), random=secrets.token_bytes
        )
        click.echo(_("{name} can no longer read identities.").format(name=shown(dismiss)))
    elif renew:
        compartment.renew(case, own=own, reason=reason, now=now(), random=secrets.token_bytes)
        click.echo(_("Identities are sealed under another key, for the same members."))
    else:
        found = open_mentions.mentions(case, own=own)
        called = lines_of(case, {f"record/{source}" for source in found})
        for source, places in sorted(found.items()):
            for place in sorted(places):
                click.echo(_("{source}: a part of the name stands in {place}").format(
                    source=called[f"record/{source}"], place=place))  # fmt: skip
        if not found:
            click.echo(_("No part of a sealed name stands in the open."))


def _member(case: "Case", name: str) -> str:
    from contrechamp.vault.access.members import members

    found = [member for member, other, _left in members(case) if other == name]
    if not found:
        raise InputError(_("there is no member of this name: {name}").format(name=name))
    return found[0]
