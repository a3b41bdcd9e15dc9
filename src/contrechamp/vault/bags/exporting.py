"""Exporting items: a bag that its recipient can check, and an entry about it in the log."""

import base64
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyrage

from contrechamp import __version__
from contrechamp.base.errors import InputError, UsageError
from contrechamp.base.files import new_folder
from contrechamp.base.i18n import _
from contrechamp.base.progress import Progress, silent
from contrechamp.vault import case as cases
from contrechamp.vault import database, subjects
from contrechamp.vault.bags import bag, branches, texts
from contrechamp.vault.bags.contents import Item, content_writer, item_of
from contrechamp.vault.case import Case, Change
from contrechamp.vault.log import canonical, custody, history, merkle, signing
from contrechamp.vault.log.checkpoint import parse

FORMAT = 1
CUSTODY = "custody"
#: Exports are logged under the subject export/<id>.
SUBJECT = "export/"


@dataclass(frozen=True)
class Exported:
    """A bag that was written and logged.

    Args:
        folder: folder of the bag.
        items: ids of the items in it.
        entry: number of its entry in the log.
        keys: public signing keys (hexadecimal) with which the checkpoint is signed.
    """

    folder: Path
    items: tuple[str, ...]
    entry: int
    keys: tuple[str, ...]


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
    found = [item_of(case, item) for item in dict.fromkeys(items)]
    if not found:
        raise UsageError(_("name at least one item"))
    with new_folder(target) as partial:
        writer = bag.Writer(partial)
        paths = {one.id: _path(one, encrypted=not plain, named=open_records) for one in found}
        with progress(_("Exporting"), sum(one.key.size for one in found)) as advance:
            for one in found:
                writer.put(paths[one.id], content_writer(case.folder, one, keys, advance))
        entry = _log(case, found, target, sorted(str(key) for key in keys), reason, now, random)
        _describe(case, found, writer, paths, keys, open_records=open_records or plain, now=now)
    return Exported(target, tuple(one.id for one in found), entry, tuple(_keys(case)[1]))


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
            _("this is not an age recipient: expected age1...; age-keygen makes one")
        ) from error


def _path(one: Item, *, encrypted: bool, named: bool) -> str:
    """Return the path of an item's content; the id in it keeps equal names apart."""
    named = named or not encrypted
    name = bag.safe_name(str(one.state.get("name", ""))) if named else "content"
    return f"{bag.PAYLOAD}/{one.id}/{name}{'.age' if encrypted else ''}"


def _log(
    case: Case,
    found: Sequence[Item],
    target: Path,
    recipients: Sequence[str],
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
    }
    subject = f"{SUBJECT}{random(8).hex()}"
    with database.transaction(case.database):
        cases.append(case, [Change("export", subject, state, None, reason)], now)
    return case.size - 1


def _describe(
    case: Case,
    found: Sequence[Item],
    writer: bag.Writer,
    paths: dict[str, str],
    keys: Sequence[Any],
    *,
    open_records: bool,
    now: datetime,
) -> None:
    """Write everything but the content: proofs, records, tables, and the tag files of the bag."""
    note, signers = _keys(case)
    origin = case.file.log_origin
    published = custody.stamp(now)[:10]
    leaves = [content for _number, content in custody.leaves(case.database)]
    tree = merkle.levels([merkle.leaf_hash(leaf) for leaf in leaves])
    entries = _entries(leaves)
    listed = []
    for one in found:
        mine = entries[f"item/{one.id}"]
        record = {"salt": _base64(one.salt), "state": _base64(one.content)}
        document: dict[str, Any] = {
            "v": FORMAT,
            "item": one.id,
            "file": paths[one.id],
            "encryption": "age" if keys else "none",
            "checkpoint": note,
            "keys": {name: _base64(bytes.fromhex(key)) for key, name in signers.items()},
            "entries": [
                {
                    "entry": _base64(leaves[entry.number]),
                    "proof": [_base64(h) for h in merkle.inclusion_proof(entry.number, tree)],
                }
                for entry in mine
            ],
        }
        came = branches.proofs(case, one.id, tree)
        if came:
            document["branches"] = [branches.to_fields(branch) for branch in came]
        if open_records:
            document["record"] = record
        else:
            _put_sealed(writer, record_path(one.id), canonical.dumps(record), keys)
        writer.put_bytes(f"{CUSTODY}/{one.id}.json", canonical.dumps(document))
        there = [content for branch in came for content, _proof in branch.entries]
        first = min([mine[0].at, *(str(canonical.loads(content)["at"]) for content in there)])
        listed.append(texts.ExportedItem(one.id, paths[one.id], one.state, first))
    table = texts.items_csv(listed)
    crate = texts.crate(listed, published=published, origin=origin)
    if open_records:
        writer.put_bytes("items.csv", table)
        writer.put_bytes("ro-crate-metadata.json", crate)
    else:
        _put_sealed(writer, SEALED_TABLE, table, keys)
        _put_sealed(writer, SEALED_CRATE, crate, keys)
        sizes = {path: size for path, size in writer.sizes.items() if path.startswith("data/")}
        closed = texts.closed_crate(sizes, published=published, origin=origin)
        writer.put_bytes("ro-crate-metadata.json", closed)
    writer.put_bytes("README.txt", texts.readme(encrypted=bool(keys), open_records=open_records))
    writer.put_bytes("check.py", texts.PROGRAM.encode())
    writer.finish(
        {
            "Bagging-Date": published,
            "Bag-Software-Agent": f"contrechamp {__version__}",
            "External-Identifier": origin,
            "External-Description": "Items of a case, with proofs of custody; see README.txt",
        }
    )


SEALED_TABLE, SEALED_CRATE = "data/items.csv.age", "data/ro-crate-metadata.json.age"


def record_path(item: str) -> str:
    """Return the path of an item's encrypted record in a bag."""
    return f"{bag.PAYLOAD}/{item}/record.json.age"


def _put_sealed(writer: bag.Writer, path: str, content: bytes, keys: Sequence[Any]) -> None:
    writer.put_bytes(path, pyrage.encrypt(content, list(keys)))


def _keys(case: Case) -> tuple[str, dict[str, str]]:
    """Return the newest checkpoint, and the names of its signing keys by key (hexadecimal)."""
    note = history.newest_checkpoint(case)
    _checkpoint, signatures = parse(note)
    names = {one.key_name for one in signatures}
    known = signing.public_keys(case.file.log_origin, signing.keys_of(case.database))
    signers = {key.hex(): name for name, key in known.items()}
    return note, {key: name for key, name in signers.items() if name in names}


def _entries(leaves: Sequence[bytes]) -> dict[str, list[custody.Entry]]:
    entries: dict[str, list[custody.Entry]] = {}
    for leaf in leaves:
        entry = custody.entry_of(canonical.loads(leaf))
        entries.setdefault(entry.subject, []).append(entry)
    return entries


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
