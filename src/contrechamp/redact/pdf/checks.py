"""Finds what a PDF holds apart from its pages: reported of a source, not allowed in an output."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String

from contrechamp.redact.pdf.rebuild import VOCABULARY
from contrechamp.redact.words import Words
from contrechamp.wording.masking import pdf_removal_labels

_CATALOG = {"/Type", "/Pages", "/Version"}
_PAGE = {"/Type", "/Parent", "/MediaBox", "/Resources", "/Contents", "/Rotate", "/Group"}
_TRAILER = {"/Root", "/Size", "/ID", "/Type", "/W", "/Index", "/Length", "/Filter", "/DecodeParms"}
#: Entries that no object of an output may have: texts, scripts, files, links, private data.
_NEVER = frozenset(
    {
        "/A", "/AA", "/ActualText", "/AF", "/Alt", "/Annots", "/Author", "/Contents_", "/Dests",
        "/E", "/EF", "/EmbeddedFiles", "/JS", "/JavaScript", "/LastModified", "/Metadata", "/Names",
        "/OC", "/OCProperties", "/OPI", "/OpenAction", "/Outlines", "/PieceInfo", "/StructParents",
        "/StructTreeRoot", "/Thumb", "/TU", "/URI", "/XFA",
    }
)  # fmt: skip
_LONG = 5
_HEX = re.compile(rb"<([0-9A-Fa-f\s]{4,})>")


def beside_pages(pdf: pikepdf.Pdf, content: bytes) -> Counter[str]:
    """Count what a source holds apart from what its pages draw."""
    root = pdf.Root
    names = root.get("/Names", Dictionary())
    found: Counter[str] = Counter()
    found["information"] += "/Info" in pdf.trailer or "/Metadata" in root
    found["attachments"] += len(pdf.attachments)
    found["scripts"] += "/JavaScript" in names or "/OpenAction" in root or "/AA" in root
    found["outlines"] += "/Outlines" in root
    found["structure"] += "/StructTreeRoot" in root
    found["revisions"] += max(
        0, content.count(b"startxref") - 1 - (b"/Linearized" in content[:2048])
    )
    found["encryption"] += pdf.is_encrypted
    found["thumbnails"] += sum("/Thumb" in page.obj for page in pdf.pages)
    found["private"] += sum("/PieceInfo" in page.obj for page in pdf.pages) + ("/PieceInfo" in root)
    found["pictures"] += sum(len(page.get_images()) for page in pdf.pages)
    return found


def removed(left_out: Counter[str]) -> tuple[str, ...]:
    """Return what was left out, in the user's language."""
    return tuple(text for name, text in pdf_removal_labels().items() if left_out[name])


def only_pages(content: bytes) -> tuple[bool, str]:
    """Tell whether a file holds only pages and what they draw, and name what else it holds."""
    with pikepdf.open(BytesIO(content)) as pdf:
        odd = {str(name) for name in pdf.trailer if name not in _TRAILER}
        odd |= {str(name) for name in pdf.Root if name not in _CATALOG}
        for page in pdf.pages:
            odd |= {str(name) for name in page.obj if name not in _PAGE}
        for item in pdf.objects:
            if isinstance(item, Dictionary | Stream):
                odd |= {str(name) for name in item if name in _NEVER}
    if content.count(b"startxref") != 1:
        odd.add("startxref")
    return not odd, ", ".join(sorted(odd))


def has_tiles(content: bytes) -> bool:
    """Tell whether anything is filled with a tiling pattern."""
    with pikepdf.open(BytesIO(content)) as pdf:
        return any(
            isinstance(item, Stream) and item.get("/PatternType", None) == 1 for item in pdf.objects
        )


def words_in_bytes(content: bytes, words: Iterable[str]) -> bool:
    """Tell whether a word occurs in a string, a freely chosen name, or an unpacked stream.

    Pixels, font programs and the vocabulary of PDF (which includes Roman, Alpha and Rose) are left
    out, and so are short words, which would turn up by chance, since fonts encode letters as they
    like. Those are left to the search in the text.
    """
    long_words = Words(word for word in words if sum(map(str.isalnum, word)) >= _LONG)
    if not long_words:
        return False
    with pikepdf.open(BytesIO(content)) as pdf:
        programs = {
            item[name].objgen
            for item in pdf.objects
            if isinstance(item, Dictionary)
            for name in ("/FontFile", "/FontFile2", "/FontFile3")
            if name in item
        }
        return any(
            long_words.find(text)
            for item in pdf.objects
            for text in (*_texts(item), *_stream_texts(item, programs))
        )


def _texts(item: Any) -> Iterator[str]:
    if isinstance(item, String):
        yield from _readings(bytes(item))
    elif isinstance(item, Array):
        for part in item:
            if not _is_indirect(part):
                yield from _texts(part)
    elif isinstance(item, Dictionary | Stream):
        for name, part in item.items():
            if name not in VOCABULARY:
                yield name[1:]
            if not _is_indirect(part):
                yield from _texts(part)


def _stream_texts(item: Any, programs: set[tuple[int, int]]) -> Iterator[str]:
    if not isinstance(item, Stream) or item.get("/Subtype", None) == Name.Image:
        return
    if item.objgen in programs:
        return
    data = item.read_bytes()
    yield from _readings(data)
    for found in _HEX.findall(data):
        digits = b"".join(found.split())
        yield from _readings(bytes.fromhex((digits + b"0")[: (len(digits) + 1) // 2 * 2].decode()))


def _is_indirect(item: Any) -> bool:
    """Tell whether a value is an indirect object, which is searched by itself."""
    return bool(getattr(item, "is_indirect", False))


def _readings(data: bytes) -> Iterator[str]:
    yield data.decode("latin-1")
    yield data.decode("utf-8", "ignore")
    for start in (0, 1):
        yield data[start:].decode("utf-16-be", "ignore")
        yield data[start:].decode("utf-16-le", "ignore")
