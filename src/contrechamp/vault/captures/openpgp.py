"""Detached OpenPGP signatures (RFC 9580), as far as capture tools make them: version 4.

Only this is told: which of some public keys made a signature over some content. User names in a
key, its dates, subkeys' bindings and revocations are not looked at, for none of that is shown by a
key that travels with what it signed: a signer is its fingerprint, of the very key that signed.
Whatever is of another version or kind is `UnknownError`, and is said to be unchecked.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature

MAX_BYTES, MAX_PACKETS, MAX_KEYS = 1 << 18, 1_000, 20
#: Shortest RSA key that is believed.
MIN_RSA_BITS = 2048

_SIGNATURE, _KEY, _SUBKEY = 2, 6, 14
_BINARY, _TEXT = 0, 1
_RSA, _ECDSA, _EDDSA, _ED25519 = (1, 3), 19, 22, 27
_HASHES: Final[dict[int, tuple[str, hashes.HashAlgorithm]]] = {
    8: ("sha256", hashes.SHA256()), 9: ("sha384", hashes.SHA384()),
    10: ("sha512", hashes.SHA512()), 11: ("sha224", hashes.SHA224()),
}  # fmt: skip
_CURVES: Final[dict[bytes, ec.EllipticCurve]] = {
    bytes.fromhex("2a8648ce3d030107"): ec.SECP256R1(),
    bytes.fromhex("2b81040022"): ec.SECP384R1(),
    bytes.fromhex("2b81040023"): ec.SECP521R1(),
}
_ED25519_CURVE = bytes.fromhex("2b06010401da470f01")


class UnknownError(Exception):
    """Raised for what is no signature or key of a kind that is checked here, or none at all."""


class Key(NamedTuple):
    """A public key, and its fingerprint in hexadecimal capitals."""

    fingerprint: str
    algorithm: int
    public: Any


class Signature(NamedTuple):
    """A signature, read but not checked.

    Args:
        is_text: whether line ends were made CR LF before it was signed.
        algorithm: of the key, by its number.
        hash_number: of the hash.
        trailer: what is hashed after the content.
        values: the numbers that it is made of, or the bytes.
        issuer: last digits of the fingerprint of the key that it names; "" if it names none.
    """

    is_text: bool
    algorithm: int
    hash_number: int
    trailer: bytes
    values: tuple[bytes, ...]
    issuer: str

    def hashing(self) -> "Hashing":
        """Return what is fed with the content."""
        return Hashing(self)


class Hashing:
    """The content of a signature, as it is being read."""

    def __init__(self, signature: Signature) -> None:
        self._signature = signature
        self._hash = hashlib.new(_HASHES[signature.hash_number][0])
        self._after_cr = False

    def update(self, piece: bytes) -> None:
        """Read on."""
        if self._signature.is_text and piece:
            # A line end that two pieces share is one line end.
            joined = b"\r" + piece if self._after_cr else piece
            self._after_cr = joined.endswith(b"\r")
            joined = joined[:-1] if self._after_cr else joined
            piece = joined.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        self._hash.update(piece)

    def signer(self, keys: Sequence[Key]) -> str:
        """Return the fingerprint of the key that signed what was read; "" if none of them did."""
        if self._after_cr:
            self._hash.update(b"\r")
        signed = self._signature
        self._hash.update(signed.trailer)
        digest = self._hash.digest()
        named = [key for key in keys if signed.issuer and key.fingerprint.endswith(signed.issuer)]
        for key in named or keys:
            if key.algorithm == signed.algorithm or {key.algorithm, signed.algorithm} <= {*_RSA}:
                try:
                    _verify(key, signed, digest)
                except (InvalidSignature, ValueError, IndexError):
                    continue
                return key.fingerprint
        return ""


def _verify(key: Key, signed: Signature, digest: bytes) -> None:
    """Check a signature of a digest; raises InvalidSignature or ValueError if it does not fit."""
    algorithm = _HASHES[signed.hash_number][1]
    if isinstance(key.public, rsa.RSAPublicKey):
        size = (key.public.key_size + 7) // 8
        value = signed.values[0].rjust(size, b"\0")
        key.public.verify(value, digest, padding.PKCS1v15(), Prehashed(algorithm))
    elif isinstance(key.public, ec.EllipticCurvePublicKey):
        numbers = [int.from_bytes(one) for one in signed.values[:2]]
        der = encode_dss_signature(numbers[0], numbers[1])
        key.public.verify(der, digest, ec.ECDSA(Prehashed(algorithm)))
    else:
        key.public.verify(b"".join(one.rjust(32, b"\0") for one in signed.values), digest)


def keys(content: bytes) -> list[Key]:
    """Return the public keys, subkeys included, in a file that can be checked with.

    Raises:
        UnknownError: if there is none.
    """
    found: list[Key] = []
    for tag, body in _packets(content):
        if tag in (_KEY, _SUBKEY) and len(found) < MAX_KEYS:
            try:
                found.append(_key(body))
            except (UnknownError, ValueError, IndexError, UnsupportedAlgorithm):
                continue
    if not found:
        raise UnknownError
    return found


def signature(content: bytes) -> Signature:
    """Return the signature in a file.

    Raises:
        UnknownError: if there is none that can be checked.
    """
    for tag, body in _packets(content):
        if tag == _SIGNATURE:
            try:
                return _signature(body)
            except (ValueError, IndexError):
                break
    raise UnknownError


def _key(body: bytes) -> Key:
    if body[0] != 4:
        raise UnknownError
    fingerprint = hashlib.sha1(
        b"\x99" + len(body).to_bytes(2) + body, usedforsecurity=False
    ).hexdigest()
    algorithm, material = body[5], body[6:]
    return Key(fingerprint.upper(), algorithm, _public(algorithm, material))


def _public(algorithm: int, material: bytes) -> Any:
    if algorithm in _RSA:
        modulus, exponent = (int.from_bytes(one) for one in _numbers(material, 2))
        if modulus.bit_length() < MIN_RSA_BITS or exponent.bit_length() > 64:
            raise UnknownError
        return rsa.RSAPublicNumbers(exponent, modulus).public_key()
    if algorithm == _ED25519:
        return Ed25519PublicKey.from_public_bytes(material[:32])
    if algorithm not in (_ECDSA, _EDDSA):
        raise UnknownError
    curve, rest = material[1 : 1 + material[0]], material[1 + material[0] :]
    (point,) = _numbers(rest, 1)
    if algorithm == _EDDSA and curve == _ED25519_CURVE and point[:1] == b"\x40":
        return Ed25519PublicKey.from_public_bytes(point[1:])
    if algorithm == _ECDSA and curve in _CURVES:
        return ec.EllipticCurvePublicKey.from_encoded_point(_CURVES[curve], point)
    raise UnknownError


def _signature(body: bytes) -> Signature:
    version, kind, algorithm, hash_number = body[:4]
    known = algorithm in (*_RSA, _ECDSA, _EDDSA, _ED25519) and hash_number in _HASHES
    if version != 4 or kind not in (_BINARY, _TEXT) or not known:
        raise UnknownError
    hashed, at = _counted(body, 4)
    signed = body[:at]
    unhashed, at = _counted(body, at)
    rest = body[at + 2 :]  # two bytes of the digest, for those in a hurry
    if algorithm == _ED25519:
        values: tuple[bytes, ...] = (rest[:64],)
    else:
        values = tuple(_numbers(rest, 1 if algorithm in _RSA else 2))
    trailer = signed + b"\x04\xff" + len(signed).to_bytes(4)
    issuer = _issuer(hashed, unhashed)
    return Signature(kind == _TEXT, algorithm, hash_number, trailer, values, issuer)


def _issuer(hashed: bytes, unhashed: bytes) -> str:
    """Return fingerprint or key id of the signer, from subpackets 33 and 16."""
    told = dict([*_subpackets(unhashed), *_subpackets(hashed)])
    if told.get(33, b"")[:1] == b"\x04":
        return told[33][1:].hex().upper()
    return told.get(16, b"").hex().upper()


def _subpackets(content: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(content):
        size, at = _length(content, at)
        if not 0 < size <= len(content) - at:
            raise ValueError("subpacket")
        yield content[at] & 0x7F, content[at + 1 : at + size]
        at += size


def _counted(content: bytes, at: int) -> tuple[bytes, int]:
    end = at + 2 + int.from_bytes(content[at : at + 2])
    if end > len(content):
        raise ValueError("subpackets")
    return content[at + 2 : end], end


def _numbers(content: bytes, count: int) -> list[bytes]:
    """Return multiprecision integers as bytes."""
    found = []
    for _each in range(count):
        size = (int.from_bytes(content[:2]) + 7) // 8
        if len(content) < 2 + size:
            raise ValueError("number")
        found.append(content[2 : 2 + size])
        content = content[2 + size :]
    return found


def _packets(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield tag and body of each packet.

    Raises:
        UnknownError: if it is not made of packets.
    """
    content = _dearmored(content[:MAX_BYTES])
    at = 0
    for _each in range(MAX_PACKETS):
        if at >= len(content):
            return
        try:
            tag, size, at = _header(content, at)
        except (IndexError, ValueError):
            raise UnknownError from None
        if size > len(content) - at:
            raise UnknownError
        yield tag, content[at : at + size]
        at += size


