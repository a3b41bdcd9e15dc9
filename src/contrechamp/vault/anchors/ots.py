"""OpenTimestamps: proofs that lead to the Bitcoin blockchain, without an authority to trust.

Making one takes two steps. Calendars answer at once with a promise (*pending*); hours later they
can say which block holds it (*bitcoin*), and `upgrade` adds that. Stamp files are those of
opentimestamps.org, so that its own tools read them: `ots verify -f NOTE STAMP`.

A calendar sees only a hash over the digest and a nonce, not even the digest of what is stamped.
"""

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from opentimestamps.calendar import DEFAULT_CALENDAR_WHITELIST
from opentimestamps.core.notary import BitcoinBlockHeaderAttestation, PendingAttestation
from opentimestamps.core.op import OpAppend, OpSHA256
from opentimestamps.core.serialize import (
    BytesDeserializationContext,
    BytesSerializationContext,
    DeserializationError,
)
from opentimestamps.core.timestamp import DetachedTimestampFile, Timestamp

from contrechamp.base.errors import CheckFailedError, InputError
from contrechamp.base.files import too_large, unreadable
from contrechamp.base.i18n import _

NONCE_BYTES = 16
MAX_STAMP_BYTES = 1 << 18
HEADER_BYTES = 80
#: Zeros that the hash of a block begins with, in bits; blocks of 2016 began with 69.
LEAST_WORK_BITS = 64

#: Calendars that a stamp may refer us to: those that the OpenTimestamps client trusts by default.
CALENDARS: Container[str] = DEFAULT_CALENDAR_WHITELIST


@dataclass(frozen=True)
class Attestation:
    """What a stamp leads to.

    Args:
        kind: ``pending`` (a calendar's promise), ``bitcoin`` or ``other``.
        commitment: the bytes that the calendar holds, or the Merkle root of the block.
        calendar: the address of the calendar, if pending.
        height: the height of the block, if bitcoin.
    """

    kind: str
    commitment: bytes
    calendar: str = ""
    height: int = 0


def commitment(message: bytes, nonce: bytes) -> bytes:
    """Return the 32 bytes to post to the calendars (address + ``/digest``) for a message."""
    return sha256(sha256(message).digest() + nonce).digest()


def check_answer(answer: bytes, committed: bytes, *, where: str = "") -> None:
    """Check that a calendar's answer to a commitment can be read.

    Raises:
        InputError: it cannot.
    """
    _answer(answer, committed, where)


def stamp(message: bytes, nonce: bytes, answers: Sequence[bytes], *, where: str = "") -> bytes:
    """Return the stamp file made from calendars' answers.

    Args:
        message: what is stamped.
        nonce: `NONCE_BYTES` random bytes, the same as for `commitment`.
        answers: what the calendars answered, at least one answer.
        where: the place to name in errors.

    Raises:
        InputError: an answer cannot be read, or there is none.
    """
    if not answers:
        raise InputError(_("no calendar answered"), where=where)
    top = Timestamp(sha256(message).digest())
    nonced = top.ops.add(OpAppend(nonce)).ops.add(OpSHA256())
    for answer in answers:
        nonced.merge(_answer(answer, nonced.msg, where))
    return _written(DetachedTimestampFile(OpSHA256(), top))


def attestations(stamp_file: bytes, message: bytes, *, where: str = "") -> tuple[Attestation, ...]:
    """Return what a stamp leads to, bitcoin first.

    Raises:
        InputError: it is not a stamp file.
        CheckFailedError: it is a stamp of other bytes.
    """
    return _in_order(_read(stamp_file, message, where))


def _in_order(top: Timestamp) -> tuple[Attestation, ...]:
    order = {"bitcoin": 0, "pending": 1, "other": 2}
    return tuple(
        sorted(_leads(top), key=lambda each: (order[each.kind], each.height, each.calendar))
    )


def stamped(stamp_file: bytes, *, where: str = "") -> tuple[bytes, tuple[Attestation, ...]]:
    """Return the SHA-256 of what a stamp is of, and what the stamp leads to, bitcoin first.

    Raises:
        InputError: it is not a stamp file, or one of another hash.
    """
    read = _detached(stamp_file, where)
    if read.file_hash_op != OpSHA256():
        raise InputError(_("it is not an OpenTimestamps file"), where=where)
    return read.file_digest, _in_order(read.timestamp)


