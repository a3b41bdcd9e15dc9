"""``contrechamp find``: search a case, records and texts of items, for words in any language."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from contrechamp.base.errors import UsageError
from contrechamp.base.i18n import _, ngettext
from contrechamp.base.json_text import json_text
from contrechamp.base.shown_text import shown
from contrechamp.cli.case_access import case_argument, now, open_case
from contrechamp.cli.find_fields import field_options, find_by_fields
from contrechamp.cli.options import json_option, unconfined_option
from contrechamp.cli.record_text import flag_line, kind_option
from contrechamp.cli.secret_input import secret_options, secret_source

if TYPE_CHECKING:
    from contrechamp.dossier.permission.standing import Flag
    from contrechamp.dossier.reading import search


def command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "find",
        callback=_find,
        help=_(
            "Find records that hold all words, the best first; then items whose text does (PDF, "
            "office, mail, web pages, chats, captions, and pictures of text where Tesseract is "
            "installed), each with the passage. Accents, Arabic vowel signs, "
            "article and forms of letters, Hebrew vowel points and final letters do not count. "
            'Words in "quotation marks" stand beside each other; a star stands for any ending of a '
            "word. What is closed is not found. --kind item looks in items only. With --field, "
            "--since and --until, records are found by what their fields say and of when they "
            "tell, without words or among those that hold them."
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
            click.Option(
                ["--read-texts"],
                is_flag=True,
                help=_(
                    "First read the text of items that nobody looked into yet, and once more of "
                    "those of which some was lacking."
                ),
            ),
            unconfined_option(),
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
    read_texts: bool,
    unconfined: bool,
    as_json: bool,
    **secret: Any,
) -> None:
    from contrechamp.cli import item_texts
    from contrechamp.dossier.permission.releasing import flags as flags_of
    from contrechamp.dossier.permission.standing import Standings
    from contrechamp.dossier.reading import search
    from contrechamp.dossier.reading.short_names import ShortNames
    from contrechamp.dossier.reading.view import View
    from contrechamp.dossier.records.kinds import class_of

    if kind not in ("", item_texts.ITEM):
        class_of(kind)
    by_fields = bool(fields or since or until)
    if not (words or by_fields or read_texts):
        raise UsageError(_("say which words to look for, or what fields should say: --field"))
    if by_fields and (read_texts or kind == item_texts.ITEM):
        raise UsageError(_("--field, --since and --until are for records"))
    with open_case(folder, secret_source(**secret), write=read_texts) as case:
        if by_fields:
            find_by_fields(
                case, " ".join(words), kind=kind, fields=fields, since=since, until=until,
                limit=limit, as_json=as_json,
            )  # fmt: skip
            return
        if read_texts:
            done = item_texts.read_texts(case, again=True, unconfined=unconfined, as_json=as_json)
            if not words:
                told = ngettext(
                    "The text of {count} file was read.",
                    "The text of {count} files was read.",
                    done["read"],
                )
                click.echo(json_text(done) if as_json else told.format(count=done["read"]))
                return
        asked = " ".join(words)
        hits = [] if kind == item_texts.ITEM else search.find(case, asked, kind=kind, limit=limit)
        names = ShortNames(case)
        called = [names.of(f"record/{hit.record.id}") for hit in hits]
        standings = Standings(View(case), now().date())
        flags = [flags_of(standings, f"record/{hit.record.id}") for hit in hits]
        items = item_texts.found_in_texts(case, asked, kind, limit)
        if not as_json:
            _tell(hits, called, flags)
            item_texts.tell_found(case, items)
            if not hits and not items:
                click.echo(_("Nothing was found."), err=True)
            if kind in ("", item_texts.ITEM) and not read_texts:
                item_texts.tell_unread(case)
    if as_json:
        found = [
            {"id": hit.record.id, "short_name": name, "kind": hit.record.kind,
             "title": hit.record.title, "excerpt": hit.excerpt,
             "standing": [flag.code for flag in standing]}
            for hit, name, standing in zip(hits, called, flags, strict=True)
        ]  # fmt: skip
        click.echo(json_text([*found, *item_texts.as_objects(items)]))


def _tell(hits: "list[search.Hit]", called: list[str], flags: "list[tuple[Flag, ...]]") -> None:
    for hit, name, standing in zip(hits, called, flags, strict=True):
        click.echo(f"record/{hit.record.id}  {name}  {shown(hit.record.title)}")
        if hit.excerpt:
            click.echo(f"    {shown(hit.excerpt)}")
        for flag in standing:
            click.echo(f"    {flag_line(flag)}")
