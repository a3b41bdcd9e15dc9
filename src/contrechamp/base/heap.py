"""How this process takes memory from the system."""

import contextlib
import ctypes

#: Number of the parameter in glibc's `malloc.h`.
_M_ARENA_MAX = -8


def share_heap() -> None:
    """Let all threads that begin from now on take memory from one heap.

    glibc gives threads heaps of their own, and none gives back what another could use: with threads
    that come and go, a measurement of a town took a third more memory than it needed. Compiled
    code asks for memory seldom, so that they hardly wait for each other. Elsewhere nothing changes.
    """
    with contextlib.suppress(OSError, AttributeError):  # another system, or another C library
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)
