"""A TIFF of several pages becomes a PDF, masked page by page; smaller copies are no pages."""

import io
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path

import matplotlib
import numpy as np
import pikepdf
import pymupdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, TiffImagePlugin

from contrechamp.base.errors import InputError
from contrechamp.base.progress import silent
from contrechamp.redact.kind_by_content import kind_of
from contrechamp.redact.masking import Settings, mask_files
from contrechamp.redact.pdf import scans
from contrechamp.redact.pictures.reading import read_picture
from contrechamp.redact.request import Request
from contrechamp.redact.run import Run
from contrechamp.redact.sidecar import parse_sidecar
from contrechamp.redact.sources import gather

SUBFILE, RESOLUTION, DOWN, UNIT, ORIENTATION, ARTIST = 254, 282, 283, 296, 274, 315


def paper(text: str, mode: str = "RGB", size: tuple[int, int] = (480, 320)) -> Image.Image:
    page = Image.new("RGB", size, "white")
    ImageDraw.Draw(page).text((20, 20), text, fill="black", font_size=28)
    return page.convert(mode)


def tiff(
    pages: Sequence[tuple[Image.Image, dict[int, object]]], compression: str = "tiff_lzw"
) -> bytes:
    """Return a TIFF whose pages have tags of their own."""
    content = io.BytesIO()
    with TiffImagePlugin.AppendingTiffWriter(content, new=True) as file:
        for page, tags in pages:
            about = TiffImagePlugin.ImageFileDirectory_v2()
            for tag, value in tags.items():
                about[tag] = value
            used = compression if page.mode != "1" else "group4"
            page.save(file, "TIFF", tiffinfo=about, compression=used)
            file.newFrame()
    return content.getvalue()


def converted(folder: Path, content: bytes) -> tuple[pikepdf.Pdf, list[str]]:
    (folder / "source").write_bytes(content)
    said = {"source": folder / "source", "name": "source", "target": folder / "made.pdf"}
    lost = scans.convert(said, silent)
    return pikepdf.open(folder / "made.pdf"), lost


def masked(folder: Path, content: bytes, request: Request) -> Run:
    (folder / "source.tif").write_bytes(content)
    return mask_files(gather([folder / "source.tif"]).files, folder / "out", Settings(request))


def shown(pdf: pikepdf.Pdf, number: int) -> np.ndarray:
    """Return the pixels of a page's picture, by a reader that had no part in writing it."""
    image = pikepdf.PdfImage(pdf.pages[number].Resources.XObject.P).as_pil_image()
    return np.asarray(image.convert("RGB"))


COLOURS = Image.merge(
    "RGB", [Image.radial_gradient("L"), Image.linear_gradient("L"), Image.new("L", (256, 256), 90)]
)


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "tiff_adobe_deflate", "packbits"])
def test_each_page_keeps_its_pixels(tmp_path: Path, compression: str) -> None:
    pages = [paper("SAMPLE"), paper("SAMPLE", "1"), COLOURS, COLOURS.convert("L")]
    pdf, _lost = converted(tmp_path, tiff([(page, {}) for page in pages], compression))
    assert len(pdf.pages) == 4
    for number, page in enumerate(pages):
        np.testing.assert_array_equal(shown(pdf, number), np.asarray(page.convert("RGB")))
    assert [page.Resources.XObject.P.BitsPerComponent for page in pdf.pages] == [8, 1, 8, 8]


def test_pages_of_jpeg_are_nearly_as_before(tmp_path: Path) -> None:
    pdf, _lost = converted(tmp_path, tiff([(COLOURS, {}), (COLOURS, {})], "jpeg"))
    off = np.abs(shown(pdf, 1).astype(int) - np.asarray(COLOURS))
    assert off.mean() < 4


