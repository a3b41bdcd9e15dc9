"""A word in every place of documents that names something: fonts, styles, sheets, parts, marks."""

import io
import re
import zipfile
from pathlib import Path

import docx
import matplotlib
import openpyxl
import pikepdf
import pptx
import pymupdf
import pytest
from fontTools import subset
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.ttLib import TTFont
from odf.opendocument import OpenDocumentSpreadsheet, OpenDocumentText
from odf.table import Table, TableCell, TableRow
from odf.text import P
from openpyxl.drawing.image import Image as SheetImage
from pikepdf import Array, Dictionary, Name
from PIL import Image

from contrechamp.base.progress import silent
from contrechamp.redact.office.masking import mask_office
from contrechamp.redact.pdf.font_programs import without_names
from contrechamp.redact.pdf.masking import mask_pdf
from contrechamp.redact.request import Request
from contrechamp.redact.words import Words
from redact.papers import drawn, every_byte, extracted, new_pdf, saved, text

WORD = "Planterose"
WORDS = Words([WORD])


def masked(source):
    target = source.with_name(f"out{source.suffix}")
    masker = mask_pdf if source.suffix == ".pdf" else mask_office
    outcome = masker(source, target, Request(words=(WORD,), boxes_only=True), silent)
    assert [check for check in outcome.checks if not check.passed] == []
    return target


def holds(data):
    return [way for way in ("latin-1", "utf-16-be", "utf-16-le") if WORD.encode(way) in data]


def truetype():
    """Return a small TrueType font that is called after somebody, and its letters."""
    path = Path(matplotlib.get_data_path()) / "fonts/ttf/DejaVuSans.ttf"
    font = TTFont(path)
    options = subset.Options(name_IDs=["*"], notdef_outline=True)
    cutter = subset.Subsetter(options)
    cutter.populate(text="Plain text")
    cutter.subset(font)
    for record in font["name"].names:
        record.string = f"{WORD} Hand"
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()


def opentype():
    """Return an OpenType font with CFF outlines that is called after somebody."""
    made = FontBuilder(1000, isTTF=False)
    made.setupGlyphOrder([".notdef", "A", f"{WORD}.alt"])
    made.setupCharacterMap({65: "A"})
    pen = T2CharStringPen(600, None)
    pen.moveTo((100, 0))
    pen.lineTo((500, 0))
    pen.lineTo((300, 700))
    pen.closePath()
    glyph = pen.getCharString()
    names = {"FullName": f"{WORD} Hand", "Notice": f"by {WORD}", "FamilyName": WORD}
    made.setupCFF(WORD, names, dict.fromkeys((".notdef", "A", f"{WORD}.alt"), glyph), {})
    made.setupHorizontalMetrics(dict.fromkeys((".notdef", "A", f"{WORD}.alt"), (600, 0)))
    made.setupHorizontalHeader(ascent=800, descent=-200)
    made.setupNameTable({"familyName": WORD, "styleName": "Regular"})
    made.setupOS2()
    made.setupPost()
    out = io.BytesIO()
    made.font.save(out)
    return out.getvalue()


TYPE1 = (
    f"%!PS-AdobeFont-1.0: {WORD}\n/FontName /{WORD} def\n/FullName (By {WORD}) readonly def\n"
    "/Encoding 256 array\ndup 65 /A put\ncurrentfile eexec\n".encode()
    + bytes(range(256))
)  # fmt: skip


@pytest.mark.parametrize("make", [truetype, opentype, lambda: TTFont(io.BytesIO(opentype()))])
def test_a_font_program_draws_the_same_and_names_nobody(make):
    data = make()
    if isinstance(data, TTFont):  # the bare outlines, as PDFs embed them
        data = data.getTableData("CFF ")
    assert holds(data)
    clean = without_names(data, WORDS)
    assert not holds(clean)
    if data[:1] == b"\1":
        assert len(clean) == len(data)
        return
    before, after = TTFont(io.BytesIO(data)), TTFont(io.BytesIO(clean))
    assert before.getBestCmap().keys() == after.getBestCmap().keys()
    assert "name" not in after
    kind = "glyf" if "glyf" in before else "CFF "
    if kind == "glyf":
        assert before.getTableData(kind) == after.getTableData(kind)
    assert without_names(clean, WORDS) == clean


def test_the_open_part_of_a_type_1_font_names_nobody():
    clean = without_names(TYPE1.replace(f"1.0: {WORD}".encode(), b"1.0: x"), WORDS)
    assert not holds(clean)
    assert clean.endswith(bytes(range(256)))
    assert clean.count(b"x" * len(WORD)) == 2


