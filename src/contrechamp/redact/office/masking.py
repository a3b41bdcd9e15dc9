"""Masks office files: rebuilds them from what they show, without words to remove."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.base.progress import Progress
from contrechamp.redact.near_words import looks_at
from contrechamp.redact.office import zip_package
from contrechamp.redact.office.coded_text import shown_of_format, shown_of_header
from contrechamp.redact.office.near import note_near
from contrechamp.redact.office.odf import Odf
from contrechamp.redact.office.ooxml import Ooxml
from contrechamp.redact.office.ooxml_sheets import HEADERS
from contrechamp.redact.office.pictures import Pictures
from contrechamp.redact.office.rebuilding import Rebuilder
from contrechamp.redact.office.text import gap_of, local, names_in
from contrechamp.redact.office.zip_package import Package
from contrechamp.redact.outcome import Check, Look, Outcome
from contrechamp.redact.request import Request
from contrechamp.redact.words import Words, asked_words
from contrechamp.wording.masking import office_removal_labels

_PARTS = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|(word|xl|ppt)/(_rels/)?[A-Za-z]+\d*\.xml(\.rels)?"
    r"|((word|xl|ppt)/media|Pictures)/image\d+\.(jpeg|png|tiff|webp)"
    r"|mimetype|content\.xml|styles\.xml|META-INF/manifest\.xml"
)


def mask_office(source: Path, target: Path, request: Request, progress: Progress) -> Outcome:
    """Write to `target` what `source` shows, without the words and anything about its authors.

    Args:
        source: DOCX, XLSX, PPTX, ODT, ODS or ODP.
        target: overwritten if it exists.
        request: `words`, and for pictures `boxes_only`, `cover_at`, `style` and `threads`; flowing
            text has no place for boxes.
        progress: opens a bar.

    Raises:
        InputError: `source` cannot be read, is locked or is larger than any document; or there are
            boxes, or a word without letter or digit.
    """
    if request.hand is not None and request.hand.cover:
        raise InputError(
            _("an office file has no fixed pages to draw boxes on; save it as PDF first"),
            where=request.hand.where,
        )
    words = asked_words(request)
    package = Package(source)
    left_out: Counter[str] = Counter()
    pictures = Pictures(request, target.parent, left_out=left_out)
    open_document = "mimetype" in package.names
    rebuilder = (Odf if open_document else Ooxml)(package, words, pictures, left_out)
    with progress(_("Parts of {file}").format(file=source.name), 1) as advance:
        try:
            parts = rebuilder.parts()
        except (ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
            raise package.damaged(error) from error
        note_near(rebuilder, open_document=open_document)
        advance(1)
    zip_package.write(target, parts, stored="mimetype" if open_document else "")
    return Outcome(
        kind="office",
        covered=tuple(pictures.covered),
        looks=tuple(sorted(_looks(rebuilder), key=lambda look: look.urgency)),
        checks=_checks(target, words),
        removed=_removed(left_out),
        facts={_("words removed"): str(rebuilder.found)} if words else {},
        words=rebuilder.found,
    )


def _looks(rebuilder: Rebuilder) -> Iterator[Look]:
    left_out, words, pictures = rebuilder.left_out, rebuilder.words, rebuilder.pictures
    yield from pictures.looks
    yield from looks_at(rebuilder.near)
    for code, counted, message, urgency in (
        (
            "not-taken-over",
            left_out["charts"] + left_out["embedded"] + left_out["pictures"] + left_out["unknown"],
            _(
                "Some of what the file shows is missing from the copy: charts, diagrams, embedded "
                "files, drawings of old kinds, or pictures of kinds that can't be masked. Compare "
                "the two; save the file as PDF if these are needed."
            ),
            1,
        ),
        (
            "without-value",
            left_out["without value"],
            _(
                "Some formulas had no stored result; their cells are empty. Open the file in an "
                "office program, save it, and mask it again."
            ),
            1,
        ),
        (
            "changes-settled",
            left_out["changes"],
            _("Tracked changes were settled: insertions stay, deletions are gone. Read the text."),
            1,
        ),
        (
            "hidden-text",
            left_out["hidden"],
            _("Hidden text, rows, columns, sheets, slides or shapes were left out."),
            3,
        ),
        (
            "no-word-found",
            bool(words) and not rebuilder.found,
            _("None of the words was found in the text."),
            1,
        ),
        (
            "words-in-pictures",
            bool(words) and len(pictures.masked),
            _("Words are not searched for in pictures. Read what they show, and draw boxes."),
            1,
        ),
    ):
        if counted:
            yield Look(code, message, urgency)  # type: ignore[arg-type]
    yield Look(
        "unseen-text",
        _(
            "Text in the colour of the paper, under something else, or outside a slide is still "
            "there. Select everything and look, or mask a PDF of the file instead: it is searched "
            "for such text."
        ),
        2,
    )


def _removed(left_out: Counter[str]) -> tuple[str, ...]:
    always = (_("document information and metadata"),)
    return always + tuple(text for name, text in office_removal_labels().items() if left_out[name])


def texts_of(source: Path) -> Iterator[str]:
    """Yield the texts of an office file, part by part."""
    package = Package(source)
    for name in sorted(package.names):
        if _PARTS.fullmatch(name) and name.endswith(".xml"):
            yield from _texts(package.xml(name))


def _checks(target: Path, words: Words) -> tuple[Check, ...]:
    """Read the output back."""
    package = Package(target)
    odd = sorted(name for name in package.names if not _PARTS.fullmatch(name))
    left = []
    for name in sorted(package.names):
        if not name.endswith((".xml", ".rels")):
            continue
        root = package.xml(name)
        if any(words.find(text) for text in [*_texts(root), *names_in(root)]):
            left.append(name)
    return (
        Check(_("only parts that show something"), not odd, ", ".join(odd)),
        Check(_("words are gone from the text"), not left, ", ".join(left)),
    )


#: Elements whose text belongs to the format: positions, fields, shared texts.
_FORMAT = frozenset({"instrText", "posOffset", "align", "pctWidth", "pctHeight", "pctPosHOffset",
                     "pctPosVOffset", "col", "row", "colOff", "rowOff"})  # fmt: skip


def _texts(root: etree._Element) -> Iterator[str]:
    """Yield the text of every paragraph, and of every other element that has any."""
    for element in root.iter(etree.Element):
        name = local(element)
        if name in HEADERS:
            yield shown_of_header(element.text or "")
            continue
        if name == "numFmt":
            yield shown_of_format(element.get("formatCode", ""))
        shared = name == "v" and element.getparent().get("t") == "s"
        if name in ("p", "h", "si", "is"):
            yield "".join(_shown(element))
        elif (element.text or "").strip() and name not in _FORMAT and not shared:
            yield str(element.text)


def _shown(element: etree._Element) -> Iterator[str]:
    yield gap_of(element)
    if local(element) not in _FORMAT:
        yield element.text or ""
    for child in element:
        yield from _shown(child)
        yield child.tail or ""
