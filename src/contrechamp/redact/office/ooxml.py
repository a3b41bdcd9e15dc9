"""Rebuilds DOCX, XLSX and PPTX (ECMA-376) from the parts that show something.

Parts are followed from the main one. Only those of known kinds are taken over, each under a new
name, and only elements of known namespaces stay in them. Hidden text, sheets, rows, columns, slides
and shapes are left out, tracked changes are settled (insertions stay, deletions go), fields and
formulas are replaced by their results.
"""

import posixpath
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.redact.office import ooxml_sheets, ooxml_slides, ooxml_writing, text
from contrechamp.redact.office.ooxml_names import (
    COMPATIBILITY,
    CONTAINERS,
    CONTENT_TYPES,
    COUNTED,
    DRAWING_MAIN,
    DRAWN,
    KNOWN,
    MAIN_TYPE,
    MERELY_LINKS,
    ONE_OF_A_KIND,
    PACKAGE_RELATIONSHIPS,
    PARTS,
    RELATIONSHIPS,
    TEXTS,
    UNNAMED,
    UNSEEN,
    WORD,
    is_description,
)
from contrechamp.redact.office.pictures import UNCROPPED, Crop
from contrechamp.redact.office.rebuilding import Rebuilder
from contrechamp.redact.office.text import local, namespace, remove, unwrap
from contrechamp.redact.office.zip_package import serialised

_MODULES: dict[str, Any] = {"word": ooxml_writing, "xl": ooxml_sheets, "ppt": ooxml_slides}


