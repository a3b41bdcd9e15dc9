"""Anchors: a checkpoint is shown to somebody outside, so that it cannot be made up later.

A queue entry holds everything that the request needs, so that it can wait, as bytes, until the user
is online. The network is a function that the caller passes in, and so decides how to reach.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.vault.anchors import ots, rfc3161
from contrechamp.vault.log import canonical

RFC3161 = "rfc3161"
OPENTIMESTAMPS = "opentimestamps"

#: Posts to an address a body of a media type, and returns the body of the answer; raises OSError
#: if that fails.
Post = Callable[[str, bytes, str], bytes]

_STAMP_TYPE = "application/octet-stream"
_FIELDS = {"addresses", "kind", "nonce", "note"}


@dataclass(frozen=True)
class Anchor:
    """A checkpoint to be dated, and by whom.

    Args:
        kind: `RFC3161` or `OPENTIMESTAMPS`.
        note: the whole signed checkpoint, so that the anchor dates its signatures as well.
        addresses: address of the one timestamp authority, or addresses of the calendars.
        nonce: random bytes that hide the digest from calendars; empty for an authority.
    """

    kind: str
    note: str
    addresses: tuple[str, ...]
    nonce: bytes = b""


def rfc3161_anchor(note: str, authority: str) -> Anchor:
    """Return an anchor at a timestamp authority, given by its address."""
    return Anchor(RFC3161, note, (authority,))


def opentimestamps_anchor(
    note: str, calendars: Sequence[str], random: Callable[[int], bytes]
) -> Anchor:
    """Return an anchor at OpenTimestamps calendars, given by their addresses."""
    return Anchor(OPENTIMESTAMPS, note, tuple(calendars), random(ots.NONCE_BYTES))


def to_bytes(anchor: Anchor) -> bytes:
    """Return the queue entry of an anchor: canonical JSON."""
    return canonical.dumps(
        {
            "addresses": anchor.addresses,
            "kind": anchor.kind,
            "nonce": anchor.nonce.hex(),
            "note": anchor.note,
        }
    )


def from_bytes(entry: bytes, *, where: str = "") -> Anchor:
    """Read an anchor from its queue entry.

    Raises:
        InputError: it is not a queue entry.
    """
    fields = canonical.loads(entry, where=where)
    if not isinstance(fields, dict) or set(fields) != _FIELDS:
        raise InputError(_wrong(), where=where)
    kind, note, nonce = fields["kind"], fields["note"], fields["nonce"]
    addresses = fields["addresses"]
    texts = [kind, note, nonce, *(addresses if isinstance(addresses, list) else [None])]
    if not all(isinstance(each, str) for each in texts) or not addresses:
        raise InputError(_wrong(), where=where)
    try:
        anchor = Anchor(kind, note, tuple(addresses), bytes.fromhex(nonce))
    except ValueError as error:
        raise InputError(_wrong(), where=where) from error
    nonce_bytes = {RFC3161: 0, OPENTIMESTAMPS: ots.NONCE_BYTES}.get(kind)
    if len(anchor.nonce) != nonce_bytes or anchor.nonce.hex() != nonce:
        raise InputError(_wrong(), where=where)
    return anchor


def send(anchor: Anchor, post: Post) -> bytes:
    """Send an anchor, and return its proof: a timestamp reply (DER) or a stamp file.

    Some of several calendars may fail, as long as one answers. The proof is known to be about the
    right bytes, but is not verified yet: see `rfc3161.check` and `ots.attestations`.

    Args:
        anchor: what is to be dated by whom.
        post: reaches the network.

    Raises:
        OSError: nobody could be reached; the anchor keeps waiting.
        InputError: the answer cannot be read, or is a refusal.
        CheckFailedError: the answer is about something else.
    """
    message = anchor.note.encode()
    if anchor.kind == RFC3161:
        (authority,) = anchor.addresses
        reply = post(authority, rfc3161.request(message), rfc3161.REQUEST_TYPE)
        rfc3161.check_is_reply(reply, message, where=authority)
        return reply
    answers, failures = [], []
    for address in anchor.addresses:
        try:
            answers.append(_ask(address, ots.commitment(message, anchor.nonce), post))
        except (OSError, InputError) as error:
            failures.append(error)
    if not answers:
        raise failures[0]
    return ots.stamp(message, anchor.nonce, answers)


def _ask(calendar: str, commitment: bytes, post: Post) -> bytes:
    answer = post(f"{calendar.rstrip('/')}/digest", commitment, _STAMP_TYPE)
    ots.check_answer(answer, commitment, where=calendar)
    return answer


def _wrong() -> str:
    return _("it is not an anchor that is waiting to be sent")
