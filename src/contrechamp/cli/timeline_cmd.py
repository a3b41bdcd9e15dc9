"""``contrechamp timeline``: what happened when, by the dates in the records of a case."""

import functools
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from contrechamp.base.errors import UsageError
from contrechamp.base.i18n import _
from contrechamp.base.json_text import json_text
from contrechamp.base.shown_text import shown
from contrechamp.cli.case_access import case_argument, open_case, reason_option
from contrechamp.cli.options import json_option
from contrechamp.cli.record_text import kind_option
from contrechamp.cli.records_leaving import leaving_options, let_out
from contrechamp.cli.secret_input import SecretSource, secret_options, secret_source

if TYPE_CHECKING:
    from contrechamp.dossier.reading.timeline import Event


def command() -> click.Command:
    """Build the command in the active language."""
    day = click.DateTime(["%Y-%m-%d"])
    return click.Command(
        "timeline",
        callback=_timeline,
        help=_(
            "Show what happened when: every date in the records of a case in order, such as of "
            "observations, contracts and replies, of letters due and consents that end, each as "
            "exact and as sure as it is known. What is closed is not shown. With -o, it is written "
            "to a new folder, unencrypted, as a table and as a calendar; as with export-records, "
            "what a source told or gave leaves only with --for or --team."
        ),
        epilog=_("Example: contrechamp timeline checkpoint-north --since 2021-01-01 -o dates"),
        params=[
            case_argument(),
            kind_option(),
            click.Option(
                ["--since"], type=day, metavar="DATE",
                help=_("Only what may have been on this day or later."),
            ),
            click.Option(["--until"], type=day, metavar="DATE",
                         help=_("... on this day or earlier.")),
            click.Option(
                ["-o", "--output"], metavar="FOLDER", type=click.Path(path_type=Path),
                help=_(
                    "Folder to make for timeline.csv and timeline.ics; it must not exist yet. In "
                    "the calendar, what is known to the month or year covers all days of it."
                ),
            ),
            *leaving_options(),
            reason_option(),
            *secret_options(),
            json_option(),
        ],
    )  # fmt: skip


def _timeline(
    *,
    folder: Path,
    kind: str,
    since: datetime | None,
    until: datetime | None,
    output: Path | None,
    whom: str,
    team: bool,
    reason: str,
    as_json: bool,
    **secret: Any,
) -> None:
    from contrechamp.dossier.records.kinds import class_of

    if kind:
        class_of(kind)
    if since and until and since > until:
        raise UsageError(_("--since is after --until"))
    if output is None and (whom or team):
        raise UsageError(_("--for and --team say whom files are for: give -o too"))
    if output is not None and as_json:
        raise UsageError(_("use --json or -o, not both"))
    first, last = since.date() if since else None, until.date() if until else None
    source = secret_source(**secret)
    if output is None:
        _show(folder, source, kind, first, last, as_json=as_json)
        return
    from contrechamp.dossier.formats.write import timeline_files

    chosen = functools.partial(timeline_files.write, kind=kind, since=first, until=last)
    let_out(
        folder, output, "timeline", whom=whom, team=team, reason=reason, source=source,
        writer=chosen,
    )  # fmt: skip


def _show(
    folder: Path,
    source: SecretSource,
    kind: str,
    since: date | None,
    until: date | None,
    *,
    as_json: bool,
) -> None:
    from contrechamp.dossier.reading import lookup, timeline
    from contrechamp.dossier.reading.short_names import ShortNames

    with open_case(folder, source) as case:
        names = ShortNames(case)
        found = timeline.events(lookup.every(case, kind), since=since, until=until)
        called = {one.id: names.of_row(one.id, one.kind, one.title) for one in found}
    if as_json:
        click.echo(json_text([_as_object(one, called[one.id]) for one in found]))
        return
    for one in found:
        _tell(one, called[one.id])
    if not found:
        click.echo(_("Nothing was found."), err=True)


def _as_object(event: "Event", name: str) -> dict[str, object]:
    from contrechamp.dossier.reading import timeline

    fact = event.fact
    return {
        "first_day": event.first_day.isoformat(),
        "last_day": event.last_day.isoformat(),
        "begin": fact.begin,
        "end": fact.end,
        "is_period": fact.is_period,
        "precision": timeline.precision(fact),
        "qualified": timeline.qualified(fact),
        "confidence": fact.confidence,
        "id": event.id,
        "short_name": name,
        "kind": event.kind,
        "title": event.title,
        "field": fact.path,
        "says": fact.says,
    }


def _tell(event: "Event", name: str) -> None:
    from contrechamp.wording.confidence import confidence_labels
    from contrechamp.wording.timeline import when

    fact = event.fact
    sure = confidence_labels()[fact.confidence] if fact.confidence else ""
    about = ", ".join(filter(None, (fact.path, sure)))
    day = when(fact.begin, fact.end, is_period=fact.is_period)
    click.echo(f"{day}  {name}  {shown(event.title)} ({about})")
    if fact.says:
        click.echo(f"    {shown(fact.says)}")
