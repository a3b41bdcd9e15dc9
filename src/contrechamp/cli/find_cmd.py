"""``contrechamp find``: search the records of a case for words, in any language."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from contrechamp.base.errors import UsageError
from contrechamp.base.i18n import _
from contrechamp.base.json_text import json_text
from contrechamp.base.shown_text import shown
from contrechamp.cli.case_access import case_argument, open_case
from contrechamp.cli.find_fields import field_options, find_by_fields
from contrechamp.cli.options import json_option
from contrechamp.cli.record_text import kind_option
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
            "word. What is closed is not found. With --field, --since and --until, records are "
            "found by what their fields say and of when they tell, without words or among those "
            "that hold them."
        ),
        epilog=_("Example: contrechamp find checkpoint-north caméra hébron"),
        params=[
            case_argument(),
            click.Argument(["words"], metavar="[WORD]...", nargs=-1),
            kind_option(),
            *field_options(),
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
    fields: tuple[tuple[str, str, str], ...],
    since: datetime | None,
    until: datetime | None,
    limit: int,
    as_json: bool,
    **secret: Any,
) -> None:
    from contrechamp.dossier.reading import search
    from contrechamp.dossier.reading.short_names import ShortNames
    from contrechamp.dossier.records.kinds import class_of

    if kind:
        class_of(kind)
    by_fields = bool(fields or since or until)
    if not (words or by_fields):
        raise UsageError(_("say which words to look for, or what fields should say: --field"))
    with open_case(folder, secret_source(**secret)) as case:
        if by_fields:
            find_by_fields(
                case, " ".join(words), kind=kind, fields=fields, since=since, until=until,
                limit=limit, as_json=as_json,
            )  # fmt: skip
            return
        names = ShortNames(case)
        hits = search.find(case, " ".join(words), kind=kind, limit=limit)
        called = [names.of(f"record/{hit.record.id}") for hit in hits]
    if as_json:
        found = [
            {"id": hit.record.id, "short_name": name, "kind": hit.record.kind,
             "title": hit.record.title, "excerpt": hit.excerpt}
            for hit, name in zip(hits, called, strict=True)
        ]  # fmt: skip
        click.echo(json_text(found))
        return
    for hit, name in zip(hits, called, strict=True):
        click.echo(f"record/{hit.record.id}  {name}  {shown(hit.record.title)}")
        if hit.excerpt:
            click.echo(f"    {shown(hit.excerpt)}")
    if not hits:
        click.echo(_("Nothing was found."), err=True)
