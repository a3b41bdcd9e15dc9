"""Unpacks ZIP archives within limits, and packs masked copies into new ones; in the cell."""

import stat
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.base.progress import Progress
from contrechamp.redact.containers.limits import MAX_NAME, too_much
from contrechamp.redact.request import Request

_PIECE = 1 << 20
_NO_DATE = (1980, 1, 1, 0, 0, 0)
#: What systems put into archives beside what people did.
_OF_SYSTEMS = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")


def unpack(
    source: Path, target: Path, request: Request, progress: Progress, *, parts: int, size: int
) -> dict[str, Any]:
    """Write the members of an archive into the folder of `target`, under numbers.

    Args:
        source: the archive.
        target: a file in the folder for them.
        request: not used.
        progress: opens a bar.
        parts: how many there may be.
        size: of all of them, in bytes.

    Returns:
        ``parts``, each with ``file``, ``name`` and ``size``; ``left_out``, each with ``name`` and
        ``reason``.

    Raises:
        InputError: it is damaged, or holds more.
    """
    target.parent.mkdir(exist_ok=True)
    try:
        archive = zipfile.ZipFile(source)
        members = [one for one in archive.infolist() if not one.is_dir()]
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError) as error:
        raise InputError(_("is a damaged ZIP archive or office file")) from error
    if len(members) > parts:
        raise too_much()
    taken: list[dict[str, Any]] = []
    left_out: list[dict[str, str]] = []
    with progress(_("Unpacking {file}").format(file=source.name), len(members)) as advance:
        for member in members:
            name = member.filename[-MAX_NAME:]
            if reason := _not_unpacked(member):
                left_out.append({"name": name, "reason": reason})
            else:
                file = target.parent / str(len(taken))
                try:
                    with archive.open(member) as content:
                        written = _write(content, file, size)
                except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError,
                        NotImplementedError, ValueError) as error:  # fmt: skip
                    file.write_bytes(b"")
                    left_out.append(
                        {
                            "name": name,
                            "reason": _("is damaged: {reason}").format(reason=str(error)[:80]),
                        }
                    )
                    written = 0
                else:
                    size -= written
                    taken.append({"file": file.name, "name": name, "size": written})
            advance(1)
    return {"parts": taken, "left_out": left_out}


def _not_unpacked(member: zipfile.ZipInfo) -> str:
    if any(sign in member.filename for sign in _OF_SYSTEMS):
        return _("belongs to the system that packed it")
    if member.flag_bits & 1:
        return _("is locked with a password; save it without one first")
    if stat.S_ISLNK(member.external_attr >> 16):
        return _("is a link to another file")
    return ""


def _write(content: IO[bytes], file: Path, size: int) -> int:
    written = 0
    with file.open("wb") as out:
        while piece := content.read(_PIECE):
            written += len(piece)
            if written > size:
                raise too_much()
            out.write(piece)
    return written


def pack(
    source: Path,
    target: Path,
    request: Request,
    progress: Progress,
    *,
    parts: Sequence[dict[str, str]],
) -> dict[str, Any]:
    """Write masked copies into a new archive: names and bytes, one date, nothing of any system.

    Args:
        source: not read.
        target: written.
        request: not used.
        progress: opens a bar.
        parts: each with ``path`` of the copy and ``name`` in the archive.
    """
    with (
        progress(_("Packing {file}").format(file=target.name), len(parts)) as advance,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for part in parts:
            entry = zipfile.ZipInfo(part["name"], _NO_DATE)
            entry.create_system = 0
            entry.compress_type = zipfile.ZIP_DEFLATED
            content = Path(part["path"])
            entry.file_size = content.stat().st_size
            with content.open("rb") as file, archive.open(entry, "w") as out:
                while piece := file.read(_PIECE):
                    out.write(piece)
            advance(1)
    return {"looks": [], "removed": [], "checks": []}
