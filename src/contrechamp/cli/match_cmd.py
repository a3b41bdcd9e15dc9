"""``contrechamp match``: actors of a case against reference data, by name, proposals only."""

import secrets
from pathlib import Path
from typing import Any

import click

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _, ngettext
from contrechamp.cli.case_access import case_argument, now, open_case, reason_option, shown
from contrechamp.cli.options import FiniteRange, json_option, language_option, verbose_option
from contrechamp.cli.secret_input import secret_options, secret_source


def match_command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "match",
        callback=_match,
        short_help=_("Propose what companies and bodies are called in reference data."),
        help=_(
            "Compare the names of companies and public bodies of a case with an export of entities "
            "that lies on this machine, such as one of OpenSanctions (entities.ftm.json). Persons "
            "are never compared. Nothing is written unless --confirm says that the two are one."
        ),
        epilog=_("Example: contrechamp match checkpoint-north entities.ftm.json"),
        params=[
            case_argument(),
            click.Argument(["reference"], metavar="FILE", type=click.Path(path_type=Path)),
            click.Option(
                ["--at-least"], type=FiniteRange(50, 100), default=90, show_default=True,
                metavar="N", help=_("How alike two names have to be, of 100."),
            ),
            click.Option(
                ["--confirm"], metavar="RECORD=ID", multiple=True,
                help=_("This actor is that entity: you looked at both."),
            ),
            click.Option(
                ["--scheme"], metavar="NAME", default="opensanctions", show_default=True,
                help=_("Name of the reference data, in the ids of the actor."),
            ),
            reason_option(),
            *secret_options(),
            json_option(),
            language_option(),
            verbose_option(),
        ],
    )  # fmt: skip


def _match(
    *,
    folder: Path,
    reference: Path,
    at_least: float,
    confirm: tuple[str, ...],
    scheme: str,
    reason: str,
    as_json: bool,
    **secret: Any,
) -> None:
    from contrechamp.dossier import name_matching
    from contrechamp.dossier.formats.given import given

    wanted = {one.removeprefix("record/") for one in confirm}
    with open_case(folder, secret_source(**secret), write=bool(wanted)) as case:
        found = list(name_matching.proposals(case, given(reference), at_least=at_least))
        known = {f"{one.actor.id}={one.entity}" for one in found}
        for one in sorted(wanted - known):
            raise InputError(_("no such proposal: {text}").format(text=one))
        for proposal in found:
            name = f"{proposal.actor.id}={proposal.entity}"
            if name in wanted:
                name_matching.confirm(
                    case,
                    proposal,
                    scheme=scheme,
                    reason=reason,
                    now=now,
                    random=secrets.token_bytes,
                )
            if as_json:
                click.echo(name_matching.as_json(proposal))
                continue
            about = ", ".join((*proposal.countries, *proposal.topics))
            click.echo(
                f"{proposal.alike:5.1f}  record/{name}  {shown(proposal.name)} ~ "
                f"{shown(proposal.called)} ({proposal.schema}{', ' if about else ''}{shown(about)})"
            )
    if not as_json:
        click.echo(
            ngettext("{count} proposal, {confirmed} confirmed.",
                     "{count} proposals, {confirmed} confirmed.", len(found))
            .format(count=len(found), confirmed=len(wanted))
        )  # fmt: skip
