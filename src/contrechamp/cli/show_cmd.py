"""``contrechamp show``: the records of a case, and how each stands."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from contrechamp.base.i18n import _
from contrechamp.base.json_text import json_text
from contrechamp.base.shown_text import shown
from contrechamp.cli.case_access import case_argument, now, open_case
from contrechamp.cli.options import json_option
from contrechamp.cli.record_text import field_lines, flag_line, kind_option, ref_argument
from contrechamp.cli.secret_input import secret_options, secret_source

if TYPE_CHECKING:
    from contrechamp.dossier.reading.lookup import Stored
    from contrechamp.vault.case import Case


def command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "show",
        callback=_show,
        help=_(
            "Show the records of a case, or one of them: what it says, whether its evidence is "
            "there, contested, withdrawn or erased, who cites it. What is closed is shown only "
            "with --closed; true identities never are. With --json, one record a line."
        ),
        epilog=_("Example: contrechamp show checkpoint-north record/0123456789abcdef"),
        params=[
            case_argument(),
            ref_argument(required=False),
            kind_option(),
            click.Option(["--closed"], is_flag=True, help=_("Show what is closed as well.")),
            click.Option(["--versions"], is_flag=True, help=_("Show every version of the record.")),
            *secret_options(),
            json_option(),
        ],
    )


def _show(
    *,
    folder: Path,
    ref: str | None,
    kind: str,
    closed: bool,
    versions: bool,
    as_json: bool,
    **secret: Any,
) -> None:
    from contrechamp.dossier.reading import lookup
    from contrechamp.dossier.records.kinds import class_of

    if kind:
        class_of(kind)
    with open_case(folder, secret_source(**secret)) as case:
        if ref is None:
            _list(case, kind, closed=closed, as_json=as_json)
            return
        full = lookup.by_beginning(case, ref).partition("#")[0]
        if full.startswith("item/"):
            _item(case, full, as_json=as_json)
            return
        newest = lookup.get(case, full)
        wanted = lookup.versions(case, full) if versions else [newest]
        for stored in wanted:
            _record(case, stored, closed=closed, as_json=as_json, newest=stored == newest)


def _list(case: "Case", kind: str, *, closed: bool, as_json: bool) -> None:
    from contrechamp.dossier.formats.write import json_lines
    from contrechamp.dossier.reading import lookup

    if as_json:
        for line in json_lines.record_lines(case, now().date(), kind=kind, closed=closed):
            click.echo(line, nl=False)
        return
    for record in lookup.listed(case, kind):
        click.echo(f"record/{record.id}  {record.kind}  {shown(record.title)}")


def _item(case: "Case", ref: str, *, as_json: bool) -> None:
    from contrechamp.cli.release_text import tell_releases
    from contrechamp.dossier.permission.standing import Standings
    from contrechamp.dossier.reading import lookup
    from contrechamp.dossier.reading.view import View
    from contrechamp.vault.metadata.reading import UNCONFINED, UNREAD
    from contrechamp.wording.reading import unconfined_label, unread_label

    state = lookup.item_state(case, lookup.id_of(ref)) or {}
    if as_json:
        click.echo(json.dumps({"item": ref, **state}))
        return
    click.echo(ref)
    for line in field_lines(state):
        click.echo(f"  {line}")
    if reason := state.get(UNREAD):
        click.echo(f"  = {unread_label(str(reason))}")
    if state.get(UNCONFINED):
        click.echo(f"  = {unconfined_label()}")
    standings = Standings(View(case), now().date())
    for flag in standings.of(ref):
        click.echo(f"  {flag_line(flag)}")
    tell_releases(standings, ref)
    _tell_citations(case, ref)


def _record(case: "Case", stored: "Stored", *, closed: bool, as_json: bool, newest: bool) -> None:
    from contrechamp.cli.release_text import tell_releases
    from contrechamp.dossier.formats.write import json_lines
    from contrechamp.dossier.permission import reviews
    from contrechamp.dossier.permission.standing import Standings
    from contrechamp.dossier.reading.state_text import state_text
    from contrechamp.dossier.reading.view import View
    from contrechamp.dossier.records.contents import open_json
    from contrechamp.dossier.records.schema import to_json

    standings = Standings(View(case), now().date())
    if as_json:
        found = json_lines.as_object(stored, standings, closed=closed)
        click.echo(json_text(found))
        return
    click.echo(
        f"{stored.ref}  {stored.kind}  "
        + _("version {number}, {at}").format(number=stored.version, at=stored.at)
    )
    whole, opened = to_json(stored.record), open_json(stored.record)
    for line in field_lines(whole if closed else opened, named=_naming(case)):
        click.echo(f"  {line}")
    if whole != opened and not closed:
        click.echo("  " + _("(what is closed is not shown: --closed)"))
    if not newest:
        return
    text = state_text(stored.record, now().date())
    if text:
        click.echo(f"  = {text}")
    for flag in standings.of(stored.ref):
        click.echo(f"  {flag_line(flag)}")
    for judged in reviews.reviews(case, stored.ref):
        about = "" if judged.current else " " + _("(of an earlier version)")
        click.echo(f"  = {shown(judged.review.record.title())}{about}")
    tell_releases(standings, stored.ref)
    _tell_citations(case, stored.ref)


def _naming(case: "Case") -> Callable[[str], str]:
    """Return a function that adds to a reference the title of what it names."""
    from contrechamp.dossier.reading.titles import title_of
    from contrechamp.dossier.records.schema import REF

    def named(text: str) -> str:
        if REF.fullmatch(text) is None:
            return text
        return f"{text}  {title_of(case, text)}".rstrip()

    return named


def _tell_citations(case: "Case", ref: str) -> None:
    from contrechamp.dossier.reading.titles import citing

    for other in citing(case, ref):
        part = f"#{other.part} " if other.part else ""
        click.echo(f"  < {part}{other.ref}  {other.kind}  {shown(other.title)}")
