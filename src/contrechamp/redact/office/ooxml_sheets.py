"""Workbooks (XLSX): hidden sheets, rows and columns, formulas, and the texts that cells share."""

import re
from typing import Any

from lxml import etree

from contrechamp.redact.office.text import BLOCK, local, remove, remove_from_runs, replaced
from contrechamp.redact.words import Words

_S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_KEPT = {
    "officeDocument": {"bookViews", "sheets"},
    "worksheet": {
        "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "mergeCells",
        "printOptions", "pageMargins", "pageSetup", "headerFooter", "rowBreaks", "colBreaks",
        "drawing",
    },
}  # fmt: skip
_HEADERS = {
    "oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter",
}  # fmt: skip


def clean(ooxml: Any, root: Any, kind: str) -> None:
    """Remove hidden sheets, rows, columns and cells, and all formulas."""
    for child in list(root) if kind in _KEPT else ():
        if local(child) not in _KEPT[kind]:
            ooxml.left_out["unknown"] += local(child) in ("scenarios", "dataValidations")
            remove(child)
    if kind == "officeDocument":
        _hidden_sheets(ooxml, root)
    elif kind == "worksheet":
        ooxml.facts.setdefault("sheets", []).append(root)
        _hidden_cells(ooxml, root)
    elif kind == "sharedStrings":
        ooxml.facts["strings"] = root
        for extra in list(root.iter(f"{{{_S}}}rPh", f"{{{_S}}}phoneticPr")):
            remove(extra)
    elif kind == "styles":
        ooxml.facts["styles"] = root


def _hidden_sheets(ooxml: Any, root: Any) -> None:
    for sheet in list(root.iter(f"{{{_S}}}sheet")):
        if sheet.get("state", "visible") != "visible":
            ooxml.left_out["hidden"] += 1
            remove(sheet)
    for view in root.iter(f"{{{_S}}}workbookView"):
        view.attrib.clear()


def _hidden_cells(ooxml: Any, root: Any) -> None:
    ranges = [
        (int(column.get("min", 0)), int(column.get("max", 0)))
        for column in root.iter(f"{{{_S}}}col")
        if _is_on(column.get("hidden"))
    ]
    for row in list(root.iter(f"{{{_S}}}row")):
        if _is_on(row.get("hidden")):
            ooxml.left_out["hidden"] += len(row) > 0
            for cell in list(row):
                remove(cell)
            continue
        for cell in list(row):
            column = _column(cell.get("r", ""))
            if any(first <= column <= last for first, last in ranges):
                ooxml.left_out["hidden"] += 1
                remove(cell)
    for formula in list(root.iter(f"{{{_S}}}f")):
        ooxml.left_out["formulas"] += 1
        value = formula.getparent().find(f"{{{_S}}}v")
        ooxml.left_out["without value"] += value is None or not value.text
        remove(formula)
    for merged in list(root.iter(f"{{{_S}}}mergeCells")):
        if not len(merged):
            remove(merged)


def _column(reference: str) -> int:
    number = 0
    for letter in re.match("[A-Z]*", reference.upper())[0]:  # type: ignore[index]
        number = number * 26 + ord(letter) - 64
    return number


def _is_on(value: str | None) -> bool:
    return value in ("1", "true")


def finish(ooxml: Any) -> None:
    """Remove cells whose number format shows nothing, and shared texts that no cell shows."""
    invisible = _invisible_formats(ooxml.facts.get("styles"))
    strings = ooxml.facts.get("strings")
    items = [] if strings is None else list(strings)
    new_place: dict[int, int] = {}
    for sheet in ooxml.facts.get("sheets", ()):
        for cell in list(sheet.iter(f"{{{_S}}}c")):
            if int(cell.get("s", 0)) in invisible:
                ooxml.left_out["hidden"] += 1
                remove(cell)
                continue
            value = cell.find(f"{{{_S}}}v")
            if cell.get("t") == "s" and value is not None:
                place = int(value.text or 0)
                value.text = str(new_place.setdefault(place, len(new_place)))
    if strings is None:
        return
    for item in items:
        remove(item)
    for place in new_place:
        strings.append(items[place])
    strings.attrib.pop("count", None)
    strings.set("uniqueCount", str(len(new_place)))


def _invisible_formats(styles: Any) -> set[int]:
    if styles is None:
        return set()
    hiding = {
        code.get("numFmtId")
        for code in styles.iter(f"{{{_S}}}numFmt")
        if set(code.get("formatCode", "x")) <= {";"}
    }
    formats = styles.find(f"{{{_S}}}cellXfs")
    return {
        place
        for place, cell_format in enumerate(formats if formats is not None else ())
        if cell_format.get("numFmtId") in hiding
    }


def remove_words(root: Any, words: Words) -> int:
    """Remove words from texts, numbers, headers and drawings; return how many."""
    found = remove_from_runs(root, words, f"{{{_S}}}si", f"{{{_S}}}is", f"{{{_A}}}p")
    for header in root.iter(*(f"{{{_S}}}{name}" for name in _HEADERS)):
        found += len(words.find(header.text or ""))
        header.text = replaced(header.text or "", words)
    for cell in root.iter(f"{{{_S}}}c"):
        value = cell.find(f"{{{_S}}}v")
        if value is None or cell.get("t") in ("s", "b", "e") or not words.find(value.text or ""):
            continue
        found += 1
        cell.set("t", "inlineStr")
        remove(value)
        inline = etree.SubElement(etree.SubElement(cell, f"{{{_S}}}is"), f"{{{_S}}}t")
        inline.text = BLOCK
    for sheet in root.iter(f"{{{_S}}}sheet"):
        found += len(words.find(sheet.get("name", "")))
    return found
