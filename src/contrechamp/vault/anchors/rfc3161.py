"""Timestamps by an authority (RFC 3161): the request, and what a reply proves.

A timestamp says that these bytes existed at this time, signed by an authority that the user
trusts. Only their SHA-256 leaves the machine. With standard tools, years later:

    openssl ts -verify -data NOTE -in REPLY -CAfile ROOTS
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import rfc3161_client
from cryptography import x509

from contrechamp.base.errors import CheckFailedError, InputError
from contrechamp.base.files import too_large
from contrechamp.base.i18n import _

REQUEST_TYPE = "application/timestamp-query"
MAX_REPLY_BYTES = 1 << 18

#: Hashes by their object identifiers (RFC 5754), as hashlib names them.
_ALGORITHMS = {
    "1.3.14.3.2.26": "sha1", "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384", "2.16.840.1.101.3.4.2.3": "sha512",
}  # fmt: skip
_CERTIFICATES = 0xA0  # [0] in SignedData (RFC 5652 5.1)


@dataclass(frozen=True)
class Timestamp:
    """What an authority says.

    Args:
        at: the time, UTC.
        authority: the subject of the certificate that signed (RFC 4514).
        serial: the authority's serial number of the timestamp.
        policy: the object identifier of the policy under which it was made.
        until: the end of that certificate, UTC; after it, nobody answers for its key any more.
    """

    at: datetime
    authority: str
    serial: int
    policy: str
    until: datetime


def request(message: bytes) -> bytes:
    """Return the request for a timestamp of a message, DER.

    It asks for the authority's certificates, so that the reply can be checked later without asking
    the authority. It has no nonce: an older reply for the same bytes gives an earlier time, which
    is just as true.

    Args:
        message: what to have stamped, not empty.
    """
    return _asked(message).as_bytes()


def roots(pem: bytes, *, where: str = "") -> list[x509.Certificate]:
    """Return the certificates of a PEM file: authorities that the user trusts.

    Raises:
        InputError: the file has no certificate, or one cannot be read.
    """
    try:
        return x509.load_pem_x509_certificates(pem)
    except ValueError as error:
        raise InputError(
            _("expected the root certificates of timestamp authorities (PEM)"), where=where
        ) from error


def check(
    reply: bytes,
    message: bytes,
    trusted: Sequence[x509.Certificate],
    *,
    chain: Sequence[x509.Certificate] = (),
    where: str = "",
) -> Timestamp:
    """Return what a timestamp says, checked against the authorities that the user trusts.

    The certificates have to be valid at the time that the timestamp gives, not today.

    Args:
        reply: the authority's answer, DER, as it came.
        message: what was stamped.
        trusted: root certificates, at least one; `roots` reads them.
        chain: the authority's own certificate, and those between it and the root, where they came
            beside the reply and not in it.
        where: the place to name in errors.

    Raises:
        InputError: it is not a timestamp reply, or is a refusal.
        CheckFailedError: it is of other bytes, was altered, or no trusted authority signed it.
    """
    check_is_reply(reply, message, where=where)
    response = _granted(reply, where)
    try:
        _verifier(trusted, chain).verify_message(response, message)
        signer = _signer(response, chain)
    # Manipulated certificates raise errors of many kinds; whichever it is, the check failed.
    except Exception as error:
        untrusted = _("the timestamp was altered, or no trusted authority signed it")
        raise CheckFailedError(untrusted, where=where) from error
    said = response.tst_info
    return Timestamp(
        said.gen_time,
        signer.subject.rfc4514_string(),
        said.serial_number,
        said.policy.dotted_string,
        signer.not_valid_after_utc,
    )


def check_is_reply(reply: bytes, message: bytes, *, where: str = "") -> None:
    """Check that a reply is a timestamp of a message, whoever signed it.

    This shows that what has just come from the network is worth keeping. Whether it can be trusted
    is for `check`.

    Raises:
        InputError: it is not a timestamp reply, or is a refusal.
        CheckFailedError: it is of other bytes.
    """
    wanted = _asked(message).message_imprint
    got = _granted(reply, where).tst_info.message_imprint
    if (got.hash_algorithm, got.message) != (wanted.hash_algorithm, wanted.message):
        raise CheckFailedError(_("the timestamp is of something else"), where=where)


@dataclass(frozen=True)
class Stamped:
    """A timestamp that somebody else had made, whatever it is of.

    Args:
        algorithm: of the hash, as hashlib names it.
        digest: of what is stamped.
        at: the time that it gives, UTC.
        chain: the certificates in it, that of the authority first, each before the one above it.
        response: as the library has it.
    """

    algorithm: str
    digest: bytes
    at: datetime
    chain: tuple[x509.Certificate, ...]
    response: rfc3161_client.TimeStampResponse


def stamped(reply: bytes, *, where: str = "") -> Stamped:
    """Return what a timestamp says, unchecked; `is_signed` checks it.

    Args:
        reply: an authority's answer, or the token in it alone, DER.
        where: the place to name in errors.

    Raises:
        InputError: it is neither, is a refusal, or of a hash that is not known here.
    """
    try:
        response = _granted(reply, where)
    except InputError:
        response = _granted(_as_reply(reply), where)
    said = response.tst_info
    algorithm = _ALGORITHMS.get(said.message_imprint.hash_algorithm.dotted_string)
    try:
        found = [x509.load_der_x509_certificate(one) for one in response.signed_data.certificates]
        signer = _signer(response)
    except ValueError as error:
        raise InputError(_("it is not a timestamp reply (RFC 3161)"), where=where) from error
    if algorithm is None:
        raise InputError(_("it is not a timestamp reply (RFC 3161)"), where=where)
    chain = [signer]
    while above := [one for one in found if one.subject == chain[-1].issuer and one not in chain]:
        chain.append(above[0])  # those that name each other in a circle end it, too
    return Stamped(algorithm, said.message_imprint.message, said.gen_time, tuple(chain), response)


def is_signed(stamp: Stamped, trusted: Sequence[x509.Certificate]) -> bool:
    """Return whether an authority below one of these certificates signed a timestamp."""
    try:
        _verifier(trusted, stamp.chain).verify(stamp.response, stamp.digest)
    # Manipulated certificates raise errors of many kinds; whichever it is, the check failed.
    except Exception:
        return False
    return True


def _as_reply(token: bytes) -> bytes:
    """Return the answer of an authority that grants a token (RFC 3161, 2.4.2)."""
    body = bytes.fromhex("3003020100") + token
    size = len(body).to_bytes((len(body).bit_length() + 7) // 8)
    return b"\x30" + bytes([0x80 | len(size)]) + size + body


def _asked(message: bytes) -> rfc3161_client.TimeStampRequest:
    builder = (
        rfc3161_client.TimestampRequestBuilder()
        .data(message)
        .hash_algorithm(rfc3161_client.HashAlgorithm.SHA256)
        .nonce(nonce=False)
        .cert_request(cert_request=True)
    )
    return builder.build()


def _granted(reply: bytes, where: str) -> rfc3161_client.TimeStampResponse:
    if len(reply) > MAX_REPLY_BYTES:
        raise too_large(where, MAX_REPLY_BYTES)
    try:
        response = rfc3161_client.decode_timestamp_response(_in_der_order(reply))
        granted = response.status == rfc3161_client.PKIStatus.GRANTED
        if granted:
            _read_through(response)
    except ValueError as error:
        raise InputError(_("it is not a timestamp reply (RFC 3161)"), where=where) from error
    if not granted:
        raise InputError(
            _("the timestamp authority refused (status {status})").format(status=response.status),
            where=where,
        )
    return response


def _read_through(response: rfc3161_client.TimeStampResponse) -> None:
    """Read every part that is needed later: the library parses lazily, and may raise only then."""
    said = response.tst_info
    _all = (said.gen_time, said.serial_number, said.policy, said.message_imprint)


def _verifier(
    trusted: Sequence[x509.Certificate], chain: Sequence[x509.Certificate]
) -> rfc3161_client.Verifier:
    builder = rfc3161_client.VerifierBuilder(roots=list(trusted))
    # A trusted root that another one certified too comes along as if it stood below that one, and
    # it would be chance which of the two the library goes by.
    named = {one.subject for one in trusted}
    for number, certificate in enumerate(chain):
        if number == 0:
            builder = builder.tsa_certificate(certificate)
        # The library trusts a root that it is given as anything: what comes with a reply is none.
        elif certificate.issuer != certificate.subject and certificate.subject not in named:
            builder = builder.add_intermediate_certificate(certificate)
    return builder.build()


def _signer(
    response: rfc3161_client.TimeStampResponse, beside: Sequence[x509.Certificate] = ()
) -> x509.Certificate:
    """Return the certificate that the signature names.

    The library checks the purpose of *a* certificate of that name; a second one of the same name,
    slipped in among those that are not signed, must not stand in for the first.
    """
    (info,) = response.signed_data.signer_infos
    embedded = map(x509.load_der_x509_certificate, response.signed_data.certificates)
    (signer,) = {
        each
        for each in (*embedded, *beside)
        if (each.issuer, each.serial_number) == (info.issuer, info.serial_number)
    }
    return signer


def _in_der_order(reply: bytes) -> bytes:
    """Return the reply with its certificates in the order that DER requires of sets.

    OpenSSL, and so every authority that runs it, writes them in any order, which the library
    refuses. They are not part of what is signed, and sorting them changes no length.
    """
    try:
        response = list(_parts(reply, *_part(reply, 0)[2:]))
        token = list(_parts(reply, *response[1][2:]))
        signed_data = list(_parts(reply, *token[1][2:]))
        for tag, _start, body, end in _parts(reply, *signed_data[0][2:]):
            if tag == _CERTIFICATES:
                each = sorted(
                    reply[start:stop] for _tag, start, _b, stop in _parts(reply, body, end)
                )
                return reply[:body] + b"".join(each) + reply[end:]
    except (IndexError, ValueError):
        pass  # malformed: the library will say so
    return reply


def _parts(der: bytes, start: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield tag, start, start of content and end of each value between two offsets (X.690 8.1)."""
    while start < end:
        part = _part(der, start)
        if part[3] > end:
            raise ValueError("a value reaches past the one that holds it")
        yield part
        start = part[3]


def _part(der: bytes, start: int) -> tuple[int, int, int, int]:
    length, body = der[start + 1], start + 2
    if length >= 0x80:
        body += length & 0x7F
        length = int.from_bytes(der[start + 2 : body])
    return der[start], start, body, body + length
