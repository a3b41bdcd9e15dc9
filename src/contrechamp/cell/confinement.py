"""Confines a process before it reads bytes of strangers.

Everywhere: limits on memory, time and file size. On Linux also, as far as the kernel supports it:
no rights but those of an ordinary user, no files but those of the job (Landlock), no system calls
but those that decoders need (seccomp), and so no network and no other processes. A decoder taken
over by a hostile file can then neither read a case nor call home.

Call it before any thread starts: Landlock binds only the thread that calls it.
"""

import contextlib
import ctypes
import os
import pwd
import sys
import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path

from contrechamp.cell import landlock, privileges, seccomp, syscalls
from contrechamp.cell.limits import ProcessLimits, hold, hold_to, values_for

#: Names of the restrictions without which the cell is not closed: bytes of strangers are refused.
REQUIRED = ("limits", "files", "network", "processes")

#: Where the system has its libraries and what belongs to them.
_LIBRARIES = (
    *("/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libexec", "/usr/local/lib", "/usr/share"),
    *("/lib", "/lib32", "/lib64", "/nix/store", "/gnu/store"),
)
#: What libraries ask the system: where other libraries are, and what the machine has.
_FACTS = (
    *("/etc/ld.so.cache", "/etc/localtime", "/proc/cpuinfo", "/proc/meminfo"),
    *("/sys/devices/system/cpu", "/sys/devices/system/node"),
)
_CHANCE = ("/dev/urandom", "/dev/random")
_NOWHERE = ("/dev/null", "/dev/zero")


def confine(
    limits: ProcessLimits,
    *,
    readable: Iterable[Path] = (),
    writable: Iterable[Path] = (),
    libraries: Iterable[Path] = (),
    descriptors: Collection[int] | None = None,
    scratch: bool = False,
) -> tuple[str, ...]:
    """Confine this process, for good; return the names of the restrictions now in force.

    Where one of `REQUIRED` is missing among them, the cell is not closed: the caller decides, and
    tells the user, before a byte is read.

    Args:
        limits: what it may cost.
        readable: the only files of the user's that may be read; may be ``/dev/fd/N``.
        writable: the only folders that may be read and written; nothing is removed in them.
        libraries: folders that may be read, beside those of the system.
        descriptors: what stays open, beside the standard streams and `readable`; None for all.
        scratch: files may be removed and renamed in `writable` nevertheless.

    Raises:
        RuntimeError: there are threads, which would stay free.
    """
    readable, writable = tuple(readable), tuple(writable)
    write = landlock.WRITE | landlock.REMOVE if scratch else landlock.WRITE
    places = [
        *((place, landlock.READ_FILE) for place in readable),
        *((place, write) for place in writable),
        *((place, landlock.READ) for place in libraries),
    ]
    calls = syscalls.OF_SCRATCH if scratch else frozenset[str]()
    return _confined(limits, readable, places, descriptors, calls)


def prepared(limits: ProcessLimits) -> Callable[[Collection[int]], tuple[str, ...]]:
    """Return what confines a child that is forked from this process as `confine` would.

    What takes time is done here, once. This process itself gives up all rights beyond those of an
    ordinary user.

    Args:
        limits: what each child may cost.

    Returns:
        A function, to be called in the child with the descriptors that stay open beside the
        standard streams. It raises RuntimeError where there are threads.
    """
    values = values_for(limits)
    if sys.platform != "linux":

        def hold_only(keep: Collection[int]) -> tuple[str, ...]:
            privileges.close_others(keep)
            hold_to(values)
            return ("limits",)

        return hold_only
    libc = ctypes.CDLL(None, use_errno=True)
    dropped = privileges.drop(libc, ())
    rules = landlock.ruleset(_system()) if dropped else None
    code = seccomp.prepared() if dropped else None

    def confine_child(keep: Collection[int]) -> tuple[str, ...]:
        _need_one_thread()  # a library may start one as soon as it is forked
        privileges.close_others([*keep, *([] if rules is None else [rules])])
        privileges.leave_session(libc)
        hold_to(values)
        files = rules is not None and landlock.restrict(rules)
        calls = code is not None and seccomp.load(code)
        return (
            "limits",
            *(("files",) if files else ()),
            *(("network", "processes") if calls else ()),
        )

    return confine_child


