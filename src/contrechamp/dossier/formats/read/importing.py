"""The import of files: recognised, read, checked, and written to the case all at once or not."""

import contextlib
import dataclasses
import pkgutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

from contrechamp.base.errors import InputError, OutputError
from contrechamp.base.files import unwritable
from contrechamp.base.i18n import _, ngettext
from contrechamp.base.progress import Progress, silent
from contrechamp.cell.reading import Cell, opened_cell
from contrechamp.dossier.formats.read.drafts import (
    THIS_FILE,
    Draft,
    ImportContext,
    ImportNotice,
    Reader,
    one_line,
)
from contrechamp.dossier.formats.read.other_kinds import belongs_elsewhere
from contrechamp.dossier.formats.read.reconciling import (
    ACTION,
    Reconciliation,
    content,
    reconcile,
    with_items,
)
from contrechamp.dossier.formats.read.registry import FORMATS, MAPPED
from contrechamp.dossier.formats.read.source_file import SourceFile, open_source, source_cell
from contrechamp.dossier.formats.read.staging import Staging
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.lookup import Citation
from contrechamp.dossier.reading.view import View
from contrechamp.dossier.records.field_types import ReadFrom
from contrechamp.dossier.records.kinds import kind_of
from contrechamp.dossier.records.schema import from_json, to_json
from contrechamp.dossier.writing import store
from contrechamp.dossier.writing.store import Put
from contrechamp.vault import adding, database
from contrechamp.vault.adding import Content
from contrechamp.vault.case import Case, Random
from contrechamp.vault.log import custody
from contrechamp.vault.metadata import reading

#: How many problems one error lists.
MAX_LISTED = 20
#: As many rows that cannot be read are told apart: each takes a thousand times its own memory.
MAX_PROBLEMS = 50_000
#: Largest file in an archive whose metadata is read before it is in the case, in bytes.
MAX_IN_MEMORY = 64 << 20
#: Stands at the end of the reason of what was read without confinement.
UNCONFINED = "(--unconfined)"


@dataclass(frozen=True, slots=True)
class WrittenRecord:
    """The id and kind of a record that was written; small, because there may be very many."""

    id: str
    kind: str

    @property
    def ref(self) -> str:
        """The reference to it."""
        return lookup.SUBJECT + self.id


@dataclass
class Imported:
    """The outcome of an import.

    Args:
        new: records that were not in the case.
        changed: records that got a new version.
        unchanged: how many records say the same as in the case.
        items: ids of the items that were added, by file or attachment name.
        left_out: errors of the rows that were skipped, where that was asked for.
        notices: for the user.
    """

    new: list[WrittenRecord] = field(default_factory=list)
    changed: list[WrittenRecord] = field(default_factory=list)
    unchanged: int = 0
    items: dict[str, str] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    notices: list[ImportNotice] = field(default_factory=list)


@dataclass
class ReadFiles:
    """What was read of the files of an import, before anything of it is in the case.

    Args:
        staging: the drafts.
        contexts: one for each file.
        formats: of each file, by its name.
        problems: of rows that cannot be read.
        notices: for the user.
        size: number of entries of the log when they were read.
        unconfined: they were read without confinement.
    """

    staging: Staging
    contexts: list[ImportContext]
    size: int
    formats: list[str] = field(default_factory=list)
    problems: list[InputError] = field(default_factory=list)
    notices: list[ImportNotice] = field(default_factory=list)
    unconfined: bool = False


def import_files(
    case: Case,
    paths: Sequence[Path],
    *,
    format_name: str = "",
    mapping: Path | None = None,
    accept: bool = False,
    skip_bad_rows: bool = False,
    overwrite: bool = False,
    reason: str = "",
    unconfined: bool = False,
    cell: Cell | None = None,
    now: Callable[[], datetime],
    random: Random,
    progress: Progress = silent,
) -> Imported:
    """Read files and write their records, in a case that is open for writing all the while.

    See `read_files` and `write_files` for arguments and errors.

    Args:
        unconfined: see `cell.reading.opened_cell`.
        cell: reads the files; by default one that is started for them.
    """
    with (
        contextlib.nullcontext(cell) if cell else source_cell(unconfined=unconfined) as reads,
        read_files(
            case, paths, reads, format_name=format_name, mapping=mapping, accept=accept,
            skip_bad_rows=skip_bad_rows, progress=progress,
        ) as found,
    ):  # fmt: skip
        return write_files(
            case, found, skip_bad_rows=skip_bad_rows, overwrite=overwrite, reason=reason, now=now,
            random=random, progress=progress,
        )  # fmt: skip


