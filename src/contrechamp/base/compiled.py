"""One way to compile: ahead of use, cached, without the interpreter's lock.

Numba's cache knows when the file of a function changed, not when a function that it calls did.
The cache therefore lies in a folder named after all compiled sources together, beside the package;
where that cannot be written Numba falls back to its folder of the user.
"""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba

_F = TypeVar("_F", bound=Callable[..., Any])

PACKAGE = Path(__file__).parent.parent
ROOMS_WITH_KERNELS = ("base", "sight", "measure", "redact")


def _fingerprint() -> str:
    digest = hashlib.sha256(numba.__version__.encode())
    for room in ROOMS_WITH_KERNELS:
        for file in sorted((PACKAGE / room).rglob("*.py")):
            source = file.read_bytes()
            if b"@compiled" in source:
                digest.update(source)
    return digest.hexdigest()[:12]


if not os.environ.get("NUMBA_CACHE_DIR"):
    numba.config.CACHE_DIR = str(PACKAGE / "__pycache__" / f"compiled-{_fingerprint()}")  # type: ignore[attr-defined]


def compiled(function: _F) -> _F:
    """Compile `function` at its first call and keep the result for later runs.

    It runs without the interpreter's lock, so threads may call it side by side. Floating-point
    arithmetic is not reordered (no fastmath): the same input gives the same bits.
    """
    return numba.njit(function, cache=True, nogil=True, error_model="numpy")  # type: ignore[no-any-return]
