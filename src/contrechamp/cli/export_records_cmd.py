"""``contrechamp export-records``: the records of a case in the formats of other programs."""

from pathlib import Path
from typing import Any

import click

from contrechamp.base.i18n import _
from contrechamp.cli.case_access import case_argument, reason_option
from contrechamp.cli.records_leaving import leaving_options, let_out
from contrechamp.cli.secret_input import secret_options, secret_source
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
            *leaving_options(),
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
    from contrechamp.dossier.formats.write.outgoing import Publisher

    about = Publisher(publisher, prefix, uri, licence)
    let_out(
        folder, output, format_, osm=osm, publisher=about, whom=whom, team=team, reason=reason,
        source=secret_source(**secret),
    )  # fmt: skip
