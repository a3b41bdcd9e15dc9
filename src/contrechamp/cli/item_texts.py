"""The texts of items, for the commands that bring items in and for `find`."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from contrechamp.base.i18n import _, ngettext
from contrechamp.base.shown_text import shown

if TYPE_CHECKING:
    from contrechamp.vault.case import Case
    from contrechamp.vault.texts.finding import Found, Passage

#: What `find --kind` takes beside the kinds of records.
ITEM = "item"


def read_texts(
    case: "Case", *, again: bool = False, unconfined: bool = False, as_json: bool = False
) -> dict[str, int]:
    """Take the texts of items that nobody looked for text in yet, and tell what is lacking.

    Args:
        case: open for writing.
        again: as of `taking.take`.
        unconfined: likewise.
        as_json: show no progress.

    Returns:
        What was read, for ``--json``.
    """
    from contrechamp.cli.bars import progress_for
    from contrechamp.vault.texts import taking
    from contrechamp.wording.texts import lacking_lines

    done = taking.take(
        case, again=again, unconfined=unconfined, progress=progress_for(as_json=as_json)
    )
    for line in lacking_lines(done.items()):
        click.echo(line, err=True)
    _tell_languages(done)
    return {
        "read": sum(count for how, count in done.items() if how.some),
        "lacking": sum(count for how, count in done.items() if how.lacks),
    }


def _tell_languages(done: Mapping[Any, int]) -> None:
    """Say in which languages pictures were not read."""
    from contrechamp.cell import tesseract

    if not any(how.kind in ("picture", "pdf") for how in done):
        return
    reader = tesseract.found()
    if reader is not None and reader.lacking:
        click.echo(
            _(
                "Tesseract has no data for {languages}: pictures of text in these are read wrongly "
                "(on Debian: apt install {packages})"
            ).format(
                languages=", ".join(reader.lacking),
                packages=" ".join(f"tesseract-ocr-{one}" for one in reader.lacking),
            ),
            err=True,
        )


def found_in_texts(case: "Case", words: str, kind: str, limit: int) -> list["Found"]:
    """Return the items whose text holds all words, if items are asked for."""
    from contrechamp.base.search_words import query_of
    from contrechamp.vault.texts import finding

    if kind not in ("", ITEM):
        return []
    return finding.find(case, query_of(words), words, limit=limit)


def tell_found(case: "Case", hits: list["Found"]) -> None:
    """Print items that were found, each with its passage, and how it stands."""
    from contrechamp.cli.case_access import now
    from contrechamp.cli.record_text import flag_line
    from contrechamp.dossier.permission.standing import standing
    from contrechamp.dossier.reading.view import View
    from contrechamp.wording.texts import place_label

    view = View(case)
    for hit in hits:
        for item in hit.items:
            click.echo(f"{item}  {shown(hit.name)}")
            for flag in standing(view, item, now().date()):
                click.echo(f"  {flag_line(flag)}")
        if hit.passage is not None:
            place = shown(place_label(hit.passage.at))
            click.echo(f"    {place}{': ' if place else ''}{_marked(hit.passage)}")


def _marked(passage: "Passage") -> str:
    """Return a passage with its hits in bold, and between stars where nothing is bold."""
    words = [
        click.style(f"*{shown(word)}*", bold=True) if hit else shown(word)
        for word, hit in passage.words
    ]
    return f"{'' if passage.begins else '… '}{' '.join(words)}{'' if passage.ends else ' …'}"


def as_objects(hits: list["Found"]) -> list[dict[str, Any]]:
    """Return items that were found, for ``--json``."""
    return [
        {
            "id": item.removeprefix(f"{ITEM}/"),
            "kind": ITEM,
            "title": hit.name,
            "excerpt": hit.passage.text if hit.passage else "",
            "hits": [word for word, is_hit in hit.passage.words if is_hit] if hit.passage else [],
            "at": [list(step) for step in hit.passage.at] if hit.passage else [],
        }
        for hit in hits
        for item in hit.items
    ]


def tell_text(case: "Case", item: str) -> None:
    """Print the text of an item, part by part, and what is lacking of it."""
    from contrechamp.vault.texts import finding
    from contrechamp.wording.texts import lacking_lines, place_label

    parts, how = finding.text_of_item(case, item)
    before = None
    for part in parts:
        if part.at and part.at != before:
            click.echo(f"[{shown(place_label(part.at))}]")
        before = part.at
        for line in part.text.split("\n"):
            click.echo(shown(line))
    if how is None:
        click.echo(_("It was not looked into yet: contrechamp find CASE --read-texts"), err=True)
    elif how.lacks:
        for line in lacking_lines([(how, 1)]):
            click.echo(line, err=True)
    elif not parts:
        click.echo(_("It holds no text."), err=True)


def tell_unread(case: "Case") -> None:
    """Say once in which items words cannot be found, and why."""
    from contrechamp.vault.texts import taking
    from contrechamp.wording.texts import lacking_lines

    for line in lacking_lines(taking.lacking(case).items()):
        click.echo(line, err=True)
    if waiting := taking.waiting(case):
        click.echo(
            ngettext(
                "{count} item was not looked into yet: contrechamp find CASE --read-texts",
                "{count} items were not looked into yet: contrechamp find CASE --read-texts",
                waiting,
            ).format(count=waiting),
            err=True,
        )