def test_a_page_is_as_large_as_its_paper_and_upright(tmp_path: Path) -> None:
    fax = {RESOLUTION: 204.0, DOWN: 98.0, UNIT: 2}
    turned = {ORIENTATION: 6, RESOLUTION: 40.0, DOWN: 80.0, UNIT: 3}
    odd = {RESOLUTION: 1.0, DOWN: 1.0, UNIT: 2}
    pdf, _lost = converted(
        tmp_path, tiff([(paper("SAMPLE"), fax), (paper("SAMPLE"), turned), (paper("SAMPLE"), odd)])
    )
    sizes = [[float(side) for side in page.mediabox[2:]] for page in pdf.pages]
    assert sizes[0] == pytest.approx([480 / 204 * 72, 320 / 98 * 72], abs=0.01)
    # Turned by a quarter: 320 px across, of which 80 go into a centimetre.
    assert sizes[1] == pytest.approx([320 / 80 / 2.54 * 72, 480 / 40 / 2.54 * 72], abs=0.01)
    assert sizes[2] == pytest.approx([480 / 150 * 72, 320 / 150 * 72], abs=0.01)
    np.testing.assert_array_equal(
        shown(pdf, 1), np.asarray(paper("SAMPLE").transpose(Image.Transpose.ROTATE_270))
    )


def test_smaller_copies_and_masks_are_no_pages(tmp_path: Path) -> None:
    small = paper("SAMPLE", size=(48, 32))
    pages = [(small, {SUBFILE: 1}), (paper("SAMPLE"), {}), (small.convert("1"), {SUBFILE: 4})]
    (tmp_path / "one.tif").write_bytes(tiff(pages))
    assert kind_of(tmp_path / "one.tif", "a").format == "TIFF"
    picture = read_picture(tmp_path / "one.tif")
    assert picture.size == (480, 320)
    assert "2 more pictures" in picture.removed
    (tmp_path / "two.tif").write_bytes(tiff([*pages, (paper("SAMPLE 2"), {SUBFILE: 2})]))
    assert kind_of(tmp_path / "two.tif", "a").format == "multi-page TIFF"
    pdf, lost = converted(tmp_path, (tmp_path / "two.tif").read_bytes())
    assert len(pdf.pages) == 2
    assert "2 smaller copies or masks of pages" in lost


def test_words_are_read_and_boxes_go_to_their_page(tmp_path: Path) -> None:
    names = {ARTIST: "Ada Sample"}
    content = tiff([(paper("Of Planterose"), names), (paper("SAMPLE"), names)])
    boxes = parse_sidecar(
        b'{"format": "contrechamp/boxes-1", "cover": [{"box": [100, 60, 150, 90], "page": 2}]}', "b"
    )
    run = masked(tmp_path, content, Request(words=("Planterose",), hand=boxes, boxes_only=True))
    assert not run.unmasked, [str(one.error) for one in run.unmasked]
    [one] = run.masked
    assert (one.format, one.copy.suffix, one.outcome.pages) == ("multi-page TIFF", ".pdf", 2)
    assert all(check.passed for check in one.outcome.checks)
    assert {(covered.by, covered.page) for covered in one.outcome.covered} == {
        ("word", 1), ("hand", 2),
    }  # fmt: skip
    assert b"Ada Sample" not in one.copy.read_bytes()
    with pymupdf.open(one.copy) as pages:
        pixels = pages[1].get_pixmap(dpi=72)
    assert pixels.pixel(125, 75) == (0, 0, 0)
    assert pixels.pixel(125, 100) == (255, 255, 255)
    told = " ".join(look.message for look in one.outcome.looks if look.code == "not-drawn")
    assert "tags of TIFF" in told


@pytest.mark.slow
def test_a_face_on_a_page_is_covered(tmp_path: Path) -> None:
    # Grace Hopper, official portrait, public domain; shipped with matplotlib.
    folder = Path(matplotlib.get_data_path()) / "sample_data"
    with Image.open(folder / "grace_hopper.jpg") as portrait:
        content = tiff([(paper("SAMPLE"), {}), (portrait.convert("RGB"), {})])
    [one] = masked(tmp_path, content, Request()).masked
    assert [(covered.by, covered.page) for covered in one.outcome.covered] == [("face", 2)]


def ifd(*tags: tuple[int, int, int, int], following: int = 0) -> bytes:
    """Return a directory of tags: number, type, count, value."""
    entries = b"".join(struct.pack("<HHII", *tag) for tag in sorted(tags))
    return struct.pack("<H", len(tags)) + entries + struct.pack("<I", following)