def _header(content: bytes, at: int) -> tuple[int, int, int]:
    first = content[at]
    if not first & 0x80:
        raise ValueError("packet")
    if first & 0x40:
        size, at = _length(content, at + 1)
        return first & 0x3F, size, at
    width = (1, 2, 4, 0)[first & 3]
    if not width:  # without an end of its own: of encrypted data only
        raise ValueError("packet")
    end = at + 1 + width
    return (first >> 2) & 0x0F, int.from_bytes(content[at + 1 : end]), end


def _length(content: bytes, at: int) -> tuple[int, int]:
    first = content[at]
    if first < 192:
        return first, at + 1
    if first < 224:
        return ((first - 192) << 8) + content[at + 1] + 192, at + 2
    if first == 255:
        return int.from_bytes(content[at + 1 : at + 5]), at + 5
    raise ValueError("in parts")


def _dearmored(content: bytes) -> bytes:
    """Return the bytes in ASCII armor; content that has none is returned unchanged."""
    begin = content.find(b"-----BEGIN PGP ")
    if begin < 0:
        return content
    lines = content[begin:].splitlines()[1:]
    body: list[bytes] = []
    headers = True
    for line in lines:
        text = line.strip()
        if headers:
            headers = b":" in text or (not text and not body)
            if headers:
                continue
        if text.startswith((b"-----END", b"=")):
            break
        body.append(text)
    try:
        return base64.b64decode(b"".join(body), validate=True)
    except binascii.Error:
        raise UnknownError from None
