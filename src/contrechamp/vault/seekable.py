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
import re
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from contrechamp.base.read_at import ReadAt

CHUNK, TAG, NONCE = 64 << 10, 16, 16
#: Longest header that is read; those of objects have some 200 bytes.
MAX_HEADER = 8 << 10
#: Lengths of a key and of a file key, in bytes.
KEY, FILE_KEY = 32, 16
#: age-encryption.org/v1, "Header": lines of a body have 64 characters, the last one fewer.
_ARGUMENTS = rb"[!-~]+(?: [!-~]+)*"
_BODY = rb"(?:[A-Za-z0-9+/]{64}\n)*[A-Za-z0-9+/]{0,63}\n"
_STANZA = re.compile(rb"-> (?P<arguments>%b)\n(?P<body>%b)" % (_ARGUMENTS, _BODY))
_HEADER = re.compile(
    rb"age-encryption\.org/v1\n(?P<stanzas>(?:-> %b\n%b)+)--- (?P<mac>[A-Za-z0-9+/]{43})\n"
    % (_ARGUMENTS, _BODY)
)
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


class DamagedError(OSError):
    """Raised when the bytes are not those of an age file for this identity."""


class Seekable(ReadAt):
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
        super().__init__(encrypted - self._chunks * TAG)
        last = encrypted - (self._chunks - 1) * (CHUNK + TAG)  # bytes of the last chunk
        if len(nonce) < NONCE or self._chunks < 1 or last < TAG or (last == TAG and self._size):
            raise DamagedError("the payload is cut off")
        self._number, self._chunk = -1, b""
        # The last chunk is marked as such: a file cut off between two chunks is detected here.
        self._load(self._chunks - 1)

    @property
    def size(self) -> int:
        """Size of the content in bytes."""
        return self._size

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
    """Return where the nonce of the payload begins, and the file key.

    The grammar of the header is kept to the letter, in stanzas of others too: one text, one
    meaning.
    """
    match = _HEADER.match(header)
    if match is None:
        raise DamagedError("no age header")
    stanzas = [_stanza(found) for found in _STANZA.finditer(match["stanzas"])]
    if len(stanzas) > 1 and any(kind == b"scrypt" for kind, *_rest in stanzas):
        raise DamagedError("a passphrase beside other recipients")
    for kind, arguments, body in stanzas:
        file_key = _unwrap(arguments, body, secret) if kind == b"X25519" else None
        if file_key is None:
            continue
        mac = hmac.digest(
            _hkdf(file_key, b"", b"header"), header[: match.start("mac") - 1], "sha256"
        )
        if not hmac.compare_digest(mac, _unpadded(match["mac"])):
            raise DamagedError("the header was altered")
        return match.end(), file_key
    raise DamagedError("not encrypted to this key")


def _stanza(found: re.Match[bytes]) -> tuple[bytes, list[bytes], bytes]:
    """Return kind, arguments and body of a recipient stanza."""
    kind, *arguments = found["arguments"].split(b" ")
    return kind, arguments, _unpadded(found["body"].replace(b"\n", b""))


def _unwrap(arguments: list[bytes], body: bytes, secret: bytes) -> bytes | None:
    """Return the file key that a stanza holds for this secret; None if it is for another one."""
    if len(arguments) != 1 or len(body) != FILE_KEY + TAG:
        raise DamagedError("no X25519 stanza")
    share = _unpadded(arguments[0])
    if len(share) != KEY:
        raise DamagedError("no X25519 stanza")
    try:
        private = X25519PrivateKey.from_private_bytes(secret)
        shared = private.exchange(X25519PublicKey.from_public_bytes(share))
    except ValueError:  # a point of low order: the secret would be the same for every key
        raise DamagedError("no X25519 stanza") from None
    salt = share + private.public_key().public_bytes_raw()
    key = _hkdf(shared, salt, b"age-encryption.org/v1/X25519")
    try:
        return ChaCha20Poly1305(key).decrypt(bytes(12), body, None)
    except InvalidTag:
        return None


def _hkdf(key: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=info).derive(key)


def _unpadded(text: bytes) -> bytes:
    """Decode base64 without padding; only its one canonical form is taken."""
    try:
        raw = base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except binascii.Error:
        raise DamagedError("no base64") from None
    if base64.b64encode(raw).rstrip(b"=") != text:
        raise DamagedError("no base64")
    return raw


def _secret(identity: str) -> bytes:
    """Return the 32 bytes of an identity (Bech32, BIP 173; the library checks its checksum)."""
    digits = [_BECH32.index(letter) for letter in identity.lower().rpartition("1")[2][:-6]]
    number = 0
    for digit in digits:
        number = number << 5 | digit
    return (number >> (5 * len(digits) - 256)).to_bytes(32, "big")
