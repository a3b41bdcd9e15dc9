"""``contrechamp letter``: the text of a letter, from the template in its language."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.cli.case_access import case_argument, now, open_case
from contrechamp.cli.options import day_option
from contrechamp.cli.record_text import ref_argument
from contrechamp.cli.secret_input import secret_options, secret_source


def command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "letter",
        callback=_letter,
        help=_(
            "Print the text of a letter of the case, in its own language (Arabic, English, French "
            "or Hebrew), with its questions and the day that an answer is asked for. What stands "
            "in square brackets is for you to fill in. Nothing is sent."
        ),
        epilog=_("Example: contrechamp letter checkpoint-north record/0123456789abcdef"),
        params=[
            case_argument(),
            ref_argument(),
            click.Option(
                ["--reminder"],
                is_flag=True,
                help=_("Remind of it instead, with the questions that nobody has answered yet."),
            ),
            day_option(_("As it stands on this day; by default today.")),
            *secret_options(),
        ],
    )


def _letter(*, folder: Path, ref: str, reminder: bool, on: datetime | None, **secret: Any) -> None:
    from contrechamp.dossier.reading import lookup, short_names
    from contrechamp.dossier.records.actors import Actor
    from contrechamp.dossier.records.field_types import first_text
    from contrechamp.dossier.records.letters import Letter
    from contrechamp.dossier.shipped import letter_templates

    with open_case(folder, secret_source(**secret)) as case:
        stored = lookup.get(case, short_names.full_ref(case, ref))
        letter = stored.record
        if not isinstance(letter, Letter):
            raise InputError(
                _("expected a letter, but this is of the kind {kind}").format(kind=stored.kind),
                where=stored.ref,
            )
        actor = lookup.find(case, letter.to)  # may have been erased since
    name = ""
    if actor is not None and isinstance(actor.record, Actor):
        name = first_text(actor.record.names, letter.language.split("-")[0])
    click.echo(
        letter_templates.text(
            letter,
            name or "[…]",
            template="reminder" if reminder else "request",
            on=on.date() if on else now().date(),
        ),
        nl=False,
    )
