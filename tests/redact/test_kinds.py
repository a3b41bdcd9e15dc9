"""What a file is, is told by its content; what is not known is refused with a reason."""

import contextlib
import io
import struct
import zipfile
from pathlib import Path
from typing import get_args

import pillow_heif
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contrechamp.base.errors import InputError
from contrechamp.redact.kind_by_content import kind_of
from contrechamp.redact.outcome import Kind
from redact.compound_files import compound, message
from redact.copies import MP3_ALONE, PICTURE, media, picture


def heic() -> bytes:
    content = io.BytesIO()
    pillow_heif.from_pillow(PICTURE).save(content, format="HEIF")
    return content.getvalue()


def moving(coded: str) -> bytes:
    content = io.BytesIO()
    PICTURE.save(content, coded, save_all=True, append_images=[PICTURE.rotate(180)])
    return content.getvalue()


def archive(**files: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        for name, inside in files.items():
            file.writestr(name, inside)
    return content.getvalue()


def raw(tags: list[tuple[int, int, int, int]]) -> bytes:
    """Return a TIFF directory of short values, as camera raw files begin."""
    entries = b"".join(struct.pack("<HHII", *tag) for tag in sorted(tags))
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + struct.pack("<I", 0)


#: An ID3v2 tag of 200 bytes, as players put before the sound.
ID3 = b"ID3\x03\0\0\0\0\x01\x48" + bytes(200)
OFFICE = {"[Content_Types].xml": b"<Types/>"}

KNOWN = {
    "JPEG": (lambda: picture(".jpg"), "image", ".jpg"),
    "PNG": (lambda: picture(".png"), "image", ".png"),
    "WebP": (lambda: picture(".webp"), "image", ".webp"),
    "GIF": (lambda: picture(".gif"), "image", ".gif"),
    "APNG": (lambda: moving("PNG"), "image", ".png"),
    "moving WebP": (lambda: moving("WEBP"), "image", ".webp"),
    "BMP": (lambda: picture(".bmp"), "image", ".png"),
    "TIFF": (lambda: picture(".tif"), "image", ".tif"),
    "BigTIFF": (lambda: picture(".tif", big_tiff=True), "image", ".tif"),
    "HEIC": (heic, "image", ".jpg"),
    "AVIF": (lambda: picture(".avif"), "image", ".jpg"),
    "DNG": (lambda: raw([(256, 3, 1, 64), (50706, 1, 4, 1)]), "image", ".jpg"),
    "NEF": (lambda: raw([(256, 3, 1, 64), (259, 3, 1, 34713)]), "image", ".jpg"),
    "CR3": (lambda: b"\0\0\0\x18ftypcrx \0\0\0\0crx isom", "image", ".jpg"),
    "MP4": (lambda: media("mp4", "mpeg4", "aac"), "video", ".mp4"),
    "MOV": (lambda: media("mov", "mpeg4", None), "video", ".mp4"),
    "Matroska": (lambda: media("matroska", "mpeg4", "aac"), "video", ".mp4"),
    "WebM": (lambda: media("webm", "libvpx-vp9", None), "video", ".mp4"),
    "AVI": (lambda: media("avi", "mpeg4", None), "video", ".mp4"),
    "MPEG-TS": (lambda: media("mpegts", "mpeg2video", None), "video", ".mp4"),
    "MPEG-PS": (lambda: media("mpeg", "mpeg1video", None), "video", ".mp4"),
    "M4A": (lambda: media("ipod", None, "aac"), "sound", ".m4a"),
    "MP4 of sound alone": (lambda: media("mp4", None, "aac"), "sound", ".m4a"),
    "Matroska of sound alone": (lambda: media("matroska", None, "libopus"), "sound", ".ogg"),
    "AAC": (lambda: media("adts", None, "aac"), "sound", ".m4a"),
    "AAC behind a tag": (lambda: ID3 + media("adts", None, "aac"), "sound", ".m4a"),
    "FLAC behind a tag": (lambda: ID3 + media("flac", None, "flac"), "sound", ".flac"),
    "WAV": (lambda: media("wav", None, "pcm_s16le"), "sound", ".wav"),
    "FLAC": (lambda: media("flac", None, "flac"), "sound", ".flac"),
    "MP3": (lambda: media("mp3", None, "libmp3lame"), "sound", ".mp3"),
    "MP3 without tags": (
        lambda: media("mp3", None, "libmp3lame", **MP3_ALONE),
        "sound",
        ".mp3",
    ),
    "Opus": (lambda: media("ogg", None, "libopus"), "sound", ".ogg"),
    "PDF": (lambda: b"%PDF-1.7\n", "pdf", ".pdf"),
    "PDF after a line": (lambda: b"\n\n%PDF-1.7\n", "pdf", ".pdf"),
    "DOCX": (lambda: archive(**OFFICE, **{"word/document.xml": b""}), "office", ".docx"),
    "XLSX": (lambda: archive(**OFFICE, **{"xl/workbook.xml": b""}), "office", ".xlsx"),
    "PPTX": (lambda: archive(**OFFICE, **{"ppt/presentation.xml": b""}), "office", ".pptx"),
    "DOC": (lambda: compound({"WordDocument": b"x"}), "office", ".docx"),
    "XLS": (lambda: compound({"Workbook": b"x"}), "office", ".xlsx"),
    "XLS in capitals": (lambda: compound({"WORKBOOK": b"x"}), "office", ".xlsx"),
    "PPT": (lambda: compound({"PowerPoint Document": b"x"}), "office", ".pptx"),
    "MSG": (lambda: compound(message()), "mail", ".eml"),
    "RTF": (lambda: rb"{\rtf1 a\bin1 " + b"\0" + b"}", "office", ".docx"),
    "SVG": (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", "pdf", ".pdf"),
    "TXT": (lambda: b"Dear Sir or Madam", "text", ".txt"),
    "TXT in UTF-16": (lambda: "Dear Sir".encode("utf-16"), "text", ".txt"),
    "a chat": (lambda: b"[19.04.23, 12:33:21] Ada: hello", "text", ".txt"),
    "JSON": (lambda: b' {"messages": [1, 2]}', "text", ".json"),
    "JSON of a list": (lambda: b"[1.5, 2]", "text", ".json"),
    "HTML": (lambda: b"<!-- saved -->\n<!DOCTYPE HTML>\n<html>", "text", ".html"),
    "ZIP": (lambda: archive(a=b"b"), "archive", ".zip"),
    "EML": (lambda: b"Received: from a\n by b\nFrom: a@b.example\nTo: c\n\nText", "mail", ".eml"),
    "EML in letters that nobody can tell": (
        lambda: b"Message-ID: <a>\r\nFrom: a\r\nSubject: b\r\n\r\n" + bytes(range(127, 160)) * 9,
        "mail",
        ".eml",
    ),
    "MBOX": (
        lambda: b"From a Thu Jan  1 00:00:00 1970\nFrom: a\nSubject: b\n\nText\n",
        "mail",
        ".mbox",
    ),
    "ODT": (
        lambda: archive(mimetype=b"application/vnd.oasis.opendocument.text"),
        "office",
        ".odt",
    ),
}


def refused(tmp_path: Path, content: bytes) -> str:
    source = tmp_path / "photo.jpg"
    source.write_bytes(content)
    with pytest.raises(InputError) as error:
        kind_of(source, "photo.jpg")
    assert error.value.where == "photo.jpg"
    return str(error.value)


@pytest.mark.parametrize("name", KNOWN)
def test_the_content_tells_and_not_the_name(tmp_path: Path, name: str) -> None:
    make, kind, suffix = KNOWN[name]
    source = tmp_path / "without-any.suffix"
    source.write_bytes(make())
    found = kind_of(source, source.name)
    assert (found.kind, found.suffix) == (kind, suffix)
    assert found.odd_name(source)
    assert not found.odd_name(source.with_suffix(found.names[0].upper()))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"8BPS\0\x01", "save it as PNG or JPEG"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "damaged office file"),
        (compound({"EncryptedPackage": b"x"}), "locked with a password"),
        (compound({"Contents": b"x"}), "old kind that is not known"),
        (b"Rar!\x1a\x07", "is an archive"),
        (b"PK\x03\x04 cut short", "damaged ZIP"),
        (b"<?xml version='1.0'?><smses count='1'/>", "is XML"),
        (b"\x01\x02\x03\x04\x05" * 40, "not a kind of file that can be masked"),
        (bytes(500), "not a kind of file that can be masked"),
        (b"\0\0\0\x18ftypisom\0\0\0\0isommp42", "no video or sound track"),
        (b"\0\0\0\x18ftypisom\0\0\0\0isommp42\0\0\0\x01moov", "no video or sound track"),
    ],
)
def test_what_cannot_be_masked_is_refused_with_a_reason(
    tmp_path: Path, content: bytes, says: str
) -> None:
    assert says in refused(tmp_path, content)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^photo: cannot be read \(No such file"):
        kind_of(tmp_path / "none", "photo")


@pytest.mark.parametrize("place", [1 << 20, (1 << 63) - 1, 1 << 63, (1 << 64) - 1])
def test_a_tiff_that_points_out_of_itself_is_a_tiff(tmp_path: Path, place: int) -> None:
    source = tmp_path / "a"
    source.write_bytes(b"II+\0" + struct.pack("<HHQ", 8, 0, place) + bytes(40))
    assert kind_of(source, "a").format == "TIFF"


STARTS = [b"", *(make()[:40] for make, _kind, _suffix in KNOWN.values())]


@given(start=st.sampled_from(STARTS), rest=st.binary(max_size=300), cut=st.integers(0, 40))
def test_damaged_files_are_known_or_refused(
    tmp_path_factory: pytest.TempPathFactory, start: bytes, rest: bytes, cut: int
) -> None:
    source = tmp_path_factory.mktemp("kinds") / "a"
    source.write_bytes(start[:cut] + rest)
    with contextlib.suppress(InputError):
        assert kind_of(source, "a").kind in get_args(Kind)
