"""The process that encrypts small contents beside ours, started by `sealing.Sealer`."""

import mmap
import os
import socket
import sys

from contrechamp.vault import beside, sealing


def main() -> int:
    """Encrypt the groups that are asked for, until nobody asks any more."""
    with beside.channel() as channel:
        _content, (shared,), _flags, _from = socket.recv_fds(channel, beside.MESSAGE, 1)
        memory = mmap.mmap(shared, 0)
        os.close(shared)
        groups = sealing.groups_in(memory)
        while message := channel.recv(beside.MESSAGE):
            channel.send(sealing.answer_of(sealing.group_asked(message, groups)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
