import io
import re
import zipfile

import docx
import numpy as np
import openpyxl
import pptx
import pytest
from docx.shared import Inches
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from odf import draw, style, table, teletype
from odf import text as odf_text
from odf.opendocument import OpenDocumentSpreadsheet, OpenDocumentText, load
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image as SheetImage
from openpyxl.workbook.defined_name import DefinedName
from PIL import Image

from contrechamp.base.errors import InputError
from contrechamp.base.progress import silent
from contrechamp.redact import sidecar
from contrechamp.redact.office.masking import mask_office
from contrechamp.redact.office.text import BLOCK, remove_from_text
from contrechamp.redact.request import Request
from contrechamp.redact.words import Words

WORD = "Planterose"
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def photo(word=WORD, size=(40, 30), crop_colour=None):
    pixels = np.full((size[1], size[0], 3), 120, np.uint8)
    if crop_colour is not None:
        pixels[:, : size[0] // 2] = crop_colour
    exif = Image.Exif()
    exif[0x010E] = word
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", exif=exif, quality=95)
    out.seek(0)
    return out


def rewritten(path, change):
    """Change parts of an office file by hand: `change(name, bytes)` gives bytes, or None."""
    with zipfile.ZipFile(path) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    new = {name: change(name, content) for name, content in parts.items()}
    with zipfile.ZipFile(path, "w") as out:
        out.comment = WORD.encode()
        for name, content in new.items():
            if content is not None:
                out.writestr(name, content)
    return path


def with_parts(path, extra):
    with zipfile.ZipFile(path, "a") as out:
        for name, content in extra.items():
            out.writestr(name, content)
    return path


def masked(source, words=(), **request):
    target = source.with_name(f"out{source.suffix}")
    request = {"boxes_only": True, **request}
    outcome = mask_office(source, target, Request(words=tuple(words), **request), silent)
    assert [check for check in outcome.checks if not check.passed] == []
    return outcome, target


def everything(path):
    """Return every byte of a file, unpacked, by name."""
    with zipfile.ZipFile(path) as file:
        assert not file.comment
        for entry in file.infolist():
            assert entry.date_time == (1980, 1, 1, 0, 0, 0)
            assert not entry.extra
            assert not entry.comment
        return {name: file.read(name) for name in file.namelist()}


def is_nowhere(path, word=WORD):
    for name, content in everything(path).items():
        assert word not in name
        for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
            assert word.encode(encoding) not in content, name


def document(path, body=""):
    made = docx.Document()
    made.core_properties.author = made.core_properties.title = WORD
    made.core_properties.comments = made.core_properties.last_modified_by = WORD
    made.add_heading("Plain heading")
    made.add_paragraph("Plain text")
    grid = made.add_table(1, 2)
    grid.cell(0, 0).text = "In a table"
    made.sections[0].header.paragraphs[0].text = "In the header"
    made.add_picture(photo(), width=Inches(1))
    run = made.add_paragraph("Shown. ").add_run(WORD)
    run.font.hidden = True
    if body:
        for element in etree.fromstring(f"<w:body {W}>{body}</w:body>"):
            made.element.body.insert(0, element)
    made.save(path)
    return path


def run(words):
    return f'<w:r w:rsidR="00AB12CD"><w:t xml:space="preserve">{words}</w:t></w:r>'


TRACKED = (
    f'<w:p w:rsidR="00AB12CD">{run("kept ")}'
    f'<w:ins w:id="1" w:author="{WORD}" w:date="2020-01-01T00:00:00Z">{run("inserted ")}</w:ins>'
    f'<w:del w:id="2" w:author="{WORD}"><w:r><w:delText>{WORD}</w:delText></w:r></w:del>'
    f'<w:moveFrom w:id="3" w:author="{WORD}">{run(WORD)}</w:moveFrom>'
    f'<w:moveTo w:id="4" w:author="{WORD}">{run("moved")}</w:moveTo></w:p>'
    f'<w:p><w:commentRangeStart w:id="0"/>{run("commented")}<w:commentRangeEnd w:id="0"/>'
    '<w:r><w:commentReference w:id="0"/></w:r></w:p>'
    f'<w:p><w:bookmarkStart w:id="9" w:name="{WORD}"/>{run("marked")}'
    '<w:bookmarkEnd w:id="9"/></w:p>'
    f'<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>HYPERLINK '
    f'"https://example.org/{WORD}"</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/>'
    f'</w:r>{run("result")}<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
    '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE \\* MERGEFORMAT'
    f'</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>{run("7")}'
    '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
    f'<w:p><w:fldSimple w:instr=" AUTHOR {WORD} ">{run("simple")}</w:fldSimple></w:p>'
    f'<w:sdt><w:sdtPr><w:alias w:val="{WORD}"/><w:tag w:val="{WORD}"/></w:sdtPr><w:sdtContent>'
    f"<w:p>{run('controlled')}</w:p></w:sdtContent></w:sdt>"
    f'<w:tbl><w:tr><w:trPr><w:del w:id="5" w:author="{WORD}"/></w:trPr><w:tc><w:p>{run(WORD)}</w:p>'
    f"</w:tc></w:tr><w:tr><w:tc><w:p>{run('row')}</w:p></w:tc></w:tr></w:tbl>"
    f"<w:p><w:r><w:object><w:pict/></w:object></w:r><w:r><w:t>after</w:t></w:r></w:p>"
    f'<w:p><x:odd xmlns:x="urn:odd:{WORD}">{WORD}</x:odd></w:p>'
)
COMMENTS = (
    f'<w:comments {W}><w:comment w:id="0" w:author="{WORD}"><w:p>{run(WORD)}</w:p></w:comment>'
    "</w:comments>"
)


def planted_document(path):
    document(path, TRACKED)
    rels = "word/_rels/document.xml.rels"
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"

    def change(name, content):
        if name == rels:
            more = (
                f'<Relationship Id="rId90" Type="{kind}comments" Target="comments.xml"/>'
                f'<Relationship Id="rId91" Type="{kind}customXml" Target="../customXml/item9.xml"/>'
                f'<Relationship Id="rId92" Type="{kind}vbaProject" Target="vbaProject.bin"/>'
                f'<Relationship Id="rId93" Type="{kind}attachedTemplate" TargetMode="External" '
                f'Target="file:///C:/Users/{WORD}/x.dotm"/>'
            )
            return content.replace(b"</Relationships>", more.encode() + b"</Relationships>")
        if name == "word/settings.xml":
            more = f'<w:docVars><w:docVar w:name="{WORD}" w:val="{WORD}"/></w:docVars>'
            return content.replace(b"</w:settings>", more.encode() + b"</w:settings>")
        if name == "word/document.xml":
            return content.replace(b"<w:body>", f"<!--{WORD}--><?x {WORD}?><w:body>".encode())
        return content

    rewritten(path, change)
    return with_parts(
        path,
        {
            "word/comments.xml": COMMENTS,
            "customXml/item9.xml": f"<x>{WORD}</x>",
            "word/vbaProject.bin": WORD,
            f"word/{WORD}.bin": WORD,
        },
    )


def test_a_document_shows_what_it_showed_and_holds_nothing_else(tmp_path):
    source = planted_document(tmp_path / "a.docx")
    before = source.read_bytes()
    outcome, target = masked(source)
    assert source.read_bytes() == before
    is_nowhere(target)
    made = docx.Document(target)
    texts = [paragraph.text for paragraph in made.paragraphs]
    assert texts[-4:-1] == ["Plain heading", "Plain text", ""]
    assert texts[-1] == "Shown. "
    for shown in ("kept inserted moved", "commented", "marked", "result", "simple", "controlled",
                  "after", "7"):  # fmt: skip
        assert shown in texts
    assert [cell.text for one in made.tables for cell in one.rows[0].cells] == [
        "row", "In a table", "",
    ]  # fmt: skip
    assert made.sections[0].header.paragraphs[0].text == "In the header"
    assert len(made.inline_shapes) == 1
    assert made.paragraphs[-4].style.name == "Heading 1"
    content = b"".join(everything(target).values())
    assert b"rsid" not in content
    assert b" PAGE " in content
    assert b"HYPERLINK" not in content
    for said in ("comments", "tracked changes", "macros", "links to other files"):
        assert said in outcome.removed
    assert "changes-settled" in {look.code for look in outcome.looks}


def test_words_are_taken_out_over_runs(tmp_path):
    path = tmp_path / "a.docx"
    made = docx.Document()
    split = made.add_paragraph("Before ")
    for part in ("Ami", "na Sa", "leh"):
        split.add_run(part).bold = part == "na Sa"
    split.add_run(" after, AMINA")
    split.add_run().add_tab()
    split.add_run("SALEH")
    made.add_paragraph("Not Ami").add_run("nata")
    made.styles.add_style("Amina Saleh", 1)
    made.add_paragraph("Styled", style="Amina Saleh")
    made.save(path)
    outcome, target = masked(path, words=["Amina Saleh"])
    texts = [paragraph.text for paragraph in docx.Document(target).paragraphs]
    assert texts[0] == f"Before {BLOCK} after, {BLOCK}\t"
    assert texts[1:] == ["Not Aminata", "Styled"]
    content = b"".join(everything(target).values()).lower()
    assert b"amina" not in content.replace(b"aminata", b"")
    assert outcome.facts == {"words removed": "2"}


def workbook(path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Shown"
    sheet["A1"], sheet["A2"], sheet["B1"] = "Plain text", 12.5, f"{WORD} column"
    sheet["C1"], sheet["A3"], sheet["C2"] = "=1+1", f"{WORD} row", "Last"
    sheet.column_dimensions["B"].hidden = True
    sheet.row_dimensions[3].hidden = True
    sheet["A1"].comment = Comment(WORD, WORD)
    sheet["A4"].value, sheet["A4"].number_format = 42_4242, ";;;"
    sheet["C3"].hyperlink = f"https://example.org/{WORD}"
    sheet["D1"].value = "Linked"
    sheet["D1"].hyperlink = f"https://example.org/{WORD}"
    sheet.oddHeader.center.text = "Head"
    sheet.add_image(SheetImage(photo()), "E5")
    for state in ("hidden", "veryHidden"):
        other = book.create_sheet(state)
        other.sheet_state = state
        other["A1"] = WORD
    book.defined_names["n"] = DefinedName("n", attr_text=f'"{WORD}"', comment=WORD)
    book.properties.creator = book.properties.lastModifiedBy = WORD
    book.save(path)
    return path


def test_a_workbook_shows_what_it_showed_and_holds_nothing_else(tmp_path):
    outcome, target = masked(workbook(tmp_path / "a.xlsx"))
    is_nowhere(target)
    assert b"424242" not in b"".join(everything(target).values())
    book = openpyxl.load_workbook(target)
    assert book.sheetnames == ["Shown"]
    sheet = book["Shown"]
    assert [sheet[name].value for name in ("A1", "A2", "C2", "D1")] == [
        "Plain text", 12.5, "Last", "Linked",
    ]  # fmt: skip
    assert sheet["C1"].value is None
    assert sheet["B1"].value is sheet["A3"].value is sheet["A4"].value is None
    assert sheet.oddHeader.center.text == "Head"
    assert len(sheet._images) == 1
    assert not sheet["A1"].comment
    assert "without-value" in {look.code for look in outcome.looks}
    assert "formulas (their results stay)" in outcome.removed


def test_words_are_taken_out_of_cells_headers_and_names(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Amina"
    sheet["A1"], sheet["A2"], sheet["A3"] = "by amina saleh, 2024", 33612345678, "Plain"
    sheet.oddFooter.left.text = "Amina's table"
    book.save(tmp_path / "a.xlsx")
    _, target = masked(tmp_path / "a.xlsx", words=["Amina Saleh", "Amina", "33612345678"])
    sheet = openpyxl.load_workbook(target).worksheets[0]
    assert [sheet[f"A{row}"].value for row in (1, 2, 3)] == [f"by {BLOCK}, 2024", BLOCK, "Plain"]
    assert sheet.oddFooter.left.text == f"{BLOCK}'s table"
    assert sheet.title == "x"


def slides(path):
    made = pptx.Presentation()
    for number in range(2):
        slide = made.slides.add_slide(made.slide_layouts[5])
        slide.shapes.title.text = "Plain title" if number == 0 else WORD
        if number == 0:
            slide.notes_slide.notes_text_frame.text = WORD
            picture = slide.shapes.add_picture(photo(crop_colour=(250, 0, 0)), 0, 0)
            picture.crop_left = 0.5
            picture.name = WORD
            hidden = slide.shapes.add_textbox(0, 0, 99, 99)
            hidden.text_frame.text = WORD
            hidden._element.nvSpPr.cNvPr.set("hidden", "1")
            link = slide.shapes.add_textbox(0, 0, 99, 99)
            words = link.text_frame.paragraphs[0].add_run()
            words.text, words.hyperlink.address = "Linked", f"https://example.org/{WORD}"
        else:
            slide._element.set("show", "0")
            slide.shapes.add_picture(photo(size=(64, 64)), 0, 0)
    made.core_properties.author = WORD
    made.save(path)
    return path


def test_slides_show_what_they_showed_and_hold_nothing_else(tmp_path):
    outcome, target = masked(slides(tmp_path / "a.pptx"))
    is_nowhere(target)
    made = pptx.Presentation(target)
    assert len(made.slides) == 1
    shapes = list(made.slides[0].shapes)
    assert [shape.text_frame.text for shape in shapes if shape.has_text_frame] == [
        "Plain title", "Linked",
    ]  # fmt: skip
    [picture] = [shape for shape in shapes if not shape.has_text_frame]
    pixels = np.asarray(Image.open(io.BytesIO(picture.image.blob)).convert("RGB"))
    assert pixels.shape == (30, 20, 3)
    assert np.abs(pixels[:, 2:].astype(int) - 120).max() < 6, "what was cropped away is gone"
    assert picture.crop_left == 0
    assert len([name for name in everything(target) if "media" in name]) == 1
    assert "notes" in outcome.removed


def test_words_are_taken_out_of_slides(tmp_path):
    made = pptx.Presentation()
    slide = made.slides.add_slide(made.slide_layouts[5])
    paragraph = slide.shapes.title.text_frame.paragraphs[0]
    for part in ("By A", "mina", " today"):
        paragraph.add_run().text = part
    made.save(tmp_path / "a.pptx")
    _, target = masked(tmp_path / "a.pptx", words=["Amina"])
    assert pptx.Presentation(target).slides[0].shapes.title.text_frame.text == f"By {BLOCK} today"


def odt(path):
    made = OpenDocumentText()
    invisible = style.Style(name="Unseen", family="text")
    invisible.addElement(style.TextProperties(display="none"))
    made.automaticstyles.addElement(invisible)
    paragraph = odf_text.P(text="By Ami")
    paragraph.addElement(odf_text.Span(text="na"))
    paragraph.addText(" today ")
    paragraph.addElement(odf_text.Span(stylename=invisible, text=WORD))
    paragraph.addElement(odf_text.A(href=f"https://example.org/{WORD}", text="Linked"))
    paragraph.addElement(odf_text.AuthorName(text="somebody"))
    made.text.addElement(paragraph)
    frame = draw.Frame(width="2cm", height="2cm", name=WORD)
    frame.addElement(draw.Image(href=made.addPicture("a.jpg", "image/jpeg", photo().read())))
    holder = odf_text.P()
    holder.addElement(frame)
    made.text.addElement(holder)
    made.save(path)
    changes = (
        "<text:tracked-changes><text:changed-region><text:deletion><office:change-info>"
        f"<dc:creator xmlns:dc='x'>{WORD}</dc:creator></office:change-info><text:p>{WORD}</text:p>"
        "</text:deletion></text:changed-region></text:tracked-changes>"
    )
    note = f'<office:annotation office:name="{WORD}"><text:p>{WORD}</text:p></office:annotation>'

    def change(name, content):
        if name != "content.xml":
            return content
        content = content.replace(b"<office:text>", b"<office:text>" + changes.encode())
        assert changes.encode() in content
        return content.replace(b" today ", b" today " + note.encode())

    rewritten(path, change)
    return with_parts(
        path, {"Thumbnails/thumbnail.png": WORD, "Basic/x.xml": f"<x>{WORD}</x>", "x.rdf": WORD}
    )


def test_an_open_document_shows_what_it_showed_and_holds_nothing_else(tmp_path):
    outcome, target = masked(odt(tmp_path / "a.odt"), words=["Amina"])
    is_nowhere(target)
    parts = everything(target)
    assert next(iter(parts)) == "mimetype"
    assert set(parts) == {
        "mimetype", "content.xml", "styles.xml", "META-INF/manifest.xml", "Pictures/image1.jpeg",
    }  # fmt: skip
    paragraphs = [teletype.extractText(p) for p in load(target).getElementsByType(odf_text.P)]
    assert paragraphs[0] == f"By {BLOCK} today Linkedsomebody"
    for said in ("comments", "tracked changes", "macros", "thumbnails", "links"):
        assert said in outcome.removed


def test_hidden_rows_columns_and_sheets_of_an_open_spreadsheet_are_gone(tmp_path):
    made = OpenDocumentSpreadsheet()
    unseen = style.Style(name="ta9", family="table")
    unseen.addElement(style.TableProperties(display="false"))
    made.automaticstyles.addElement(unseen)

    def cell(words, **extra):
        one = table.TableCell(valuetype="string", stringvalue=words, **extra)
        one.addElement(odf_text.P(text=words))
        return one

    shown = table.Table(name="Shown")
    shown.addElement(table.TableColumn())
    shown.addElement(table.TableColumn(visibility="collapse"))
    shown.addElement(table.TableColumn())
    for visibility, words in (("visible", "Plain"), ("collapse", WORD)):
        row = table.TableRow(visibility=visibility)
        for place in range(3):
            row.addElement(cell(WORD if place == 1 else words, formula="of:=1+1"))
        shown.addElement(row)
    made.spreadsheet.addElement(shown)
    other = table.Table(name="Other", stylename=unseen)
    row = table.TableRow()
    row.addElement(cell(WORD))
    other.addElement(row)
    made.spreadsheet.addElement(other)
    made.save(tmp_path / "a.ods")
    _, target = masked(tmp_path / "a.ods")
    is_nowhere(target)
    [left] = load(target).getElementsByType(table.Table)
    first = left.getElementsByType(table.TableRow)[0]
    assert [teletype.extractText(one) for one in first.getElementsByType(table.TableCell)] == [
        "Plain", "", "Plain",
    ]  # fmt: skip


def test_words_that_are_of_the_format_too_are_no_obstacle(tmp_path):
    source = planted_document(tmp_path / "a.docx")
    words = ["Page", "Center", "Left", "Word", "Header", "Roman", "Calibri", "Heading"]
    _, target = masked(source, words=words)
    texts = [paragraph.text for paragraph in docx.Document(target).paragraphs]
    assert f"Plain {BLOCK}" in texts
    workbook(tmp_path / "a.xlsx")
    masked(tmp_path / "a.xlsx", words=["0", "1", "sheet", "General"])


def test_a_picture_that_cannot_be_masked_is_left_out_and_told(tmp_path):
    source = document(tmp_path / "a.docx")
    rewritten(source, lambda name, content: WORD.encode() if "media/" in name else content)
    outcome, target = masked(source)
    assert "not-taken-over" in {look.code for look in outcome.looks}
    assert len(docx.Document(target).inline_shapes) == 0
    is_nowhere(target)


PARAGRAPH = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}p"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(["Ami", "na", "A", "mi", "Amina", " ", "x", "AMINA", "am", "ina"]),
        max_size=12,
    )
)
def test_no_way_to_split_a_word_over_runs_hides_it(parts):
    paragraph = etree.Element("p")
    for part in parts:
        etree.SubElement(etree.SubElement(paragraph, "r"), "t").text = part
    words = Words(["Amina"])
    before = "".join(paragraph.itertext())
    remove_from_text(paragraph, words, lambda element: element.tag == "t", lambda element: "")
    after = "".join(paragraph.itertext())
    assert not words.find(after)
    assert after == re.sub("amina", BLOCK, before, flags=re.IGNORECASE)


