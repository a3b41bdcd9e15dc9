"""``contrechamp export-records``: the records of a case in formats of others."""

from pathlib import Path
from typing import Any

import click

from contrechamp.base.i18n import _, ngettext
from contrechamp.cli.case_access import case_argument, now, open_case
from contrechamp.cli.options import language_option, verbose_option
from contrechamp.cli.secret_input import secret_options, secret_source

#: As `dossier.formats.leaving.WRITERS` names them.
FORMAT_NAMES = ("jsonl", "csv", "xlsx", "ftm", "ocds", "osm")


def export_records_command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "export-records",
        callback=_export,
        short_help=_("Write the records of a case in other formats."),
        help=_(
            "Write the records of a case to a new folder, unencrypted, to work on with other "
            "programs. What is closed, true identities, and what no consent holds for stay in the "
            "case. Nothing is sent anywhere."
        ),
        epilog=_("Example: contrechamp export-records checkpoint-north --as xlsx -o tables"),
        params=[
            case_argument(),
            click.Option(
                ["--as", "format_"], type=click.Choice(FORMAT_NAMES), required=True,
                help=_("Format of the files."),
            ),
            click.Option(
                ["-o", "--output"], metavar="FOLDER", required=True,
                type=click.Path(path_type=Path),
                help=_("Folder to be made; there must be nothing yet."),
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
            *secret_options(),
            language_option(),
            verbose_option(),
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
    **secret: Any,
) -> None:
    from contrechamp.dossier.formats import leaving
    from contrechamp.dossier.formats.ocds_packages import Publisher

    about = Publisher(publisher, prefix, uri, licence)
    with open_case(folder, secret_source(**secret)) as case:
        left = leaving.write(case, output, format_, day=now().date(), osm=osm, publisher=about)
    kept_back = len(left.kept_back)
    if kept_back:
        click.echo(
            ngettext(
                "{count} record stays in the case: no consent holds for it.",
                "{count} records stay in the case: no consent holds for them.",
                kept_back,
            ).format(count=kept_back),
            err=True,
        )
    for reason, many in sorted(left.left_out.items()):
        click.echo(_("left out: {count}: {reason}").format(count=many, reason=reason), err=True)
    click.echo(_("{folder} is written; it is not encrypted.").format(folder=output.name))
