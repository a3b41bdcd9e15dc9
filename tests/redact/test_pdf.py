import io
import re
from pathlib import Path

import matplotlib
import numpy as np
import pikepdf
import pymupdf
import pytest
from pikepdf import Array, Dictionary, Name, Stream, String
from PIL import Image

from contrechamp.base.errors import InputError
from contrechamp.base.progress import silent
from contrechamp.redact import sidecar
from contrechamp.redact.pdf.masking import mask_pdf
from contrechamp.redact.request import Request
from redact.papers import (
    SIZE,
    drawn,
    every_byte,
    everything_planted,
    extracted,
    form,
    jpeg,
    new_pdf,
    picture,
    saved,
    stream,
    text,
    with_earlier_version,
)

WORD = "Planterose"


def masked(source, *areas, words=(), leave=(), **request):
    target = source.with_name("out.pdf")
    hand = sidecar.from_json(
        {
            "format": sidecar.FORMAT,
            "cover": [{"box": list(area), "page": 1} for area in areas],
        },
        "boxes",
    )
    asked = Request(hand=hand, words=tuple(words), boxes_only=True, **request)
    outcome = mask_pdf(source, target, asked, silent)
    assert [check for check in outcome.checks if not check.passed] == []
    return outcome, target


def from_top(x, y, width, height):
    """Return a box in points from the top left, of one given from the bottom left."""
    return (x, SIZE - y - height, x + width, SIZE - y)


def codes(outcome):
    return {look.code for look in outcome.looks}


def is_nowhere(path, word=WORD):
    content = every_byte(path)
    for encoding in ("utf-8", "utf-16-be", "utf-16-le"):
        assert word.encode(encoding) not in content
        assert word.encode(encoding).hex().encode() not in content.lower()
    assert word not in extracted(path)


def test_what_no_page_shows_is_gone(tmp_path):
    pdf = everything_planted(WORD)
    source = saved(pdf, tmp_path / "in.pdf", object_stream_mode=pikepdf.ObjectStreamMode.disable)
    with_earlier_version(source, WORD)
    before = source.read_bytes()
    assert WORD.encode() in before
    outcome, target = masked(source)
    is_nowhere(target)
    assert "Plain text" in extracted(target)
    assert "Field value" in extracted(target)
    assert source.read_bytes() == before
    changed = np.abs(drawn(target)[:500].astype(int) - drawn(source)[:500]).max(axis=2) > 8
    assert changed.sum() <= 20, "but for letters of half a point"
    for said in ("attached files", "hidden layers", "earlier versions", "links", "bookmarks"):
        assert said in outcome.removed
    assert {"hidden-text", "xfa"} <= codes(outcome)
    with pikepdf.open(target) as made:
        assert set(made.Root.keys()) == {"/Type", "/Pages"}
        assert "/Info" not in made.trailer
        assert len(list(made.objects)) < 20


def test_nothing_asked_for_leaves_pages_as_they_are(tmp_path):
    source = saved(new_pdf(text("Two lines", 50, 300) + b"50 280 80 2 re f"), tmp_path / "a.pdf")
    outcome, target = masked(source)
    assert extracted(target).strip() == "Two lines"
    np.testing.assert_allclose(drawn(target).astype(int), drawn(source).astype(int), atol=2)
    assert outcome.covered == ()
    assert outcome.pages == 1


