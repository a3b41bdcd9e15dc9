"""Tells what kind of file something is, from its content alone; unknown kinds are refused."""

import io
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from contrechamp.base.errors import InputError
from contrechamp.base.files import unreadable
from contrechamp.base.i18n import _
from contrechamp.redact.checks.tiff_tags import is_camera_raw
from contrechamp.redact.outcome import Kind
from contrechamp.redact.text_forms import Form, form_of

HEAD_BYTES = 1 << 20
#: Brands of ISO base media files (ISO/IEC 14496-12) that are pictures.
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_AVIF_BRANDS = {b"avif", b"avis"}
_OFFICE_TYPES = {
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
    b"application/vnd.oasis.opendocument.presentation": "odp",
}
_OFFICE_PARTS = {"word/": "docx", "xl/": "xlsx", "ppt/": "pptx"}
_MAX_BOXES = 10_000
#: Identifiers of ASF (Windows Media): of its header, and of a stream of moving pictures.
_ASF = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_ASF_VIDEO = bytes.fromhex("c0ef19bc4d5bcf11a8fd00805f5c442b")
#: Sizes of the headers of BMP (OS/2, Windows 3.0 to 5.0).
_BMP_HEADERS = {struct.pack("<I", size) for size in (12, 40, 52, 56, 64, 108, 124)}
#: The flag of a WebP that says that it has frames.
_WEBP_MOVES = 0x02


@dataclass(frozen=True)
class FileKind:
    """The kind of a file, and of its masked copy.

    Args:
        kind: which masker takes it.
        format: what the format is called, in messages too.
        names: the usual suffixes of such files.
        suffix: of the masked copy.
        frames: whether it is a picture of several frames.
    """

    kind: Kind
    format: str
    names: tuple[str, ...]
    suffix: str
    frames: bool = False

    @property
    def plays(self) -> bool:
        """Whether it takes time to look at or listen to, and so to mask."""
        return self.frames or self.kind in ("video", "sound") or self.holds_others

    @property
    def holds_others(self) -> bool:
        """Whether it holds files, each of which is masked by its own kind."""
        return self.kind in ("archive", "mail")

    def odd_name(self, source: Path) -> bool:
        """Tell whether the name of `source` does not fit its content."""
        return source.suffix.lower() not in self.names


