"""What counts as content of a PDF, and what belongs to the format; what drawing it may cost."""

import base64
import re
from io import BytesIO

import numpy as np
import pikepdf
import pymupdf
import pytest
from pikepdf import Array, Dictionary, Name, String
from PIL import Image

from contrechamp.base.errors import InputError
from contrechamp.base.progress import silent
from contrechamp.redact.checks import copies, outside_readers
from contrechamp.redact.pdf import rebuild
from contrechamp.redact.pdf.content import has_more_operators
from contrechamp.redact.pdf.letter_maps import letters_of, written_anew
from contrechamp.redact.pdf.masking import mask_pdf
from contrechamp.redact.pdf.remaining_words import places_of_words
from contrechamp.redact.request import Request
from contrechamp.redact.words import Words
from redact.papers import drawn, every_byte, extracted, form, jpeg, new_pdf, saved, stream, text

WORD = "Planterose"
#: Words of the format itself: of its structure, fonts, maps and blend modes.
ORDINARY = ["Roman", "Norma", "Parent", "Color", "Begin", "Régis", "Adobe", "Filter", "Length"]


def masked(source, *words):
    target = source.with_name("out.pdf")
    outcome = mask_pdf(source, target, Request(words=words, boxes_only=True), silent)
    assert [check for check in outcome.checks if not check.passed] == []
    return outcome, target


@pytest.mark.parametrize("packed", pikepdf.ObjectStreamMode.__members__.values())
def test_names_that_the_format_has_too_are_taken_out_of_the_text_alone(tmp_path, packed):
    pdf = new_pdf(text("Roman and Norma", 50, 300) + text("Color", 50, 200))
    source = saved(pdf, tmp_path / "a.pdf", object_stream_mode=packed)
    outcome, target = masked(source, *ORDINARY)
    assert extracted(target).split() == ["and"]
    assert sum(covered.by == "word" for covered in outcome.covered) == 3


def test_names_of_the_objects_of_a_page_are_given_anew_where_a_word_is_in_them(tmp_path):
    pdf = new_pdf(
        text("Shown", 50, 300)
        + f"/{WORD}State gs /{WORD}Form Do /RelativeColorimetric ri ".encode()
        + f"/{WORD}Ink cs 1 scn 50 50 40 40 re f".encode(),
    )
    page = pdf.pages[0].obj
    page.Resources.XObject = Dictionary(
        {f"/{WORD}Form": form(pdf, text("Formed", 50, 200), page.Resources)}
    )
    page.Resources.ExtGState = Dictionary({f"/{WORD}State": Dictionary(LW=2)})
    tint = Dictionary(FunctionType=2, Domain=Array([0, 1]), C0=Array([1]), C1=Array([0]), N=1)
    ink = Array([Name.Separation, Name(f"/{WORD}"), Name.DeviceGray, tint])
    page.Resources.ColorSpace = Dictionary({f"/{WORD}Ink": ink})
    page.Resources.Font.F1.BaseFont = Name(f"/ABCDEF+{WORD}Hand")
    _, target = masked(saved(pdf, tmp_path / "a.pdf"), WORD, "Relative")
    assert WORD.encode() not in every_byte(target)
    assert extracted(target).split() == ["Shown", "Formed"]
    assert not drawn(target)[640:690, 110:170].any(), "the ink is still found"


def test_names_and_numbers_that_are_objects_of_their_own_are_taken_over(tmp_path):
    pdf = new_pdf(text("Shown", 50, 300) + b"/CS0 cs 1 0 0 scn 50 50 40 40 re f")
    page = pdf.pages[0].obj
    font = page.Resources.Font.F1
    font.BaseFont = pdf.make_indirect(Name.Helvetica)
    font.Encoding = pdf.make_indirect(Name.WinAnsiEncoding)
    page.Resources.ColorSpace = Dictionary(CS0=pdf.make_indirect(Name.DeviceRGB))
    page.Resources.ExtGState = Dictionary(
        GS0=Dictionary(BM=pdf.make_indirect(Name.Multiply), LW=pdf.make_indirect(2))
    )
    _, target = masked(saved(pdf, tmp_path / "a.pdf"))
    assert extracted(target).strip() == "Shown"


def test_a_font_whose_name_is_no_text_is_taken_over(tmp_path):
    pdf = new_pdf(text("Shown", 50, 300))
    pdf.pages[0].obj.Resources.Font.F1.BaseFont = pikepdf.Object.parse(b"/#CB#CE#CC#E5")
    _, target = masked(saved(pdf, tmp_path / "a.pdf"), WORD)
    assert extracted(target).strip() == "Shown"