@contextmanager
def read_files(
    case: Case,
    paths: Sequence[Path],
    cell: Cell,
    *,
    format_name: str = "",
    mapping: Path | None = None,
    accept: bool = False,
    skip_bad_rows: bool = False,
    preview: bool = False,
    progress: Progress = silent,
) -> Iterator[ReadFiles]:
    """Read the records of files into a staging; nothing is written to the case.

    Args:
        case: open, for reading is enough; it may be closed once this has yielded.
        paths: of the files.
        cell: reads them.
        format_name: of all files; "" to recognise the format of each.
        mapping: a file that says what the columns of a table mean.
        accept: write proposals, which the user has confirmed, rather than report them.
        skip_bad_rows: leave out what cannot be read or written, and import the rest.
        preview: what is read is to be looked at only (see `previewing`), whatever is wrong with it.
        progress: reports how far the import is.

    Raises:
        InputError: with file, row and field, if something cannot be read; the rules are checked
            then too, so that it says all that is wrong.
    """
    with contextlib.closing(Staging(case.folder)) as staging:
        sources = [open_source(path, cell) for path in paths]
        mapping_file = open_source(mapping, cell) if mapping else None
        contexts = [
            ImportContext(
                case, source, sources, mapping_file, accept, skip_bad_rows or preview, preview
            )
            for source in sources
        ]
        found = ReadFiles(staging, contexts, case.size)
        for number, context in enumerate(contexts):
            name = format_name_of(context.source, format_name or (MAPPED if mapping else ""))
            format_ = format_of(context.source, name)
            found.formats.append(name)
            if format_.kept:
                context.kept[THIS_FILE] = context.source.content
            with progress(_("Reading {file}").format(file=context.source.name), None) as advance:
                for read in format_.read(context.source, context):
                    advance(1)
                    if isinstance(read, ImportNotice):
                        found.notices.append(read)
                    else:
                        found.problems += _staged(staging, read, number)
                    if len(found.problems) > MAX_PROBLEMS:
                        raise _too_many(found.problems)
            found.notices += [ImportNotice(*one) for one in context.source.not_used]
        if preview:
            yield found
            return
        if found.problems and not skip_bad_rows:
            settled = settle(case, found, overwrite=False, today=None, progress=progress)
            raise refused([*found.problems, *settled.problems], settled, len(staging))
        found.unconfined = cell.read_unconfined
        _describe(contexts, unconfined=cell.unconfined, read_unconfined=found.unconfined)
        yield found


def _describe(
    contexts: Sequence[ImportContext], *, unconfined: bool, read_unconfined: bool
) -> None:
    """Look at what the case is to keep: unpacking and parsing are done before it is locked."""
    with opened_cell(reading.LIMITS, reading.MODULES, unconfined=unconfined) as cell:
        for context in contexts:
            for ref, content in context.kept.items():
                small = _in_memory(content)
                metadata = None
                if small is not None:
                    with small.opened() as source:
                        metadata = reading.described(source, cell)
                    if read_unconfined:
                        metadata[reading.UNCONFINED] = "yes"
                context.kept[ref] = dataclasses.replace(
                    content, digests=adding.digests_of(small or content), metadata=metadata
                )


def _in_memory(content: Content) -> Content | None:
    """Return a content in which one can seek: itself, or, of an archive, what it unpacks to.

    None if that is too large: its metadata is read from the case's own copy then.
    """
    with content.opened() as source:
        if source.seekable():
            return content
        found = source.read(MAX_IN_MEMORY + 1)
    if len(found) > MAX_IN_MEMORY:
        return None
    return dataclasses.replace(content, opened=lambda: BytesIO(found))


def write_files(
    case: Case,
    found: ReadFiles,
    *,
    skip_bad_rows: bool = False,
    overwrite: bool = False,
    reason: str = "",
    now: Callable[[], datetime],
    random: Random,
    progress: Progress = silent,
) -> Imported:
    """Write what was read of files: all of it, or nothing if any of it cannot be written.

    A record that was imported before is not duplicated. It is left alone if the file has not
    changed, and gets a new version if it has; but if a person has changed the record since, it
    stays as it is, with a notice.

    Args:
        case: open for writing.
        found: what was read.
        skip_bad_rows: leave out what cannot be written, and import the rest.
        overwrite: replace a record even if a person has changed it since it was imported; what
            they wrote stays as an earlier version.
        reason: for the log, in the user's words.
        now: for the log.
        random: source of ids.
        progress: reports how far the import is.

    Raises:
        InputError: with file, row and field, if something cannot be written, or the case was
            changed meanwhile in what the files rest on; it is unchanged then.
        OutputError: if the case cannot be written to.
    """
    _check_unchanged(case, found)
    outcome = Imported()
    settled = settle(case, found, overwrite=overwrite, today=now().date(), progress=progress)
    if settled.problems and not skip_bad_rows:
        raise refused(settled.problems, settled, len(found.staging))
    reconciled = settled.reconciled
    outcome.unchanged, outcome.notices = reconciled.unchanged, found.notices + reconciled.notices
    problems = [*found.problems, *settled.problems, *settled.following]
    outcome.left_out = [str(error) for error in problems]
    if found.unconfined:
        reason = f"{reason} {UNCONFINED}".strip()
    size = case.size
    try:
        _write(case, found, reconciled, outcome, reason, now, random, progress)
    except OutputError as error:
        if case.size == size or error.__cause__ is None:
            raise
        raise unwritable(
            _("the case"),
            error.__cause__,
            _("files that were imported were added to it, and no record; import them again"),
        ) from error
    return outcome


