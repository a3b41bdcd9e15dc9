"""What an import would do, as it is printed."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from contrechamp.base.errors import CheckFailedError
from contrechamp.base.field_lines import INDENT, field_lines
from contrechamp.base.i18n import _, ngettext
from contrechamp.base.shown_text import shown
from contrechamp.wording.formats import format_label
from contrechamp.wording.records import counted_records
from contrechamp.wording.tables import column_label, same_before

if TYPE_CHECKING:
    from contrechamp.dossier.formats.read.previewing import FileRead, Preview


def tell_preview(would: "Preview", *, as_json: bool) -> None:
    """Print what an import would do.

    Raises:
        CheckFailedError: if something would be refused.
    """
    if as_json:
        click.echo(json.dumps(asdict(would)))
    else:
        for line in _lines(would):
            click.echo(line)
        for problem in would.problems:
            click.echo(_("refused: {line}").format(line=shown(problem)), err=True)
        for notice in would.notices:
            click.echo(f"{shown(notice.where)}: {shown(notice.message)}", err=True)
    count = len(would.problems)
    if count:
        told = ngettext(
            "nothing was written; {count} row or record would be refused",
            "nothing was written; {count} rows or records would be refused",
            count,
        )
        raise CheckFailedError(told.format(count=count))


def _lines(would: "Preview") -> Iterator[str]:
    for file in would.files:
        yield from _file(file)
    for record in would.records:
        mark = _("new") if record.new else _("changed")
        yield f"{record.ref}  {record.kind}  {mark}  {shown(record.where)}"
        yield from field_lines(record.fields, INDENT)
    for kind, count in would.counts.items():
        yield _("would be written: {records}").format(records=counted_records(kind, count))
    if would.following:
        yield ngettext(
            "left out with what is refused, which it names: {count} record",
            "left out with what is refused, which they name: {count} records",
            would.following,
        ).format(count=would.following)
    written = sum(would.counts.values())
    told = ngettext(
        "Nothing was written. {count} record would be",
        "Nothing was written. {count} records would be",
        written,
    ).format(count=written)
    if would.changed:
        told += " " + ngettext(
            "({count} of them changed)", "({count} of them changed)", would.changed
        ).format(count=would.changed)
    yield told + same_before(would.unchanged) + "."


def _file(file: "FileRead") -> Iterator[str]:
    if file.format:
        yield _("{file}: read as {format}").format(
            file=shown(file.name), format=format_label(file.format)
        )
    else:
        yield _("{file}: not recognised").format(file=shown(file.name))
    for table in file.tables:
        head = f"{INDENT}{shown(table.where)}: "
        if table.header_row:
            head += _("header in row {row}").format(row=table.header_row)
            if table.rows is not None:
                head += ", "
        if table.rows is not None:
            head += ngettext("{count} row", "{count} rows", table.rows).format(count=table.rows)
        yield head
        for column in table.columns:
            told = column_label(column.becomes, column.holds, column.written, column.cells)
            yield (
                f"{INDENT * 2}{shown(column.name)}: {told}"
                if told
                else (f"{INDENT * 2}{shown(column.name)}")
            )
