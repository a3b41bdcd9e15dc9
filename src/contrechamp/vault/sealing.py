"""Encrypting small contents: each under a key of its own, many of them in a process beside ours.

Making a key pair and encrypting takes a third of all that is done with a small file, and the
library does it on one core, with Python's lock held. `Sealer` has a second process
(`contrechamp.vault.sealing_beside`) do it meanwhile, hash the content and tell what it is at a
glance. What both of them see is in memory that they share and that has no name: files are read into
it, and what was encrypted is written from it, so that nothing but keys and digests goes through the
socket between them.
"""

import hashlib
import io
import mmap
import os
import struct
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Self

import blake3
import pyrage

from contrechamp.vault.beside import Beside
from contrechamp.vault.metadata.first_bytes import Glance, glance
from contrechamp.vault.objects import SMALL

#: Fewer contents than this are encrypted here: starting a process takes longer.
MANY = 256
#: Most small contents, and about as many bytes, that are encrypted together; and how many such
#: groups there are at a time: while some are written down, others are encrypted.
GROUP_FILES, GROUP_BYTES, GROUPS = 64, 1 << 20, 24
#: Bytes of a group for its contents, with room for one more, and for what they are encrypted to:
#: age adds some 220 bytes to each.
_CONTENTS = GROUP_BYTES + SMALL + 1
_ENCRYPTED = _CONTENTS + GROUP_FILES * 512
#: Of a message there: which group it is, and then the size of each content. Of one that comes back,
#: for each: sizes of its key, its media type and its encrypted bytes, the rest of the glance, and
#: its digests.
_GROUP, _SIZE, _HEAD = struct.Struct(">I"), struct.Struct(">I"), struct.Struct(">HHI??32s32s")


@dataclass(frozen=True)
class Sealed:
    """A content that was encrypted.

    Args:
        identity: age secret key, of this content alone.
        encrypted: age file; of a `Group`, only until that is used again.
        sha256: SHA-256 of the content.
        blake3: BLAKE3 of the content.
        glance: what the content is at a glance.
    """

    identity: str = field(repr=False)
    encrypted: bytes | memoryview = field(repr=False)
    sha256: bytes
    blake3: bytes
    glance: Glance


def sealed(content: bytes) -> Sealed:
    """Encrypt a content under a new key."""
    identity = pyrage.x25519.Identity.generate()
    return Sealed(
        str(identity),
        pyrage.encrypt(content, [identity.to_public()]),
        hashlib.sha256(content).digest(),
        blake3.blake3(content).digest(),
        glance(io.BytesIO(content)),
    )


class Group:
    """Small contents that are encrypted together, in memory that is used again for others.

    Args:
        memory: of all groups.
        number: of this one.
    """

    def __init__(self, memory: mmap.mmap, number: int) -> None:
        start = number * (_CONTENTS + _ENCRYPTED)
        whole = memoryview(memory)[start : start + _CONTENTS + _ENCRYPTED]
        self.number = number
        self.sizes: list[int] = []
        self.encrypted = whole[_CONTENTS:]
        self._contents, self._used = whole[:_CONTENTS], 0

    @property
    def room(self) -> memoryview:
        """Where the next content can be read to: a byte more than a small one has."""
        return self._contents[self._used : self._used + SMALL + 1]

    @property
    def is_full(self) -> bool:
        """Whether there is no room for one more."""
        return len(self.sizes) >= GROUP_FILES or self._used >= GROUP_BYTES

    def keep(self, size: int) -> None:
        """Keep what was read to `room`, of so many bytes."""
        self.sizes.append(size)
        self._used += size

    def contents(self) -> Iterator[memoryview]:
        """Yield each content."""
        at = 0
        for size in self.sizes:
            yield self._contents[at : at + size]
            at += size

    def clear(self) -> None:
        """Forget the contents: there is room for others."""
        self.sizes, self._used = [], 0

    def seal(self) -> list[Sealed]:
        """Encrypt each content, here."""
        return [sealed(bytes(content)) for content in self.contents()]


