"""Timestamps that lie beside what they are of: OpenTimestamps, and of authorities (RFC 3161)."""

from collections.abc import Collection, Sequence

from contrechamp.base.errors import InputError
from contrechamp.vault.anchors import ots, rfc3161
from contrechamp.vault.captures import certificates
from contrechamp.vault.captures.findings import Findings
from contrechamp.vault.captures.told import Told


def check(stamp_file: bytes, there: Collection[str], name: str, checks: Findings) -> None:
    """Say what a stamp in a capture is of, and where it leads.

    Whether a block of Bitcoin holds it is not known without that block's header; `anchors.ots` can
    tell with it.

    Args:
        stamp_file: the stamp.
        there: SHA-256 in hexadecimal of what lies beside it.
        name: of the stamp.
        checks: is filled.
    """
    try:
        digest, leads = ots.stamped(stamp_file)
    except InputError:
        checks.add("stamp-unread", name)
        return
    if digest.hex() not in there:
        checks.add("stamp-of-other", name)
        return
    _tell_leads(leads, name, checks)


def tell_stamp(stamp_file: bytes, told: Told) -> None:
    """Take note of what a stamp is of, and where it leads.

    Args:
        stamp_file: the stamp.
        told: is filled.
    """
    try:
        digest, leads = ots.stamped(stamp_file)
    except InputError:
        told.checks.add("stamp-unread")
        return
    told.say("sha256", digest.hex())
    _tell_leads(leads, "", told.checks)


def _tell_leads(leads: Sequence[ots.Attestation], name: str, checks: Findings) -> None:
    for lead in leads:
        if lead.kind == "bitcoin":
            checks.add("stamp-bitcoin", str(lead.height))
        elif lead.kind == "pending":
            checks.add("stamp-pending", lead.calendar)
        else:
            checks.add("stamp-other", name)


def tell_timestamp(reply: bytes, told: Told) -> None:
    """Take note of what an authority's timestamp is of, when it was made, and who vouches for it.

    Args:
        reply: the answer of the authority, or the token in it, DER.
        told: is filled.
    """
    try:
        stamped = rfc3161.stamped(reply)
    except InputError:
        told.checks.add("stamp-unread")
        return
    told.say(stamped.algorithm, stamped.digest.hex())
    beside = stamped.chain[-1:]
    for roots, code in (
        (certificates.known_roots(), "timestamp-known-root"),
        (beside, "timestamp-unknown-root"),
    ):
        if rfc3161.is_signed(stamped, roots):
            told.checks.add("stamped", stamped.at.strftime("%Y-%m-%dT%H:%M:%SZ"))
            told.checks.add(code, certificates.authority_among(stamped.chain, roots))
            return
    ends = stamped.chain[-1].issuer == stamped.chain[-1].subject
    told.checks.add("timestamp-wrong" if ends else "timestamp-unchecked", _authority(stamped))


def _authority(stamped: rfc3161.Stamped) -> str:
    at = stamped.at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"{certificates.name_of(stamped.chain[0].subject)}, {at}"
