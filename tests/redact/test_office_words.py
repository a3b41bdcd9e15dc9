"""Words in the places of office files where texts hide beside cells and paragraphs."""

import re
import zipfile

import docx
import openpyxl
import pptx
import pytest
from docx.oxml import OxmlElement
from odf.draw import Frame, Page, TextBox
from odf.opendocument import (
    OpenDocumentPresentation,
    OpenDocumentSpreadsheet,
    OpenDocumentText,
)
from odf.style import MasterPage, PageLayout
from odf.table import Table, TableCell, TableRow
from odf.text import P

from contrechamp.base.progress import silent
from contrechamp.redact.office.coded_text import header_without, shown_of_header
from contrechamp.redact.office.masking import mask_office
from contrechamp.redact.request import Request
from contrechamp.redact.words import Words

WORDS = ("Ada Sample", "Quixotte", "0401234567")


def masked(source, *words):
    target = source.with_name(f"out{source.suffix}")
    outcome = mask_office(source, target, Request(words=words or WORDS, boxes_only=True), silent)
    assert [check for check in outcome.checks if not check.passed] == []
    return outcome, target


def parts(path):
    with zipfile.ZipFile(path) as archive:
        return "\n".join(
            archive.read(name).decode("utf-8", "replace") for name in archive.namelist()
        )


@pytest.fixture
def book(tmp_path):
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = "Quixotte"
    made.create_sheet("Ada Sample")
    sheet.append(["First", "Last", "Note"])
    sheet.append(["Ada", "Sample", "of the two"])
    sheet.append(["Sample", "Ada", "Ada alone"])
    sheet["A5"] = 401234567
    sheet["A5"].number_format = "0000000000"
    for row, code in enumerate(
        ('0 "Quixotte"', '0 "Qui""xotte"', '[=7]"Ada Sample";0', r"Q\u\i\x\o\t\t\e"), start=6
    ):
        sheet.cell(row, 1, 7).number_format = code
    sheet["A12"] = "plain"
    sheet["A12"].font = openpyxl.styles.Font(name="Quixotte Hand")
    sheet.oddHeader.left.text = "Quixotte"
    sheet.oddFooter.center.text = '&"Arial,Bold"Qui&"Arial,Regular"xotte, page &P'
    sheet.oddFooter.right.text = "Ada &12Sample"
    made.save(tmp_path / "a.xlsx")
    return tmp_path / "a.xlsx"


def test_words_of_a_workbook_are_gone_wherever_they_show(book):
    outcome, target = masked(book)
    left = parts(target).casefold()
    for word in ("quixotte", "xotte", r"\x\o\t", "sample", "401234567"):
        assert word not in left
    made = openpyxl.load_workbook(target)
    assert [sheet.title for sheet in made] == ["x", "x 2"]
    sheet = made.worksheets[0]
    assert [cell.value for cell in sheet[1]] == ["First", "Last", "Note"]
    assert [cell.value for cell in sheet[2]] == ["█████", "█████", "of the two"]
    assert sheet["C3"].value == "Ada alone"
    assert "page &P" in sheet.oddFooter.center.text
    assert int(outcome.facts["words removed"]) >= 12


def test_what_is_near_a_word_is_told_with_its_cell(book):
    outcome, _ = masked(book)
    [look] = [look for look in outcome.looks if look.code == "near-word"]
    assert look.message.startswith("sheet 1, cell C3: “Ada” may be “Ada Sample”")


def test_codes_of_a_header_stay_and_split_no_word():
    words = Words(["Ada Sample", "Arial"])
    text = '&LOne&C&"Arial,Bold"&K01+000Ada &12Sample && &P of &N&RSample'
    clean, found = header_without(text, words)
    assert clean == "&LOne&C&K01+000█████&12 && &P of &N&RSample"
    assert found == 2
    assert "Ada" not in shown_of_header(clean)


def test_a_hyphen_that_never_breaks_hides_no_word(tmp_path):
    document = docx.Document()
    run = document.add_paragraph("by ").add_run("Qui")
    run._r.append(OxmlElement("w:noBreakHyphen"))
    run.add_text("xotte and others")
    document.save(tmp_path / "a.docx")
    _, target = masked(tmp_path / "a.docx")
    [paragraph] = docx.Document(target).paragraphs
    assert "xotte" not in paragraph.text
    assert paragraph.text.endswith(" and others")


def test_names_of_fonts_are_names_too(tmp_path):
    document = docx.Document()
    document.add_paragraph().add_run("plain").font.name = "Quixotte Sans"
    document.save(tmp_path / "a.docx")
    assert "Quixotte" in parts(tmp_path / "a.docx")
    _, target = masked(tmp_path / "a.docx")
    assert "Quixotte" not in parts(target)


LISTED = ("Ada Sample", "Quixotte")