def test_a_font_or_glyph_may_be_called_like_an_action(tmp_path):
    pdf = new_pdf(b"BT /A 12 Tf 50 300 Td (Shown) Tj ET")
    resources = pdf.pages[0].obj.Resources
    resources.Font = pdf.make_indirect(Dictionary(A=resources.Font.F1, E=resources.Font.F1))
    _, target = masked(saved(pdf, tmp_path / "a.pdf"))
    assert extracted(target).strip() == "Shown"


def test_what_is_left_is_told_with_word_and_page():
    pdf = new_pdf(text("first", 50, 300))
    second = new_pdf(text(f"of {WORD} and", 50, 300))
    pdf.pages.append(second.pages[0])
    pdf.pages[0].obj.Resources.Font.F1.BaseFont = Name(f"/{WORD}Sans")
    content = BytesIO()
    pdf.save(content)
    told = places_of_words(content.getvalue(), [WORD, "Roman"])
    assert sorted(told) == [
        f"“{WORD}” in a text that is shown, page 2",
        f"“{WORD}” in the name of a font, page 1",
    ]


def test_a_map_of_letters_keeps_its_meaning_and_nothing_else():
    said = (
        b"%!PS of Planterose\n/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        b"/CIDSystemInfo << /Registry (Planterose) /Ordering (UCS) /Supplement 0 >> def\n"
        b"/CMapName /Planterose-H def /WMode 1 def\n/Japan1-H usecmap\n"
        b"1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
        b"2 beginbfchar <0001> <0041>\n<0002> <0050006C0061006E007400650072006F00730065>\n"
        b"endbfchar\n"
        b"1 beginbfrange <0003> <0004> [<0042> <0043>] endbfrange\n"
        b"1 begincidrange <0000> <00FF> 12 endcidrange\nendcmap end end"
    )
    made = written_anew(said, Words([WORD]))
    assert not Words([WORD]).find(made.decode("latin-1"))
    assert not any(Words([WORD]).find(letters) for letters in letters_of(made))
    words = made.split()
    for kept in (b"<0041>", b"<FFFD>", b"<0042>", b"usecmap", b"12"):
        assert kept in words
    assert b"/WMode 1 def" in made
    assert re.search(rb"1\s+begincidrange\s+<0000>\s+<00FF>\s+12\s+endcidrange", made)
    assert written_anew(made, Words([WORD])) == made


@pytest.mark.parametrize("kind", ["JPEG", "JPEG2000"])
def test_pictures_in_a_pdf_are_no_metadata(tmp_path, kind):
    pixels = np.random.default_rng(1).integers(0, 255, (60, 60, 3), np.uint8)
    data = jpeg(pixels, WORD.encode())
    if kind == "JPEG2000":
        out = BytesIO()
        Image.fromarray(pixels).save(out, kind, comment=WORD)
        data = out.getvalue()
    pdf = new_pdf(b"q 200 0 0 200 100 100 cm /Im Do Q")
    pdf.pages[0].obj.Resources.XObject = Dictionary(
        Im=stream(
            pdf,
            data,
            Type=Name.XObject,
            Subtype=Name.Image,
            Width=60,
            Height=60,
            BitsPerComponent=8,
            ColorSpace=Name.DeviceRGB,
            Filter=Name.DCTDecode if kind == "JPEG" else Name.JPXDecode,
        )
    )
    source = saved(pdf, tmp_path / "a.pdf")
    assert WORD.encode() in every_byte(source)
    _, target = masked(source)
    assert WORD.encode() not in every_byte(target)
    assert outside_readers.installed("exiftool"), "the tests need exiftool"
    found, _absent = copies.check_file(target, "pdf")
    assert [check for check in found if not check.passed] == []


def test_forms_within_forms_without_end_are_refused_at_once_and_told_why(tmp_path):
    pdf = new_pdf(b"/X Do")
    inner = form(pdf, b"0 0 9 9 re f " * 10)
    for _level in range(9):
        inner = form(pdf, b"/X Do " * 10, Dictionary(XObject=Dictionary(X=inner)))
    pdf.pages[0].obj.Resources.XObject = Dictionary(X=inner)
    with pytest.raises(InputError, match=r"^a\.pdf: page 1 draws .* forms within forms"):
        masked(saved(pdf, tmp_path / "a.pdf"))


def test_a_form_that_draws_itself_ends(tmp_path):
    pdf = new_pdf(text("Shown", 50, 300) + b"/X Do")
    inner = form(pdf, b"/X Do /X Do", Dictionary(XObject=Dictionary()))
    inner.Resources.XObject.X = inner
    pdf.pages[0].obj.Resources.XObject = Dictionary(X=inner)
    _, target = masked(saved(pdf, tmp_path / "a.pdf"))
    assert extracted(target).strip() == "Shown"


