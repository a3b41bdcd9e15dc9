"""Words in PDFs that no page tells: in tiles, in forms drawn often, as outlines, in pictures."""

from io import BytesIO

import numpy as np
import pikepdf
import pymupdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name
from PIL import Image

from contrechamp.base.progress import silent
from contrechamp.cell import tesseract
from contrechamp.redact.masking import Settings, mask_files
from contrechamp.redact.outcome import Covered
from contrechamp.redact.pdf.drawn_letters import rows_of_letters
from contrechamp.redact.pdf.masking import mask_pdf
from contrechamp.redact.request import Request
from contrechamp.redact.sources import gather
from redact.papers import SIZE, drawn, every_byte, extracted, form, new_pdf, saved, stream, text

WORD = "Planterose"


def masked(pdf, tmp_path, *words):
    source = saved(pdf, tmp_path / "a.pdf")
    target = tmp_path / "out.pdf"
    request = Request(words=words or (WORD,), boxes_only=True)
    outcome = mask_pdf(source, target, request, silent)
    assert [check for check in outcome.checks if not check.passed] == []
    return outcome, target


def tile(pdf, content, width=80, height=20, *, coloured=True, **resources):
    fonts = pdf.pages[0].obj.Resources.Font
    return stream(
        pdf,
        content,
        Type=Name.Pattern,
        PatternType=1,
        PaintType=1 if coloured else 2,
        TilingType=1,
        BBox=Array([0, 0, width, height]),
        XStep=width,
        YStep=height,
        Resources=Dictionary(Font=fonts, **resources),
    )


TILED = b"/Pattern cs /P scn 0 0 400 300 re f "


def watermarked(content, **extra):
    pdf = new_pdf(text("Plain text", 50, 350) + TILED)
    page = pdf.pages[0].obj
    page.Resources.Pattern = Dictionary(P=tile(pdf, content, **extra))
    return pdf


def in_a_form():
    pdf = new_pdf(text("Plain text", 50, 350) + b"/Fm Do")
    page = pdf.pages[0].obj
    resources = Dictionary(Pattern=Dictionary(P=tile(pdf, text(WORD, 2, 4))))
    page.Resources.XObject = Dictionary(Fm=form(pdf, TILED, resources))
    return pdf


def in_a_form_of_a_tile_of_a_tile():
    pdf = new_pdf(text("Plain text", 50, 350) + TILED)
    page = pdf.pages[0].obj
    drawing = form(pdf, text(WORD, 2, 4), Dictionary(Font=page.Resources.Font))
    inner = tile(pdf, b"/Fm Do " + text("kept", 2, 12, size=6), XObject=Dictionary(Fm=drawing))
    around = b"0.5 0 0 0.5 0 0 cm " + TILED + text("outer", 2, 12, size=6)
    page.Resources.Pattern = Dictionary(P=tile(pdf, around, 160, 40, Pattern=Dictionary(P=inner)))
    return pdf


def without_colour():
    pdf = new_pdf(text("Plain text", 50, 350) + b"/C cs 1 0 0 /P scn 0 0 400 300 re f")
    page = pdf.pages[0].obj
    page.Resources.ColorSpace = Dictionary(C=Array([Name.Pattern, Name.DeviceRGB]))
    page.Resources.Pattern = Dictionary(P=tile(pdf, text(WORD, 2, 4), coloured=False))
    return pdf


@pytest.mark.parametrize(
    "made",
    [
        lambda: watermarked(text(WORD, 2, 4) + text("kept", 2, 12, size=6)),
        # Over the edge: what one tile begins the next one ends.
        lambda: watermarked(text("terose", 0, 4) + text("Plan", 55, 4)),
        lambda: watermarked(text(WORD, 2, 4, before="3 Tr")),
        lambda: watermarked(text("Rosa", 2, 12, size=6) + text("Planter", 2, 4, size=6)),
        in_a_form,
        in_a_form_of_a_tile_of_a_tile,
        without_colour,
    ],
)
def test_a_word_in_tiles_is_gone_from_each_of_them(tmp_path, made):
    pdf = made()
    outcome, target = masked(pdf, tmp_path, WORD, "Planter Rosa")
    assert WORD.encode() not in every_byte(target)
    assert "lanter" not in extracted(target)
    assert "Plain text" in extracted(target)
    assert Covered("word", page=1) in outcome.covered
    assert [look.page for look in outcome.looks if look.code == "words-in-tiles"] == [1]
    again, _ = masked(pikepdf.open(target), tmp_path)
    assert not again.covered


