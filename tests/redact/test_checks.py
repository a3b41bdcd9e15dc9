"""Every check of a masked copy holds for a clean one, and fails on what was planted in it."""

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from contrechamp.redact.checks import copies, outside_readers
from contrechamp.redact.outcome import Check
from redact.copies import MEDIA, PICTURE, media, picture

KINDS = {".mp4": "video", ".m4a": "sound", ".wav": "sound"}
KINDS |= {".flac": "sound", ".ogg": "sound", ".mp3": "sound"}


def checked(path: Path, *, sound: bool = False) -> list[Check]:
    found, absent = copies.check_file(path, KINDS.get(path.suffix, "image"), sound=sound)  # type: ignore[arg-type]
    assert absent == (), "the tests need exiftool and ffprobe (requirements/debian.txt)"
    return list(found)


def failed(path: Path, content: bytes, *, sound: bool = False) -> dict[str, str]:
    """Return the checks that fail for `content`: first word in brackets -> detail."""
    path.write_bytes(content)
    return {
        check.name.rpartition("(")[2].rstrip(")"): check.detail
        for check in checked(path, sound=sound)
        if not check.passed
    }


OURS = "our own strict reader"


@pytest.mark.parametrize(
    ("suffix", "mode", "options"),
    [
        (".jpg", "RGB", {}),
        (".jpg", "L", {"progressive": True}),
        (".jpg", "RGB", {"optimize": True, "subsampling": 0, "quality": 95}),
        (".png", "RGB", {}),
        (".png", "RGBA", {}),
        (".png", "P", {}),
        (".gif", "P", {}),
        (".webp", "RGB", {}),
        (".webp", "RGBA", {}),
        (".webp", "RGBA", {"lossless": True}),
        (".tif", "RGB", {}),
        (".tif", "L", {"compression": "tiff_adobe_deflate"}),
        (".tif", "RGBA", {"compression": "tiff_lzw"}),
    ],
)
def test_a_clean_picture_passes(
    tmp_path: Path, suffix: str, mode: str, options: dict[str, object]
) -> None:
    assert failed(tmp_path / f"copy{suffix}", picture(suffix, mode, **options)) == {}


@pytest.mark.parametrize("suffix", MEDIA)
def test_clean_video_and_sound_pass(tmp_path: Path, suffix: str) -> None:
    form, video, sound, options = MEDIA[suffix]
    path = tmp_path / f"copy{suffix}"
    assert failed(path, media(form, video, sound, **options)) == {}


def test_a_video_may_have_sound_only_where_it_was_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "copy.mp4"
    content = media("mp4", "libx264", "aac")
    assert failed(path, content, sound=True) == {}
    assert set(failed(path, content)) == {OURS, "ffprobe"}


def jpeg_segment(marker: int, body: bytes) -> Callable[[bytes], bytes]:
    segment = bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body
    return lambda content: content[:2] + segment + content[2:]


def png_chunk(kind: bytes, body: bytes) -> Callable[[bytes], bytes]:
    chunk = struct.pack(">I", len(body)) + kind + body
    chunk += struct.pack(">I", zlib.crc32(kind + body))
    return lambda content: content[:33] + chunk + content[33:]


def png_hidden(content: bytes) -> bytes:
    """Hide text behind the end of the compressed pixels."""
    at = content.index(b"IDAT") - 4
    (length,) = struct.unpack(">I", content[at : at + 4])
    body = content[at + 8 : at + 8 + length] + b"hidden"
    chunk = struct.pack(">I", len(body)) + b"IDAT" + body
    chunk += struct.pack(">I", zlib.crc32(b"IDAT" + body))
    return content[:at] + chunk + content[at + 12 + length :]


def riff_chunk(kind: bytes, body: bytes) -> Callable[[bytes], bytes]:
    def plant(content: bytes) -> bytes:
        content += kind + struct.pack("<I", len(body)) + body
        return content[:4] + struct.pack("<I", len(content) - 8) + content[8:]

    return plant


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", 8 + len(body)) + kind + body


