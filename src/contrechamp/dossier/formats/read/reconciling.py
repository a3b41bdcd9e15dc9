"""Imported records compared with the case: what is new or changed is written, the rest is not."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, cast

from contrechamp.base.i18n import _
from contrechamp.dossier.formats.read.drafts import THIS_FILE, Draft, ImportContext, ImportNotice
from contrechamp.dossier.formats.read.staging import Staging
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.lookup import Stored
from contrechamp.dossier.records.field_types import Record
from contrechamp.dossier.records.schema import members, to_json
from contrechamp.dossier.writing import index
from contrechamp.vault import adding, subjects
from contrechamp.vault.case import Case
from contrechamp.vault.log import custody

#: The action of imported versions in the log, which tells them from those that a person wrote.
ACTION: Final = "import"
_NO_ITEMS: Mapping[str, str] = MappingProxyType({})


@dataclass
class Reconciliation:
    """The outcome of comparing drafts with the case.

    Args:
        existing: ids of the records to write that are in the case already.
        unchanged: how many records say the same as in the case.
        notices: for the user.
    """

    existing: set[str] = field(default_factory=set)
    unchanged: int = 0
    notices: list[ImportNotice] = field(default_factory=list)


def reconcile(
    case: Case, staging: Staging, contexts: Sequence[ImportContext], *, overwrite: bool
) -> Reconciliation:
    """Remove from the staging what is in the case already, and what was erased from it.

    Args:
        case: open.
        staging: all drafts.
        contexts: of the source files, in their order.
        overwrite: replace a record even if a person has changed it since it was imported.
    """
    outcome = Reconciliation()
    for batch in staging.ids():
        known = lookup.known(case, [record for record, _source in batch])
        drafts = [staging.draft(record) for record, _source in batch if record in known]
        staging.remove(
            one.draft.id
            for one in drafts
            if not _is_wanted(
                case, one.draft, contexts[one.source], outcome, known, overwrite=overwrite
            )
        )
    return outcome


def _is_wanted(
    case: Case,
    draft: Draft,
    context: ImportContext,
    outcome: Reconciliation,
    known: Mapping[str, Stored | None],
    *,
    overwrite: bool,
) -> bool:
    if draft.id not in known:
        return True
    found = known[draft.id]
    if found is None:
        gone = _("it was erased from the case, so it is not imported again")
        outcome.notices.append(ImportNotice(draft.where, gone))
        return False
    if draft.shared:
        outcome.unchanged += 1
        return False
    if _lost_a_file(case, draft, context, found):
        gone = _("one of its files was erased from the case, so it is not imported again")
        outcome.notices.append(ImportNotice(draft.where, gone))
        return False
    says = content(draft.record, _items_in(case, draft, context, found))
    if says == content(found.record):
        outcome.unchanged += 1
    elif draft.own or overwrite:
        outcome.existing.add(draft.id)
        return True
    elif any(says == content(older.record) for older in lookup.versions(case, draft.id)):
        outcome.unchanged += 1  # the file has not changed since; the case has
    elif _action_of(case, found) == ACTION:
        outcome.existing.add(draft.id)
        return True
    else:
        fields = ", ".join(sorted(_differing(says, content(found.record))))
        outcome.notices.append(
            ImportNotice(
                draft.where,
                _(
                    "{record} was changed in the case since it was imported and stays as it "
                    "is; the file says otherwise in: {fields}"
                ).format(record=found.ref, fields=fields),
            )
        )
    return False


def _lost_a_file(case: Case, draft: Draft, context: ImportContext, found: Stored) -> bool:
    """Return whether an item was erased that a record has where its draft brings a file.

    Nothing is left of the item by which the file could be known again, so a draft of a record that
    the case does not have is imported with its files.
    """
    if not context.kept:
        return False
    there = dict(index.references(found.record))
    places = [path for path, ref in index.references(draft.record) if ref in context.kept]
    items = [there[path] for path in places if path in there]
    if THIS_FILE in context.kept and found.record.read_from is not None:
        items.append(found.record.read_from.item)
    states = subjects.newest_of(case, items)
    return any(state.is_erased for state in states.values())


def _items_in(case: Case, draft: Draft, context: ImportContext, found: Stored) -> dict[str, str]:
    """Return the placeholders whose contents the case has already, each with its item."""
    items = {}
    for ref in context.kept:
        if ref == THIS_FILE:
            if found.record.read_from is not None:
                items[ref] = found.record.read_from.item
        elif ref in json.dumps(to_json(draft.record)):
            item = adding.item_of(case, context.digests(ref))
            if item is not None:
                items[ref] = f"item/{item}"
    return items


def content(record: Record, items: Mapping[str, str] = _NO_ITEMS) -> dict[str, Any]:
    """Return the fields of a record as JSON, without where it was read from."""
    fields = to_json(with_items(record, items))
    fields.pop("read_from", None)
    return dict(fields)


def _differing(one: dict[str, Any], other: dict[str, Any]) -> set[str]:
    return {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}


def with_items(record: Record, items: Mapping[str, str]) -> Record:
    """Return a record in which placeholders are replaced by the items that they stand for."""
    return cast(Record, _replaced(record, items)) if items else record


def _replaced(value: Any, items: Mapping[str, str]) -> Any:
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
    return custody.entries_of(case.database, [found.entry])[found.entry].action
