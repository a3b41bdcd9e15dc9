"""A second process of ours that works beside this one, so that another core does part of the work.

It is a module that is run as ``python -m``, of whose arguments and environment nothing is secret.
What it is asked and answers goes through a socket without a name, its standard input; files are
handed over open. It opens none itself, holds no key of the case, cannot be looked into by other
programs of the user, and ends when the other end of the socket does, and so with its parent.
"""

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Sequence

from contrechamp.base.machine import keep_memory_private

#: Most bytes of a message, either way.
MESSAGE = 1 << 16


class Beside:
    """A process beside this one, until `end`.

    Args:
        module: what it runs.
    """

    def __init__(self, module: str) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: socket.socket | None = None
        # Elsewhere messages have no bounds, and memory that is shared has a name.
        if sys.platform == "linux":
            with contextlib.suppress(OSError):  # where none can be started, all is done here
                self._start(module)

    @property
    def is_running(self) -> bool:
        """Whether it can be asked."""
        return self._channel is not None

    def ask(self, message: bytes, descriptors: Sequence[int] = ()) -> None:
        """Send a message with open files; what has ended gets none."""
        if self._channel is not None:
            try:
                socket.send_fds(self._channel, [message], descriptors)
            except OSError:
                self.end()

    def answer(self) -> bytes:
        """Wait for the next message; return none if it has ended."""
        message = b""
        if self._channel is not None:
            with contextlib.suppress(OSError):
                message = self._channel.recv(MESSAGE)
            if not message:
                self.end()
        return message

    def end(self) -> None:
        """End the process: it has nothing to finish."""
        if self._channel is not None:
            self._channel.close()
        process, self._process, self._channel = self._process, None, None
        if process is not None:
            process.kill()
            process.wait()

    def _start(self, module: str) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603  our own interpreter and module
                [sys.executable, "-P", "-m", module],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        self._channel = ours


def channel() -> socket.socket:
    """Return the other end, in the process; from now on nobody can look into it."""
    keep_memory_private()
    return socket.socket(fileno=os.dup(sys.stdin.fileno()))
