"""Text documents (DOCX): tracked changes, fields, comments and hidden text."""

from typing import Any

from lxml import etree

from contrechamp.redact.office.text import local, namespace, remove, remove_from_part, unwrap
from contrechamp.redact.words import Words

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_CHANGES = frozenset(
    {
        "rPrChange", "pPrChange", "sectPrChange", "tblPrChange", "tblPrExChange", "tcPrChange",
        "trPrChange", "tblGridChange", "numberingChange", "cellIns", "cellMerge",
    }
)  # fmt: skip
_REMOVED = _CHANGES | {
    "del", "moveFrom", "moveFromRangeStart", "moveFromRangeEnd", "moveToRangeStart",
    "moveToRangeEnd", "customXmlInsRangeStart", "customXmlInsRangeEnd", "customXmlDelRangeStart",
    "customXmlDelRangeEnd", "customXmlMoveFromRangeStart", "customXmlMoveFromRangeEnd",
    "customXmlMoveToRangeStart", "customXmlMoveToRangeEnd", "delText", "delInstrText",
    "commentRangeStart", "commentRangeEnd", "commentReference", "annotationRef", "bookmarkStart",
    "bookmarkEnd", "proofErr", "permStart", "permEnd", "altChunk", "subDoc", "object",
    "sdtPr", "sdtEndPr", "smartTagPr", "customXmlPr", "fldData", "ffData", "docVars", "pict",
    "printerSettings", "control", "numPicBullet", "lvlPicBulletId",
    "rsid", "rsids", "nsid", "tmpl",
}  # fmt: skip
_UNWRAPPED = frozenset({"ins", "moveTo", "sdt", "sdtContent", "smartTag", "customXml", "fldSimple"})
#: Fields that tell nothing but where they are.
_FIELDS_KEPT = frozenset({"PAGE", "NUMPAGES", "SECTIONPAGES"})
_SETTINGS = frozenset(
    {"defaultTabStop", "evenAndOddHeaders", "mirrorMargins", "gutterAtTop", "autoHyphenation",
     "characterSpacingControl", "compat", "bordersDoNotSurroundHeader",
     "bordersDoNotSurroundFooter", "displayBackgroundShape", "footnotePr", "endnotePr"}
)  # fmt: skip


def clean(ooxml: Any, root: Any, kind: str) -> None:
    """Settle changes and remove what is not shown."""
    if kind == "settings":
        for child in list(root):
            if local(child) not in _SETTINGS:
                remove(child)
        return
    if kind == "styles":
        for style in root.iter(f"{{{_W}}}style"):
            if any(_is_on(mark) for mark in style.iter(f"{{{_W}}}vanish")):
                ooxml.facts.setdefault("hidden styles", set()).add(style.get(f"{{{_W}}}styleId"))
    _settle_changes(ooxml, root)
    _settle_fields(root)
    for element in list(root.iter(etree.Element)):
        if namespace(element.tag) != _W or element.getparent() is None:
            continue
        name = local(element)
        if name in _REMOVED:
            ooxml.left_out[_counted_as(name)] += 1
            remove(element)
        elif name in _UNWRAPPED:
            unwrap(element)


def _settle_changes(ooxml: Any, root: Any) -> None:
    """Remove rows and cells whose deletion was tracked, before the marks of it are removed."""
    for row in list(root.iter(f"{{{_W}}}tr")):
        if row.find(f"{{{_W}}}trPr/{{{_W}}}del") is not None:
            ooxml.left_out["changes"] += 1
            remove(row)
    for cell in list(root.iter(f"{{{_W}}}tc")):
        if cell.find(f"{{{_W}}}tcPr/{{{_W}}}cellDel") is not None:
            ooxml.left_out["changes"] += 1
            for paragraph in list(cell.iter(f"{{{_W}}}r")):
                remove(paragraph)
    for mark in list(root.iter(f"{{{_W}}}cellDel")):
        remove(mark)
    # Marks on paragraphs and rows are empty; those around text are settled with the rest.
    for name in ("ins", "moveTo"):
        for mark in list(root.iter(f"{{{_W}}}{name}")):
            ooxml.left_out["changes"] += 1
            if local(mark.getparent()) in ("rPr", "trPr", "numPr"):
                remove(mark)


def _counted_as(name: str) -> str:
    if name.startswith(("comment", "annotation")):
        return "comments"
    if name in ("object", "altChunk", "subDoc", "control", "pict"):
        return "embedded"
    if name in _CHANGES or name.startswith(("del", "move")):
        return "changes"
    return "marks"


def _settle_fields(root: Any) -> None:
    """Keep the results of fields, and the instructions of those that tell nothing of anyone."""
    open_fields: list[list[Any]] = []  # begin, instructions, separator
    doomed: list[Any] = []
    for element in root.iter(f"{{{_W}}}fldChar", f"{{{_W}}}instrText"):
        kind = element.get(f"{{{_W}}}fldCharType")
        if local(element) == "instrText":
            if open_fields:
                open_fields[-1].append(element)
            else:
                doomed.append(element)
        elif kind == "begin":
            open_fields.append([element])
        elif open_fields:
            open_fields[-1].append(element)
            if kind == "end":
                parts = open_fields.pop()
                texts = [part for part in parts if local(part) == "instrText"]
                word = "".join(text.text or "" for text in texts).strip().partition(" ")[0].upper()
                if word in _FIELDS_KEPT and not open_fields:
                    texts[0].text = f" {word} "
                    doomed += texts[1:]
                else:
                    doomed += parts
        else:
            doomed.append(element)
    for element in [*doomed, *(part for parts in open_fields for part in parts)]:
        remove(element)


def finish(ooxml: Any) -> None:
    """Remove text in hidden runs and styles, now that all styles are known."""
    hidden = ooxml.facts.get("hidden styles", set())
    for root in ooxml.roots.values():
        for run in list(root.iter(f"{{{_W}}}r")):
            vanish = run.find(f"{{{_W}}}rPr/{{{_W}}}vanish")
            if (vanish is not None and _is_on(vanish)) or _style(run, "r") in hidden:
                ooxml.left_out["hidden"] += 1
                remove(run)
        for paragraph in list(root.iter(f"{{{_W}}}p")):
            if _style(paragraph, "p") in hidden:
                ooxml.left_out["hidden"] += 1
                for run in list(paragraph.iter(f"{{{_W}}}r")):
                    remove(run)
        for cell in root.iter(f"{{{_W}}}tc"):
            if not len(cell) or local(cell[-1]) != "p":  # a cell must end with one
                etree.SubElement(cell, f"{{{_W}}}p")


def _style(element: Any, kind: str) -> str | None:
    style = element.find(f"{{{_W}}}{kind}Pr/{{{_W}}}{kind}Style")
    return None if style is None else style.get(f"{{{_W}}}val")


def _is_on(mark: Any) -> bool:
    return mark.get(f"{{{_W}}}val", "true") not in ("false", "0", "off")


def remove_words(root: Any, words: Words) -> int:
    """Remove words from every paragraph; return how many."""
    return remove_from_part(root, words, f"{{{_W}}}p", f"{{{_A}}}p")
