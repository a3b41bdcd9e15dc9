"""The text of one item: read in the cell, and checked here."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any, Final, NamedTuple

from contrechamp.base.errors import InputError
from contrechamp.cell import programs
from contrechamp.cell.failures import CellError
from contrechamp.cell.limits import GIB, ProcessLimits, ReadingLimits
from contrechamp.cell.reading import Reads
from contrechamp.cell.tesseract import Reader
from contrechamp.vault.texts.in_cell.bounds import Bounds
from contrechamp.vault.texts.packed import TextPart, part_of

#: What one item may cost: reading it, apart from the time that an outside program takes.
LIMITS: Final = ReadingLimits(
    ProcessLimits(memory_bytes=2 * GIB, cpu_s=180, file_bytes=0, wall_s=240, stall_s=30),
    value_bytes=2 << 20,
    answer_bytes=2 << 30,
)
#: What is called there.
READER: Final = "contrechamp.vault.texts.in_cell.read:parts"
#: What one item may hold; see `Bounds`. Five million letters are some 2,500 pages.
BOUNDS: Final = {
    "letters": 5_000_000,
    "parts": 100_000,
    "unpacked": 1 << 30,
    "files": 50_000,
    "pictures": 200,
    "deep": 4,
}
#: Largest picture that is taken of a child, in bytes.
_PICTURE = 16 << 20
#: Why text is lacking, beside `cell.failures.Reason`: words of the readers in the cell and of ours.
NO_OCR: Final = "no-ocr"
LATER: Final = "later"
LACKS: Final = frozenset(
    {"damaged", "locked", "large", "long", "deep", "kind", "pictures", NO_OCR, "ocr"}
)


@dataclass
class Ocr:
    """What reads pictures, for as long as it may.

    Args:
        reader: None if nothing reads pictures here.
        seconds: that are left of what it may take in all.
        unconfined: read even where it cannot be confined.
    """

    reader: Reader | None
    seconds: float
    unconfined: bool = False

    @property
    def lacks(self) -> str:
        """Why a picture is not read; "" if it is."""
        if self.reader is None:
            return NO_OCR
        return LATER if self.seconds <= 0 else ""

    def text_of(self, picture: bytes) -> str:
        """Return the text in a picture; see `Reader.text_of`."""
        assert self.reader is not None  # noqa: S101  for the type
        started = time.monotonic()
        try:
            return self.reader.text_of(picture, unconfined=self.unconfined)
        finally:
            self.seconds -= time.monotonic() - started


class Lacking(NamedTuple):
    """How the text of an item was read.

    Args:
        kind: of text, see `in_cell.kinds.kind_of`.
        lacks: why not all of it is there; "" if it is.
        some: whether there is any.
    """

    kind: str
    lacks: str
    some: bool


@dataclass
class Text:
    """What was read of an item.

    Args:
        parts: its text.
        lacks: why not all of it is there; "" if it is.
    """

    parts: list[TextPart] = field(default_factory=list, repr=False)
    lacks: str = ""


def text_of(content: IO[bytes], kind: str, cell: Reads, ocr: Ocr) -> Text:
    """Return the text of an item, or what could be read of it; nothing is raised for what it is.

    Args:
        content: of it, seekable; it is never written anywhere.
        kind: as `in_cell.kinds.kind_of` says.
        cell: which reads it.
        ocr: what reads pictures.

    Raises:
        OSError: if the content cannot be read.
    """
    found = Text()
    left = Bounds(**BOUNDS)
    why_not = ocr.lacks
    bounds = {**BOUNDS, "pictures": 0} if why_not else BOUNDS
    try:
        answers = cell.read(READER, content, {"kind": kind, "bounds": bounds})
        for answer in answers:
            _take(found, left, answer, answers, ocr, why_not)
    except CellError as error:
        found.lacks = error.reason
    except (InputError, ValueError):
        found.lacks = "nonsense"
    return found


def _take(
    found: Text,
    left: Bounds,
    answer: Any,
    answers: Iterator[Any],
    ocr: Ocr,
    why_not: str,
) -> None:
    """Take one answer of a child, which the item may have taken over.

    Raises:
        ValueError: if it is none that our readers give.
    """
    match answer:
        case {"at": at, "text": text}:
            _put(found, left, part_of(at, text))
        case {"at": at, "picture": int(size)}:
            step = part_of(at, "picture").at
            picture = _pieces(answers, size)
            if why_not:
                raise ValueError
            try:
                text = ocr.text_of(picture)
            except (programs.NoAnswerError, InputError):
                found.lacks = found.lacks or "ocr"
                return
            for part in Bounds(**BOUNDS).part(step, text):
                assert isinstance(part, dict)  # noqa: S101  for the type
                _put(found, left, part_of(part["at"], part["text"]))
        case {"lacks": str(word)} if word in LACKS:
            word = why_not if word == "pictures" and why_not else word
            found.lacks = found.lacks or word
        case _:
            raise ValueError


def _put(found: Text, left: Bounds, part: TextPart) -> None:
    left.letters -= len(part.text)
    left.parts -= 1
    if left.letters < 0 or left.parts < 0:
        raise ValueError
    found.parts.append(part)


def _pieces(answers: Iterator[Any], size: int) -> bytes:
    picture = bytearray()
    if not 0 < size <= _PICTURE:
        raise ValueError
    while len(picture) < size:
        piece = next(answers, None)
        if not isinstance(piece, bytes):
            raise ValueError
        picture += piece
    if len(picture) != size:
        raise ValueError
    return bytes(picture)
