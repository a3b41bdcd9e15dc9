"""Records from files of others: recognised, read, checked, written together or not at all."""

import dataclasses
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _, ngettext
from contrechamp.dossier import reading, rules, store
from contrechamp.dossier.fields import ReadFrom, Record
from contrechamp.dossier.formats import (
    bayanat,
    camera_tables,
    ftm,
    mapped_tables,
    ocds,
    photo_places,
    record_lines,
    record_tables,
    submissions,
    walks,
)
from contrechamp.dossier.formats.drafts import (
    THIS_FILE,
    Desk,
    Draft,
    Format,
    Notice,
    Problem,
)
from contrechamp.dossier.formats.given import Given, given
from contrechamp.dossier.kinds import kind_of
from contrechamp.dossier.reading import Stored
from contrechamp.dossier.schema import from_json, members, to_json
from contrechamp.dossier.store import Put
from contrechamp.dossier.view import View
from contrechamp.vault import adding
from contrechamp.vault.case import Case, Random

#: Of records that a file brought; by it what a person wrote since is told from it.
ACTION = "import"
#: So many problems are told at once.
TOLD = 20

#: In the order in which they are tried.
FORMATS: tuple[Format, ...] = (
    record_lines.FORMAT,
    record_tables.FORMAT,
    ftm.FORMAT,
    submissions.FORMAT,
    submissions.ATTACHMENTS,
    walks.FORMAT,
    ocds.FORMAT,
    bayanat.FORMAT,
    camera_tables.FORMAT,
    mapped_tables.FORMAT,
    photo_places.FORMAT,
)


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

    new: list[Stored] = field(default_factory=list)
    changed: list[Stored] = field(default_factory=list)
    unchanged: int = 0
    items: dict[str, str] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)


