"""Workbooks (XLSX): hidden sheets, rows and columns, formulas, and the texts that cells share."""

import re
from collections.abc import Sequence
from typing import Any

from lxml import etree

from contrechamp.base.i18n import _
from contrechamp.redact.near_words import NearWord
from contrechamp.redact.office.coded_text import format_without, header_without
from contrechamp.redact.office.text import (
    BLOCK,
    NAME,
    local,
    remove,
    remove_from_part,
    remove_from_runs,
    replaced,
)
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
HEADERS = {
    "oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter",
}  # fmt: skip
#: Read between the texts of neighbouring cells.
_BETWEEN_CELLS = " \t"


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
    if ooxml.words:
        remove_across_cells(ooxml)
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
    """Remove words from texts, numbers, formats, headers and drawings; return how many."""
    found = remove_from_runs(root, words, f"{{{_S}}}si", f"{{{_S}}}is")
    found += remove_from_part(root, words, f"{{{_A}}}p")
    for header in root.iter(*(f"{{{_S}}}{name}" for name in HEADERS)):
        header.text, removed = header_without(header.text or "", words)
        found += removed
    taken: set[str] = set()
    for code in root.iter(f"{{{_S}}}numFmt"):
        clean = format_without(code.get("formatCode", ""), words, taken)
        found += clean != code.get("formatCode", "")
        code.set("formatCode", clean)
    for cell in root.iter(f"{{{_S}}}c"):
        value = cell.find(f"{{{_S}}}v")
        if value is None or cell.get("t") in ("s", "b", "e") or not words.find(value.text or ""):
            continue
        found += 1
        _set_text(cell, BLOCK)
    return found + _rename_sheets(root, words)


def _rename_sheets(root: Any, words: Words) -> int:
    """Remove words from the names of sheets, of which no two may be alike."""
    found, taken = 0, set()
    for sheet in root.iter(f"{{{_S}}}sheet"):
        name = replaced(sheet.get("name", ""), words, NAME)
        found += len(words.find(sheet.get("name", "")))
        number, unique = 1, name
        while unique.lower() in taken:
            number += 1
            unique = f"{name} {number}"
        taken.add(unique.lower())
        sheet.set("name", unique)
    return found


def remove_across_cells(ooxml: Any) -> None:
    """Remove words whose parts are in neighbouring cells, and note what is near one."""
    strings = ooxml.facts.get("strings")
    shared = ["".join(item.itertext()) for item in strings] if strings is not None else []
    for number, sheet in enumerate(ooxml.facts.get("sheets", ()), start=1):
        for row in sheet.iter(f"{{{_S}}}row"):
            cells = [(cell, text_of(cell, shared)) for cell in row]
            joined = _BETWEEN_CELLS.join(text for _cell, text in cells)
            if not joined.strip():
                continue
            found = ooxml.words.find(joined)
            ooxml.found += len(found)
            _cut(cells, found)
            _note_near(ooxml, [(cell, text_of(cell, shared)) for cell in row], number)


def _cut(cells: list[tuple[Any, str]], found: list[tuple[int, int]]) -> None:
    at = 0
    for cell, text in cells:
        here = [(max(b - at, 0), min(e - at, len(text))) for b, e in found]
        cut = text
        for begin, end in reversed([span for span in here if span[0] < span[1]]):
            cut = cut[:begin] + BLOCK + cut[end:]
        if cut != text:
            _set_text(cell, cut)
        at += len(text) + len(_BETWEEN_CELLS)


def _note_near(ooxml: Any, cells: list[tuple[Any, str]], number: int) -> None:
    at, starts = 0, []
    for cell, text in cells:
        starts.append((at, cell.get("r", "?")))
        at += len(text) + len(_BETWEEN_CELLS)
    joined = _BETWEEN_CELLS.join(text for _cell, text in cells)
    for near in ooxml.words.near(joined):
        name = next(name for start, name in reversed(starts) if start <= near.begin)
        where = _("sheet {number}, cell {cell}").format(number=number, cell=name)
        ooxml.near.append(NearWord(near, joined[near.begin : near.end], where))


def text_of(cell: Any, shared: Sequence[str]) -> str:
    """Return the text of a cell, which may be one of those that cells share."""
    value = cell.find(f"{{{_S}}}v")
    if cell.get("t") == "s" and value is not None:
        place = int(value.text or 0)
        return shared[place] if 0 <= place < len(shared) else ""
    if value is not None:
        return value.text or ""
    return "".join(part.text or "" for part in cell.iter(f"{{{_S}}}t"))


def _set_text(cell: Any, text: str) -> None:
    for child in list(cell):
        remove(child)
    cell.set("t", "inlineStr")
    inline = etree.SubElement(etree.SubElement(cell, f"{{{_S}}}is"), f"{{{_S}}}t")
    inline.text = text
