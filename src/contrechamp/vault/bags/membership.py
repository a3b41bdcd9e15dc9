"""How the key that signs a bag came about: the entries that made it, each signed by who may say so.

A bag shows as little of the case's members as that takes: whoever signs, whoever let them in, and
so on up to the first member. It cannot show that nobody left, or had a key replaced, since then.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contrechamp.base.errors import ContrechampError, InputError
from contrechamp.base.i18n import _
from contrechamp.vault.bags.proved import Proved, included_entry, proved_fields, proved_of
from contrechamp.vault.case import Case
from contrechamp.vault.discrepancies import REPLACED, UNPROVEN, Kind
from contrechamp.vault.log import (
    authority,
    branches,
    chain,
    checkpoint,
    custody,
    merkle,
    roll,
    signing,
)
from contrechamp.vault.log.checkpoint import Checkpoint

FIELDS = {"entry", "proof", "checkpoint", "signed"}
#: More than a member and those who let them in get in years.
MAX_ENTRIES = 1_000
_MAKING = frozenset({"share", "new-key", "replace-key", "adopt"})
#: Entries that end what those began; a bag leaves them out, the bundle of a publication does not.
_ENDING = frozenset({"unshare"})


@dataclass(frozen=True)
class MemberProof:
    """An entry that gives a member a key.

    Args:
        proved: the entry, and the hashes that lead to the checkpoint of the bag.
        note: checkpoint by which its author signed it.
        signed: the hashes that lead to that one.
    """

    proved: Proved
    note: str
    signed: tuple[bytes, ...]


def proofs(
    case: Case,
    leaves: Sequence[bytes],
    names: Iterable[str],
    *,
    branch: str = branches.MAIN,
    ending: bool = False,
) -> tuple[MemberProof, ...]:
    """Return the entries that made some keys, and those that made their authors' keys.

    Args:
        case: open.
        leaves: entries of the log.
        names: names of the keys.
        branch: id of the merged log, if it is one.
        ending: with those by which one of these members left.
    """
    origin = f"{case.file.log_origin}/"
    members = {one.removeprefix(origin).partition("/")[0] for one in names}
    hashes = [merkle.leaf_hash(leaf) for leaf in leaves]
    tree = merkle.levels(hashes)
    found = []
    for entry in _making(leaves, members, _MAKING | _ENDING if ending else _MAKING):
        size, note = branches.checkpoint_over(case.database, branch, entry.number)
        then = merkle.levels(hashes[:size])
        proof = tuple(merkle.inclusion_proof(entry.number, tree))
        signed = tuple(merkle.inclusion_proof(entry.number, then))
        found.append(MemberProof((leaves[entry.number], proof), note, signed))
    return tuple(found)


def _making(
    leaves: Sequence[bytes], members: set[str], actions: Collection[str]
) -> list[custody.Entry]:
    about = [custody.read_entry(leaf) for leaf in leaves if chain.is_about(leaf)]
    about = [
        one
        for one in about
        if one.v > 1
        and one.action in actions
        and (one.keys is not None or one.action in _ENDING)
        and one.subject.startswith(roll.MEMBER)
    ]
    wanted, found = set(members), set[str]()
    while wanted - found:
        found |= wanted
        subjects = {roll.MEMBER + one for one in found}
        wanted = {one.member for one in about if one.subject in subjects}
    return [one for one in about if one.subject.removeprefix(roll.MEMBER) in found]


def to_fields(one: MemberProof) -> dict[str, Any]:
    """Return the fields of an entry in custody/<item>.json."""
    _unused, signed = proved_fields((b"", one.signed)).values()
    return {**proved_fields(one.proved), "checkpoint": one.note, "signed": signed}


def proof_of(fields: Any) -> MemberProof:
    """Read an entry from custody/<item>.json, checking only its form.

    Raises:
        ValueError: if the fields have another form.
    """
    if not isinstance(fields, dict) or set(fields) != FIELDS:
        raise ValueError("member")
    note = fields["checkpoint"]
    if not isinstance(note, str):
        raise ValueError("member")
    _leaf, signed = proved_of({"entry": fields["entry"], "proof": fields["signed"]})
    proved = proved_of({"entry": fields["entry"], "proof": fields["proof"]})
    return MemberProof(proved, note, signed)


def proofs_of(fields: Any) -> tuple[MemberProof, ...]:
    """Read the entries that made keys; see `proof_of`."""
    if not isinstance(fields, list) or len(fields) > MAX_ENTRIES:
        raise ValueError("members")
    return tuple(proof_of(one) for one in fields)


def check(
    found: Sequence[MemberProof],
    of_item: Sequence[custody.Entry],
    log: Checkpoint,
    keys: Mapping[str, bytes],
) -> list[tuple[Kind, str]]:
    """Check that the keys that signed a bag are those of members whom members let in.

    Args:
        found: the entries that the bag has of them.
        of_item: the entries of an item in the same log.
        log: checkpoint of the bag, or of the branch.
        keys: the keys that signed it, by name.

    Returns:
        What is to be told besides, though nothing is wrong.

    Raises:
        ContrechampError: if an entry is not in the log, or was not for its author to write; or if
            the keys are others.
    """
    if not found and any(entry.v > 1 for entry in of_item):
        raise InputError(_("the entries that made the key were taken out"))
    if not found:
        return [(UNPROVEN, _("the bag does not say how the key that signed it came about"))]
    going_on = chain_of(found, log)
    known = {
        signing.key_name(log.origin, one.id, one.keys[-1].number): one.keys[-1].public
        for one in going_on.members.values()
        if one.is_current
    }
    if not all(known.get(name) == public for name, public in keys.items()):
        raise InputError(_("the key that signed the bag is not the one that its entries made"))
    return _remarks(going_on)


def chain_of(found: Sequence[MemberProof], log: Checkpoint) -> roll.Chain:
    """Return what entries say of members and their keys, each checked as the log's rules have it.

    Args:
        found: the entries.
        log: checkpoint that their proofs lead to.

    Raises:
        ContrechampError: if an entry is not in the log, or was not for its author to write.
    """
    entries = [(included_entry(one.proved, log), one) for one in found]
    going_on = roll.Chain(log.origin, legacy=_taken_over([entry for entry, _one in entries]))
    signatures: dict[str, roll.SignedBy] = {}
    for entry, one in entries:
        _check_signed(entry, one, log.origin)
        if one.note not in signatures:
            signatures[one.note] = chain.signatures_of([one.note])
        authority.step(going_on, entry, signatures[one.note], lambda _branch: None)
    return going_on


def _taken_over(entries: Sequence[custody.Entry]) -> dict[str, list[signing.Key]]:
    """Return the keys of a log of the older form, as far as entries took them over."""
    return {
        entry.subject.removeprefix(roll.MEMBER): [
            signing.Key(entry.keys.number, bytes.fromhex(entry.keys.signing), 0)
        ]
        for entry in entries
        if entry.action == "adopt" and entry.keys is not None
    }


def _check_signed(entry: custody.Entry, one: MemberProof, origin: str) -> None:
    """Check that an entry is in the tree of the checkpoint that its author is said to have signed.

    Raises:
        InputError: if it is not.
    """
    said, _signatures = checkpoint.parse(one.note)
    if said.origin != origin:
        raise InputError(_("a checkpoint of another log"))
    included_entry((one.proved[0], one.signed), said)


def _remarks(found: roll.Chain) -> list[tuple[Kind, str]]:
    told: list[tuple[Kind, str]] = []
    if found.adopter:
        message = _(
            "the members were taken over in entry {number} from a log that did not prove their keys"
        )
        told.append((UNPROVEN, message.format(number=found.begun)))
    replaced = [number for one in found.members.values() for number in one.replaced]
    if replaced:
        message = _(
            "of whoever signed the bag or let them in, another member replaced the key: entry "
            "{numbers}"
        )
        told.append((REPLACED, message.format(numbers=", ".join(map(str, sorted(replaced))))))
    return told


def problem(error: ContrechampError) -> str:
    """Return what is wrong with the keys, for whoever reads it."""
    return _("the key that signed the bag is not proven: {what}").format(what=error)
