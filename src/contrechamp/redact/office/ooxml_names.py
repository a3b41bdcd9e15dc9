"""Names of OOXML files: parts that are taken over, elements and attributes that are not."""

from typing import Any

from contrechamp.redact.office.text import local, namespace

RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE_RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
CONTENT_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
MAIN_TYPE = "application/vnd.openxmlformats-officedocument."
#: Content type of each kind of part (the end of its relationship's type).
PARTS = {
    "word": {
        "officeDocument": "wordprocessingml.document.main+xml",
        "styles": "wordprocessingml.styles+xml",
        "numbering": "wordprocessingml.numbering+xml",
        "settings": "wordprocessingml.settings+xml",
        "header": "wordprocessingml.header+xml",
        "footer": "wordprocessingml.footer+xml",
        "footnotes": "wordprocessingml.footnotes+xml",
        "endnotes": "wordprocessingml.endnotes+xml",
        "theme": "theme+xml",
    },
    "xl": {
        "officeDocument": "spreadsheetml.sheet.main+xml",
        "worksheet": "spreadsheetml.worksheet+xml",
        "sharedStrings": "spreadsheetml.sharedStrings+xml",
        "styles": "spreadsheetml.styles+xml",
        "theme": "theme+xml",
        "drawing": "drawing+xml",
    },
    "ppt": {
        "officeDocument": "presentationml.presentation.main+xml",
        "slideMaster": "presentationml.slideMaster+xml",
        "slideLayout": "presentationml.slideLayout+xml",
        "slide": "presentationml.slide+xml",
        "theme": "theme+xml",
        "tableStyles": "presentationml.tableStyles+xml",
    },
}
#: What parts that are left out are counted as, by the end of their relationship's type.
COUNTED = {
    "comments": "comments", "commentsExtended": "comments", "threadedComment": "comments",
    "commentAuthors": "comments", "people": "comments", "person": "comments",
    "vbaProject": "macros", "oleObject": "embedded", "package": "embedded",
    "externalLink": "external", "hyperlink": "links", "notesSlide": "notes",
    "printerSettings": "printers", "chart": "charts", "chartEx": "charts", "diagramData": "charts",
    "control": "controls", "ctrlProp": "controls", "customXml": "custom",
    "attachedTemplate": "external",
    "video": "media", "audio": "media", "media": "media", "pivotCacheDefinition": "pivots",
    "pivotTable": "pivots", "glossaryDocument": "building", "font": "fonts", "aFChunk": "embedded",
}  # fmt: skip
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
DRAWING_MAIN = "http://schemas.openxmlformats.org/drawingml/2006/main"
COMPATIBILITY = "http://schemas.openxmlformats.org/markup-compatibility/2006"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/"
MICROSOFT = "http://schemas.microsoft.com/office/word/2010/"
KNOWN = {
    WORD,
    DRAWING_MAIN,
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://schemas.openxmlformats.org/presentationml/2006/main",
    "http://schemas.openxmlformats.org/officeDocument/2006/math",
    DRAWING + "picture",
    DRAWING + "wordprocessingDrawing",
    DRAWING + "spreadsheetDrawing",
    MICROSOFT + "wordprocessingShape",
    MICROSOFT + "wordprocessingGroup",
    MICROSOFT + "wordprocessingCanvas",
    MICROSOFT + "wordprocessingDrawing",
}
#: Kinds of parts that no element refers to.
UNNAMED = frozenset(
    {
        "styles", "numbering", "settings", "theme", "sharedStrings", "slideLayout", "slideMaster",
        "footnotes", "endnotes", "tableStyles",
    }
)  # fmt: skip
ONE_OF_A_KIND = frozenset({"styles", "sharedStrings"})
XML = "http://www.w3.org/XML/1998/namespace"
#: With a reference to a part that is left out goes the nearest of these around it.
CONTAINERS = frozenset(
    {
        "drawing", "pict", "object", "pic", "graphicFrame", "twoCellAnchor", "oneCellAnchor",
        "absoluteAnchor", "sld", "bg", "buBlip", "control", "oleObj",
    }
)  # fmt: skip
DRAWN = frozenset({"pic", "wsp", "cNvCnPr"})
MERELY_LINKS = frozenset({"hyperlink", "hlinkClick", "hlinkHover", "hlinkMouseOver"})
#: Attributes with names and descriptions that nothing shows; some are that on these elements only.
DESCRIPTIONS = frozenset({"descr", "title", "alt", "href"})
DESCRIBED = frozenset({"docPr", "cNvPr", "shape", "hyperlink", "f"})
NEVER = frozenset({"tooltip", "macro", "textlink", "action", "docLocation", "codeName",
                    "author", "date", "initials", "dbsheet", "uid", "editId", "anchorId",
                    "userDrawn"})  # fmt: skip
#: Texts that stand for a table where it cannot be seen.
UNSEEN = frozenset({"tblCaption", "tblDescription", "headers"})
TEXTS = frozenset({"t", "v", "oddHeader", "oddFooter", "evenHeader", "evenFooter",
                    "firstHeader", "firstFooter", "posOffset", "align", "pctWidth", "pctHeight",
                    "pctPosHOffset", "pctPosVOffset", "instrText", "formula1", "from", "col", "row",
                    "colOff", "rowOff"})  # fmt: skip


def is_description(name: str, element: Any) -> bool:
    """Tell whether an attribute describes what nobody sees: names, identifiers, alternatives."""
    where = namespace(name)
    if where == RELATIONSHIPS:
        return False
    if where not in ("", XML) and where not in KNOWN:
        return True
    bare = name.rpartition("}")[2]
    return (
        bare.startswith("rsid")
        or (bare == "anchor" and local(element) == "hyperlink")
        or (bare in DESCRIPTIONS and local(element) in DESCRIBED)
        or bare in NEVER
    )
