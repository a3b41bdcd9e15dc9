"""Opening the user's input files: their format and digest, and never more bytes than a limit."""

import bz2
import gzip
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import IO, Any

from contrechamp.base import files
from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _

#: A compressed file that unpacks to more than this is refused: 2 GiB is several times the XML of a
#: large city. Files are read into memory, so this bounds memory too.
MAX_UNPACKED_BYTES = 2 * 1024**3
_CHUNK = 1 << 20

OSM_XML, OSM_PBF = "OSM XML", "OSM PBF"
CSV, GEOJSON, GPKG, PARQUET, GPX = "CSV", "GeoJSON", "GeoPackage", "GeoParquet", "GPX"
OSM_FORMATS = frozenset({OSM_XML, OSM_PBF})
#: Those whose licence is known, whoever made the file.
LICENCES = dict.fromkeys(OSM_FORMATS, "ODbL 1.0")

#: Ending of a file's name -> the format that it should have.
ENDINGS = {
    ".osm.gz": OSM_XML,
    ".osm.bz2": OSM_XML,
    ".osm.pbf": OSM_PBF,
    ".osm": OSM_XML,
    ".pbf": OSM_PBF,
    ".csv": CSV,
    ".tsv": CSV,
    ".geojson": GEOJSON,
    ".json": GEOJSON,
    ".gpkg": GPKG,
    ".parquet": PARQUET,
    ".geoparquet": PARQUET,
    ".gpx": GPX,
}
FORMATS = frozenset(ENDINGS.values())
NAMED = ".osm, .osm.gz, .osm.bz2, .osm.pbf, .csv, .geojson, .gpkg, .parquet, .gpx"


@dataclass(frozen=True)
class OpenedFile:
    """The bytes of one file, unpacked.

    Args:
        name: of the file, without its path.
        format: one of the formats above.
        content: uncompressed.
    """

    name: str
    format: str
    content: bytes


def opened_content(
    content: IO[bytes], file_name: str, name: str, max_unpacked_bytes: int = MAX_UNPACKED_BYTES
) -> OpenedFile:
    """Unpack the content of a file, within limits, and recognise its format.

    Args:
        content: as it is on disk.
        file_name: whose ending says what it should be; its first bytes say what it is.
        name: for errors.
        max_unpacked_bytes: what it may hold.

    Raises:
        InputError: if it is in an unknown format, is not what its name says, or is too large.
    """
    wanted = _by_name(file_name)
    packed = _bounded(content, name, max_unpacked_bytes)
    unpacked = _unpacked(packed, name, max_unpacked_bytes)
    return OpenedFile(name, _by_content(unpacked, wanted, name), unpacked)


def check_known(file_name: str) -> None:
    """Check that a file has a name of a kind that is read.

    Raises:
        InputError: if it has not.
    """
    _by_name(file_name)


def check_size(size: int, name: str, max_unpacked_bytes: int) -> None:
    """Check that a file is not too large to be read.

    Raises:
        InputError: if it is.
    """
    if size > max_unpacked_bytes:
        raise _too_large(name, max_unpacked_bytes)


def _by_name(name: str) -> str:
    lower = name.lower()
    for ending, wanted in ENDINGS.items():
        if lower.endswith(ending):
            return wanted
    raise InputError(
        _("this kind of file is not known; expected one of {endings}").format(endings=NAMED),
        where=name,
    )


def _unpacked(packed: bytes, name: str, limit: int) -> bytes:
    opener: Callable[[IO[bytes]], Any]
    if packed.startswith(b"\x1f\x8b"):
        opener = partial(gzip.GzipFile, None, "rb", 9)
    elif packed.startswith(b"BZh"):
        opener = bz2.BZ2File
    else:
        return packed
    try:
        with opener(BytesIO(packed)) as unpacking:
            return _bounded(unpacking, name, limit)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(
            _("the packed file is damaged or not complete; fetch it again"), where=name
        ) from error


def _bounded(source: IO[bytes] | gzip.GzipFile | bz2.BZ2File, name: str, limit: int) -> bytes:
    """Read to the end, but raise as soon as there is more than `limit`."""
    chunks, size = [], 0
    while chunk := source.read(_CHUNK):
        size += len(chunk)
        if size > limit:
            raise _too_large(name, limit)
        chunks.append(chunk)
    return b"".join(chunks)


def _too_large(name: str, limit: int) -> InputError:
    return files.too_large(name, limit, _("cut out a smaller area"))


def _by_content(content: bytes, wanted: str, name: str) -> str:
    """Return the format of the content; where its bytes leave that open, the name decides."""
    head = content[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    if not content.strip(b"\x00 \t\r\n"):
        raise InputError(_("the file is empty"), where=name)
    found = wanted
    if head.startswith(b"SQLite format 3\x00"):
        found = GPKG
    elif head.startswith(b"PAR1"):
        found = PARQUET
    elif content[4:15] == b"\x0a\x09OSMHeader":
        found = OSM_PBF
    elif head.startswith(b"<"):
        found = _xml_kind(head, wanted, name)
    elif wanted in {GPKG, PARQUET, OSM_PBF, OSM_XML, GPX} or (
        wanted == GEOJSON and not head.startswith(b"{")
    ):
        if wanted == GPX and head[:2] in {b"\xff\xfe", b"\xfe\xff"}:
            return GPX  # XML in UTF-16
        raise _misnamed(wanted, name)
    return found


def _misnamed(wanted: str, name: str) -> InputError:
    text = _("this is not a {format} file, although its name says so").format(format=wanted)
    return InputError(text, where=name)


def declares_entities(content: bytes) -> bool:
    """Return whether XML declares a document type or entities, which no map or walk needs."""
    return b"<!DOCTYPE" in content[:4096] or b"<!ENTITY" in content


def _xml_kind(head: bytes, wanted: str, name: str) -> str:
    lower = head.lower()
    if b"<osmchange" in lower:
        raise InputError(
            _(
                "this is a file of changes, not of a map: apply it to an extract first, such as "
                "with osmium apply-changes"
            ),
            where=name,
        )
    if b"<osm" in lower:
        return OSM_XML
    if b"<gpx" in lower:
        return GPX
    if b"<html" in lower or b"<!doctype html" in lower:
        raise InputError(
            _("this is a web page; the download went wrong, fetch the file again"), where=name
        )
    if wanted not in {OSM_XML, GPX}:
        raise _misnamed(wanted, name)
    return wanted
