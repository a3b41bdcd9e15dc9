"""``contrechamp import``: records from other people's files."""

import json
import secrets
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from contrechamp.base.i18n import _, ngettext
from contrechamp.base.shown_text import shown
from contrechamp.cli.case_access import case_argument, now, open_case, reason_option, reopen_case
from contrechamp.cli.item_texts import read_texts
from contrechamp.cli.options import json_option, unconfined_option
from contrechamp.cli.secret_input import secret_options, secret_source
from contrechamp.dossier.formats.read.registry import FORMATS
from contrechamp.wording.records import counted_records
from contrechamp.wording.tables import same_before

if TYPE_CHECKING:
    from contrechamp.dossier.formats.read.importing import Imported, WrittenRecord


def command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "import",
        callback=_import,
        help=_(
            "Take the records of files into a case, all of them or none. The format is found from "
            "the content. A file of others is kept in the case, and each record names it. What was "
            "imported before is not doubled, and what was changed in the case since stays as it is."
        ),
        epilog=_("Example: contrechamp import checkpoint-north submissions.zip"),
        params=[
            case_argument(),
            click.Argument(
                ["files"], metavar="FILE...", nargs=-1, required=True,
                type=click.Path(path_type=Path),
            ),
            click.Option(
                ["--as", "format_"], type=click.Choice(tuple(FORMATS)),
                help=_("Format, where the content does not show it."),
            ),
            click.Option(
                ["--mapping"], metavar="FILE", type=click.Path(path_type=Path),
                help=_("File that says what the columns of a table are, in TOML."),
            ),
            click.Option(
                ["--skip-bad-rows"], is_flag=True,
                help=_("Leave out what cannot be read or written, say so, and take the rest."),
            ),
            click.Option(
                ["--preview"], is_flag=True,
                help=_(
                    "Write nothing: show what was understood of the files, the first records as "
                    "they would be written, and everything that would be refused."
                ),
            ),
            click.Option(
                ["--accept"], is_flag=True,
                help=_("Write what is proposed, such as the places of photos: you looked at it."),
            ),
            click.Option(
                ["--overwrite"], is_flag=True,
                help=_("Overwrite even what was changed in the case; earlier versions stay."),
            ),
            reason_option(),
            unconfined_option(),
            *secret_options(),
            json_option(),
        ],
    )  # fmt: skip


def _import(
    *,
    folder: Path,
    files: tuple[Path, ...],
    format_: str | None,
    mapping: Path | None,
    skip_bad_rows: bool,
    preview: bool,
    accept: bool,
    overwrite: bool,
    reason: str,
    unconfined: bool,
    as_json: bool,
    **secret: Any,
) -> None:
    from contrechamp.cli.bars import progress_for
    from contrechamp.cli.preview_text import tell_preview
    from contrechamp.dossier.formats.read import previewing
    from contrechamp.dossier.formats.read.importing import read_files, write_files
    from contrechamp.dossier.formats.read.source_file import source_cell
    from contrechamp.dossier.reading.short_names import MAX_LISTED, lines_of

    progress = progress_for(as_json=as_json)
    if preview:
        with (
            open_case(folder, secret_source(**secret)) as case,
            source_cell(unconfined=unconfined) as cell,
        ):
            would = previewing.preview(
                case,
                files,
                cell,
                format_name=format_ or "",
                mapping=mapping,
                accept=accept,
                overwrite=overwrite,
                today=now().date(),
                progress=progress,
            )
        tell_preview(would, as_json=as_json)
        return
    with (
        reopen_case(folder, secret_source(**secret)) as opened,
        source_cell(unconfined=unconfined) as cell,
        ExitStack() as staged,
    ):
        with opened(False) as case:
            found = staged.enter_context(
                read_files(
                    case,
                    files,
                    cell,
                    format_name=format_ or "",
                    mapping=mapping,
                    accept=accept,
                    skip_bad_rows=skip_bad_rows,
                    progress=progress,
                )
            )
        with opened(True) as case:
            outcome = write_files(
                case,
                found,
                skip_bad_rows=skip_bad_rows,
                overwrite=overwrite,
                reason=reason,
                now=now,
                random=secrets.token_bytes,
                progress=progress,
            )
            written = [one.ref for one in (*outcome.new, *outcome.changed)]
            called = lines_of(case, written if len(written) <= MAX_LISTED else ())
            if outcome.items:
                read_texts(case, unconfined=unconfined, as_json=as_json)
    if as_json:
        click.echo(json.dumps(_as_json(outcome)))
        return
    _tell(outcome, called)


def _as_json(outcome: "Imported") -> dict[str, object]:
    return {
        "new": [stored.ref for stored in outcome.new],
        "changed": [stored.ref for stored in outcome.changed],
        "unchanged": outcome.unchanged,
        "items": outcome.items,
        "left_out": outcome.left_out,
        "notices": [
            {"where": notice.where, "message": notice.message} for notice in outcome.notices
        ],
    }


def _tell(outcome: "Imported", called: Mapping[str, str]) -> None:
    """Print what an import did; of a few records, each with its name and title."""
    from contrechamp.dossier.formats.read.importing import counted

    for line in outcome.left_out:
        click.echo(_("left out: {line}").format(line=shown(line)), err=True)
    for notice in outcome.notices:
        click.echo(f"{shown(notice.where)}: {shown(notice.message)}", err=True)
    for name, item in outcome.items.items():
        click.echo(f"item/{item}  {shown(name)}")
    for kind, many in counted(outcome.new).items():
        click.echo(_("new: {records}").format(records=counted_records(kind, many)))
        _tell_each(outcome.new, kind, called)
    for kind, many in counted(outcome.changed).items():
        click.echo(_("changed: {records}").format(records=counted_records(kind, many)))
        _tell_each(outcome.changed, kind, called)
    written = len(outcome.new) + len(outcome.changed)
    click.echo(
        ngettext("{count} record is written", "{count} records are written", written).format(
            count=written
        )
        + same_before(outcome.unchanged)
        + "."
    )


def _tell_each(written: Sequence["WrittenRecord"], kind: str, called: Mapping[str, str]) -> None:
    for one in written:
        if one.kind == kind and one.ref in called:
            click.echo(f"  {called[one.ref]}")
