"""Masked pictures: faces covered, every format, nothing of the old file but pixels."""

import io
import shutil
import struct
import subprocess
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import matplotlib
import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageCms, PngImagePlugin

from contrechamp.base.errors import InputError
from contrechamp.base.progress import silent
from contrechamp.redact.faces.boxes import as_boxes, iou
from contrechamp.redact.outcome import Outcome
from contrechamp.redact.pictures import masking
from contrechamp.redact.pictures.reading import read_picture
from contrechamp.redact.request import Request
from contrechamp.redact.sidecar import HandBoxes, parse_sidecar
from redact.made_dng import made_dng

#: Grace Hopper, official portrait, public domain; shipped with matplotlib. Reduced by half; the
#: face was marked by hand.
PORTRAIT = Image.open(Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg")
SMALL = Image.fromarray(np.asarray(PORTRAIT.convert("RGB").resize((256, 300))))
FACE = (89, 59, 179, 168)
#: Planted in every place of a file that a writer offers, and looked for in what comes out.
MARK = "SAMPLE-MARK-7f3a"
BY_HAND = Request(boxes_only=True, threads=1)
SEARCHED = Request(threads=1)

pillow_heif.register_heif_opener()


def mask(folder: Path, content: bytes, request: Request = BY_HAND, name: str = "source") -> Outcome:
    source = folder / name
    source.write_bytes(content)
    outcome = masking.mask_image(source, folder / "masked", request, silent)
    assert source.read_bytes() == content
    assert all(check.passed for check in outcome.checks), outcome.checks
    return outcome


def masked(folder: Path) -> Image.Image:
    with Image.open(folder / "masked") as image:
        image.load()
        return image


def saved(image: Image.Image, coded: str, **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, coded, **options)
    return stream.getvalue()


def hand(*boxes: tuple[float, ...], kind: str = "cover") -> HandBoxes:
    items = ", ".join(f'{{"box": {list(box)}}}' for box in boxes)
    text = f'{{"format": "contrechamp/boxes-1", "{kind}": [{items}]}}'
    return parse_sidecar(text.encode(), "sidecar")


def exif() -> Image.Exif:
    found = Image.Exif()
    found[0x010E] = found[0x010F] = found[0x013B] = MARK
    found.get_ifd(0x8769)[0x9286] = MARK.encode()
    found.get_ifd(0x8825).update({1: "N", 2: (60.0, 10.0, 5.5), 3: "E", 4: (24.0, 56.0, 1.0)})
    return found


def profile() -> bytes:
    made = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return made.replace(b"sRGB built-in", MARK.encode()[:13].ljust(13, b"-"))


XMP = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><a>{MARK}</a></x:xmpmeta>'.encode()


def png_with_everything() -> bytes:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", MARK)
    texts.add_text("Zipped", MARK * 50, zip=True)
    texts.add_itxt("XML:com.adobe.xmp", XMP.decode())
    texts.add(b"prVt", MARK.encode())
    return (
        saved(SMALL, "PNG", pnginfo=texts, exif=exif(), icc_profile=profile(), dpi=(72, 72))
        + MARK.encode()
    )


def jpeg_with_everything() -> bytes:
    """A JPEG with EXIF, thumbnail, XMP, IPTC, ICC, comment, MPF second picture, bytes behind."""
    thumbnail = saved(SMALL.resize((60, 70)), "JPEG")
    held = exif().tobytes() + MARK.encode() + thumbnail
    plain = saved(
        SMALL, "JPEG", exif=held, icc_profile=profile(), comment=MARK, xmp=XMP, quality=90
    )
    segments = b"".join(
        b"\xff" + bytes([marker]) + struct.pack(">H", len(body) + 2) + body
        for marker, body in (
            (0xED, b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x10" + MARK.encode()),
            (0xE2, b"MPF\0II*\0" + MARK.encode()),
            (0xEB, b"JP\0\0jumb jumbf " + MARK.encode()),
        )
    )
    return plain[:2] + segments + plain[2:] + saved(SMALL, "JPEG") + MARK.encode()


def heic(**options: object) -> bytes:
    made = pillow_heif.from_pillow(SMALL)
    stream = io.BytesIO()
    made.save(stream, quality=90, **options)
    return stream.getvalue()


WITH_EVERYTHING: dict[str, Callable[[], bytes]] = {
    "JPEG": jpeg_with_everything,
    "MPO": lambda: saved(SMALL, "MPO", save_all=True, append_images=[SMALL], exif=exif()),
    "PNG": png_with_everything,
    "WebP": lambda: saved(SMALL, "WEBP", exif=exif(), icc_profile=profile(), xmp=XMP, quality=90),
    "TIFF": lambda: saved(
        SMALL, "TIFF", exif=exif(), icc_profile=profile(), description=MARK, software=MARK
    ),
    "HEIC": lambda: heic(exif=exif().tobytes(), xmp=XMP),
    "AVIF": lambda: saved(SMALL, "AVIF", exif=exif(), icc_profile=profile(), xmp=XMP),
    "DNG": lambda: made_dng(np.asarray(SMALL), MARK),
}


@pytest.mark.parametrize("coded", WITH_EVERYTHING)
def test_nothing_of_the_old_file_but_pixels_comes_out(tmp_path: Path, coded: str) -> None:
    content = WITH_EVERYTHING[coded]()
    assert MARK.encode() in content
    outcome = mask(tmp_path, content, replace(BY_HAND, hand=hand(FACE)))
    written = (tmp_path / "masked").read_bytes()
    assert MARK.encode() not in written
    assert outcome.removed
    assert ("GPS" in outcome.removed) == (coded not in ("DNG", "TIFF"))  # not written by Pillow
    image = masked(tmp_path)
    assert image.mode == "RGB"
    kept = {"jfif", "jfif_version", "jfif_unit", "jfif_density", "loop", "background", "timestamp"}
    assert set(image.info) - kept <= {"compression", "duration", "dpi", "resolution"}
    assert not image.getexif() or image.format == "TIFF"
    said = subprocess.run(
        [shutil.which("exiftool") or "exiftool", "-a", "-G1", "-s", "-u", tmp_path / "masked"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert MARK not in said
    groups = {line.split("]")[0].strip("[ ") for line in said.splitlines()}
    assert groups <= {"ExifTool", "System", "File", "JFIF", "PNG", "RIFF", "IFD0", "Composite"}
    assert ("IFD0" in groups) == (coded == "TIFF")
    pixels = np.asarray(image)
    left, top, right, bottom = FACE
    assert (pixels[top:bottom, left:right] <= masking.TOLERANCE).all()
    source = np.asarray(SMALL).astype(float)
    if coded != "DNG":  # developed, so with a tone of its own
        assert np.abs(pixels[200:] - source[200:]).mean() < 6


def test_what_was_left_behind_is_told(tmp_path: Path) -> None:
    told = {"EXIF", "GPS", "thumbnail", "XMP", "IPTC", "ICC", "MPF", "comment"}
    outcome = mask(tmp_path, jpeg_with_everything())
    assert told | {"data after the picture"} <= set(outcome.removed)
    assert mask(tmp_path, saved(SMALL, "JPEG")).removed == ()
    assert {"EXIF", "GPS", "XMP", "ICC", "text"} <= set(
        mask(tmp_path, png_with_everything()).removed
    )


@pytest.mark.parametrize(
    ("name", "content", "suffix_format"),
    [
        ("CMYK", lambda: saved(SMALL.convert("CMYK"), "JPEG", quality=95), "JPEG"),
        ("grey", lambda: saved(SMALL.convert("L"), "PNG"), "PNG"),
        ("palette", lambda: saved(SMALL.quantize(64), "PNG"), "PNG"),
        ("black and white", lambda: saved(SMALL.convert("1"), "TIFF"), "TIFF"),
        ("alpha", lambda: saved(SMALL.convert("RGBA"), "WEBP", lossless=True), "WEBP"),
        ("LAB", lambda: saved(lab(SMALL), "TIFF"), "TIFF"),
        ("16 bits of grey", lambda: saved(deep_grey(), "PNG"), "PNG"),
        ("16 bits of colour", lambda: deep_png(), "PNG"),
        ("raw of grey", lambda: made_dng(np.asarray(SMALL), MARK, colours=False), "JPEG"),
        ("progressive", lambda: saved(SMALL, "JPEG", progressive=True), "JPEG"),
    ],
)
def test_kinds_of_colour(
    tmp_path: Path, name: str, content: Callable[[], bytes], suffix_format: str
) -> None:
    outcome = mask(tmp_path, content(), replace(BY_HAND, hand=hand((0, 0, 16, 16))))
    image = masked(tmp_path)
    assert image.format == suffix_format
    pixels, source = np.asarray(image).astype(float), np.asarray(SMALL).astype(float)
    if name in ("grey", "16 bits of grey", "black and white"):
        source = source @ np.array([0.299, 0.587, 0.114])
        pixels = pixels[..., 0]
        if name == "black and white":  # dithered: right on the average only
            assert abs(pixels[16:].mean() - source[16:].mean()) < 8
            return
    if name == "raw of grey":  # developed, so with a tone of its own
        assert np.corrcoef(pixels[16:, :, 0].ravel(), source[16:, :, 1].ravel())[0, 1] > 0.9
        assert np.ptp(pixels, axis=2).max() <= 1
        return
    assert np.abs(pixels[16:] - source[16:]).mean() < 8, name
    assert (outcome.width, outcome.height) == SMALL.size


def lab(image: Image.Image) -> Image.Image:
    return ImageCms.profileToProfile(
        image, ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
    )


def deep_grey() -> Image.Image:
    return Image.fromarray(np.asarray(SMALL.convert("L")).astype(np.uint16) * 257)


def deep_png() -> bytes:
    """A PNG of 16 bits a channel, which Pillow does not write."""
    pixels = (np.asarray(SMALL).astype(np.uint16) * 257).astype(">u2")
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in (
            (b"IHDR", struct.pack(">IIBBBBB", *SMALL.size, 16, 2, 0, 0, 0)),
            (b"IDAT", zlib.compress(rows)),
            (b"IEND", b""),
        )
    )


@pytest.mark.parametrize("coded", ["JPEG", "TIFF", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_boxes_are_of_the_upright_picture(tmp_path: Path, coded: str, orientation: int) -> None:
    upright = Image.new("RGB", (64, 40), (200, 200, 200))
    upright.paste((250, 10, 10), (8, 8, 16, 16))  # top left is red
    back = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}.get(orientation)
    stored = upright if back is None else upright.transpose(Image.Transpose(back))
    found = Image.Exif()
    found[0x0112] = orientation
    content = saved(stored, coded, exif=found, **({} if coded == "PNG" else {"quality": 95}))
    outcome = mask(tmp_path, content, replace(BY_HAND, hand=hand((40, 24, 48, 32))))
    assert (outcome.width, outcome.height) == (64, 40)
    pixels = np.asarray(masked(tmp_path)).astype(int)
    assert pixels[12, 12, 0] - pixels[12, 12, 1] > 150
    assert (pixels[24:32, 40:48] <= masking.TOLERANCE).all()
    assert pixels[36, 4].min() > 150


def test_colours_are_those_of_the_profile(tmp_path: Path) -> None:
    """Channels named in another order by the profile come out as the profile says."""
    linear = ImageCms.createProfile("sRGB")
    plain = mask(tmp_path, saved(SMALL, "PNG"))
    without = np.asarray(masked(tmp_path))
    mask(tmp_path, saved(SMALL, "PNG", icc_profile=ImageCms.ImageCmsProfile(linear).tobytes()))
    assert np.abs(np.asarray(masked(tmp_path)).astype(int) - without).max() <= 2
    converted = ImageCms.profileToProfile(
        SMALL, ImageCms.createProfile("sRGB"), wide_gamut(), outputMode="RGB"
    )
    assert np.abs(np.asarray(converted).astype(int) - without).mean() > 5
    content = saved(converted, "PNG", icc_profile=wide_gamut().tobytes())
    outcome = mask(tmp_path, content)
    assert np.abs(np.asarray(masked(tmp_path)).astype(int) - without).mean() < 3
    assert "ICC" in outcome.removed
    assert "ICC" not in plain.removed


def wide_gamut() -> ImageCms.ImageCmsProfile:
    """A profile like sRGB's with red and blue exchanged."""
    content = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = content.replace(b"rXYZ", b"tmp_").replace(b"bXYZ", b"rXYZ").replace(b"tmp_", b"bXYZ")
    return ImageCms.ImageCmsProfile(io.BytesIO(swapped))


def test_what_transparency_hides_does_not_come_out(tmp_path: Path) -> None:
    hidden = SMALL.convert("RGBA")
    alpha = np.full((300, 256), 255, np.uint8)
    alpha[:150] = 0
    hidden.putalpha(Image.fromarray(alpha))
    outcome = mask(tmp_path, saved(hidden, "PNG"))
    pixels = np.asarray(masked(tmp_path))
    assert (pixels[:150] == 255).all()
    assert "transparency" in outcome.removed


def test_a_face_is_covered_with_its_head(tmp_path: Path) -> None:
    outcome = mask(tmp_path, saved(SMALL, "JPEG", quality=95), SEARCHED)
    boxes = as_boxes([area.box for area in outcome.covered if area.by == "face"])
    assert iou(boxes, as_boxes([FACE])).max() > 0.4
    left, top, right, bottom = FACE
    assert (np.asarray(masked(tmp_path))[top:bottom, left:right] <= masking.TOLERANCE).all()
    assert outcome.blind_below_px
    assert [check.name for check in outcome.checks][-1].startswith("a search of the written")


def test_a_hit_marked_as_no_face_stays_uncovered(tmp_path: Path) -> None:
    request = replace(SEARCHED, hand=hand((0, 0, 256, 300), kind="leave"))
    outcome = mask(tmp_path, saved(SMALL, "PNG"), request)
    assert not outcome.covered
    assert (np.asarray(masked(tmp_path)) == np.asarray(SMALL)).all()


def test_areas_drawn_by_hand_are_covered_beside_faces(tmp_path: Path) -> None:
    outcome = mask(tmp_path, saved(SMALL, "PNG"), replace(SEARCHED, hand=hand((10, 250, 60, 290))))
    assert {area.by for area in outcome.covered} == {"face", "hand"}
    assert (np.asarray(masked(tmp_path))[250:290, 10:60] == 0).all()


def test_noise_hides_the_face_as_well(tmp_path: Path) -> None:
    for coded in ("JPEG", "WEBP"):
        mask(tmp_path, saved(SMALL, coded), replace(SEARCHED, style="noise"))
        pixels = np.asarray(masked(tmp_path)).astype(int)
        face = pixels[64:160, 96:176]
        assert face.std() > 20
        assert np.ptp(face.reshape(12, 8, 10, 8, 3), axis=(1, 3)).max() <= 2 * masking.TOLERANCE


def test_a_picture_without_faces_says_that_it_was_searched(tmp_path: Path) -> None:
    outcome = mask(tmp_path, saved(Image.new("RGB", (90, 60), (90, 120, 90)), "PNG"), SEARCHED)
    assert [look.code for look in outcome.looks] == ["no-face"]
    assert outcome.looks[0].urgency == 1
    only = mask(tmp_path, saved(SMALL, "PNG"))
    assert [look.code for look in only.looks] == ["not-searched"]
    assert only.blind_below_px is None


def test_hits_under_the_threshold_are_told_and_not_covered(tmp_path: Path) -> None:
    outcome = mask(tmp_path, saved(SMALL, "PNG"), replace(SEARCHED, cover_at=0.99))
    assert not outcome.covered
    doubtful = [look for look in outcome.looks if look.code == "low-score-uncovered"]
    assert doubtful
    assert doubtful[0].score > 0.5
    assert doubtful[0].box is not None


def test_a_face_that_is_seen_only_beside_covers_is_covered_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first search finds a place beside the face; the search of what is covered finds it."""
    found, calls = masking.find_faces, []

    def another_place_at_first(*args: object) -> object:
        calls.append(1)
        hits = found(*args)  # type: ignore[arg-type]
        return replace(hits, boxes=hits.boxes * 0 + [4, 4, 36, 36]) if len(calls) == 1 else hits

    monkeypatch.setattr(masking, "find_faces", another_place_at_first)
    outcome = mask(tmp_path, saved(SMALL, "PNG"), SEARCHED)
    left, top, right, bottom = FACE
    assert (np.asarray(masked(tmp_path))[top:bottom, left:right] == 0).all()
    assert len(outcome.covered) >= 2


def test_what_is_searched_is_what_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside covers a copy shows what the first search saw, in JPEG too, which rounds."""
    found, seen = masking.find_faces, []

    def kept(rgb: np.ndarray, *rest: object) -> object:
        seen.append(rgb.copy())
        return found(rgb, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(masking, "find_faces", kept)
    for style in ("fill", "noise"):
        seen.clear()
        mask(tmp_path, saved(SMALL, "JPEG", quality=95), replace(SEARCHED, style=style))
        pixels = np.asarray(masked(tmp_path))
        same = (pixels == seen[0]).all(axis=2)
        assert 0.3 < same.mean() < 0.95
        assert (pixels == seen[-1]).all()
        left, top, right, bottom = FACE
        assert not same[top:bottom, left:right].any()


def test_covering_ends_even_where_nearly_everything_is_a_hit(tmp_path: Path) -> None:
    outcome = mask(tmp_path, saved(SMALL, "JPEG"), replace(SEARCHED, cover_at=0.01))
    assert len(outcome.covered) > 5


def test_a_face_that_is_left_fails_the_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Covers that are drawn beside the face are noticed in the written picture."""
    draw = masking.draw_covers
    monkeypatch.setattr(
        masking, "draw_covers", lambda rgb, boxes, style: draw(rgb, boxes * 0 + 1, style)
    )
    monkeypatch.setattr(masking.PictureSearch, "outside", lambda self, hits, covers: hits)
    monkeypatch.setattr(masking, "ROUNDS", 2)
    (tmp_path / "source").write_bytes(saved(SMALL, "PNG"))
    outcome = masking.mask_image(tmp_path / "source", tmp_path / "masked", SEARCHED, silent)
    assert not outcome.checks[-1].passed


@pytest.mark.parametrize("turned", [1, 6])
def test_a_large_jpeg_is_read_smaller_where_that_is_enough(tmp_path: Path, turned: int) -> None:
    about = Image.Exif()
    about[0x0112] = turned
    wide = SMALL.resize((1600, 900))
    (tmp_path / "source").write_bytes(saved(wide, "JPEG", exif=about))
    picture = read_picture(tmp_path / "source", enough_px=400)
    upright = wide if turned == 1 else wide.transpose(Image.Transpose.ROTATE_270)
    assert picture.size == upright.size
    small = upright.resize((upright.width // 2, upright.height // 2))
    assert picture.rgb.shape[:2] == (small.height, small.width)
    assert np.abs(picture.rgb.astype(int) - np.asarray(small)).mean() < 3
    assert read_picture(tmp_path / "source", enough_px=901).rgb.shape[:2] == upright.size[::-1]


def truncated(coded: str) -> bytes:
    content = WITH_EVERYTHING[coded]() if coded == "DNG" else plain(coded)
    return content[: len(content) * 2 // 3]


def plain(coded: str) -> bytes:
    return heic() if coded == "HEIC" else saved(SMALL, coded.upper())


def ended_too_early() -> bytes:
    """A JPEG of which the last third is missing, closed again: decoders fill it with grey."""
    content = saved(SMALL, "JPEG", quality=90)
    return content[: len(content) * 2 // 3] + b"\xff\xd9"


def test_a_jpeg_that_no_reader_opens_is_called_damaged(tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(b"\xff\xd8\xff\xd7" + bytes(60))
    with pytest.raises(InputError, match="begins like JPEG but is damaged or cut short"):
        masking.mask_image(tmp_path / "source", tmp_path / "masked", BY_HAND, silent)


def moving(coded: str) -> bytes:
    frames = [SMALL, SMALL.transpose(Image.Transpose.FLIP_LEFT_RIGHT)]
    return saved(SMALL, coded, save_all=True, append_images=frames[1:], duration=100)


def bomb() -> bytes:
    """A PNG that says 60,000 x 60,000 pixels and is a few hundred bytes long."""
    content = bytearray(saved(Image.new("L", (8, 8)), "PNG"))
    content[16:24] = struct.pack(">II", 60_000, 60_000)
    content[29:33] = struct.pack(">I", zlib.crc32(bytes(content[12:29])))
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (lambda: b"", "empty"),
        (lambda: truncated("JPEG"), "cut short|damaged"),
        (ended_too_early, "cut short|damaged"),
        (lambda: truncated("PNG"), "cut short|damaged"),
        (lambda: truncated("WebP"), "cut short|damaged"),
        (lambda: truncated("TIFF"), "cut short|damaged"),
        (lambda: truncated("HEIC"), "cut short|damaged"),
        (lambda: truncated("AVIF"), "cut short|damaged"),
        (lambda: truncated("DNG"), "cut short|damaged"),
        (lambda: plain("JPEG")[:40], "cut short|damaged"),
        (lambda: b"\xff\xd8\xff\xe0" + bytes(500), "cut short|damaged"),
        (lambda: b"\x89PNG\r\n\x1a\n" + bytes(100), "cut short|damaged"),
        (lambda: b"II*\0" + bytes(100), "cut short|damaged"),
        (lambda: moving("PNG"), "moving"),
        (lambda: moving("WEBP"), "moving"),
        (lambda: moving("AVIF"), "moving"),
        (lambda: saved(SMALL, "TIFF", save_all=True, append_images=[SMALL]), "no picture"),
        (lambda: bomb(), "million pixels"),
        (lambda: saved(SMALL.convert("F"), "TIFF"), "8 bits"),
        (lambda: b"%PDF-1.7 sample", "no picture"),
        (lambda: b"just a sample text", "no picture"),
    ],
)
def test_what_cannot_be_masked_is_refused(
    tmp_path: Path, content: Callable[[], bytes], says: str
) -> None:
    (tmp_path / "source.jpg").write_bytes(content())
    with pytest.raises(InputError, match=says):
        masking.mask_image(tmp_path / "source.jpg", tmp_path / "masked", BY_HAND, silent)
    assert not (tmp_path / "masked").exists()


def test_the_content_counts_and_not_the_name(tmp_path: Path) -> None:
    mask(tmp_path, saved(SMALL, "PNG"), name="holiday.jpg")
    assert masked(tmp_path).format == "PNG"


def test_boxes_drawn_on_another_size_are_refused(tmp_path: Path) -> None:
    text = b'{"format": "contrechamp/boxes-1", "size": [9, 9], "cover": [{"box": [1, 1, 2, 2]}]}'
    request = replace(BY_HAND, hand=parse_sidecar(text, "sidecar"))
    with pytest.raises(InputError, match="9 x 9"):
        mask(tmp_path, saved(SMALL, "PNG"), request)


def test_a_picture_of_one_pixel(tmp_path: Path) -> None:
    outcome = mask(tmp_path, saved(Image.new("RGB", (1, 1), (9, 9, 9)), "PNG"), SEARCHED)
    assert (outcome.width, outcome.height) == (1, 1)