def zipped(parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return out.getvalue()


RELS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r" Type="{kind}/officeDocument" Target="word/document.xml"/></Relationships>'
)
USUAL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships"
BOMB = '<!DOCTYPE d [<!ENTITY a "aaaa">]>'


@pytest.mark.slow
def test_what_cannot_be_masked_is_refused(tmp_path):
    usual = {"_rels/.rels": RELS.format(kind=USUAL)}
    locked = (
        '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><m:file-entry>'
        "<m:encryption-data/></m:file-entry></m:manifest>"
    )
    for content, expected in (
        (b"", "damaged"),
        (b"PK\x03\x04 and no more", "damaged"),
        (zipped({"a": "b"}), "damaged"),
        (zipped(usual), "damaged"),
        (zipped({**usual, "word/document.xml": "<w:p"}), "damaged"),
        (zipped({**usual, "word/document.xml": BOMB + "<d>&a;</d>"}), "document type"),
        (zipped({"_rels/.rels": RELS.format(kind=STRICT), "word/document.xml": "<d/>"}), "strict"),
        (zipped({"mimetype": "x", "META-INF/manifest.xml": locked}), "password"),
        (
            zipped({**usual, "word/document.xml": b" " * (257 << 20)}),
            "more than any document needs",
        ),
    ):
        source = tmp_path / "source.docx"
        source.write_bytes(content)
        with pytest.raises(InputError, match=rf"^source\.docx: .*{expected}"):
            masked(source)
        assert not (tmp_path / "out.docx").exists()


def test_boxes_have_no_place_in_a_text_that_flows(tmp_path):
    hand = sidecar.from_json({"format": sidecar.FORMAT, "cover": [{"box": [0, 0, 9, 9]}]}, "boxes")
    with pytest.raises(InputError, match="save it as PDF first"):
        masked(document(tmp_path / "a.docx"), hand=hand)
