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
from contrechamp.vault.log import custody, roll, signing
from contrechamp.vault.values import text


def members(case: Case) -> list[tuple[str, str, str]]:
    """Return id, name and time of leaving ("" for those who have access) of every member."""
    return [
        (text(member, "members.id"), text(name, "members.name"), str(left or ""))
        for member, name, left in case.database.execute(
            "SELECT id, name, left_at FROM members ORDER BY name"
        )
    ]


def name_of(case: Case, member: str) -> str:
    """Return the name of a member, or the id if there is none."""
    return next((name for one, name, _left in members(case) if one == member), member)


def recipient_of(case: Case, member: str) -> str | None:
    """Return the age recipient of a member who has access; None if there is no such member.

    It is the log that says it: the table is only a copy, which every member can write.
    """
    return case.chain.members[member].recipient if case.chain.has_access(member) else None


def carry_over(case: Case, other: Case, member: str, at: str, since: int) -> Change:
    """Write a member of another copy of the case, without access: only `share` gives that.

    Args:
        case: open for writing, in a transaction.
        other: the other copy.
        member: id of the member, unknown in this copy.
        at: the time now, from which on the member counts as having left.
        since: number that the entry of the change will have.

    Returns:
        The change for the log.
    """
    keys = roll.keys_of(other.chain, member)
    assert keys is not None  # noqa: S101
    name = cases.member_state(other, member)["name"]
    case.database.execute(
        "INSERT INTO members VALUES (?, ?, ?, ?)", (member, name, keys.recipient, at)
    )
    key = signing.Key(keys.number, bytes.fromhex(keys.signing), since)
    signing.put_key(case.database, member, key)
    state = cases.member_state(case, member) | {"left_at": at}
    return Change("merge", f"member/{member}", state, keys=keys)


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
        InputError: if `recipient` is not such a key, or a member of this name or with this key has
            access already.
    """
    if any(name == other and not left for _id, other, left in members(case)):
        raise InputError(_("there is already a member of this name: {name}").format(name=name))
    for one in case.chain.members.values():
        if one.is_current and one.recipient == recipient:
            raise InputError(
                _(
                    "this key has access already, as {name}; each member has a key of their own"
                ).format(name=name_of(case, one.id))
            )
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
    own = _("you cannot take away your own access; another member can")
    member = _other_member(case, name, own)
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
    member = cases.me(case)
    unlocked = replace(case.unlocked, signing_seed=random(32))
    public = signing.public_key(unlocked.signing_seed)
    keys = custody.Keys(member.recipient, public.hex(), member.keys[-1].number + 1)
    new = slots.make_age_slot(member.recipient, unlocked, slot_id=random(8).hex())
    both = replace(case.file, slots=(*case.file.slots, new))
    cases.write_casefile(case.folder, both, case.unlocked.root_key)
    with database.transaction(case.database):
        case.database.execute("DELETE FROM slots WHERE member = ?", (member.id,))
        case.database.execute("INSERT INTO slots VALUES (?, ?)", (new.id, member.id))
        _put_key(case, member.id, keys)
        state = cases.member_state(case, member.id)
        change = Change("new-key", f"member/{member.id}", state, None, reason, keys=keys)
        # The key before signs too: nobody else can give the member another one unseen.
        cases.append(case, [change], now, next_seed=unlocked.signing_seed)
    case.unlocked = unlocked
    case.file = both
    # From here on `recover` goes on wherever this is interrupted: the log comes first.
    mending.settle_slots(case, random)
    return public


def replace_key(
    case: Case, recipient: str, *, name: str, reason: str, now: datetime, random: cases.Random
) -> None:
    """Give a member who lost their key access by another one; the log shows for ever who did so.

    The lost key opens nothing that is written from now on. Identities stay closed to the member
    until somebody who can read them lets the member in again.

    Args:
        case: open for writing, by another member; after an error it has to be opened again.
        recipient: ``age1...``, the member's new public key.
        name: of the member.
        reason: why, in the user's words.
        now: for the log.
        random: source of keys.

    Raises:
        InputError: if there is no such member, it is the member who asks, or the key is not an age
            recipient or has access already.
    """
    own = _("another member replaces your key; you cannot do so yourself")
    member = _other_member(case, name, own)
    if any(one.recipient == recipient for one in case.chain.members.values() if one.is_current):
        raise InputError(_("this key has access already; expected a new one"))
    unlocked = Unlocked(case.unlocked.root_key, None, member, random(32))
    new = slots.make_age_slot(recipient, unlocked, slot_id=random(8).hex())
    public = signing.public_key(unlocked.signing_seed)
    number = case.chain.members[member].keys[-1].number + 1
    keys = custody.Keys(recipient, public.hex(), number)
    both = replace(case.file, slots=(*case.file.slots, new))
    cases.write_casefile(case.folder, both, case.unlocked.root_key)
    with database.transaction(case.database):
        case.database.execute("DELETE FROM slots WHERE member = ?", (member,))
        case.database.execute("INSERT INTO slots VALUES (?, ?)", (new.id, member))
        case.database.execute("UPDATE members SET recipient = ? WHERE id = ?", (recipient, member))
        _put_key(case, member, keys)
        state = cases.member_state(case, member)
        change = Change("replace-key", f"member/{member}", state, None, reason, keys=keys)
        cases.append(case, [change], now)
    case.file = both
    # From here on `recover` goes on wherever this is interrupted: the log comes first.
    mending.settle_slots(case, random)


def _put_key(case: Case, member: str, keys: custody.Keys) -> None:
    """Write a member's next key, which signs from the next entry on."""
    key = signing.Key(keys.number, bytes.fromhex(keys.signing), case.size)
    signing.put_key(case.database, member, key)


def _other_member(case: Case, name: str, refusal: str) -> str:
    """Return the id of another member who has access.

    Args:
        case: open.
        name: of the member.
        refusal: what to say to a member who asks for themselves.

    Raises:
        InputError: if there is none of this name, or it is the member who asks.
    """
    found = [member for member, other, left in members(case) if other == name and not left]
    if not found:
        raise InputError(_("there is no member of this name: {name}").format(name=name))
    if found[0] == case.unlocked.member:
        raise InputError(refusal)
    return found[0]


def has_a_key_of_others(case: Case) -> bool:
    """Return whether the member's signing key is one that somebody else made."""
    me = case.chain.members.get(case.unlocked.member)
    if me is None:
        return False  # only the tables know them, and nothing that they sign counts
    if me.adopted:  # nothing says who made it but that first keys came with access
        return case.unlocked.identity is None and len(me.keys) == 1
    return me.made_by != me.id