def test_words_are_taken_out_of_the_content(tmp_path):
    content = (
        text("Before Amina Saleh after", 50, 350)
        + text("at the end of a line Ami-", 50, 320)
        + text("na Saleh begins the next", 50, 305)
        + b"BT /F1 12 Tf 50 280 Td [(A) 20 (mi) -30 (na ) 5 (S) (aleh)] TJ ET\n"
        + b"BT /F1 12 Tf 50 250 Td <416D696E612053616C6568> Tj ET\n"
        + text("AMINA SALEH", 50, 220)
        + b"q 0 1 -1 0 300 100 cm " + text("Amina Saleh", 0, 0) + b"Q\n"
        + b"q .8 .6 -.6 .8 100 60 cm " + text("Amina Saleh", 0, 0) + b"Q\n"
    )  # fmt: skip
    source = saved(new_pdf(content), tmp_path / "a.pdf")
    outcome, target = masked(source, words=["Amina Saleh"])
    left = re.sub(r"\s+", " ", extracted(target))
    assert re.search("amina|saleh", left, re.IGNORECASE) is None
    for word in ("Before", "after", "at the end of a line", "begins the next"):
        assert word in left
    is_nowhere(target, "Amina")
    assert sum(covered.by == "word" for covered in outcome.covered) == 8
    boxes = [covered.box for covered in outcome.covered]
    pixels = drawn(target, scale=4)
    for x0, y0, x1, y1 in boxes:
        inside = pixels[int(y0 * 4) + 3 : int(y1 * 4) - 3, int(x0 * 4) + 3 : int(x1 * 4) - 3]
        assert inside.size
        assert not inside.any()
    assert {"length-of-words"} <= codes(outcome)


def test_a_word_that_is_not_there_is_told(tmp_path):
    source = saved(new_pdf(text("Plain text", 50, 300)), tmp_path / "a.pdf")
    assert "no-word-found" in codes(masked(source, words=["Amina"])[0])


def with_unicode_font(letters, shown):
    """Return a PDF whose glyphs mean `letters` by a ToUnicode map, shown in the order given."""
    pdf = new_pdf(b"")
    font = pymupdf.Font("cjk")
    program = Stream(pdf, font.buffer)
    program["/Subtype"] = Name.OpenType
    glyph_of = {letter: font.has_glyph(ord("A") + place) for place, letter in enumerate(letters)}
    lines = "\n".join(
        f"<{glyph:04X}> <{letter.encode('utf-16-be').hex()}>" for letter, glyph in glyph_of.items()
    )
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def\n"
        "1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
        f"{len(glyph_of)} beginbfchar\n{lines}\nendbfchar endcmap end end"
    )
    descendant = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType0,
        BaseFont=Name("/Sample"),
        CIDSystemInfo=Dictionary(
            Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0
        ),
        DW=600,
        FontDescriptor=pdf.make_indirect(
            Dictionary(
                Type=Name.FontDescriptor,
                FontName=Name("/Sample"),
                Flags=4,
                FontBBox=Array([0, -200, 1000, 900]),
                ItalicAngle=0,
                Ascent=900,
                Descent=-200,
                CapHeight=700,
                StemV=80,
                FontFile3=pdf.make_indirect(program),
            )
        ),
    )
    page = pdf.pages[0].obj
    page.Resources.Font.F2 = pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=Name("/Sample"),
            Encoding=Name("/Identity-H"),
            ToUnicode=pdf.make_stream(cmap.encode()),
            DescendantFonts=Array([pdf.make_indirect(descendant)]),
        )
    )
    codes = "".join(f"{glyph_of[letter]:04X}" for letter in shown)
    page.Contents = pdf.make_stream(f"BT /F2 14 Tf 60 300 Td <{codes}> Tj ET".encode())
    return pdf


@pytest.mark.parametrize("shown", ["سلمى", "سلمى"[::-1]])
def test_right_to_left_in_either_order(tmp_path, shown):
    source = saved(with_unicode_font("سلمىبت", shown), tmp_path / "a.pdf")
    outcome, target = masked(source, words=["سلمى"])
    assert [covered.by for covered in outcome.covered] == ["word"]
    assert not set(extracted(target)) & set("سلمى")


def test_letters_that_do_not_say_which_they_are_are_told(tmp_path):
    source = saved(with_unicode_font("\ue001\ue002", "\ue001\ue002"), tmp_path / "a.pdf")
    assert "unreadable-text" in codes(masked(source, words=["Amina"])[0])


SECRET = np.random.default_rng(5).integers(0, 2, (100, 100), np.uint8) * 255