@dataclass
class Ooxml(Rebuilder):
    """Rebuilds an Office Open XML package.

    Args:
        folder: that of the main part, which names the kind of document.
        facts: what a module notes about one part for another, such as hidden styles.
    """

    folder: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    _types: dict[str, str] = field(default_factory=dict)
    _links: dict[str, dict[str, tuple[str, str]]] = field(default_factory=dict)
    _taken: dict[str, str] = field(default_factory=dict)

    def parts(self) -> dict[str, bytes]:
        """Return the new package: bytes by name, in order.

        Raises:
            InputError: a part cannot be read, or there is no first one.
        """
        first = self._main_part()
        self.folder = first.partition("/")[0]
        if self.folder not in _MODULES:
            raise self.package.damaged(first)
        self._take(first, "officeDocument")
        _MODULES[self.folder].finish(self)
        parts = {
            "[Content_Types].xml": self._content_types(),
            "_rels/.rels": _relationships({"rId1": ("officeDocument", self._taken[first])}),
        }
        for name, root in self.roots.items():
            parts[name] = serialised(root)
            if self._links.get(name):
                folder, file = posixpath.split(name)
                parts[f"{folder}/_rels/{file}.rels"] = _relationships(
                    {
                        key: (kind, posixpath.relpath(target, folder))
                        for key, (kind, target) in self._links[name].items()
                    }
                )
        used = {target for name in self.roots for _kind, target in self._links[name].values()}
        for name, content in self.pictures.masked.items():
            if (part := f"{self.folder}/media/{name}") in used:
                parts[part] = content
        return parts

    def _main_part(self) -> str:
        for kind, target, external in self._relationships_of("").values():
            if kind == "officeDocument" and not external:
                return target
        raise self.package.damaged("officeDocument")

    def _relationships_of(self, part: str) -> dict[str, tuple[str, str, bool]]:
        """Return the kind and target of each relationship, and whether it is external, by id."""
        folder, file = posixpath.split(part)
        name = posixpath.join(folder, "_rels", f"{file}.rels")
        if name not in self.package.names:
            return {}
        found = {}
        for link in self.package.xml(name):
            kind_url = link.get("Type", "")
            if kind_url.startswith("http://purl.oclc.org/"):
                raise InputError(
                    _("is in the strict form of its format; save it in the usual one first"),
                    where=self.package.name,
                )
            external = link.get("TargetMode") == "External"
            target = link.get("Target", "")
            if not external:
                target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            found[link.get("Id", "")] = (kind_url.rpartition("/")[2], target, external)
        return found

    def _take(self, part: str, kind: str) -> str | None:
        """Take over a part, once; return its new name."""
        if part in self._taken:
            return self._taken[part]
        content_type = PARTS[self.folder].get(kind)
        if content_type is None or part not in self.package.names:
            return None
        number = sum(known == kind for known in self.facts.setdefault("kinds", []))
        self.facts["kinds"].append(kind)
        # Some readers look for these by their usual names alone.
        usual = kind in ONE_OF_A_KIND and not number
        new = f"{self.folder}/{kind}{'' if usual else number + 1}.xml"
        self._taken[part] = new
        self._types[new] = MAIN_TYPE + content_type
        root = self.package.xml(part)
        self.roots[new] = root
        self._links[new] = {}
        _resolve_alternatives(root)
        _MODULES[self.folder].clean(self, root, kind)
        self._follow(root, part, new)
        self._sweep(root)
        if self.words:
            self.found += _MODULES[self.folder].remove_words(root, self.words)
            text.remove_from_names(root, self.words)
        return new

    def _follow(self, root: Any, part: str, new: str) -> None:
        """Take over the parts that a part refers to; remove the references to all others."""
        links = self._relationships_of(part)
        for kind, _target, external in links.values():
            if kind in COUNTED or external:
                self.left_out[COUNTED.get(kind, "external")] += 1
        for element in list(root.iter(etree.Element)):
            for attribute in [a for a in element.attrib if namespace(a) == RELATIONSHIPS]:
                kind, target, external = links.get(element.get(attribute), ("", "", True))
                made = None
                if kind == "image" and not external:
                    made = self._picture(element, target)
                elif not external:
                    made = self._take(target, kind)
                del element.attrib[attribute]
                if made is None:
                    self._remove_reference(element)
                else:
                    element.set(attribute, self._link(new, kind, made))
        for kind, target, external in links.values():  # those that no element refers to
            if kind in UNNAMED and not external:
                made = self._take(target, kind)
                if made:
                    self._link(new, kind, made)

    def _link(self, part: str, kind: str, target: str) -> str:
        links = self._links[part]
        for key, link in links.items():
            if link == (kind, target):
                return key
        key = f"rId{len(links) + 1}"
        links[key] = (kind, target)
        return key

    def target_of(self, part: str, key: str | None) -> str:
        """Return the new part that an id in the new part `part` refers to."""
        return self._links[part].get(key or "", ("", ""))[1]

    def drop_links(self, part: str, targets: set[str]) -> None:
        """Drop the links from a new part to `targets`."""
        links = self._links[part]
        self._links[part] = {key: link for key, link in links.items() if link[1] not in targets}

    def _picture(self, blip: Any, part: str) -> str | None:
        crop: Crop = UNCROPPED
        around = blip.getparent()
        cut = around.find(f"{{{DRAWING_MAIN}}}srcRect") if around is not None else None
        if cut is not None:
            left, top, right, bottom = (_share(cut.get(side)) for side in "ltrb")
            crop = (left, top, right, bottom)
            if min(crop) >= 0:
                cut.attrib.clear()
        name = self.pictures.name_of(part, self.package.read(part), crop)
        for child in list(blip):
            if local(child) == "extLst":
                remove(child)
        return None if name is None else f"{self.folder}/media/{name}"

    def _remove_reference(self, element: Any) -> None:
        if local(element) in MERELY_LINKS:
            if namespace(element.tag) == WORD:
                unwrap(element)
            else:
                remove(element)
            return
        around = element
        while around is not None and not (
            local(around) in CONTAINERS or around.tag == f"{{{DRAWING_MAIN}}}blipFill"
        ):
            around = around.getparent()
        doomed = element if around is None or around.getparent() is None else around
        drawing = next(doomed.iterancestors(f"{{{WORD}}}drawing"), None)
        remove(doomed)
        # Office programs take an empty drawing for damage.
        if drawing is not None and not any(local(part) in DRAWN for part in drawing.iter("*")):
            remove(drawing)

    def _sweep(self, root: Any) -> None:
        """Remove unknown namespaces, what nothing shows, and text where none belongs."""
        for element in list(root.iter(etree.Element)):
            if (
                namespace(element.tag) not in KNOWN
                or local(element) == "extLst"
                or local(element) in UNSEEN
            ):
                if element is not root and element.getparent() is not None:
                    self.left_out["unknown"] += local(element) != "extLst"
                    remove(element)
                continue
            if local(element) not in TEXTS:
                element.text = None
            element.tail = None
            for name in list(element.attrib):
                if is_description(name, element):
                    del element.attrib[name]
            if local(element) in ("docPr", "cNvPr"):
                element.set("name", "")

    def _content_types(self) -> bytes:
        root = etree.Element(f"{{{CONTENT_TYPES}}}Types", nsmap={None: CONTENT_TYPES})
        for extension, media in (
            ("rels", "application/vnd.openxmlformats-package.relationships+xml"),
            ("xml", "application/xml"),
            ("jpeg", "image/jpeg"),
            ("png", "image/png"),
            ("tiff", "image/tiff"),
            ("webp", "image/webp"),
        ):
            etree.SubElement(
                root, f"{{{CONTENT_TYPES}}}Default", Extension=extension, ContentType=media
            )
        for name, media in self._types.items():
            if name in self.roots:
                etree.SubElement(
                    root, f"{{{CONTENT_TYPES}}}Override", PartName=f"/{name}", ContentType=media
                )
        return serialised(root)


def _relationships(links: dict[str, tuple[str, str]]) -> bytes:
    root = etree.Element(
        f"{{{PACKAGE_RELATIONSHIPS}}}Relationships", nsmap={None: PACKAGE_RELATIONSHIPS}
    )
    for key, (kind, target) in links.items():
        etree.SubElement(
            root,
            f"{{{PACKAGE_RELATIONSHIPS}}}Relationship",
            Id=key,
            Type=f"{RELATIONSHIPS}/{kind}",
            Target=target,
        )
    return serialised(root)


def _resolve_alternatives(root: Any) -> None:
    """Keep the first of several alternatives, which is the one that is shown."""
    for alternative in list(root.iter(f"{{{COMPATIBILITY}}}AlternateContent")):
        choices = [child for child in alternative if local(child) in ("Choice", "Fallback")]
        for other in choices[1:]:
            remove(other)
        for choice in choices[:1]:
            unwrap(choice)
        if alternative.getparent() is not None:
            unwrap(alternative)
    for name in [name for name in root.attrib if namespace(name) == COMPATIBILITY]:
        del root.attrib[name]


def _share(value: str | None) -> float:
    try:
        return float(value or 0) / 100_000
    except ValueError:
        return 0.0