@dataclass
class Settled:
    """What of the drafts is to be written; the staging holds nothing else any more.

    Args:
        reconciled: how they compare with the case.
        problems: of those that a rule forbids.
        following: of those that name one that cannot be read or written.
    """

    reconciled: Reconciliation
    problems: list[InputError] = field(default_factory=list)
    following: list[InputError] = field(default_factory=list)


def settle(
    case: Case, found: ReadFiles, *, overwrite: bool, today: date | None, progress: Progress
) -> Settled:
    """Find out what of the files could be written, and what is wrong with the rest.

    Args:
        case: open, for reading is enough.
        found: what was read; of its staging only what could be written is left.
        overwrite: see `write_files`.
        today: see `rules.check`.
        progress: reports how far it is.
    """
    staging, contexts = found.staging, found.contexts
    settled = Settled(reconcile(case, staging, contexts, overwrite=overwrite))
    coming = {ref for context in contexts for ref in context.kept}
    with progress(_("Checking"), len(staging)) as advance:
        drafts = (one.draft for batch in staging.drafts() for one in batch)
        bad = _forbidden(case, staging, settled.reconciled, coming, drafts, today, advance)
    settled.problems += bad.values()
    while bad:  # only those that name one that was removed can be wrong now
        naming = {one.citing for record in bad for one in staging.cited_by(f"record/{record}")}
        naming -= bad.keys()
        staging.remove(bad)
        again = (staging.draft(record).draft for record in sorted(naming))
        bad = _forbidden(
            case, staging, settled.reconciled, coming, again, today, lambda _count: None
        )
        settled.following += bad.values()
    return settled


def refused(problems: Sequence[InputError], settled: Settled, left: int) -> InputError:
    """Return one error that lists what is wrong, and says what could be taken without it.

    Args:
        problems: of rows that cannot be read, and of records that a rule forbids.
        settled: see `settle`.
        left: number of records that could be written.
    """
    lines = [str(together(problems))]
    if settled.following:
        message = ngettext(
            "{count} record names one of these, and would be left out with it",
            "{count} records name one of these, and would be left out with it",
            len(settled.following),
        )
        lines.append(message.format(count=len(settled.following)))
    if left:
        message = ngettext(
            "nothing was written; with --skip-bad-rows {count} record would be",
            "nothing was written; with --skip-bad-rows {count} records would be",
            left,
        )
        lines.append(message.format(count=left))
    return InputError("\n".join(lines))


def _check_unchanged(case: Case, found: ReadFiles) -> None:
    """Check that nothing that readers asked the case about has changed since.

    Raises:
        InputError: if something has.
    """
    since = custody.entries_of(case.database, range(found.size, case.size))
    changed = {entry.subject for entry in since.values()}
    if any(
        not context.asked.isdisjoint(changed) or not context.is_of(case)
        for context in found.contexts
    ):
        raise InputError(
            _("the case was changed in what the files name while they were read; import again")
        )


def format_of(source: SourceFile, format_name: str = "") -> Reader:
    """Return the format of a given name, or else the one that a file's content looks like.

    Raises:
        InputError: if no format fits, or none has that name.
    """
    found: Reader = pkgutil.resolve_name(FORMATS[format_name_of(source, format_name)])
    return found


def format_name_of(source: SourceFile, format_name: str = "") -> str:
    """Return the name of a format; see `format_of`."""
    names = ", ".join(FORMATS)
    if format_name and format_name not in FORMATS:
        raise InputError(_("there is no such format; there are: {names}").format(names=names))
    for name in [format_name] if format_name else FORMATS:
        found: Reader = pkgutil.resolve_name(FORMATS[name])
        if format_name or found.fits(source):
            return name
    message = belongs_elsewhere(source) or _(
        "no known format looks like this; name it with --as, one of: {names}"
    ).format(names=names)
    raise InputError(message, where=source.name)


