"""Masks PDFs: removes areas, words and faces from the content, and all that no page shows."""

from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pymupdf

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.base.progress import Progress
from contrechamp.redact.faces.hits import Detector
from contrechamp.redact.outcome import Box, Check, Covered, Look, Outcome
from contrechamp.redact.pdf import checks as pdf_checks
from contrechamp.redact.pdf import looks, tiles
from contrechamp.redact.pdf import page as pdf_page
from contrechamp.redact.pdf import pixels as pdf_pixels
from contrechamp.redact.pdf.annotations import drawn_into_pages
from contrechamp.redact.pdf.columns import broken_lines
from contrechamp.redact.pdf.opening import content_of, mended, refusing
from contrechamp.redact.pdf.page import Glyph
from contrechamp.redact.pdf.rebuild import rebuilt
from contrechamp.redact.pdf.remaining_words import places_of_words
from contrechamp.redact.request import Request
from contrechamp.redact.words import Words, asked_words

MAX_PAGES = 3_000
MAX_SIDE_PT = 14_400.0
_ROUNDS = 4
_SHOWN_PAGES = 5


def mask_pdf(source: Path, target: Path, request: Request, progress: Progress) -> Outcome:
    """Write `source` to `target` without the areas, words and faces, and without anything unseen.

    Boxes are in points (1/72 inch) from the top left of the page as displayed.

    Args:
        source: a PDF that opens without a password.
        target: overwritten if it exists.
        request: `hand`, `words`, `boxes_only`, `cover_at` and `threads` apply; boxes are always
            black, since noise could be mistaken for print.
        progress: opens a bar.

    Raises:
        InputError: `source` cannot be read, is locked or is larger than any document; or a box or
            word does not suit it.
    """
    pymupdf.TOOLS.mupdf_display_errors(False)
    words = asked_words(request)
    masker = _DocumentMasker(source, words, request, progress)
    detector = _detector(request)
    with refusing(source.name):
        document = masker.rebuilt_document()
        with progress(_("Pages of {file}").format(file=source.name), len(document)) as advance:
            for number in range(len(document)):
                masker.mask_page(document, number, detector)
                advance(1)
        content = masker.finished(document)
        outcome = masker.outcome(content)
    target.write_bytes(content)
    return outcome


def _detector(request: Request) -> Detector | None:
    if not request.searches:
        return None
    # Imported here: boxes by hand need no net, nor what runs one.
    from contrechamp.redact.faces.centerface import CenterFaceOf8Bits

    return CenterFaceOf8Bits(request.threads)


