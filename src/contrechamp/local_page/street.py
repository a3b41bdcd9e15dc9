"""Where a page is served: its socket and its door, which the next process can take over."""

import json
import os
import socket
from dataclasses import dataclass
from typing import Any, Final

from contrechamp.local_page.door import Door

#: Connections that wait to be met.
_BACKLOG: Final = 32


@dataclass
class Street:
    """An address of this machine, and who is let in.

    Args:
        listener: bound to 127.0.0.1, on a port that the system chose.
        door: of the page there.
    """

    listener: socket.socket
    door: Door

    def handed_on(self, more: dict[str, Any]) -> int:
        """Return a descriptor from which the next process of this program takes all of it over.

        The next process is one that this one becomes (`os.execv`): all that was in its memory is
        gone then, and the browser finds the page where it was. What it is told lies in memory.

        Args:
            more: what else it is to know; values that JSON has.
        """
        kept = os.memfd_create("street")
        listener = os.dup(self.listener.fileno())
        os.set_inheritable(listener, True)
        os.set_inheritable(kept, True)
        told = {"listener": listener, "door": self.door.told(), "more": more}
        os.write(kept, json.dumps(told).encode())
        return kept


def opened() -> Street:
    """Return a street of its own.

    Raises:
        OSError: if nothing can be served here.
    """
    listener = socket.create_server(("127.0.0.1", 0), backlog=_BACKLOG)
    return Street(listener, Door(listener.getsockname()[1]))


def taken_over(descriptor: int) -> tuple[Street, dict[str, Any]]:
    """Return the street that another process handed on, and what else it told."""
    os.lseek(descriptor, 0, os.SEEK_SET)
    with open(descriptor, "rb") as kept:
        told = json.load(kept)
    listener = socket.socket(fileno=told["listener"])
    listener.set_inheritable(False)
    return Street(listener, Door(**told["door"])), dict(told["more"])
