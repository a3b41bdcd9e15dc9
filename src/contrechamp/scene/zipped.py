"""Reading entries of a zip archive, one at a time and never more bytes than a limit."""

import zipfile
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import PurePosixPath

from contrechamp.base.errors import InputError
from contrechamp.base.files import too_large, unreadable
from contrechamp.base.i18n import _

_CHUNK = 1 << 20


def entries(
    content: bytes, name: str, limit: int, wanted: Callable[[str], bool]
) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of the files of an archive that are wanted.

    Nothing is written anywhere, and no name is followed: a path in the archive is a label. The
    sizes that the archive states are not believed.

    Args:
        content: of the archive.
        name: for errors.
        limit: bytes that all wanted entries may unpack to.
        wanted: of a name in the archive.

    Raises:
        InputError: if the archive is damaged or encrypted, or unpacks to more than the limit.
    """
    left = limit
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            for info in archive.infolist():
                label = _label(info.filename)
                if not label or info.filename.endswith("/") or not wanted(label):
                    continue
                if info.flag_bits & 1:
                    raise InputError(_("the archive is encrypted; unpack it first"), where=name)
                unpacked = BytesIO()
                with archive.open(info) as entry:
                    while chunk := entry.read(_CHUNK):
                        left -= len(chunk)
                        if left < 0:
                            raise too_large(name, limit, _("unpack it, and give what is needed"))
                        unpacked.write(chunk)
                yield label, unpacked.getvalue()
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError) as error:
        raise unreadable(name, advice=_("fetch it again"), form="zip") from error
    except (NotImplementedError, RuntimeError) as error:  # a method of packing that nobody knows
        raise unreadable(name, error, _("unpack it first"), form="zip") from error


def _label(filename: str) -> str:
    """Return the path of an entry without what leads out of the archive."""
    parts = PurePosixPath(filename.replace("\\", "/")).parts
    return "/".join(part for part in parts if part not in {"/", "..", "."})