def in_picture(pdf, **extra):
    pixels = np.full((100, 100, 3), 200, np.uint8)
    pixels[40:60, 40:60] = SECRET[40:60, 40:60, None]
    return picture(pdf, pixels, **extra)


def draws(pdf, image, how=b"q 200 0 0 200 100 100 cm /Im Do Q"):
    page = pdf.pages[0].obj
    page.Resources.XObject = Dictionary(Im=image)
    page.Contents = pdf.make_stream(how)
    return pdf


AREA = from_top(170, 170, 60, 60)


def all_pixels(path):
    """Return every value of every picture in a file, by pikepdf."""
    with pikepdf.open(path) as pdf:
        streams = [item for item in pdf.objects if isinstance(item, Stream)]
        return [
            np.frombuffer(item.read_bytes(), np.uint8)
            for item in streams
            if item.get("/Subtype") == Name.Image
        ]


def holds_secret(path):
    """Tell whether the pattern stands anywhere in the pixels of a file."""
    row = SECRET[45, 40:60]
    patterns = (row.tobytes(), np.repeat(row, 3).tobytes(), np.packbits(row > 0).tobytes()[:2])
    return any(
        pattern in pixels.tobytes() for pixels in all_pixels(path) for pattern in patterns[:2]
    )


@pytest.mark.parametrize("where", ["image", "mask", "form", "inline", "twice"])
def test_pixels_under_an_area_are_gone(tmp_path, where):
    pdf = new_pdf(b"")
    plain = np.full((100, 100, 3), 90, np.uint8)
    if where == "image":
        draws(pdf, in_picture(pdf))
    elif where == "mask":
        draws(pdf, picture(pdf, plain, mask=SECRET))
    elif where == "form":
        inner = form(pdf, b"q 200 0 0 200 100 100 cm /In Do Q", Dictionary(XObject=Dictionary()))
        inner.Resources.XObject.In = in_picture(pdf)
        draws(pdf, inner, b"/Im Do")
    elif where == "inline":
        pixels = np.full((100, 100), 200, np.uint8)
        pixels[40:60, 40:60] = SECRET[40:60, 40:60]
        hexed = pixels.tobytes().hex().encode()
        draws(
            pdf,
            in_picture(pdf),
            b"q 200 0 0 200 100 100 cm BI /W 100 /H 100 /CS /G /BPC 8 /F /AHx ID "
            + hexed
            + b"> EI Q",
        )
    else:
        draws(
            pdf,
            in_picture(pdf),
            b"q 200 0 0 200 100 100 cm /Im Do Q q 200 0 0 200 100 100 cm /Im Do Q",
        )
    source = saved(pdf, tmp_path / "a.pdf")
    assert holds_secret(source) or where == "inline"
    _, target = masked(source, AREA)
    assert not holds_secret(target)
    before, after = drawn(source).astype(int), drawn(target).astype(int)
    x0, y0, x1, y1 = (2 * int(side) for side in AREA)
    assert not after[y0 + 2 : y1 - 2, x0 + 2 : x1 - 2].any()
    after[y0 - 4 : y1 + 4, x0 - 4 : x1 + 4] = before[y0 - 4 : y1 + 4, x0 - 4 : x1 + 4] = 0
    assert np.abs(before - after).mean() < 1.5


CURVES = (
    b"0.2 w 180 180 m 190 220 200 160 220 215 c S 185 185 30 30 re S 1 g 190 190 7 5 re f 0 g\n"
)
AROUND = b"20 20 360 360 re S .9 g 150 150 100 100 re f 0 g\n"


