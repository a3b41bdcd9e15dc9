"""custody/<item>.json of a bag: what the log says about an item, with proofs."""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.vault.bags import bag, branches, membership, proved, reviews, signed
from contrechamp.vault.bags.branches import BranchProof
from contrechamp.vault.bags.membership import MemberProof
from contrechamp.vault.bags.proved import Proved
from contrechamp.vault.bags.reviews import ReviewProof
from contrechamp.vault.log import canonical

FOLDER = "custody"
PATH = re.compile(rf"{FOLDER}/([0-9a-f]{{16}})\.json", re.ASCII)
#: Before format 2 each held the checkpoint, which said nothing about the bag.
FIRST_FORMAT = 1
_FIELDS = {"v", "item", "file", "encryption", "keys", "entries"}


@dataclass(frozen=True)
class Document:
    """What a document says; only its form has been checked.

    Args:
        format: of the bag.
        item: id of the item.
        file: path of its content in the bag.
        encrypted: whether that is encrypted.
        keys: public keys that signed the checkpoint, by name.
        entries: entries of the item, the oldest first.
        branches: its entries in logs that were merged.
        record: salt and state of the item's record, if everybody may read it.
        note: in format 1, the checkpoint.
        members: entries that made the keys.
        reviews: of a masked copy, the reviews that it has.
    """

    format: int
    item: str
    file: str
    encrypted: bool
    keys: Mapping[str, bytes]
    entries: tuple[Proved, ...]
    branches: tuple[BranchProof, ...]
    record: tuple[bytes, bytes] | None = field(repr=False)
    note: str = ""
    members: tuple[MemberProof, ...] = ()
    reviews: tuple[ReviewProof, ...] = ()


def path(item: str) -> str:
    """Return the path of an item's document."""
    return f"{FOLDER}/{item}.json"


def to_bytes(document: Document) -> bytes:
    """Return the content of a document of the present format."""
    fields: dict[str, Any] = {
        "v": signed.FORMAT,
        "item": document.item,
        "file": document.file,
        "encryption": "age" if document.encrypted else "none",
        "keys": {name: _base64(key) for name, key in document.keys.items()},
        "entries": [proved.proved_fields(one) for one in document.entries],
    }
    if document.branches:
        fields["branches"] = [branches.to_fields(branch) for branch in document.branches]
    if document.members:
        fields["members"] = [membership.to_fields(one) for one in document.members]
    is_open = document.record is not None
    if document.reviews:
        fields["reviews"] = [
            reviews.to_fields(one, open_record=is_open) for one in document.reviews
        ]
    if document.record is not None:
        fields["record"] = record_fields(*document.record)
    return canonical.dumps(fields)


def record_fields(salt: bytes, state: bytes) -> dict[str, str]:
    """Return salt and state of a record as documents and record.json.age hold them."""
    return {"salt": _base64(salt), "state": _base64(state)}


def read(content: bytes, item: str) -> Document:
    """Read a document.

    Args:
        content: of the file.
        item: id of the item that the file is named after.

    Raises:
        InputError: if it is of a newer format, or not canonical JSON.
        ValueError: if it has another form.
    """
    fields = canonical.loads(content)
    if not isinstance(fields, dict):
        raise ValueError("document")
    version = fields.get("v")
    if isinstance(version, int) and version > signed.FORMAT:
        raise InputError(
            _("the bag has a newer format; use a newer version of contrechamp to verify it")
        )
    record, merged = fields.pop("record", None), fields.pop("branches", [])
    reviewed = fields.pop("reviews", [])
    note, members = fields.pop("checkpoint", None), fields.pop("members", [])
    if isinstance(note, str) != (version == FIRST_FORMAT):
        raise ValueError("checkpoint")
    _check(fields, item, merged)
    return Document(
        format=fields["v"],
        item=item,
        file=fields["file"],
        encrypted=fields["encryption"] == "age",
        keys=proved.keys_of(fields["keys"]),
        entries=tuple(proved.proved_of(one) for one in fields["entries"]),
        branches=tuple(branches.branch_of(one) for one in merged),
        record=None if record is None else proved.record_of(record),
        note=note or "",
        members=membership.proofs_of(members),
        reviews=reviews.reviews_of(reviewed),
    )


def _check(fields: Mapping[str, Any], item: str, merged: Any) -> None:
    version, file = fields.get("v"), fields.get("file")
    if (
        set(fields) != _FIELDS
        or version not in (FIRST_FORMAT, signed.FORMAT)
        or isinstance(version, bool)
        or fields["item"] != item
        or fields["encryption"] not in ("age", "none")
        or not isinstance(file, str)
        or not file.startswith(f"{bag.PAYLOAD}/{item}/")
        or not isinstance(fields["keys"], dict)
        or not 0 < len(fields["keys"]) <= branches.MAX_KEYS
        or not _is_list(fields["entries"], branches.MAX_ENTRIES, least=1)
        or not _is_list(merged, branches.MAX_BRANCHES)
    ):
        raise ValueError("fields")


def _is_list(found: Any, most: int, *, least: int = 0) -> bool:
    return isinstance(found, list) and least <= len(found) <= most


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
