"""What kinds of files can be masked: the one list of them, for messages and the documentation too.

Which of them a file is, its content tells (`contrechamp.redact.kind_by_content`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from contrechamp.redact.outcome import Kind


@dataclass(frozen=True)
class FileKind:
    """The kind of a file, and of its masked copy.

    Args:
        kind: which masker takes it.
        format: what the format is called, in messages too.
        names: the usual suffixes of such files.
        suffix: of the masked copy.
        frames: whether it is a picture of several frames.
        by_way_of: the format of the same kind that it is converted to before it is masked; ``""``
            if it is masked as it is.
    """

    kind: Kind
    format: str
    names: tuple[str, ...]
    suffix: str
    frames: bool = False
    by_way_of: str = ""

    @property
    def plays(self) -> bool:
        """Whether it takes time to look at or listen to, and so to mask."""
        return self.frames or self.kind in ("video", "sound") or self.holds_others

    @property
    def holds_others(self) -> bool:
        """Whether it holds files, each of which is masked by its own kind."""
        return self.kind in ("archive", "mail")

    @property
    def needs_office(self) -> bool:
        """Whether it is converted by LibreOffice, which is not everywhere."""
        return bool(self.by_way_of) and self.kind == "office"

    def odd_name(self, source: Path) -> bool:
        """Tell whether the name of `source` does not fit its content."""
        return source.suffix.lower() not in self.names


JPEG = FileKind("image", "JPEG", (".jpg", ".jpeg", ".jpe", ".jfif"), ".jpg")
PNG = FileKind("image", "PNG", (".png",), ".png")
WEBP = FileKind("image", "WebP", (".webp",), ".webp")
BMP = FileKind("image", "BMP", (".bmp", ".dib"), ".png")
GIF = FileKind("image", "GIF", (".gif",), ".gif", frames=True)
APNG = FileKind("image", "APNG", (".png", ".apng"), ".png", frames=True)
MOVING_WEBP = FileKind("image", "moving WebP", (".webp",), ".webp", frames=True)
TIFF = FileKind("image", "TIFF", (".tif", ".tiff"), ".tif")
HEIC = FileKind("image", "HEIC", (".heic", ".heif", ".hif"), ".jpg")
AVIF = FileKind("image", "AVIF", (".avif",), ".jpg")
_RAW_NAMES = ".arw .cr2 .cr3 .dng .erf .nef .nrw .orf .pef .raf .raw .rw2 .srw"
RAW = FileKind("image", "RAW", tuple(_RAW_NAMES.split()), ".jpg")
MP4 = FileKind("video", "MP4", (".mp4", ".m4v", ".mov", ".3gp", ".3g2", ".qt"), ".mp4")
MATROSKA = FileKind("video", "Matroska", (".mkv", ".webm"), ".mp4")
AVI = FileKind("video", "AVI", (".avi",), ".mp4")
MPEG = FileKind("video", "MPEG", (".mpg", ".mpeg", ".vob", ".ts", ".mts", ".m2ts"), ".mp4")
WMV = FileKind("video", "WMV", (".wmv", ".asf"), ".mp4")
M4A = FileKind("sound", "M4A", (".m4a", ".m4b", ".mp4", ".mov", ".3gp", ".aac"), ".m4a")
MKA = FileKind("sound", "Matroska", (".mka", ".weba", ".webm", ".mkv"), ".ogg")
WAV = FileKind("sound", "WAV", (".wav", ".wave"), ".wav")
FLAC = FileKind("sound", "FLAC", (".flac",), ".flac")
MP3 = FileKind("sound", "MP3", (".mp3",), ".mp3")
AAC = FileKind("sound", "AAC", (".aac",), ".m4a")
AMR = FileKind("sound", "AMR", (".amr",), ".m4a")
OGG = FileKind("sound", "Ogg", (".ogg", ".oga", ".opus"), ".ogg")
WMA = FileKind("sound", "WMA", (".wma", ".asf"), ".m4a")
AIFF = FileKind("sound", "AIFF", (".aiff", ".aif", ".aifc"), ".wav")
PDF = FileKind("pdf", "PDF", (".pdf",), ".pdf")
PAGES = FileKind("pdf", "multi-page TIFF", TIFF.names, ".pdf", by_way_of="PDF")
SVG = FileKind("pdf", "SVG", (".svg",), ".pdf", by_way_of="PDF")
DOCX = FileKind("office", "DOCX", (".docx", ".docm"), ".docx")
XLSX = FileKind("office", "XLSX", (".xlsx", ".xlsm"), ".xlsx")
PPTX = FileKind("office", "PPTX", (".pptx", ".pptm"), ".pptx")
ODT = FileKind("office", "ODT", (".odt",), ".odt")
ODS = FileKind("office", "ODS", (".ods",), ".ods")
ODP = FileKind("office", "ODP", (".odp",), ".odp")
DOC = FileKind("office", "DOC", (".doc", ".dot"), ".docx", by_way_of="DOCX")
XLS = FileKind("office", "XLS", (".xls", ".xlt"), ".xlsx", by_way_of="XLSX")
PPT = FileKind("office", "PPT", (".ppt", ".pps", ".pot"), ".pptx", by_way_of="PPTX")
RTF = FileKind("office", "RTF", (".rtf",), ".docx", by_way_of="DOCX")
TXT = FileKind("text", "TXT", (".txt", ".log", ".md"), ".txt")
CSV = FileKind("text", "CSV", (".csv", ".tsv", ".tab"), ".csv")
JSON = FileKind("text", "JSON", (".json", ".jsonl", ".ndjson", ".geojson"), ".json")
HTML = FileKind("text", "HTML", (".html", ".htm", ".xhtml"), ".html")
EML = FileKind("mail", "EML", (".eml",), ".eml")
MBOX = FileKind("mail", "MBOX", (".mbox", ".mbx"), ".mbox")
MSG = FileKind("mail", "MSG", (".msg",), ".eml")
ZIP = FileKind("archive", "ZIP", (".zip",), ".zip")

#: All of them, in the order in which people are told.
ALL = (
    *(JPEG, PNG, WEBP, GIF, APNG, MOVING_WEBP, TIFF, BMP, HEIC, AVIF, RAW),
    *(MP4, MATROSKA, AVI, MPEG, WMV),
    *(WAV, MP3, M4A, AAC, OGG, MKA, FLAC, AMR, WMA, AIFF),
    *(PDF, PAGES, SVG, DOCX, XLSX, PPTX, ODT, ODS, ODP, DOC, XLS, PPT, RTF),
    *(TXT, CSV, JSON, HTML, EML, MSG, MBOX, ZIP),
)
_BY_NAME: Mapping[tuple[str, str], FileKind] = {(one.kind, one.format): one for one in ALL}


def known_kind(kind: str, format_name: str) -> FileKind:
    """Return one of the kinds that there are.

    Raises:
        KeyError: there is none of this kind and format.
    """
    return _BY_NAME[kind, format_name]


def formats() -> str:
    """Return what all formats are called, for a message."""
    return ", ".join(dict.fromkeys(one.format for one in ALL))
