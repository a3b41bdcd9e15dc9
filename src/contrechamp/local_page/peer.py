"""Who has connected: on Linux the system says which user another end of a connection belongs to."""

import os
import socket
import sys
from pathlib import Path
from typing import Final

#: Where the kernel lists connections, each with its user; IPv4 opened as IPv6 stands apart.
_TABLES: Final = (Path("/proc/self/net/tcp"), Path("/proc/self/net/tcp6"))


def may_be_ours(peer: tuple[str, int], here: tuple[str, int]) -> bool:
    """Return whether a connection comes from our own user, as far as the system tells.

    The address of a page passes through the arguments of a browser, which other users may see: they
    may not use it. Root may, who can read the memory of this process as well. Where there is no
    such list (macOS, Windows), only the token tells.
    """
    told = False
    for table in _TABLES:
        try:
            lines = table.read_text("ascii").splitlines()[1:]
        except OSError:
            continue
        told = True
        for line in lines:
            columns = line.split()
            if columns[1].endswith(_written(*peer)) and columns[2].endswith(_written(*here)):
                return int(columns[7]) in (os.getuid(), 0)
    return not told


def _written(host: str, port: int) -> str:
    """Return an address as the list writes it: the bytes of a word in this machine's order."""
    word = int.from_bytes(socket.inet_aton(host), sys.byteorder)
    return f"{word:08X}:{port:04X}"