@pytest.mark.parametrize(
    "data", [b"", b"\0\1\0\0", b"\1\0", b"\1\0\4\1\xff\xff\4", b"%!", b"OTTO\0\xff"]
)
def test_what_is_no_font_stays_as_it_is(data):
    assert without_names(data, WORDS) == data


def test_an_embedded_font_is_shown_as_before_and_names_nobody(tmp_path):
    with pymupdf.open() as document:
        page = document.new_page(width=400, height=400)
        page.insert_font("F0", fontbuffer=truetype())
        page.insert_text((50, 100), "Plain text", fontname="F0", fontsize=20)
        document.save(tmp_path / "a.pdf")
    with pikepdf.open(tmp_path / "a.pdf", allow_overwriting_input=True) as pdf:
        for item in pdf.objects:
            if isinstance(item, Dictionary) and "/FontName" in item:
                item.FontName = Name(f"/ABCDEF+{WORD}")
            if isinstance(item, Dictionary) and "/BaseFont" in item:
                item.BaseFont = Name(f"/ABCDEF+{WORD}")
        pdf.save(tmp_path / "a.pdf")
    assert holds(every_byte(tmp_path / "a.pdf"))
    target = masked(tmp_path / "a.pdf")
    assert not holds(every_byte(target))
    assert extracted(target).strip() == "Plain text"
    assert abs(drawn(target).astype(int) - drawn(tmp_path / "a.pdf")).max() < 60


def test_names_of_places_fields_and_files_of_a_pdf_are_gone(tmp_path):
    pdf = new_pdf(text("Plain text", 50, 350))
    page = pdf.pages[0].obj
    place = Array([page, Name.Fit])
    pdf.Root.Dests = Dictionary({f"/{WORD}": place})
    pdf.Root.Names = Dictionary(
        Dests=Dictionary(Names=Array([pikepdf.String(f"{WORD} place"), place]))
    )
    pdf.attachments[f"{WORD}.txt"] = WORD.encode()
    pdf.Root.PageLabels = Dictionary(Nums=Array([0, Dictionary(P=pikepdf.String(WORD))]))
    choice = Dictionary(
        Type=Name.Annot, Subtype=Name.Widget, FT=Name.Ch, T=pikepdf.String(WORD), F=2,
        Opt=Array([pikepdf.String(WORD)]), V=pikepdf.String(WORD), Rect=Array([9, 9, 50, 20]),
    )  # fmt: skip
    button = Dictionary(
        Type=Name.Annot, Subtype=Name.Widget, FT=Name.Btn, T=pikepdf.String(WORD),
        MK=Dictionary(CA=pikepdf.String(WORD)), AS=Name(f"/{WORD}"), Rect=Array([60, 9, 80, 20]),
        AP=Dictionary(N=Dictionary({f"/{WORD}": pdf.make_stream(b"")})),
    )  # fmt: skip
    page.Annots = Array([pdf.make_indirect(choice), pdf.make_indirect(button)])
    pdf.Root.AcroForm = Dictionary(Fields=page.Annots, DA=pikepdf.String(f"/{WORD} 9 Tf"))
    target = masked(saved(pdf, tmp_path / "a.pdf"))
    assert not holds(every_byte(target))
    assert extracted(target).strip() == "Plain text"


def photo():
    out = io.BytesIO()
    Image.new("RGB", (20, 20), (9, 90, 200)).save(out, "PNG")
    out.seek(0)
    return out


def a_document(path):
    made = docx.Document()
    made.add_paragraph("Plain text")
    made.add_picture(photo())
    made.add_table(1, 1).cell(0, 0).text = "Cell"
    made.styles.add_style("Own Style", 1)
    made.paragraphs[0].style = "Own Style"
    made.save(path)


def a_workbook(path):
    book = openpyxl.Workbook()
    book.active["A1"] = "Plain text"
    book.active.add_image(SheetImage(photo()), "C3")
    book.save(path)


def some_slides(path):
    made = pptx.Presentation()
    slide = made.slides.add_slide(made.slide_layouts[5])
    slide.shapes.title.text = "Plain text"
    slide.shapes.add_picture(photo(), 0, 0)
    other = made.slides.add_slide(made.slide_layouts[5])
    box = slide.shapes.add_textbox(0, 0, 99, 99)
    box.click_action.target_slide = other
    made.save(path)


def an_open_text(path):
    made = OpenDocumentText()
    made.text.addElement(P(text="Plain text"))
    made.save(path)


