"""Finds what a PDF holds apart from its pages: reported of a source, not allowed in an output."""

from collections import Counter
from collections.abc import Iterator
from io import BytesIO

import pikepdf
from pikepdf import Dictionary, Stream

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
_NAMED_PARTS = (
    "/Font", "/XObject", "/ExtGState", "/ColorSpace", "/Pattern", "/Shading", "/CharProcs",
)  # fmt: skip


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
        chosen = set(_chosen_names(pdf))
        for item in pdf.objects:
            if isinstance(item, Dictionary | Stream) and item.objgen not in chosen:
                odd |= {str(name) for name in item if name in _NEVER}
    if content.count(b"startxref") != 1:
        odd.add("startxref")
    return not odd, ", ".join(sorted(odd))


def _chosen_names(pdf: pikepdf.Pdf) -> Iterator[tuple[int, int]]:
    """Yield the dictionaries whose keys are chosen names: a font or a glyph may be called `A`."""
    for item in pdf.objects:
        if isinstance(item, Dictionary | Stream):
            for name in _NAMED_PARTS:
                part = item.get(name, None)
                if isinstance(part, Dictionary) and part.is_indirect:
                    yield part.objgen


def has_tiles(content: bytes) -> bool:
    """Tell whether anything is filled with a tiling pattern."""
    with pikepdf.open(BytesIO(content)) as pdf:
        return any(
            isinstance(item, Stream) and item.get("/PatternType", None) == 1 for item in pdf.objects
        )
