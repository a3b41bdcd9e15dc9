"""``contrechamp export-records``: the records of a case in the formats of other programs."""

from pathlib import Path
from typing import Any

import click

from contrechamp.base.errors import UsageError
from contrechamp.base.i18n import _, ngettext
from contrechamp.base.shown_text import shown
from contrechamp.cli.case_access import case_argument, now, open_case, reason_option
from contrechamp.cli.secret_input import secret_options, secret_source
from contrechamp.cli.text_input import Line
from contrechamp.dossier.formats.write.registry import WRITERS


def command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "export-records",
        callback=_export,
        help=_(
            "Write the records of a case to a new folder, unencrypted, to work on with other "
            "programs. What is closed and true identities stay in the case. What a source told or "
            "gave leaves only with --for, where consent covers that it is shared with them, or "
            "with --team, where consent to hold it holds; the log says so, and what stayed is "
            "listed with the reason. Nothing is sent anywhere."
        ),
        epilog=_(
            "Example: contrechamp export-records checkpoint-north --as xlsx -o tables "
            '--for "Sample Lawyer"'
        ),
        params=[
            case_argument(),
            click.Option(
                ["--as", "format_"], type=click.Choice(tuple(WRITERS)), required=True,
                help=_("Format of the files."),
            ),
            click.Option(
                ["-o", "--output"], metavar="FOLDER", required=True,
                type=click.Path(path_type=Path),
                help=_("Folder to make; it must not exist yet."),
            ),
            click.Option(
                ["--osm"], metavar="FILE", type=click.Path(path_type=Path),
                help=_(
                    "Extract that says what cameras in OpenStreetMap are now, to correct them; "
                    "for osm."
                ),
            ),
            click.Option(
                ["--publisher"], metavar="NAME", default="",
                help=_("Who publishes the packages; for ocds, which asks for it."),
            ),
            click.Option(
                ["--ocid-prefix", "prefix"], metavar="PREFIX", default="",
                help=_(
                    "Prefix that the Open Contracting Partnership gave you, such as ocds-a1b2c3, "
                    "for processes without an id of their own; for ocds."
                ),
            ),
            click.Option(
                ["--licence"], metavar="ADDRESS", default="",
                help=_("Address of the licence of the packages; for ocds."),
            ),
            click.Option(
                ["--uri"], metavar="ADDRESS", default="",
                help=_("Address at which the package will stand; for ocds."),
            ),
            click.Option(
                ["--for", "whom"], default="", metavar="NAME-or-ACTOR", type=Line(_("Handed to")),
                help=_(
                    "Whom it is for, by name as consents have it or by record/...; without it, "
                    "nothing that a source told or gave leaves."
                ),
            ),
            click.Option(
                ["--team"], is_flag=True,
                help=_(
                    "It is for those who work on the case alone: another machine, a copy to work "
                    "on. Not to be handed on. (A whole copy is one of the folder CASE.)"
                ),
            ),
            reason_option(),
            *secret_options(),
        ],
    )  # fmt: skip


def _export(
    *,
    folder: Path,
    format_: str,
    output: Path,
    osm: Path | None,
    publisher: str,
    prefix: str,
    licence: str,
    uri: str,
    whom: str,
    team: bool,
    reason: str,
    **secret: Any,
) -> None:
    from contrechamp.dossier.formats.write import exporting
    from contrechamp.dossier.formats.write.outgoing import Publisher
    from contrechamp.dossier.permission import consent
    from contrechamp.dossier.permission.sharing import Recipient
    from contrechamp.dossier.reading import short_names

    if whom and team:
        raise UsageError(_("--for and --team are for different exports: make two"))
    about = Publisher(publisher, prefix, uri, licence)
    named = short_names.is_typed(whom)
    with open_case(folder, secret_source(**secret), write=bool(whom or team)) as case:
        actor = short_names.full_ref(case, whom) if named else ""
        left = exporting.write(
            case, output, format_, day=now().date(), osm=osm, publisher=about, now=now(),
            recipient=Recipient(actor, "" if named else whom, team), reason=reason,
        )  # fmt: skip
        called = short_names.lines_of(
            case, [f"record/{one}" for one in (*left.kept_back, *left.limits)]
        )
    kept_back = len(left.kept_back)
    if kept_back:
        click.echo(
            ngettext(
                "{count} record stays in the case, for consent does not cover that it leaves so:",
                "{count} records stay in the case, for consent does not cover that they leave so:",
                kept_back,
            ).format(count=kept_back),
            err=True,
        )
        for record, refused in left.kept_back.items():
            why = "; ".join(dict.fromkeys(consent.refusal_lines(refused)))
            click.echo(f"  {called[f'record/{record}']}  {why}", err=True)
    for record, limits in left.limits.items():
        for limit in limits:
            line = _("within these limits, which whoever gets it has to be told: {limits}")
            click.echo(
                f"{called[f'record/{record}']}  {line.format(limits=shown(limit))}", err=True
            )
    for why, many in sorted(left.left_out.items()):
        click.echo(_("left out: {count}: {reason}").format(count=many, reason=why), err=True)
    click.echo(_("{folder} is written; it is not encrypted.").format(folder=output.name))
    if left.from_sources:
        click.echo(
            ngettext(
                "{count} record in it holds what somebody told or gave; the log says whom it is "
                "for.",
                "{count} records in it hold what somebody told or gave; the log says whom they "
                "are for.",
                len(left.from_sources),
            ).format(count=len(left.from_sources))
        )
