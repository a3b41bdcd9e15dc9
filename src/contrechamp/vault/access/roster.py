"""Members as people check them: names, keys in words, who let them in, what nothing proves."""

from dataclasses import dataclass, field
from hashlib import sha256

from contrechamp.base.errors import CheckFailedError
from contrechamp.base.i18n import _
from contrechamp.vault import state_shapes
from contrechamp.vault.access import members
from contrechamp.vault.access.recovery_keys import proquints
from contrechamp.vault.case import Case
from contrechamp.vault.log import canonical, custody, roll
from contrechamp.vault.values import blob

#: Bytes of a key's hash that its words hold: to find another key of the same words takes some
#: 2^80 tries.
WORDS_BYTES = 10


@dataclass(frozen=True)
class Listed:
    """A member, as the log says.

    Args:
        id: id of the member.
        name: as the record says, which the log fixes.
        key: words of the age key to which the member's access is encrypted; "" if unknown.
        signs: words of the key that the member signs with.
        since: number of the entry that made them a member; -1 if the log does not prove one.
        by: name of the member who let them in.
        reads_identities: whether they can open the compartment of identities.
        left: whether access was taken away.
        unproven: whether nothing before the entry `since` is proven.
        key_made_by: name of another member who made the key that they sign with; "" if they did.
        replaced: numbers of the entries by which others replaced their keys.
    """

    id: str
    name: str
    key: str = ""
    signs: str = ""
    since: int = -1
    by: str = ""
    reads_identities: bool = False
    left: bool = False
    unproven: bool = False
    key_made_by: str = ""
    replaced: tuple[int, ...] = field(default=())


def words_of(key: bytes) -> str:
    """Return a public key in words, to be compared over the telephone: five, of 16 bits each.

    Args:
        key: an age recipient as ASCII, or a raw Ed25519 key.
    """
    return proquints(sha256(b"contrechamp/key\n" + key).digest()[:WORDS_BYTES])


def words_of_recipient(recipient: str) -> str:
    """Return an age recipient in words; see `words_of`."""
    return words_of(recipient.encode())


def roster(case: Case) -> list[Listed]:
    """Return all members, in the order in which they came; those who left before all else last.

    Raises:
        CheckFailedError: if the name of one is not what the log fixes.
    """
    chain = case.chain
    names = {one: _name(case, member) for one, member in chain.members.items()}
    readers = {who for one in chain.current() for who in chain.readers(one)}
    found = [_listed(one, names, readers, chain) for one in chain.members.values()]
    unknown = [each for each in members.members(case) if each[0] not in chain.members]
    return found + [Listed(one, name, left=True, unproven=True) for one, name, _left in unknown]


def _listed(
    one: roll.Member, names: dict[str, str], readers: set[str], chain: roll.Chain
) -> Listed:
    by_another = one.made_by not in {"", one.id}
    return Listed(
        id=one.id,
        name=names[one.id],
        key=words_of_recipient(one.recipient),
        signs=words_of(one.keys[-1].public),
        since=one.since if chain.birth else -1,
        by=names.get(one.by, one.by),
        reads_identities=one.id in readers,
        left=not one.is_current,
        unproven=one.adopted,
        key_made_by=names.get(one.made_by, one.made_by) if by_another else "",
        replaced=one.replaced,
    )


def _name(case: Case, member: roll.Member) -> str:
    """Return the name in a member's record, which has to be what the newest entry fixes."""
    row = case.database.execute(
        "SELECT salt, state FROM records WHERE subject = ?", (roll.MEMBER + member.id,)
    ).fetchone()
    if row is not None and (
        not member.digest
        or custody.digest(blob(row[0], "records.salt", 64), blob(row[1], "records.state"))
        == member.digest
    ):
        state = state_shapes.checked(
            roll.MEMBER + member.id, canonical.loads(blob(row[1], "records.state"))
        )
        return str(state.get("name", member.id))
    raise CheckFailedError(
        _("the record of a member is not what the log says: verify the case"),
        where=roll.MEMBER + member.id,
    )