def together(problems: Sequence[InputError]) -> InputError:
    """Return one error that lists all problems, or the first `MAX_LISTED`."""
    lines = [str(error) for error in problems[:MAX_LISTED]]
    more = len(problems) - len(lines)
    if more:
        lines.append(ngettext("and {count} more", "and {count} more", more).format(count=more))
    return InputError("\n".join(lines))


def _too_many(problems: Sequence[InputError]) -> InputError:
    lines = [str(error) for error in problems[:MAX_LISTED]]
    more = _("and more than {limit} rows in all: nothing of it was imported")
    return InputError("\n".join([*lines, more.format(limit=MAX_PROBLEMS)]))


def _staged(staging: Staging, read: Draft | InputError, source: int) -> list[InputError]:
    """Add a draft to the staging; return what is wrong with it."""
    if isinstance(read, InputError):
        return [read]
    try:
        if not read.own:  # built by a reader: constructing a record checks no field
            kind = kind_of(read.record)
            from_json(type(read.record), to_json(read.record), where=kind)
    except InputError as error:
        return [InputError(str(error), where=read.where)]
    if staging.add(read, source) or read.shared:
        return []
    before = staging.draft(read.id).draft
    if content(before.record) == content(read.record):
        return []
    return [
        InputError(
            _("the same id is at {place}, with other content").format(place=before.where),
            where=read.where,
        )
    ]


class _CaseWithDrafts(View):
    """The case as it will be with the drafts and their items."""

    def __init__(self, case: Case, staging: Staging, items: set[str]) -> None:
        super().__init__(case, staging, coming={item.removeprefix("item/") for item in items})
        self._staging = staging

    def kind(self, record: str) -> str | None:
        return self._staging.kind(record) or super().kind(record)

    def _cited_by_batch(self, ref: str) -> list[Citation]:
        return self._staging.cited_by(ref)


def _forbidden(
    case: Case,
    staging: Staging,
    reconciled: Reconciliation,
    coming: set[str],
    drafts: Iterable[Draft],
    today: date | None,
    advance: Callable[[int], None],
) -> dict[str, InputError]:
    """Return which drafts the rules forbid, by record id, before anything is written to the case.

    Args:
        case: open.
        staging: all drafts that are to be written.
        reconciled: how they compare with the case.
        coming: placeholders of the items that come with them.
        drafts: those to check.
        today: see `rules.check`.
        advance: called with the number of drafts that were checked.
    """
    view = _CaseWithDrafts(case, staging, coming)
    bad = {}
    for draft in drafts:
        advance(1)
        try:
            store.check(view, _put(draft, {}, reconciled), today)
        except InputError as error:
            bad[draft.id] = InputError(str(error), where=draft.where)
    return bad


def _write(
    case: Case,
    found: ReadFiles,
    settled: Reconciliation,
    outcome: Imported,
    reason: str,
    now: Callable[[], datetime],
    random: Random,
    progress: Progress,
) -> None:
    staging, contexts = found.staging, found.contexts
    items: list[dict[str, str]] = []
    for number, context in enumerate(contexts):
        used = _used(staging, number, context)
        ids = adding.add_contents(
            case, [context.kept[ref] for ref in used], now=now, random=random, reason=reason,
            unconfined=found.unconfined,
        )  # fmt: skip
        items.append({ref: f"item/{item}" for ref, item in zip(used, ids, strict=True)})
        outcome.items |= {context.kept[ref].name: item for ref, item in zip(used, ids, strict=True)}
    if not len(staging):
        return
    with (
        progress(_("Writing"), len(staging)) as advance,
        database.transaction(case.database),
    ):
        for batch in staging.drafts():
            puts = [_put(one.draft, items[one.source], settled) for one in batch]
            for stored in store.write(case, puts, reason=reason, now=now()):
                written = WrittenRecord(stored.id, stored.kind)
                (outcome.new if stored.version == 1 else outcome.changed).append(written)
            advance(len(puts))


def _put(draft: Draft, items: dict[str, str], settled: Reconciliation) -> Put:
    record = with_items(draft.record, items)
    if THIS_FILE in items:
        at = ReadFrom(item=items[THIS_FILE], at=one_line(draft.at)[:200])
        record = dataclasses.replace(record, read_from=at)
    new = draft.id not in settled.existing
    return Put(record, draft.id, new, draft.version, action="" if draft.own else ACTION)


def _used(staging: Staging, number: int, context: ImportContext) -> list[str]:
    """Return the placeholders of what drafts of a file cite, and of the file itself."""
    used = staging.cited_items(number) | ({THIS_FILE} if staging.has_any(number) else set())
    return [ref for ref in context.kept if ref in used]


def counted(records: Sequence[WrittenRecord]) -> dict[str, int]:
    """Return the number of records of each kind."""
    return dict(sorted(Counter(one.kind for one in records).items()))