class _DocumentMasker:
    """Masks one document, and gathers what its outcome reports."""

    def __init__(self, source: Path, words: Words, request: Request, progress: Progress) -> None:
        self._name = source.name
        self._source = source
        self._words = words
        self._request = request
        self._progress = progress
        self._left_out: Counter[str] = Counter()
        self._covered: list[Covered] = []
        self._looks: list[Look] = []
        self._boxes: list[list[Box]] = []
        self._pictures: set[int] = set()
        self._patterned = False
        self._unchanged: Any = None
        self._texts: list[list[str]] = []
        self._changed: set[int] = set()
        self._asked: dict[int, list[Any]] = {}

    def _opened(self, content: bytes) -> pikepdf.Pdf:
        """Open the source; one that is damaged, as MuPDF mends it."""
        try:
            return pikepdf.open(BytesIO(content))
        except pikepdf.PasswordError:
            raise
        except pikepdf.PdfError as error:
            return self._mended(content, error)

    def _mended(self, content: bytes, error: Exception) -> pikepdf.Pdf:
        pdf = mended(content, error)
        self._note_damage()
        return pdf

    def _note_damage(self) -> None:
        self._looks.append(Look("damaged", _("The file is damaged; compare every page."), 1))

    def rebuilt_document(self) -> Any:
        """Return the document rebuilt, with all pages upright."""
        content = content_of(self._source)
        try:
            new = self._rebuilt(self._opened(content), content)
        except pikepdf.PasswordError:
            raise
        except (pikepdf.PdfError, TypeError) as error:  # a stream that only some readers read
            self._left_out.clear()
            self._looks.clear()
            new = self._rebuilt(self._mended(content, error), content)
        new = self._without_words_in_tiles(new)
        # The content of tiles is nowhere on the page, so it can't be checked under an area.
        self._patterned = pdf_checks.has_tiles(new)
        document: Any = pymupdf.open(stream=new, filetype="pdf")
        for page in document:
            if max(page.rect.width, page.rect.height) > MAX_SIDE_PT:
                raise InputError(
                    _("page {page} is larger than a page can be").format(page=page.number + 1),
                    where=self._name,
                )
            matrix = page.transformation_matrix * page.rotation_matrix
            self._asked[page.number] = [
                tuple((pymupdf.Rect(box) * matrix).normalize())
                for box in self._asked.get(page.number, ())
            ]
            page.remove_rotation()
        # Written once after turning, so that every page is read from a plain file.
        plain = document.tobytes(garbage=4)
        self._unchanged = pymupdf.open(stream=plain, filetype="pdf")
        return pymupdf.open(stream=plain, filetype="pdf")

    def _rebuilt(self, pdf: pikepdf.Pdf, content: bytes) -> bytes:
        """Return the source rebuilt, its annotations drawn into the pages."""
        with pdf:
            if not 0 < len(pdf.pages) <= MAX_PAGES:
                raise InputError(
                    _("has {pages} pages; expected 1 to {limit}").format(
                        pages=len(pdf.pages), limit=MAX_PAGES
                    ),
                    where=self._name,
                )
            if self._request.hand is not None:
                self._request.hand.check_document(len(pdf.pages))
            if pdf.get_warnings():
                self._note_damage()
            self._left_out += pdf_checks.beside_pages(pdf, content)
            self._asked = drawn_into_pages(pdf, self._left_out)
            reading = _("Reading pages of {file}").format(file=self._name)
            with self._progress(reading, len(pdf.pages)) as advance:
                return rebuilt(pdf, self._left_out, self._words, advance)

    def _without_words_in_tiles(self, content: bytes) -> bytes:
        clean = tiles.without_words(content, self._words)
        message = _(
            "A pattern that repeats on this page (a watermark, a background) held words of the "
            "list; they were taken out of every tile. No box shows where they were."
        )
        for number in clean.pages:
            self._covered.append(Covered("word", page=number))
            self._looks.append(Look("words-in-tiles", message, 2, page=number))
        return clean.content

    def mask_page(self, document: Any, number: int, detector: Detector | None) -> None:
        """Remove from one page what must go."""
        page = document[number]
        shown = pdf_pixels.appearance(page)
        glyphs = pdf_page.glyphs(page, document, shown)
        areas = self._areas(page, detector)
        words = self._word_boxes(glyphs, number)
        boxes = [*areas, *words]
        self._boxes.append(boxes)  # the same list: boxes found later are added to it
        hidden = sum(glyph.box is not None and not glyph.seen for glyph in glyphs)
        self._left_out["hidden"] += hidden
        self._looks += looks.at_hidden_text(hidden, number + 1)
        if self._words:
            self._looks += looks.at_text_without_letters(page, glyphs, number + 1)
            self._looks += looks.at_near_words(self._words, glyphs, number + 1)
        pdf_page.remove_unseen(page, glyphs)
        pdf_page.remove_outside(page)
        clean = pdf_page.remove(page, areas, words) and not (self._patterned and areas)
        clean = self._remove_joined_words(page, boxes) and clean
        places = pdf_pixels.pixel_boxes(page, shown, boxes)
        if not clean or not pdf_pixels.same_outside(shown, pdf_pixels.appearance(page), places):
            self._become_picture(document, number)

    def _become_picture(self, document: Any, number: int) -> None:
        """Replace a page by a picture of it with black boxes."""
        picture = pdf_pixels.picture_of(self._unchanged[number], self._boxes[number])
        pdf_pixels.replace(document, number, picture)
        self._pictures.add(number)
        self._looks.append(
            Look(
                "page-became-picture",
                _(
                    "This page is now a picture, without text to select: nothing else could "
                    "ensure that everything under the boxes is gone."
                ),
                3,
                page=number + 1,
            )
        )

    def finished(self, document: Any) -> bytes:
        """Return the masked document as it is passed on, its fonts without letters not used.

        A font that does not survive that makes its pages pictures.
        """
        masked = document.tobytes(garbage=4)
        document.subset_fonts()
        content = self._plain(document)
        self._compare(content)
        if not self._changed:
            return content
        with pymupdf.open(stream=masked, filetype="pdf") as again:
            for number in sorted(self._changed - self._pictures):
                self._become_picture(again, number)
            again.subset_fonts()
            content = self._plain(again)
        self._compare(content)
        return content

    def _plain(self, document: Any) -> bytes:
        with pikepdf.open(BytesIO(document.tobytes(garbage=4))) as made:
            return rebuilt(made, Counter(), self._words)

    def _remove_joined_words(self, page: Any, boxes: list[Box]) -> bool:
        """Remove words that two pieces of text form once a word between them is gone."""
        for _round in range(_ROUNDS):
            left = [Glyph(text, box) for text, box in pdf_page.characters(page)]
            more = self._word_boxes(left, page.number)
            if not more:
                return True
            boxes += more
            pdf_page.remove(page, [], more)
        return False

    def _areas(self, page: Any, detector: Detector | None) -> list[Box]:
        number = page.number + 1
        hand = self._request.hand
        boxes: list[Any] = [*self._asked.get(page.number, ())]
        if hand is not None:
            boxes += [tuple(map(float, box)) for box in hand.boxes_on(number)]
        boxes = [box for box in boxes if not (pymupdf.Rect(box) & page.rect).is_empty]
        self._covered += [Covered("hand", box, page=number) for box in boxes]
        read = [box for where, box in self._request.read if where == number]
        self._covered += [Covered("word", box, page=number) for box in read]
        boxes += read
        if detector is not None:
            from contrechamp.redact.pdf.faces import faces_on  # as slow

            covered, perhaps = faces_on(page, detector, self._request)
            boxes += [face.box for face in covered]
            self._covered += covered
            self._looks += perhaps
        return boxes

    def _word_boxes(self, glyphs: list[Glyph], number: int) -> list[Box]:
        boxes: list[Box] = []
        readings = [glyphs]
        if self._words:
            readings += [[glyphs[at] for at in places] for places in broken_lines(glyphs)]
        for read in readings:
            for begin, end in self._words.find_in_characters([glyph.text for glyph in read]):
                self._add_word(read[begin:end], boxes, number)
        return boxes

    def _add_word(self, run: list[Glyph], boxes: list[Box], number: int) -> None:
        seen = all(glyph.seen for glyph in run)
        for line in pdf_page.boxes_of_lines(run):
            box = line if seen else pdf_page.around_scanned(line)
            if box not in boxes:
                boxes.append(box)
                self._covered.append(Covered("word", box, page=number + 1))

    def outcome(self, content: bytes) -> Outcome:
        """Check the finished file and return the outcome."""
        checks, different = self._checks(content)
        found = sum(covered.by == "word" for covered in self._covered)
        general = looks.at_the_whole(self._left_out, found=found, asked=bool(self._words))
        found_looks = [*self._looks, *different, *general]
        return Outcome(
            kind="pdf",
            pages=len(self._boxes),
            covered=tuple(self._covered),
            looks=tuple(sorted(found_looks, key=lambda look: (look.urgency, look.page or 0))),
            checks=checks,
            removed=pdf_checks.removed(self._left_out),
        )

    def _compare(self, content: bytes) -> None:
        """Note the text of each page of the finished file, and which look otherwise than before."""
        checking = _("Checking pages of {file}").format(file=self._name)
        self._texts, self._changed = [], set()
        with (
            pymupdf.open(stream=content, filetype="pdf") as document,
            self._progress(checking, len(document)) as advance,
        ):
            for page, old, boxes in zip(document, self._unchanged, self._boxes, strict=False):
                shown, after = pdf_pixels.appearance(old), pdf_pixels.appearance(page)
                black = pdf_pixels.pixel_boxes(page, after, boxes)
                picture = page.number in self._pictures
                if not pdf_pixels.same_outside(shown, after, black, picture=picture):
                    self._changed.add(page.number)
                self._texts.append([glyph for glyph, _box in pdf_page.characters(page)])
                advance(1)
            if len(document) != len(self._boxes):
                self._changed = set(range(len(self._boxes)))

    def _checks(self, content: bytes) -> tuple[tuple[Check, ...], list[Look]]:
        texts = enumerate(self._texts, start=1)
        left = [page for page, text in texts if self._words.find_in_characters(text)]
        changed = [number + 1 for number in sorted(self._changed)]
        places = places_of_words(content, self._request.words)
        return (
            Check(
                _("only pages and what they draw"),
                *pdf_checks.only_pages(content),
            ),
            Check(
                _("words are gone from the text"),
                not left,
                ", ".join(_("page {page}").format(page=page) for page in left[:_SHOWN_PAGES]),
            ),
            Check(
                _("words are nowhere in the content of the file"),
                not places,
                "; ".join(places),
            ),
            Check(
                _("black inside the boxes, unchanged outside"),
                not changed,
                ", ".join(map(str, changed)),
            ),
        ), self._differences()

    def _differences(self) -> list[Look]:
        """Compare with the source as readers show it: colours may differ, content may be lost."""
        try:
            with pymupdf.open(stream=content_of(self._source), filetype="pdf") as document:
                different = list(self._different_from(document))
        except (pymupdf.FileDataError, pymupdf.mupdf.FzErrorBase, ValueError):
            different = list(range(1, len(self._boxes) + 1))  # damaged; another reader opened it
        message = _("This page does not look quite as in the source; compare them.")
        return [Look("looks-different", message, 2, page=number) for number in different]

    def _different_from(self, source: Any) -> Iterator[int]:
        comparing = _("Comparing pages of {file}").format(file=self._name)
        with self._progress(comparing, len(source)) as advance:
            for page, old in zip(source, self._unchanged, strict=True):
                shown = pdf_pixels.appearance(page, annotations=True)
                if not pdf_pixels.same_outside(shown, pdf_pixels.appearance(old), ()):
                    yield page.number + 1
                advance(1)
