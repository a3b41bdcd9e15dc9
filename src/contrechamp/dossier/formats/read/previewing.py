"""An import that is only looked at: what was understood, what would be written, what refused."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from contrechamp.base.csv_and_xlsx import named
from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.base.progress import Progress, silent
from contrechamp.cell.reading import Cell
from contrechamp.dossier.formats.read.drafts import (
    THIS_FILE,
    ColumnRead,
    ImportContext,
    ImportNotice,
    TableRead,
)
from contrechamp.dossier.formats.read.importing import (
    ReadFiles,
    Settled,
    format_name_of,
    read_files,
    settle,
)
from contrechamp.dossier.formats.read.other_kinds import belongs_elsewhere
from contrechamp.dossier.formats.read.reconciling import with_items
from contrechamp.dossier.formats.read.source_file import Beginning, SourceFile, open_source
from contrechamp.dossier.formats.read.table_layout import place
from contrechamp.dossier.reading.lookup import SUBJECT
from contrechamp.dossier.records.schema import to_json
from contrechamp.vault.case import Case

#: How many records of each kind are shown.
SHOWN = 3


@dataclass(frozen=True)
class FileRead:
    """What was understood of a file.

    Args:
        name: of the file.
        format: as `--as` names it; "" if none was recognised.
        tables: in it, as far as its reader tells of them.
    """

    name: str
    format: str
    tables: Sequence[TableRead]


@dataclass(frozen=True)
class RecordShown:
    """A record as it would be written.

    Args:
        ref: to it, once it is written.
        kind: of it.
        new: it is not in the case.
        where: it was read from.
        fields: as JSON; items that would come with it by their file names.
    """

    ref: str
    kind: str
    new: bool
    where: str
    fields: dict[str, Any] = field(repr=False)


@dataclass
class Preview:
    """What an import would do.

    Args:
        files: what was understood of each.
        counts: number of records that would be written, by kind.
        changed: how many of them are in the case and would get a new version.
        unchanged: how many say the same as in the case.
        records: the first ones of each kind.
        problems: all rows and records that would be refused.
        following: how many more would be left out because they name one that is refused.
        notices: for the user.
    """

    files: list[FileRead] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    changed: int = 0
    unchanged: int = 0
    records: list[RecordShown] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    following: int = 0
    notices: list[ImportNotice] = field(default_factory=list)


def preview(
    case: Case,
    paths: Sequence[Path],
    cell: Cell,
    *,
    format_name: str = "",
    mapping: Path | None = None,
    accept: bool = False,
    overwrite: bool = False,
    today: date,
    progress: Progress = silent,
) -> Preview:
    """Return what an import of files would do; nothing is written.

    Args:
        case: open, for reading is enough.
        paths: of the files.
        cell: reads them.
        format_name: of all files; "" to recognise the format of each.
        mapping: a file that says what the columns of a table mean.
        accept: as if proposals were confirmed.
        overwrite: as if what a person has changed were replaced.
        today: the day on which they would be written.
        progress: reports how far it is.

    Raises:
        InputError: if a file or the mapping cannot be read at all.
    """
    unknown = None if format_name or mapping else _unknown(paths, cell)
    if unknown is not None:
        return unknown
    with read_files(
        case, paths, cell, format_name=format_name, mapping=mapping, accept=accept, preview=True,
        progress=progress,
    ) as found:  # fmt: skip
        settled = settle(case, found, overwrite=overwrite, today=today, progress=progress)
        return _preview(found, settled)


def _preview(found: ReadFiles, settled: Settled) -> Preview:
    existing, staging = settled.reconciled.existing, found.staging
    made = Preview(
        [
            FileRead(context.source.name, name, context.tables)
            for context, name in zip(found.contexts, found.formats, strict=True)
        ],
        staging.counts(),
        sum(1 for record in staging if record in existing) if existing else 0,
        settled.reconciled.unchanged,
        problems=[str(error) for error in [*found.problems, *settled.problems]],
        following=len(settled.following),
        notices=found.notices + settled.reconciled.notices,
    )
    for kind in made.counts:
        for one in staging.first(kind, SHOWN):
            draft = one.draft
            names = _named(found.contexts[one.source])
            fields = to_json(with_items(draft.record, names))
            new = draft.id not in existing
            made.records.append(RecordShown(SUBJECT + draft.id, kind, new, draft.where, fields))
    return made


def _named(context: ImportContext) -> dict[str, str]:
    """Return what stands for the items that would come, each with the name of its file."""
    names = {ref: f"item/… ({content.name})" for ref, content in context.kept.items()}
    return {THIS_FILE: f"item/… ({context.source.name})", **names}


def _unknown(paths: Sequence[Path], cell: Cell) -> Preview | None:
    """Return what can be told of files if the format of one of them is not recognised."""
    found, problems = [], []
    for path in paths:
        source = open_source(path, cell)
        try:
            found.append(FileRead(source.name, format_name_of(source), []))
        except InputError:
            elsewhere = belongs_elsewhere(source)
            found.append(FileRead(source.name, "", [] if elsewhere else _beginnings(source)))
            problems.append(str(InputError(elsewhere or _no_format(), where=source.name)))
    return Preview(found, problems=problems) if problems else None


def _no_format() -> str:
    return _(
        "no known format looks like this; if it is a table, say with --mapping what its columns are"
    )


def _beginnings(source: SourceFile) -> list[TableRead]:
    if source.is_json or not source.header():
        return []
    return [_likely(source, one) for one in source.beginnings() if one.rows]


def _likely(source: SourceFile, beginning: Beginning) -> TableRead:
    """Return a table with the row that is most likely its header: the first of the widest."""
    filled = [sum(1 for cell in cells if cell.strip()) for _number, cells in beginning.rows]
    number, cells = beginning.rows[filled.index(max(filled))]
    columns = [ColumnRead(name) for name in map(named, cells) if name]
    return TableRead(place(source.name, beginning.title), number, None, columns)
