"""How functions are compiled: ahead of use, kept for later runs, free of the interpreter lock.

Numba's cache notices when a function's own file changes, not when a function that it calls does;
nor does it expect two processors to fill one folder at once. Compiled code is therefore kept in a
folder named after all compiled sources, Numba, Python and the processor. Its files are pickles:
whoever can write them can run code. A folder that is not this user's alone is neither read nor
written, and without a usable folder the code is compiled for this process only.
"""

import contextlib
import hashlib
import os
import re
import shutil
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba
from llvmlite import binding as llvm  # type: ignore[import-untyped]
from numba.core import config
from numba.core.caching import CompileResultCacheImpl, FunctionCache, UserProvidedCacheLocator
from numba.extending import register_jitable

#: Numba takes settings (where compiled code lies, whether and for which processor to compile) from
#: a file in the folder that a command is run in: that may be a stranger's.
config._config_fname = os.devnull
config.reload_config()  # type: ignore[no-untyped-call]

_F = TypeVar("_F", bound=Callable[..., Any])

PACKAGE = Path(__file__).parent.parent
ROOMS_WITH_KERNELS = ("base", "sight", "measure", "redact")
_KERNEL = re.compile(rb"^@compiled", re.MULTILINE)
#: Folders to keep, this version's among them; each takes some megabytes.
_FOLDERS_KEPT = 6
#: Access for this user alone.
_PRIVATE = 0o700


def compiled(function: _F) -> _F:
    """Compile `function` at its first call and keep the result for later runs.

    It runs without the interpreter's lock, so threads may call it side by side. Floating-point
    arithmetic is not reordered (no fastmath): the same input gives the same bits.
    """
    options: dict[str, Any] = {"nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True}
    dispatcher: Any = numba.njit(**options)(function)
    if folder() is not None:
        with contextlib.suppress(OSError, RuntimeError):  # the folder is gone, or the disk full
            dispatcher._cache = _Kept(function)  # type: ignore[no-untyped-call]
    return dispatcher  # type: ignore[no-any-return]


def compiled_part(function: _F) -> _F:
    """Let `compiled` functions call `function`; called from Python, it runs uncompiled.

    Otherwise Numba writes wrappers for each function, which unpack and pack every array of every
    tuple, and compiles it anew for each constant that is passed.
    """
    within = register_jitable(no_cfunc_wrapper=True, error_model="numpy")
    return within(function)


def compiled_leaf(function: _F) -> _F:
    """Like `compiled_part`, for a function that makes no array.

    Numba counts who holds an array, with an atomic operation for each array of each tuple that a
    function is given, and one at its end: hundreds for a camera, a fifth of all time (and more on
    two processors, which then write to the same place). A function that makes none only borrows
    what its caller holds. One that makes an array, or keeps one, does not compile this way.
    """
    within = register_jitable(no_cfunc_wrapper=True, error_model="numpy", _nrt=False)
    return within(function)


def folder() -> Path | None:
    """Return the folder of compiled code, made if need be; None where none can be kept safely."""
    return _FOLDER if _FOLDER is not None and _made(_FOLDER) else None


def kernels_in(rooms: tuple[str, ...]) -> int:
    """Return the number of `compiled` functions in some rooms."""
    return sum(len(_KERNEL.findall(source)) for room in rooms for source in _sources(room))


def _sources(room: str) -> list[bytes]:
    files = sorted((PACKAGE / room).rglob("*.py"))
    return [source for source in map(Path.read_bytes, files) if _KERNEL.search(source)]


def _fingerprint() -> str:
    digest = hashlib.sha256()
    processor = (llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten())
    chosen = (numba.config.CPU_NAME, numba.config.CPU_FEATURES)  # type: ignore[attr-defined]
    digest.update(repr((numba.__version__, sys.version, processor, chosen)).encode())
    for room in ROOMS_WITH_KERNELS:
        for source in _sources(room):
            digest.update(source)
    return digest.hexdigest()[:16]


def _cache_home() -> Path | None:
    """Return the cache folder that the user names, or ours among the user's caches."""
    if named := os.environ.get("NUMBA_CACHE_DIR"):
        return Path(named).absolute()
    home = Path(os.environ.get("XDG_CACHE_HOME", ""))
    try:
        return (home if home.is_absolute() else Path.home() / ".cache") / "contrechamp"
    except RuntimeError:  # the user has no home
        return None


def _made(path: Path) -> bool:
    """Make the folder; return whether it and its parent belong to this user alone."""
    try:
        path.parent.mkdir(_PRIVATE, parents=True, exist_ok=True)
        if not _private(path.parent):
            return False
        if not path.exists():
            path.mkdir(_PRIVATE, exist_ok=True)
            _forget_earlier(path)
        return _private(path) and os.access(path, os.W_OK)
    except OSError:
        return False


def _private(path: Path) -> bool:
    status = path.lstat()
    if not stat.S_ISDIR(status.st_mode):
        return False
    if not hasattr(os, "getuid"):
        return True  # Windows: a profile's folders belong to its user
    return status.st_uid == os.getuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _forget_earlier(path: Path) -> None:
    """Remove the folders of all but the last few versions."""
    others = [other for other in path.parent.glob("compiled-*") if other != path]
    others.sort(key=lambda other: other.stat().st_mtime, reverse=True)
    for other in others[_FOLDERS_KEPT - 1 :]:
        shutil.rmtree(other, ignore_errors=True)


class _Place(CompileResultCacheImpl):
    _locator_classes = [UserProvidedCacheLocator]  # noqa: RUF012  as in the base class


class _Kept(FunctionCache):
    """Numba's cache, in our folder only; a damaged or missing file is no error."""

    _impl_class = _Place

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        if folder() is None:
            return None
        try:
            return super().load_overload(sig, target_context)  # type: ignore[no-untyped-call]
        except Exception:  # a truncated pickle can raise anything
            with contextlib.suppress(OSError):
                self._cache_file.flush()  # type: ignore[no-untyped-call]
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        try:
            if folder() is not None:
                super().save_overload(sig, data)  # type: ignore[no-untyped-call]
        except Exception:  # a full disk, a folder deleted meanwhile, a truncated index
            return


def _chosen_folder() -> Path | None:
    home = _cache_home()
    return home / f"compiled-{_fingerprint()}" if home is not None else None


_FOLDER = _chosen_folder()
if _FOLDER is not None:
    numba.config.CACHE_DIR = str(_FOLDER)  # type: ignore[attr-defined]
