"""A writer of age files of our own, which can also write what no age file may be.

Written after age-encryption.org/v1, with the primitives of ``cryptography`` and no code of
`contrechamp.vault.seekable`: so that what one gets wrong, the other does not get wrong alike.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

FILE_KEY, NONCE, CHUNK = bytes(range(16)), bytes(range(16, 32)), 64 << 10
_LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def b64(raw: bytes) -> bytes:
    return base64.b64encode(raw).rstrip(b"=")


def hkdf(key: bytes, salt: bytes, info: bytes) -> bytes:
    """RFC 5869 for one block of SHA-256."""
    extracted = hmac.digest(salt or bytes(32), key, "sha256")
    return hmac.digest(extracted, info + b"\x01", "sha256")


def public_of(recipient: str) -> bytes:
    """Return the 32 bytes of ``age1...`` (Bech32)."""
    bits = "".join(f"{_LETTERS.index(letter):05b}" for letter in recipient[4:-6])
    return int(bits[:256], 2).to_bytes(32, "big")


@dataclass
class AgeFile:
    """Parts of an age file; each can be given otherwise than it should be.

    Args:
        stanzas: lines between version and MAC.
        file_key: that MAC and payload are made with.
        version: first line.
        nonce: of the payload.
        chunks: content of each chunk of the payload.
        last: which of them are marked as the last one.
        mac: makes the last line of a header from what is authenticated and the right MAC.
        cut: what becomes of the bytes of the payload.
    """

    stanzas: bytes
    file_key: bytes = FILE_KEY
    version: bytes = b"age-encryption.org/v1\n"
    nonce: bytes = NONCE
    chunks: Sequence[bytes] = (b"age",)
    last: Sequence[int] | None = None
    mac: Callable[[bytes], bytes] = field(default=lambda mac: b" " + b64(mac) + b"\n")
    cut: Callable[[bytes], bytes] = field(default=lambda payload: payload)

    def to_bytes(self) -> bytes:
        signed = self.version + self.stanzas + b"---"
        mac = hmac.digest(hkdf(self.file_key, b"", b"header"), signed, "sha256")
        cipher = ChaCha20Poly1305(hkdf(self.file_key, self.nonce, b"payload"))
        last = [len(self.chunks) - 1] if self.last is None else self.last
        payload = b"".join(
            cipher.encrypt(number.to_bytes(11, "big") + bytes([number in last]), chunk, None)
            for number, chunk in enumerate(self.chunks)
        )
        return signed + self.mac(mac) + self.nonce + self.cut(payload)


def wrapped(recipient: str, file_key: bytes = FILE_KEY) -> tuple[bytes, bytes]:
    """Return share and body of an X25519 stanza."""
    ephemeral = X25519PrivateKey.from_private_bytes(hashlib.sha256(b"SAMPLE share").digest())
    share = ephemeral.public_key().public_bytes_raw()
    public = public_of(recipient)
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(public))
    key = hkdf(shared, share + public, b"age-encryption.org/v1/X25519")
    return share, ChaCha20Poly1305(key).encrypt(bytes(12), file_key, None)


def stanza(share: bytes, body: bytes, *, kind: bytes = b"X25519", more: bytes = b"") -> bytes:
    return b"-> " + kind + b" " + b64(share) + more + b"\n" + lines(b64(body))


def lines(text: bytes) -> bytes:
    """Return the lines of a body; the last one is short, if need be empty."""
    return b"".join(text[at : at + 64] + b"\n" for at in range(0, len(text) + 1, 64))