def a_document(folder):
    made = docx.Document()
    made.add_paragraph("Said Ada once.")
    made.add_paragraph("Ada Q. Sample came")
    made.sections[0].header.paragraphs[0].text = "Quixote"
    table = made.add_table(1, 3)
    for cell, words in zip(table.rows[0].cells, ("Sample", "Ada", "7"), strict=True):
        cell.text = words
    made.save(folder / "a.docx")
    return folder / "a.docx"


def some_slides(folder):
    made = pptx.Presentation()
    for words in ("Nothing", "Said Ada once."):
        slide = made.slides.add_slide(made.slide_layouts[5])
        slide.shapes.title.text = words
    for words in ("Sample", "Ada"):
        box = slide.shapes.add_textbox(0, 0, 900_000, 300_000)
        box.text_frame.text = words
    box.text_frame.add_paragraph().text = "Quixote"
    made.save(folder / "a.pptx")
    return folder / "a.pptx"


def open_texts(folder):
    made = OpenDocumentText()
    for words in ("Said Ada once.", "Quixote", "of Sample", "Ada"):
        made.text.addElement(P(text=words))
    made.save(folder / "a.odt")
    return folder / "a.odt"


def open_sheets(folder):
    made = OpenDocumentSpreadsheet()
    table = Table(name="First")
    for cells in (["Nothing"], ["Said Ada once."], ["of Sample", "Ada"], ["x", "Quixote"]):
        row = TableRow()
        for words in cells:
            cell = TableCell(valuetype="string", stringvalue=words)
            cell.addElement(P(text=words))
            row.addElement(cell)
        table.addElement(row)
    made.spreadsheet.addElement(table)
    made.save(folder / "a.ods")
    return folder / "a.ods"


def open_slides(folder):
    made = OpenDocumentPresentation()
    layout = PageLayout(name="L")
    made.automaticstyles.addElement(layout)
    master = MasterPage(name="M", pagelayoutname=layout)
    made.masterstyles.addElement(master)
    for texts in (["Nothing"], ["Said Ada once.", "Quixote", "of Sample", "Ada"]):
        page = Page(masterpagename=master)
        for words in texts:
            frame, box = Frame(width="9cm", height="2cm"), TextBox()
            box.addElement(P(text=words))
            frame.addElement(box)
            page.addElement(frame)
        made.presentation.addElement(page)
    made.save(folder / "a.odp")
    return folder / "a.odp"


@pytest.mark.parametrize(
    ("make", "places"),
    [
        (a_document, {"paragraph 1": "Ada", "header 1, paragraph 1": "Quixote"}),
        (some_slides, {"slide 2, paragraph 1": "Ada", "slide 2, paragraph 4": "Quixote"}),
        (open_texts, {"paragraph 1": "Ada", "paragraph 2": "Quixote"}),
        (open_sheets, {"sheet 1, row 2": "Ada", "sheet 1, row 4": "Quixote"}),
        (open_slides, {"slide 2, paragraph 1": "Ada", "slide 2, paragraph 2": "Quixote"}),
    ],
)
def test_what_is_near_is_told_with_its_place_and_names_over_two_paragraphs_are_gone(
    tmp_path, make, places
):
    outcome, target = masked(make(tmp_path), *LISTED)
    near = [look.message for look in outcome.looks if look.code == "near-word"]
    told = dict(message.split(": “", 1) for message in near)
    assert {place: told[place].partition("”")[0] for place in places} == places
    assert "ample" not in re.sub(r"<[^>]*>", "", parts(target))
    assert int(outcome.facts["words removed"]) >= 1


def test_the_general_format_is_none_of_the_words(tmp_path):
    made = openpyxl.Workbook()
    made.active["A1"], made.active["A2"] = "General Quixotte", 7
    made.active["A1"].number_format = 'General" Quixotte"'
    made.active["A2"].number_format = "[Red]GENERAL;General"
    made.save(tmp_path / "a.xlsx")
    _, target = masked(tmp_path / "a.xlsx", "General", "Quixotte")
    sheet = openpyxl.load_workbook(target).active
    assert sheet["A2"].number_format == "[Red]GENERAL;General"
    assert "Quixotte" not in sheet["A1"].number_format
    assert "Quixotte" not in sheet["A1"].value


def test_an_id_that_is_twice_in_a_part_is_no_damage(tmp_path):
    made = OpenDocumentText()
    for words in ("of Quixotte", "Plain text"):
        made.text.addElement(P(text=words))
    made.save(tmp_path / "a.odt")
    with zipfile.ZipFile(tmp_path / "a.odt") as package:
        content = {name: package.read(name) for name in package.namelist()}
    twice = content["content.xml"].replace(b"<text:p>", b'<text:p xml:id="twice">')
    content["content.xml"] = twice
    with zipfile.ZipFile(tmp_path / "a.odt", "w") as package:
        for name, data in content.items():
            package.writestr(name, data)
    assert content["content.xml"].count(b'xml:id="twice"') == 2
    _, target = masked(tmp_path / "a.odt", "Quixotte")
    assert "Plain text" in parts(target)