def test_strings_of_the_format_are_none_of_the_words(tmp_path):
    pdf = new_pdf(text("Shown", 50, 300))
    pdf.pages[0].obj.Resources.Font.F1.Subtype = Name.TrueType
    pdf.pages[0].obj.Resources.Properties = Dictionary(Note=String("Identity"))
    masked(saved(pdf, tmp_path / "a.pdf"), "Identity", "TrueType", "Helvetica", "WinAnsi")


def test_a_word_broken_at_the_end_of_a_line_of_a_column_is_found(tmp_path):
    pdf = new_pdf(
        text("left column Plante-", 30, 300)
        + text("right column words", 220, 300)
        + text("rose goes on", 30, 285)
        + text("more on the right", 220, 285)
    )
    _, target = masked(saved(pdf, tmp_path / "a.pdf"), WORD)
    left = extracted(target)
    assert "Plante" not in left
    assert "rose" not in left
    for kept in ("left column", "right column words", "goes on", "more on the right"):
        assert kept in left


def test_what_is_near_a_name_is_a_look_with_its_place(tmp_path):
    pdf = new_pdf(text("Ada and the Samplers", 50, 300) + text("Sample, Ada", 50, 200))
    outcome, target = masked(saved(pdf, tmp_path / "a.pdf"), "Ada Sample")
    assert "Ada and the Samplers" in extracted(target)
    [look] = [look for look in outcome.looks if look.code == "near-word"]
    assert (look.page, look.urgency) == (1, 3)
    assert "“Ada” may be “Ada Sample”" in look.message
    assert look.box[:2] == pytest.approx((50, 88), abs=4)
    assert look.box[2] == pytest.approx(72, abs=4)


@pytest.mark.parametrize("tail", [b"zvz~>", b"\xff~>"])
def test_a_stream_that_only_some_readers_can_read_is_mended_and_told(tmp_path, tail):
    pdf = new_pdf(b"")
    content = text("Shown", 50, 300) + text(WORD, 50, 200)
    broken = base64.a85encode(content) + tail
    pdf.pages[0].obj.Contents = stream(pdf, broken, Filter=Name.ASCII85Decode)
    outcome, target = masked(saved(pdf, tmp_path / "a.pdf"), WORD)
    assert extracted(target).split() == ["Shown"]
    assert WORD.encode() not in every_byte(target)
    assert "damaged" in {look.code for look in outcome.looks}


def test_letters_around_a_byte_that_is_none_are_no_word(tmp_path):
    pdf = new_pdf(text("the airplane’s wing", 50, 300) + text("airplanes", 50, 200))
    _, target = masked(saved(pdf, tmp_path / "a.pdf"), "airplanes")
    assert "wing" in extracted(target)
    assert extracted(target).count("airplane") == 1


def test_a_font_that_does_not_survive_makes_its_page_a_picture(tmp_path, monkeypatch):
    spoilt = []

    def subset_once_badly(document):
        if not spoilt:
            spoilt.append(document[1].draw_rect((50, 50, 90, 90), fill=(1, 0, 0)))

    monkeypatch.setattr(pymupdf.Document, "subset_fonts", subset_once_badly)
    pdf = new_pdf(text("Shown", 50, 300) + text(WORD, 50, 200))
    pdf.pages.append(pdf.pages[0])
    source = saved(pdf, tmp_path / "a.pdf")
    outcome, target = masked(source, WORD)
    assert [look.page for look in outcome.looks if look.code == "page-became-picture"] == [2]
    assert extracted(target).split() == ["Shown"]
    for number in (0, 1):
        shown = drawn(target, number).astype(int)
        assert (shown[170:210, 100:170] < 100).any(), "what is above the word is there"
        assert not (shown[:, :, 0] - shown[:, :, 1] > 100).any(), "what spoilt it is not"


def test_operators_are_counted_before_they_are_parsed(tmp_path, monkeypatch):
    pdf = new_pdf(b"q (q q q)Tj[]0 d/a gs\nQ" + b"0 0 m 9 9 l S\n" * 100)
    parsed = list(pikepdf.parse_content_stream(pdf.pages[0]))
    assert not has_more_operators(pdf.pages[0], len(parsed) + 2)  # two letters after spaces
    assert has_more_operators(pdf.pages[0], len(parsed) - 1)
    pdf.pages[0].obj.Contents = pikepdf.Array([pdf.pages[0].obj.Contents] * 3)
    assert has_more_operators(pdf.pages[0], 2 * len(parsed))

    def never(_content):
        raise AssertionError("parsed")

    source = saved(pdf, tmp_path / "a.pdf")
    monkeypatch.setattr(rebuild, "MAX_OPERATORS_A_PAGE", 500)
    monkeypatch.setattr(pikepdf, "parse_content_stream", never)
    with pytest.raises(InputError, match=r"page 1 draws 500 times or more"):
        mask_pdf(source, tmp_path / "out.pdf", Request(boxes_only=True), silent)