class Sealer:
    """Encrypts contents, beside this process if there are many; for a ``with`` block.

    Args:
        expected: how many there will be, about.
    """

    def __init__(self, expected: int) -> None:
        self._beside: Beside | None = None
        memory = self._start() if expected >= MANY else None
        # Without another process each group is written down before there is a next one.
        self._free = groups_in(memory or mmap.mmap(-1, _bytes_of(1)))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._free.clear()
        if self._beside is not None:
            self._beside.end()

    @property
    def is_beside(self) -> bool:
        """Whether a process beside this one encrypts."""
        return self._beside is not None and self._beside.is_running

    @property
    def has_room(self) -> bool:
        """Whether there is a group that is not in use."""
        return bool(self._free)

    def group(self) -> Group:
        """Return an empty group; `has_room` says whether there is one."""
        return self._free.pop()

    def release(self, group: Group) -> None:
        """Take a group back whose outcome was written down."""
        group.clear()
        self._free.append(group)

    def seal(self, group: Group) -> None:
        """Have the contents of a group encrypted, each under a key of its own."""
        if self._beside is not None:
            self._beside.ask(asked(group))

    def outcome(self, group: Group) -> list[Sealed]:
        """Return what became of the contents; groups are asked for in the order of `seal`.

        If the process has ended it is done here: what it does is the same.
        """
        if self._beside is not None and (answer := self._beside.answer()):
            return answered(answer, group)
        return group.seal()

    def _start(self) -> mmap.mmap | None:
        """Start the process, and return the memory that is shared with it; None if it cannot be."""
        self._beside = Beside("contrechamp.vault.sealing_beside")
        if sys.platform != "linux" or not self._beside.is_running:
            return None
        try:
            shared = os.memfd_create("")
            try:
                os.truncate(shared, _bytes_of(GROUPS))
                # It takes it once nobody else can look at what it has open.
                self._beside.ask(b"memory", [shared])
                return mmap.mmap(shared, _bytes_of(GROUPS))
            finally:
                os.close(shared)
        except OSError:  # there is none: all is done here
            self._beside.end()
            return None


def groups_in(memory: mmap.mmap) -> list[Group]:
    """Return the groups that there is memory for."""
    return [Group(memory, number) for number in range(len(memory) // _bytes_of(1))]


def _bytes_of(groups: int) -> int:
    return groups * (_CONTENTS + _ENCRYPTED)


def asked(group: Group) -> bytes:
    """Return the message that asks for a group to be encrypted."""
    return _GROUP.pack(group.number) + b"".join(map(_SIZE.pack, group.sizes))


def group_asked(message: bytes, groups: Sequence[Group]) -> Group:
    """Return the group that is to be encrypted."""
    group = groups[int.from_bytes(message[: _GROUP.size])]
    group.clear()
    for (size,) in _SIZE.iter_unpack(message[_GROUP.size :]):
        group.keep(size)
    return group


def answer_of(group: Group) -> bytes:
    """Encrypt the contents of a group into its memory; return what is said of them."""
    parts, at = [], 0
    for one in group.seal():
        identity, kind = one.identity.encode("ascii"), one.glance.media_type.encode("ascii")
        size = len(one.encrypted)
        group.encrypted[at : at + size] = one.encrypted
        head = (len(identity), len(kind), size, *one.glance[1:], one.sha256, one.blake3)
        parts += [_HEAD.pack(*head), identity, kind]
        at += size
    return b"".join(parts)


def answered(message: bytes, group: Group) -> list[Sealed]:
    """Return what was encrypted."""
    found = []
    at = start = 0
    for _each in group.sizes:
        of_key, of_kind, size, announced, needs, sha256, other = _HEAD.unpack_from(message, at)
        at += _HEAD.size
        identity = message[at : at + of_key].decode("ascii")
        kind = message[at + of_key : at + of_key + of_kind].decode("ascii")
        seen = Glance(kind, announced, needs)
        found.append(Sealed(identity, group.encrypted[start : start + size], sha256, other, seen))
        at, start = at + of_key + of_kind, start + size
    return found
