"""Converting office files with LibreOffice, where it is installed, as a library in the cell.

It is not started as a program: its library is loaded into a process of the cell, through the C
interface that it keeps stable (LibreOfficeKit.h), and so runs under all restrictions of the cell.
It needs what other readers do without: a workshop in which it may remove and rename, and one system
call more (`contrechamp.cell.syscalls.OF_SCRATCH`). Macros are not run, and links lead nowhere.
"""

import ctypes
import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.base.progress import Progress

FUNCTION: Final = "contrechamp.cell.libreoffice:convert"
#: What the library is called, as distributions build it.
_LIBRARIES: Final = ("libmergedlo.so", "libsofficeapp.so")
_PLACES: Final = (
    *("/usr/lib/libreoffice/program", "/usr/lib64/libreoffice/program"),
    *("/usr/local/lib/libreoffice/program", "/opt/libreoffice/program"),
)
_SETTINGS: Final = Path("/etc/libreoffice")
#: Fonts are looked for where the system has them: the user's own are out of reach.
_FONTS: Final = (
    '<?xml version="1.0"?><fontconfig><dir>/usr/share/fonts</dir>'
    "<dir>/usr/local/share/fonts</dir><cachedir>{cache}</cachedir></fontconfig>"
)
# Places of functions in LibreOfficeKitClass and LibreOfficeKitDocumentClass: `size_t nSize` first.
_LOAD, _ERROR, _SAVE = 2, 3, 2
_MOST_SHOWN: Final = 200


def installed() -> Path | None:
    """Return the folder of LibreOffice's programs; None where it is not installed."""
    named = [found for name in ("soffice", "libreoffice") if (found := shutil.which(name))]
    for place in (*(Path(one).resolve().parent for one in named), *map(Path, _PLACES)):
        if _library(place) is not None:
            return place
    return None


def libraries(programs: Path) -> tuple[Path, ...]:
    """Return the folders that LibreOffice reads: its own, and the settings of the system."""
    return (programs.parent, *([_SETTINGS] if _SETTINGS.is_dir() else []))


def _library(programs: Path) -> Path | None:
    return next((programs / name for name in _LIBRARIES if (programs / name).is_file()), None)


def convert(said: dict[str, Any], progress: Progress) -> None:
    """Convert a file; called in a cell whose room has `libraries`, and a scratch workshop.

    Args:
        said: ``programs``, as `installed` returned them; ``source``; ``name`` that the source is
            read under, whose suffix tells what it claims to be; ``target``, whose suffix tells what
            it becomes; ``workshop``.
        progress: opens a bar.

    It does not tell what it leaves out.

    Raises:
        InputError: LibreOffice cannot read it.
    """
    workshop, target = Path(said["workshop"]), Path(said["target"])
    _settle(workshop)
    source = workshop / str(said["name"])
    shutil.copyfile(said["source"], source)
    with progress(_("Converting {name} with LibreOffice").format(name=source.name), None):
        office = _Office(Path(said["programs"]), workshop / "profile")
        office.convert(source, target)


def _settle(workshop: Path) -> None:
    """Keep all that LibreOffice writes in the workshop, before its library is loaded."""
    fonts = workshop / "fonts.conf"
    fonts.write_text(_FONTS.format(cache=workshop / "fonts"))
    os.environ.update(
        HOME=str(workshop),
        TMPDIR=str(workshop),
        FONTCONFIG_FILE=str(fonts),
        SAL_USE_VCLPLUGIN="svp",  # draws into memory, and asks for no screen
        SAL_DISABLE_OPENCL="1",
        DISABLE_EXTENSION_SYNCHRONIZATION="1",
    )


class _Office:
    """LibreOffice, loaded; it stays until the process ends."""

    def __init__(self, programs: Path, profile: Path) -> None:
        library = _library(programs)
        found = None
        with suppress(OSError):
            found = ctypes.CDLL(str(library), mode=ctypes.RTLD_GLOBAL)
        if found is None:
            raise InputError(_("needs LibreOffice, which is installed here but cannot be loaded"))
        start = found.libreofficekit_hook_2
        start.restype, start.argtypes = ctypes.c_void_p, [ctypes.c_char_p, ctypes.c_char_p]
        self._kit = start(str(programs).encode(), profile.as_uri().encode())
        if not self._kit:
            raise InputError(_("needs LibreOffice, which is installed here but cannot be loaded"))

    def convert(self, source: Path, target: Path) -> None:
        document = _method(self._kit, _LOAD, ctypes.c_void_p, ctypes.c_char_p)(
            self._kit, source.as_uri().encode()
        )
        if not document:
            raise InputError(
                _(
                    "cannot be read by LibreOffice, being damaged or locked with a password ({why})"
                ).format(why=self._error())
            )
        save = _method(document, _SAVE, ctypes.c_int, *[ctypes.c_char_p] * 3)
        form = target.suffix[1:].encode()
        if not save(document, target.as_uri().encode(), form, None) or not target.is_file():
            raise InputError(
                _("cannot be converted by LibreOffice: {why}").format(why=self._error())
            )

    def _error(self) -> str:
        said = _method(self._kit, _ERROR, ctypes.c_char_p)(self._kit)
        return (said or b"").decode("utf-8", "replace")[:_MOST_SHOWN] or _("it does not say why")


def _method(thing: int, number: int, returns: Any, *takes: Any) -> Any:
    """Return a function of an object, which begins with the address of a table of functions."""
    table = ctypes.cast(thing, ctypes.POINTER(ctypes.POINTER(ctypes.c_void_p)))[0]
    return ctypes.CFUNCTYPE(returns, ctypes.c_void_p, *takes)(table[number])
