"""What documents and pictures say of who made them, where, and with what: of SAMPLE files."""

import zipfile
import zlib
from io import BytesIO

import pymupdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from contrechamp.vault.metadata import first_bytes
from contrechamp.vault.metadata.media import describe

XMP = (
    '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    "<rdf:RDF><rdf:Description exif:GPSLatitude=\"31,46.5N\" tiff:Model='SAMPLE phone'"
    ' xmp:CreatorTool="SAMPLE tool"><dc:creator><rdf:Seq><rdf:li>SAMPLE &amp; name</rdf:li>'
    "</rdf:Seq></dc:creator><photoshop:City>SAMPLE town</photoshop:City></rdf:Description>"
    '</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
)
TOLD = {
    "dc:creator": "SAMPLE & name",
    "exif:GPSLatitude": "31,46.5N",
    "photoshop:City": "SAMPLE town",
    "tiff:Model": "SAMPLE phone",
}


def properties(content: bytes) -> dict[str, str]:
    found = describe(BytesIO(content)).get("properties", {})
    assert all(isinstance(one, str) for one in found.values())
    if found:
        assert first_bytes.glance(BytesIO(content)).needs_reader
    return dict(found)


def picture(form: str) -> bytes:
    out = BytesIO()
    Image.new("RGB", (8, 8)).save(out, form, xmp=XMP.encode())
    return out.getvalue()


@pytest.mark.parametrize("form", ["JPEG", "WEBP"])
def test_pictures_tell_in_xmp_what_their_exif_does_not(form: str) -> None:
    assert properties(picture(form)) == TOLD


def pdf(**told: str) -> bytes:
    document = pymupdf.open()
    document.new_page()
    document.set_metadata(told)
    return bytes(document.tobytes(garbage=0))


@pytest.mark.parametrize("author", ["SAMPLE name", "EXEMPLE é", "عينة", "SAMPLE (one) \\ two"])
def test_the_author_of_a_pdf(author: str) -> None:
    assert properties(pdf(author=author, producer="SAMPLE")) == {"pdf:Author": author}


def test_the_author_of_a_pdf_in_packed_objects() -> None:
    packed = zlib.compress(b"1 0 2 30 << /Author (SAMPLE name) /Producer (SAMPLE) >>")
    content = b"%PDF-1.5\n3 0 obj\n<< /Type /ObjStm /N 1 /First 9 /Filter /FlateDecode >>\nstream\n"
    assert properties(content + packed + b"\nendstream\n") == {"pdf:Author": "SAMPLE name"}


def test_a_pdf_without_an_author_says_nothing() -> None:
    assert properties(pdf(title="SAMPLE", producer="SAMPLE")) == {}


def test_office_files_name_their_authors() -> None:
    core = "<cp:coreProperties><dc:creator>SAMPLE one</dc:creator><cp:lastModifiedBy>SAMPLE two"
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("docProps/core.xml", f"{core}</cp:lastModifiedBy></cp:coreProperties>")
        archive.writestr("docProps/app.xml", "<Properties><Company>SAMPLE</Company></Properties>")
    assert properties(out.getvalue()) == {
        "office:Company": "SAMPLE",
        "office:creator": "SAMPLE one",
        "office:lastModifiedBy": "SAMPLE two",
    }


@given(st.binary(max_size=300))
def test_whatever_a_file_is_nothing_breaks(rest: bytes) -> None:
    properties(b"%PDF-1.5 /Author <" + rest)
    properties(b"%PDF-1.5 /ObjStm stream\n" + rest + b"<x:xmpmeta " + rest + b"</x:xmpmeta>")
