"""``contrechamp find``: search a case, records and texts of items, for words in any language."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from contrechamp.base.errors import UsageError
from contrechamp.base.i18n import _, ngettext
from contrechamp.base.json_text import json_text
from contrechamp.base.shown_text import shown
from contrechamp.cli.case_access import case_argument, open_case
from contrechamp.cli.options import json_option, unconfined_option
from contrechamp.cli.record_text import kind_option
from contrechamp.cli.secret_input import secret_options, secret_source

if TYPE_CHECKING:
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
            "word. What is closed is not found. --kind item looks in items only."
        ),
        epilog=_("Example: contrechamp find checkpoint-north caméra hébron"),
        params=[
            case_argument(),
            click.Argument(["words"], metavar="[WORD]...", nargs=-1),
            kind_option(),
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
    limit: int,
    read_texts: bool,
    unconfined: bool,
    as_json: bool,
    **secret: Any,
) -> None:
    from contrechamp.cli import item_texts
    from contrechamp.dossier.reading import search
    from contrechamp.dossier.records.kinds import class_of

    if not words and not read_texts:
        raise UsageError(_("say which words to look for"))
    if kind not in ("", item_texts.ITEM):
        class_of(kind)
    with open_case(folder, secret_source(**secret), write=read_texts) as case:
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
        items = item_texts.found_in_texts(case, asked, kind, limit)
        if not as_json:
            _tell(hits)
            item_texts.tell_found(case, items)
            if not hits and not items:
                click.echo(_("Nothing was found."), err=True)
            if kind in ("", item_texts.ITEM) and not read_texts:
                item_texts.tell_unread(case)
    if as_json:
        found = [
            {"id": hit.record.id, "kind": hit.record.kind, "title": hit.record.title,
             "excerpt": hit.excerpt}
            for hit in hits
        ]  # fmt: skip
        click.echo(json_text([*found, *item_texts.as_objects(items)]))


def _tell(hits: "list[search.Hit]") -> None:
    for hit in hits:
        click.echo(f"record/{hit.record.id}  {hit.record.kind}  {shown(hit.record.title)}")
        if hit.excerpt:
            click.echo(f"    {shown(hit.excerpt)}")
