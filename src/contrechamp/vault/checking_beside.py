"""The process that decrypts objects for `verify` beside ours, started by `checking.Checker`."""

import os
import socket
import sys

from contrechamp.vault import beside, checking


def main() -> int:
    """Look at the objects that are asked about, until nobody asks any more."""
    with beside.channel() as channel:
        while True:
            message, packs, _flags, _from = socket.recv_fds(channel, beside.MESSAGE, 1)
            if not message:
                return 0
            try:
                channel.send(checking.answer_of(packs[0], message))
            finally:
                for pack in packs:
                    os.close(pack)


if __name__ == "__main__":
    sys.exit(main())