def confine_program(
    limits: ProcessLimits,
    *,
    programs: Iterable[Path],
    libraries: Iterable[Path],
    readable: Iterable[Path],
    descriptors: Collection[int],
) -> tuple[str, ...]:
    """Confine this process, which is about to become an outside program, for good.

    It can write nothing, but what its standard streams take.

    Args:
        limits: what it may cost.
        programs: the only files that may be executed: the program, and what interprets it.
        libraries: of the programs, beside those of the system.
        readable: the only files of the user's that may be read.
        descriptors: what stays open, beside the standard streams.

    Returns:
        The names of the restrictions now in force, as `confine` does.

    Raises:
        RuntimeError: there are threads, which would stay free.
    """
    readable = tuple(readable)
    places = [
        *((place, landlock.READ_FILE) for place in readable),
        *((place, landlock.READ) for place in libraries),
        *((place, landlock.READ | landlock.EXECUTE) for place in programs),
    ]
    return _confined(limits, readable, places, descriptors, syscalls.OF_PROGRAMS)


def _confined(
    limits: ProcessLimits,
    readable: Collection[Path],
    places: Iterable[tuple[Path, int]],
    descriptors: Collection[int] | None,
    calls: frozenset[str],
) -> tuple[str, ...]:
    if descriptors is not None:
        privileges.close_others({*descriptors, *_descriptors_of(readable)})
    restrictions = ["limits"]
    if sys.platform == "linux":
        _need_one_thread()
        libc = ctypes.CDLL(None, use_errno=True)
        privileges.leave_session(libc)
        hold(limits)
        if privileges.drop(libc, readable):
            restrictions += ["files"] if landlock.fence([*_system(), *places]) else []
            restrictions += ["network", "processes"] if seccomp.install(calls) else []
    else:
        hold(limits)
    return tuple(restrictions)


def _need_one_thread() -> None:
    """Raise where there are threads, which would stay free."""
    if _threads() != 1:
        raise RuntimeError("confined with threads running")


def _threads() -> int:
    try:
        return len(os.listdir("/proc/self/task"))
    except FileNotFoundError:  # in a folder that is taken for the whole system, without /proc
        return threading.active_count()


def _descriptors_of(readable: Iterable[Path]) -> Iterator[int]:
    return (number for place in readable if (number := descriptor_of(place)) is not None)


def descriptor_of(place: Path) -> int | None:
    """Return N where a file is named ``/dev/fd/N``, which is open already; None for others."""
    return int(place.name) if place.parent == Path("/dev/fd") and place.name.isdigit() else None


def _system() -> Iterator[tuple[Path, int]]:
    """Yield the places of the system that any process may read, and what it may do there."""
    for place in (*_LIBRARIES, *_FACTS):
        yield Path(place), landlock.READ
    for place in _CHANCE:
        yield Path(place), landlock.READ_FILE
    for place in _NOWHERE:
        yield Path(place), landlock.READ_FILE | landlock.WRITE_FILE
    for folder in sorted(_of_python()):
        yield folder, landlock.READ


def _of_python() -> set[Path]:
    """Return the folders that Python, its libraries and this program are in.

    Who named them may not have thought of what is opened by it: neither a folder that depends on
    where a command is run, nor one that has the user's home in it, is among them.
    """
    named = [*sys.path, *os.environ.get("LD_LIBRARY_PATH", "").split(os.pathsep)]
    folders = {Path(prefix) / "lib" for prefix in (sys.prefix, sys.base_prefix)}
    folders |= {Path(place) for place in named if os.path.isabs(place) and os.path.isdir(place)}
    homes = {Path(os.path.expanduser("~")), *_home()}
    # As the system finds them: a link may lead to the home.
    return {
        folder
        for folder in folders
        if not any(home.resolve().is_relative_to(folder.resolve()) for home in homes)
    }


def _home() -> Iterator[Path]:
    """Yield the user's home as the system knows it: the cell's own environment names another."""
    with contextlib.suppress(KeyError):
        yield Path(pwd.getpwuid(os.getuid()).pw_dir)
