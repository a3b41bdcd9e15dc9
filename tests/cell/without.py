"""Runs a command on a system whose kernel lacks some system calls, as far as it can tell.

``python -m cell.without landlock_create_ruleset,seccomp COMMAND...``
"""

import ctypes
import os
import struct
import sys

#: On every architecture; seccomp(2) on x86-64 and AArch64.
NUMBERS = {"landlock_create_ruleset": (444,), "seccomp": (317, 277)}
_ENOSYS = 38


def refuse(names: list[str]) -> None:
    """Have the kernel say that it does not know the calls."""
    number, answer, allow = 0, 0x00050000 | _ENOSYS, 0x7FFF0000
    steps = [(0x20, 0, 0, number)]
    for call in (one for name in names for one in NUMBERS[name]):
        steps += [(0x15, 0, 1, call), (0x06, 0, 0, answer)]
    steps.append((0x06, 0, 0, allow))
    code = b"".join(struct.pack("=HBBI", *step) for step in steps)
    memory = ctypes.create_string_buffer(code, len(code))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(38, 1, 0, 0, 0)
    program = struct.pack("@HP", len(steps), ctypes.addressof(memory))
    if libc.prctl(22, 2, program, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "no seccomp here")


if __name__ == "__main__":
    if sys.argv[1] != "nothing":
        refuse(sys.argv[1].split(","))
    os.execv(sys.argv[2], sys.argv[2:])
