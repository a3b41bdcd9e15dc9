"""A disk that fails, or a power cut, at the n-th call that changes a folder.

The libraries call the C library through slots of their own (the global offset table). These slots
are turned to functions here, so that what SQLite, Python and whatever they load do to the disk is
counted, in the order in which it happens. Linux, 64 bits, as the Debian packages of the tests.
"""

import ctypes
import errno
import os
import signal
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from contrechamp.base import disk

LIBC = ctypes.CDLL("libc.so.6", use_errno=True)
_INT, _SIZE, _LONG = ctypes.c_int, ctypes.c_size_t, ctypes.c_int64
AT_FDCWD = -100
_PATH, _BUFFER = ctypes.c_char_p, ctypes.c_void_p

#: Calls that change a folder: result, arguments; first a path, a descriptor, or a folder and a
#: name in it.
CALLS = {
    "open64": (_INT, _PATH, _INT, _INT),
    "openat64": (_INT, _INT, _PATH, _INT, _INT),
    "write": (_LONG, _INT, _BUFFER, _SIZE),
    "pwrite64": (_LONG, _INT, _BUFFER, _SIZE, _LONG),
    "ftruncate64": (_INT, _INT, _LONG),
    "fsync": (_INT, _INT),
    "fdatasync": (_INT, _INT),
    "syncfs": (_INT, _INT),
    "rename": (_INT, _PATH, _PATH),
    "renameat": (_INT, _INT, _PATH, _INT, _PATH),
    "unlink": (_INT, _PATH),
    "unlinkat": (_INT, _INT, _PATH, _INT),
    "mkdir": (_INT, _PATH, _INT),
    "mkdirat": (_INT, _INT, _PATH, _INT),
}


@dataclass
class Plan:
    """What shall happen, and what happened.

    Args:
        folder: only calls on what lies in it count.
        at: number of the call, from 1; 0 for never.
        lasting: every later call fails as well.
        kill: the process ends there, in the middle of a write.
        error: errno of the failing call.
        calls: names of the calls so far.
    """

    folder: str
    at: int = 0
    lasting: bool = False
    kill: bool = False
    error: int = errno.EIO
    calls: list[str] | None = None


#: Of this process; none: nothing is counted.
plan: Plan | None = None
_kept: list[object] = []  # functions that C holds and Python must not free


def install() -> None:
    """Turn the slots of this process, once."""
    from sqlcipher3 import _sqlite3

    turned = set()
    for library in (_sqlite3.__file__, *_pythons()):
        for name, slot in _slots(Path(library)):
            _turn(name, slot)
            turned.add(name)
    disk.SYNCFS = _counting("syncfs", disk.SYNCFS)  # called by its address, through no slot
    # fdatasync and friends depend on how the libraries were built; these do not.
    wanted = {"open64", "openat64", "write", "pwrite64", "fsync", "renameat", "unlinkat", "mkdirat"}
    assert wanted <= turned, wanted - turned


def _pythons() -> set[str]:
    """Return what holds the interpreter: the program, or its library."""
    mapped = {line.split()[-1] for line in Path("/proc/self/maps").read_text().splitlines()}
    return {str(Path("/proc/self/exe").resolve())} | {p for p in mapped if "/libpython3" in p}


def _turn(name: str, slot: int) -> None:
    result, *arguments = CALLS[name]
    kind = ctypes.CFUNCTYPE(result, *arguments, use_errno=True)
    real = kind((name, LIBC))
    pointer = ctypes.c_void_p.from_address(slot)
    turned = kind(_counting(name, real))
    _kept.extend((real, turned))
    page = slot & ~0xFFF
    if LIBC.mprotect(ctypes.c_void_p(page), ctypes.c_size_t(0x2000), 0x3) != 0:
        raise OSError(ctypes.get_errno(), "mprotect")
    pointer.value = ctypes.cast(turned, ctypes.c_void_p).value


def _counting(name: str, real: Callable[..., int]) -> Callable[..., int]:
    def call(*arguments: object) -> int:
        if plan is None or plan.calls is None or not _counts(name, arguments, plan.folder):
            return real(*arguments)
        plan.calls.append(name)
        number = len(plan.calls)
        if number == plan.at or (plan.at and plan.lasting and number > plan.at):
            if plan.kill:
                if name in {"write", "pwrite64"}:
                    real(arguments[0], arguments[1], arguments[2] // 2, *arguments[3:])
                os.kill(os.getpid(), signal.SIGKILL)
            ctypes.set_errno(plan.error)
            return -1
        return real(*arguments)

    return call


def _counts(name: str, arguments: tuple, folder: str) -> bool:
    flags = {"open64": 1, "openat64": 2}.get(name)
    if flags is not None and not arguments[flags] & os.O_CREAT:
        return False
    place = arguments[0]
    try:
        if isinstance(place, bytes):
            where = os.fsdecode(place)
        elif name.endswith(("at", "at64")):
            where = os.path.join(_folder(place), os.fsdecode(arguments[1]))
        else:
            where = os.readlink(f"/proc/self/fd/{place}")
    except OSError:
        return False
    return where.startswith(folder)


def _folder(descriptor: int) -> str:
    return os.getcwd() if descriptor == AT_FDCWD else os.readlink(f"/proc/self/fd/{descriptor}")


def _slots(library: Path) -> Iterator[tuple[str, int]]:
    """Yield name and address of every slot of a library for a call of `CALLS` (ELF, 64 bits)."""
    raw = library.read_bytes()
    base = _base(library) if struct.unpack_from("<H", raw, 16)[0] == 3 else 0  # 3: ET_DYN
    table, entry, count = (
        struct.unpack_from("<Q", raw, 32)[0],
        *struct.unpack_from("<HH", raw, 54),
    )
    headers = [struct.unpack_from("<IIQQQQQQ", raw, table + n * entry) for n in range(count)]

    def offset(address: int) -> int:
        return next(
            h[2] + address - h[3] for h in headers if h[0] == 1 and h[3] <= address < h[3] + h[5]
        )

    (dynamic,) = [h for h in headers if h[0] == 2]
    tags = dict(struct.iter_unpack("<QQ", raw[dynamic[2] : dynamic[2] + dynamic[5] // 16 * 16]))
    symbols, strings = offset(tags[6]), offset(tags[5])
    for start, size in ((23, 2), (7, 8)):  # JMPREL and PLTRELSZ, RELA and RELASZ
        if start not in tags:
            continue
        at = offset(tags[start])
        for place, info, addend in struct.iter_unpack("<QQq", raw[at : at + tags[size]]):
            if not info >> 32 or addend:
                continue
            text = strings + struct.unpack_from("<I", raw, symbols + (info >> 32) * 24)[0]
            name = raw[text : raw.index(b"\0", text)].decode()
            if name in CALLS:
                yield name, base + place


def _base(library: Path) -> int:
    for line in Path("/proc/self/maps").read_text().splitlines():
        if line.endswith(str(library.resolve())):
            return int(line.split("-")[0], 16)
    raise LookupError(library)