def replaced(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def plant(content: bytes) -> bytes:
        assert old in content
        assert len(old) == len(new)
        return content.replace(old, new)

    return plant


def rotated(content: bytes) -> bytes:
    at = content.index(b"tkhd") + 4 + 40
    return content[:at] + struct.pack(">4i", 0, 1 << 16, 0, -(1 << 16)) + content[at + 16 :]


def dated(content: bytes) -> bytes:
    at = content.index(b"mvhd") + 8
    return content[:at] + struct.pack(">I", 3_800_000_000) + content[at + 4 :]


def swollen_mdat(content: bytes) -> bytes:
    """Hide bytes in the media data, behind the last sample."""
    at = content.index(b"mdat") - 4
    (size,) = struct.unpack(">I", content[at : at + 4])
    end = at + size
    return (
        content[:at]
        + struct.pack(">I", size + 6)
        + content[at + 4 : end]
        + b"hidden"
        + content[end:]
    )


EXIF = b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0"
PLANTED: list[tuple[str, Callable[[bytes], bytes], str]] = [
    (".jpg", jpeg_segment(0xE1, EXIF), "marker E1"),
    (".jpg", jpeg_segment(0xE2, b"ICC_PROFILE\0\x01\x01text"), "marker E2"),
    (".jpg", jpeg_segment(0xE2, b"MPF\0second picture"), "marker E2"),
    (".jpg", jpeg_segment(0xED, b"Photoshop 3.0\0"), "marker ED"),
    (".jpg", jpeg_segment(0xFE, b"a comment"), "marker FE"),
    (".jpg", jpeg_segment(0xE0, b"JFXX\0\x10thumbnail"), "APP0"),
    (".jpg", jpeg_segment(0xEB, b"JP\0\x01manifest"), "marker EB"),
    (".jpg", lambda content: content + b"trailing", "8 bytes after EOI"),
    (".jpg", lambda content: content + content, "after EOI"),
    (".jpg", lambda content: content[:-40], "cannot be read"),
    (".jpg", lambda _content: picture(".png"), "cannot be read"),
    (".png", png_chunk(b"tEXt", b"Author\0someone"), "chunk tEXt"),
    (".png", png_chunk(b"eXIf", b"II*\0"), "chunk eXIf"),
    (".png", png_chunk(b"iCCP", b"name\0\0"), "chunk iCCP"),
    (".png", png_chunk(b"tIME", bytes(7)), "chunk tIME"),
    (".png", png_chunk(b"acTL", bytes(8)), "chunk acTL"),
    (".png", png_hidden, "after the pixels"),
    (".png", lambda content: content + b"trailing", "after IEND"),
    (".png", lambda content: content[:-20], "cannot be read"),
    (".png", lambda content: png_chunk(b"fcTL", bytes(26))(content), "chunk acTL of"),
    (".gif", lambda content: content + b"trailing", "after the trailer"),
    (".gif", lambda content: content[:-1] + b"!\xfe\x04text\0;", "extension fe"),
    (".gif", lambda content: content[:-1] + b"!\xff\x0bXMP DataXMP\x04text\0;", "extension ff"),
    (".gif", lambda content: content[:-9], "cannot be read"),
    (".png", replaced(b"IEND", b"IENE"), "cannot be read"),
    (".webp", riff_chunk(b"EXIF", b"II*\0"), "chunk EXIF"),
    (".webp", riff_chunk(b"XMP ", b"<x/>"), "chunk XMP"),
    (".webp", lambda content: content + b"trailing", "cannot be read"),
    (".tif", lambda content: content + b"trailing", "after the picture"),
    (".wav", riff_chunk(b"LIST", b"INFOIART\x04\0\0\0name"), "chunk LIST"),
    (".wav", riff_chunk(b"bext", bytes(8)), "chunk bext"),
    (".mp4", lambda content: content + box(b"uuid", bytes(16) + b"XMP"), "box /uuid"),
    (".mp4", lambda content: content + box(b"free", b"text"), "free space"),
    (".mp4", lambda content: content + box(b"moov", box(b"meta", bytes(4))), "box moov/meta"),
    (".mp4", lambda content: content + b"trailing", "cannot be read"),
    (".mp4", rotated, "rotation"),
    (".mp4", dated, "mvhd date"),
    (".mp4", swollen_mdat, "belong to no sample"),
    (".mp4", replaced(b"VideoHandler", b"Telephone123"), "handler name"),
    (".m4a", dated, "mvhd date"),
    (".ogg", lambda content: content + b"trailing", "cannot be read"),
    (".mp3", lambda content: b"ID3\x03\0\0\0\0\0\x0a" + bytes(10) + content, "no frame"),
    (".mp3", lambda content: content + b"TAG" + bytes(125), "no frame"),
    (".mp3", lambda content: content + b"trailing", "no frame"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("suffix", "plant", "says"), PLANTED)
def test_our_reader_finds_what_was_planted(
    tmp_path: Path, suffix: str, plant: Callable[[bytes], bytes], says: str
) -> None:
    path = tmp_path / f"copy{suffix}"
    if suffix in MEDIA:
        form, video, sound, options = MEDIA[suffix]
        clean = media(form, video, sound, **options)
    else:
        clean = picture(suffix)
    assert says in failed(path, plant(clean))[OURS]


@pytest.mark.parametrize("suffix", [".tif", ".jpg", ".png", ".webp"])
def test_all_find_the_place_that_a_camera_writes(tmp_path: Path, suffix: str) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Sample"
    exif.get_ifd(0x8825)[1] = "N"
    assert set(failed(tmp_path / f"copy{suffix}", picture(suffix, exif=exif))) == {
        OURS,
        "exiftool",
    }


def test_text_of_a_picture_is_found_by_both(tmp_path: Path) -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "taken at home")
    found = failed(tmp_path / "copy.png", picture(".png", pnginfo=info))
    assert found == {OURS: "chunk tEXt (21 bytes)", "exiftool": "PNG:Comment"}


def test_a_second_page_and_the_orientation_of_a_tiff_are_found(tmp_path: Path) -> None:
    path = tmp_path / "copy.tif"
    two = picture(".tif", save_all=True, append_images=[PICTURE])
    assert "2 directories" in failed(path, two)[OURS]
    exif = Image.Exif()
    exif[0x0112] = 6
    assert "orientation" in failed(path, picture(".tif", exif=exif))[OURS]


@pytest.mark.parametrize("suffix", [".mp4", ".m4a", ".flac", ".ogg", ".mp3"])
def test_tags_of_video_and_sound_are_found_by_all(tmp_path: Path, suffix: str) -> None:
    form, video, sound, options = MEDIA[suffix]
    path = tmp_path / f"copy{suffix}"
    tags = {"title": "a name", "comment": "a place", "date": "2026"}
    content = media(form, video, sound, tags, **{**options, "id3v2_version": "4"})
    found = failed(path, content)
    assert OURS in found
    assert found.keys() & {"exiftool", "ffprobe"}


def test_streams_that_nobody_asked_for_are_found(tmp_path: Path) -> None:
    path = tmp_path / "copy.m4a"
    content = media("mp4", "libx264", "aac")
    assert set(failed(path, content)) == {OURS, "ffprobe"}


def test_a_reader_that_is_not_installed_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outside_readers, "installed", lambda _program: None)
    path = tmp_path / "copy.mp4"
    path.write_bytes(media("mp4", "libx264", None))
    found, absent = copies.check_file(path, "video")
    assert absent == ("exiftool", "ffprobe")
    assert [check.passed for check in found] == [True]


def test_a_reader_that_breaks_fails_the_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outside_readers, "installed", lambda _program: "/bin/false")
    path = tmp_path / "copy.png"
    path.write_bytes(picture(".png"))
    found, _absent = copies.check_file(path, "image")
    assert [check.passed for check in found] == [True, False]


@given(
    suffix=st.sampled_from([".jpg", ".png", ".webp", ".tif"]),
    at=st.integers(0, 600),
    extra=st.binary(min_size=1, max_size=30),
)
def test_bytes_put_anywhere_give_a_verdict(
    tmp_path_factory: pytest.TempPathFactory, suffix: str, at: int, extra: bytes
) -> None:
    clean = picture(suffix)
    path = tmp_path_factory.mktemp("checks") / f"copy{suffix}"
    path.write_bytes(clean[:at] + extra + clean[at:])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outside_readers, "installed", lambda _program: None)
        found, _absent = copies.check_file(path, "image")
    assert [type(check.passed) for check in found] == [bool]
