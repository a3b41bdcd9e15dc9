"""Finding records by what their fields say, for ``contrechamp find``."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from contrechamp.base.errors import UsageError
from contrechamp.base.i18n import _
from contrechamp.base.json_text import json_text
from contrechamp.base.shown_text import shown

if TYPE_CHECKING:
    from contrechamp.dossier.reading.finding import Found
    from contrechamp.dossier.reading.short_names import ShortNames
    from contrechamp.vault.case import Case


def field_options() -> list[click.Option]:
    """``--field``, ``--since``, ``--until``: what records have to say, and of when."""
    day = click.DateTime(["%Y-%m-%d"])
    return [
        click.Option(
            ["--field", "fields"], nargs=3, multiple=True, metavar="FIELD OP VALUE",
            help=_(
                'Only records of which a field says so, such as: value at-least "10000 EUR"; '
                "buyer is actor/city; names.text contains cameras; evidence given no. Given "
                "several times, all have to hold. A wrong field or operator is told with those "
                "that there are."
            ),
        ),
        click.Option(
            ["--since"], type=day, metavar="DATE",
            help=_("Only records that tell of something that may have been on this day or later."),
        ),
        click.Option(
            ["--until"], type=day, metavar="DATE",
            help=_("... on this day or earlier."),
        ),
    ]  # fmt: skip


def find_by_fields(
    case: "Case",
    words: str,
    *,
    kind: str,
    fields: Sequence[tuple[str, str, str]],
    since: datetime | None,
    until: datetime | None,
    limit: int,
    as_json: bool,
) -> None:
    """Find records, and print them with what they say in the fields that were asked for."""
    from contrechamp.dossier.reading import finding
    from contrechamp.dossier.reading.conditions import condition
    from contrechamp.dossier.reading.short_names import ShortNames, full_ref

    if since and until and since > until:
        raise UsageError(_("--since is after --until"))
    names = ShortNames(case)
    asked = [
        condition(
            path, op, value, kind=kind, full_ref=lambda text: full_ref(case, text, names=names)
        )
        for path, op, value in fields
    ]
    found, more = finding.find(
        case, words, kind=kind, conditions=asked, limit=limit,
        since=since.date() if since else None, until=until.date() if until else None,
    )  # fmt: skip
    if as_json:
        click.echo(json_text([_as_object(one, names) for one in found]))
        return
    for one in found:
        _tell(one, names)
    if not found:
        click.echo(_("Nothing was found."), err=True)
    if more:
        click.echo(_("There are more: --limit shows them."), err=True)


def _as_object(one: "Found", names: "ShortNames") -> dict[str, Any]:
    record = one.record
    return {
        "id": record.id,
        "short_name": names.of_row(record.id, record.kind, record.title),
        "kind": record.kind,
        "title": record.title,
        "excerpt": one.excerpt,
        "fields": one.said,
    }


def _tell(one: "Found", names: "ShortNames") -> None:
    record = one.record
    name = names.of_row(record.id, record.kind, record.title)
    click.echo(f"record/{record.id}  {name}  {shown(record.title)}")
    if one.excerpt:
        click.echo(f"    {shown(one.excerpt)}")
    for path, said in one.said.items():
        if said:
            click.echo(f"    {path}: {'; '.join(shown(_text(value, names)) for value in said)}")


def _text(value: Any, names: "ShortNames") -> str:
    from contrechamp.dossier.records.schema import REF

    if isinstance(value, dict):
        return ", ".join(f"{key} {_text(inner, names)}" for key, inner in value.items())
    if isinstance(value, list):
        return ", ".join(_text(inner, names) for inner in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    return names.line(text) if REF.fullmatch(text) else text
