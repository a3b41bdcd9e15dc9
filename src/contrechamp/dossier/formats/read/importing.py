"""Records from files of others: recognised, read, checked, written together or not at all."""

import contextlib
import dataclasses
import pkgutil
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _, ngettext
from contrechamp.base.progress import Progress, silent
from contrechamp.dossier.formats.read.drafts import (
    THIS_FILE,
    Desk,
    Draft,
    Format,
    Notice,
    Problem,
)
from contrechamp.dossier.formats.read.registry import FORMATS, MAPPED
from contrechamp.dossier.formats.read.settling import ACTION, Settled, content, settle, with_items
from contrechamp.dossier.formats.read.source_file import Given, given
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
from contrechamp.vault.case import Case, Random

#: So many problems are told at once.
TOLD = 20


@dataclass(frozen=True, slots=True)
class Written:
    """A record that was written, by id and kind: there may be very many."""

    id: str
    kind: str

    @property
    def ref(self) -> str:
        """The reference to it."""
        return lookup.SUBJECT + self.id


@dataclass
class Imported:
    """What came of an import.

    Args:
        new: records that were not there.
        changed: records that have a new version.
        unchanged: records that say what they said.
        items: of the vault, by the name of the file or attachment.
        left_out: rows that could not be read or written, where that was asked for.
        notices: what is for a person to read.
    """

    new: list[Written] = field(default_factory=list)
    changed: list[Written] = field(default_factory=list)
    unchanged: int = 0
    items: dict[str, str] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)


def import_files(
    case: Case,
    paths: Sequence[Path],
    *,
    told: str = "",
    mapping: Path | None = None,
    accept: bool = False,
    skip_bad_rows: bool = False,
    overwrite: bool = False,
    reason: str = "",
    now: Callable[[], datetime],
    random: Random,
    progress: Progress = silent,
) -> Imported:
    """Read files and write their records: all, or none where one cannot be read or written.

    A record that a file brought before is not doubled: it stays where the file says what it said,
    gets a new version where the file says something else, and stays as it is, with a notice,
    where a person changed it since.

    Args:
        case: open for writing.
        paths: of the files.
        told: name of their format; "" to recognise it.
        mapping: file that says what the columns of a table are.
        accept: what is proposed is confirmed by the person who gives the files.
        skip_bad_rows: leave out what cannot be read or written, and take the rest.
        overwrite: write also where a person changed a record since; what they wrote stays as an
            earlier version.
        reason: why, in the user's words.
        now: for the log.
        random: source of ids.
        progress: shows how far it is.

    Raises:
        InputError: with file, row and field of what cannot be read or written; nothing changed.
        OutputError: if the case cannot be written to.
    """
    outcome = Imported()
    with contextlib.closing(Staging(case.folder)) as staging:
        beside = [given(path) for path in paths]
        opened = given(mapping) if mapping else None
        desks = [Desk(case, one, beside, opened, accept, skip_bad_rows) for one in beside]
        problems: list[InputError] = []
        for number, desk in enumerate(desks):
            format_ = format_of(desk.given, told or (MAPPED if mapping else ""))
            if format_.kept:
                desk.kept[THIS_FILE] = desk.given.content
            with progress(_("Reading {file}").format(file=desk.given.name), None) as advance:
                for read in format_.read(desk.given, desk):
                    advance(1)
                    if isinstance(read, Notice):
                        outcome.notices.append(read)
                    else:
                        problems += _staged(staging, read, number)
            outcome.notices += [Notice(where, told) for where, told in desk.given.not_used]
        if problems and not skip_bad_rows:
            raise together(problems)
        settled = settle(case, staging, desks, overwrite=overwrite)
        outcome.unchanged, outcome.notices = settled.unchanged, outcome.notices + settled.notices
        bad = _check(case, staging, settled, desks, progress)
        if bad and not skip_bad_rows:
            raise together(list(bad.values()))
        while bad:  # without them, others may cite what is not there
            problems += bad.values()
            staging.remove(bad)
            bad = _check(case, staging, settled, desks, progress)
        outcome.left_out = [str(error) for error in problems]
        _write(case, staging, settled, desks, outcome, reason, now, random, progress)
    return outcome


