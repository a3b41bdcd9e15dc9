"""What a file is, by its content: its name decides only where the bytes leave it open.

What people hand in by mistake is refused with what it is and what to do instead.
"""

import re
import zipfile
from collections.abc import Sequence
from io import BytesIO

from contrechamp.base.csv_and_xlsx import csv_header
from contrechamp.base.errors import InputError
from contrechamp.base.files import unreadable
from contrechamp.base.i18n import _

OSM_XML, OSM_PBF = "OSM XML", "OSM PBF"
CSV, XLSX = "CSV", "XLSX"
GEOJSON, GPKG, PARQUET = "GeoJSON", "GeoPackage", "GeoParquet"
GPX, KML, KMZ = "GPX", "KML", "KMZ"
PHOTOS = "photos"
GEOTIFF = "GeoTIFF"
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
    ".txt": CSV,
    ".xlsx": XLSX,
    ".geojson": GEOJSON,
    ".json": GEOJSON,
    ".gpkg": GPKG,
    ".parquet": PARQUET,
    ".geoparquet": PARQUET,
    ".gpx": GPX,
    ".kml": KML,
    ".kmz": KMZ,
    ".jpg": PHOTOS,
    ".jpeg": PHOTOS,
    ".heic": PHOTOS,
    ".tif": GEOTIFF,
    ".tiff": GEOTIFF,
}
FORMATS = frozenset(ENDINGS.values())
NAMED = (
    ".osm, .osm.gz, .osm.bz2, .osm.pbf, .csv, .xlsx, .geojson, .gpkg, .parquet, .gpx, .kml, .kmz, "
    ".tif"
)

#: Columns that only a table of places has.
_OF_PLACES = frozenset({"lon", "longitude", "lng", "wkt", "geom", "geometry", "the_geom"})
#: The first element of XML, without its namespace.
_ROOT = re.compile(rb"<(?:[\w.-]+:)?([A-Za-z][\w.-]*)")
#: How the brands of HEIF begin (ISO/IEC 23008-12).
_HEIF = (b"heic", b"heix", b"heif", b"mif1", b"msf1", b"hevc")
#: How a TIFF begins, small or big, in either order of bytes.
_TIFF = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
#: Entries of an archive that are looked at.
MAX_ENTRIES = 50_000


def by_name(name: str) -> str:
    """Return the format that a name promises; "" if none."""
    lower = name.lower()
    return next((wanted for ending, wanted in ENDINGS.items() if lower.endswith(ending)), "")


def is_photo(head: bytes) -> bool:
    """Return whether a file begins as a photo of a phone or camera: JPEG or HEIF."""
    return head.startswith(b"\xff\xd8\xff") or (head[4:8] == b"ftyp" and head[8:12] in _HEIF)