_JPEG = FileKind("image", "JPEG", (".jpg", ".jpeg", ".jpe", ".jfif"), ".jpg")
_PNG = FileKind("image", "PNG", (".png",), ".png")
_WEBP = FileKind("image", "WebP", (".webp",), ".webp")
_BMP = FileKind("image", "BMP", (".bmp", ".dib"), ".png")
_GIF = FileKind("image", "GIF", (".gif",), ".gif", frames=True)
_APNG = FileKind("image", "APNG", (".png", ".apng"), ".png", frames=True)
_MOVING_WEBP = FileKind("image", "moving WebP", (".webp",), ".webp", frames=True)
_TIFF = FileKind("image", "TIFF", (".tif", ".tiff"), ".tif")
_HEIF = FileKind("image", "HEIC", (".heic", ".heif", ".hif"), ".jpg")
_AVIF = FileKind("image", "AVIF", (".avif",), ".jpg")
_RAW_NAMES = ".arw .cr2 .cr3 .dng .erf .nef .nrw .orf .pef .raf .raw .rw2 .srw"
_RAW = FileKind("image", "RAW", tuple(_RAW_NAMES.split()), ".jpg")
_MP4 = FileKind("video", "MP4", (".mp4", ".m4v", ".mov", ".3gp", ".3g2", ".qt"), ".mp4")
_MATROSKA = FileKind("video", "Matroska", (".mkv", ".webm"), ".mp4")
_WMV = FileKind("video", "WMV", (".wmv", ".asf"), ".mp4")
_WMA = FileKind("sound", "WMA", (".wma", ".asf"), ".m4a")
_AIFF = FileKind("sound", "AIFF", (".aiff", ".aif", ".aifc"), ".wav")
_AVI = FileKind("video", "AVI", (".avi",), ".mp4")
_MPEG = FileKind("video", "MPEG", (".mpg", ".mpeg", ".vob", ".ts", ".mts", ".m2ts"), ".mp4")
_M4A = FileKind("sound", "M4A", (".m4a", ".m4b", ".mp4", ".mov", ".3gp", ".aac"), ".m4a")
_MKA = FileKind("sound", "Matroska", (".mka", ".weba", ".webm", ".mkv"), ".ogg")
_WAV = FileKind("sound", "WAV", (".wav", ".wave"), ".wav")
_FLAC = FileKind("sound", "FLAC", (".flac",), ".flac")
_MP3 = FileKind("sound", "MP3", (".mp3",), ".mp3")
_AAC = FileKind("sound", "AAC", (".aac",), ".m4a")
_AMR = FileKind("sound", "AMR", (".amr",), ".m4a")
_OGG = FileKind("sound", "Ogg", (".ogg", ".oga", ".opus"), ".ogg")
_TEXTS = {
    "TXT": FileKind("text", "TXT", (".txt", ".log", ".md"), ".txt"),
    "CSV": FileKind("text", "CSV", (".csv", ".tsv", ".tab"), ".csv"),
    "JSON": FileKind("text", "JSON", (".json", ".jsonl", ".ndjson", ".geojson"), ".json"),
    "HTML": FileKind("text", "HTML", (".html", ".htm", ".xhtml"), ".html"),
}
_MAILS = {
    "EML": FileKind("mail", "EML", (".eml",), ".eml"),
    "MBOX": FileKind("mail", "MBOX", (".mbox", ".mbx"), ".mbox"),
}
_ZIP = FileKind("archive", "ZIP", (".zip",), ".zip")
_PDF = FileKind("pdf", "PDF", (".pdf",), ".pdf")

_STARTS = (
    (b"\xff\xd8\xff", _JPEG),
    (b"GIF87a", _GIF),
    (b"GIF89a", _GIF),
    (b"FUJIFILMCCD-RAW", _RAW),
    (b"IIRO", _RAW),
    (b"IIRS", _RAW),
    (b"MMOR", _RAW),
    (b"IIU\0", _RAW),
    (b"fLaC", _FLAC),
    (b"#!AMR", _AMR),
    (b"\0\0\x01\xba", _MPEG),
    (b"FORM", _AIFF),
)


def known_kind(kind: str, format_name: str) -> FileKind:
    """Return one of the kinds that there are.

    Raises:
        KeyError: there is none of this kind and format.
    """
    return _KINDS[kind, format_name]


def kind_of(source: Path, name: str) -> FileKind:
    """Return the kind of `source`, judged by its content.

    Args:
        source: the file; may be ``/dev/fd/N``.
        name: what to call it in messages.

    Raises:
        InputError: it cannot be read, is empty, or is of a kind that cannot be masked.
    """
    try:
        with source.open("rb") as file:
            head = file.read(HEAD_BYTES)
            found = _known(head, file, name)
    except OSError as error:
        raise unreadable(name, error) from error
    if isinstance(found, FileKind):
        return found
    raise InputError(found, where=name)


