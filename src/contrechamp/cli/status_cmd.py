"""``contrechamp status``: what a case still lacks."""

from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from contrechamp.base.i18n import _
from contrechamp.base.json_text import json_text
from contrechamp.base.shown_text import shown
from contrechamp.cli.case_access import case_argument, now, open_case
from contrechamp.cli.options import day_option, json_option
from contrechamp.cli.secret_input import secret_options, secret_source
from contrechamp.wording.records import counted_records
from contrechamp.wording.status import lack_headings, lack_line


def command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "status",
        callback=_status,
        help=_(
            "Say what the records of a case lack: evidence, consent, reply, review, translation, "
            "release, answers of assessments, and decisions where two copies differed."
        ),
        epilog=_("Example: contrechamp status checkpoint-north --on 2026-06-30"),
        params=[
            case_argument(),
            day_option(_("As it stands on this day, such as that of a publication.")),
            *secret_options(),
            json_option(),
        ],
    )


def _status(*, folder: Path, on: datetime | None, as_json: bool, **secret: Any) -> None:
    from contrechamp.cli.bars import progress_for
    from contrechamp.dossier import status
    from contrechamp.dossier.reading import lookup
    from contrechamp.dossier.reading.short_names import ShortNames

    day: date = on.date() if on else now().date()
    with open_case(folder, secret_source(**secret)) as case:
        found = status.lacks(case, day, progress=progress_for(as_json=as_json))
        counted = lookup.count(case)
        names = ShortNames(case)
        called = {lack.ref: names.of(lack.ref) for lack in found}
        places = {lack.at: names.in_text(lack.at) for lack in found}
    if as_json:
        click.echo(
            json_text(
                {
                    "on": day.isoformat(),
                    "records": counted,
                    "lacks": [asdict(lack) | {"short_name": called[lack.ref]} for lack in found],
                },
            )
        )
        return
    click.echo(
        ", ".join(counted_records(kind, many) for kind, many in counted.items()) or _("No records.")
    )
    for what, heading in lack_headings().items():
        lacking = [lack for lack in found if lack.what == what]
        if lacking:
            click.echo(f"\n{heading} ({len(lacking)})")
        for lack in lacking:
            click.echo(
                f"  {lack.ref}  {called[lack.ref] or lack.kind}  {shown(lack.title)}: "
                f"{shown(lack_line(lack.why, places[lack.at]))}"
            )
    if counted and not found:
        click.echo(_("Nothing is lacking."))