def an_open_workbook(path):
    made = OpenDocumentSpreadsheet()
    table = Table(name="Sheet")
    row, cell = TableRow(), TableCell(valuetype="float", value="7")
    cell.addElement(P(text="Plain text"))
    row.addElement(cell)
    table.addElement(row)
    made.spreadsheet.addElement(table)
    made.save(path)


#: What is put where: the part, what is found there, and what takes its place. `@` is the word.
_OASIS = "urn:oasis:names:tc:opendocument:xmlns"
SPACES = (
    "content.xml",
    r"<office:document-content ",
    f'<office:document-content xmlns:style="{_OASIS}:style:1.0" '
    f'xmlns:number="{_OASIS}:datastyle:1.0" xmlns:draw="{_OASIS}:drawing:1.0" '
    f'xmlns:text="{_OASIS}:text:1.0" xmlns:svg="{_OASIS}:svg-compatible:1.0" ',
)
PLANTED = {
    a_document: [
        ("word/document.xml", r'(<wp:docPr [^>]*name=")[^"]*"', r'\1@" descr="@" title="@"'),
        ("word/document.xml", r"<w:tblPr>", '<w:tblPr><w:tblCaption w:val="@"/>'
         '<w:tblDescription w:val="@"/>'),
        ("word/document.xml", r"(<w:p>)(?=<w:pPr><w:pStyle)", r"\1"),
        ("word/document.xml", r"(<w:r><w:t>Plain)", '<w:bookmarkStart w:id="7" w:name="@"/>'
         '<w:bookmarkEnd w:id="7"/><w:hyperlink w:anchor="@" w:tooltip="@" w:docLocation="@"><w:r>'
         '<w:t>to it</w:t></w:r></w:hyperlink><w:r><w:rPr><w:rFonts w:ascii="@" w:cs="@"/></w:rPr>'
         r'<w:sym w:font="@" w:char="F041"/></w:r>\1'),
        ("word/styles.xml", r'(<w:style [^>]*w:styleId=")OwnStyle(".*?<w:name w:val=")Own Style"',
         r'\1@Style\2@ Style"/><w:aliases w:val="@"'),
        ("word/document.xml", r'w:val="OwnStyle"', 'w:val="@Style"'),
        ("word/settings.xml", r"</w:settings>", '<w:attachedSchema w:val="@"/></w:settings>'),
        ("word/fontTable.xml", r'w:name="', 'w:name="@'),
        ("word/theme/theme1.xml", r'name="Office[^"]*"', 'name="@"'),
        ("word/theme/theme1.xml", r'typeface="Cambria"', 'typeface="@ Hand"'),
        ("docProps/core.xml", r"(?=</cp:coreProperties>)", "<cp:category>@</cp:category>"),
    ],
    a_workbook: [
        ("xl/workbook.xml", r'<sheet ([^>]*)name="[^"]*"', r'<sheet \1name="@"'),
        ("xl/workbook.xml", r"<definedNames ?/>|(?=<calcPr)",
         '<definedNames><definedName name="@">"@"</definedName></definedNames>'),
        ("xl/styles.xml", r'<cellStyle name="[^"]*"', '<cellStyle name="@"'),
        ("xl/styles.xml", r'defaultTableStyle="[^"]*"', 'defaultTableStyle="@"'),
        ("xl/styles.xml", r'<name val="[^"]*"', '<name val="@ Hand"'),
        ("xl/theme/theme1.xml", r'name="Office[^"]*"', 'name="@"'),
        ("xl/worksheets/sheet1.xml", r"<sheetPr>", '<sheetPr codeName="@">'),
        ("xl/worksheets/sheet1.xml", r"(?=<drawing )",
         '<headerFooter><oddHeader>&amp;"@,Bold"Head</oddHeader></headerFooter>'),
        ("xl/drawings/drawing1.xml", r'(<[a-z:]*cNvPr [^>]*?)(name="[^"]*")( descr="[^"]*")?',
         r'\1name="@" descr="@" title="@"'),
        ("xl/drawings/drawing1.xml", r"<((?:xdr:)?pic)>", r'<\1 macro="@" fPublished="0">'),
    ],
    some_slides: [
        ("ppt/slides/slide1.xml", r"<p:cSld>", '<p:cSld name="@">'),
        ("ppt/slides/slide1.xml", r'(<p:cNvPr [^>]*?)name="[^"]*"', r'\1name="@" title="@"'),
        ("ppt/slides/slide1.xml", r"<a:hlinkClick ", '<a:hlinkClick tooltip="@" '),
        ("ppt/slides/slide1.xml", r"<a:t>Plain",
         '<a:rPr><a:latin typeface="@ Hand"/><a:cs typeface="@"/></a:rPr><a:t>Plain'),
        ("ppt/theme/theme1.xml", r'name="Office[^"]*"', 'name="@"'),
        ("ppt/theme/theme1.xml", r'<a:latin typeface="[^"]*"', '<a:latin typeface="@"'),
        ("ppt/tableStyles.xml", r"/>$",
         '><a:tblStyle styleId="{5C22544A-7EE6-4342-B048-85BDC9FD1C3A}" styleName="@"/>'
         "</a:tblStyleLst>"),
        ("ppt/slideLayouts/slideLayout6.xml", r'<p:cSld name="[^"]*"', '<p:cSld name="@"'),
    ],
    an_open_text: [
        SPACES,
        ("content.xml", r"<office:text[^>]*>",
         r'\g<0><text:section text:name="@" xml:id="@"><text:p>In it</text:p></text:section>'
         '<text:p xml:id="@2"><text:bibliography-mark text:identifier="@" text:author="@"'
         ' text:title="@" text:url="@" text:bibliography-type="www">[1]</text:bibliography-mark>'
         '<text:bookmark text:name="@"/><text:alphabetical-index-mark text:key1="@"'
         ' text:string-value="@"/><draw:control draw:control="@"/><draw:frame draw:name="@">'
         "<svg:title>@</svg:title><svg:desc>@</svg:desc><draw:text-box><text:p>Boxed</text:p>"
         "</draw:text-box></draw:frame></text:p>"
         '<text:alphabetical-index text:name="@"><text:alphabetical-index-source>'
         "<text:index-title-template>About @</text:index-title-template>"
         "</text:alphabetical-index-source><text:index-body/></text:alphabetical-index>"),
        ("content.xml", r"<office:automatic-styles ?/>",
         '<office:automatic-styles><text:list-style style:name="@" style:display-name="@">'
         '<text:list-level-style-number text:level="1" style:num-prefix="@ " style:num-suffix=" @"'
         ' style:num-format="1"/></text:list-style></office:automatic-styles>'),
        ("content.xml", r"(<office:body)",
         r'<office:font-face-decls><style:font-face style:name="@" svg:font-family="@ Hand"'
         r' style:font-adornments="@"/></office:font-face-decls>\1'),
    ],
    an_open_workbook: [
        SPACES,
        ("content.xml", r'table:name="Sheet"', 'table:name="@" table:style-name="@"'),
        ("content.xml", r'office:value="7"', 'office:value="7" table:style-name="c@"'),
        ("content.xml", r"<office:automatic-styles ?/>",
         '<office:automatic-styles><number:number-style style:name="n@"><number:text>Planter'
         "</number:text><number:text>ose</number:text><number:number/></number:number-style>"
         '<style:style style:name="c@" style:family="table-cell" style:data-style-name="n@"/>'
         '<style:style style:name="@" style:family="table" style:master-page-name="@"/>'
         "</office:automatic-styles>"),
    ],
}  # fmt: skip
SUFFIXES = {
    a_document: ".docx",
    a_workbook: ".xlsx",
    some_slides: ".pptx",
    an_open_text: ".odt",
    an_open_workbook: ".ods",
}


