"""True identities of sources: under a separate key, readable only by the compartment's members.

An identity is an age file encrypted to the compartment's recipient, so that whoever takes a
testimony can seal it and only members of the compartment can read it. It appears in no record,
version, index, export or message; the log holds keyed digests of the ciphertext.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

import pyrage

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.base.search_words import normalised
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.records.people import Source
from contrechamp.vault import case as cases
from contrechamp.vault import database, state_shapes, subjects
from contrechamp.vault.access import slots
from contrechamp.vault.access.members import recipient_of
from contrechamp.vault.access.slots import AgeIdentities
from contrechamp.vault.case import Case, Change, Random
from contrechamp.vault.log import custody

COMPARTMENT, IDENTITY = "compartment/", "identity/"
#: Sealed identities are padded to multiples of this, so that lengths do not reveal names.
BLOCK = 1024
MAX_BLOCKS = 64
#: Shorter words of a name are too common to search for.
MIN_WORD = 3


@dataclass(frozen=True)
class Identity:
    """Who a source is; printing it shows nothing.

    Args:
        name: in full, in every spelling that may be needed.
        contact: how the person can be reached.
        other: whatever else only few may know.
    """

    name: str = field(repr=False)
    contact: str = field(default="", repr=False)
    other: str = field(default="", repr=False)


@dataclass(frozen=True)
class _Compartment:
    """A compartment; recipient and readers are those that the log says, whatever the record says.

    Args:
        id: id of the compartment.
        recipient: age X25519, to which identities are sealed.
        keys: by id of a reader, its secret key, encrypted to the reader.
    """

    id: str
    recipient: str
    keys: Mapping[str, str] = field(repr=False)


class ClosedError(InputError):
    """Raised where a compartment is not open to whoever has opened the case."""

    def __init__(self) -> None:
        super().__init__(_("the compartment of identities is not open to you"))


def seal(
    case: Case,
    source: str,
    identity: Identity,
    *,
    reason: str = "",
    now: datetime,
    random: Random,
) -> None:
    """Seal the true identity of a source in the compartment, replacing any earlier one.

    The first identity of a case creates the compartment, with whoever seals it as its only member.

    Args:
        case: open for writing.
        source: id of the record.
        identity: who it is.
        reason: why, in the user's words; it is stored outside the compartment.
        now: for the log.
        random: source of ids.

    Raises:
        InputError: if there is no such source, the name is empty, the pseudonym, role or reason
            contains part of it, or several compartments claim to be the one to seal to.
        OutputError: if the case cannot be written to.
    """
    stored = lookup.get(case, source)
    if not isinstance(stored.record, Source):
        raise InputError(_("{record} is not a source").format(record=stored.id))
    if not identity.name.strip():
        raise InputError(_("the name is empty"))
    shown = {*words_of(stored.record.pseudonym), *words_of(stored.record.role), *words_of(reason)}
    if shown & words_of(identity.name):
        raise InputError(
            _("the pseudonym, role or reason holds a part of the true name; change that first")
        )
    with database.transaction(case.database):
        changes = []
        compartment = _to_seal_to(case)
        if compartment is None:
            compartment, change = _new_compartment(case, [case.unlocked.member], random)
            changes.append(change)
        subject = next(
            (subject for subject, state in sealed_identities(case) if state["source"] == stored.id),
            IDENTITY + random(8).hex(),
        )
        changes.append(
            Change("seal", subject, _sealed(compartment, stored.id, identity), None, reason)
        )
        cases.append(case, changes, now)


def reveal(
    case: Case, source: str, *, own: AgeIdentities | None = None, reason: str, now: datetime
) -> list[Identity]:
    """Return who a source is, and log that this was asked for, and by whom.

    Args:
        case: open for writing, by a member of the compartment.
        source: id of the record.
        own: the age key of a member who opens the case with their own.
        reason: why, in the user's words.
        now: for the log.

    Returns:
        one identity; more if copies of the case with different ones were merged.

    Raises:
        InputError: if nothing is sealed for the source, or this member cannot open it.
    """
    record = lookup.id_of(source)
    found = [
        (subject, state) for subject, state in sealed_identities(case) if state["source"] == record
    ]
    if not found:
        raise InputError(_("no identity is sealed for {record}").format(record=record))
    identities = [unsealed(case, state, own) for _subject, state in found]
    with database.transaction(case.database):
        changes = [Change("reveal", subject, state, None, reason) for subject, state in found]
        cases.append(case, changes, now)
    return identities


def members(case: Case) -> list[str]:
    """Return the ids of those who can open the compartment, members who left included."""
    return sorted({member for one in _compartments(case).values() for member in one.keys})


def audience(case: Case) -> list[str]:
    """Return the ids of those who will be able to read what is sealed next.

    Raises:
        InputError: if several compartments claim to be the one to seal to.
    """
    one = _to_seal_to(case)
    if one is None:
        return [case.unlocked.member]
    return sorted(member for member in one.keys if case.chain.has_access(member))


def key_count(case: Case) -> int:
    """Return how many keys identities are sealed to: at most one, unless copies were merged."""
    return len(_compartments(case))


def admit(
    case: Case, member: str, *, own: AgeIdentities | None = None, reason: str = "", now: datetime
) -> None:
    """Let another member of the case open the compartment, or all that the caller can open.

    Args:
        case: open for writing, by a member of the compartment.
        member: id.
        own: see `reveal`.
        reason: why, in the user's words.
        now: for the log.

    Raises:
        InputError: if there is no compartment, it is closed to the caller, or there is no such
            member.
    """
    recipient = _recipient_of(case, member)
    found = _require_compartments(case)
    mine = [one for one in found if case.unlocked.member in one.keys]
    if not mine:
        raise ClosedError
    changes = []
    for one in mine:
        key = _key(case, one, own)
        keys = {**one.keys, member: _encrypted(key.encode(), recipient)}
        changes.append(_change("admit", replace(one, keys=keys)))
    with database.transaction(case.database):
        cases.append(case, [replace(change, reason=reason) for change in changes], now)


def dismiss(
    case: Case,
    member: str,
    *,
    own: AgeIdentities | None = None,
    reason: str = "",
    now: datetime,
    random: Random,
) -> None:
    """Close the compartment to a member: a new key, and every identity sealed to it again.

    The member still knows what they have read, and can still open an older copy of the case.

    Args:
        case: open for writing, by another member of the compartment.
        member: id.
        own: see `reveal`.
        reason: why, in the user's words.
        now: for the log.
        random: source of ids.

    Raises:
        InputError: if the compartment is closed to the caller, or was not open to the member.
    """
    staying = [one for one in members(case) if one != member and case.chain.has_access(one)]
    if member not in members(case):
        raise InputError(_("the compartment is not open to this member"))
    if case.unlocked.member not in staying:
        raise InputError(_("nobody can close the compartment to themselves; another member can"))
    _seal_anew(case, staying, own, reason, now, random)


def renew(
    case: Case,
    *,
    own: AgeIdentities | None = None,
    reason: str = "",
    now: datetime,
    random: Random,
) -> None:
    """Seal every identity again, to a new key for the same members.

    Needed after a merge, when one copy sealed to a key that the other had meanwhile changed.

    Args:
        case: open for writing, by a member of the compartment.
        own: see `reveal`.
        reason: why, in the user's words.
        now: for the log.
        random: source of ids.

    Raises:
        InputError: if there is no compartment, or part of it is closed to the caller.
    """
    staying = [one for one in members(case) if case.chain.has_access(one)]
    _seal_anew(case, staying, own, reason, now, random)


def _seal_anew(
    case: Case,
    staying: Sequence[str],
    own: AgeIdentities | None,
    reason: str,
    now: datetime,
    random: Random,
) -> None:
    """Replace the keys in use with a new one for some members, and seal every identity to it."""
    old = _require_compartments(case)
    in_use = {one.id for one in case.chain.current()}
    if any(one.id in in_use and case.unlocked.member not in one.keys for one in old):
        raise ClosedError
    found = [
        (subject, str(state["source"]), unsealed(case, state, own))
        for subject, state in sealed_identities(case)
    ]
    new, change = _new_compartment(case, staying, random)
    erased = {"erased_at": custody.stamp(now)}
    changes = [change]
    changes += [Change("seal", each, _sealed(new, source, who)) for each, source, who in found]
    # A key that is changed is not something that somebody wants gone: why who was let in stays.
    changes += [
        Change("erase", COMPARTMENT + one.id, dict(erased), keeps_reasons=True) for one in old
    ]
    with database.transaction(case.database):
        cases.append(case, [replace(one, reason=reason) for one in changes], now)
    database.forget_deleted(case.database)


def erase(
    case: Case, source: str, *, reason: str, keep_reasons: bool = False, now: datetime
) -> int:
    """Erase what is sealed for a source; return the number of identities erased.

    Raises:
        OutputError: if the case cannot be written to.
    """
    record = lookup.id_of(source)
    found = [subject for subject, state in sealed_identities(case) if state["source"] == record]
    if found:
        erased_at = custody.stamp(now)
        changes = [
            Change(
                "erase", subject, {"erased_at": erased_at}, None, reason, keeps_reasons=keep_reasons
            )
            for subject in found
        ]
        with database.transaction(case.database):
            cases.append(case, changes, now)
        database.forget_deleted(case.database)
    return len(found)


def spaced(text: str) -> str:
    """Return a normalised text with everything but letters and digits replaced by spaces."""
    return "".join(letter if letter.isalnum() else " " for letter in normalised(text))


def words_of(text: str) -> set[str]:
    """Return the words of a name that are long enough to search for, normalised."""
    return {word for word in spaced(text).split() if len(word) >= MIN_WORD}


def _change(action: custody.Action, one: _Compartment) -> Change:
    """Return the change that writes a compartment: its record, and what the entry fixes of it."""
    return Change(
        action,
        COMPARTMENT + one.id,
        {"recipient": one.recipient, "keys": dict(one.keys)},
        compartment=custody.Readers(one.recipient, tuple(sorted(one.keys))),
    )


def _new_compartment(case: Case, who: Sequence[str], random: Random) -> tuple[_Compartment, Change]:
    """Return a new compartment for some members, and the change that records it."""
    identity = pyrage.x25519.Identity.generate()
    keys = {
        member: _encrypted(str(identity).encode(), _recipient_of(case, member)) for member in who
    }
    one = _Compartment(random(8).hex(), str(identity.to_public()), keys)
    return one, _change("compartment", one)


def _sealed(compartment: _Compartment, source: str, identity: Identity) -> dict[str, object]:
    content = json.dumps(asdict(identity), ensure_ascii=False).encode()
    blocks = -(-len(content) // BLOCK)
    if blocks > MAX_BLOCKS:
        raise InputError(_("an identity is at most {limit} bytes").format(limit=BLOCK * MAX_BLOCKS))
    padded = content.ljust(blocks * BLOCK)
    return {
        "source": source,
        "compartment": compartment.id,
        "sealed": _encrypted(padded, compartment.recipient),
    }


def unsealed(case: Case, state: Mapping[str, Any], own: AgeIdentities | None) -> Identity:
    """Return the identity that a state holds.

    Raises:
        InputError: if its key is not in the case or closed to this member, or it was altered.
    """
    compartment = _compartments(case).get(str(state["compartment"]))
    if compartment is None:
        raise InputError(_("the sealed identity cannot be opened: its key is not in the case"))
    content = _decrypted(str(state["sealed"]), [_key(case, compartment, own)])
    if content is None:
        raise InputError(_("the sealed identity cannot be opened: it was altered"))
    return Identity(**json.loads(content))


def _key(case: Case, compartment: _Compartment, own: AgeIdentities | None) -> str:
    """Return the secret key of a compartment.

    Raises:
        ClosedError: if whoever has the case open cannot open the compartment.
        InputError: if what opens is not the compartment's key: its record was altered.
    """
    mine = list(own.keys) if own is not None else []
    mine += [case.unlocked.identity] if case.unlocked.identity is not None else []
    sealed = compartment.keys.get(case.unlocked.member)
    content = None if sealed is None else _decrypted(sealed, mine)
    if content is None:
        raise ClosedError
    key = content.decode()
    if slots.recipient_of(key) != compartment.recipient:
        raise InputError(_("the key of the compartment of identities was altered: verify the case"))
    return key


def _compartments(case: Case) -> dict[str, _Compartment]:
    """Return the compartments that are not erased, the oldest first, as the log says."""
    states = dict(_states(case, COMPARTMENT))
    found = {}
    for one in case.chain.compartments.values():
        state = states.get(COMPARTMENT + one.id)
        if not one.erased and state is not None:
            keys = {who: str(key) for who, key in state["keys"].items() if who in one.readers}
            found[one.id] = _Compartment(one.id, one.recipient, keys)
    return found


def _require_compartments(case: Case) -> list[_Compartment]:
    found = list(_compartments(case).values())
    if not found:
        raise InputError(_("no identity is sealed in this case"))
    return found


def _to_seal_to(case: Case) -> _Compartment | None:
    """Return the compartment that identities are sealed to; None if nobody can open any.

    Raises:
        InputError: if several claim to be it, or the log does not prove which one is.
    """
    if case.chain.problems:
        raise InputError(
            _("the log has entries that their authors could not write; verify the case")
        )
    current = case.chain.current()
    if len(current) > 1:
        raise InputError(
            _(
                "several keys claim to be that of the compartment of identities, as a merge can "
                "leave them: somebody who can open all of them has to settle it first "
                "(contrechamp identity --renew; --admit lets somebody in), or take access from "
                "whoever made a key that should not be"
            )
        )
    return _compartments(case)[current[0].id] if current else None


def sealed_identities(case: Case) -> list[tuple[str, dict[str, Any]]]:
    """Return the subjects and states of sealed identities, the newest last."""
    return _states(case, IDENTITY)


_SHAPES: Mapping[str, Mapping[str, Any]] = {
    COMPARTMENT: {"recipient": str, "keys": state_shapes.TEXT_BY_NAME},
    IDENTITY: dict.fromkeys(("source", "compartment", "sealed"), str),
}


def _states(case: Case, prefix: str) -> list[tuple[str, dict[str, Any]]]:
    """Return the subjects with a prefix that are not erased, and their states, the newest last."""
    found = sorted(subjects.below(case, prefix), key=lambda one: one.entry)
    return [
        (one.subject, state_shapes.checked(one.subject, one.parsed, _SHAPES[prefix]))
        for one in found
        if not one.is_erased
    ]


def _recipient_of(case: Case, member: str) -> str:
    recipient = recipient_of(case, member)
    if recipient is None:
        raise InputError(_("there is no such member"))
    return recipient


def _encrypted(content: bytes, recipient: str) -> str:
    to = pyrage.x25519.Recipient.from_str(recipient)
    return base64.b64encode(pyrage.encrypt(content, [to])).decode()


def _decrypted(sealed: str, keys: Sequence[str]) -> bytes | None:
    """Return what an age file holds; None if no key opens it (an error might carry secrets)."""
    if not keys:
        return None
    try:
        identities = [pyrage.x25519.Identity.from_str(key) for key in keys]
        return bytes(pyrage.decrypt(base64.b64decode(sealed), identities))
    except (pyrage.DecryptError, pyrage.IdentityError, ValueError):
        return None