def test_lines_under_an_area_are_gone_and_those_around_stay(tmp_path):
    source = saved(new_pdf(AROUND + CURVES + text("Text", 190, 200)), tmp_path / "a.pdf")
    outcome, target = masked(source, AREA)
    assert "page-became-picture" not in codes(outcome)
    content = every_byte(target)
    for gone in (b"190 220 200 160", b"185 185 30 30", b"190 190 7 5", b"Text"):
        assert gone not in content
    assert b"20 20 360 360" in content
    before, after = drawn(source).astype(int), drawn(target).astype(int)
    x0, y0, x1, y1 = (2 * int(side) for side in AREA)
    assert not after[y0 + 1 : y1 - 1, x0 + 1 : x1 - 1].any()
    after[y0:y1, x0:x1] = before[y0:y1, x0:x1]
    np.testing.assert_allclose(after, before, atol=90)
    assert np.abs(after - before).mean() < 0.05


def shading_pdf():
    pdf = new_pdf(b"q 150 150 100 100 re W n /Sh sh Q")
    ramp = Dictionary(
        FunctionType=2, Domain=Array([0, 1]), C0=Array([1, 0, 0]), C1=Array([0, 0, 1]), N=1
    )
    pdf.pages[0].obj.Resources.Shading = Dictionary(
        Sh=Dictionary(
            ShadingType=2,
            ColorSpace=Name.DeviceRGB,
            Coords=Array([150, 0, 250, 0]),
            Function=ramp,
            Extend=Array([True, True]),
        )
    )
    return pdf


def tiles_pdf():
    pdf = new_pdf(b"/Pattern cs /P scn 150 150 100 100 re f")
    tile = stream(
        pdf,
        b"0 0 5 5 re f " + text(WORD, 0, 0, size=3),
        Type=Name.Pattern,
        PatternType=1,
        PaintType=1,
        TilingType=1,
        BBox=Array([0, 0, 40, 10]),
        XStep=40,
        YStep=10,
        Resources=pdf.pages[0].obj.Resources,
    )
    pdf.pages[0].obj.Resources.Pattern = Dictionary(P=tile)
    return pdf


def type3_pdf():
    pdf = new_pdf(b"BT /T3 40 Tf 180 190 Td (a) Tj ET")
    glyph = pdf.make_stream(b"500 0 d0 0 0 500 700 re f")
    pdf.pages[0].obj.Resources.Font.T3 = pdf.make_indirect(
        Dictionary(
            Type=Name.Font, Subtype=Name.Type3, FontBBox=Array([0, 0, 500, 700]),
            FontMatrix=Array([0.001, 0, 0, 0.001, 0, 0]), CharProcs=Dictionary(box=glyph),
            Encoding=Dictionary(Differences=Array([97, Name.box])), FirstChar=97, LastChar=97,
            Widths=Array([500]), Resources=Dictionary(),
        )
    )  # fmt: skip
    return pdf


def long_path_pdf():
    return new_pdf(b"100 100 m 200 200 l 300 100 l 220 215 l s " + text("Kept", 20, 20))


def soft_masked_pdf():
    pdf = new_pdf(b"/GS gs 0 0 1 rg 150 150 100 100 re f")
    group = form(
        pdf, b"1 g 190 190 20 20 re f", Group=Dictionary(S=Name.Transparency, CS=Name.DeviceGray)
    )
    pdf.pages[0].obj.Resources.ExtGState = Dictionary(
        GS=Dictionary(Type=Name.ExtGState, SMask=Dictionary(S=Name.Luminosity, G=group))
    )
    return pdf


@pytest.mark.parametrize(
    "make", [shading_pdf, tiles_pdf, type3_pdf, long_path_pdf, soft_masked_pdf]
)
def test_what_is_hard_to_take_apart_is_gone_too(tmp_path, make):
    source = saved(make(), tmp_path / "a.pdf")
    outcome, target = masked(source, AREA)
    before, after = drawn(source).astype(int), drawn(target).astype(int)
    assert (before < 250).any(), "the sample draws nothing"
    x0, y0, x1, y1 = (2 * int(side) for side in AREA)
    assert not after[y0 + 2 : y1 - 2, x0 + 2 : x1 - 2].any()
    after[y0 - 4 : y1 + 4, x0 - 4 : x1 + 4] = before[y0 - 4 : y1 + 4, x0 - 4 : x1 + 4] = 0
    assert np.abs(before - after).mean() < 1.5
    if make in (shading_pdf, tiles_pdf, long_path_pdf):
        assert "page-became-picture" in codes(outcome)
        is_nowhere(target)
        with pikepdf.open(target) as pdf:
            assert set(pdf.pages[0].Resources.keys()) == {"/XObject"}


