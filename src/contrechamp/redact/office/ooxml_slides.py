"""Presentations (PPTX): hidden slides and shapes, timing, fields."""

from typing import Any

from lxml import etree

from contrechamp.redact.office.text import local, remove, remove_from_part
from contrechamp.redact.words import Words

_P = "http://schemas.openxmlformats.org/presentationml/2006/main"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_REMOVED = frozenset(
    {
        "timing", "transition", "custDataLst", "controls", "notesMasterIdLst", "handoutMasterIdLst",
        "custShowLst", "photoAlbum", "kinsoku", "modifyVerifier", "smartTags", "embeddedFontLst",
        "contentPart", "audioFile", "videoFile", "audioCd", "wavAudioFile", "quickTimeFile", "snd",
    }
)  # fmt: skip
_SHAPES = frozenset({"sp", "pic", "graphicFrame", "grpSp", "cxnSp"})


def clean(ooxml: Any, root: Any, kind: str) -> None:
    """Remove what a slide does not show."""
    for element in list(root.iter(etree.Element)):
        if element.getparent() is None:
            continue
        if local(element) in _REMOVED:
            ooxml.left_out["media"] += local(element).endswith(("File", "Cd", "snd"))
            remove(element)
        elif local(element) == "cNvPr" and element.get("hidden") in ("1", "true"):
            shape = element
            while shape is not None and local(shape) not in _SHAPES:
                shape = shape.getparent()
            if shape is not None:
                ooxml.left_out["hidden"] += 1
                remove(shape)
    if kind == "slide" and root.get("show") in ("0", "false"):
        ooxml.facts.setdefault("hidden slides", []).append(root)


def finish(ooxml: Any) -> None:
    """Remove hidden slides, both the parts and their entries in the list."""
    hidden = ooxml.facts.get("hidden slides", [])
    gone = {name for name, root in ooxml.roots.items() if any(root is slide for slide in hidden)}
    for name in gone:
        ooxml.left_out["hidden"] += 1
        del ooxml.roots[name]
    for name, root in ooxml.roots.items():
        for entry in list(root.iter(f"{{{_P}}}sldId")):
            if ooxml.target_of(name, entry.get(f"{{{_R}}}id")) in gone:
                remove(entry)
        ooxml.drop_links(name, gone)


def remove_words(root: Any, words: Words) -> int:
    """Remove words from every paragraph; return how many."""
    return remove_from_part(root, words, f"{{{_A}}}p")
