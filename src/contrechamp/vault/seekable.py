"""One encrypted object as a seekable file, of which any part can be decrypted in memory.

`pyrage` decrypts only from the first byte to the last. Reading something at the end of a file or in
the middle of a large one (an archive's list of contents, a video's metadata) takes ``seek``. An age
payload is made of chunks, each of which can be decrypted and authenticated by itself
(age-encryption.org/v1, "Payload": STREAM). Only X25519 keys are supported: objects have no others.
"""

import base64
import binascii
import hmac
import io
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

CHUNK, TAG, NONCE = 64 << 10, 16, 16
#: Longest header that is read; those of objects have some 200 bytes.
MAX_HEADER = 8 << 10
_FIRST = b"age-encryption.org/v1\n"
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


class DamagedError(OSError):
    """Raised when the bytes are not those of an age file for this identity."""


class Seekable(io.RawIOBase):
    """The content of an age file, read only.

    Args:
        file: the encrypted file, at its beginning; it is read on demand, and closed with this one.
        identity: ``AGE-SECRET-KEY-1...``.

    Raises:
        DamagedError: on opening and on every read, if the file was altered or cut off.
    """

    def __init__(self, file: IO[bytes], identity: str) -> None:
        self._file = file
        header = file.read(MAX_HEADER)
        payload_at, file_key = _open_header(header, _secret(identity))
        nonce = header[payload_at : payload_at + NONCE]
        self._cipher = ChaCha20Poly1305(_hkdf(file_key, nonce, b"payload"))
        self._from = payload_at + NONCE
        encrypted = file.seek(0, io.SEEK_END) - self._from
        self._chunks = -(-encrypted // (CHUNK + TAG))
        self._size = encrypted - self._chunks * TAG
        if len(nonce) < NONCE or encrypted < TAG or self._size < 0:
            raise DamagedError("the payload is cut off")
        self._at = 0
        self._number, self._chunk = -1, b""
        # The last chunk is marked as such: a file cut off between two chunks is detected here.
        self._load(self._chunks - 1)

    @property
    def size(self) -> int:
        """Size of the content in bytes."""
        return self._size

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return the position of the next read."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to a position in the content.

        Raises:
            ValueError: if it is before the beginning.
        """
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if start + offset < 0:
            raise ValueError("negative place")
        self._at = start + offset
        return self._at

    def readinto(self, buffer, /) -> int:  # type: ignore[no-untyped-def]  # any writable buffer
        """Read at most up to the end of the current chunk."""
        if self._at >= self._size:
            return 0
        number, place = divmod(self._at, CHUNK)
        if number != self._number:
            self._load(number)
        part = self._chunk[place : place + len(buffer)]
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)

    def close(self) -> None:
        """Forget what was decrypted, and close the file."""
        self._number, self._chunk = -1, b""
        self._file.close()
        super().close()

    def _load(self, number: int) -> None:
        self._file.seek(self._from + number * (CHUNK + TAG))
        encrypted = self._file.read(CHUNK + TAG)
        last = number == self._chunks - 1
        try:
            self._chunk = self._cipher.decrypt(
                number.to_bytes(11, "big") + bytes([last]), encrypted, None
            )
        except InvalidTag:
            raise DamagedError("a chunk was altered or cut off") from None
        self._number = number


def _open_header(header: bytes, secret: bytes) -> tuple[int, bytes]:
    """Return where the nonce of the payload begins, and the file key."""
    end = header.find(b"\n--- ")
    after = header.find(b"\n", end + 1)
    if not header.startswith(_FIRST) or end < 0 or after < 0:
        raise DamagedError("no age header")
    for arguments, body in _stanzas(header[len(_FIRST) : end + 1]):
        file_key = _unwrap(arguments, body, secret)
        if file_key is None:
            continue
        mac = hmac.digest(_hkdf(file_key, b"", b"header"), header[: end + 4], "sha256")
        if not hmac.compare_digest(mac, _unpadded(header[end + 5 : after])):
            raise DamagedError("the header was altered")
        return after + 1, file_key
    raise DamagedError("not encrypted to this key")


def _stanzas(lines: bytes) -> list[tuple[list[bytes], bytes]]:
    """Return arguments and body of every recipient stanza."""
    found: list[tuple[list[bytes], bytes]] = []
    for line in lines.splitlines():
        if line.startswith(b"-> "):
            found.append((line[3:].split(b" "), b""))
        elif found:
            found[-1] = (found[-1][0], found[-1][1] + line)
    return found


def _unwrap(arguments: list[bytes], body: bytes, secret: bytes) -> bytes | None:
    if len(arguments) != 2 or arguments[0] != b"X25519":
        return None
    try:
        share, wrapped = _unpadded(arguments[1]), _unpadded(body)
        private = X25519PrivateKey.from_private_bytes(secret)
        shared = private.exchange(X25519PublicKey.from_public_bytes(share))
        salt = share + private.public_key().public_bytes_raw()
        key = _hkdf(shared, salt, b"age-encryption.org/v1/X25519")
        return ChaCha20Poly1305(key).decrypt(bytes(12), wrapped, None)
    except (InvalidTag, ValueError):
        return None


def _hkdf(key: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=info).derive(key)


def _unpadded(text: bytes) -> bytes:
    try:
        return base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except binascii.Error:
        raise DamagedError("no base64") from None


def _secret(identity: str) -> bytes:
    """Return the 32 bytes of an identity (Bech32, BIP 173; the library checks its checksum)."""
    digits = [_BECH32.index(letter) for letter in identity.lower().rpartition("1")[2][:-6]]
    number = 0
    for digit in digits:
        number = number << 5 | digit
    return (number >> (5 * len(digits) - 256)).to_bytes(32, "big")
