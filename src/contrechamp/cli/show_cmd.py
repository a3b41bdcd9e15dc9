"""``contrechamp show``: the records of a case, and how each stands."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from contrechamp.base.errors import UsageError
from contrechamp.base.field_lines import field_lines
from contrechamp.base.i18n import _
from contrechamp.base.json_text import json_text
from contrechamp.base.shown_text import shown
from contrechamp.base.written import written_moment
from contrechamp.cli.case_access import case_argument, now, open_case
from contrechamp.cli.options import json_option
from contrechamp.cli.record_text import flag_line, kind_option, ref_argument
from contrechamp.cli.secret_input import secret_options, secret_source

if TYPE_CHECKING:
    from contrechamp.dossier.reading.lookup import Stored
    from contrechamp.dossier.reading.short_names import ShortNames
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
        epilog=_("Example: contrechamp show checkpoint-north contract/city-2021"),
        params=[
            case_argument(),
            ref_argument(required=False),
            kind_option(),
            click.Option(["--closed"], is_flag=True, help=_("Show what is closed as well.")),
            click.Option(["--versions"], is_flag=True, help=_("Show every version of the record.")),
            click.Option(
                ["--text"],
                is_flag=True,
                help=_("Show the text that was read of an item, and nothing else."),
            ),
            click.Option(
                ["--open", "opened"],
                is_flag=True,
                help=_("Show an item in your browser, drawn from memory; nothing is exported."),
            ),
            click.Option(
                ["--no-browser"],
                is_flag=True,
                help=_("With --open: print the address, and start no browser."),
            ),
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
    text: bool,
    opened: bool,
    no_browser: bool,
    as_json: bool,
    **secret: Any,
) -> None:
    from contrechamp.cli.item_page import open_item
    from contrechamp.cli.item_texts import tell_text
    from contrechamp.dossier.reading import lookup
    from contrechamp.dossier.reading.short_names import ShortNames, full_ref
    from contrechamp.dossier.records.kinds import class_of

    if kind:
        class_of(kind)
    with open_case(folder, secret_source(**secret)) as case:
        names = ShortNames(case)
        if ref is None:
            if text or opened:
                raise UsageError(_not_an_item(opened=opened))
            _list(case, names, kind, closed=closed, as_json=as_json)
            return
        full = full_ref(case, ref, names=names).partition("#")[0]
        if (text or opened) and not full.startswith("item/"):
            raise UsageError(_not_an_item(opened=opened))
        if text:
            tell_text(case, full)
            return
        if opened:
            open_item(case, full, browser=not no_browser)
            return
        if full.startswith("item/"):
            _item(case, names, full, as_json=as_json)
            return
        newest = lookup.get(case, full)
        wanted = lookup.versions(case, full) if versions else [newest]
        for stored in wanted:
            is_newest = stored == newest
            _record(case, names, stored, closed=closed, as_json=as_json, newest=is_newest)


def _not_an_item(*, opened: bool) -> str:
    return _("--open is for items") if opened else _("--text is for items")


def _list(case: "Case", names: "ShortNames", kind: str, *, closed: bool, as_json: bool) -> None:
    from contrechamp.dossier.formats.write import json_lines
    from contrechamp.dossier.reading import lookup

    if as_json:
        for line in json_lines.record_lines(case, names, now().date(), kind=kind, closed=closed):
            click.echo(line, nl=False)
        return
    for record in lookup.listed(case, kind):
        name = names.of_row(record.id, record.kind, record.title)
        click.echo(f"record/{record.id}  {name}  {shown(record.title)}")


def _item(case: "Case", names: "ShortNames", ref: str, *, as_json: bool) -> None:
    from contrechamp.cli.masked_text import tell_masked
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
    for line in field_lines(_without_checks(state)):
        click.echo(f"  {line}")
    _tell_checks(state)
    _tell_vouching(case, ref, state)
    tell_masked(case, ref, state)
    if reason := state.get(UNREAD):
        click.echo(f"  = {unread_label(str(reason))}")
    if state.get(UNCONFINED):
        click.echo(f"  = {unconfined_label()}")
    standings = Standings(View(case), now().date())
    for flag in standings.of(ref):
        click.echo(f"  {flag_line(flag)}")
    tell_releases(standings, ref)
    _tell_citations(case, names, ref)


def _without_checks(state: dict[str, Any]) -> dict[str, Any]:
    """Return a state without the codes that `_tell_checks` says in words."""
    for member in ("capture", "vouches"):
        told = state.get(member)
        if isinstance(told, dict):
            left = {name: one for name, one in told.items() if name not in ("checked", "checks")}
            state = {**state, member: left}
    return state


def _tell_checks(state: dict[str, Any]) -> None:
    from contrechamp.vault.captures import findings
    from contrechamp.wording.captures import check_line, verdict_label

    verdict = findings.verdict(state)
    if verdict:
        mark = "!" if verdict in findings.FAILED else "="
        click.echo(f"  {mark} {verdict_label(verdict)}")
    for code, (count, places) in findings.checks_of(state).items():
        click.echo(f"    {shown(check_line(code, count, places))}")


def _tell_vouching(case: "Case", ref: str, state: dict[str, Any]) -> None:
    """Say what an item says of others, and what others say of it."""
    from contrechamp.vault import subjects
    from contrechamp.vault.captures import belonging, findings
    from contrechamp.wording.captures import check_line, said_line

    for code, (count, places) in findings.checks_of(state, "vouches").items():
        click.echo(f"    {shown(check_line(code, count, places))}")
    speaker = subjects.newest(case, ref)
    found = findings.Findings()
    for one in belonging.said_by(case, speaker) if speaker and "vouches" in state else ():
        found.add(belonging.CODES[one.how], one.of)
    for code, (count, places) in findings.checks_of({"capture": found.state()}).items():
        mark = "!" if code in findings.CHANGED else "="
        click.echo(f"  {mark} {shown(check_line(code, count, places))}")
    for one in belonging.said_of(case, ref, state):
        mark = "!" if one.how == "changed" else "="
        click.echo(f"  {mark} {shown(said_line(one.how, one.name, one.by))}")


def _record(
    case: "Case",
    names: "ShortNames",
    stored: "Stored",
    *,
    closed: bool,
    as_json: bool,
    newest: bool,
) -> None:
    from contrechamp.cli.release_text import tell_releases
    from contrechamp.dossier import status
    from contrechamp.dossier.formats.write import json_lines
    from contrechamp.dossier.permission import reviews
    from contrechamp.dossier.permission.standing import Standings
    from contrechamp.dossier.reading.in_words import in_words
    from contrechamp.dossier.reading.state_text import state_text
    from contrechamp.dossier.reading.view import View
    from contrechamp.dossier.records.contents import open_json
    from contrechamp.dossier.records.schema import to_json
    from contrechamp.wording.status import lack_line

    standings = Standings(View(case), now().date())
    if as_json:
        found = json_lines.as_object(stored, standings, names, closed=closed)
        click.echo(json_text(found))
        return
    click.echo(
        f"{stored.ref}  {names.of(stored.ref)}  "
        + _("version {number}, {at}").format(number=stored.version, at=written_moment(stored.at))
    )
    whole, opened = to_json(stored.record), open_json(stored.record)
    told = in_words(type(stored.record), whole if closed else opened)
    for line in field_lines(told, named=_naming(names)):
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
    for lack in status.of_record(stored, standings, status.languages(case)):
        if lack.what in {"review", "translation"}:  # the others are told with what they are of
            click.echo(f"  ! {shown(lack_line(lack.why, names.in_text(lack.at)))}")
    for judged in reviews.reviews(case, stored.ref):
        about = "" if judged.current else " " + _("(of an earlier version)")
        click.echo(f"  = {shown(judged.review.record.title())}{about}")
    tell_releases(standings, stored.ref)
    _tell_citations(case, names, stored.ref)


def _naming(names: "ShortNames") -> Callable[[str], str]:
    """Return a function that adds to a reference the name and the title of what it names."""
    from contrechamp.dossier.records.schema import REF

    return lambda text: text if REF.fullmatch(text) is None else names.line(text)


def _tell_citations(case: "Case", names: "ShortNames", ref: str) -> None:
    from contrechamp.dossier.reading.titles import citing

    for other in citing(case, ref):
        part = f"#{other.part} " if other.part else ""
        click.echo(f"  < {part}{names.line(other.ref)}")
