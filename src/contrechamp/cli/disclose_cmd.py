"""``contrechamp disclose``: one piece of evidence of a publication, for one reader, with proof."""

import json
from pathlib import Path
from typing import Any

import click

from contrechamp.base.i18n import _
from contrechamp.cli.case_access import case_argument, now, open_case, reason_option
from contrechamp.cli.options import json_option
from contrechamp.cli.record_text import ref_argument
from contrechamp.cli.secret_input import secret_options, secret_source
from contrechamp.cli.text_input import Line


def command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "disclose",
        callback=_disclose,
        help=_(
            "Write one piece of evidence of a publication, with what shows that the publication "
            "committed to just this on its day, into a folder encrypted to whoever shall read it. "
            "Nothing else of the case shows. The log says what went to whom."
        ),
        epilog=_(
            "Example: contrechamp disclose checkpoint-north exhibit/plan out/bundle "
            "-o for-the-court --recipient age1..."
        ),
        params=[
            case_argument(),
            ref_argument(),
            click.Argument(["bundle"], type=click.Path(path_type=Path), metavar="BUNDLE"),
            click.Option(
                ["-o", "--out"],
                type=click.Path(path_type=Path),
                required=True,
                metavar="FOLDER",
                help=_("Folder to make."),
            ),
            click.Option(
                ["--recipient", "recipients"],
                multiple=True,
                metavar="KEY",
                help=_("Public age key of who shall read it: age1...; can be given several times."),
            ),
            click.Option(
                ["--plain"],
                is_flag=True,
                help=_("Do not encrypt: whoever finds the folder can read it."),
            ),
            click.Option(
                ["--to"],
                default="",
                type=Line(_("Handed to")),
                metavar="NAME-or-ACTOR",
                help=_(
                    "Whom it goes to, by name or by record/...: what a source gave leaves the case "
                    "only to whom the source consented to."
                ),
            ),
            reason_option(),
            *secret_options(),
            json_option(),
        ],
    )


def _disclose(
    *,
    folder: Path,
    ref: str,
    bundle: Path,
    out: Path,
    recipients: tuple[str, ...],
    plain: bool,
    to: str,
    reason: str,
    as_json: bool,
    **secret: Any,
) -> None:
    from contrechamp.cli.bars import progress_for
    from contrechamp.dossier.reading import short_names
    from contrechamp.publish.bundle import disclosing
    from contrechamp.vault.bags.exporting import check_audience

    check_audience(recipients, plain=plain)  # before anybody is asked for a passphrase
    with open_case(folder, secret_source(**secret), write=True) as case:
        done = disclosing.disclose(
            case, bundle, short_names.full_ref(case, ref), out, to=to, recipients=recipients,
            plain=plain, reason=reason, now=now(), progress=progress_for(as_json=as_json),
        )  # fmt: skip
    if as_json:
        click.echo(json.dumps({"evidence": done.evidence, "entry": done.entry}))
        return
    click.echo(
        _("Evidence {number} is in {folder}; the log says so in entry {entry}.").format(
            number=done.evidence, folder=out, entry=done.entry
        )
    )
    click.echo(_("Its reader checks it: contrechamp verify BUNDLE --disclosure FOLDER"))
