"""Encrypting small contents: each under a key of its own, many of them in a process beside ours.

Making a key pair and encrypting takes a third of all that is done with a small file, and the
library does it on one core, with Python's lock held. `Sealer` has a second process, run as ``python
-m contrechamp.vault.sealing``, do it meanwhile, hash the content and tell what it is at a glance.
Contents go there, and keys and encrypted bytes come back, through pipes: neither stands in an
argument, an environment or a file. It opens nothing, holds no key of the case, and ends when its
input does, and so with this process.
"""

import contextlib
import fcntl
import hashlib
import io
import struct
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import BinaryIO, Self, TypeAlias, cast

import blake3
import pyrage

from contrechamp.base.machine import keep_memory_private
from contrechamp.vault.metadata.first_bytes import Glance, glance

#: Fewer contents than this are encrypted here: starting a process takes longer.
MANY = 256
#: F_SETPIPE_SZ (fcntl(2)), and the most that every user may ask for.
_SET_PIPE_SIZE, _PIPE = 1031, 1 << 20

#: How many contents there are, before the size of each; and before each that comes back, the sizes
#: of its key, its media type and its encrypted bytes, the rest of the glance, and its digests.
_COUNT, _SIZE, _HEAD = struct.Struct(">I"), struct.Struct(">I"), struct.Struct(">HHI??32s32s")


@dataclass(frozen=True)
class Sealed:
    """A content that was encrypted.

    Args:
        identity: age secret key, of this content alone.
        encrypted: age file.
        sha256: SHA-256 of the content.
        blake3: BLAKE3 of the content.
        glance: what the content is at a glance.
    """

    identity: str = field(repr=False)
    encrypted: bytes = field(repr=False)
    sha256: bytes
    blake3: bytes
    glance: Glance


#: Returns what became of some contents, once that is known.
Outcome: TypeAlias = Callable[[], list[Sealed]]


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


class Sealer:
    """Encrypts contents, beside this process if there are many; for a ``with`` block.

    Args:
        expected: how many there will be, about.
    """

    def __init__(self, expected: int) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._thread: ThreadPoolExecutor | None = None
        if expected >= MANY:
            self._start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._thread is not None:
            self._thread.shutdown(cancel_futures=True)
        self._end()

    @property
    def is_beside(self) -> bool:
        """Whether a process beside this one encrypts."""
        return self._process is not None

    def seal(self, contents: Sequence[bytes]) -> Outcome:
        """Encrypt contents, each under a key of its own; return how to learn the outcome."""
        if self._thread is None or self._process is None:
            return lambda: [sealed(content) for content in contents]
        return self._thread.submit(self._exchanged, contents).result

    def _start(self) -> None:
        command = [sys.executable, "-P", "-m", __name__]
        with contextlib.suppress(OSError):  # where none can be started, it is done here
            self._process = subprocess.Popen(  # noqa: S603  our own interpreter and module
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            self._thread = ThreadPoolExecutor(1)
            for pipe in (self._process.stdin, self._process.stdout):
                _widen(cast(BinaryIO, pipe))

    def _exchanged(self, contents: Sequence[bytes]) -> list[Sealed]:
        """Have the process encrypt, or do it here if that has ended: what it does is the same."""
        if self._process is not None:
            try:
                put_contents(cast(BinaryIO, self._process.stdin), contents)
                return take_sealed(cast(BinaryIO, self._process.stdout), len(contents))
            except (OSError, EOFError):
                self._end()
        return [sealed(content) for content in contents]

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                cast(BinaryIO, pipe).close()
        process.kill()  # it has nothing to finish
        process.wait()


def put_contents(to: BinaryIO, contents: Sequence[bytes]) -> None:
    """Send contents that are to be encrypted."""
    sizes = [_SIZE.pack(len(content)) for content in contents]
    to.write(b"".join([_COUNT.pack(len(contents)), *sizes, *contents]))
    to.flush()


def take_contents(source: BinaryIO) -> list[bytes]:
    """Receive contents; none at the end.

    Raises:
        EOFError: if they are cut off.
    """
    count = source.read(_COUNT.size)
    if not count:
        return []
    sizes = [_SIZE.unpack(_taken(source, _SIZE.size))[0] for _each in range(*_COUNT.unpack(count))]
    return [_taken(source, size) for size in sizes]


def put_sealed(to: BinaryIO, several: Sequence[Sealed]) -> None:
    """Send what was encrypted."""
    parts = []
    for one in several:
        identity, kind = one.identity.encode("ascii"), one.glance.media_type.encode("ascii")
        sizes = (len(identity), len(kind), len(one.encrypted))
        head = _HEAD.pack(*sizes, *one.glance[1:], one.sha256, one.blake3)
        parts += [head, identity, kind, one.encrypted]
    to.write(b"".join(parts))
    to.flush()


def take_sealed(source: BinaryIO, count: int) -> list[Sealed]:
    """Receive what was encrypted.

    Raises:
        EOFError: if it is cut off.
    """
    found = []
    for _each in range(count):
        *sizes, announced, needs_reader, sha256, other = _HEAD.unpack(_taken(source, _HEAD.size))
        identity, kind, encrypted = (_taken(source, size) for size in sizes)
        seen = Glance(kind.decode("ascii"), announced, needs_reader)
        found.append(Sealed(identity.decode("ascii"), encrypted, sha256, other, seen))
    return found


def _taken(source: BinaryIO, size: int) -> bytes:
    content = source.read(size)
    if len(content) < size:
        raise EOFError
    return content


def _widen(pipe: BinaryIO) -> None:
    """Let a pipe hold a whole group of contents, where the system can: else each waits often."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            fcntl.fcntl(pipe, _SET_PIPE_SIZE, _PIPE)


def main() -> int:
    """Encrypt what comes on standard input, until its end."""
    keep_memory_private()
    # Buffered whatever the environment says, so that all of a group is read and written.
    with open(sys.stdin.fileno(), "rb") as source, open(sys.stdout.fileno(), "wb") as to:
        while contents := take_contents(source):
            put_sealed(to, [sealed(content) for content in contents])
    return 0


if __name__ == "__main__":
    sys.exit(main())