def recognised(content: bytes, file_name: str, name: str) -> str:
    """Return the format of a file.

    Args:
        content: of the file, unpacked if it was packed with gzip or bzip2.
        file_name: decides where the bytes leave it open.
        name: for errors.

    Raises:
        InputError: if it is nothing that can be read here, saying what it is.
    """
    if not content.strip(b"\x00 \t\r\n"):
        raise InputError(_("the file is empty"), where=name)
    wanted = by_name(file_name)
    head = content[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    if found := _by_signature(content, name):
        return found
    if head.startswith(b"<"):
        return _xml_kind(head, wanted, name)
    if head[:2] in {b"\xff\xfe", b"\xfe\xff"} and wanted in {GPX, KML}:
        return wanted  # XML in UTF-16
    if head.startswith((b"{", b"[")) and wanted != CSV:
        return _json_kind(head, wanted, name)
    return _text_kind(content, wanted, name)


def _by_signature(content: bytes, name: str) -> str:
    """Return what the first bytes say; "" if nothing."""
    if content.startswith(b"SQLite format 3\x00"):
        return GPKG
    if content.startswith(b"PAR1"):
        return PARQUET
    if content[4:15] == b"\x0a\x09OSMHeader":
        return OSM_PBF
    if is_photo(content[:16]):
        return PHOTOS
    if content.startswith(_TIFF):
        return GEOTIFF
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _archive_kind(content, name)
    if mistake := _mistake(content):
        raise InputError(mistake, where=name)
    return ""


def _mistake(content: bytes) -> str:
    """Return what somebody handed in by mistake, and what to do; "" if it is nothing known."""
    signatures: Sequence[tuple[int, bytes, str]] = (
        (3, b"o5m2", _o5m()),
        (3, b"o5c2", _changes()),
        (0, b"\x00\x00\x27\x0a", _shapefile()),
        (0, b"\x89PNG", _picture()),
        (0, b"GIF8", _picture()),
        (0, b"RIFF", _picture()),
        (0, b"%PDF", _document()),
        (0, b"{\\rtf", _document()),
        (0, b"\xd0\xcf\x11\xe0", _old_office()),
        (8, b".FIT", _fit()),
        (0, b"7z\xbc\xaf\x27\x1c", _packed()),
        (0, b"Rar!", _packed()),
        (0, b"\xfd7zXZ\x00", _packed()),
        (0, b"\x28\xb5\x2f\xfd", _packed()),
        (257, b"ustar", _packed()),
    )
    return next(
        (text for at, begin, text in signatures if content[at : at + len(begin)] == begin), ""
    )


def _archive_kind(content: bytes, name: str) -> str:
    """Return what a zip archive is, by the names in it: nothing is unpacked."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            entries = [entry.filename.lower() for entry in archive.infolist()]
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise unreadable(name, advice=_("fetch it again"), form="zip") from error
    if len(entries) > MAX_ENTRIES:
        text = _("the archive holds more than {count} files; unpack it, and give what is needed")
        raise InputError(text.format(count=MAX_ENTRIES), where=name)
    if any(entry == "xl/workbook.xml" for entry in entries):
        return XLSX
    if any(entry.startswith("takeout/") for entry in entries):
        raise InputError(_takeout(), where=name)
    if any(entry.endswith(".kml") for entry in entries):
        return KMZ
    if any(entry.endswith((".jpg", ".jpeg", ".heic", ".heif")) for entry in entries):
        return PHOTOS
    if any(entry.endswith(".shp") for entry in entries):
        raise InputError(_shapefile(), where=name)
    if any(entry in {"word/document.xml", "content.xml"} for entry in entries):
        raise InputError(_document(), where=name)
    raise InputError(_packed(), where=name)


def _xml_kind(head: bytes, wanted: str, name: str) -> str:
    root = first[1].lower() if (first := _ROOT.search(head)) else b""
    if found := {b"osm": OSM_XML, b"gpx": GPX, b"kml": KML}.get(root):
        return found
    if root == b"osmchange":
        raise InputError(_changes(), where=name)
    if root == b"html" or b"<!doctype html" in head.lower():
        raise InputError(
            _("this is a web page; the download went wrong, fetch the file again"), where=name
        )
    if root == b"trainingcenterdatabase":
        raise InputError(_fit(), where=name)
    if wanted not in {OSM_XML, GPX, KML}:
        raise _misnamed(wanted, name)
    return wanted


def _json_kind(head: bytes, wanted: str, name: str) -> str:
    if any(word in head for word in (b'"timelineObjects"', b'"semanticSegments"')) or (
        b'"locations"' in head and b'"latitudeE7"' in head
    ):
        raise InputError(_takeout(), where=name)
    if head.startswith(b"[") or wanted not in {"", GEOJSON}:
        raise _misnamed(wanted or GEOJSON, name)
    return GEOJSON


def _text_kind(content: bytes, wanted: str, name: str) -> str:
    """Return the format of what has no signature: a table of places, or what the name promises."""
    if wanted == CSV:
        return CSV
    header = {cell.lower() for cell in csv_header(content[:65536], cut=len(content) > 65536)}
    if header & _OF_PLACES:
        return CSV
    raise _misnamed(wanted, name) if wanted else _unknown(name)


def _misnamed(wanted: str, name: str) -> InputError:
    if not wanted:
        return _unknown(name)
    text = _("this is not a {format} file, although its name says so").format(format=wanted)
    return InputError(text, where=name)


def _unknown(name: str) -> InputError:
    return InputError(
        _("this kind of file is not known; expected one of {endings}").format(endings=NAMED),
        where=name,
    )


def _o5m() -> str:
    return _(
        "this is OpenStreetMap data as .o5m; convert it first, such as with osmium cat -o "
        "city.osm.pbf"
    )


def _changes() -> str:
    return _(
        "this is a file of changes, not of a map: apply it to an extract first, such as "
        "with osmium apply-changes"
    )


def _shapefile() -> str:
    return _(
        "this is a shapefile; open it in QGIS and export it as GeoPackage, or run ogr2ogr out.gpkg "
        "in.shp"
    )


def _picture() -> str:
    return _("this is a picture without a place; photos are read as JPEG or HEIC from the camera")


def _document() -> str:
    return _("this is a text document; put the table that it holds into a spreadsheet or CSV file")


def _old_office() -> str:
    return _("this is an office file of before 2007; open it and save the table as XLSX or CSV")


def _fit() -> str:
    return _("this is a training log of a sports watch; export the walk as GPX")


def _packed() -> str:
    return _("this is an archive; unpack it, and give the files that are needed")


def _takeout() -> str:
    return _(
        "this is a person's location history (Google Takeout), not a survey: where somebody was is "
        "not read here. Export the one walk that is meant as GPX"
    )
