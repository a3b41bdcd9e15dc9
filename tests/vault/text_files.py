"""Files with text in them, of many formats: SAMPLE content, made up; each says one word."""

import io
import quopri
import zipfile
from email.message import EmailMessage
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart

import docx
import openpyxl
import pptx
import pymupdf
from odf import table, text
from odf.opendocument import OpenDocumentPresentation, OpenDocumentSpreadsheet, OpenDocumentText
from PIL import Image, ImageDraw, ImageFont


def pdf(*pages: str, password: str = "") -> bytes:
    """Return a PDF with a page for each text."""
    document = pymupdf.open()
    for words in pages:
        document.new_page().insert_text((72, 72), words)
    if password:
        return document.tobytes(
            encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw=password, owner_pw=password
        )
    return document.tobytes()


def drawn(words: str, size: tuple[int, int] = (1400, 300), form: str = "PNG") -> bytes:
    """Return a picture of words."""
    image = Image.new("RGB", size, "white")
    ImageDraw.Draw(image).text((60, 100), words, fill="black", font=ImageFont.load_default(size=64))
    return saved(image, form)


def saved(image: Image.Image, form: str = "PNG", **more: object) -> bytes:
    target = io.BytesIO()
    image.save(target, form, **more)
    return target.getvalue()


def scanned(words: str) -> bytes:
    """Return a PDF whose page is a picture of words."""
    document = pymupdf.open()
    page = document.new_page()
    page.insert_image(page.rect, stream=drawn(words), keep_proportion=True)
    return document.tobytes()


def word(words: str) -> bytes:
    document = docx.Document()
    document.add_paragraph("SAMPLE, made up")
    document.add_table(1, 1).cell(0, 0).text = words
    document.sections[0].footer.paragraphs[0].text = "SAMPLE footer wheatear"
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def workbook(words: str) -> bytes:
    book = openpyxl.Workbook()
    book.active.title = "SAMPLE costs"
    book.active["B2"] = words
    book.create_sheet("SAMPLE second")["A1"] = 12000.5
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def slides(words: str) -> bytes:
    deck = pptx.Presentation()
    for title in ("SAMPLE first", words):
        deck.slides.add_slide(deck.slide_layouts[5]).shapes.title.text = title
    target = io.BytesIO()
    deck.save(target)
    return target.getvalue()


def open_text(words: str) -> bytes:
    document = OpenDocumentText()
    document.text.addElement(text.H(outlinelevel=1, text="SAMPLE head"))
    document.text.addElement(text.P(text=words))
    return _of(document)


def open_sheet(words: str) -> bytes:
    document = OpenDocumentSpreadsheet()
    sheet = table.Table(name="SAMPLE sheet")
    row, cell = table.TableRow(), table.TableCell()
    cell.addElement(text.P(text=words))
    row.addElement(cell)
    sheet.addElement(row)
    document.spreadsheet.addElement(sheet)
    return _of(document)


def open_slides(words: str) -> bytes:
    from odf import draw, style

    document = OpenDocumentPresentation()
    document.automaticstyles.addElement(layout := style.PageLayout(name="p"))
    document.masterstyles.addElement(master := style.MasterPage(name="m", pagelayoutname=layout))
    for said in ("SAMPLE first", words):
        page = draw.Page(masterpagename=master)
        frame, box = draw.Frame(), draw.TextBox()
        box.addElement(text.P(text=said))
        frame.addElement(box)
        page.addElement(frame)
        document.presentation.addElement(page)
    return _of(document)


def _of(document: object) -> bytes:
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def mail(words: str, attached: bytes = b"", name: str = "", subject: str = "SAMPLE") -> bytes:
    message = EmailMessage()
    message["From"] = "Sample Sender <sender@example.org>"
    message["To"] = "desk@example.org"
    message["Subject"] = subject
    message["Date"] = "Fri, 1 May 2026 12:00:00 +0000"
    message.set_content(words)
    if attached:
        message.add_attachment(attached, maintype="application", subtype="octet-stream",
                               filename=name)  # fmt: skip
    return bytes(message)


def saved_page(words: str) -> bytes:
    """Return a page as Chrome saves it (MHTML), which Hunchly keeps: HTML, its style, a picture."""
    page = MIMEMultipart("related")
    page["From"] = "<Saved by Blink>"
    page["Snapshot-Content-Location"] = "https://example.org/sample"
    page["Subject"] = "SAMPLE page"
    text = MIMENonMultipart("text", "html")
    text.set_payload(quopri.encodestring(f"<html><body><p>{words}</p></body></html>".encode()))
    text["Content-Transfer-Encoding"] = "quoted-printable"
    style = MIMENonMultipart("text", "css")
    style.set_payload("ousel { color: red }")
    for part in (text, style):
        page.attach(part)
    return page.as_bytes()


def mailbox(*mails: bytes) -> bytes:
    return b"".join(
        b"From sender@example.org Fri May  1 12:00:00 2026\n" + one + b"\n" for one in mails
    )


def zipped(parts: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return target.getvalue()


def captured(words: str, address: str = "http://example.org/sample") -> bytes:
    """Return a WARC with one page, sent in chunks and packed."""
    import gzip

    page = f"<html><script>var ousel</script><p>{words}</p></html>".encode()
    body = gzip.compress(page)
    sent = b"%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n"
    answer = (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
        b"Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n" + sent
    )
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {address}\r\n"
        f"Content-Type: application/http\r\nContent-Length: {len(answer)}\r\n\r\n"
    ).encode()
    return gzip.compress(head + answer + b"\r\n\r\n")