def bomb(pages: int, side: int) -> bytes:
    """Return pages that share one strip and say that they are large."""
    size = len(ifd(*[(0, 0, 0, 0)] * 8))
    strip = zlib.compress(bytes(10_000))
    start = 8 + pages * size
    made = b"II*\0" + struct.pack("<I", 8)
    for number in range(pages):
        more = 8 + (number + 1) * size if number + 1 < pages else 0
        made += ifd(
            *((256, 4, 1, side), (257, 4, 1, side), (258, 3, 1, 8), (259, 3, 1, 8)),
            *((262, 3, 1, 1), (273, 4, 1, start), (278, 4, 1, side), (279, 4, 1, len(strip))),
            following=more,
        )
    return made + strip


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (lambda: bomb(2, 20_000), "page 1 has 400 million pixels"),
        (lambda: bomb(91, 10_000), "9,100 million pixels on its pages"),
        (lambda: bomb(3001, 10), "3,001 pages"),
        (lambda: bomb(2, 200), "page 1 is cut short or damaged"),
        (lambda: tiff([(COLOURS, {})] * 2)[:-400], "page [23] is cut short or damaged"),
        (lambda: bomb(2, 0), "page 1 is cut short or damaged"),
    ],
    ids=["a large page", "large together", "many", "a short strip", "cut", "no size"],
)
def test_too_much_or_too_little_is_refused_with_its_page(
    tmp_path: Path, content: "object", says: str
) -> None:
    with pytest.raises(InputError, match=says):
        converted(tmp_path, content())  # type: ignore[operator]


def test_a_page_that_cannot_be_reached_is_not_left_out_in_silence(tmp_path: Path) -> None:
    content = bytearray(bomb(3, 100))
    size = len(ifd(*[(0, 0, 0, 0)] * 8))
    content[8 + 2 * size - 4 : 8 + 2 * size] = struct.pack("<I", 8)  # the second leads to the first
    [one] = masked(tmp_path, bytes(content), Request(boxes_only=True)).unmasked
    assert "page 3 is cut short or damaged" in str(one.error)


@pytest.mark.parametrize("mode", ["I", "F"])
def test_brightness_that_is_none_is_told_with_its_page(tmp_path: Path, mode: str) -> None:
    deep = Image.new(mode, (20, 20), 2**20)
    with pytest.raises(InputError, match="page 2 has brightness values"):
        converted(tmp_path, tiff([(COLOURS, {}), (deep, {})], "raw"))


@given(st.data())
def test_whatever_is_damaged_there_is_a_reason(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content = bytearray(_SMALL)
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=8)):
        content[place] = data.draw(st.integers(0, 255))
    content = content[: data.draw(st.integers(0, len(content)))]
    folder = tmp_path_factory.mktemp("damaged")
    try:
        pdf, _lost = converted(folder, bytes(content))
    except InputError:
        return
    assert len(pdf.pages) >= 1


_SMALL = tiff([(paper("S", "L", (24, 16)), {}), (paper("S", "1", (24, 16)), {})])


def test_a_tag_that_stands_twice_is_no_damage(tmp_path: Path) -> None:
    content = bytearray(_SMALL)
    # The tag before the last of the first directory becomes one more of the last one's number.
    (start,) = struct.unpack("<I", content[4:8])
    (count,) = struct.unpack("<H", content[start : start + 2])
    last = start + 2 + 12 * (count - 1)
    content[last - 12 : last] = content[last : last + 12]
    (tmp_path / "source").write_bytes(content)
    assert kind_of(tmp_path / "source", "a").format == "multi-page TIFF"


def test_a_coding_that_is_not_read_is_told_as_one(tmp_path: Path) -> None:
    content = tiff([(COLOURS, {})], "raw")
    colours = struct.pack("<HHI", 262, 3, 1)
    at = content.index(colours) + len(colours)
    (tmp_path / "source").write_bytes(content[:at] + struct.pack("<H", 999) + content[at + 2 :])
    with pytest.raises(InputError, match=r"not read here \(compression 1\)"):
        read_picture(tmp_path / "source")
