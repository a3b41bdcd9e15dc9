"""``contrechamp match``: propose matches of actors in reference data, by name."""

import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _, ngettext
from contrechamp.base.shown_text import shown
from contrechamp.cli.case_access import case_argument, now, reason_option, reopen_case
from contrechamp.cli.options import FiniteRange, json_option, unconfined_option
from contrechamp.cli.secret_input import secret_options, secret_source
from contrechamp.wording.matching import decision_label, how_label

if TYPE_CHECKING:
    from contrechamp.vault.case import Case


def command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "match",
        callback=_match,
        help=_(
            "Compare the names of companies and public bodies of a case with an export of entities "
            "that lies on this machine, such as one of OpenSanctions (entities.ftm.json, or its "
            "statements.csv). Persons are never compared. Nothing is written unless --confirm says "
            "that the two are one, or --reject that they are not: what was decided is not proposed "
            "again."
        ),
        epilog=_("Example: contrechamp match checkpoint-north entities.ftm.json"),
        params=[
            case_argument(),
            click.Argument(["reference"], metavar="FILE", type=click.Path(path_type=Path)),
            click.Option(
                ["--at-least"], type=FiniteRange(50, 100), default=90, show_default=True,
                metavar="N", help=_("How alike two names have to be, out of 100."),
            ),
            click.Option(
                ["--confirm"], metavar="RECORD=ID", multiple=True,
                help=_("This actor is that entity: you looked at both."),
            ),
            click.Option(
                ["--reject"], metavar="RECORD=ID", multiple=True,
                help=_("This actor is not that entity: you looked at both."),
            ),
            click.Option(
                ["--all", "show_all"], is_flag=True,
                help=_("Show also what was confirmed or rejected before."),
            ),
            click.Option(
                ["--scheme"], metavar="NAME", default="opensanctions", show_default=True,
                help=_("Name of the reference data, in the ids of the actor."),
            ),
            reason_option(),
            unconfined_option(),
            *secret_options(),
            json_option(),
        ],
    )  # fmt: skip


def _match(
    *,
    folder: Path,
    reference: Path,
    at_least: float,
    confirm: tuple[str, ...],
    reject: tuple[str, ...],
    show_all: bool,
    scheme: str,
    reason: str,
    unconfined: bool,
    as_json: bool,
    **secret: Any,
) -> None:
    from contrechamp.dossier.formats.read.source_file import open_source, source_cell
    from contrechamp.dossier.names import matching
    from contrechamp.dossier.reading.short_names import ShortNames

    with (
        reopen_case(folder, secret_source(**secret)) as opened,
        source_cell(unconfined=unconfined) as cell,
    ):
        with opened(False) as case:
            yes, no = _pairs(case, confirm), _pairs(case, reject)
            for pair in sorted(yes & no):
                raise InputError(_("confirmed and rejected at once: {text}").format(text=pair))
            decisions = {**dict.fromkeys(yes, True), **dict.fromkeys(no, False)}
            source = open_source(reference, cell)
            proposed = list(matching.proposals(case, source, at_least=at_least, scheme=scheme))
        with opened(bool(decisions)) as case:
            found = matching.decide(
                case, proposed, decisions, scheme=scheme, reason=reason, now=now,
                random=secrets.token_bytes,
            )  # fmt: skip
            names = ShortNames(case)
            called = {one.actor.ref: names.of(one.actor.ref) for one in found}
    before = 0
    for proposal in found:
        if proposal.decided and not show_all and proposal.key not in decisions:
            before += 1
        elif as_json:
            click.echo(matching.as_json(proposal))
        else:
            about = (*proposal.countries, *proposal.topics, how_label(proposal.how),
                     decision_label(proposal.decided))  # fmt: skip
            details = ", ".join(detail for detail in (proposal.schema, *about) if detail)
            click.echo(
                f"{proposal.alike:5.1f}  record/{proposal.key}  {called[proposal.actor.ref]}  "
                f"{shown(proposal.name)} ~ "
                f"{shown(proposal.called)} ({shown(details)})"
            )
    if not as_json:
        click.echo(
            ", ".join(
                (
                    ngettext("{count} proposal", "{count} proposals", len(found) - before),
                    ngettext("{confirmed} confirmed", "{confirmed} confirmed", len(yes)),
                    ngettext("{rejected} rejected", "{rejected} rejected", len(no)),
                )
            ).format(count=len(found) - before, confirmed=len(yes), rejected=len(no))
            + "."
        )
    if before and not as_json:
        click.echo(
            ngettext("{count} was decided before; --all shows it.",
                     "{count} were decided before; --all shows them.", before)
            .format(count=before)
        )  # fmt: skip


def _pairs(case: "Case", given: tuple[str, ...]) -> set[str]:
    """Return pairs of a record and an entity with the bare id of the record."""
    from contrechamp.dossier.reading import lookup, short_names

    full = short_names.in_full(case)
    pairs = [pair.partition("=") for pair in given]
    return {f"{lookup.id_of(full(ref))}{sign}{entity}" for ref, sign, entity in pairs}