def _known(head: bytes, file: BinaryIO, name: str) -> FileKind | str:
    """Return the kind, or the reason why the file is refused."""
    if not head:
        return _("is empty: there is nothing to mask")
    for start, kind in _STARTS:
        if head.startswith(start):
            return kind
    if head[:8] == b"\x89PNG\r\n\x1a\n":
        return _APNG if _has_chunk(head, b"acTL") else _PNG
    if head[:2] == b"BM" and head[14:18] in _BMP_HEADERS:
        return _BMP
    if head[:4] in (b"RIFF", b"RF64", b"BW64"):
        return _riff(head)
    if head[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return _RAW if is_camera_raw(file) else _TIFF
    if head.startswith(_ASF):
        return _WMV if _ASF_VIDEO in head else _WMA
    if head[4:8] == b"ftyp":
        return _iso_media(head, file)
    if head[4:8] in (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"):  # QuickTime before ftyp
        return _by_tracks(file)
    if head[:4] == b"\x1aE\xdf\xa3":
        return _MATROSKA if _has_matroska_video(head) else _MKA
    if head[:4] == b"OggS":
        return _ogg(head)
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") and (form := form_of(head, name)):
        return _text(form)
    if head[:3] == b"ID3":
        return _after_tag(head, file)
    if _is_mpeg_audio(head):
        return _mpeg_audio(head)
    if b"%PDF-" in head[:1024]:
        return _PDF
    if head[:2] == b"PK":
        return _zip(file)
    if len(head) > 400 and any(
        head[at] == head[at + size] == head[at + 2 * size] == 0x47
        for at, size in ((0, 188), (4, 192))
    ):
        return _MPEG
    return _refused(head) or _text(form_of(head, name))


def _text(form: Form) -> FileKind | str:
    """Return the kind of a text, or the reason why it is refused."""
    if form in _TEXTS or form in _MAILS:
        return {**_TEXTS, **_MAILS}[form]
    reasons = {
        "SVG": _("is an SVG drawing, which may hold hidden text; save it as PNG first"),
        "RTF": _("is rich text (RTF); save it as DOCX or ODT first"),
        "XML": _("is XML that no kind here knows; save what it shows as text or PDF first"),
    }
    return reasons.get(form) or _unknown()


def _has_chunk(head: bytes, wanted: bytes) -> bool:
    """Tell whether a PNG has a chunk before its pixels, where those of animations must be."""
    at = 8
    while at + 8 <= len(head):
        size, kind = struct.unpack(">I4s", head[at : at + 8])
        if kind in (wanted, b"IDAT", b"IEND"):
            return bool(kind == wanted)
        at += 12 + size
    return False


def _riff(head: bytes) -> FileKind | str:
    if head[8:16] == b"WEBPVP8X" and head[20:21] and head[20] & _WEBP_MOVES:
        return _MOVING_WEBP
    forms = {b"WEBP": _WEBP, b"WAVE": _WAV, b"AVI ": _AVI}
    return forms.get(head[8:12]) or _unknown()


def _iso_media(head: bytes, file: BinaryIO) -> FileKind | str:
    size = min(max(struct.unpack(">I", head[:4])[0], 16), 1024)
    brands = {head[8:12], *(head[at : at + 4] for at in range(16, size, 4))}
    if head[8:12] == b"crx ":
        return _RAW
    if head[8:12] in _AVIF_BRANDS or (head[8:12] in _HEIF_BRANDS and brands & _AVIF_BRANDS):
        return _AVIF
    if head[8:12] in _HEIF_BRANDS:
        return _HEIF
    return _by_tracks(file)


def _by_tracks(file: BinaryIO) -> FileKind | str:
    """Tell video from sound by the track handlers of an ISO base media file."""
    handlers = set(_handlers(file, 0, file.seek(0, io.SEEK_END), _MAX_BOXES))
    if b"vide" in handlers:
        return _MP4
    if b"soun" in handlers:
        return _M4A
    return _("is cut short or damaged: it has no video or sound track")


def _handlers(file: BinaryIO, at: int, end: int, budget: int) -> Iterator[bytes]:
    while at + 8 <= end and budget > 0:
        budget -= 1
        file.seek(at)
        header = file.read(16)
        if len(header) < 8:
            return
        size, kind, start = struct.unpack(">I", header[:4])[0], header[4:8], at + 8
        if size == 1 and len(header) == 16:
            size, start = struct.unpack(">Q", header[8:])[0], at + 16
        stop = end if size == 0 else min(at + size, end)
        if stop < start:
            return
        if kind in (b"moov", b"trak", b"mdia"):
            yield from _handlers(file, start, stop, budget)
        elif kind == b"hdlr":
            file.seek(start + 8)
            yield file.read(4)
        at = stop


def _has_matroska_video(head: bytes) -> bool:
    """Tell whether a CodecID element (0x86) in the first megabyte names a video codec."""
    at = head.find(b"V_")
    while at > 1:
        if head[at - 2] == 0x86 and head[at - 1] & 0x80:
            return True
        at = head.find(b"V_", at + 1)
    return b"\x86" not in head or b"A_" not in head


def _ogg(head: bytes) -> FileKind | str:
    if b"theora" in head[:4096] or b"\x01video" in head[:4096]:
        return _("is an Ogg video, which cannot be masked here; convert it to MP4 first")
    return _OGG


def _is_mpeg_audio(head: bytes) -> bool:
    return len(head) > 3 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0 and head[1] & 0x18 != 0x08


def _after_tag(head: bytes, file: BinaryIO) -> FileKind:
    """Return the kind of sound that follows an ID3v2 tag, whose length has seven bits a byte."""
    length = sum(byte % 128 << 7 * (3 - place) for place, byte in enumerate(head[6:10]))
    file.seek(10 + length)
    sound = file.read(4)
    return _FLAC if sound == b"fLaC" else _mpeg_audio(sound)


def _mpeg_audio(head: bytes) -> FileKind:
    is_adts = len(head) > 1 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0  # ADTS: layer 0
    return _AAC if is_adts else _MP3


def _zip(file: BinaryIO) -> FileKind | str:
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()[:10_000]
            mimetype = b""
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 256:
                mimetype = archive.read("mimetype").strip()
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError):
        return _("is a damaged ZIP archive or office file")
    if mimetype in _OFFICE_TYPES:
        return _office(_OFFICE_TYPES[mimetype])
    if "[Content_Types].xml" in names:
        for start, suffix in _OFFICE_PARTS.items():
            if any(name.startswith(start) for name in names):
                return _office(suffix)
    return _ZIP


def _office(suffix: str) -> FileKind:
    macros = {"docx": (".docm",), "xlsx": (".xlsm",), "pptx": (".pptm",)}.get(suffix, ())
    return FileKind("office", suffix.upper(), (f".{suffix}", *macros), f".{suffix}")


_KINDS: dict[tuple[str, str], FileKind] = {
    (one.kind, one.format): one
    for one in (
        *(_JPEG, _PNG, _WEBP, _TIFF, _HEIF, _AVIF, _RAW),
        *(_BMP, _GIF, _APNG, _MOVING_WEBP),
        *(_MP4, _MATROSKA, _AVI, _MPEG, _WMV),
        *(_M4A, _MKA, _WAV, _FLAC, _MP3, _AAC, _AMR, _OGG, _WMA, _AIFF),
        _PDF,
        *_TEXTS.values(),
        *_MAILS.values(),
        _ZIP,
        *map(_office, (*_OFFICE_TYPES.values(), *_OFFICE_PARTS.values())),
    )
}


def _refused(head: bytes) -> str:
    """Return why a file of an unsuitable kind is refused; nothing where its kind is unknown."""
    if head[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        if "EncryptedPackage".encode("utf-16-le") in head:
            return _("is locked with a password; save it without one first")
        return _("is an old office file; save it as DOCX, XLSX, PPTX or PDF first")
    if head[:4] == b"8BPS":
        return _("is a picture of a kind that cannot be masked here; save it as PNG or JPEG first")
    if head[:4] in (b"Rar!", b"7z\xbc\xaf") or head[:2] == b"\x1f\x8b" or head[257:262] == b"ustar":
        return _("is an archive: unpack it and mask what is in it")
    return ""


def _unknown() -> str:
    return _(
        "is not a kind of file that can be masked; known are images, video, sound, PDF, office "
        "files, texts, mail and ZIP archives"
    )
