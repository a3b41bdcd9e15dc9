"""``contrechamp rights``: look up the shipped catalogue of rights, and the keys for findings."""

import itertools
from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from contrechamp.base.i18n import _, active_language
from contrechamp.base.json_text import json_text
from contrechamp.base.written import written_date, written_list
from contrechamp.cli.options import json_option
from contrechamp.wording.rights import standing_label

if TYPE_CHECKING:
    from contrechamp.dossier.shipped.rights import CatalogueRight


def command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "rights",
        callback=_rights,
        help=_(
            "Show the articles of the shipped catalogue that all words are found in, in any "
            "language; without words, all of them. Each begins with the key by which a finding "
            "names it; each instrument has its official reference, its names, and in which "
            "languages its text is authentic or official. What an article is about is in our "
            "words, where it has no heading of its own."
        ),
        epilog=_("Example: contrechamp rights iccpr privacy"),
        params=[
            click.Argument(["words"], metavar="WORD...", nargs=-1),
            json_option(),
        ],
    )


def _rights(*, words: tuple[str, ...], as_json: bool) -> None:
    from contrechamp.dossier.shipped import rights

    found = rights.look_up(words)
    if as_json:
        plain = [
            {name: dict(v) if isinstance(v, Mapping) else v for name, v in vars(article).items()}
            for article in found
        ]
        click.echo(json_text(plain))
        return
    for _instrument, articles in itertools.groupby(found, key=lambda article: article.instrument):
        _tell(list(articles))
    if not found:
        click.echo(_("Nothing was found."), err=True)


def _tell(articles: "list[CatalogueRight]") -> None:
    first = articles[0]
    click.echo(first.short)
    for language, name in first.names.items():
        click.echo(f"  {language}  {name}  {standing_label(first.standing(language))}".rstrip())
    dates = [_("adopted {day}").format(day=written_date(first.adopted))]
    if first.in_force:
        dates.append(_("in force since {day}").format(day=written_date(first.in_force)))
    click.echo(f"  {first.reference}; {', '.join(dates)}")
    for label, languages in (
        (_("authentic texts: {languages}"), first.authentic),
        (_("official texts, not authentic: {languages}"), first.official),
    ):
        if languages:
            click.echo(f"  {label.format(languages=written_list(languages))}")
    widest = max(len(article.key) for article in articles)
    for article in articles:
        click.echo(f"    {article.key:{widest}}  {article.text(active_language())}")
    click.echo()
