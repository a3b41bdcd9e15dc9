"""Who has access: sharing a case, taking access away, changing passphrases and keys."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.vault import case as cases
from contrechamp.vault import database, mending
from contrechamp.vault.access import slots
from contrechamp.vault.access.keys import Unlocked
from contrechamp.vault.access.passphrases import tuned_here
from contrechamp.vault.case import Case, Change
from contrechamp.vault.database import text
from contrechamp.vault.log import custody, signing


def members(case: Case) -> list[tuple[str, str, str]]:
    """Return id, name and time of leaving ("" for those who have access) of every member."""
    return [
        (text(member, "members.id"), text(name, "members.name"), str(left or ""))
        for member, name, left in case.database.execute(
            "SELECT id, name, left_at FROM members ORDER BY name"
        )
    ]


def recipient_of(case: Case, member: str) -> str | None:
    """Return the age recipient of a member who has access; None if there is no such member."""
    row = case.database.execute(
        "SELECT recipient FROM members WHERE id = ? AND left_at IS NULL", (member,)
    ).fetchone()
    return None if row is None else text(row[0], "members.recipient")


def carry_over(case: Case, other: Case, member: str, at: str) -> Change:
    """Write a member of another copy of the case, without access: only `share` gives that.

    Args:
        case: open for writing, in a transaction.
        other: the other copy.
        member: id of the member, unknown in this copy.
        at: the time now, from which on the member counts as having left.

    Returns:
        The change for the log.
    """
    theirs = cases.member_state(other, member)
    case.database.execute(
        "INSERT INTO members VALUES (?, ?, ?, ?)", (member, theirs["name"], theirs["recipient"], at)
    )
    for key in signing.keys_of(other.database)[member]:
        signing.put_key(case.database, member, key.public, case.size)
    state = cases.member_state(case, member) | {"left_at": at}
    return Change("merge", f"member/{member}", state)


def share(
    case: Case, recipient: str, *, name: str, reason: str, now: datetime, random: cases.Random
) -> str:
    """Give access to the holder of an age key; return the new member's id.

    Args:
        case: open for writing.
        recipient: ``age1...``, the public key of whoever gets access.
        name: name of the member, kept only inside the case.
        reason: why, in the user's words.
        now: for the log.
        random: source of keys.

    Raises:
        InputError: if `recipient` is not such a key, or a member of this name has access already.
    """
    if any(name == other and not left for _id, other, left in members(case)):
        raise InputError(_("there is already a member of this name: {name}").format(name=name))
    unlocked = Unlocked(
        root_key=case.unlocked.root_key,
        identity=None,
        member=random(8).hex(),
        signing_seed=random(32),
    )
    slot = slots.make_age_slot(recipient, unlocked)
    file = replace(case.file, slots=(*case.file.slots, slot))
    with database.transaction(case.database):
        change = cases.add_member(case, name, recipient, unlocked)
        case.database.execute("INSERT INTO slots VALUES (?, ?)", (slot.id, unlocked.member))
        cases.append(case, [replace(change, reason=reason)], now)
        # Inside the transaction: a slot without a row is harmless, a row without a slot is not.
        cases.write_casefile(case.folder, file, case.unlocked.root_key)
    case.file = file
    return unlocked.member


def unshare(case: Case, name: str, *, reason: str, now: datetime, random: cases.Random) -> None:
    """Take access away from a member: the root key is changed, and given only to those who stay.

    Whoever had access may still have a copy of the case as it was until now.

    Args:
        case: open for writing.
        name: of the member.
        reason: why, in the user's words.
        now: for the log.
        random: source of keys.

    Raises:
        InputError: if there is no such member, or it is the member who asks.
    """
    found = [member for member, other, left in members(case) if other == name and not left]
    if not found:
        raise InputError(_("there is no member of this name: {name}").format(name=name))
    (member,) = found
    if member == case.unlocked.member:
        raise InputError(_("you cannot take away your own access; another member can"))
    left_at = custody.stamp(now)
    with database.transaction(case.database):
        case.database.execute("UPDATE members SET left_at = ? WHERE id = ?", (left_at, member))
        case.database.execute("DELETE FROM slots WHERE member = ?", (member,))
        # The record keeps name and key, so that the log still proves who signed what.
        state = cases.member_state(case, member) | {"left_at": left_at}
        change = Change("unshare", f"member/{member}", state, None, reason)
        cases.append(case, [change], now)
    # From here on `recover` goes on wherever this is interrupted: the log comes first.
    mending.settle_slots(case, random)


def change_passphrase(
    case: Case,
    make_slot: Callable[[Unlocked], slots.Slot],
    *,
    kind: slots.PassphraseKind,
    reason: str,
    now: datetime,
    random: cases.Random,
) -> None:
    """Replace the member's passphrase (or recovery key) with a new one.

    The root key is changed with it: somebody who kept an older case.toml, and knows the old
    passphrase, can open nothing that is written from now on.

    Args:
        case: open for writing, by a member whose age identity is held in a slot.
        make_slot: makes the new slot.
        kind: "passphrase" or "recovery": kind of the slot that is replaced.
        reason: why, in the user's words.
        now: for the log.
        random: source of keys.

    Raises:
        InputError: if the member opens the case with their own age key.
    """
    mine = {
        str(slot)
        for (slot,) in case.database.execute(
            "SELECT id FROM slots WHERE member = ?", (case.unlocked.member,)
        )
    }
    if case.unlocked.identity is None:
        raise InputError(
            _("this member opens the case with their own key file and has no passphrase")
        )
    new = make_slot(case.unlocked)
    kept = [slot for slot in case.file.slots if not (slot.id in mine and slot.kind == kind)]
    # The old slot and the new one coexist until the log has the change: one of them always opens.
    both = replace(case.file, slots=(*case.file.slots, new))
    cases.write_casefile(case.folder, both, case.unlocked.root_key)
    with database.transaction(case.database):
        for slot in case.file.slots:
            if slot not in kept:
                case.database.execute("DELETE FROM slots WHERE id = ?", (slot.id,))
        case.database.execute("INSERT INTO slots VALUES (?, ?)", (new.id, case.unlocked.member))
        state = cases.member_state(case, case.unlocked.member) | {"changed": custody.stamp(now)}
        subject = f"member/{case.unlocked.member}"
        action: custody.Action = "new-recovery" if kind == "recovery" else "new-passphrase"
        cases.append(case, [Change(action, subject, state, None, reason)], now)
    case.file = both
    # From here on `recover` goes on wherever this is interrupted: the log comes first.
    mending.settle_slots(case, random)


def set_passphrase(
    case: Case,
    text: str,
    *,
    kind: slots.PassphraseKind,
    reason: str,
    now: datetime,
    random: cases.Random,
) -> None:
    """Replace a passphrase or recovery key, at the Argon2id cost that suits this machine.

    Args:
        case: see `change_passphrase`.
        text: the new passphrase or recovery key.
        kind: "passphrase" or "recovery".
        reason: why, in the user's words.
        now: for the log.
        random: source of keys.

    Raises:
        InputError: if the member opens the case with their own age key.
    """
    parameters = tuned_here()
    change_passphrase(
        case,
        lambda unlocked: slots.make_passphrase_slot(
            text, parameters, unlocked, random=random, kind=kind, slot_id=random(8).hex()
        ),
        kind=kind,
        reason=reason,
        now=now,
        random=random,
    )


def renew_signing_key(case: Case, *, reason: str, now: datetime, random: cases.Random) -> bytes:
    """Replace the signing key that came with access by one that only the member has.

    Whoever gave access made the first key, and could sign in the member's name. What it has signed
    up to now still counts as the member's.

    Args:
        case: open for writing, by a member who uses their own age key; after an error it has to
            be opened again.
        reason: why, in the user's words.
        now: for the log.
        random: source of keys.

    Returns:
        The public key, 32 bytes: the member should tell it to others through another channel.

    Raises:
        InputError: if the member has no age key of their own: nobody else ever had the signing key.
    """
    if case.unlocked.identity is not None:
        raise InputError(_("nobody but you ever had your signing key: it was made with the case"))
    member = case.unlocked.member
    unlocked = replace(case.unlocked, signing_seed=random(32))
    public = signing.public_key(unlocked.signing_seed)
    (recipient,) = case.database.execute(
        "SELECT recipient FROM members WHERE id = ?", (member,)
    ).fetchone()
    new = slots.make_age_slot(str(recipient), unlocked, slot_id=random(8).hex())
    both = replace(case.file, slots=(*case.file.slots, new))
    cases.write_casefile(case.folder, both, case.unlocked.root_key)
    with database.transaction(case.database):
        case.database.execute("DELETE FROM slots WHERE member = ?", (member,))
        case.database.execute("INSERT INTO slots VALUES (?, ?)", (new.id, member))
        signing.put_key(case.database, member, public, case.size)
        case.unlocked = unlocked  # the new key signs its own beginning
        state = cases.member_state(case, member)
        cases.append(case, [Change("new-key", f"member/{member}", state, None, reason)], now)
    case.file = both
    # From here on `recover` goes on wherever this is interrupted: the log comes first.
    mending.settle_slots(case, random)
    return public


def has_a_key_of_others(case: Case) -> bool:
    """Return whether the member's signing key is the one that whoever gave access made."""
    keys = signing.keys_of(case.database)[case.unlocked.member]
    return case.unlocked.identity is None and len(keys) == 1
