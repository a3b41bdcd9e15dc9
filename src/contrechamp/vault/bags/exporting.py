"""Exporting items: a bag that its recipient can check, and an entry about it in the log."""

import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pyrage

from contrechamp.base.errors import InputError, UsageError
from contrechamp.base.files import new_folder
from contrechamp.base.i18n import _
from contrechamp.base.progress import Progress, silent
from contrechamp.vault import case as cases
from contrechamp.vault import database, subjects
from contrechamp.vault.bags import bag, branches, derived, document, membership, reviews, signed
from contrechamp.vault.bags.contents import Item, content_writer, items_of
from contrechamp.vault.bags.derived import Outline
from contrechamp.vault.bags.document import Document
from contrechamp.vault.bags.texts import ExportedItem
from contrechamp.vault.case import Case, Change
from contrechamp.vault.log import canonical, custody, merkle, signing
from contrechamp.vault.log.checkpoint import Checkpoint

#: Exports are logged under the subject export/<id>.
SUBJECT = "export/"


@dataclass(frozen=True)
class Exported:
    """A bag that was written and logged.

    Args:
        folder: folder of the bag.
        items: ids of the items in it.
        entry: number of its entry in the log.
        key: public signing key (hexadecimal) with which the bag is signed.
        digest: SHA-256 (hexadecimal) of its list of tag files, which commits to every file of it.
    """

    folder: Path
    items: tuple[str, ...]
    entry: int
    key: str
    digest: str


@dataclass(frozen=True)
class Copy:
    """A copy of an item that was handed out.

    Args:
        item: id of the item.
        bag: name of the folder that was written.
        at: when, UTC, ISO 8601.
        to: age recipients; empty if it was written in the clear.
    """

    item: str
    bag: str
    at: str
    to: tuple[str, ...]


def export(
    case: Case,
    items: Sequence[str],
    target: Path,
    *,
    recipients: Sequence[str],
    plain: bool = False,
    open_records: bool = False,
    reason: str = "",
    beside: Mapping[str, Sequence[str]] = MappingProxyType({}),
    now: datetime,
    random: cases.Random = secrets.token_bytes,
    progress: Progress = silent,
) -> Exported:
    """Write items of a case into a bag, with proofs that they are what the log says.

    The bag is written whole or not at all, and never without an entry in the log. (A run that is
    interrupted at its very end can leave the entry without the bag: better one entry too many.)

    Args:
        case: open for writing.
        items: ids of the items.
        target: folder to be made; it must not exist yet.
        recipients: age recipients to whom the content is encrypted.
        plain: write the content in the clear instead.
        open_records: leave the records (names, metadata, digests of content) readable, so that
            they can be checked without a key; by default they are encrypted like the content.
        reason: why, in the user's words.
        beside: references to the reviews that go with an item, by its id.
        now: for the log.
        random: source of ids.
        progress: is told how many bytes were read.

    Raises:
        UsageError: if there is neither a recipient nor `plain`, or both.
        InputError: if an item is not in the case or was erased, or a recipient is not valid.
        OutputError: if the bag cannot be written.
    """
    check_audience(recipients, plain=plain)
    keys = [_recipient(text) for text in dict.fromkeys(recipients)]
    found = items_of(case, items)
    if not found:
        raise UsageError(_("name at least one item"))
    outline = Outline(
        encrypted=not plain,
        open_records=open_records or plain,
        origin=case.file.log_origin,
        made=signed.making(now),
    )
    name, public = signer(case)
    with new_folder(target) as partial:
        writer = bag.Writer(partial)
        with progress(_("Exporting"), sum(one.key.size for one in found)) as advance:
            for one in found:
                path = _path(one, outline)
                writer.put(path, content_writer(case.folder, one, keys, advance))
        tags = _describe(case, found, writer, keys, outline, {name: public}, beside)
        digest = writer.finish(tags)
        # The log as it is now, without the export: the entry about that holds what is signed here.
        log = Checkpoint(outline.origin, case.size, case.frontier.root())
        note = signed.sign(log, outline.made, [digest], name, case.unlocked.signing_seed)
        entry = _log(
            case, found, target, sorted(str(key) for key in keys), digest, reason, now, random
        )
        writer.put_bytes(bag.CHECKPOINT, note.encode())
    return Exported(target, tuple(one.id for one in found), entry, public.hex(), digest)


def check_audience(recipients: Sequence[str], *, plain: bool) -> None:
    """Check that either recipients are named or the bag is declared readable by everybody.

    Raises:
        UsageError: if neither is the case, or both.
        InputError: if a recipient is not valid.
    """
    if bool(recipients) == plain:
        raise UsageError(
            _(
                "name at least one --recipient, or say --plain: whoever finds, seizes or "
                "intercepts a bag in the clear can read it"
            )
        )
    for text in recipients:
        _recipient(text)


