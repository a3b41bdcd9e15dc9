"""Has pages of a masked PDF read by Tesseract, where it is installed: pictures, outlines, stamps.

It is a program of its own, which the process of a masker may not start. So a page of the copy is
drawn in the cell, read outside of it in another, and where words of the list are found the copy is
made again with these places covered.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from contrechamp.base.errors import InputError
from contrechamp.base.files import open_plain
from contrechamp.base.i18n import _, ngettext
from contrechamp.base.progress import Progress
from contrechamp.cell import tesseract
from contrechamp.cell.programs import NoAnswerError
from contrechamp.cell.running import Cell, OurError
from contrechamp.redact.near_words import NearWord, looks_at
from contrechamp.redact.outcome import Box, Look, Outcome
from contrechamp.redact.process.isolation import run_job
from contrechamp.redact.process.job import MaskingJob
from contrechamp.redact.words import Words

#: Looks at pages that a machine can read better than nothing.
CODES = frozenset({"words-in-pictures", "drawn-letters", "unreadable-text"})
#: A page takes some two seconds.
MOST_PAGES = 500
_MAX_BYTES = 12_000_000
_DRAW = "contrechamp.redact.pdf.page_to_read:draw"
#: Points, and parts of its height, that a box is larger than the letters that were read: the
#: boxes of readers cut capitals and descenders.
_AROUND, _SHARE_AROUND = 1.5, 0.3


@dataclass(frozen=True)
class _Letter:
    """A letter that was read; each line ends with one that has no box."""

    text: str
    box: Box | None


@dataclass
class _Found:
    """What was found on the pages that were read."""

    pages: list[int]
    boxes: list[tuple[int, Box]]
    looks: list[Look]


def with_pages_read(
    cell: Cell,
    job: MaskingJob,
    outcome: Outcome,
    parsed: Callable[[object], Outcome],
    progress: Progress,
    *,
    unconfined: bool,
) -> Outcome:
    """Read those pages of a copy whose words are not letters; mask again what is found.

    Args:
        cell: in which the copy was made.
        job: that made it.
        outcome: of that.
        parsed: reads what a masker answers.
        progress: opens a bar.
        unconfined: read even where Tesseract cannot be confined.

    Returns:
        The outcome of the copy as it then is.
    """
    pages = sorted({look.page for look in outcome.looks if look.code in CODES and look.page})
    if outcome.kind != "pdf" or not pages or not job.request.words:
        return outcome
    reader = tesseract.found(unconfined=unconfined)
    if reader is None:
        return _told(outcome, [], _("not read: Tesseract is not installed here"))
    found = _read(cell, job, pages[:MOST_PAGES], reader, progress, unconfined=unconfined)
    if found.boxes:
        again = replace(job, request=replace(job.request, read=tuple(found.boxes)))
        outcome = parsed(run_job(cell, again, progress))
    known = {(look.page, look.message) for look in outcome.looks}  # print is read as well
    more = [look for look in found.looks if (look.page, look.message) not in known]
    outcome = replace(outcome, looks=(*outcome.looks, *more))
    how = ngettext(
        "{count} page read by Tesseract ({languages})",
        "{count} pages read by Tesseract ({languages})",
        len(found.pages),
    ).format(count=len(found.pages), languages=", ".join(reader.languages))
    return _told(outcome, found.pages, how)


def _told(outcome: Outcome, pages: Sequence[int], how: str) -> Outcome:
    message = _("{message} Tesseract read this page; it misses some words.")
    looks = tuple(
        replace(look, message=message.format(message=look.message), urgency=2)
        if look.code in CODES and look.page in pages
        else look
        for look in outcome.looks
    )
    ordered = sorted(looks, key=lambda look: (look.urgency, look.page or 0))
    facts = {**outcome.facts, _("pictures of text"): how}
    return replace(outcome, looks=tuple(ordered), facts=facts)


def _read(
    cell: Cell,
    job: MaskingJob,
    pages: Sequence[int],
    reader: tesseract.Reader,
    progress: Progress,
    *,
    unconfined: bool,
) -> _Found:
    words = Words(job.request.words, job.request.spellings)
    found = _Found([], [], [])
    threads = job.request.threads or os.cpu_count() or 1

    def read(drawn: tuple[bytes, float]) -> list[_Letter] | None:
        picture, zoom = drawn
        try:
            return list(_letters(reader.words_in(picture, unconfined=unconfined), zoom))
        except (NoAnswerError, InputError):
            return None

    label = _("Reading pictures of text in {file}").format(file=job.source.name)
    with progress(label, len(pages)) as advance, ThreadPoolExecutor(threads) as pool:
        for first in range(0, len(pages), threads):
            some = pages[first : first + threads]
            drawn = [_drawn(cell, job, number) for number in some]
            for number, letters in zip(some, pool.map(read, drawn), strict=True):
                if letters is not None:
                    found.pages.append(number)
                    _search(letters, words, number, found)
                advance(1)
    return found


def _drawn(cell: Cell, job: MaskingJob, number: int) -> tuple[bytes, float]:
    """Return a page of the copy as a picture (PGM), and its pixels a point."""
    picture = job.workshop / "page.grey"
    drawing = replace(
        job, function=_DRAW, source=job.target, target=picture, arguments={"number": number}
    )
    answer: Any = run_job(cell, drawing)
    with open_plain(picture, where=job.source.name) as file:
        content = file.read(_MAX_BYTES)
    try:
        width, height, zoom = int(answer["width"]), int(answer["height"]), float(answer["zoom"])
    except (TypeError, KeyError, ValueError) as error:
        raise OurError("page", "page_to_read.py") from error
    if width <= 0 or height <= 0 or width * height != len(content) or not zoom > 0:
        raise OurError("page", "page_to_read.py")
    return b"P5\n%d %d\n255\n%b" % (width, height, content), zoom


def _letters(words: Sequence[tesseract.ReadWord], zoom: float) -> Iterator[_Letter]:
    """Yield letters with boxes in points; each has that of its word, of which all is covered."""
    before = None
    for word in words:
        if before is not None:
            yield _Letter("\n" if word.line != before.line else " ", None)
        x0, y0, x1, y1 = (value / zoom for value in word.box)
        above = max(_AROUND, _SHARE_AROUND * (y1 - y0))
        box = x0 - _AROUND, y0 - above, x1 + _AROUND, y1 + above
        yield from (_Letter(letter, box) for letter in word.text)
        before = word


def _search(letters: Sequence[_Letter], words: Words, number: int, found: _Found) -> None:
    characters = [letter.text for letter in letters]
    for begin, end in words.find_in_characters(characters):
        boxes = dict.fromkeys(letter.box for letter in letters[begin:end] if letter.box)
        found.boxes += [(number, box) for box in boxes]
    near = [
        NearWord(
            one,
            "".join(characters[one.begin : one.end]),
            box=next((letter.box for letter in letters[one.begin : one.end] if letter.box), None),
            page=number,
        )
        for one in words.near(characters)
    ]
    found.looks += looks_at(near, number)
