"""PDFs with a word in every place where one can hide, made by hand with pikepdf."""

import io
import zlib
from decimal import Decimal

import numpy as np
import pikepdf
import pypdfium2
from pikepdf import Array, Dictionary, Name, Stream, String
from PIL import Image

SIZE = 400


def new_pdf(content: bytes, **resources) -> pikepdf.Pdf:
    pdf = pikepdf.new()
    font = pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.Type1,
            BaseFont=Name.Helvetica,
            Encoding=Name.WinAnsiEncoding,
        )
    )
    page = pdf.make_indirect(
        Dictionary(
            Type=Name.Page,
            MediaBox=Array([0, 0, SIZE, SIZE]),
            Resources=Dictionary(Font=Dictionary(F1=font), **resources),
            Contents=pdf.make_stream(content),
        )
    )
    pdf.pages.append(pikepdf.Page(page))
    return pdf


def text(words: str, x: float, y: float, *, size: float = 12, before: str = "") -> bytes:
    """Return operators that show a text at x, y from the bottom left."""
    return f"BT {before} /F1 {size} Tf {x} {y} Td ({words}) Tj ET\n".encode("cp1252")


def saved(pdf: pikepdf.Pdf, path, **options):
    pdf.save(path, **options)
    return path


def stream(pdf: pikepdf.Pdf, data: bytes, **entries):
    """Return a stream object with entries; which hold it in `pdf`."""
    made = Stream(pdf, data)
    for name, value in entries.items():
        made[f"/{name}"] = value
    return pdf.make_indirect(made)


def picture(pdf: pikepdf.Pdf, pixels: np.ndarray, mask: np.ndarray | None = None, **entries):
    """Return an image object from (h, w, 3) or (h, w) pixels, with a soft mask."""
    if mask is not None:
        entries["SMask"] = picture(pdf, mask)
    return stream(
        pdf,
        zlib.compress(pixels.tobytes()),
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=pixels.shape[1],
        Height=pixels.shape[0],
        BitsPerComponent=8,
        ColorSpace=Name.DeviceRGB if pixels.ndim == 3 else Name.DeviceGray,
        Filter=Name.FlateDecode,
        **entries,
    )


def jpeg(pixels: np.ndarray, comment: bytes) -> bytes:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = comment.decode()
    Image.fromarray(pixels).save(out, "JPEG", exif=exif, comment=comment, quality=95)
    return out.getvalue() + comment


def form(pdf: pikepdf.Pdf, content: bytes, resources=None, **entries):
    return stream(
        pdf,
        content,
        Type=Name.XObject,
        Subtype=Name.Form,
        BBox=Array([0, 0, SIZE, SIZE]),
        Resources=Dictionary() if resources is None else resources,
        **entries,
    )


