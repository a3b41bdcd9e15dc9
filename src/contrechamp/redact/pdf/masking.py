"""Masks PDFs: removes areas, words and faces from the content, and all that no page shows."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pymupdf

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _, ngettext
from contrechamp.base.progress import Progress
from contrechamp.redact.faces.hits import Detector
from contrechamp.redact.near_words import NearWord, looks_at
from contrechamp.redact.outcome import Box, Check, Covered, Look, Outcome
from contrechamp.redact.pdf import checks as pdf_checks
from contrechamp.redact.pdf import page as pdf_page
from contrechamp.redact.pdf.annotations import drawn_into_pages
from contrechamp.redact.pdf.columns import broken_lines
from contrechamp.redact.pdf.faces import faces_on
from contrechamp.redact.pdf.page import Glyph
from contrechamp.redact.pdf.rebuild import TooLargeError, rebuilt
from contrechamp.redact.pdf.remaining_words import places_of_words
from contrechamp.redact.pdf.work import TooMuchError
from contrechamp.redact.request import Request
from contrechamp.redact.words import Words, asked_words

MAX_BYTES = 512 << 20
MAX_PAGES = 3_000
MAX_SIDE_PT = 14_400.0
_UNREADABLE = ("\ufffd",)
_ROUNDS = 4
_SHOWN_PAGES = 5
#: What pikepdf calls a content that it was handed.
_OUR_STREAM = re.compile(r"stream <_io\.BytesIO[^>]*>:? ?")


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
    with _refusing(source.name):
        document = masker.rebuilt_document()
        with progress(_("Pages of {file}").format(file=source.name), len(document)) as advance:
            for number in range(len(document)):
                masker.mask_page(document, number, detector)
                advance(1)
        document.subset_fonts()
        made = pikepdf.open(BytesIO(document.tobytes(garbage=4)))
        content = rebuilt(made, Counter(), words)
        outcome = masker.outcome(content)
    target.write_bytes(content)
    return outcome


@contextmanager
def _refusing(name: str) -> Iterator[None]:
    """Turn what a hostile or damaged file raises, which may be anything, into an InputError."""
    try:
        yield
    except pikepdf.PasswordError as error:
        raise InputError(
            _("is locked with a password; open it and print it to a new PDF first"), where=name
        ) from error
    except TooLargeError as error:
        raise InputError(
            _("unpacks to more than any document needs; print it to a new PDF first"), where=name
        ) from error
    except TooMuchError as error:
        raise InputError(
            _(
                "page {page} draws {operators} times, by forms within forms: more than any page "
                "needs; print it to a new PDF first"
            ).format(page=error.page, operators=f"{error.operators:,}"),
            where=name,
        ) from error
    except (
        pikepdf.PdfError,
        pikepdf.exceptions.DependencyError,
        pymupdf.FileDataError,
        pymupdf.mupdf.FzErrorBase,
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        RuntimeError,
    ) as error:
        raise InputError(
            _("is damaged: {reason}. Open it and print it to a new PDF first").format(
                reason=_OUR_STREAM.sub("", (str(error).splitlines() or [""])[0])[:200]
                or type(error).__name__
            ),
            where=name,
        ) from error


def _detector(request: Request) -> Detector | None:
    if request.boxes_only:
        return None
    # Imported here: boxes by hand need no net, nor what runs one.
    from contrechamp.redact.faces.centerface import CenterFace

    return CenterFace(request.threads)


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
        self._asked: dict[int, list[Any]] = {}

    def _read(self) -> bytes:
        with self._source.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise TooLargeError
        return content

    def _opened(self, content: bytes) -> pikepdf.Pdf:
        """Open the source; one that is damaged, as MuPDF mends it."""
        try:
            return pikepdf.open(BytesIO(content))
        except pikepdf.PasswordError:
            raise
        except pikepdf.PdfError:
            with pymupdf.open(stream=content, filetype="pdf") as document:
                if document.needs_pass or not len(document):
                    raise
                mended = document.tobytes(garbage=1)
            self._note_damage()
            return pikepdf.open(BytesIO(mended))

    def _note_damage(self) -> None:
        self._looks.append(Look("damaged", _("The file is damaged; compare every page."), 1))

    def rebuilt_document(self) -> Any:
        """Return the document rebuilt, with all pages upright."""
        content = self._read()
        with self._opened(content) as pdf:
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
                new = rebuilt(pdf, self._left_out, self._words, advance)
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

    def mask_page(self, document: Any, number: int, detector: Detector | None) -> None:
        """Remove from one page what must go."""
        page = document[number]
        shown = pdf_page.appearance(page)
        glyphs = pdf_page.glyphs(page, document)
        areas = self._areas(page, detector)
        words = self._word_boxes(glyphs, number)
        boxes = [*areas, *words]
        self._boxes.append(boxes)  # the same list: boxes found later are added to it
        self._report_text(page, glyphs, number)
        self._report_near_words(glyphs, number)
        pdf_page.remove_unseen(page, glyphs)
        pdf_page.remove_outside(page)
        clean = pdf_page.remove(page, areas, words) and not (self._patterned and areas)
        clean = self._remove_joined_words(page, boxes) and clean
        places = pdf_page.pixel_boxes(page, shown, boxes)
        if not clean or not pdf_page.same_outside(shown, pdf_page.appearance(page), places):
            picture = pdf_page.picture_of(self._unchanged[number], boxes)
            pdf_page.replace(document, number, picture)
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
        if detector is not None:
            covered, looks = faces_on(page, detector, self._request)
            boxes += [face.box for face in covered]
            self._covered += covered
            self._looks += looks
        return boxes

    def _word_boxes(self, glyphs: list[Glyph], number: int) -> list[Box]:
        boxes: list[Box] = []
        runs = [glyphs[begin:end] for begin, end in self._words.find_in_characters(_texts(glyphs))]
        for places in broken_lines(glyphs) if self._words else ():
            read = [glyphs[place] for place in places]
            runs += [read[begin:end] for begin, end in self._words.find_in_characters(_texts(read))]
        for run in runs:
            for line in _lines(run):
                if line not in boxes:
                    boxes.append(line)
                    self._covered.append(Covered("word", line, page=number + 1))
        return boxes

    def _report_near_words(self, glyphs: list[Glyph], number: int) -> None:
        found = []
        for near in self._words.near(_texts(glyphs)):
            run = glyphs[near.begin : near.end]
            box = next(_lines(run), None)
            text = "".join(_texts(run))
            found.append(NearWord(near, text, box=box, page=number + 1))
        self._looks += looks_at(found, number + 1)

    def _report_text(self, page: Any, glyphs: list[Glyph], number: int) -> None:
        hidden = sum(glyph.box is not None and not glyph.seen for glyph in glyphs)
        if hidden:
            self._left_out["hidden"] += hidden
            self._looks.append(
                Look(
                    "hidden-text",
                    ngettext(
                        "{n} character that nobody sees was removed: invisible, covered, off the "
                        "page, tiny, or in the colour of the paper. Scanned pages usually have "
                        "such text.",
                        "{n} characters that nobody sees were removed: invisible, covered, off the "
                        "page, tiny, or in the colour of the paper. Scanned pages usually have "
                        "such text.",
                        hidden,
                    ).format(n=hidden),
                    3,
                    page=number + 1,
                )
            )
        if not self._words:
            return
        if any(glyph.text in _UNREADABLE or "\ue000" <= glyph.text <= "\uf8ff" for glyph in glyphs):
            self._looks.append(
                Look(
                    "unreadable-text",
                    _(
                        "Not every letter on this page can be identified: words may have been "
                        "missed. Read the page, and draw boxes."
                    ),
                    1,
                    page=number + 1,
                )
            )
        if any(kind == "fill-image" for kind, _box in page.get_bboxlog()):
            self._looks.append(
                Look(
                    "words-in-pictures",
                    _(
                        "Words are not searched for in pictures. Read what they show, and draw "
                        "boxes."
                    ),
                    1,
                    page=number + 1,
                )
            )

    def outcome(self, content: bytes) -> Outcome:
        """Check the finished file and return the outcome."""
        checks, different = self._checks(content)
        looks = [*self._looks, *different, *self._general_looks()]
        return Outcome(
            kind="pdf",
            pages=len(self._boxes),
            covered=tuple(self._covered),
            looks=tuple(sorted(looks, key=lambda look: (look.urgency, look.page or 0))),
            checks=checks,
            removed=pdf_checks.removed(self._left_out),
        )

    def _checks(self, content: bytes) -> tuple[tuple[Check, ...], list[Look]]:
        checking = _("Checking pages of {file}").format(file=self._name)
        with (
            pymupdf.open(stream=content, filetype="pdf") as document,
            self._progress(checking, len(document)) as advance,
        ):
            same, changed = len(document) == len(self._boxes), []
            texts = []
            for page, old, boxes in zip(document, self._unchanged, self._boxes, strict=False):
                shown, after = pdf_page.appearance(old), pdf_page.appearance(page)
                black = pdf_page.pixel_boxes(page, after, boxes)
                picture = page.number in self._pictures
                if not pdf_page.same_outside(shown, after, black, picture=picture):
                    changed.append(page.number + 1)
                texts.append([glyph for glyph, _box in pdf_page.characters(page)])
                advance(1)
        left = [page for page, text in enumerate(texts, 1) if self._words.find_in_characters(text)]
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
                same and not changed,
                ", ".join(map(str, changed)),
            ),
        ), self._differences()

    def _differences(self) -> list[Look]:
        """Compare with the source as readers show it: colours may differ, content may be lost."""
        try:
            with pymupdf.open(stream=self._read(), filetype="pdf") as document:
                different = list(self._different_from(document))
        except (pymupdf.FileDataError, pymupdf.mupdf.FzErrorBase, ValueError):
            different = list(range(1, len(self._boxes) + 1))  # damaged; another reader opened it
        message = _("This page does not look quite as in the source; compare them.")
        return [Look("looks-different", message, 2, page=number) for number in different]

    def _different_from(self, source: Any) -> Iterator[int]:
        comparing = _("Comparing pages of {file}").format(file=self._name)
        with self._progress(comparing, len(source)) as advance:
            for page, old in zip(source, self._unchanged, strict=True):
                shown = pdf_page.appearance(page, annotations=True)
                if not pdf_page.same_outside(shown, pdf_page.appearance(old), ()):
                    yield page.number + 1
                advance(1)

    def _general_looks(self) -> Iterator[Look]:
        if self._left_out["drawn"]:
            yield Look(
                "comments-drawn",
                _(
                    "What comments, stamps and form fields showed is now part of the pages; check "
                    "whether it may be passed on."
                ),
                1,
            )
        if self._left_out["xfa"]:
            yield Look("xfa", _("An XFA form was removed: pages may be empty."), 1)
        found = sum(covered.by == "word" for covered in self._covered)
        if self._words and not found:
            yield Look("no-word-found", _("None of the words was found in the text."), 1)
        elif found:
            yield Look(
                "length-of-words",
                _(
                    "The width of a black box and the text around it can reveal which word fits. "
                    "Cover more of the line where few words would fit."
                ),
                2,
            )
        if self._left_out["pictures"]:
            yield Look(
                "cropped-pictures",
                _(
                    "Pictures that a program cropped may hold more than the page shows. Faces are "
                    "searched for only in what is shown."
                ),
                2,
            )


def _texts(glyphs: list[Glyph]) -> list[str]:
    return [glyph.text for glyph in glyphs]


def _lines(glyphs: list[Glyph]) -> Iterator[Box]:
    """Yield one box around the glyphs of each line."""
    line: list[Box] = []
    for glyph in [*glyphs, Glyph("\n", None)]:
        if glyph.box is not None:
            line.append(glyph.box)
        elif line:
            yield pdf_page.around(line)
            line = []
