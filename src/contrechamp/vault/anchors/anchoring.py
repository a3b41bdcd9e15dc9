"""The anchors of a case: they wait there until they are sent, and their proofs are kept there."""

import contextlib
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from contrechamp.base.errors import ContrechampError, InputError
from contrechamp.base.i18n import _
from contrechamp.vault import database
from contrechamp.vault.anchors import anchor, ots, rfc3161
from contrechamp.vault.anchors.anchor import Anchor, Post
from contrechamp.vault.case import Case, Random
from contrechamp.vault.log import checkpoint
from contrechamp.vault.log.history import newest_checkpoint
from contrechamp.vault.values import blob

#: Fetches an address; returns None if there is nothing there, raises OSError if nobody answers.
Get = Callable[[str], bytes | None]


@dataclass(frozen=True)
class Sent:
    """What became of an anchor.

    Args:
        kind: `anchor.RFC3161` or `anchor.OPENTIMESTAMPS`.
        addresses: addresses that were asked.
        size: number of entries of the checkpoint.
        problem: why it is still waiting; "" if it has a proof now.
    """

    kind: str
    addresses: tuple[str, ...]
    size: int
    problem: str


def ask(
    case: Case, *, authority: str | None, calendars: Sequence[str], random: Random, post: Post
) -> list[Sent]:
    """Have the newest checkpoint dated by others, and send the anchors that were waiting.

    Args:
        case: open for writing.
        authority: address of a timestamp authority (RFC 3161).
        calendars: addresses of OpenTimestamps calendars.
        random: source of the nonce that hides the checkpoint from calendars.
        post: reaches the network.
    """
    note = newest_checkpoint(case)
    if authority:
        queue(case, anchor.rfc3161_anchor(note, authority))
    if calendars:
        queue(case, anchor.opentimestamps_anchor(note, tuple(calendars), random))
    return send_waiting(case, post)


def queue(case: Case, wanted: Anchor) -> None:
    """Put an anchor into the queue of a case that is open for writing."""
    size = checkpoint.parse(wanted.note)[0].size
    with database.transaction(case.database):
        case.database.execute(
            "INSERT INTO anchors (size, entry) VALUES (?, ?)", (size, anchor.to_bytes(wanted))
        )


def send_waiting(case: Case, post: Post) -> list[Sent]:
    """Send every waiting anchor; those that cannot be sent keep waiting.

    Args:
        case: open for writing.
        post: reaches the network.
    """
    sent = []
    rows = case.database.execute(
        "SELECT id, size, entry FROM anchors WHERE proof IS NULL ORDER BY id"
    ).fetchall()
    for row, size, entry in rows:
        waiting = anchor.from_bytes(blob(entry, "anchors.entry"))
        try:
            proof = anchor.send(waiting, post)
        except OSError as error:
            problem = error.strerror or str(error) or type(error).__name__
        except ContrechampError as error:
            problem = str(error)
        else:
            problem = ""
            with database.transaction(case.database):
                case.database.execute("UPDATE anchors SET proof = ? WHERE id = ?", (proof, row))
        sent.append(Sent(waiting.kind, waiting.addresses, int(size), problem))
    return sent


def upgrade_promises(case: Case, get: Get) -> int:
    """Ask calendars which block holds what they promised; return how many promises became proofs.

    A calendar is asked only if whoever anchored named it, or the OpenTimestamps client trusts it.

    Args:
        case: open for writing.
        get: fetches an address; returns None if there is nothing yet.
    """
    count = 0
    rows = case.database.execute(
        "SELECT id, entry, proof FROM anchors WHERE proof IS NOT NULL ORDER BY id"
    ).fetchall()
    for row, entry, stored in rows:
        dated, proof = (
            anchor.from_bytes(blob(entry, "anchors.entry")),
            blob(stored, "anchors.proof"),
        )
        if dated.kind != anchor.OPENTIMESTAMPS:
            continue
        message = dated.note.encode()
        with contextlib.suppress(OSError, ContrechampError):  # it stays the promise that it was
            if any(one.kind == "bitcoin" for one in ots.attestations(proof, message)):
                continue
            named = _Named(dated.addresses)
            newer = ots.upgrade(proof, message, get, calendars=named)
            if any(one.kind == "bitcoin" for one in ots.attestations(newer, message)):
                count += 1
            if newer != proof:
                with database.transaction(case.database):
                    case.database.execute("UPDATE anchors SET proof = ? WHERE id = ?", (newer, row))
    return count


class _Named(Container[str]):
    """The calendars that may be asked."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self._addresses = {one.rstrip("/") for one in addresses}

    def __contains__(self, address: object) -> bool:
        return isinstance(address, str) and (
            address.rstrip("/") in self._addresses or address in ots.CALENDARS
        )


def problems(case: Case, trusted: Sequence[x509.Certificate]) -> list[tuple[int, str]]:
    """Return size and message of every anchor that does not prove what it should.

    Args:
        case: open.
        trusted: root certificates of timestamp authorities. Without any, a timestamp is only
            checked to be of its checkpoint, whoever signed it.
    """
    found = []
    notes = {
        str(note) for (note,) in case.database.execute("SELECT note FROM checkpoints").fetchall()
    }
    for size, entry, proof in case.database.execute(
        "SELECT size, entry, proof FROM anchors WHERE proof IS NOT NULL ORDER BY id"
    ).fetchall():
        try:
            dated = anchor.from_bytes(blob(entry, "anchors.entry"))
            _check(dated, blob(proof, "anchors.proof"), trusted)
            if dated.note not in notes:
                raise InputError(_("it is of a checkpoint that the case does not have"))
        except ContrechampError as error:
            found.append((int(size), str(error)))
    return found


def dates(case: Case, trusted: Sequence[x509.Certificate]) -> list[tuple[int, datetime]]:
    """Return number of entries and time of every checkpoint that a trusted authority dated.

    Args:
        case: open.
        trusted: root certificates of timestamp authorities; without any, no time is proved.
    """
    found = []
    for entry, proof in case.database.execute(
        "SELECT entry, proof FROM anchors WHERE proof IS NOT NULL ORDER BY id"
    ).fetchall():
        with contextlib.suppress(ContrechampError):  # told by `problems`
            dated = anchor.from_bytes(bytes(entry))
            if trusted and dated.kind == anchor.RFC3161:
                said = rfc3161.check(bytes(proof), dated.note.encode(), trusted)
                found.append((checkpoint.parse(dated.note)[0].size, said.at))
    return found


def proved(case: Case) -> list[tuple[Anchor, bytes]]:
    """Return the anchors of a case that have a proof, with it, in the order of their checkpoints.

    Whether the proofs hold is for `problems` to say.
    """
    rows = case.database.execute(
        "SELECT entry, proof FROM anchors WHERE proof IS NOT NULL ORDER BY size, id"
    ).fetchall()
    return [
        (anchor.from_bytes(blob(entry, "anchors.entry")), blob(proof, "anchors.proof"))
        for entry, proof in rows
    ]


def _check(dated: Anchor, proof: bytes, trusted: Sequence[x509.Certificate]) -> None:
    message = dated.note.encode()
    if dated.kind == anchor.OPENTIMESTAMPS:
        ots.attestations(proof, message)
    elif trusted:
        rfc3161.check(proof, message, trusted)
    else:
        rfc3161.check_is_reply(proof, message)