def everything_planted(word: str) -> pikepdf.Pdf:
    """Return a PDF that shows "Plain text" and hides `word` everywhere beside it."""
    pdf = new_pdf(
        b"% " + word.encode() + b"\n"
        + f"/Span <</ActualText ({word})>> BDC\n".encode()
        + text("Plain text", 50, 350)
        + b"EMC\n"
        + f"/OC /{word}Layer BDC\n".encode()
        + text(word, 50, 330)
        + b"EMC\n"
        + text(word, 50, 310, before="3 Tr")
        + b"BT 0 Tr ET 1 g\n"
        + text(word, 50, 290)
        + b"0 g\n"
        + text(word, 900, 290)
        + text(word, 50, 250)
        + b"45 240 100 30 re f\n"
        + text(word, 50, 200, size=0.5)
        + b"/Off Do\n"
        + f"BX /{word} unknown EX\n".encode(),
    )  # fmt: skip
    page = pdf.pages[0].obj
    layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String(word)))
    off = form(pdf, text(word, 50, 100), page.Resources, OC=layer)
    page.Resources.Properties = Dictionary({f"/{word}Layer": layer})
    page.Resources.XObject = Dictionary(Off=off)
    page.Resources[f"/{word}Kind"] = String(word)
    pdf.Root.OCProperties = Dictionary(
        OCGs=Array([layer]), D=Dictionary(OFF=Array([layer]), Order=Array([String(word)]))
    )
    pdf.docinfo["/Title"] = word
    pdf.docinfo["/Author"] = word
    with pdf.open_metadata() as metadata:
        metadata["dc:title"] = word
    pdf.attachments[f"{word}.txt"] = word.encode()
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String(word))
    pdf.Root.Names.JavaScript = Dictionary(
        Names=Array([String(word), Dictionary(S=Name.JavaScript, JS=String(word))])
    )
    pdf.Root.PieceInfo = Dictionary(App=Dictionary(Private=String(word)))
    page.PieceInfo = Dictionary(App=Dictionary(Private=String(word)))
    page.Metadata = pdf.make_stream(word.encode())
    page.Thumb = picture(pdf, np.zeros((2, 2, 3), np.uint8), Name=Name(f"/{word}"))
    page.AA = Dictionary(O=Dictionary(S=Name.URI, URI=String(word)))
    with pdf.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem(word, 0))
    pdf.Root.StructTreeRoot = pdf.make_indirect(
        Dictionary(Type=Name.StructTreeRoot, K=Dictionary(S=Name.P, Alt=String(word)))
    )
    pdf.Root.Lang = String(word)
    pdf.Root[f"/{word}"] = String(word)
    note = Dictionary(
        Type=Name.Annot, Subtype=Name.Text, Rect=Array([10, 10, 30, 30]), Contents=String(word)
    )
    link = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Link,
        Rect=Array([10, 50, 30, 70]),
        Border=Array([0, 0, 0]),
        A=Dictionary(S=Name.URI, URI=String(f"https://example.org/{word}")),
    )
    hidden = Dictionary(
        Type=Name.Annot,
        Subtype=Name.FreeText,
        Rect=Array([10, 90, 90, 120]),
        F=2,
        Contents=String(word),
        AP=Dictionary(N=form(pdf, text(word, 0, 0), page.Resources)),
    )
    field = pdf.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Tx,
            T=String(word),
            TU=String(word),
            V=String("Field value"),
            DV=String(word),
            Rect=Array([200, 50, 390, 80]),
            DA=String("/F1 12 Tf 0 g"),
            F=4,
        )
    )
    page.Annots = pdf.make_indirect(
        Array([pdf.make_indirect(item) for item in (note, link, hidden)] + [field])
    )
    pdf.Root.AcroForm = Dictionary(
        Fields=Array([field]),
        NeedAppearances=True,
        DA=String("/F1 12 Tf 0 g"),
        DR=Dictionary(Font=page.Resources.Font),
        XFA=pdf.make_stream(f"<x>{word}</x>".encode()),
    )
    pdf.make_indirect(String(word))
    return pdf


def with_earlier_version(path, word: str) -> None:
    """Append a revision by hand: the first content stays in the file, and nothing refers to it."""
    content = path.read_bytes()
    number = 900
    at = len(content)
    body = f"{number} 0 obj\n({word} of an earlier version)\nendobj\n".encode()
    start = content.rindex(b"startxref") + len(b"startxref\n")
    previous = int(content[start:].split()[0])
    with pikepdf.open(path) as pdf:
        root = pdf.Root.objgen
    table = at + len(body)
    path.write_bytes(
        content
        + body
        + f"xref\n{number} 1\n{at:010d} 00000 n \ntrailer\n<</Size {number + 1} "
        f"/Root {root[0]} {root[1]} R /Prev {previous}>>\nstartxref\n{table}\n%%EOF\n".encode()
    )


def every_byte(path) -> bytes:
    """Return a file's bytes, and all of its streams unpacked and all of its strings, joined."""
    parts = [path.read_bytes()]
    with pikepdf.open(path) as pdf:
        parts.append(repr(pdf.trailer).encode())
        for item in pdf.objects:
            parts.append(repr(item).encode("utf-8", "replace"))
            if isinstance(item, Stream):
                parts.append(item.read_raw_bytes())
                try:
                    parts.append(item.read_bytes())
                except pikepdf.PdfError:
                    continue
            else:
                parts.append(item.unparse(resolved=True) if not isinstance(item, Decimal) else b"")
    return b"\n".join(parts)


def extracted(path) -> str:
    """Return the text of all pages by PDFium, which has no part in masking."""
    document = pypdfium2.PdfDocument(path)
    return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def drawn(path, page: int = 0, scale: float = 2) -> np.ndarray:
    """Return a page by PDFium: uint8 (h, w, 3)."""
    document = pypdfium2.PdfDocument(path)
    return np.asarray(document[page].render(scale=scale).to_pil().convert("RGB"))