@dataclass(frozen=True)
class _Coming:
    """A draft on its way, the desk that it was read at, and what the case has of it already."""

    draft: Draft
    desk: Desk
    kept: bool
    found: Stored | None = None


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

    Raises:
        InputError: with file, row and field of what cannot be read or written; nothing changed.
        OutputError: if the case cannot be written to.
    """
    outcome = Imported()
    coming: dict[str, _Coming] = {}
    problems: list[InputError] = []
    desks = []
    beside = [given(path) for path in paths]
    for opened in beside:
        format_ = format_of(opened, told or (mapped_tables.NAME if mapping else ""))
        desk = Desk(
            case, opened, beside, given(mapping) if mapping else None, accept, skip_bad_rows
        )
        if format_.kept:
            desk.kept[THIS_FILE] = opened.content
        desks.append(desk)
        for read in format_.read(opened, desk):
            if isinstance(read, Problem):
                problems.append(read.error)
            elif isinstance(read, Notice):
                outcome.notices.append(read)
            else:
                _take(coming, _Coming(read, desk, format_.kept), problems)
    if problems and not skip_bad_rows:
        raise together(problems)
    wanted = _settled(case, coming, outcome, overwrite=overwrite)
    bad = _check(case, wanted, desks)
    if bad and not skip_bad_rows:
        raise together(list(bad.values()))
    while bad:  # without them, others may cite what is not there
        problems += bad.values()
        wanted = {id_: one for id_, one in wanted.items() if id_ not in bad}
        bad = _check(case, wanted, desks)
    outcome.left_out = [str(error) for error in problems]
    _write(case, wanted, desks, outcome, reason, now, random)
    return outcome


def format_of(opened: Given, told: str = "") -> Format:
    """Return the format of a file, by its content, or as it was told.

    Raises:
        InputError: if no format fits, or there is none of that name.
    """
    names = ", ".join(one.name for one in FORMATS)
    if told:
        for one in FORMATS:
            if one.name == told:
                return one
        raise InputError(_("there is no such format; there are: {names}").format(names=names))
    for one in FORMATS:
        if one.fits(opened):
            return one
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


def _take(coming: dict[str, _Coming], one: _Coming, problems: list[InputError]) -> None:
    before = coming.get(one.draft.id)
    if before is None:
        coming[one.draft.id] = one
    elif one.draft.shared:
        return
    elif _content(before.draft.record, {}) != _content(one.draft.record, {}):
        problems.append(
            InputError(
                _("the same id stands at {place}, with other content").format(
                    place=before.draft.where
                ),
                where=one.draft.where,
            )
        )


def _settled(
    case: Case, coming: dict[str, _Coming], outcome: Imported, *, overwrite: bool
) -> dict[str, _Coming]:
    """Return what is to be written: not what is there already, was erased, or changed by hand."""
    wanted = {}
    for id_, one in coming.items():
        found = reading.find(case, id_)
        if _was_erased(case, one):
            gone = _("a file of it was erased from the case, and is not taken again")
            outcome.notices.append(Notice(one.draft.where, gone))
            continue
        one = dataclasses.replace(one, found=found)
        if found is None:
            if reading.is_erased(case, id_):
                outcome.notices.append(
                    Notice(
                        one.draft.where, _("it was erased from the case, and is not taken again")
                    )
                )
            else:
                wanted[id_] = one
            continue
        if one.draft.shared:
            outcome.unchanged += 1
            continue
        says = _content(one.draft.record, _items_in(case, one, found))
        if says == _content(found.record, {}):
            outcome.unchanged += 1
        elif one.draft.own or overwrite:
            wanted[id_] = one
        elif any(says == _content(older.record, {}) for older in reading.versions(case, id_)):
            outcome.unchanged += 1  # the file says what it said; the case has moved on
        elif _action_of(case, found) == ACTION:
            wanted[id_] = one
        else:
            fields = ", ".join(sorted(_differing(says, _content(found.record, {}))))
            outcome.notices.append(
                Notice(
                    one.draft.where,
                    _(
                        "{record} was changed in the case since it was imported and stays as it "
                        "is; the file says otherwise in: {fields}"
                    ).format(record=found.ref, fields=fields),
                )
            )
    return wanted


def _was_erased(case: Case, one: _Coming) -> bool:
    """Return whether a record cites a content that was in the case and was erased."""
    if not one.desk.kept:
        return False
    cited = {ref for _path, ref in store.references(one.draft.record)}
    return any(
        adding.is_erased(case, one.desk.digests(ref))
        for ref in one.desk.kept
        if ref == THIS_FILE or ref in cited
    )


def _items_in(case: Case, one: _Coming, found: Stored) -> dict[str, str]:
    """Return what stands for items, with the items that the case has of them already."""
    items = {}
    for ref in one.desk.kept:
        if ref == THIS_FILE:
            if found.record.read_from is not None:
                items[ref] = found.record.read_from.item
        elif ref in json.dumps(to_json(one.draft.record)):
            item = adding.item_of(case, one.desk.digests(ref))
            if item is not None:
                items[ref] = f"item/{item}"
    return items


def _content(record: Record, items: dict[str, str]) -> dict[str, Any]:
    """Return what a record says, but for where it was read."""
    fields = to_json(_with_items(record, items))
    fields.pop("read_from", None)
    return dict(fields)


def _differing(one: dict[str, Any], other: dict[str, Any]) -> set[str]:
    return {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}


def _with_items(record: Record, items: dict[str, str]) -> Record:
    """Return a record that cites items in the place of what stood for them."""
    return cast(Record, _replaced(record, items)) if items else record


def _replaced(value: Any, items: dict[str, str]) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.replace(
            value,
            **{
                member.name: _replaced(getattr(value, member.name), items)
                for member in members(type(value))
            },
        )
    if isinstance(value, tuple):
        return tuple(_replaced(one, items) for one in value)
    return items.get(value, value) if isinstance(value, str) else value


def _action_of(case: Case, found: Stored) -> str:
    (content,) = case.database.execute(
        "SELECT content FROM entries WHERE number = ?", (found.entry,)
    ).fetchone()
    return str(json.loads(bytes(content))["action"])


class _Soon(View):
    """The case with the items that are about to be taken in."""

    def __init__(self, case: Case, batch: dict[str, Record], items: set[str]) -> None:
        super().__init__(case, batch)
        self._items = items

    def has_item(self, item: str) -> bool:
        return f"item/{item}" in self._items or super().has_item(item)


def _check(case: Case, wanted: dict[str, _Coming], desks: Sequence[Desk]) -> dict[str, InputError]:
    """Return what the rules forbid, before anything is taken into the case."""
    items = {ref for desk in desks for ref in desk.kept}
    view = _Soon(case, {id_: one.draft.record for id_, one in wanted.items()}, items)
    bad = {}
    for id_, one in wanted.items():
        found, kind = one.found, kind_of(one.draft.record)
        try:
            if not one.draft.own:  # a class alone checks no field
                from_json(type(one.draft.record), to_json(one.draft.record), where=kind)
            if found is not None and found.kind != kind:
                raise InputError(
                    _("{id} is a {kind}, and stays one").format(id=id_, kind=found.kind)
                )
            if found is not None and one.draft.version not in {0, found.version}:
                raise InputError(
                    _("{id} was changed meanwhile: it is at version {now}, and you saw {seen}")
                    .format(id=id_, now=found.version, seen=one.draft.version)
                )  # fmt: skip
            rules.check(view, id_, one.draft.record, found)
        except InputError as error:
            bad[id_] = InputError(str(error), where=one.draft.where)
    return bad


def _write(
    case: Case,
    wanted: dict[str, _Coming],
    desks: Sequence[Desk],
    outcome: Imported,
    reason: str,
    now: Callable[[], datetime],
    random: Random,
) -> None:
    items: dict[int, dict[str, str]] = {}
    for desk in desks:
        used = _used(desk, wanted)
        ids = adding.add_contents(
            case, [desk.kept[ref] for ref in used], now=now, random=random, reason=reason
        )
        items[id(desk)] = {ref: f"item/{item}" for ref, item in zip(used, ids, strict=True)}
        outcome.items |= {desk.kept[ref].name: item for ref, item in zip(used, ids, strict=True)}
    puts = []
    for id_, one in wanted.items():
        known = items[id(one.desk)]
        record = _with_items(one.draft.record, known)
        if one.kept:
            record = dataclasses.replace(
                record, read_from=ReadFrom(item=known[THIS_FILE], at=one.draft.at[:200])
            )
        action, new = "" if one.draft.own else ACTION, one.found is None
        puts.append(Put(record, id_, new, one.draft.version, action=action))
    for stored in store.put_all(case, puts, reason=reason, now=now()):
        (outcome.new if stored.version == 1 else outcome.changed).append(stored)


def _used(desk: Desk, wanted: dict[str, _Coming]) -> list[str]:
    """Return what stands for contents that a record cites; the file itself comes with any of it."""
    mine = [one.draft.record for one in wanted.values() if one.desk is desk]
    if not desk.kept or not mine:
        return []
    cited = {ref for record in mine for _path, ref in store.references(record)}
    return [ref for ref in desk.kept if ref == THIS_FILE or ref in cited]


def counted(records: Sequence[Stored]) -> dict[str, int]:
    """Return how many records there are of each kind."""
    return dict(sorted(Counter(stored.kind for stored in records).items()))
