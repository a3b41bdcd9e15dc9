"""Rebuilds ODT, ODS and ODP (OASIS OpenDocument 1.3) from content, styles and pictures alone."""

from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from contrechamp.redact.office import text
from contrechamp.redact.office.odf_names import (
    ATTRIBUTES_REMOVED,
    CITATION,
    KNOWN,
    NS,
    PICTURE_LINK,
    REMOVED,
    UNWRAPPED,
    XLINK,
)
from contrechamp.redact.office.rebuilding import Rebuilder
from contrechamp.redact.office.text import (
    gap_of,
    local,
    namespace,
    outermost,
    remove,
    remove_across,
    remove_from_text,
    unwrap,
)
from contrechamp.redact.office.zip_package import serialised


@dataclass
class Odf(Rebuilder):
    """Rebuilds an OpenDocument package."""

    _hidden: dict[str, set[str]] = field(default_factory=dict)

    def parts(self) -> dict[str, bytes]:
        """Return the new package: bytes by name, in order.

        Raises:
            InputError: a part cannot be read, or is locked.
        """
        manifest = self.package.xml("META-INF/manifest.xml")
        if next(manifest.iter(f"{{{NS['manifest']}}}encryption-data"), None) is not None:
            raise self.package.locked()
        mimetype = self.package.read("mimetype").strip()
        self.roots = {
            name: self.package.xml(name)
            for name in ("styles.xml", "content.xml")
            if name in self.package.names
        }
        for root in self.roots.values():
            self._note_hidden(root)
        for root in self.roots.values():
            self._clean(root)
        self._count_other_parts()
        media = {f"Pictures/{name}": data for name, data in self.pictures.masked.items()}
        return {
            "mimetype": mimetype,
            **{name: serialised(root) for name, root in self.roots.items()},
            **media,
            "META-INF/manifest.xml": _manifest(mimetype.decode("ascii"), [*self.roots, *media]),
        }

    def _count_other_parts(self) -> None:
        for name in self.package.names:
            self.left_out["information"] += name == "meta.xml"
            self.left_out["macros"] += name.startswith(("Basic/", "Scripts/"))
            self.left_out["thumbnails"] += name.startswith("Thumbnails/")
            self.left_out["embedded"] += name.startswith("Object") and name.endswith("content.xml")

    def _note_hidden(self, root: Any) -> None:
        """Note the styles that hide what they are applied to."""
        for style in root.iter(_tag("style", "style")):
            name = style.get(_tag("style", "name"))
            for properties in style:
                if properties.get(_tag("text", "display")) in ("none", "condition"):
                    self._hidden.setdefault("text", set()).add(name)
                if properties.get(_tag("table", "display")) == "false":
                    self._hidden.setdefault("table", set()).add(name)
                if properties.get(_tag("presentation", "visibility")) == "hidden":
                    self._hidden.setdefault("page", set()).add(name)

    def _is_hidden(self, element: Any) -> bool:
        name, where = local(element), namespace(element.tag)
        if where == NS["table"]:
            if name == "table":
                return element.get(_tag("table", "style-name")) in self._hidden.get("table", ())
            return name in ("table-row", "table-column") and element.get(
                _tag("table", "visibility"), "visible"
            ) in ("collapse", "filter")
        if where == NS["draw"] and name == "page":
            return element.get(_tag("draw", "style-name")) in self._hidden.get("page", ())
        if where == NS["presentation"] and name == "notes":
            return True
        if where == NS["text"]:
            if name == "section" and element.get(_tag("text", "display"), "true") != "true":
                return True
            return element.get(_tag("text", "style-name")) in self._hidden.get("text", ())
        return element.get(_tag("draw", "display")) in ("none", "printer")

    def _clean(self, root: Any) -> None:
        self._hidden_columns(root)
        for element in list(root.iter(etree.Element)):
            if element is root or not _is_inside(element, root):
                continue
            where, name = namespace(element.tag), local(element)
            if where not in KNOWN or (name in REMOVED and where != NS["style"]):
                self.left_out[_counted_as(name, where)] += 1
                remove(element)
            elif name == "table-column":
                continue  # hidden columns stay, for their place; their cells were emptied
            elif self._is_hidden(element):
                self.left_out["notes" if name == "notes" else "hidden"] += 1
                if name == "table-row":
                    for cell in element:
                        _empty(cell)
                else:
                    remove(element)
            elif where == NS["draw"] and name in ("image", "fill-image"):
                self._picture(element)
            elif name in UNWRAPPED and where == NS["text"]:
                self.left_out["links"] += name == "a"
                unwrap(element)
            elif where == NS["draw"] and name == "a":
                self.left_out["links"] += 1
                unwrap(element)
        for element in root.iter(etree.Element):
            self._attributes(element)
        if self.words:
            self._remove_words(root)
            text.remove_from_names(root, self.words)

    def _hidden_columns(self, root: Any) -> None:
        """Empty the cells of hidden columns; one element may stand for several columns or cells."""
        for table in root.iter(_tag("table", "table")):
            hidden, place = set(), 0
            for column in table.iter(_tag("table", "table-column")):
                times = min(int(column.get(_tag("table", "number-columns-repeated"), 1)), 20_000)
                if column.get(_tag("table", "visibility"), "visible") != "visible":
                    hidden |= set(range(place, place + times))
                place += times
            if not hidden:
                continue
            for row in table.iter(_tag("table", "table-row")):
                place = 0
                for cell in row:
                    times = int(cell.get(_tag("table", "number-columns-repeated"), 1))
                    if hidden & set(range(place, place + min(times, 20_000))):
                        self.left_out["hidden"] += len(cell) > 0
                        _empty(cell)
                    place += times

    def _picture(self, image: Any) -> None:
        part = image.get(f"{{{XLINK}}}href", "").removeprefix("./")
        name = None
        if part in self.package.names:
            name = self.pictures.name_of(part, self.package.read(part))
        else:
            self.left_out["external"] += 1
        if name is None:
            remove(image)
        else:
            image.set(f"{{{XLINK}}}href", f"Pictures/{name}")
            for child in list(image):
                remove(child)

    def _attributes(self, element: Any) -> None:
        picture = local(element) in ("image", "fill-image")
        for name in list(element.attrib):
            bare, where = name.rpartition("}")[2], namespace(name)
            if where == XLINK:
                if not picture or bare not in PICTURE_LINK:
                    del element.attrib[name]
            elif (
                (where and where not in KNOWN and not name.startswith("{http://www.w3.org/XML"))
                or bare in ATTRIBUTES_REMOVED
                or (local(element) == CITATION and bare != "bibliography-type")
                or (bare == "name" and where == NS["draw"] and local(element) != "fill-image"
                    and local(element) not in ("page", "gradient", "hatch", "marker", "stroke-dash",
                                               "opacity"))
            ):  # fmt: skip
                del element.attrib[name]

    def _remove_words(self, root: Any) -> None:
        tags = _tag("text", "p"), _tag("text", "h")
        for paragraph in root.iter(*tags):
            found = remove_from_text(paragraph, self.words, is_text, gap_of)
            if found:
                _forget_value(paragraph)
            self.found += found
        found, changed = remove_across(outermost(root, *tags), self.words, is_text)
        self.found += found
        for element in changed:
            _forget_value(element)
        for shown in root.iter(f"{{{NS['number']}}}*"):
            if local(shown).endswith("-style"):
                self.found += remove_from_text(shown, self.words, _is_of_format, gap_of)
        for element in root.iter(etree.Element):
            # Titles of indexes, headers and footers of slides: texts in no paragraph.
            if element.text and self.words.find(element.text):
                self.found += 1
                element.text = text.replaced(element.text, self.words)
        for cell in root.iter(_tag("table", "table-cell")):
            # A number may hold what its format does not show.
            if self.words.find(cell.get(_tag("office", "value"), "")):
                self.found += 1
                _forget_value(cell)
        for table in root.iter(_tag("table", "table")):
            self.found += len(self.words.find(table.get(_tag("table", "name"), "")))


