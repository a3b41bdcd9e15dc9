"""Decrypting objects in packs and hashing them, for `verify`, in a process beside ours.

Decrypting a small object takes half of all that `verify` does with it, and the library does it with
Python's lock held. The process (`contrechamp.vault.checking_beside`) gets packs as open files, and
the keys of objects in them; it says what it found by their digests.
"""

import hashlib
import os
import struct
from collections import deque
from collections.abc import Iterator, Sequence
from typing import NamedTuple, Self

import blake3
import pyrage

from contrechamp.vault.beside import Beside
from contrechamp.vault.object_keys import ObjectKey
from contrechamp.vault.objects import MOST_PACKED

#: Fewer objects than this are not worth the start of a process.
MANY = 256
#: Objects of a message, and messages that wait for an answer: what a socket holds, both ways.
AT_A_TIME, AHEAD = 64, 6

#: Of each object that is asked about: length of its key, start and length of its bytes. Of each of
#: an answer: whether it could be decrypted, its size, and its digests.
_ASKED, _ANSWERED = struct.Struct(">HQI"), struct.Struct(">?Q32s32s")


class Digests(NamedTuple):
    """What the content of an object was found to be: its size, SHA-256 and BLAKE3."""

    size: int
    sha256: bytes
    blake3: bytes


def digests_of(content: bytes) -> Digests:
    """Return what a content is."""
    return Digests(len(content), hashlib.sha256(content).digest(), blake3.blake3(content).digest())


class Checker:
    """Says what objects in packs hold, as far as a process beside this one can; for ``with``.

    Args:
        expected: how many objects there will be.
    """

    def __init__(self, expected: int) -> None:
        self._beside = Beside("contrechamp.vault.checking_beside") if expected >= MANY else None
        self._waiting: deque[int] = deque()
        self._known: deque[Digests | None] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._beside is not None:
            self._beside.end()

    def ask(self, pack: int, keys: Sequence[ObjectKey]) -> None:
        """Have objects looked at that lie in a file that is open."""
        for first in range(0, len(keys), AT_A_TIME):
            some = keys[first : first + AT_A_TIME]
            while len(self._waiting) >= AHEAD:
                self._take_answer()
            if self._beside is not None:
                self._beside.ask(b"".join(map(_asked, some)), [pack])
            self._waiting.append(len(some))

    def answers(self, count: int) -> list[Digests | None]:
        """Return what is known of as many objects, in the order in which they were asked about.

        None of those that could not be decrypted, or not there: they are to be looked at here.
        """
        while len(self._known) < count:
            self._take_answer()
        return [self._known.popleft() for _each in range(count)]

    def _take_answer(self) -> None:
        count = self._waiting.popleft()
        message = self._beside.answer() if self._beside is not None else b""
        self._known += _digests(message) if message else [None] * count


def _asked(key: ObjectKey) -> bytes:
    identity, place = key.identity.encode(), key.place
    length = place.length if place.length is not None else MOST_PACKED + 1
    return _ASKED.pack(len(identity), place.start, min(length, MOST_PACKED + 1)) + identity


def _digests(message: bytes) -> Iterator[Digests | None]:
    for decrypted, *rest in _ANSWERED.iter_unpack(message):
        yield Digests(*rest) if decrypted else None


def answer_of(pack: int, message: bytes) -> bytes:
    """Look at the objects of a message, in the process; return what is said of them."""
    parts, at = [], 0
    while at < len(message):
        of_key, start, length = _ASKED.unpack_from(message, at)
        at += _ASKED.size + of_key
        found = _decrypted(pack, start, length, message[at - of_key : at])
        parts.append(_ANSWERED.pack(found is not None, *(found or (0, b"", b""))))
    return b"".join(parts)


def _decrypted(pack: int, start: int, length: int, identity: bytes) -> Digests | None:
    if length > MOST_PACKED:
        return None
    try:
        key = pyrage.x25519.Identity.from_str(identity.decode())
        return digests_of(bytes(pyrage.decrypt(os.pread(pack, length, start), [key])))
    except (pyrage.DecryptError, pyrage.IdentityError, OSError, ValueError):
        return None