def copies(case: Case, items: Sequence[str]) -> list[Copy]:
    """Return the copies of items that were handed out according to the log, oldest first."""
    wanted = set(items)
    states = [one.parsed for one in subjects.below(case, SUBJECT)]
    return sorted(
        (
            Copy(item, str(state["name"]), str(state["at"]), tuple(state["to"]))
            for state in states
            for item in state["items"]
            if item in wanted
        ),
        key=lambda one: (one.at, one.bag, one.item),
    )


def _recipient(text: str) -> Any:
    try:
        return pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError as error:
        raise InputError(
            _("this is not an age recipient: expected age1...; contrechamp keygen makes one")
        ) from error


def _path(one: Item, outline: Outline) -> str:
    return derived.content_path(one.id, str(one.state.get("name", "")), outline)


def _log(
    case: Case,
    found: Sequence[Item],
    target: Path,
    recipients: Sequence[str],
    digest: str,
    reason: str,
    now: datetime,
    random: cases.Random,
) -> int:
    """Log the export, and return the number of its entry; the items' records are not changed."""
    state: dict[str, object] = {
        "name": os.fsencode(target.name).decode("utf-8", "backslashreplace"),
        "at": custody.stamp(now),
        "items": [one.id for one in found],
        "to": list(recipients),
        "encryption": "age" if recipients else "none",
        "digest": digest,
    }
    subject = f"{SUBJECT}{random(8).hex()}"
    with database.transaction(case.database):
        cases.append(case, [Change("export", subject, state, None, reason)], now)
    return case.size - 1


def _describe(
    case: Case,
    found: Sequence[Item],
    writer: bag.Writer,
    recipients: Sequence[Any],
    outline: Outline,
    keys: dict[str, bytes],
    beside: Mapping[str, Sequence[str]],
) -> dict[str, bytes]:
    """Write what is encrypted besides the contents; return the other tag files: proofs, tables."""
    leaves = [content for _number, content in custody.leaves(case.database)]
    tree = merkle.levels([merkle.leaf_hash(leaf) for leaf in leaves])
    entries, members = _entries(leaves), membership.proofs(case, leaves, keys)
    files: dict[str, bytes] = {}
    listed = []
    for one in found:
        mine = entries[f"item/{one.id}"]
        came = tuple(branches.proofs(case, one.id, tree))
        proved = [(leaves[at], tuple(merkle.inclusion_proof(at, tree))) for at in mine]
        reviewed = tuple(reviews.proofs(case, beside.get(one.id, ()), leaves, tree))
        files[document.path(one.id)] = document.to_bytes(
            Document(
                format=signed.FORMAT,
                item=one.id,
                file=_path(one, outline),
                encrypted=outline.encrypted,
                keys=keys,
                entries=tuple(proved),
                branches=came,
                record=(one.salt, one.content) if outline.open_records else None,
                members=members,
                reviews=reviewed,
            )
        )
        if not outline.open_records:
            record: dict[str, Any] = {**document.record_fields(one.salt, one.content)}
            if reviewed:
                record["reviews"] = [reviews.record_fields(review) for review in reviewed]
            _put_sealed(writer, derived.record_path(one.id), canonical.dumps(record), recipients)
        there = [entry for branch in came for entry, _proof in branch.entries]
        first = first_time([proved[0][0], *there])
        listed.append(ExportedItem(one.id, _path(one, outline), one.state, first))
    tables = derived.tables(outline, derived.ordered(listed))
    if outline.open_records:
        files |= tables
    else:
        for path, content in tables.items():
            _put_sealed(writer, path, content, recipients)
        files[derived.CRATE] = derived.closed_crate(outline, dict(sorted(writer.sizes.items())))
    return files | derived.texts_of(outline) | derived.frame(outline, writer.sizes)


def first_time(entries: Sequence[bytes]) -> str:
    """Return the earliest time that entries of an item tell: when it was added."""
    return min(str(canonical.loads(entry)["at"]) for entry in entries)


def _put_sealed(writer: bag.Writer, path: str, content: bytes, keys: Sequence[Any]) -> None:
    writer.put_bytes(path, pyrage.encrypt(content, list(keys)))


def signer(case: Case) -> tuple[str, bytes]:
    """Return name and public key of the key that the open case signs with."""
    me = cases.me(case)
    return signing.key_name(case.file.log_origin, me.id, me.keys[-1].number), me.keys[-1].public


def _entries(leaves: Sequence[bytes]) -> dict[str, list[int]]:
    """Return the numbers of the entries of each subject."""
    entries: dict[str, list[int]] = {}
    for number, leaf in enumerate(leaves):
        entries.setdefault(custody.read_entry(leaf).subject, []).append(number)
    return entries