@pytest.mark.parametrize("make", PLANTED, ids=lambda make: make.__name__)
def test_what_names_a_part_of_an_office_file_is_gone(tmp_path, make):
    source = tmp_path / f"a{SUFFIXES[make]}"
    make(source)
    plant(source, PLANTED[make])
    with zipfile.ZipFile(masked(source)) as copy:
        for name in copy.namelist():
            content = copy.read(name)
            flat = re.sub(rb"<[^>]*>", b"", content)
            assert not [part for part in (name.encode(), content, flat) if holds(part)], name
        whole = b"".join(map(copy.read, copy.namelist()))
    assert b"Plain text" in whole


def plant(path, changes):
    """Put the word into the parts of a package, and into the names of its pictures."""
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    for part, pattern, put in changes:
        before = parts[part].decode()
        if part == "content.xml" and put.startswith("<office:document-content"):
            before = re.sub(r' xmlns:(style|number|draw|text|svg)="[^"]*"', "", before)
        after, times = re.subn(pattern, put.replace("@", WORD), before, flags=re.DOTALL)
        assert times, f"{part}: {pattern}"
        parts[part] = after.encode()
    pictures = {Path(name).name for name in parts if "/media/" in name}
    with zipfile.ZipFile(path, "w") as package:
        for name, content in parts.items():
            for picture in pictures:
                name = name.replace(picture, f"{WORD}.png")
                content = content.replace(picture.encode(), f"{WORD}.png".encode())
            package.writestr(name, content)
        package.writestr(f"customXml/{WORD}.xml", f"<x>{WORD}</x>")