def test_boxes_are_of_the_page_as_displayed(tmp_path):
    for rotation in (0, 90, 180, 270):
        pdf = new_pdf(text("Top", 120, 340) + text("Far", 120, 20))
        page = pdf.pages[0].obj
        page.Rotate = rotation
        page.CropBox = Array([100, 10, 300, 390])
        source = saved(pdf, tmp_path / "a.pdf")
        document = pymupdf.open(source)
        [place] = [
            pymupdf.Rect(word[:4]) for word in document[0].get_text("words") if word[4] == "Top"
        ]
        place = (place * document[0].rotation_matrix).normalize()
        _, target = masked(source, (place.x0 - 2, place.y0 - 2, place.x1 + 2, place.y1 + 2))
        assert extracted(target).strip() == "Far", rotation
        assert drawn(target).shape == drawn(source).shape


def test_cropped_away_pixels_are_gone(tmp_path):
    pdf = new_pdf(b"")
    draws(pdf, in_picture(pdf), b"q 400 0 0 400 -250 0 cm /Im Do Q")
    source = saved(pdf, tmp_path / "a.pdf")
    assert holds_secret(source)
    _, target = masked(source)
    assert not holds_secret(target)


def test_metadata_of_pictures_is_gone(tmp_path):
    pdf = new_pdf(b"")
    pixels = np.random.default_rng(1).integers(0, 255, (60, 60, 3), np.uint8)
    image = stream(
        pdf,
        jpeg(pixels, WORD.encode()),
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=60,
        Height=60,
        BitsPerComponent=8,
        ColorSpace=Name.DeviceRGB,
        Filter=Name.DCTDecode,
        Metadata=pdf.make_stream(WORD.encode()),
    )
    source = saved(draws(pdf, image), tmp_path / "a.pdf")
    assert WORD.encode() in every_byte(source)
    _, target = masked(source)
    is_nowhere(target)
    np.testing.assert_array_equal(drawn(target), drawn(source))


def test_what_follows_the_pixels_of_a_picture_is_gone(tmp_path):
    pdf = new_pdf(b"")
    pixels = np.random.default_rng(2).integers(0, 255, (30, 30), np.uint8)
    image = picture(pdf, pixels)
    image.write(pixels.tobytes() + WORD.encode())
    source = saved(draws(pdf, image), tmp_path / "a.pdf")
    assert WORD.encode() in every_byte(source)
    _, target = masked(source)
    is_nowhere(target)
    np.testing.assert_array_equal(drawn(target), drawn(source))


def test_marks_for_redaction_that_nobody_carried_out_are_carried_out(tmp_path):
    pdf = new_pdf(text(WORD, 50, 300) + text("Plain text", 50, 200))
    page = pdf.pages[0].obj
    mark = Dictionary(Type=Name.Annot, Subtype=Name.Redact, Rect=Array([45, 290, 200, 320]))
    page.Annots = Array([pdf.make_indirect(mark)])
    outcome, target = masked(saved(pdf, tmp_path / "a.pdf"))
    is_nowhere(target)
    assert "Plain text" in extracted(target)
    assert len(outcome.covered) == 1


def test_a_box_that_somebody_drew_over_text_uncovers_nothing(tmp_path):
    pdf = new_pdf(text(WORD, 50, 300) + text("Plain text", 50, 200))
    page = pdf.pages[0].obj
    cover = Dictionary(
        Type=Name.Annot, Subtype=Name.Square, Rect=Array([45, 290, 200, 320]), F=4,
        AP=Dictionary(N=form(pdf, b"0 g 0 0 155 30 re f")),
    )  # fmt: skip
    cover.AP.N["/BBox"] = Array([0, 0, 155, 30])
    page.Annots = Array([pdf.make_indirect(cover)])
    outcome, target = masked(saved(pdf, tmp_path / "a.pdf"))
    is_nowhere(target)
    assert not drawn(target)[170:210, 100:390].any()
    assert {"hidden-text", "comments-drawn"} <= codes(outcome)


