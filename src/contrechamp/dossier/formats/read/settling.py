"""Which of the records that come in are to be written: not those that say what is there already."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, cast

from contrechamp.base.i18n import _
from contrechamp.dossier.formats.read.drafts import THIS_FILE, Desk, Draft, Notice
from contrechamp.dossier.formats.read.staging import Coming, Staging
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.lookup import Stored
from contrechamp.dossier.records.field_types import Record
from contrechamp.dossier.records.schema import members, to_json
from contrechamp.dossier.writing import index
from contrechamp.vault import adding
from contrechamp.vault.case import Case
from contrechamp.vault.log import custody

#: Of records that a file brought; by it what a person wrote since is told from it.
ACTION: Final = "import"
NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass
class Settled:
    """What came of that.

    Args:
        there: ids of the records to be written that have a version in the case already.
        unchanged: how many say what they said.
        notices: what is for a person to read.
    """

    there: set[str] = field(default_factory=set)
    unchanged: int = 0
    notices: list[Notice] = field(default_factory=list)


def settle(case: Case, staging: Staging, desks: Sequence[Desk], *, overwrite: bool) -> Settled:
    """Take out of the staging what is not to be written: what is in the case, or was erased.

    Args:
        case: open.
        staging: all that was read.
        desks: at which it was.
        overwrite: write also where a person changed a record since.
    """
    settled = Settled()
    for some in staging.ids():
        there = lookup.known(case, [record for record, _desk in some])
        asked = [record for record, desk in some if record in there or desks[desk].kept]
        drafts = [staging.draft(record) for record in asked]
        staging.remove(
            one.draft.id
            for one in drafts
            if not _is_wanted(case, one, desks[one.desk], settled, there, overwrite=overwrite)
        )
    return settled


def _is_wanted(
    case: Case,
    one: Coming,
    desk: Desk,
    settled: Settled,
    there: Mapping[str, Stored | None],
    *,
    overwrite: bool,
) -> bool:
    draft = one.draft
    if _was_erased(case, draft, desk):
        gone = _("a file of it was erased from the case, and is not taken again")
        settled.notices.append(Notice(draft.where, gone))
        return False
    if draft.id not in there:
        return True
    found = there[draft.id]
    if found is None:
        gone = _("it was erased from the case, and is not taken again")
        settled.notices.append(Notice(draft.where, gone))
        return False
    if draft.shared:
        settled.unchanged += 1
        return False
    says = content(draft.record, _items_in(case, draft, desk, found))
    if says == content(found.record):
        settled.unchanged += 1
    elif draft.own or overwrite:
        settled.there.add(draft.id)
        return True
    elif any(says == content(older.record) for older in lookup.versions(case, draft.id)):
        settled.unchanged += 1  # the file says what it said; the case has moved on
    elif _action_of(case, found) == ACTION:
        settled.there.add(draft.id)
        return True
    else:
        fields = ", ".join(sorted(_differing(says, content(found.record))))
        settled.notices.append(
            Notice(
                draft.where,
                _(
                    "{record} was changed in the case since it was imported and stays as it "
                    "is; the file says otherwise in: {fields}"
                ).format(record=found.ref, fields=fields),
            )
        )
    return False


def _was_erased(case: Case, draft: Draft, desk: Desk) -> bool:
    """Return whether a record cites a content that was in the case and was erased."""
    if not desk.kept:
        return False
    cited = {ref for _path, ref in index.references(draft.record)}
    return any(
        adding.is_erased(case, desk.digests(ref))
        for ref in desk.kept
        if ref == THIS_FILE or ref in cited
    )


def _items_in(case: Case, draft: Draft, desk: Desk, found: Stored) -> dict[str, str]:
    """Return what stands for items, with the items that the case has of them already."""
    items = {}
    for ref in desk.kept:
        if ref == THIS_FILE:
            if found.record.read_from is not None:
                items[ref] = found.record.read_from.item
        elif ref in json.dumps(to_json(draft.record)):
            item = adding.item_of(case, desk.digests(ref))
            if item is not None:
                items[ref] = f"item/{item}"
    return items


def content(record: Record, items: Mapping[str, str] = NOTHING) -> dict[str, Any]:
    """Return what a record says, but for where it was read."""
    fields = to_json(with_items(record, items))
    fields.pop("read_from", None)
    return dict(fields)


def _differing(one: dict[str, Any], other: dict[str, Any]) -> set[str]:
    return {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}


def with_items(record: Record, items: Mapping[str, str]) -> Record:
    """Return a record that cites items in the place of what stood for them."""
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