def upgrade(
    stamp_file: bytes,
    message: bytes,
    get: Callable[[str], bytes | None],
    *,
    calendars: Container[str] = CALENDARS,
    where: str = "",
) -> bytes:
    """Return a stamp with what its calendars know by now; the same bytes if that is nothing new.

    Args:
        stamp_file: the stamp.
        message: what is stamped.
        get: fetches an address; returns None if the calendar has nothing yet.
        calendars: the addresses that may be asked; others that a stamp names are ignored.
        where: the place to name in errors.

    Raises:
        InputError: the stamp or an answer cannot be read.
        CheckFailedError: it is a stamp of other bytes.
    """
    top = _read(stamp_file, message, where)
    known = set(_leads(top))
    for node in list(_nodes(top)):
        for pending in [each for each in node.attestations if type(each) is PendingAttestation]:
            if pending.uri not in calendars:
                continue
            answer = get(f"{pending.uri.rstrip('/')}/timestamp/{node.msg.hex()}")
            if answer is not None:
                node.merge(_answer(answer, node.msg, where))
    if set(_leads(top)) == known:
        return stamp_file
    return _written(DetachedTimestampFile(OpSHA256(), top))


def bitcoin_time(attestation: Attestation, header: bytes, *, where: str = "") -> datetime:
    """Return the time of the block that an attestation leads to, UTC.

    Args:
        attestation: one of kind ``bitcoin``.
        header: the header of the block at its height, 80 bytes, from a node that the user
            trusts (``bitcoin-cli getblockheader HASH false``). Whether the block is in the
            longest chain is for that node to say.
        where: the place to name in errors.

    Raises:
        InputError: it is not a block header, or the attestation is not of kind ``bitcoin``.
        CheckFailedError: the block does not hold what is stamped.
    """
    if len(header) != HEADER_BYTES or attestation.kind != "bitcoin":
        raise InputError(
            _("expected the header of a Bitcoin block, {size} bytes").format(size=HEADER_BYTES),
            where=where,
        )
    if header[36:68] != attestation.commitment:
        raise CheckFailedError(_("the block does not hold what is stamped"), where=where)
    return datetime.fromtimestamp(int.from_bytes(header[68:72], "little"), UTC)


def block_hash(header: bytes) -> bytes:
    """Return the hash of a block, in the order in which blocks are named: zeros first."""
    return sha256(sha256(header).digest()).digest()[::-1]


def has_work(header: bytes) -> bool:
    """Return whether a header cost what one of Bitcoin's main chain costs, at the least.

    Its hash is below the target that it names, and below 2^(256 - `LEAST_WORK_BITS`): every block
    since OpenTimestamps began (2016) is. Whoever makes one up for themselves has to try some
    2^`LEAST_WORK_BITS` times.
    """
    exponent, mantissa = header[75], int.from_bytes(header[72:75], "little")
    found = int.from_bytes(block_hash(header), "big")
    # Compact form of targets: Bitcoin Core, arith_uint256::SetCompact; 3 is its mantissa's length.
    target = mantissa << (8 * (exponent - 3)) if 3 <= exponent <= 32 else 0
    return found <= target and found >> (256 - LEAST_WORK_BITS) == 0


def _detached(stamp_file: bytes, where: str) -> DetachedTimestampFile:
    context = _context(stamp_file, where)
    try:
        return DetachedTimestampFile.deserialize(context)
    except (DeserializationError, ValueError) as error:
        raise InputError(_("it is not an OpenTimestamps file"), where=where) from error


def _read(stamp_file: bytes, message: bytes, where: str) -> Timestamp:
    read = _detached(stamp_file, where)
    if read.file_hash_op != OpSHA256() or read.file_digest != sha256(message).digest():
        raise CheckFailedError(_("the stamp is of something else"), where=where)
    return read.timestamp


def _answer(answer: bytes, committed: bytes, where: str) -> Timestamp:
    context = _context(answer, where)
    try:
        read = Timestamp.deserialize(context, committed)
        context.assert_eof()
    except (DeserializationError, ValueError) as error:
        raise unreadable(where, form=_("an answer of the calendar")) from error
    return read


def _context(raw: bytes, where: str) -> BytesDeserializationContext:
    if len(raw) > MAX_STAMP_BYTES:
        raise too_large(where, MAX_STAMP_BYTES)
    return BytesDeserializationContext(raw)


def _written(file: DetachedTimestampFile) -> bytes:
    context = BytesSerializationContext()
    file.serialize(context)
    return bytes(context.getbytes())


def _nodes(top: Timestamp) -> Iterable[Timestamp]:
    yield top
    for node in top.ops.values():
        yield from _nodes(node)


def _leads(top: Timestamp) -> Iterable[Attestation]:
    return (_attestation(*each) for each in top.all_attestations())


def _attestation(committed: bytes, leads_to: object) -> Attestation:
    if isinstance(leads_to, PendingAttestation):
        return Attestation("pending", committed, calendar=leads_to.uri)
    if isinstance(leads_to, BitcoinBlockHeaderAttestation):
        return Attestation("bitcoin", committed, height=leads_to.height)
    return Attestation("other", committed)