def broken(content):
    return b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n" + content


def test_what_cannot_be_masked_is_refused(tmp_path):
    locked = io.BytesIO()
    new_pdf(text("Plain text", 50, 300)).save(
        locked, encryption=pikepdf.Encryption(user="secret", owner="secret")
    )
    for content, expected in (
        (b"", "damaged"),
        (b"%PDF-1.7\n", "damaged"),
        (broken(b""), "damaged|pages"),
        (
            broken(b"2 0 obj\n<</Type/Pages/Count 0/Kids[]>>\nendobj\ntrailer<</Root 1 0 R>>"),
            "pages",
        ),
        (locked.getvalue(), "password"),
    ):
        source = tmp_path / "source.pdf"
        source.write_bytes(content)
        with pytest.raises(InputError, match=rf"^source\.pdf: .*({expected})"):
            masked(source)
        assert not (tmp_path / "out.pdf").exists()


def test_boxes_and_words_must_suit(tmp_path):
    source = saved(new_pdf(text("Plain text", 50, 300)), tmp_path / "a.pdf")
    hand = sidecar.from_json(
        {"format": sidecar.FORMAT, "cover": [{"box": [0, 0, 9, 9], "page": 2}]}, "boxes"
    )
    with pytest.raises(InputError, match="no such page"):
        mask_pdf(source, tmp_path / "out.pdf", Request(hand=hand, boxes_only=True), silent)
    with pytest.raises(InputError, match="no letter"):
        masked(source, words=["—"])


def test_damaged_bytes_are_refused_or_masked(tmp_path):
    content = saved(everything_planted(WORD), tmp_path / "in.pdf").read_bytes()
    random = np.random.default_rng(11)
    for _ in range(12):
        damaged = bytearray(content)
        for place in random.integers(0, len(content), 30):
            damaged[place] = random.integers(0, 256)
        source = tmp_path / "damaged.pdf"
        source.write_bytes(bytes(damaged[: random.integers(len(content) // 2, len(content))]))
        try:
            mask_pdf(source, tmp_path / "out.pdf", Request(boxes_only=True), silent)
        except InputError:
            continue
        is_nowhere(tmp_path / "out.pdf")


@pytest.mark.slow
def test_faces_in_pictures_are_gone(tmp_path):
    # Grace Hopper, official portrait, public domain; shipped with matplotlib.
    portrait = np.asarray(
        Image.open(Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg")
    )
    pdf = new_pdf(b"")
    how = b"q 171 0 0 200 100 150 cm /Im Do Q " + text("Plain text", 50, 50)
    source = saved(draws(pdf, picture(pdf, portrait), how), tmp_path / "a.pdf")
    target = tmp_path / "out.pdf"
    outcome = mask_pdf(source, target, Request(), silent)
    assert all(check.passed for check in outcome.checks)
    [face] = [covered for covered in outcome.covered if covered.by == "face"]
    x0, y0, x1, y1 = face.box
    assert 100 < x0 < x1 < 271
    assert 50 < y0 < y1 < 250
    assert face.score > 0.5
    pixels = drawn(target)
    assert not pixels[int(2 * y0) + 3 : int(2 * y1) - 2, int(2 * x0) + 3 : int(2 * x1) - 2].any()
    assert pixels[2 * 240, 2 * 185].any(), "the uniform stays"
    assert "Plain text" in extracted(target)
    assert len(all_pixels(target)) == 1
    left = sidecar.from_json(
        {"format": sidecar.FORMAT, "leave": [{"box": [100, 50, 271, 250], "page": 1}]}, "boxes"
    )
    assert not mask_pdf(source, target, Request(hand=left), silent).covered
