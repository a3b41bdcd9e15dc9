"""The signature of a WACZ, after the specification "WACZ Signing and Verification" 0.1.0.

It is of the hash of ``datapackage.json``, by one of two kinds of signer:

- a key that travels in the file: that shows that nobody without this key changed it since. Whose
  key it is, the file cannot tell.
- the key of a web server's certificate, with a timestamp (RFC 3161) of an authority: that shows
  which domain signed it, and when, as far as those who vouch for the two are known and trusted.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from contrechamp.base.errors import CheckFailedError, InputError
from contrechamp.vault.anchors import rfc3161
from contrechamp.vault.captures import certificates
from contrechamp.vault.captures.findings import Findings
from contrechamp.vault.captures.warc_digests import parsed

#: How long after the time that a signer states the authority's may be.
MAX_DELAY = timedelta(minutes=10)

#: What keys and certificates of strangers make the library raise.
_UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm, binascii.Error, OverflowError)


def check(package: bytes, digest_file: bytes, checks: Findings) -> None:
    """Check the hash of ``datapackage.json``, and the signature over it.

    Args:
        package: ``datapackage.json``.
        digest_file: ``datapackage-digest.json``.
        checks: is filled.
    """
    told = _object(digest_file)
    text = _text(told.get("hash"))
    found = parsed(text)
    if found is None:
        checks.add("list-unread", "datapackage-digest.json")
    elif hashlib.new(found[0], package, usedforsecurity=False).digest() != found[1]:
        checks.add("list-changed", "datapackage.json")
    else:
        checks.add("list-agrees")
    signed = told.get("signedData")
    if not isinstance(signed, dict):
        checks.add("unsigned")
        return
    # What is signed is this text; only the hash itself was compared with the file.
    if parsed(_text(signed.get("hash"))) != found or found is None:
        checks.add("signature-of-other")
    _signature(signed, checks)


def _signature(signed: Mapping[str, Any], checks: Findings) -> None:
    named = [name for name in ("publicKey", "domainCert") if name in signed]
    try:
        signature = base64.b64decode(_text(signed.get("signature")), validate=True)
    except ValueError:
        signature = b""
    if not named or not signature:
        checks.add("signature-unread")
        return
    stamped = _timestamp(signed, checks)
    if "publicKey" in named:
        _by_key(signed, signature, checks)
    if "domainCert" in named:
        _by_domain(signed, signature, stamped, checks)


def _by_key(signed: Mapping[str, Any], signature: bytes, checks: Findings) -> None:
    try:
        key = _public_key(_text(signed.get("publicKey")))
    except _UNREADABLE:
        checks.add("signature-unread")
        return
    code = _code(key, signature, _text(signed.get("hash")))
    if code:
        checks.add(code)
        return
    der = key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    checks.add("signed-by-key", hashlib.sha256(der).hexdigest())


def _by_domain(
    signed: Mapping[str, Any], signature: bytes, stamped: datetime | None, checks: Findings
) -> None:
    try:
        chain = certificates.chain(_text(signed.get("domainCert")))
        key = chain[0].public_key()
    except (*_UNREADABLE, IndexError):
        checks.add("signature-unread")
        return
    code = _code(key, signature, _text(signed.get("hash")))
    if code:
        checks.add(code)
        return
    domain = _text(signed.get("domain"))
    if domain not in certificates.domains(chain[0]):
        checks.add("domain-differs", domain)
    else:
        _authority(chain, domain, stamped, checks)


def _authority(
    chain: Sequence[x509.Certificate], domain: str, stamped: datetime | None, checks: Findings
) -> None:
    """Say who vouches for a domain; the time that a signer states himself is none to judge by."""
    root = certificates.last_authority(chain)
    if stamped is None:
        checks.add("chain-unchecked", domain)
    elif not certificates.is_valid_at(chain[0], stamped):
        checks.add("certificate-not-valid", domain)
    elif known := certificates.known_root(chain, domain, stamped):
        checks.add("signed-by-domain", domain)
        checks.add("chain-known-root", known)
    elif certificates.is_unbroken(chain):
        checks.add("chain-unknown-root", f"{domain}, {root}")
    else:
        checks.add("chain-broken", domain)


def _timestamp(signed: Mapping[str, Any], checks: Findings) -> datetime | None:
    """Return the time of a timestamp of the signature; None if there is none that holds."""
    if "timeSignature" not in signed:
        return None
    try:
        reply = base64.b64decode(_text(signed["timeSignature"]), validate=True)
        chain = certificates.chain(_text(signed.get("timestampCert")))
    except _UNREADABLE:
        checks.add("timestamp-wrong")
        return None
    message = _text(signed.get("signature")).encode()
    stamp = None
    for roots, code in (
        (certificates.known_roots(), "timestamp-known-root"),
        (chain[-1:], "timestamp-unknown-root"),
    ):
        try:
            stamp = rfc3161.check(reply, message, roots, chain=chain)
        except (InputError, CheckFailedError):
            continue
        checks.add("timestamped", stamp.at.strftime("%Y-%m-%dT%H:%M:%SZ"))
        checks.add(code, certificates.last_authority(chain))
        break
    if stamp is None:
        checks.add("timestamp-wrong")
        return None
    created = _time(signed.get("created"))
    if created is None or not timedelta(0) <= stamp.at - created <= MAX_DELAY:
        checks.add("times-differ", _text(signed.get("created")))
    return stamp.at


def _code(key: object, signature: bytes, text: str) -> str:
    """Return what is wrong with a signature of a text; "" if nothing is."""
    if not isinstance(key, ec.EllipticCurvePublicKey):
        return "signature-unknown"
    half = (key.key_size + 7) // 8
    if len(signature) == 2 * half:  # as browsers write it (IEEE P1363)
        parts = (int.from_bytes(signature[:half]), int.from_bytes(signature[half:]))
        forms = [encode_dss_signature(*parts), signature]
    else:
        forms = [signature]
    for form in forms:
        try:
            key.verify(form, text.encode(), ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            continue
        return ""
    return "signature-wrong"


def _public_key(text: str) -> Any:
    if text.startswith("-----"):
        return serialization.load_pem_public_key(text.encode())
    return serialization.load_der_public_key(base64.b64decode(text, validate=True))


def _time(value: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(_text(value))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _object(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content.decode())
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
