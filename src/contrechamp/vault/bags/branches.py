"""Proof, from the bag alone, of who added an item in another copy that was merged into the case.

The entry ``merge/<id>`` is in the log that the bag's checkpoint is of. Its record names the newest
checkpoint of the other copy's log, and that checkpoint covers the item's entries there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.vault import state_shapes
from contrechamp.vault.bags import membership
from contrechamp.vault.bags.membership import MemberProof
from contrechamp.vault.bags.proved import (
    Proved,
    included_entry,
    keys_of,
    proved_fields,
    proved_of,
    record_of,
    text_of,
)
from contrechamp.vault.case import Case
from contrechamp.vault.log import branches, canonical, checkpoint, custody, merkle, signing
from contrechamp.vault.log.note import MAX_SIGNATURES
from contrechamp.vault.values import blob

FIELDS = {"checkpoint", "keys", "merge", "record", "entries"}
#: As many keys as a note may have signatures, and more entries than an item gets in years.
MAX_KEYS, MAX_ENTRIES, MAX_BRANCHES = MAX_SIGNATURES, 10_000, 1_000


@dataclass(frozen=True)
class BranchProof:
    """What a bag holds of a log that was merged: the item's entries in it, with their proofs.

    Args:
        note: newest checkpoint of the branch.
        keys: public keys that signed the checkpoint, by name.
        merge: entry of the case's log that commits to the branch.
        record: salt and state of that entry's record.
        entries: entries of the item in the branch.
        members: entries that made the keys.
    """

    note: str
    keys: Mapping[str, bytes]
    merge: Proved
    record: tuple[bytes, bytes] = field(repr=False)
    entries: tuple[Proved, ...]
    members: tuple[MemberProof, ...] = ()


def proofs(case: Case, item: str, tree: Sequence[Sequence[bytes]]) -> list[BranchProof]:
    """Return what each branch says about an item, with proofs.

    Args:
        case: open.
        item: id of the item.
        tree: levels of the Merkle tree over the case's log.
    """
    wanted: dict[str, list[custody.Entry]] = {}
    for branch, content in case.database.execute(
        "SELECT branch, content FROM branch_entries WHERE instr(CAST(content AS TEXT), ?) > 0 "
        "ORDER BY branch, number",
        (f"item/{item}",),
    ):
        entry = custody.entry_of(canonical.loads(blob(content, "branch_entries.content")))
        if entry.subject == f"item/{item}":
            wanted.setdefault(str(branch), []).append(entry)
    merges = _merges(case) if wanted else {}
    return [
        _branch(case, name, entries, merges[name], tree)
        for name, entries in wanted.items()
        if name in merges
    ]


def _merges(case: Case) -> dict[str, tuple[bytes, bytes, int, bytes]]:
    """Return salt, state, number and content of the entry that commits to each branch."""
    found = {}
    for salt, state, number, content in case.database.execute(
        "SELECT salt, state, number, content FROM records JOIN entries ON number = entry "
        "WHERE subject > ? AND subject < ? ORDER BY number DESC",
        (branches.SUBJECT, branches.SUBJECT + "g"),
    ):
        says = blob(state, "records.state")
        name = str(state_shapes.checked(branches.SUBJECT, canonical.loads(says))["branch"])
        leaf = blob(content, "entries.content")
        found[name] = (blob(salt, "records.salt", 64), says, int(number), leaf)
    return found


def _branch(
    case: Case,
    name: str,
    entries: Sequence[custody.Entry],
    merge: tuple[bytes, bytes, int, bytes],
    tree: Sequence[Sequence[bytes]],
) -> BranchProof:
    salt, state, number, content = merge
    note = str(canonical.loads(state)["checkpoint"])
    names = {one.key_name for one in checkpoint.parse(note)[1]}
    keys: dict[str, list[signing.Key]] = {}
    for member, place, public, since in case.database.execute(
        "SELECT member, number, public, since FROM branch_keys WHERE branch = ?", (name,)
    ):
        keys.setdefault(str(member), []).append(signing.key_of(place, public, since))
    known = signing.public_keys(case.file.log_origin, keys)
    leaves = branches.leaves_of(case.database, name)
    theirs = merkle.levels([merkle.leaf_hash(leaf) for leaf in leaves])
    return BranchProof(
        note=note,
        keys={one: key for one, key in known.items() if one in names},
        merge=(content, tuple(merkle.inclusion_proof(number, tree))),
        record=(salt, state),
        entries=tuple(
            (leaves[entry.number], tuple(merkle.inclusion_proof(entry.number, theirs)))
            for entry in entries
        ),
        members=membership.proofs(case, leaves, names, branch=name),
    )


def to_fields(branch: BranchProof) -> dict[str, Any]:
    """Return the fields of a branch in custody/<item>.json."""
    members = [membership.to_fields(one) for one in branch.members]
    return {
        "checkpoint": branch.note,
        "keys": {name: text_of(key) for name, key in branch.keys.items()},
        "merge": proved_fields(branch.merge),
        "record": {"salt": text_of(branch.record[0]), "state": text_of(branch.record[1])},
        "entries": [proved_fields(one) for one in branch.entries],
        **({"members": members} if members else {}),
    }


def branch_of(fields: Any) -> BranchProof:
    """Read a branch from custody/<item>.json, checking only its form.

    Raises:
        ValueError: if the fields have another form.
    """
    if not isinstance(fields, dict) or set(fields) - {"members"} != FIELDS:
        raise ValueError("branch")
    keys, entries, signed = fields["keys"], fields["entries"], fields["checkpoint"]
    if (
        not isinstance(signed, str)
        or not isinstance(keys, dict)
        or not 0 < len(keys) <= MAX_KEYS
        or not isinstance(entries, list)
        or not 0 < len(entries) <= MAX_ENTRIES
    ):
        raise ValueError("branch")
    return BranchProof(
        note=signed,
        keys=keys_of(keys),
        merge=proved_of(fields["merge"]),
        record=record_of(fields["record"]),
        entries=tuple(proved_of(one) for one in entries),
        members=membership.proofs_of(fields.get("members", [])),
    )


def check(branch: BranchProof, item: str, signed: checkpoint.Checkpoint) -> list[custody.Entry]:
    """Check a branch against the checkpoint of the bag; return its entries of the item.

    Raises:
        ContrechampError: if any part of it is wrong.
    """
    merge = included_entry(branch.merge, signed)
    if (
        not merge.subject.startswith(branches.SUBJECT)
        or custody.digest(*branch.record) != merge.digest
    ):
        raise InputError(
            _("the record is not what entry {number} says").format(number=merge.number)
        )
    try:
        theirs = checkpoint.check(branch.note, branch.keys)
    except ValueError as error:  # 32 bytes that are no public key
        raise InputError(_("a key is not an Ed25519 key")) from error
    state = canonical.loads(branch.record[1])
    told = (state.get("checkpoint"), state.get("branch")) if isinstance(state, dict) else None
    if theirs.origin != signed.origin or told != (branch.note, theirs.root.hex()):
        raise InputError(_("a checkpoint of another log"))
    found = [included_entry(one, theirs) for one in branch.entries]
    membership.check(branch.members, found, theirs, branch.keys)
    numbers = [entry.number for entry in found]
    if {entry.subject for entry in found} != {f"item/{item}"} or numbers != sorted(set(numbers)):
        raise InputError(_("an entry of something else, or out of order"))
    return found
