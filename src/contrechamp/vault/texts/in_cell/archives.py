"""Archives, and office files, which are archives: of each part only as much as may be taken."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO

from contrechamp.vault.texts.in_cell import office, within
from contrechamp.vault.texts.in_cell.bounds import Bounds, Part, Place

#: Bytes of one part that are unpacked at most.
_PART = 64 << 20
#: What reading a damaged archive raises.
BROKEN = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError,
    RuntimeError, KeyError, IndexError,
)  # fmt: skip


def archive(content: IO[bytes], at: Place, bounds: Bounds) -> Iterator[Part]:
    """Yield the text of an office file, or of what lies in an archive."""
    try:
        packed = zipfile.ZipFile(content)
        names = {one.filename for one in packed.infolist()}
    except BROKEN:
        bounds.note("damaged")
        return
    reader = office.reader_for(names)
    if reader is not None:
        yield from reader(lambda name: unpacked(packed, name, bounds), sorted(names), at, bounds)
        return
    if bounds.deep <= 0:
        bounds.note("deep")
        return
    bounds.deep -= 1
    files = [one for one in packed.infolist() if not one.is_dir()]
    # Pictures and recordings have no other text by which they are found.
    yield from bounds.part(at, "\n".join(one.filename for one in files))
    for one in files:
        bounds.open()
        if one.flag_bits & 1:
            bounds.note("locked")
            continue
        part = unpacked(packed, one.filename, bounds)
        yield from within.of(part, one.filename, at, bounds)
    bounds.deep += 1


def unpacked(packed: zipfile.ZipFile, name: str, bounds: Bounds) -> bytes:
    """Return a part of an archive, or nothing of it if it is damaged or too large."""
    found = io.BytesIO()
    try:
        with packed.open(name) as part:
            while piece := part.read(min(1 << 20, bounds.unpacked + 1)):
                bounds.unpack(len(piece))
                found.write(piece)
                if found.tell() > _PART:
                    bounds.note("large")
                    return b""
    except BROKEN:
        bounds.note("damaged")
        return b""
    return found.getvalue()