def test_what_else_a_tile_shows_stays(tmp_path):
    pdf = watermarked(text(WORD, 2, 4) + text("kept", 2, 12, size=6) + b"1 0 0 rg 60 2 10 10 re f")
    _, target = masked(pdf, tmp_path)
    pixels = drawn(target)
    red = (pixels[:, :, 0] > 200) & (pixels[:, :, 1] < 80)
    assert red.sum() > 50 * 300, "a square of 20 px in each of 75 tiles"
    assert not any(covered.box for covered in masked(pdf, tmp_path)[0].covered)


def test_tiles_without_a_word_stay_as_they_are(tmp_path):
    pdf = watermarked(text("Copy for Rosa", 2, 4, size=6))
    before = drawn(saved(pdf, tmp_path / "source.pdf"))
    outcome, target = masked(pdf, tmp_path)
    assert (drawn(target) == before).all()
    assert "words-in-tiles" not in {look.code for look in outcome.looks}
    assert "hidden-text" not in {look.code for look in outcome.looks}


@settings(max_examples=12)
@given(times=st.integers(2, 30), nested=st.booleans())
def test_a_word_in_a_form_that_is_drawn_often_is_gone(tmp_path_factory, times, nested):
    tmp_path = tmp_path_factory.mktemp("often")
    each = b"".join(
        b"q 1 0 0 1 %d %d cm /Fm Do Q " % (n % 3 * 120, n // 3 * 30) for n in range(times)
    )
    pdf = new_pdf(each)
    page = pdf.pages[0].obj
    drawing = form(pdf, text(WORD, 5, 5), Dictionary(Font=page.Resources.Font))
    if nested:
        drawing = form(pdf, b"/Fm Do", Dictionary(XObject=Dictionary(Fm=drawing)))
    page.Resources.XObject = Dictionary(Fm=drawing)
    outcome, target = masked(pdf, tmp_path)
    assert WORD.encode() not in every_byte(target)
    assert sum(covered.by == "word" for covered in outcome.covered) == times


def outlined(words):
    """Return a page on which a text is drawn as outlines, without any letter."""
    with pymupdf.open() as document:
        page = document.new_page(width=SIZE, height=SIZE)
        page.insert_text((40, 100), words, fontsize=24)
        drawing = page.get_svg_image(text_as_path=True)
    with pymupdf.open(stream=drawing.encode(), filetype="svg") as document:
        return pikepdf.open(BytesIO(document.convert_to_pdf()))


def pictured(words):
    """Return a page that is a picture of a text, as a scan is."""
    with pymupdf.open() as document:
        page = document.new_page(width=SIZE, height=SIZE)
        page.insert_text((40, 100), words, fontsize=24)
        pixels = page.get_pixmap(dpi=150)
        scan = Image.frombytes("RGB", (pixels.width, pixels.height), pixels.samples)
    out = BytesIO()
    scan.save(out, "PDF", resolution=150)
    return pikepdf.open(out)


def test_text_drawn_as_outlines_is_a_look_with_its_place(tmp_path):
    outcome, _ = masked(outlined("Of Planterose and others"), tmp_path)
    [look] = [look for look in outcome.looks if look.code == "drawn-letters"]
    x0, y0, x1, y1 = look.box
    assert (look.page, look.urgency) == (1, 1)
    assert x0 < 60 < 280 < x1
    assert 70 < y0 < 90 < 100 < y1 < 115


def test_letters_of_a_font_that_are_drawings_are_a_look(tmp_path):
    pdf = new_pdf(b"BT /F2 20 Tf 50 200 Td (A) Tj ET")
    pdf.pages[0].obj.Resources.Font.F2 = Dictionary(
        Type=Name.Font,
        Subtype=Name.Type3,
        FontBBox=Array([0, 0, 1, 1]),
        FontMatrix=Array([1, 0, 0, 1, 0, 0]),
        CharProcs=Dictionary(A=pdf.make_stream(b"1 0 d0 0 0 0.5 0.5 re f")),
        Encoding=Dictionary(Type=Name.Encoding, Differences=Array([65, Name.A])),
        FirstChar=65,
        LastChar=65,
        Widths=Array([1]),
        Resources=Dictionary(),
    )
    outcome, _ = masked(pdf, tmp_path)
    assert [look.page for look in outcome.looks if look.code == "drawn-letters"] == [1]


@pytest.mark.parametrize(
    "content",
    [
        text("Plain text in letters", 50, 200),
        b"".join(b"%d 100 8 %d re f " % (n * 12, 10 + n) for n in range(20)),  # bars
        b"".join(b"%d 0 m %d 400 l S " % (n * 10, n * 10) for n in range(40)),  # rules
        b"200 200 m 250 260 300 100 320 200 c 300 180 l h f ",
    ],
)
def test_bars_rules_and_shapes_are_no_letters(tmp_path, content):
    with pymupdf.open(saved(new_pdf(content), tmp_path / "a.pdf")) as document:
        assert rows_of_letters(document[0]) == []


@pytest.mark.parametrize("made", [outlined, pictured])
def test_where_tesseract_is_what_it_reads_is_covered(tmp_path, made):
    source = saved(made("Of Planterose and others"), tmp_path / "a.pdf")
    request = Request(words=("Planterose",), boxes_only=True)
    [copy] = mask_files(gather([source]).files, tmp_path / "out", Settings(request)).masked
    [covered] = copy.outcome.covered
    assert (covered.by, covered.page) == ("word", 1)
    assert all(check.passed for check in copy.outcome.checks)
    pixels = drawn(copy.copy, scale=2)
    x0, y0, x1, y1 = (round(2 * value) for value in covered.box)
    assert not pixels[y0 + 4 : y1 - 4, x0 + 4 : x1 - 4].any()
    dark = np.argwhere(pixels.max(axis=2) < 100)[:, 1]
    assert dark.min() < x0 - 20, "what is before it stays"
    assert dark.max() > x1 + 100, "what is after it stays"
    [look] = [look for look in copy.outcome.looks if look.page == 1 and "Tesseract" in look.message]
    assert look.urgency == 2
    assert "1 page read" in copy.outcome.facts["pictures of text"]
    grey = Image.fromarray(pixels).convert("L")
    picture = b"P5\n%d %d\n255\n%b" % (*grey.size, grey.tobytes())
    read = tesseract.found().words_in(picture, unconfined=True)
    assert {"Of", "others"} <= {word.text for word in read}
    assert not [word.text for word in read if "lant" in word.text or "rose" in word.text]


def test_where_tesseract_is_not_that_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(tesseract, "PROGRAM", "no-such-program")
    source = saved(pictured("Of Planterose and others"), tmp_path / "a.pdf")
    request = Request(words=("Planterose",), boxes_only=True)
    [copy] = mask_files(gather([source]).files, tmp_path / "out", Settings(request)).masked
    assert copy.outcome.covered == ()
    [look] = [look for look in copy.outcome.looks if look.code == "words-in-pictures"]
    assert (look.page, look.urgency) == (1, 1)
    assert "not installed" in copy.outcome.facts["pictures of text"]


@pytest.mark.parametrize("aside", [-5, 0, 5])
def test_a_word_of_a_scan_is_covered_wholly_where_its_unseen_text_is_a_little_aside(
    tmp_path, aside
):
    pdf = pictured("Of Planterose and others")
    page = pdf.pages[0]
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    page.obj.Resources.Font = Dictionary(F1=pdf.make_indirect(font))
    layer = text("Of Planterose and others", 40, SIZE - 100 + aside, size=24, before="3 Tr")
    page.contents_add(b"q Q " + layer)
    outcome, target = masked(pdf, tmp_path)
    assert "hidden-text" in {look.code for look in outcome.looks}
    with pymupdf.open() as clean:
        alone = clean.new_page(width=SIZE, height=SIZE)
        alone.insert_text((40, 100), "Of Planterose and others", fontsize=24)
        [where] = alone.search_for("Planterose")
    x0, x1 = round(2 * where.x0) + 2, round(2 * where.x1) - 2
    shown = drawn(target)[140:230, x0:x1]
    assert not ((shown > 20) & (shown < 200)).any(), "no edge of a letter beside the box"
    with pikepdf.open(target) as copy:
        [image] = [item for item in copy.objects if isinstance(item, pikepdf.Stream)
                   and item.get("/Subtype", None) == Name.Image]  # fmt: skip
        pixels = np.asarray(pikepdf.PdfImage(image).as_pil_image().convert("L"))
    scale = pixels.shape[1] / SIZE
    ink = pixels[:, round(where.x0 * scale) + 2 : round(where.x1 * scale) - 2]
    assert set(np.unique(ink)) <= {0, 255}, "no letter is left in the picture either"
