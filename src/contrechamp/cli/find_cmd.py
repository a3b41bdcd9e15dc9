"""``contrechamp find``: search the records of a case for words, in any language."""

from pathlib import Path
from typing import Any

import click

from contrechamp.base.i18n import _
from contrechamp.base.json_text import json_text
from contrechamp.base.shown_text import shown
from contrechamp.cli.case_access import case_argument, now, open_case
from contrechamp.cli.options import json_option
from contrechamp.cli.record_text import flag_line, kind_option
from contrechamp.cli.secret_input import secret_options, secret_source


def command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "find",
        callback=_find,
        help=_(
            "Find records that hold all words, the best first. Accents, Arabic vowel signs, "
            "article and forms of letters, Hebrew vowel points and final letters do not count. "
            'Words in "quotation marks" stand beside each other; a star stands for any ending of a '
            "word. What is closed is not found."
        ),
        epilog=_("Example: contrechamp find checkpoint-north caméra hébron"),
        params=[
            case_argument(),
            click.Argument(["words"], metavar="WORD...", nargs=-1, required=True),
            kind_option(),
            click.Option(
                ["--limit"],
                type=click.IntRange(1, 100_000),
                default=50,
                show_default=True,
                metavar="N",
                help=_("Show at most this many."),
            ),
            *secret_options(),
            json_option(),
        ],
    )


def _find(
    *,
    folder: Path,
    words: tuple[str, ...],
    kind: str,
    limit: int,
    as_json: bool,
    **secret: Any,
) -> None:
    from contrechamp.dossier.permission.releasing import flags as flags_of
    from contrechamp.dossier.permission.standing import Standings
    from contrechamp.dossier.reading import search
    from contrechamp.dossier.reading.view import View
    from contrechamp.dossier.records.kinds import class_of

    if kind:
        class_of(kind)
    with open_case(folder, secret_source(**secret)) as case:
        hits = search.find(case, " ".join(words), kind=kind, limit=limit)
        standings = Standings(View(case), now().date())
        flags = {one.record.id: flags_of(standings, f"record/{one.record.id}") for one in hits}
    if as_json:
        found = [
            {"id": hit.record.id, "kind": hit.record.kind, "title": hit.record.title,
             "excerpt": hit.excerpt, "standing": [flag.code for flag in flags[hit.record.id]]}
            for hit in hits
        ]  # fmt: skip
        click.echo(json_text(found))
        return
    for hit in hits:
        click.echo(f"record/{hit.record.id}  {hit.record.kind}  {shown(hit.record.title)}")
        if hit.excerpt:
            click.echo(f"    {shown(hit.excerpt)}")
        for flag in flags[hit.record.id]:
            click.echo(f"    {flag_line(flag)}")
    if not hits:
        click.echo(_("Nothing was found."), err=True)