def format_of(opened: Given, told: str = "") -> Format:
    """Return the format of a file, by its content, or as it was told.

    Raises:
        InputError: if no format fits, or there is none of that name.
    """
    names = ", ".join(FORMATS)
    if told and told not in FORMATS:
        raise InputError(_("there is no such format; there are: {names}").format(names=names))
    for name in [told] if told else FORMATS:
        found: Format = pkgutil.resolve_name(FORMATS[name])
        if told or found.fits(opened):
            return found
    raise InputError(
        _("no format is known that looks like this; tell it with --as, one of: {names}").format(
            names=names
        ),
        where=opened.name,
    )


def together(problems: Sequence[InputError]) -> InputError:
    """Return one error that tells of all, or of the first ones."""
    lines = [str(error) for error in problems[:TOLD]]
    more = len(problems) - len(lines)
    if more:
        lines.append(ngettext("and {count} more", "and {count} more", more).format(count=more))
    return InputError("\n".join(lines))


def _staged(staging: Staging, read: Draft | Problem, desk: int) -> list[InputError]:
    """Take a draft among those on their way; return what is wrong with it."""
    if isinstance(read, Problem):
        return [read.error]
    try:
        if not read.own:  # a class alone checks no field
            kind = kind_of(read.record)
            from_json(type(read.record), to_json(read.record), where=kind)
    except InputError as error:
        return [InputError(str(error), where=read.where)]
    if staging.add(read, desk) or read.shared:
        return []
    before = staging.draft(read.id).draft
    if content(before.record) == content(read.record):
        return []
    return [
        InputError(
            _("the same id stands at {place}, with other content").format(place=before.where),
            where=read.where,
        )
    ]


class _Soon(View):
    """The case with the records and items that are about to be taken in."""

    def __init__(self, case: Case, staging: Staging, items: set[str]) -> None:
        super().__init__(case, staging, coming={item.removeprefix("item/") for item in items})
        self._staging = staging

    def kind(self, record: str) -> str | None:
        return self._staging.kind(record) or super().kind(record)

    def _cited_by_batch(self, ref: str) -> list[Citation]:
        return self._staging.cited_by(ref)


def _check(
    case: Case, staging: Staging, settled: Settled, desks: Sequence[Desk], progress: Progress
) -> dict[str, InputError]:
    """Return what the rules forbid, before anything is taken into the case."""
    view = _Soon(case, staging, {ref for desk in desks for ref in desk.kept})
    bad = {}
    with progress(_("Checking"), len(staging)) as advance:
        for draft in (one.draft for some in staging.drafts() for one in some):
            advance(1)
            try:
                store.check(view, _put(draft, {}, settled))
            except InputError as error:
                bad[draft.id] = InputError(str(error), where=draft.where)
    return bad


def _write(
    case: Case,
    staging: Staging,
    settled: Settled,
    desks: Sequence[Desk],
    outcome: Imported,
    reason: str,
    now: Callable[[], datetime],
    random: Random,
    progress: Progress,
) -> None:
    items: list[dict[str, str]] = []
    for number, desk in enumerate(desks):
        used = _used(staging, number, desk)
        ids = adding.add_contents(
            case, [desk.kept[ref] for ref in used], now=now, random=random, reason=reason
        )
        items.append({ref: f"item/{item}" for ref, item in zip(used, ids, strict=True)})
        outcome.items |= {desk.kept[ref].name: item for ref, item in zip(used, ids, strict=True)}
    if not len(staging):
        return
    with (
        progress(_("Writing"), len(staging)) as advance,
        database.transaction(case.database),
    ):
        for some in staging.drafts():
            puts = [_put(one.draft, items[one.desk], settled) for one in some]
            for stored in store.write(case, puts, reason=reason, now=now()):
                written = Written(stored.id, stored.kind)
                (outcome.new if stored.version == 1 else outcome.changed).append(written)
            advance(len(puts))


def _put(draft: Draft, known: dict[str, str], settled: Settled) -> Put:
    record = with_items(draft.record, known)
    if THIS_FILE in known:
        at = ReadFrom(item=known[THIS_FILE], at=draft.at[:200])
        record = dataclasses.replace(record, read_from=at)
    new = draft.id not in settled.there
    return Put(record, draft.id, new, draft.version, action="" if draft.own else ACTION)


def _used(staging: Staging, number: int, desk: Desk) -> list[str]:
    """Return what stands for contents that a record cites; the file itself comes with any of it."""
    cited = staging.cited(number)
    return [ref for ref in desk.kept if (ref == THIS_FILE and staging.has(number)) or ref in cited]


def counted(records: Sequence[Written]) -> dict[str, int]:
    """Return how many records there are of each kind."""
    return dict(sorted(Counter(one.kind for one in records).items()))