def is_text(element: Any) -> bool:
    """Tell whether an element holds shown text."""
    return namespace(element.tag) == NS["text"]


def _is_of_format(element: Any) -> bool:
    """Tell whether an element holds what a number format puts beside the number."""
    return namespace(element.tag) == NS["number"]


def _forget_value(element: Any) -> None:
    """Remove the value of the cell around a text, which repeats it."""
    cell = element
    while cell is not None and namespace(cell.tag) != NS["table"]:
        cell = cell.getparent()
    for name in list(cell.attrib) if cell is not None else ():
        if namespace(name) == NS["office"]:
            del cell.attrib[name]


def _is_inside(element: Any, root: Any) -> bool:
    """Tell whether an element is still in the tree, not removed with one around it."""
    return element.getroottree().getroot() is root


def _empty(cell: Any) -> None:
    for child in list(cell):
        remove(child)
    for name in list(cell.attrib):
        if namespace(name) == NS["office"] or name == _tag("table", "formula"):
            del cell.attrib[name]


def _tag(prefix: str, name: str) -> str:
    return f"{{{NS[prefix]}}}{name}"


def _counted_as(name: str, where: str) -> str:
    if name == "tracked-changes":
        return "changes"
    if name.startswith("annotation"):
        return "comments"
    if name in ("object", "object-ole", "plugin", "applet", "floating-frame"):
        return "embedded"
    if name in ("forms", "event-listeners", "scripts", "script"):
        return "controls"
    return "marks" if where in KNOWN else "unknown"


def _manifest(mimetype: str, names: list[str]) -> bytes:
    space = NS["manifest"]
    root = etree.Element(f"{{{space}}}manifest", nsmap={"manifest": space})
    root.set(f"{{{space}}}version", "1.3")
    kinds = {".xml": "text/xml", ".png": "image/png", ".jpeg": "image/jpeg"}
    kinds |= {".tiff": "image/tiff", ".webp": "image/webp"}
    for path, media in [("/", mimetype), *((n, kinds[f".{n.rpartition('.')[2]}"]) for n in names)]:
        entry = etree.SubElement(root, f"{{{space}}}file-entry")
        entry.set(f"{{{space}}}full-path", path)
        entry.set(f"{{{space}}}media-type", media)
    return serialised(root)
